"""The state of a hall in memory: live tickets with their indexes, windows, the day's figures.

Only `apply` writes to it. A ticket is live while it is open or its rating is asked; closed ones leave memory, the
store has them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec.structs import replace

from hallctl.domain.lane import Entry, Lane
from hallctl.domain.model import (
    CALLS_KEPT,
    EMPTY_LAYOUT,
    OPEN,
    Account,
    Call,
    Desk,
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

Place = tuple[str, str]
"""Where one waits: ("service", service id), or ("window", window id) for tickets meant for one window only."""

PLAIN: Final = {"window": "windows", "device": "devices", "account": "accounts", "terminal": "terminals"}
"""Kinds that are kept by id, without an index or an order, and where."""

Noted = dict[tuple[str, Any], tuple[Any, Any]]
"""What has changed: (kind, key) → (value as it was, value as it is); None where there was or is none.

Kinds and keys: ``ticket``, ``window``, ``account``, ``terminal`` by id, ``tally`` (day, service), ``call`` ticket,
``device`` name, ``help`` kiosk (True), ``day`` "" ((day, last day)). In the order of the first change.
"""


@dataclass(slots=True)
class HallState:
    """Everything `decide` may look at. `seq` is the last event applied; `day` None while the day is closed.

    `calls` has the newest last. Indexes over `tickets`: `lanes` (who waits where, by class), `persons` ((digest, queue)
    → waiting ticket), `targets` (waiting for one window only), `asked` (window → finished ticket to be rated).
    Each change is noted: `take_noted` is what the rows are made from and what another state adopts. Nobody waits
    at a `place` after `latest`.
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
    calls: dict[str, Call] = field(default_factory=dict)
    helps: set[str] = field(default_factory=set)
    lanes: dict[Place, dict[Priority, Lane]] = field(default_factory=dict)
    persons: dict[tuple[str, str], str] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)
    asked: dict[str, str] = field(default_factory=dict)
    noted: Noted = field(default_factory=dict, compare=False)
    latest: int = field(default=0, compare=False)

    # ------------------------------------------------------------ changes

    def take_noted(self) -> Noted:
        """What has changed since the last time."""
        noted, self.noted = self.noted, {}
        return noted

    def put(self, ticket: Ticket) -> None:
        """Keep the new value and its indexes; a ticket that is not live any more leaves memory, the store keeps it."""
        if ticket.live and ticket.stage not in OPEN and ticket.rating is not RatingState.ASKED:
            ticket = replace(ticket, live=False)
        old = self.tickets.get(ticket.id)
        if old is not None:
            self._unindex(old)
        if ticket.live:
            self.tickets[ticket.id] = ticket
            self._index(ticket)
        else:
            self.tickets.pop(ticket.id, None)
        self._note("ticket", ticket.id, old, ticket)

    def change(self, kind: str, key: str, new: Any) -> None:
        """Keep a window, device, account or terminal under its id; None takes it out."""
        kept: dict[str, Any] = getattr(self, PLAIN[kind])
        self._note(kind, key, kept.get(key), new)
        if new is None:
            kept.pop(key, None)
        else:
            kept[key] = new

    def put_tally(self, service: str, tally: Tally) -> None:
        self._note("tally", (self.last_day, service), self.tallies.get(service), tally)
        self.tallies[service] = tally

    def put_help(self, kiosk: str, wanted: bool) -> None:
        """Somebody asks for help at the kiosk, or not any more."""
        self._note("help", kiosk, kiosk in self.helps or None, wanted or None)
        (self.helps.add if wanted else self.helps.discard)(kiosk)

    def show_call(self, call: Call) -> None:
        """The call becomes the newest line of the boards' list; what is beyond its length goes."""
        self._note("call", call.ticket, self.calls.pop(call.ticket, None), call)
        self.calls[call.ticket] = call
        if len(self.calls) > CALLS_KEPT:
            self.forget_call(next(iter(self.calls)))

    def forget_call(self, ticket: str) -> None:
        """Take the ticket's line off the list."""
        call = self.calls.pop(ticket, None)
        if call is not None:
            self._note("call", ticket, call, None)

    def turn_day(self, day: str | None, last_day: str | None) -> None:
        """Open or close a day; where the last day is another than before, the figures and calls start anew."""
        if last_day != self.last_day:
            self.tallies.clear()
            for ticket in list(self.calls):
                self.forget_call(ticket)
        self._note("day", "", (self.day, self.last_day), (day, last_day))
        self.day, self.last_day = day, last_day

    def _note(self, kind: str, key: Any, old: Any, new: Any) -> None:
        known = self.noted.get((kind, key))
        self.noted[kind, key] = (known[0] if known else old, new)

    # ------------------------------------------------------------ questions

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

    def waiting(self, queue: str) -> int:
        """How many wait in the service's queue, those meant for one window included."""
        own = sum(map(len, self.standing("service", queue).values()))
        return own + sum(1 for ticket in self.targeted() if ticket.queue == queue)

    def place(self, now: int) -> int:
        """Where one who comes `now` stands: behind all who wait, though the clock was set back meanwhile (O08)."""
        if now >= self.latest:
            return now
        tails = (lane.tail for lanes in self.lanes.values() for lane in lanes.values())
        return max(now, *(tail[0] for tail in tails if tail is not None), 0)

    def targeted(self) -> Iterator[Ticket]:
        """Waiting tickets that are meant for one window only: few."""
        for ticket in self.targets:
            yield self.tickets[ticket]

    def standing(self, kind: str, name: str) -> dict[Priority, Lane]:
        """The lanes of the place by class; only those in which anybody ever waited."""
        return self.lanes.get((kind, name), _NOBODY)

    def open_windows(self, queue: str) -> list[str]:
        """Windows that are open and serve the queue now."""
        return [window for window in self.layout.serving.get(queue, ()) if self.window(window).state is Desk.OPEN]

    def _index(self, ticket: Ticket) -> None:
        if ticket.stage is Stage.WAITING:
            self.latest = max(self.latest, ticket.place)
            self.lanes.setdefault(place_of(ticket), {}).setdefault(ticket.priority, Lane()).add(entry(ticket))
            if ticket.target is not None:
                self.targets.add(ticket.id)
            if ticket.person is not None:
                self.persons[ticket.person.digest, ticket.queue] = ticket.id
        if ticket.rating is RatingState.ASKED and ticket.window is not None:
            self.asked[ticket.window] = ticket.id

    def _unindex(self, ticket: Ticket) -> None:
        if ticket.stage is Stage.WAITING:
            self.lanes[place_of(ticket)][ticket.priority].remove(entry(ticket))
            self.targets.discard(ticket.id)
            if ticket.person is not None:
                place = (ticket.person.digest, ticket.queue)
                if self.persons.get(place) == ticket.id:
                    del self.persons[place]
        if ticket.window is not None and self.asked.get(ticket.window) == ticket.id:
            del self.asked[ticket.window]


