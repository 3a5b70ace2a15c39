"""A recorded day as a script: who came, how long each was really served, when windows were staffed. Reads only.

Service times belong to the ticket, so that they are the same under another setting, as are walks to the window, missed
calls and returns. Where the day does not tell (somebody who left, expired or never came was not served) the time of
another ticket of the same service is taken. A pause of a clerk between two people while somebody waited is kept, as the
rest after the first one's service. Time on hold is left out, as is who acted for whom.
"""

import sqlite3
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from hallctl.domain.apply import apply
from hallctl.domain.events import Record, TicketMissed, WindowArranged, WindowClosed, WindowPaused
from hallctl.domain.layout import Layout
from hallctl.domain.model import Desk, Priority, Stage, Ticket, Window
from hallctl.domain.state import HallState
from hallctl.lab.observation import Observation
from hallctl.lab.script import MINUTE_MS, NEVER, Part, Script, Shift, Switch, Visit, joined, stream
from hallctl.store import journal

LONGEST_REST_MS: Final = 10 * MINUTE_MS
"""A longer gap between two people is no rest: the window was empty, whatever the journal says."""

USUAL: Final = Part("", 10_000, 480_000)
"""For a service that nobody was served for all day."""


def records(connection: sqlite3.Connection, day: str) -> list[Record]:
    """The day's records in order, without private fields."""
    found: list[Record] = []
    before = None
    while True:
        page = journal.page(connection, before, day=day)
        if not page:
            return found[::-1]
        found += page
        before = page[-1].seq


@dataclass(slots=True)
class Trace:
    """What is known of one ticket so far; `parts` are services that are done, `first` the first sight of it."""

    first: Ticket
    parts: list[Part] = field(default_factory=list)
    misses: int = 0
    absence_ms: int = 0
    returns_ms: int | None = None
    left_ms: int | None = None
    rest_ms: int = 0
    called_at: int | None = None
    missed_at: int | None = None
    reach_ms: int = 0
    served_ms: int = 0
    serving_at: int | None = None
    recalled: bool = False


