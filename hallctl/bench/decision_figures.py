"""What choosing the next ticket costs, from a hundred people waiting to a million (row 9).

The real `decide` on real states: four services, three classes, ageing, the fairness cap, reasons. Between two decisions
that are timed the one before is carried out and somebody new comes, so that each looks at other heads and the number of
those waiting stays. Beside it a bare prototype of the same idea, deques and a look at their heads, and a scan of all;
and the same decision after a pause as long as that between two presses of one busy window.
"""

import gc
import os
import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter_ns
from typing import Final

from hallctl.bench.figure import Figure, Plan, Say
from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.decide import decide
from hallctl.domain.layout import CLASSES, Layout, Service
from hallctl.domain.model import ORDINARY, Desk, Priority, Stage, Ticket, Window, WindowPlan
from hallctl.domain.state import HallState
from hallctl.engine import step
from hallctl.errors import Refusal
from hallctl.store.journal import GENESIS

SIZES: Final = (100, 1_000, 10_000, 100_000, 1_000_000)
SAMPLES: Final = 400
"""Decisions of one size in a round."""

SCANS: Final = 3

REST_S: Final = 0.05
RESTED: Final = 30
"""Seconds of a pause before a decision, and decisions that are timed after one, in a round."""

HEADS_MUST: Final = 2.5
HEADS_STRETCH: Final = 1.67
"""10 µs where the prototype takes 4 µs, and where it takes 6."""

TICKET_BYTES: Final = 1200
"""Memory of a waiting ticket with its place in a lane and in the indexes."""

WINDOW: Final = "1"
SERVICES: Final = ("a", "b", "c", "d")
COMING: Final = (Priority.NORMAL, Priority.NORMAL, Priority.NORMAL, Priority.ELDER, Priority.MILITARY)
DAY: Final = "2026-01-05"
FIRST_AT: Final = 1_767_600_000_000


class Crowd:
    """A hall in memory in which `size` people wait, and one window that may call them all."""

    def __init__(self, size: int) -> None:
        services = {name: Service(name, name.upper(), "zone") for name in SERVICES}
        plan = WindowPlan(WINDOW, "zone", SERVICES)
        self.state = HallState(layout=Layout(services, {WINDOW: plan}, {}), day=DAY, last_day=DAY)
        self.come = 0
        self.state.windows[WINDOW] = Window(WINDOW, state=Desk.OPEN, clerk="1")
        for _ in range(size):
            self._come()

    def decision_us(self) -> float:
        """Microseconds of one decision, which is then carried out."""
        command, now = c.CallTicket(WINDOW), FIRST_AT + self.come
        began = perf_counter_ns()
        decision = decide(self.state, command, now)
        took = perf_counter_ns() - began
        if isinstance(decision, Refusal):
            raise ValueError(str(decision))
        step.take(self.state, decision, "bench", now, GENESIS)
        for following in (c.StartTicket(WINDOW), c.FinishTicket(WINDOW)):
            ending = decide(self.state, following, now)
            if not isinstance(ending, Refusal):
                step.take(self.state, ending, "bench", now, GENESIS)
        self._come()
        self.state.take_noted()
        return took / 1000

    def scan_us(self) -> float:
        """Microseconds of looking at everybody who waits for the first by accumulated priority."""
        began = perf_counter_ns()
        first = self._first(tuple(Priority))
        took = perf_counter_ns() - began
        decision = decide(self.state, c.CallTicket(WINDOW), FIRST_AT + self.come)
        called = None if isinstance(decision, Refusal) else decision.events[0]
        if isinstance(called, e.TicketCalled) and called.why == "cap":
            first = self._first(tuple(ORDINARY))
        if not isinstance(called, e.TicketCalled) or called.ticket != first.id:
            raise ValueError("the decision and the scan differ")
        return took / 1000

    def _first(self, classes: tuple[Priority, ...]) -> Ticket:
        """Who of the classes would be first if everybody were looked at."""
        services = self.state.layout.windows[WINDOW].services
        waiting = (t for t in self.state.tickets.values() if t.stage is Stage.WAITING and t.queue in services)
        return min(
            (ticket for ticket in waiting if ticket.priority in classes),
            key=lambda ticket: (ticket.place - CLASSES[ticket.priority].head_ms, ticket.place, ticket.seq),
        )

    def _come(self) -> None:
        """One more person waits."""
        state = self.state
        state.seq += 1
        self.come += 1
        number, at = self.come, FIRST_AT + self.come
        service, priority = SERVICES[number % len(SERVICES)], COMING[number % len(COMING)]
        label = f"{service.upper()}{number:03d}"
        state.put(
            Ticket(
                id=f"20260105-{label}", day=DAY, service=service, number=number, label=label, queue=service,
                priority=priority, taken_at=at, place=at, seq=state.seq, source="bench",
            )
        )  # fmt: skip
        state.noted.clear()


