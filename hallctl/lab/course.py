"""The course of a played day: what happens next, the moment it is, and the hall it happens to.

A hall is changed by `Course.do` only, through the same `decide` and `apply` as the daemon's. No clock, no disk.
"""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import Any, Final

from hallctl.domain.apply import apply
from hallctl.domain.commands import Command
from hallctl.domain.decide import decide
from hallctl.domain.decision import Decision
from hallctl.domain.events import DayOpened, Record
from hallctl.domain.model import Stage
from hallctl.domain.state import HallState, Noted
from hallctl.errors import Refusal
from hallctl.lab.observation import Observation

EXPECTED: Final = frozenset({"queue.empty", "ticket.recall_too_soon", "ticket.recall_limit"})
"""Refusals that a clerk meets every day; all others are counted."""

Action = Callable[..., None]


class Course:
    """`now` in ms. `fresh` are queues in which somebody has begun to wait; whoever offers them takes them out."""

    def __init__(self, state: HallState, begins: int, keep: bool) -> None:
        self.state = state
        self.now = begins
        self.seen = Observation()
        self.records: list[Record] = []
        self.fresh: dict[str, None] = {}
        self._keep = keep
        self._heap: list[tuple[int, int, Action, tuple[Any, ...]]] = []
        self._count = 0

    def later(self, at: int, action: Action, *arguments: Any) -> None:
        """Do this at a moment; what is due at the same one is done in the order it was asked for."""
        self._count += 1
        heappush(self._heap, (max(at, self.now), self._count, action, arguments))

    def steps(self, latest: int) -> Iterator[bool]:
        """Do what is due, one after the other; yields after each whether it was the last of its moment."""
        heap = self._heap
        while heap and heap[0][0] <= latest:
            self.now, _, action, arguments = heappop(heap)
            action(*arguments)
            yield not heap or heap[0][0] > self.now

    def do(self, command: Command, actor: str) -> Decision | Refusal:
        """One command now: decide, apply, and see what has changed."""
        state = self.state
        decision = decide(state, command, self.now)
        if isinstance(decision, Refusal):
            if decision.code not in EXPECTED:
                self.seen.refused[decision.code] += 1
            return decision
        for event in decision.events:
            day = event.day if isinstance(event, DayOpened) else state.day
            record = Record(state.seq + 1, self.now, day, actor, event)
            apply(state, record)
            if self._keep:
                self.records.append(record)
        self.seen.events += len(decision.events)
        noted = state.take_noted()
        self.seen.see(noted, self.now)
        self._note_waiting(noted)
        return decision

    def stage(self, ticket: str) -> Stage | None:
        """The ticket's stage; None once it is closed."""
        known = self.state.tickets.get(ticket)
        return known.stage if known is not None else None

    def clerk(self, window: str) -> str:
        """Who sits at the window, as the actor of its commands."""
        return self.state.window(window).clerk or ""

    def _note_waiting(self, noted: Noted) -> None:
        """Whoever waits now and did not before, however it came about."""
        for (kind, _key), (old, new) in noted.items():
            if kind != "ticket" or new.stage is not Stage.WAITING:
                continue
            if old is None or old.stage is not Stage.WAITING or old.queue != new.queue:
                self.fresh[new.queue] = None
