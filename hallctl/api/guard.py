"""Who may stand in the hall's network door, and for how long.

A *line* is one TCP connection. Until its client has said who it is (a ``hello`` that was answered, an HTTP request with
a good token) it is a *stranger*. Strangers are bounded, per address and in all; when there are too many, the one that
came first goes, because an honest client needs milliseconds to say who it is: in a flood of 1,000 a second with room
for `Room.per_address` a newcomer still has more than a second. Known lines are never sent away for room.

Every line has moments by which it must have got on (see `hallctl.api.line`); `Guard.sweep`, once a second, hangs up on
those that have not. One sweep instead of a timer per connection: a flood then costs no timers.
"""

import resource
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

log = structlog.get_logger()

DESCRIPTORS: Final = 65_536
"""Open files the daemon asks the system for; most systems give a service far more."""

PER_ADDRESS: Final = 1_200
"""Strangers of one address: a thousand boards behind one proxy may all come at once after a restart."""

STRANGERS: Final = 2_000
"""Strangers in all. Each may make the daemon keep one unfinished message of 128 KiB, for as long as it may take."""

BACKLOG: Final = 1_024
"""Connections that wait in the kernel to be accepted; they may all be accepted in one turn of the loop."""

FILES: Final = 128
"""Descriptors kept for what is no connection: database, devices, pages being read."""


@dataclass(frozen=True, slots=True)
class Room:
    """How many lines there may be in all, how many of them strangers, and the listener's backlog."""

    lines: int
    strangers: int
    per_address: int
    backlog: int

    @classmethod
    def within(cls, descriptors: int) -> "Room":
        """The room that a process with so many descriptors has; with few of them all shares shrink."""
        backlog = min(BACKLOG, max(8, descriptors // 8))
        lines = max(8, descriptors - backlog - min(FILES, descriptors // 4))
        strangers = min(STRANGERS, max(4, lines // 2))
        return cls(lines, strangers, min(PER_ADDRESS, strangers), backlog)


def raise_descriptor_limit() -> int:
    """Ask for `DESCRIPTORS` open files, as far as the hard limit lets; returns how many there may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return DESCRIPTORS if soft == resource.RLIM_INFINITY else min(soft, DESCRIPTORS)


class Line(Protocol):
    """One connection, as the guard sees it."""

    address: str

    def known(self) -> bool:
        """Whether its client has said who it is."""
        ...

    def busy(self) -> bool:
        """Whether its whole request is here and the answer is being made: the last to be sent away."""
        ...

    def overdue(self, now: float) -> bool:
        """Whether it should have got on by `now` (seconds of the loop's clock). Asked about once a second."""
        ...

    def hang_up(self) -> None:
        """End it at once, whatever is still to be sent."""
        ...


class Guard:
    """All lines of the server. `enter` and `leave` are called as connections come and go."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._known: dict[Line, None] = {}
        self._strangers: dict[str, dict[Line, None]] = {}
        """By address, in the order in which they came."""
        self._count = 0

    def __len__(self) -> int:
        return self._count + len(self._known)

    @property
    def strangers(self) -> int:
        """Lines that have not said who they are, as far as was looked."""
        return self._count

    def enter(self, line: Line) -> None:
        """A line came in; another one may have to go, or itself where everybody else is known."""
        here = self._strangers.setdefault(line.address, {})
        here[line] = None
        self._count += 1
        if len(here) > self.room.per_address:
            self._make_room(here)
        while self._count > self.room.strangers or (self._count and len(self) > self.room.lines):
            self._make_room(max(self._strangers.values(), key=len))

    def leave(self, line: Line) -> None:
        """The line has ended; nothing happens if it was let go before."""
        if line in self._known:
            del self._known[line]
            return
        here = self._strangers.get(line.address, {})
        if line in here:
            del here[line]
            self._count -= 1
            if not here:
                del self._strangers[line.address]

    def sweep(self, now: float) -> None:
        """Take note of who is known by now, and hang up on lines that are overdue."""
        for here in list(self._strangers.values()):
            for line in list(here):
                if line.known():
                    self._recognise(line)
        overdue = [line for line in self._lines() if line.overdue(now)]
        for line in overdue:
            self._dismiss(line, "overdue")

    def _lines(self) -> list[Line]:
        return [*self._known, *(line for here in self._strangers.values() for line in here)]

    def _recognise(self, line: Line) -> None:
        self.leave(line)
        self._known[line] = None

    def _make_room(self, here: dict[Line, None]) -> None:
        """One stranger fewer: the first that is still one and not just being answered, else the first."""
        first: Line | None = None
        for line in list(here):
            if line.known():
                self._recognise(line)
                return
            if not line.busy():
                self._dismiss(line, "crowded")
                return
            first = first or line
        if first is not None:
            self._dismiss(first, "crowded")

    def _dismiss(self, line: Line, why: str) -> None:
        log.warning("connection.dismissed", why=why, address=line.address, strangers=self._count, lines=len(self))
        self.leave(line)
        line.hang_up()
