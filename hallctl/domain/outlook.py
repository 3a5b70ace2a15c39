"""A look ahead: how long people would wait within the next hour, if all went on as it does, or with other plans.

A small simulation of its own, not of single tickets: each queue is a row of moments since which its people wait, each
open window is busy until a moment, services take their usual time, people come evenly at the rate at which they came.
There is no chance in it: the same hall gives the same answer, and two plans differ by the plans only. It knows of
policies what decides between queues (time, shares, relative wait, help); classes change who waits, hardly how long all
wait together, so they are left out.

`scene` takes out of the state what is needed, cheaply; `play` may then run elsewhere.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush, merge
from typing import Final, NamedTuple

from msgspec.structs import replace

from hallctl.domain.apply import waits_since
from hallctl.domain.layout import Layout
from hallctl.domain.model import Desk, Priority, Stage, WindowPlan
from hallctl.domain.state import HallState
from hallctl.domain.watch import usual_s

HORIZON_S: Final = 3600
"""The next hour: who comes within it is looked at until called."""

DRAINED: Final = 3
"""Horizons after which the look ends; who then still waits counts with the wait so far."""

TURN_S: Final = 30
"""From one citizen's end to the next one's start: the call, the way."""

AT_LEAST: Final = 4
"""A service that lasts longer than usual goes on for the usual time divided by this."""

RECENT_S: Final = 1800
"""Who has come within this time tells how many come, where nothing better is known."""

MOST: Final = 20_000
"""Steps of one look, at most: a hall at its worst needs a few thousand."""


class Outlook(NamedTuple):
    """A queue's prospect: `people` wait or come within the hour; their mean and longest wait (s) from taking to call;
    `left` of them are not called within three hours, those waits are as long as they were by then."""

    people: int
    mean_s: int
    longest_s: int
    left: int


@dataclass(frozen=True, slots=True)
class Scene:
    """What a look ahead needs of a hall. Moments and durations in ms.

    `queues`: since when each one waits, in order (a moment to come: somebody whose slot begins then). `serve`: what a
    window needs for one. `every`: between two who come, None: nobody does. `desks`: until when each open window is
    busy. `plans`: those of every window.
    """

    now: int
    layout: Layout
    queues: dict[str, list[int]]
    serve: dict[str, int]
    every: dict[str, int | None]
    desks: dict[str, int]
    plans: dict[str, WindowPlan]


def outlook(
    state: HallState, now: int, plans: Mapping[str, WindowPlan] | None = None, horizon_s: int = HORIZON_S
) -> dict[str, Outlook]:
    """The prospect of every queue; `plans` stand for those in force at these windows."""
    return play(scene(state, now), plans, horizon_s=horizon_s)


# ---------------------------------------------------------------- the hall as it is


def scene(state: HallState, now: int, rates: Mapping[str, float] | None = None) -> Scene:
    """The hall at `now`. `rates`: people an hour who join each queue; None: judged by those who are there."""
    layout = state.layout
    known = recent_rates(state, now) if rates is None else rates
    every = {queue: _every(known.get(queue, 0.0)) for queue in layout.services}
    serve = {queue: (usual_s(state, queue) + TURN_S) * 1000 for queue in layout.services}
    queues = {queue: _waiting(state, queue) for queue in layout.services}
    desks = {window: _busy_until(state, window, serve, now) for window in layout.windows if _is_open(state, window)}
    plans = {window: state.plan(window) for window in layout.windows}
    return Scene(now, layout, queues, serve, every, desks, plans)


def recent_rates(state: HallState, now: int) -> dict[str, float]:
    """People an hour who joined each queue of late, by those still in the hall: too few where people are soon gone, or
    have only begun to come. The crowd at the opening is no rate for the whole morning."""
    found: dict[str, int] = {}
    for ticket in state.tickets.values():
        if now - RECENT_S * 1000 < ticket.taken_at <= now:
            found[ticket.queue] = found.get(ticket.queue, 0) + 1
    return {queue: count * 3600 / RECENT_S for queue, count in found.items()}


def _every(rate: float) -> int | None:
    return max(1, round(3_600_000 / rate)) if rate > 0 else None


def _is_open(state: HallState, window: str) -> bool:
    return state.window(window).state is Desk.OPEN


def _waiting(state: HallState, queue: str) -> list[int]:
    """Since when each one in the queue waits, in order; those for one window or clerk only are that window's load."""
    rows = [
        [_since(state, entry[2]) for entry in lane]
        for kind in ("service", "returning")
        for lane in state.standing(kind, queue).values()
    ]
    return list(merge(*map(sorted, rows)))


def _since(state: HallState, ticket: str) -> int:
    known = state.tickets[ticket]
    return known.place if known.priority is Priority.APPOINTMENT else waits_since(known)


