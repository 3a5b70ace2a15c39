"""What choosing the next ticket costs, from a hundred people waiting to a million (row 9).

The real `decide` on real states: four services, three classes. Between two decisions that are timed the one before is
carried out and somebody new comes, so that each looks at other heads and the number of those waiting stays.
"""

import gc
import os
import statistics
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter_ns
from typing import Final

from hallctl.bench.figure import Figure, Plan, Say
from hallctl.domain import commands as c
from hallctl.domain.decide import decide
from hallctl.domain.model import RANK, Desk, Layout, Priority, Service, Stage, Ticket, Window, WindowPlan
from hallctl.domain.state import HallState
from hallctl.engine import step
from hallctl.errors import Refusal
from hallctl.store.journal import GENESIS

SIZES: Final = (100, 1_000, 10_000, 100_000, 1_000_000)
SAMPLES: Final = 400
"""Decisions of one size in a round."""

SCANS: Final = 3
TICKET_BYTES: Final = 1200
"""Memory of a waiting ticket with its place in a lane and in the indexes."""

WINDOW: Final = "1"
SERVICES: Final = ("a", "b", "c", "d")
CLASSES: Final = (Priority.NORMAL, Priority.NORMAL, Priority.NORMAL, Priority.ELDER, Priority.MILITARY)
DAY: Final = "2026-01-05"
FIRST_AT: Final = 1_767_600_000_000


class Crowd:
    """A hall in memory in which `size` people wait, and one window that may call them all."""

    def __init__(self, size: int) -> None:
        services = {name: Service(name, name.upper(), "zone") for name in SERVICES}
        plan = WindowPlan(WINDOW, "zone", SERVICES)
        self.state = HallState(layout=Layout(services, {WINDOW: plan}, {}), day=DAY, last_day=DAY)
        self.state.windows[WINDOW] = Window(WINDOW, state=Desk.OPEN, clerk="1")
        for _ in range(size):
            self._come()

    def decision_us(self) -> float:
        """Microseconds of one decision, which is then carried out."""
        command, now = c.CallTicket(WINDOW), FIRST_AT + self.state.seq
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
        """Microseconds of looking at everybody who waits for the first by class, then by time."""
        plan = self.state.layout.windows[WINDOW]
        began = perf_counter_ns()
        waiting = (t for t in self.state.tickets.values() if t.stage is Stage.WAITING and t.queue in plan.services)
        first = min(waiting, key=lambda ticket: (RANK[ticket.priority], ticket.place, ticket.seq))
        took = perf_counter_ns() - began
        decision = decide(self.state, c.CallTicket(WINDOW), first.place)
        if isinstance(decision, Refusal) or decision.ticket != first.id:
            raise ValueError("the decision and the scan differ")
        return took / 1000

    def _come(self) -> None:
        """One more person waits."""
        state = self.state
        state.seq += 1
        number, at = state.seq, FIRST_AT + state.seq
        service, priority = SERVICES[number % len(SERVICES)], CLASSES[number % len(CLASSES)]
        label = f"{service.upper()}{number:03d}"
        state.put(
            Ticket(
                id=f"20260105-{label}", day=DAY, service=service, number=number, label=label, queue=service,
                priority=priority, taken_at=at, place=at, seq=number, source="bench",
            )
        )  # fmt: skip
        state.noted.clear()


def sizes_of(plan: Plan, memory_bytes: int) -> tuple[int, ...]:
    """The sizes that the memory allows, at most half of it; smaller ones where `plan` asks for less."""
    scaled = [max(10, round(size * plan.scale)) for size in SIZES]
    return tuple(size for size in scaled if 2 * size * TICKET_BYTES <= memory_bytes)


def decisions(plan: Plan, _directory: Path, say: Say) -> list[Figure]:
    """Row 9: the decision among many against the decision among few and against a scan."""
    say("选号耗时  choosing who is next")
    sizes = sizes_of(plan, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES"))
    crowds = {size: Crowd(size) for size in sizes}
    samples = max(1, round(SAMPLES * min(1.0, plan.scale)))
    rounds: list[dict[int, float]] = []
    scans: list[float] = []
    gc.collect()
    gc.freeze()  # a million tickets must not be walked through in the midst of a decision
    try:
        for _ in range(plan.rounds):
            rounds.append(_round(crowds, samples))
            scans.append(min(crowds[_large(sizes)].scan_us() for _ in range(SCANS)))
    finally:
        gc.unfreeze()
    return _figures(sizes, rounds, scans)


def _round(crowds: dict[int, Crowd], samples: int) -> dict[int, float]:
    """The median decision of each size; the sizes take turns at each sample."""
    took: dict[int, list[float]] = {size: [] for size in crowds}
    for _ in range(samples):
        for size, crowd in crowds.items():
            took[size].append(crowd.decision_us())
    return {size: statistics.median(values) for size, values in took.items()}


def _large(sizes: Sequence[int]) -> int:
    """10^5, or the largest there is."""
    return sizes[min(3, len(sizes) - 1)]


def _figures(sizes: Sequence[int], rounds: list[dict[int, float]], scans: list[float]) -> list[Figure]:
    few, many = sizes[min(1, len(sizes) - 1)], _large(sizes)
    absolute = {f"decision_{size}_us": statistics.median(took[size] for took in rounds) for size in sizes}
    scan_us = statistics.median(scans)
    return [
        Figure(
            "9",
            f"叫号决策：{many} 人等候 / {few} 人 · decision at {many} / {few} waiting",
            [took[many] / took[few] for took in rounds],
            must=1.5,
            absolute=absolute,
            note="decide() of CallTicket: 4 services, 3 classes; every decision is carried out, untimed",
        ),
        Figure(
            "9.scan",
            f"逐个扫描 / 决策，{many} 人 · a scan of all / the decision, {many} waiting",
            [scan / took[many] for scan, took in zip(scans, rounds, strict=True)],
            must=1000 if many >= SIZES[3] else None,
            better="higher",
            absolute={f"scan_{many}_us": scan_us, f"decision_{many}_us": absolute[f"decision_{many}_us"]},
        ),
    ]


SCENARIOS: Final = (decisions,)