@dataclass(slots=True)
class Recording:
    """A day that was read: what was seen of it, and the script that it makes."""

    day: str
    layout: Layout
    seen: Observation = field(default_factory=Observation)
    traces: dict[str, Trace] = field(default_factory=dict)
    shifts: list[Shift] = field(default_factory=list)
    switches: list[Switch] = field(default_factory=list)
    opens_at: int = 0
    ends_at: int = 0
    left_out: int = 0
    _state: HallState = field(default_factory=HallState)
    _opened: dict[str, tuple[int, str]] = field(default_factory=dict)
    _order: dict[tuple[str, int], int] = field(default_factory=dict)
    _free: dict[str, tuple[int, str]] = field(default_factory=dict)

    def read(self, found: list[Record]) -> "Recording":
        """Play the records of the day through `apply` and note what each changed."""
        self._state.layout = self.layout
        self.opens_at = found[0].at if found else 0
        for record in found:
            self._read(record)
        self.ends_at = found[-1].at if found else 0
        for window in list(self._opened):
            self._shift(window, self.ends_at)
        self.seen.end(self.ends_at)
        return self

    def _read(self, record: Record) -> None:
        """One record. What is about a ticket of another day is left out."""
        subject = getattr(record.event, "ticket", None)
        known = subject is None or subject in self._state.tickets or record.event.TYPE == "ticket.taken"
        if not known or record.event.TYPE == "unknown":
            self.left_out += known
            return
        apply(self._state, record)
        noted = self._state.take_noted()
        self.seen.events += 1
        self.seen.see(noted, record.at)
        for (kind, key), (old, new) in noted.items():
            if kind == "ticket":
                self._ticket(key, old, new, record)
            elif kind == "window":
                self._window(key, old, new, record)
        if isinstance(record.event, WindowArranged):
            self.switches.append(Switch(record.at, record.event.window, plan=record.event.plan))

    # ------------------------------------------------------------ windows

    def _window(self, key: str, old: Window | None, new: Window, record: Record) -> None:
        if new.state is Desk.OPEN and (old is None or old.state is not Desk.OPEN):
            self._open(key, record.at, new.clerk)
        elif isinstance(record.event, WindowClosed | WindowPaused):
            self._shift(key, record.at)
            self._free.pop(key, None)
        elif new.ticket is not None and new.state is Desk.CLOSED and key not in self._opened:
            self._open(key, self.opens_at, new.clerk)  # since before the day's first record

    def _open(self, window: str, at: int, clerk: str | None) -> None:
        self._opened[window] = (at, clerk or "clerk")
        self._order[window, at] = len(self._order)

    def _shift(self, window: str, at: int) -> None:
        begins, clerk = self._opened.pop(window, (at, ""))
        if begins < at:
            self.shifts.append(Shift(window, clerk, begins, at))

    # ------------------------------------------------------------ tickets

    def _ticket(self, key: str, old: Ticket | None, new: Ticket, record: Record) -> None:
        if old is None:
            self.traces[key] = Trace(new)
            return
        trace, at = self.traces[key], record.at
        trace.recalled = trace.recalled or new.calls > max(1, old.calls)
        match old.stage, new.stage:
            case ((Stage.WAITING | Stage.HELD), Stage.CALLED):
                self._called(trace, old, new, at)
            case Stage.CALLED, Stage.SERVING:
                trace.reach_ms = trace.reach_ms or at - (trace.called_at or at)
                trace.serving_at = at
            case Stage.CALLED, _ if isinstance(record.event, TicketMissed):
                trace.misses += 1
                trace.absence_ms = at - (trace.called_at or at)
                trace.missed_at = at
                self._freed(old, at)
            case Stage.SERVING, stage if stage is not Stage.SERVING:
                trace.served_ms += at - (trace.serving_at or at)
                self._freed(old, at)
                if stage is not Stage.HELD:
                    self._done(trace, old)
            case ((Stage.HELD | Stage.CALLED), (Stage.CANCELLED | Stage.EXPIRED)):
                self._done(trace, old)
            case Stage.WAITING, Stage.CANCELLED:
                trace.left_ms = at - new.taken_at
            case Stage.MISSED, Stage.WAITING:
                trace.returns_ms = at - (trace.missed_at or at)

    def _called(self, trace: Trace, old: Ticket, new: Ticket, at: int) -> None:
        """The gap since the window was free, as far as the one called was there, is the clerk's rest."""
        trace.called_at = at
        since, last = self._free.pop(new.window or "", (at, ""))
        waited_from = max(since, self.seen.eligible.get(new.id, at))
        if last in self.traces and old.stage is Stage.WAITING:
            rest_ms = at - waited_from
            self.traces[last].rest_ms = rest_ms if 0 < rest_ms <= LONGEST_REST_MS else 0

    def _freed(self, old: Ticket, at: int) -> None:
        self._free[old.window or ""] = (at, old.id)

    def _done(self, trace: Trace, old: Ticket) -> None:
        trace.parts.append(Part(old.queue, trace.reach_ms, max(1, trace.served_ms)))
        trace.reach_ms = trace.served_ms = 0
        trace.serving_at = None

    # ------------------------------------------------------------ the script

    def script(self, seed: int = 1) -> Script:
        """The day to be played again; the seed chooses the service times that nobody knows."""
        shifts = self._staffing()
        known: dict[str, list[Part]] = {}
        for trace in self.traces.values():
            for part in trace.parts:
                known.setdefault(part.service, []).append(part)
        chance = stream(seed, "recorded")

        def likely(service: str) -> Part:
            parts = known.get(service)
            return chance.choice(parts) if parts else replace(USUAL, service=service)

        visits = []
        for trace in sorted(self.traces.values(), key=lambda trace: (trace.first.taken_at, trace.first.seq)):
            parts = tuple(trace.parts) or (likely(trace.first.queue),)
            visits.append(_visit(trace, parts))
        closes = max((shift.ends for shift in shifts), default=self.ends_at)
        return Script(self.day, self.opens_at, closes, tuple(visits), tuple(shifts), tuple(self.switches))

    def _staffing(self) -> list[Shift]:
        """As it was; the shifts after which nobody sat down again serve out, whoever waits longer than on the day."""
        last = max((shift.begins for shift in self.shifts), default=0)
        by_window: dict[str, list[Shift]] = {}
        for shift in self.shifts:
            by_window.setdefault(shift.window, []).append(replace(shift, serve_out=shift.ends > last))
        found = [shift for own in by_window.values() for shift in joined(own)]
        return sorted(found, key=lambda shift: (shift.begins, self._order[shift.window, shift.begins]))


def _visit(trace: Trace, parts: tuple[Part, ...]) -> Visit:
    came = bool(trace.parts)
    ticket = trace.first
    return Visit(
        at=ticket.taken_at,
        parts=parts,
        priority=Priority(ticket.priority),
        slot=ticket.place if ticket.appointment is not None and ticket.priority is Priority.APPOINTMENT else None,
        absent=(trace.misses if came else NEVER) if trace.misses else 0,
        absence_ms=trace.absence_ms,
        recalled=trace.recalled and not trace.misses,
        returns_ms=trace.returns_ms,
        patience_ms=trace.left_ms,
        rest_ms=trace.rest_ms,
    )


def last_day(connection: sqlite3.Connection) -> str | None:
    """The business day of the newest record that has one, among the last of the journal."""
    return next((record.day for record in journal.page(connection) if record.day is not None), None)