def _busy_until(state: HallState, window: str, serve: Mapping[str, int], now: int) -> int:
    """Until when the window has its present ticket, and those meant for it or its clerk only."""
    clerk = state.window(window).clerk
    meant = [lane for place in (("window", window), ("clerk", clerk or "")) for lane in state.standing(*place).values()]
    until = now + sum(serve.get(state.tickets[entry[2]].queue, 0) for lane in meant for entry in lane)
    ticket = state.active(window)
    if ticket is None:
        return until
    usual = serve.get(ticket.queue, 0)
    gone = now - (ticket.started_at or now) - ticket.held_ms if ticket.stage is Stage.SERVING else 0
    return until + max(usual - max(0, gone), usual // AT_LEAST)


# ---------------------------------------------------------------- what comes


def play(
    view: Scene,
    plans: Mapping[str, WindowPlan] | None = None,
    opened: Iterable[str] = (),
    *,
    horizon_s: int = HORIZON_S,
) -> dict[str, Outlook]:
    """Play the scene on; `opened` are windows that open now besides."""
    desks = dict(view.desks)
    desks.update(dict.fromkeys(opened, view.now))
    works = {window: _known(plan, view) for window, plan in (dict(view.plans) | dict(plans or {})).items()}
    run = _Run(view, works, desks, view.now + horizon_s * 1000)
    run.go(view.now + DRAINED * horizon_s * 1000)
    return {queue: run.told(queue) for queue in view.queues}


def _known(plan: WindowPlan, view: Scene) -> WindowPlan:
    """The plan without services that the hall has no longer: one that was arranged before the config was changed."""
    if all(queue in view.queues for queue in plan.serves):
        return plan
    services, helped = (tuple([q for q in row if q in view.queues]) for row in (plan.services, plan.help))
    return replace(plan, services=services, help=helped)


@dataclass(slots=True)
class _Run:
    """One play. The heap holds (moment, kind, name): somebody comes to a queue, a window is free."""

    view: Scene
    plans: dict[str, WindowPlan]
    desks: dict[str, int]
    until: int
    queues: dict[str, deque[int]] = field(default_factory=dict)
    idle: dict[str, None] = field(default_factory=dict)
    serving: dict[str, list[str]] = field(default_factory=dict)
    credits: dict[str, dict[str, int]] = field(default_factory=dict)
    sums: dict[str, list[int]] = field(default_factory=dict)
    heap: list[tuple[int, int, str]] = field(default_factory=list)
    now: int = 0

    def go(self, last: int) -> None:
        """Until nobody waits and nobody comes any more, or until `last`."""
        view = self.view
        for queue, row in view.queues.items():
            self.queues[queue] = deque(since for since in row if since <= view.now)
            self.sums[queue] = [0, 0, 0]
            self.serving[queue] = [window for window in self.desks if queue in self.plans[window].serves]
            self.heap += [(since, _COMES, queue) for since in row if since > view.now]
            every = view.every[queue]
            if every is not None:
                self.heap += [(at, _COMES, queue) for at in range(view.now + every // 2, self.until, every)][:MOST]
        self.heap += [(max(view.now, free), _FREE, window) for window, free in self.desks.items()]
        heapify(self.heap)
        steps = 0
        while self.heap and self.heap[0][0] <= last and steps < MOST:
            self.now, kind, name = heappop(self.heap)
            steps += 1
            if kind == _FREE:
                self._free(name)
            else:
                self._come(name)
        self.now = last if self.heap or any(self.queues.values()) else self.now

    def _come(self, queue: str) -> None:
        """Somebody comes; an idle window that may call this queue does so, or one that now helps."""
        self.queues[queue].append(self.now)
        for window in self.serving[queue]:
            if window in self.idle:
                del self.idle[window]
                self._free(window)
                if not self.queues[queue]:
                    return

    def _free(self, window: str) -> None:
        """The window calls by its plan, or stands idle."""
        plan = self.plans[window]
        found = [queue for queue in self._called(plan) if self.queues[queue]]
        if not found:
            self.idle[window] = None
            return
        queue = found[0] if len(found) == 1 and plan.policy != "ratio" else _CHOICES[plan.policy](self, plan, found)
        wait = self.now - self.queues[queue].popleft()
        row = self.sums[queue]
        row[0] += 1
        row[1] += wait
        row[2] = max(row[2], wait)
        heappush(self.heap, (self.now + self.view.serve[queue], _FREE, window))

    def _called(self, plan: WindowPlan) -> tuple[str, ...]:
        """The window's own services, and those it helps out with while its own queues are short."""
        queues = self.queues
        if not plan.help or sum(len(queues[queue]) for queue in plan.services) > plan.help_when:
            return plan.services
        return plan.services + tuple([queue for queue in plan.help if len(queues[queue]) >= plan.help_from])

    def _oldest(self, _plan: WindowPlan, found: list[str]) -> str:
        return min(found, key=lambda queue: self.queues[queue][0])

    def _by_ratio(self, plan: WindowPlan, found: list[str]) -> str:
        """Smooth weighted round robin, as the policy of that name."""
        shares = dict(plan.ratio)
        credits = self.credits.setdefault(plan.id, dict.fromkeys(plan.serves, 0))
        for queue in plan.serves:
            credits[queue] += shares.get(queue, 1)
        chosen = max(found, key=lambda queue: credits[queue])
        credits[chosen] -= sum(shares.get(queue, 1) for queue in plan.serves)
        return chosen

    def _by_relative(self, _plan: WindowPlan, found: list[str]) -> str:
        services, now = self.view.layout.services, self.now
        return max(found, key=lambda queue: (now - self.queues[queue][0]) / services[queue].target_s)

    def told(self, queue: str) -> Outlook:
        """What became of the queue; who still waits has waited until the end of the look."""
        people, total, longest = self.sums[queue]
        left = [max(0, self.now - since) for since in self.queues[queue]]
        left += [max(0, self.now - at) for at, kind, name in self.heap if kind == _COMES and name == queue]
        people, total, longest = people + len(left), total + sum(left), max(longest, *left, 0)
        return Outlook(people, total // people // 1000 if people else 0, longest // 1000, len(left))


_FREE, _COMES = 0, 1
"""At the same moment a window is free before somebody comes."""

_CHOICES: Final[dict[str, Callable[[_Run, WindowPlan, list[str]], str]]] = {
    "fifo": _Run._oldest,
    "priority": _Run._oldest,
    "ratio": _Run._by_ratio,
    "longest_relative_wait": _Run._by_relative,
}
"""Between the heads of a window's queues; complete by test."""
