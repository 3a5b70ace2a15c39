"""The state of a hall in memory: live tickets with their indexes, windows, the day's figures.

Only `apply` writes to it. A ticket is live while it is open or its rating is asked; closed ones leave memory, the
store has them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec.structs import replace

from hallctl.domain.agenda import Agenda
from hallctl.domain.alert import Alert
from hallctl.domain.booking import Appointment, Block, Quota
from hallctl.domain.lane import Entry, Lane
from hallctl.domain.layout import EMPTY_LAYOUT, Layout
from hallctl.domain.model import (
    CALLS_KEPT,
    OPEN,
    Account,
    Agent,
    Call,
    Desk,
    Device,
    Priority,
    RatingState,
    Stage,
    Tally,
    Terminal,
    Ticket,
    Window,
    WindowPlan,
)
from hallctl.domain.page import Scan
from hallctl.domain.taken import Taken

Place = tuple[str, str]
"""Where one waits: ("service", service id); ("window", window id) or ("clerk", account id) for tickets meant for one
only; ("returning", service id) for those who missed their turn and come back after some others."""

PLAIN: Final = {
    "device": "devices",
    "account": "accounts",
    "terminal": "terminals",
    "agent": "agents",
    "alert": "alerts",
    "appointment": "appointments",
    "block": "blocks",
    "quota": "quotas",
    "scan": "scans",
}
"""Kinds that are kept by id, without an order, and where."""

Noted = dict[tuple[str, Any], tuple[Any, Any]]
"""What has changed: (kind, key) → (value as it was, value as it is); None where there was or is none.

