"""The rows made from the journal, written beside each append; `loading` reads them at a start.

Values are read from the state after `apply`, so that a row is what a replay of the journal gives; only which rows a
record touches is known here, by table. Rows are texts and parameters for the writer, see `statement`.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final

import msgspec
from sqlalchemy import delete, select

from hallctl.domain import events as e
from hallctl.domain.events import Event, Record
from hallctl.domain.model import CALLS_KEPT, Account, Call, Device, Person, Tally, Terminal, Ticket, Window
from hallctl.domain.state import HallState
from hallctl.store import request, tables
from hallctl.store.statement import Row, compiled, delete_text, insert_text, table_of, update_text, upsert_text


def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name != "person")


_HALL_ID: Final = 1
_IDENTITY: Final = ("id", "day", "service", "number", "label")
_CHANGING: Final = tuple(name for name in _names(Ticket) if name not in _IDENTITY)

_get_ticket: Final = attrgetter(*_names(Ticket))
_get_changing: Final = attrgetter(*_CHANGING)
_get_person: Final = attrgetter(*_names(Person))
_get_window: Final = attrgetter(*_names(Window))
_get_tally: Final = attrgetter(*_names(Tally))
_get_device: Final = attrgetter(*_names(Device))
_get_account: Final = attrgetter(*_names(Account))
_get_terminal: Final = attrgetter(*_names(Terminal))
_get_call: Final = attrgetter(*_names(Call))
_NO_PERSON: Final = (None,) * len(_names(Person))

_INSERT_TICKET: Final = insert_text(tables.Ticket)
_UPDATE_TICKET: Final = update_text(tables.Ticket, *_CHANGING, "live")
"""Without the person: it is written once, and stays empty when it has been emptied."""

_UPSERT_WINDOW: Final = upsert_text(tables.Window)
_UPSERT_TALLY: Final = upsert_text(tables.Tally)
_UPSERT_DEVICE: Final = upsert_text(tables.Device)
_UPSERT_ACCOUNT: Final = upsert_text(tables.Account)
_DELETE_ACCOUNT: Final = delete_text(tables.Account)
_UPSERT_TERMINAL: Final = upsert_text(tables.Terminal)
_DELETE_TERMINAL: Final = delete_text(tables.Terminal)
_UPSERT_HELP: Final = upsert_text(tables.Help)
_DELETE_HELP: Final = delete_text(tables.Help)
_UPSERT_DAY: Final = upsert_text(tables.Hall, "id", "day", "last_day")
_UPSERT_START: Final = upsert_text(tables.Hall, "id", "version", "config_digest")

_CALL: Final = table_of(tables.Call)
_NEWEST_CALLS: Final = select(_CALL.c.ticket).order_by(_CALL.c.seq.desc()).limit(CALLS_KEPT)
_UPSERT_CALL: Final = upsert_text(tables.Call)
_DELETE_CALL: Final = delete_text(tables.Call)
_CLEAR_CALLS: Final = compiled(delete(_CALL))
_PRUNE_CALLS: Final = compiled(delete(_CALL).where(_CALL.c.ticket.not_in(_NEWEST_CALLS)), literal=True)


class _Rows:
    """The rows of one command: each once, in the order of the first touch, with the value of the last."""

    def __init__(self, state: HallState) -> None:
        self.state = state
        self.rows: dict[tuple[str, str], Row] = {}

    def put(self, table: str, key: str, statement: str, *values: Any) -> None:
        self.rows[table, key] = (statement, tuple(map(_value, values)))

    def ticket(self, event: Any) -> Ticket:
        """The event's ticket as it is now, also if it has left memory."""
        return self.state.tickets.get(event.ticket) or self.state.closed[event.ticket]

    def change(self, ticket: Ticket) -> None:
        if self.rows.get(("ticket", ticket.id), ("",))[0] != _INSERT_TICKET:
            live = int(ticket.id in self.state.tickets)
            self.put("ticket", ticket.id, _UPDATE_TICKET, *_get_changing(ticket), live, ticket.id)

    def put_window(self, window: str) -> None:
        self.put("window", window, _UPSERT_WINDOW, *_get_window(self.state.window(window)))


def rows(state: HallState, records: Sequence[Record]) -> list[Row]:
    """All that `records`, the last ones applied to `state`, touched; takes what `state.closed` kept for it.

    Called after each `apply` or after all of a command's. Only after each does yesterday's tally get its last figures
    where one command closes a day and opens the next.
    """
    out = _Rows(state)
    for record in records:
        for touch in TOUCHES[type(record.event)]:
            touch(out, record, record.event)
    state.closed.clear()
    return list(out.rows.values())


