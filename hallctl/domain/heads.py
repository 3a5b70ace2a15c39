"""Whom a window may call now: the heads of the lanes that its plan names, and nobody behind them."""

from collections.abc import Iterable
from typing import Final

from hallctl.domain.lane import Entry, Lane
from hallctl.domain.model import ORDINARY, Priority, WindowPlan
from hallctl.domain.state import HallState

Head = tuple[int, int, int, str, Priority, str, bool, bool]
"""The first of a lane: (what it counts as having come at, place, seq, ticket, class, queue, whether it is an ordinary
one, whether it is meant for the window or its clerk only). In the order of accumulated priority as it is; no two have
the same place and seq. A plain tuple, since a decision looks at one for every lane."""

APPOINTMENT: Final = Priority.APPOINTMENT
NOBODY: Final[dict[Priority, Lane]] = {}


def counts_as(state: HallState, priority: Priority, place: int, now: int) -> int:
    """When one without a head start would have had to come to have as much accumulated priority.

    Where waiting counts as it passes that is `place` less the head start, at any time. At another rate waiting is never
    negative, though the clock was set back meanwhile (O08).
    """
    rule = state.layout.classes[priority]
    if rule.rate == 1000:
        return place - rule.head_ms
    return now - rule.head_ms - (rule.rate * (now - place) // 1000 if now > place else 0)


def queues(state: HallState, plan: WindowPlan, now: int) -> tuple[str, ...]:
    """The window's own services, and those it helps out with while its own queues are short."""
    if not plan.help:
        return plan.services
    own = sum(_ready(state, "service", queue, now) + _ready(state, "returning", queue, now) for queue in plan.services)
    own += sum(_ready(state, kind, name, now) for kind, name in _meant(state, plan))
    if own > plan.help_when:
        return plan.services
    return plan.services + tuple(queue for queue in plan.help if _ready(state, "service", queue, now) >= plan.help_from)


def _ready(state: HallState, kind: str, name: str, now: int) -> int:
    """How many stand at the place who may be called now: who has checked in early may not."""
    return sum(
        lane.until(now) if priority is APPOINTMENT and kind != "returning" else len(lane)
        for priority, lane in state.standing(kind, name).items()
    )


def _meant(state: HallState, plan: WindowPlan) -> tuple[tuple[str, str], ...]:
    """The places of those who wait for this window or its clerk only."""
    clerk = state.window(plan.id).clerk
    window = ("window", plan.id)
    return (window,) if clerk is None else (window, ("clerk", clerk))


def look(state: HallState, plan: WindowPlan, now: int, called: Iterable[str]) -> tuple[list[Head], list[Head]]:
    """The heads in the queues `called` and of those meant for this window; and the heads of who comes back as agreed.

    One who is to come back, and has nobody left before it in its queue, waits like any other at its old place.
    """
    heads: list[Head] = []
    due: list[Head] = []
    if state.targets:
        for kind, name in _meant(state, plan):
            _add_own(heads, state, state.standing(kind, name), now)
    lanes, lasting = state.lanes, state.layout.lasting
    for queue in called:
        known = len(heads)
        for priority, lane in lanes.get(("service", queue), NOBODY).items():
            head = lane.memo
            if head is None:
                if not lane:
                    continue
                head = _head(state, priority, lane[0], queue, now)
                if lasting:
                    lane.memo = head
            if priority is not APPOINTMENT or head[1] <= now:  # who has checked in early waits for the slot (A03)
                heads.append(head)
        if state.returning and ("returning", queue) in lanes:
            _come_back(heads, due, state, lanes["returning", queue], queue, now, alone=len(heads) == known)
    return heads, due


def _head(state: HallState, priority: Priority, entry: Entry, queue: str, now: int, own: bool = False) -> Head:
    """The head that the first of a lane is."""
    place, seq, ticket = entry
    return (
        counts_as(state, priority, place, now), place, seq, ticket, priority, queue, priority in ORDINARY, own,
    )  # fmt: skip


def _add_own(heads: list[Head], state: HallState, lanes: dict[Priority, Lane], now: int) -> None:
    """Add the heads of those who are meant for the window or its clerk, each in a queue of its own."""
    for priority, lane in lanes.items():
        if lane and (priority is not APPOINTMENT or lane[0][0] <= now):
            heads.append(_head(state, priority, lane[0], state.tickets[lane[0][2]].queue, now, own=True))


def _come_back(
    heads: list[Head], due: list[Head], state: HallState, lanes: dict[Priority, Lane], queue: str, now: int, alone: bool
) -> None:
    """Add who comes back to the queue: to `due` those for whom enough others were called meanwhile, to `heads` all if
    nobody else is left there."""
    calls = state.tally(queue).calls
    back = [(priority, lane[0]) for priority, lane in lanes.items() if lane]
    arrived = [(priority, entry) for priority, entry in back if entry[0] <= calls]
    for priority, (_after, seq, ticket) in arrived or (back if alone else ()):
        head = _head(state, priority, (state.tickets[ticket].place, seq, ticket), queue, now)
        (due if arrived else heads).append(head)
