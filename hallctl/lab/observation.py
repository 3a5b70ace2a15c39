"""What was seen of a day, simulated or recorded: read from what each step changed, whatever the rules are called.

A ticket's first sight is its issue. Waiting, serving and windows follow from the stages before and after a step, so
that a new kind of event needs nothing here.
"""

from collections import Counter
from dataclasses import dataclass, field

from hallctl.domain.model import Desk, Stage, Ticket, Window
from hallctl.domain.state import Noted


@dataclass(slots=True)
class Line:
    """How many wait for a service: now, at most, and each change as (moment, length)."""

    length: int = 0
    peak: int = 0
    changes: list[tuple[int, int]] = field(default_factory=list)

    def step(self, at: int, by: int) -> None:
        """One more or one less."""
        self.length += by
        self.peak = max(self.peak, self.length)
        self.changes.append((at, self.length))


@dataclass(slots=True)
class Desktime:
    """A window's ms: open and not paused, serving, and since when it is in either."""

    open_ms: int = 0
    serving_ms: int = 0
    open_since: int | None = None
    serving_since: int | None = None


@dataclass(slots=True)
class Observation:
    """Tickets as they were last, by id, with their first eligible moment; queues, windows, what was refused by code;
    how many tickets were taken for somebody else (代办)."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    eligible: dict[str, int] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    desks: dict[str, Desktime] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    agents: int = 0
    events: int = 0
    ended_at: int = 0

    def see(self, noted: Noted, at: int) -> None:
        """What one step has changed at the moment `at`."""
        for (kind, key), (old, new) in noted.items():
            if kind == "ticket":
                self._ticket(key, old, new, at)
            elif kind == "window":
                self._window(key, old, new, at)

    def end(self, at: int) -> None:
        """The day is over: what is still open counts until now."""
        self.ended_at = at
        for desk in self.desks.values():
            if desk.open_since is not None:
                desk.open_ms += at - desk.open_since
                desk.open_since = None
            if desk.serving_since is not None:
                desk.serving_ms += at - desk.serving_since
                desk.serving_since = None

    def _ticket(self, key: str, old: Ticket | None, new: Ticket, at: int) -> None:
        """The wait begins when the ticket may first be called: when it is taken, or its slot begins (4.6)."""
        self.tickets[key] = new
        if old is None:
            self.eligible[key] = max(new.taken_at, new.place)
        before, after = old.stage if old is not None else None, new.stage
        was, now = before is Stage.WAITING, after is Stage.WAITING
        if was and (not now or (old is not None and old.queue != new.queue)):
            self._line(old.queue if old is not None else "", at, -1)
        if now and (not was or (old is not None and old.queue != new.queue)):
            self._line(new.queue, at, 1)
        if before is Stage.SERVING and after is not Stage.SERVING and old is not None:
            desk = self._desk(old.window or "")
            desk.serving_ms += at - (desk.serving_since if desk.serving_since is not None else at)
            desk.serving_since = None
        elif after is Stage.SERVING and before is not Stage.SERVING:
            self._desk(new.window or "").serving_since = at

    def _window(self, key: str, old: Window | None, new: Window, at: int) -> None:
        was = old is not None and old.state is Desk.OPEN
        now = new.state is Desk.OPEN
        if was == now:
            return
        desk = self._desk(key)
        if now:
            desk.open_since = at
        elif desk.open_since is not None:
            desk.open_ms += at - desk.open_since
            desk.open_since = None

    def _line(self, queue: str, at: int, by: int) -> None:
        line = self.lines.get(queue)
        if line is None:
            line = self.lines[queue] = Line()
        line.step(at, by)

    def _desk(self, window: str) -> Desktime:
        desk = self.desks.get(window)
        if desk is None:
            desk = self.desks[window] = Desktime()
        return desk