def _adopt_tally(state: HallState, key: tuple[str | None, str], tally: Tally) -> None:
    """The figures of a day that is over meanwhile are in the store only."""
    if key[0] == state.last_day:
        state.put_tally(key[1], tally)


def _adopt_call(state: HallState, ticket: str, call: Call | None) -> None:
    if call is None:
        state.forget_call(ticket)
    else:
        state.show_call(call)


def _adopt_plain(kind: str) -> Callable[[HallState, str, Any], None]:
    return lambda state, key, new: state.change(kind, key, new)


ADOPTERS: Final[dict[str, Callable[[HallState, Any, Any], None]]] = {
    **{kind: _adopt_plain(kind) for kind in PLAIN},
    "ticket": lambda state, _key, ticket: state.put(ticket),
    "tally": _adopt_tally,
    "call": _adopt_call,
    "help": lambda state, kiosk, wanted: state.put_help(kiosk, wanted=bool(wanted)),
    "day": lambda state, _key, days: state.turn_day(*days),
}
"""What each kind of change does to a state that adopts it."""


def adopt(state: HallState, noted: Noted, seq: int) -> None:
    """Make another state's changes true in `state` too; `seq` is the last event that led to them."""
    for (kind, key), (_old, new) in noted.items():
        ADOPTERS[kind](state, key, new)
    state.noted.clear()
    state.seq = seq


def place_of(ticket: Ticket) -> Place:
    """Where the ticket waits."""
    return ("service", ticket.queue) if ticket.target is None else ("window", ticket.target)


def entry(ticket: Ticket) -> Entry:
    """The ticket's place in its lane."""
    return (ticket.place, ticket.seq, ticket.id)


_NOBODY: Final[dict[Priority, Lane]] = {}