class Bare:
    """A prototype: a deque for each service and class, and the head with most priority. No rules beside it, no hall, no
    event, no reason: what the idea itself costs."""

    def __init__(self, size: int) -> None:
        self._starts = {priority: rule.head_ms for priority, rule in CLASSES.items()}
        self._lanes: dict[tuple[str, Priority], deque[tuple[int, int, str]]] = {}
        self._come = 0
        for _ in range(size):
            self._join()

    def decision_us(self) -> float:
        """Microseconds of finding the next, who is then called; somebody new comes."""
        now = FIRST_AT + self._come
        began = perf_counter_ns()
        lane = self._next(SERVICES, now)
        took = perf_counter_ns() - began
        lane.popleft()
        self._join()
        return took / 1000

    def _next(self, services: Sequence[str], now: int) -> deque[tuple[int, int, str]]:
        """The lane with the next ticket at its head."""
        best: tuple[int, int, int] | None = None
        first: deque[tuple[int, int, str]] = deque()
        for service in services:
            for priority, start in self._starts.items():
                lane = self._lanes.get((service, priority))
                if lane:
                    place, seq, _ticket = lane[0]
                    key = (-(start + now - place), place, seq)
                    if best is None or key < best:
                        best, first = key, lane
        return first

    def _join(self) -> None:
        self._come += 1
        number = self._come
        place = (SERVICES[number % len(SERVICES)], COMING[number % len(COMING)])
        self._lanes.setdefault(place, deque()).append((FIRST_AT + number, number, f"20260105-{number:03d}"))


def sizes_of(plan: Plan, memory_bytes: int) -> tuple[int, ...]:
    """The sizes that the memory allows, at most half of it; smaller ones where `plan` asks for less."""
    scaled = [max(10, round(size * plan.scale)) for size in SIZES]
    return tuple(size for size in scaled if 2 * size * TICKET_BYTES <= memory_bytes)


