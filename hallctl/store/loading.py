"""The state as the rows tell it: how a start knows its hall without replaying the journal.

Only live tickets are read, by their partial index, however long the history is.
"""

import sqlite3
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from typing import Any, Final, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Struct
from sqlalchemy import Select, Table, select

from hallctl.domain.model import Account, Call, Device, Person, Tally, Terminal, Ticket, Window
from hallctl.domain.state import HallState
from hallctl.store import journal, tables
from hallctl.store.statement import compiled, table_of

T = TypeVar("T")


def load(connection: sqlite3.Connection) -> HallState:
    """The hall's state, without a layout: that is the config's. Read it within one snapshot."""
    state = HallState(seq=journal.last_seq(connection))
    state.day, state.last_day = connection.execute(_DAY).fetchone() or (None, None)
    for ticket in map(_ticket, connection.execute(_LIVE)):
        state.put(ticket)
    state.noted.clear()
    state.windows.update((window.id, window) for window in _read(connection, _WINDOWS, Window))
    state.devices.update((device.name, device) for device in _read(connection, _DEVICES, Device))
    state.accounts.update((account.id, account) for account in _read(connection, _ACCOUNTS, Account))
    state.terminals.update((terminal.id, terminal) for terminal in _read(connection, _TERMINALS, Terminal))
    state.calls.update((call.ticket, call) for call in _read(connection, _CALLS, Call))
    state.helps.update(kiosk for (kiosk,) in connection.execute(_HELPS))
    for service, *figures in connection.execute(_TALLIES, (state.last_day,)):
        state.tallies[service] = Tally(*figures)
    return state


def find_ticket(connection: sqlite3.Connection, ticket: str) -> Ticket | None:
    """A ticket of any day, ended or not, by its id."""
    row = connection.execute(_BY_ID, (ticket,)).fetchone()
    return _ticket(row) if row else None


def services(connection: sqlite3.Connection) -> list[str]:
    """Every service that ever had figures, by name."""
    return [service for (service,) in connection.execute(_SERVICES)]


def _names(kind: type[Struct]) -> list[str]:
    return [name for name in kind.__struct_fields__ if name != "person"]


def _select(table: Table, kind: type[Struct], *more: str) -> Select[Any]:
    return select(*(table.c[name] for name in (*more, *_names(kind))))


def _converters(kind: type[Struct]) -> list[tuple[int, Callable[[Any], Any]]]:
    """Which columns are not kept as they are: enums by value, tuples as JSON, bool as a number."""
    hints = get_type_hints(kind)
    found: list[tuple[int, Callable[[Any], Any]]] = []
    for place, name in enumerate(_names(kind)):
        hint = next((part for part in get_args(hints[name]) if part is not type(None)), hints[name])
        if hints[name] == tuple[str, ...]:
            found.append((place, partial(msgspec.json.decode, type=tuple[str, ...])))
        elif isinstance(hint, type) and (issubclass(hint, StrEnum) or hint is bool):
            found.append((place, hint))
    return found


def _made(row: tuple[Any, ...], converters: list[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    values = list(row)
    for place, convert in converters:
        if values[place] is not None:
            values[place] = convert(values[place])
    return values


def _read(connection: sqlite3.Connection, text: str, kind: Callable[..., T]) -> Iterator[T]:
    converters = _CONVERTERS[kind]
    return (kind(*_made(row, converters)) for row in connection.execute(text))


def _ticket(row: tuple[Any, ...]) -> Ticket:
    """The row's ticket; a person who has been emptied is none."""
    made: Callable[..., Ticket] = Ticket
    *values, digest, name_mask, number_mask, kind = _made(row, _CONVERTERS[Ticket])
    return made(*values, Person(digest, name_mask or "", number_mask or "", kind or "") if digest else None)


_CONVERTERS: Final[dict[Any, list[tuple[int, Callable[[Any], Any]]]]] = {
    kind: _converters(kind) for kind in (Ticket, Window, Device, Account, Terminal, Call)
}
_TICKET: Final = table_of(tables.Ticket)
_TALLY: Final = table_of(tables.Tally)
_CALL: Final = table_of(tables.Call)
_HALL: Final = table_of(tables.Hall)
_TICKETS: Final = _select(_TICKET, Ticket).add_columns(*(_TICKET.c[f"person_{name}"] for name in _names(Person)))
_LIVE: Final = compiled(_TICKETS.where(tables.LIVE).order_by(_TICKET.c.seq))
_BY_ID: Final = compiled(_TICKETS.where(_TICKET.c.id == ""))
_WINDOWS: Final = compiled(_select(table_of(tables.Window), Window))
_DEVICES: Final = compiled(_select(table_of(tables.Device), Device))
_ACCOUNTS: Final = compiled(_select(table_of(tables.Account), Account))
_TERMINALS: Final = compiled(_select(table_of(tables.Terminal), Terminal))
_CALLS: Final = compiled(_select(_CALL, Call).order_by(_CALL.c.seq))
_HELPS: Final = compiled(select(table_of(tables.Help)))
_TALLIES: Final = compiled(_select(_TALLY, Tally, "service").where(_TALLY.c.day == ""))
_SERVICES: Final = compiled(select(_TALLY.c.service).distinct().order_by(_TALLY.c.service))
_DAY: Final = compiled(select(_HALL.c.day, _HALL.c.last_day))
