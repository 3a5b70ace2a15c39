"""How long one waits, by playing on: everybody ahead is called in order by the windows that may, each served as long as
is usual. No chance, and nobody comes any more. What `hallctl.domain.estimator` is compared with."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from operator import itemgetter
from typing import Final, NamedTuple

from hallctl.domain.estimator import counts_as, turn_ms
from hallctl.domain.model import ORDINARY, Desk, Stage, Ticket, WindowPlan
from hallctl.domain.policy import POLICIES
from hallctl.domain.state import HallState

AT_LEAST: Final = 4
"""A service that lasts longer than usual goes on for the usual time divided by this."""


class One(NamedTuple):
    """Somebody who waits: counts as having come at, stands at the place, came as the seq-th."""

    came: float
    place: int
    seq: int


Order = Callable[[One], tuple[float, ...]]


@dataclass(slots=True)
class Line:
    """A queue: who is privileged and who is not, each in order of accumulated priority; `streak` as in `Tally`."""

    privileged: deque[One] = field(default_factory=deque)
    ordinary: deque[One] = field(default_factory=deque)
    streak: int = 0

    def __len__(self) -> int:
        return len(self.privileged) + len(self.ordinary)

    def head(self, cap: int, by: "Order") -> One:
        """The next one, by accumulated priority or place; after `cap` privileged ones an ordinary one."""
        if not self.privileged or not self.ordinary:
            return (self.privileged or self.ordinary)[0]
        first, other = self.privileged[0], self.ordinary[0]
        return other if self.streak >= cap or by(other) < by(first) else first

    def take(self, one: One) -> None:
        """It is called."""
        if self.privileged and self.privileged[0] is one:
            self.privileged.popleft()
            self.streak += bool(self.ordinary)
        else:
            self.ordinary.popleft()
            self.streak = 0


def look_ahead(state: HallState, ticket: Ticket, now: int) -> float | None:
    """The wait in ms of a ticket in a service's queue; None where nobody will call it."""
    desks = _concerned(state, ticket.queue)
    lines = {queue: _line(state, queue, now) for plan in desks.values() for queue in plan.serves}
    turns = {queue: turn_ms(state, queue) for queue in lines}
    heap = [(_free_at(state, name, turns, now), name) for name in desks]
    heapify(heap)
    credits: dict[str, dict[str, int]] = {}
    while heap:
        at, name = heappop(heap)
        queue = _chosen(state, desks[name], lines, at, credits)
        if queue is not None:
            one = _head(state, desks[name], lines[queue])
            if queue == ticket.queue and (one.place, one.seq) == (ticket.place, ticket.seq):
                return at - now
            lines[queue].take(one)
            heappush(heap, (at + turns[queue], name))
    return None


def _concerned(state: HallState, queue: str) -> dict[str, WindowPlan]:
    """The open windows that serve the queue, or a queue that one of them serves, and so on."""
    rest = {name: state.plan(name) for name in state.layout.windows if state.window(name).state is Desk.OPEN}
    found: dict[str, WindowPlan] = {}
    queues, size = {queue}, 0
    while size < len(queues):
        size = len(queues)
        near = {name: plan for name, plan in rest.items() if not queues.isdisjoint(plan.serves)}
        queues.update(other for plan in near.values() for other in plan.serves)
        found |= near
    return {name: plan for name, plan in rest.items() if name in found}


def _line(state: HallState, queue: str, now: int) -> Line:
    line = Line(streak=state.tally(queue).streak)
    for priority, lane in state.standing("service", queue).items():
        ones = [One(counts_as(state, priority, place, now, True)[0], place, seq) for place, seq, _id in lane]
        (line.ordinary if priority in ORDINARY else line.privileged).extend(ones)
    line.ordinary = deque(sorted(line.ordinary))
    line.privileged = deque(sorted(line.privileged))
    return line


def _free_at(state: HallState, window: str, turns: dict[str, float], now: int) -> float:
    """When the window has done with its present ticket."""
    active = state.active(window)
    if active is None or active.called_at is None:
        return now
    usual = turns.get(active.queue, 0.0)
    gone = now - active.called_at if active.stage in (Stage.CALLED, Stage.SERVING) else 0
    return now + max(usual - gone, usual / AT_LEAST)


def _head(state: HallState, plan: WindowPlan, line: Line) -> One:
    classes = POLICIES[plan.policy].classes
    return line.head(state.layout.cap if classes else len(line) + 1, _BY_CAME if classes else _BY_PLACE)


def _chosen(
    state: HallState, plan: WindowPlan, lines: dict[str, Line], at: float, credits: dict[str, dict[str, int]]
) -> str | None:
    """The queue from which the window calls at the moment, by its policy."""
    own = sum(len(lines[queue]) for queue in plan.services)
    help_now = [queue for queue in plan.help if own <= plan.help_when and len(lines[queue]) >= plan.help_from]
    found = [queue for queue in (*plan.services, *help_now) if lines[queue]]
    if len(found) <= 1:
        return found[0] if found else None
    heads = {queue: _head(state, plan, lines[queue]) for queue in found}
    if plan.policy == "longest_relative_wait":
        services = state.layout.services
        return max(found, key=lambda queue: (at - heads[queue].came) / services[queue].target_s)
    if POLICIES[plan.policy].shares:
        shares = dict(plan.ratio)
        owed = credits.setdefault(plan.id, dict.fromkeys(plan.serves, 0))
        for queue in plan.serves:
            owed[queue] += shares.get(queue, 1)
        chosen = max(found, key=lambda queue: owed[queue])
        owed[chosen] -= sum(shares.get(queue, 1) for queue in plan.serves)
        return chosen
    by = _BY_CAME if POLICIES[plan.policy].classes else _BY_PLACE
    return min(found, key=lambda queue: by(heads[queue]))


_BY_CAME: Final[Order] = itemgetter(0, 1, 2)
_BY_PLACE: Final[Order] = itemgetter(1, 2)