def decisions(plan: Plan, _directory: Path, say: Say) -> list[Figure]:
    """Row 9: the decision among many against the decision among few, a bare prototype and a scan."""
    say("选号耗时  choosing who is next")
    sizes = sizes_of(plan, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES"))
    crowds = {size: Crowd(size) for size in sizes}
    samples = max(1, round(SAMPLES * min(1.0, plan.scale)))
    bare = Bare(_large(sizes))
    rounds: list[dict[int, float]] = []
    bares: list[float] = []
    scans: list[float] = []
    pauses: list[dict[str, float]] = []
    gc.collect()
    gc.freeze()  # a million tickets must not be walked through in the midst of a decision
    try:
        for _ in range(plan.rounds):
            took, bare_us = _round(crowds, bare, samples)
            rounds.append(took)
            bares.append(bare_us)
            scans.append(min(crowds[_large(sizes)].scan_us() for _ in range(SCANS)))
            pauses.append(_after_a_pause(crowds[_few(sizes)], samples))
    finally:
        gc.unfreeze()
    return [*_figures(sizes, rounds, bares, scans), _rested(_few(sizes), pauses)]


def _round(crowds: dict[int, Crowd], bare: Bare, samples: int) -> tuple[dict[int, float], float]:
    """The median decision of each size and of the prototype; all take turns at each sample."""
    took: dict[int, list[float]] = {size: [] for size in crowds}
    bare_us = []
    for _ in range(samples):
        for size, crowd in crowds.items():
            took[size].append(crowd.decision_us())
        bare_us.append(bare.decision_us())
    return {size: statistics.median(values) for size, values in took.items()}, statistics.median(bare_us)


def _after_a_pause(crowd: Crowd, samples: int) -> dict[str, float]:
    """The median decision one after another, after a sleep, and after the same time awake."""
    few = min(samples, RESTED)
    return {
        "busy": statistics.median(crowd.decision_us() for _ in range(samples)),
        "rested": statistics.median(_paused(crowd, _sleep) for _ in range(few)),
        "awake": statistics.median(_paused(crowd, _stay_awake) for _ in range(few)),
    }


def _paused(crowd: Crowd, pause: Callable[[], None]) -> float:
    pause()
    return crowd.decision_us()


def _sleep() -> None:
    time.sleep(REST_S)


def _stay_awake() -> None:
    until = time.perf_counter() + REST_S
    while time.perf_counter() < until:
        pass


def _few(sizes: Sequence[int]) -> int:
    """10^3, or the largest there is."""
    return sizes[min(1, len(sizes) - 1)]


def _large(sizes: Sequence[int]) -> int:
    """10^5, or the largest there is."""
    return sizes[min(3, len(sizes) - 1)]


def _figures(
    sizes: Sequence[int], rounds: list[dict[int, float]], bares: list[float], scans: list[float]
) -> list[Figure]:
    few, many = _few(sizes), _large(sizes)
    absolute = {f"decision_{size}_us": statistics.median(took[size] for took in rounds) for size in sizes}
    large = {f"decision_{many}_us": absolute[f"decision_{many}_us"]}
    return [
        Figure(
            "9",
            f"叫号决策：{many} 人等候 / {few} 人 · decision at {many} / {few} waiting",
            [took[many] / took[few] for took in rounds],
            must=1.5,
            absolute=absolute,
            note="decide() of CallTicket: 4 services, 3 classes, cap, reasons; every decision is carried out, untimed",
        ),
        Figure(
            "9.flat",
            f"叫号决策：{sizes[0]} 至 {sizes[-1]} 人，最慢 / 最快 · slowest / fastest of these sizes",
            [max(took.values()) / min(took.values()) for took in rounds],
            must=2.0,
        ),
        Figure(
            "9.heads",
            f"叫号决策 / 只看队首的原型，{many} 人 · decision / a bare prototype, {many} waiting",
            [took[many] / bare for took, bare in zip(rounds, bares, strict=True)],
            must=HEADS_MUST,
            stretch=HEADS_STRETCH,
            absolute=large | {"prototype_us": statistics.median(bares)},
            note="10 µs where the prototype takes 4–8 µs; it has no rules, no event and no reasons",
        ),
        Figure(
            "9.scan",
            f"逐个扫描 / 决策，{many} 人 · a scan of all / the decision, {many} waiting",
            [scan / took[many] for scan, took in zip(scans, rounds, strict=True)],
            must=1000 if many >= SIZES[3] else None,
            better="higher",
            absolute=large | {f"scan_{many}_us": statistics.median(scans)},
        ),
    ]


def _rested(few: int, pauses: list[dict[str, float]]) -> Figure:
    """How much slower the machine does the same after a pause: no promise, but why a lone answer costs so much."""
    return Figure(
        "9.rested",
        f"停顿 50 ms 后的叫号决策 / 连续决策，{few} 人 · decision after 50 ms of rest / without, {few} waiting",
        [took["rested"] / took["busy"] for took in pauses],
        absolute={f"decision_{name}_us": statistics.median(took[name] for took in pauses) for name in pauses[0]},
        note="awake: after 50 ms of a busy loop instead of a sleep",
    )


SCENARIOS: Final = (decisions,)
