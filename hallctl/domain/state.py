"""The state of a hall in memory: live tickets with their indexes, windows, the day's figures.

Only `apply` writes to it. A ticket is live while it is open or its rating is asked; closed ones leave memory, the
store has them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hallctl.domain.lane import Entry, Lane
from hallctl.domain.model import (
    EMPTY_LAYOUT,
    Account,
    Call,
    Device,
    Layout,
    Priority,
    RatingState,
    Stage,
    Tally,
    Terminal,
    Ticket,
    Window,
)

LaneKey = tuple[str, str, Priority]
"""("service", service id, class) or ("window", window id, class): tickets meant for one window only."""

OPEN_STAGES = frozenset({Stage.WAITING, Stage.CALLED, Stage.SERVING, Stage.HELD, Stage.MISSED})


@dataclass(slots=True)
class HallState:
    """Everything `decide` may look at. `seq` is the last event applied; `day` None while the day is closed.

    Indexes over `tickets`: `lanes` (who waits where), `persons` ((digest, queue) → waiting ticket), `targets`
    (waiting for one window only), `asked` (window → finished ticket whose rating is asked).
    `closed` are the last values of tickets that left memory and whose rows are still to be written. Nobody waits at a
    `place` after `latest`.
    """

    layout: Layout = EMPTY_LAYOUT
    seq: int = 0
    day: str | None = None
    last_day: str | None = None
    tickets: dict[str, Ticket] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    terminals: dict[str, Terminal] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    helps: set[str] = field(default_factory=set)
    lanes: dict[LaneKey, Lane] = field(default_factory=dict)
    persons: dict[tuple[str, str], str] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)
    asked: dict[str, str] = field(default_factory=dict)
    closed: dict[str, Ticket] = field(default_factory=dict, compare=False)
    latest: int = field(default=0, compare=False)

    def window(self, window: str) -> Window:
        """The window's state; one never used is closed."""
        return self.windows.get(window) or Window(window)

    def tally(self, service: str) -> Tally:
        """The service's figures of the day, zeros at first."""
        return self.tallies.get(service) or Tally()

    def active(self, window: str) -> Ticket | None:
        """The ticket called to or served at the window."""
        ticket = self.window(window).ticket
        return self.tickets.get(ticket) if ticket else None

    def put(self, ticket: Ticket) -> None:
        """Keep the ticket's new value and its indexes."""
        old = self.tickets.get(ticket.id)
        if old is not None:
            self._unindex(old)
        if ticket.stage in OPEN_STAGES or ticket.rating is RatingState.ASKED:
            self.tickets[ticket.id] = ticket
            self._index(ticket)
        else:
            self.tickets.pop(ticket.id, None)
            self.closed[ticket.id] = ticket

    def drop(self, ticket: Ticket) -> None:
        """Let the ticket leave memory; the store keeps it."""
        self._unindex(ticket)
        del self.tickets[ticket.id]
        self.closed[ticket.id] = ticket

    def waiting(self, queue: str) -> int:
        """How many wait in the service's queue, those meant for one window included."""
        own = sum(len(self.lane("service", queue, priority)) for priority in Priority)
        return own + sum(1 for ticket in self.targeted() if ticket.queue == queue)

    def place(self, now: int) -> int:
        """Where one who comes `now` stands: behind all who wait, though the clock was set back meanwhile (O08)."""
        if now >= self.latest:
            return now
        return max(now, *(lane.tail[0] for lane in self.lanes.values() if lane.tail is not None), 0)

    def targeted(self) -> Iterator[Ticket]:
        """Waiting tickets that are meant for one window only: few."""
        for ticket in self.targets:
            yield self.tickets[ticket]

    def lane(self, kind: str, name: str, priority: Priority) -> Lane:
        """The lane, empty if nobody ever waited in it."""
        return self.lanes.get((kind, name, priority)) or _NOBODY

    def open_windows(self, queue: str) -> list[str]:
        """Windows that are open and serve the queue now."""
        return [
            plan.id
            for plan in self.layout.windows.values()
            if queue in plan.services and self.window(plan.id).state == "open"
        ]

    def _index(self, ticket: Ticket) -> None:
        if ticket.stage is Stage.WAITING:
            self.latest = max(self.latest, ticket.place)
            self.lanes.setdefault(lane_key(ticket), Lane()).add(entry(ticket))
            if ticket.target is not None:
                self.targets.add(ticket.id)
            if ticket.person is not None:
                self.persons[ticket.person.digest, ticket.queue] = ticket.id
        if ticket.rating is RatingState.ASKED and ticket.window is not None:
            self.asked[ticket.window] = ticket.id

    def _unindex(self, ticket: Ticket) -> None:
        if ticket.stage is Stage.WAITING:
            self.lanes[lane_key(ticket)].remove(entry(ticket))
            self.targets.discard(ticket.id)
            if ticket.person is not None:
                place = (ticket.person.digest, ticket.queue)
                if self.persons.get(place) == ticket.id:
                    del self.persons[place]
        if ticket.window is not None and self.asked.get(ticket.window) == ticket.id:
            del self.asked[ticket.window]


def lane_key(ticket: Ticket) -> LaneKey:
    """The lane a waiting ticket stands in."""
    if ticket.target is not None:
        return ("window", ticket.target, ticket.priority)
    return ("service", ticket.queue, ticket.priority)


def entry(ticket: Ticket) -> Entry:
    """The ticket's place in its lane."""
    return (ticket.place, ticket.seq, ticket.id)


_NOBODY = Lane()