Kinds and keys: ``ticket``, ``window``, ``account``, ``terminal``, ``alert`` by id, ``tally`` (day, service), ``call``
ticket, ``device`` and ``agent`` name, ``appointment``, ``quota`` and ``scan`` by id, ``block`` by digest, ``help``
kiosk (True), ``day`` "" ((day, last day)), ``emergency`` "" (its notice). In the order of the first change.
"""


def merge(noted: Noted, later: Noted) -> None:
    """Put what was noted later to what was noted before."""
    for place, (old, new) in later.items():
        known = noted.get(place)
        noted[place] = (known[0] if known is not None else old, new)


@dataclass(slots=True)
class HallState:
    """Everything `decide` may look at. `seq` is the last event applied; `day` None while the day is closed.

    `calls` has the newest last. Indexes over `tickets`: `lanes` (who waits where, by class), `persons` ((digest, queue)
    → waiting ticket), `targets` (waiting for one window or clerk only), `returning` (waiting beside the lanes), `asked`
    (window → finished ticket to be rated);
    `arranged` are windows that do not work by the config's plan,
    `served` what `serving` has made of them; `agenda` indexes `appointments`;
    `taken` counts the day's numbers, closed ones too;
    `carried` are the labels of open tickets of earlier days, which are not given again meanwhile.
    Each change is noted: `take_noted` is what the rows are made from and what another state adopts. Nobody waits
    at a `place` after `latest`. `issued` has every ticket's id since the last day began, those that have left memory
    too: none is given twice (T01).
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
    emergency: str | None = None
    agents: dict[str, Agent] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    helps: set[str] = field(default_factory=set)
    appointments: dict[str, Appointment] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    quotas: dict[str, Quota] = field(default_factory=dict)
    scans: dict[str, Scan] = field(default_factory=dict)
    agenda: Agenda = field(default_factory=Agenda)
    lanes: dict[Place, dict[Priority, Lane]] = field(default_factory=dict)
    persons: dict[tuple[str, str], str] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)
    returning: set[str] = field(default_factory=set)
    arranged: set[str] = field(default_factory=set)
    asked: dict[str, str] = field(default_factory=dict)
    carried: dict[str, str] = field(default_factory=dict)
    taken: Taken = field(default_factory=Taken)
    served: tuple[Layout, dict[str, list[str]]] | None = field(default=None, compare=False)
    noted: Noted = field(default_factory=dict, compare=False)
    latest: int = field(default=0, compare=False)
    issued: set[str] = field(default_factory=set, compare=False)

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
            _unindex(self, old)
        else:
            self.issued.add(ticket.id)
        if old is None or ticket.stage is Stage.CANCELLED:
            _count(self, old, ticket)
        if ticket.live:
            self.tickets[ticket.id] = ticket
            _index(self, ticket)
        else:
            self.tickets.pop(ticket.id, None)
        if ticket.day != self.last_day:
            _carry(self, ticket)
        self.note("ticket", ticket.id, old, ticket)

    def change(self, kind: str, key: str, new: Any) -> None:
        """Keep a device, account ... under its id; None takes it out, and what is not live any more leaves
        memory too: the store keeps it."""
        kept: dict[str, Any] = getattr(self, PLAIN[kind])
        old = kept.get(key)
        self.note(kind, key, old, new)
        if kind == "appointment":
            self.agenda.change(old, new)
        if new is None or getattr(new, "live", True) is False:
            kept.pop(key, None)
        else:
            kept[key] = new

    def put_window(self, window: Window) -> None:
        """Keep the new value, and whether it works by the config's plan."""
        old = self.windows.get(window.id)
        self.note("window", window.id, old, window)
        if window.plan is not (old.plan if old is not None else None):
            (self.arranged.discard if window.plan is None else self.arranged.add)(window.id)
            self.served = None
        self.windows[window.id] = window

    def put_tally(self, service: str, tally: Tally) -> None:
        self.note("tally", (self.last_day, service), self.tallies.get(service), tally)
        self.tallies[service] = tally

    def show_call(self, call: Call) -> None:
        """The call becomes the newest line of the boards' list; what is beyond its length goes."""
        self.note("call", call.ticket, self.calls.pop(call.ticket, None), call)
        self.calls[call.ticket] = call
        if len(self.calls) > CALLS_KEPT:
            self.forget_call(next(iter(self.calls)))

    def forget_call(self, ticket: str) -> None:
        """Take the ticket's line off the list."""
        call = self.calls.pop(ticket, None)
        if call is not None:
            self.note("call", ticket, call, None)

    def turn_day(self, day: str | None, last_day: str | None) -> None:
        """Open or close a day; where the last day is another than before, the figures and calls start anew."""
        if last_day != self.last_day:
            self.tallies.clear()
            self.taken.clear()
            self.issued.clear()
            for ticket in list(self.calls):
                self.forget_call(ticket)
        self.note("day", "", (self.day, self.last_day), (day, last_day))
        self.day, self.last_day = day, last_day
        kept = (ticket for ticket in self.tickets.values() if ticket.day != last_day and ticket.stage in OPEN)
        self.carried = {ticket.label: ticket.id for ticket in kept}

    def note(self, kind: str, key: Any, old: Any, new: Any) -> None:
        """Something is another value now."""
        what = kind, key
        known = self.noted.get(what)
        self.noted[what] = (known[0] if known else old, new)

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
        lanes = (*self.standing("service", queue).values(), *self.standing("returning", queue).values())
        return sum(map(len, lanes)) + sum(1 for ticket in self.targeted() if ticket.queue == queue)

    def place(self, now: int) -> int:
        """Where one who comes `now` stands: behind all who wait, though the clock was set back meanwhile (O08)."""
        if now >= self.latest:
            return now
        tails = (
            lane.tail
            for (kind, _name), lanes in self.lanes.items()
            for priority, lane in lanes.items()
            if kind != "returning" and priority is not Priority.APPOINTMENT
        )
        return max(now, *(tail[0] for tail in tails if tail is not None), 0)

    def targeted(self) -> Iterator[Ticket]:
        """Waiting tickets that are meant for one window or one clerk only: few."""
        for ticket in self.targets:
            yield self.tickets[ticket]

    def standing(self, kind: str, name: str) -> dict[Priority, Lane]:
        """The lanes of the place by class; only those in which anybody ever waited."""
        return self.lanes.get((kind, name), _NOBODY)

    def plan(self, window: str) -> WindowPlan:
        """What the window calls at present; KeyError for one that the hall does not have."""
        return self.window(window).plan or self.layout.windows[window]

    def serving(self, queue: str) -> Sequence[str]:
        """The windows that serve the queue at present, help included, in the config's order."""
        if not self.arranged:
            return self.layout.serving.get(queue, ())
        if self.served is None or self.served[0] is not self.layout:
            serving: dict[str, list[str]] = {}
            for window in self.layout.windows:
                for name in self.plan(window).serves:
                    serving.setdefault(name, []).append(window)
            self.served = (self.layout, serving)
        return self.served[1].get(queue, ())

    def open_windows(self, queue: str) -> list[str]:
        """Windows that are open and serve the queue now."""
        return [window for window in self.serving(queue) if self.window(window).state is Desk.OPEN]


