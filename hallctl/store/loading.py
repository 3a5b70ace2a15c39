"""The state of a hall from its file: as the rows tell it, and the few records that came after them applied.

Of the rows only live tickets are read, by their partial index, however long the history is; and of all of the last day
which they were and when they were taken, for the limits.
"""

import sqlite3
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct
from sqlalchemy import Select, Table, select, text

from hallctl.domain.alert import Alert
from hallctl.domain.apply import apply
from hallctl.domain.booking import Appointment, Block, Quota
from hallctl.domain.events import Record
from hallctl.domain.model import Account, Agent, Call, Device, Person, Tally, Terminal, Ticket, Window
from hallctl.domain.page import Scan
from hallctl.domain.state import HallState
from hallctl.domain.taken import Taken
from hallctl.errors import StoreError
from hallctl.store import journal, tables
from hallctl.store.journal import UnknownEvent
from hallctl.store.statement import compiled, table_of

T = TypeVar("T")

Connection = sqlite3.Connection
"""What a hall is read by: for those who may not know SQL."""


def load(connection: sqlite3.Connection) -> HallState:
    """The hall's state, without a layout: that is the config's. Read it within one snapshot. What the rows do not tell
    yet is noted.

    Raises StoreError: ``store.damaged`` where rows and journal contradict each other, ``store.newer``.
    """
    state = rows(connection)
    for _record in follow(connection, state):
        pass
    return state


def follow(connection: sqlite3.Connection, state: HallState) -> Iterator[Record]:
    """Apply what came after the record that `state` is as of, one record after the other; each is given when it is
    applied. Errors as `load`."""
    for record in journal.read(connection, state.seq):
        try:
            apply(state, record)
        except (KeyError, AttributeError, TypeError) as error:
            if isinstance(record.event, UnknownEvent):
                raise StoreError("store.newer", version=f"{record.seq} {record.event.type}") from error
            detail = f"rows: record {record.seq}, {record.event.TYPE}, does not follow from them: {error!r}"
            raise StoreError("store.damaged", detail=detail) from error
        yield record


def rows(connection: sqlite3.Connection) -> HallState:
    """The state as of the record that the rows have followed to; raises StoreError ``store.damaged`` if there is none
    such."""
    state = HallState()
    found = connection.execute(_HALL_ROW).fetchone() or (None, None, None, 0)
    state.day, state.last_day, state.emergency, state.seq = found
    last = journal.last_seq(connection)
    if state.seq > last:
        raise StoreError("store.damaged", detail=f"rows: as of record {state.seq}, the journal ends at {last}")
    for ticket in map(_ticket, connection.execute(_LIVE)):
        state.put(ticket)
    for window in _read(connection, _WINDOWS, Window):
        state.put_window(window)
    for appointment in _read(connection, _APPOINTMENTS, Appointment):
        state.change("appointment", appointment.id, appointment)
    state.noted.clear()
    state.taken = Taken.of(connection.execute(_TAKEN, (state.last_day,)))
    state.devices.update((device.name, device) for device in _read(connection, _DEVICES, Device))
    state.accounts.update((account.id, account) for account in _read(connection, _ACCOUNTS, Account))
    state.terminals.update((terminal.id, terminal) for terminal in _read(connection, _TERMINALS, Terminal))
    state.agents.update((agent.id, agent) for agent in _read(connection, _AGENTS, Agent))
    state.alerts.update((alert.id, alert) for alert in _read(connection, _ALERTS, Alert))
    state.blocks.update((block.digest, block) for block in _read(connection, _BLOCKS, Block))
    state.quotas.update((quota.id, quota) for quota in _read(connection, _QUOTAS, Quota))
    state.scans.update((scan.id, scan) for scan in _read(connection, _SCANS, Scan))
    state.calls.update((call.ticket, call) for call in _read(connection, _CALLS, Call))
    state.helps.update(kiosk for (kiosk,) in connection.execute(_HELPS))
    for service, *figures in connection.execute(_TALLIES, (state.last_day,)):
        state.tallies[service] = Tally(*figures)
    state.issued.update(ticket for (ticket,) in connection.execute(_ISSUED, (state.last_day,)))
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
    """Which columns are not kept as they are: enums by value, tuples and structs as JSON, bool as a number."""
    hints = get_type_hints(kind)
    found: list[tuple[int, Callable[[Any], Any]]] = []
    for place, name in enumerate(_names(kind)):
        hint = hints[name]
        if type(None) in get_args(hint):
            hint = next(part for part in get_args(hint) if part is not type(None))
        if get_origin(hint) is tuple or (isinstance(hint, type) and issubclass(hint, Struct)):
            found.append((place, partial(msgspec.json.decode, type=hint)))
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
    kind: _converters(kind)
    for kind in (Ticket, Window, Device, Account, Terminal, Agent, Alert, Call, Appointment, Block, Quota, Scan)
}
_TICKET: Final = table_of(tables.Ticket)
_TALLY: Final = table_of(tables.Tally)
_CALL: Final = table_of(tables.Call)
_HALL: Final = table_of(tables.Hall)
_TICKETS: Final = _select(_TICKET, Ticket).add_columns(*(_TICKET.c[f"person_{name}"] for name in _names(Person)))
_LIVE: Final = compiled(_TICKETS.where(tables.LIVE).order_by(_TICKET.c.seq))
_BY_ID: Final = compiled(_TICKETS.where(_TICKET.c.id == ""))
_TAKEN: Final = compiled(
    select(_TICKET.c.service, _TICKET.c.taken_at, _TICKET.c.person_digest)
    .where(_TICKET.c.day == "", text("stage <> 'cancelled'"))
)  # fmt: skip
_WINDOWS: Final = compiled(_select(table_of(tables.Window), Window))
_DEVICES: Final = compiled(_select(table_of(tables.Device), Device))
_ACCOUNTS: Final = compiled(_select(table_of(tables.Account), Account))
_TERMINALS: Final = compiled(_select(table_of(tables.Terminal), Terminal))
_AGENTS: Final = compiled(_select(table_of(tables.Agent), Agent))
_ALERTS: Final = compiled(_select(table_of(tables.Alert), Alert))
_APPOINTMENTS: Final = compiled(_select(table_of(tables.Appointment), Appointment).where(tables.LIVE))
_BLOCKS: Final = compiled(_select(table_of(tables.Block), Block))
_QUOTAS: Final = compiled(_select(table_of(tables.Quota), Quota))
_SCANS: Final = compiled(_select(table_of(tables.Scan), Scan))
_CALLS: Final = compiled(_select(_CALL, Call).order_by(_CALL.c.seq))
_HELPS: Final = compiled(select(table_of(tables.Help)))
_TALLIES: Final = compiled(_select(_TALLY, Tally, "service").where(_TALLY.c.day == ""))
_SERVICES: Final = compiled(select(_TALLY.c.service).distinct().order_by(_TALLY.c.service))
_ISSUED: Final = compiled(select(_TICKET.c.id).where(_TICKET.c.day == ""))
_HALL_ROW: Final = compiled(select(_HALL.c.day, _HALL.c.last_day, _HALL.c.emergency, _HALL.c.rows_seq))