def _value(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return msgspec.json.encode(value).decode()
    return value


def _taken(out: _Rows, _record: Record, event: e.TicketTaken) -> None:
    """A plain INSERT, so that the constraints shout (T01)."""
    ticket = out.ticket(event)
    live = int(ticket.id in out.state.tickets)
    person = _get_person(ticket.person) if ticket.person is not None else _NO_PERSON
    out.put("ticket", ticket.id, _INSERT_TICKET, *_get_ticket(ticket), live, *person)


def _ticket(out: _Rows, _record: Record, event: Any) -> None:
    out.change(out.ticket(event))


def _left(out: _Rows, _record: Record, event: Any) -> None:
    """The window that the ticket stood at: named by the event, or known to the ticket."""
    window = getattr(event, "window", None) or out.ticket(event).window
    if window is not None:
        out.put_window(window)


def _tally(out: _Rows, record: Record, event: Any) -> None:
    """The figures of the day in hand; a past day's are not in the state any more."""
    day, service = out.state.last_day, out.ticket(event).queue
    tally = out.state.tallies.get(service)
    if tally is not None and record.day in {None, day}:
        out.put("tally", service, _UPSERT_TALLY, day, service, *_get_tally(tally))


def _call(out: _Rows, record: Record, event: Any) -> None:
    """The ticket's line on the boards, new or gone; what is beyond the list's length goes too."""
    line = next((call for call in out.state.calls if call.ticket == event.ticket), None)
    if line is None:
        out.put("call", event.ticket, _DELETE_CALL, event.ticket)
        return
    out.put("call", event.ticket, _UPSERT_CALL, *_get_call(line), record.seq)
    if len(out.state.calls) == CALLS_KEPT:
        out.rows.pop(("call", ""), None)
        out.put("call", "", _PRUNE_CALLS)


def _window(out: _Rows, _record: Record, event: Any) -> None:
    out.put_window(event.window)


def _active_ticket(out: _Rows, _record: Record, event: e.WindowTakenOver) -> None:
    active = out.state.active(event.window)
    if active is not None:
        out.change(active)


def _day(out: _Rows, _record: Record, _event: Any) -> None:
    out.put("hall", "day", _UPSERT_DAY, _HALL_ID, out.state.day, out.state.last_day)


def _fresh_day(out: _Rows, record: Record, event: e.DayOpened) -> None:
    """A fresh day sets the windows' figures and the calls to nothing and lets the missed leave."""
    if not event.fresh:
        return
    for ticket in out.state.closed.values():
        out.change(ticket)
    for window in out.state.windows:
        out.put_window(window)
    out.put("call", "*", _CLEAR_CALLS)
    out.rows["request", "*"] = request.forget(record.at - request.KEPT_MS)


def _started(out: _Rows, _record: Record, event: e.HallStarted) -> None:
    out.put("hall", "start", _UPSERT_START, _HALL_ID, event.version, event.config_digest)
    for device in out.state.devices.values():
        out.put("device", device.name, _UPSERT_DEVICE, *_get_device(device))


def _device(out: _Rows, _record: Record, event: e.DeviceReported) -> None:
    out.put("device", event.device, _UPSERT_DEVICE, *_get_device(out.state.devices[event.device]))


def _help(out: _Rows, _record: Record, event: Any) -> None:
    statement = _UPSERT_HELP if event.kiosk in out.state.helps else _DELETE_HELP
    out.put("help", event.kiosk, statement, event.kiosk)


def _terminal(out: _Rows, _record: Record, event: Any) -> None:
    terminal = out.state.terminals.get(event.terminal)
    if terminal is None:
        out.put("terminal", event.terminal, _DELETE_TERMINAL, event.terminal)
    else:
        out.put("terminal", event.terminal, _UPSERT_TERMINAL, *_get_terminal(terminal))


def _account(out: _Rows, _record: Record, event: Any) -> None:
    account = out.state.accounts.get(event.account)
    if account is None:
        out.put("account", event.account, _DELETE_ACCOUNT, event.account)
    else:
        out.put("account", event.account, _UPSERT_ACCOUNT, *_get_account(account))


TOUCHES: Final[dict[type[Event], tuple[Callable[[_Rows, Record, Any], None], ...]]] = {
    e.TicketTaken: (_taken, _tally),
    e.TicketCancelled: (_ticket, _left, _tally, _call),
    e.TicketCalled: (_ticket, _window, _tally, _call),
    e.TicketRecalled: (_ticket, _call),
    e.TicketStarted: (_ticket, _window),
    e.TicketFinished: (_ticket, _window, _tally),
    e.TicketMissed: (_ticket, _left, _tally, _call),
    e.TicketRestored: (_ticket,),
    e.TicketHeld: (_ticket, _window),
    e.TicketResumed: (_ticket, _window, _call),
    e.TicketTransferred: (_ticket, _left, _call),
    e.TicketUndone: (_ticket, _window, _tally, _call),
    e.TicketExpired: (_ticket, _tally),
    e.TicketRated: (_ticket,),
    e.RatingLapsed: (_ticket,),
    e.SlipConfirmed: (_ticket,),
    e.SlipFailed: (_ticket,),
    e.SlipReprinted: (_ticket,),
    e.WindowOpened: (_window,),
    e.WindowPaused: (_window,),
    e.WindowResumed: (_window,),
    e.WindowClosed: (_window,),
    e.WindowTakenOver: (_window, _active_ticket),
    e.ClerkLoggedIn: (_window,),
    e.ClerkLoggedOut: (_window,),
    e.DayOpened: (_day, _fresh_day),
    e.DayClosed: (_day,),
    e.HallStarted: (_started,),
    e.DeviceReported: (_device,),
    e.HelpRequested: (_help,),
    e.HelpAnswered: (_help,),
    e.TerminalPaired: (_terminal,),
    e.TerminalRevoked: (_terminal,),
    e.AccountSet: (_account,),
    e.AccountRemoved: (_account,),
}
"""Which rows each event touches; complete by test."""