def put_help(state: HallState, kiosk: str, wanted: bool) -> None:
    """Somebody asks for help at the kiosk, or not any more."""
    state.note("help", kiosk, kiosk in state.helps or None, wanted or None)
    (state.helps.add if wanted else state.helps.discard)(kiosk)


def put_emergency(state: HallState, notice: str | None) -> None:
    """An emergency begins, with what everybody is told, or is over (None)."""
    state.note("emergency", "", state.emergency, notice)
    state.emergency = notice


def _index(state: HallState, ticket: Ticket) -> None:
    if ticket.stage is Stage.WAITING:
        if ticket.priority is not Priority.APPOINTMENT:  # whose place may be a slot still to come
            state.latest = max(state.latest, ticket.place)
        state.lanes.setdefault(place_of(ticket), {}).setdefault(ticket.priority, Lane()).add(entry(ticket))
        if ticket.target is not None or ticket.for_clerk is not None:
            state.targets.add(ticket.id)
        if ticket.after is not None:
            state.returning.add(ticket.id)
        if ticket.person is not None:
            state.persons[ticket.person.digest, ticket.queue] = ticket.id
    if ticket.rating is RatingState.ASKED and ticket.window is not None:
        state.asked[ticket.window] = ticket.id


def _unindex(state: HallState, ticket: Ticket) -> None:
    if ticket.stage is Stage.WAITING:
        state.lanes[place_of(ticket)][ticket.priority].remove(entry(ticket))
        state.targets.discard(ticket.id)
        state.returning.discard(ticket.id)
        if ticket.person is not None:
            place = (ticket.person.digest, ticket.queue)
            if state.persons.get(place) == ticket.id:
                del state.persons[place]
    if ticket.window is not None and state.asked.get(ticket.window) == ticket.id:
        del state.asked[ticket.window]


def _count(state: HallState, old: Ticket | None, ticket: Ticket) -> None:
    """A number was taken, or one is cancelled; who was taken over from another day is not of this one."""
    if ticket.day != state.last_day:
        return
    if old is not None:
        state.taken.remove(ticket)
    elif ticket.stage is not Stage.CANCELLED:
        state.taken.add(ticket)


def _carry(state: HallState, ticket: Ticket) -> None:
    """A ticket of an earlier day is live, or not any more."""
    if ticket.live and ticket.stage in OPEN:
        state.carried[ticket.label] = ticket.id
    elif state.carried.get(ticket.label) == ticket.id:
        del state.carried[ticket.label]


def _adopt_tally(state: HallState, key: tuple[str | None, str], tally: Tally) -> None:
    """The figures of a day that is over meanwhile are for the store only."""
    if key[0] == state.last_day:
        state.put_tally(key[1], tally)
    else:
        state.note("tally", key, None, tally)


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
    "window": lambda state, _key, window: state.put_window(window),
    "tally": _adopt_tally,
    "call": _adopt_call,
    "help": lambda state, kiosk, wanted: put_help(state, kiosk, wanted=bool(wanted)),
    "day": lambda state, _key, days: state.turn_day(*days),
    "emergency": lambda state, _key, notice: put_emergency(state, notice),
}
"""What each kind of change does to a state that adopts it."""


def adopt(state: HallState, noted: Noted, seq: int) -> None:
    """Make another state's changes true in `state` too, noted there with those before; `seq` is the last event that led
    to them."""
    for (kind, key), (_old, new) in noted.items():
        ADOPTERS[kind](state, key, new)
    state.seq = seq


def place_of(ticket: Ticket) -> Place:
    """Where the ticket waits."""
    if ticket.after is not None:
        return ("returning", ticket.queue)
    if ticket.target is not None:
        return ("window", ticket.target)
    return ("service", ticket.queue) if ticket.for_clerk is None else ("clerk", ticket.for_clerk)


def entry(ticket: Ticket) -> Entry:
    """The ticket's place in its lane: who comes back after some others is ordered by how many."""
    return (ticket.place if ticket.after is None else ticket.after, ticket.seq, ticket.id)


_NOBODY: Final[dict[Priority, Lane]] = {}
