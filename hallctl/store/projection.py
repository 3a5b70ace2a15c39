"""The rows made from the journal, written beside each append; `loading` reads them at a start.

A state notes what changes in it (`HallState.take_noted`); here each noted value becomes its row. Of a ticket only the
columns that differ are written, and they are written with each command, so that the constraints shout. All else is
`Latest`: of several commands in one transaction only the last value of a row needs to reach the disk.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import cache
from itertools import compress
from operator import is_not
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from hallctl.domain.events import DayOpened, HallStarted, Record
from hallctl.domain.model import Account, Call, Device, Person, Tally, Terminal, Ticket, Window
from hallctl.domain.state import Noted
from hallctl.store import request, tables
from hallctl.store.statement import (
    Latest,
    Row,
    Value,
    columns,
    delete_text,
    insert_text,
    update_text,
    upsert_text,
)

_HALL_ID: Final = 1
_PERSON: Final = Ticket.__struct_fields__.index("person")
_NO_PERSON: Final = (None,) * len(Person.__struct_fields__)

_INSERT_TICKET: Final = insert_text(tables.Ticket)
_UPSERT_DAY: Final = upsert_text(tables.Hall, "id", "day", "last_day")
_UPSERT_START: Final = upsert_text(tables.Hall, "id", "version", "config_digest")


def rows(noted: Noted) -> tuple[list[Row], Latest]:
    """(rows of tickets, rows of which only the last of a transaction counts) for what a command changed."""
    written: list[Row] = []
    latest: Latest = {}
    for place, (old, new) in noted.items():
        kind, key = place
        if kind == "ticket":
            row = _ticket_row(old, new)
            if row is not None:
                written.append(row)
        else:
            latest[place] = _ROW[kind](key, new)
    return written, latest


def other_rows(records: Iterable[Record]) -> list[Row]:
    """The rows of the rare events that are not about the state: who started, and what a fresh day lets go."""
    made: list[Row] = []
    for record in records:
        event = record.event
        if isinstance(event, HallStarted):
            made.append((_UPSERT_START, (_HALL_ID, event.version, event.config_digest)))
        elif isinstance(event, DayOpened) and event.fresh:
            made.append(request.forget(record.at - request.KEPT_MS))
    return made


def _ticket_row(old: Ticket | None, new: Ticket) -> Row | None:
    """A plain INSERT of a new ticket (T01), else an UPDATE of what is another value now: another object, which is told
    without looking at it. Never of the person: it is written once, and stays empty when it has been emptied."""
    values = astuple(new)
    if old is None:
        person = astuple(new.person) if new.person is not None else _NO_PERSON
        return _INSERT_TICKET, (*map(_value, values[:_PERSON]), *person)
    changed = tuple(compress(_PLACES, map(is_not, values, astuple(old))))
    if not changed:
        return None
    return _update_ticket(changed), (*[_value(values[place]) for place in changed], new.id)


_PLACES: Final = range(_PERSON)
"""Those of the columns; the person comes after them and is left out."""


@cache
def _update_ticket(changed: Sequence[int]) -> str:
    """The UPDATE of the columns at the places; an event changes the same ones each time, so there are few."""
    return update_text(tables.Ticket, *(Ticket.__struct_fields__[place] for place in changed))


def _value(value: Any) -> Value:
    """As the database takes it; the types that it knows by themselves are nearly all."""
    kind = type(value)
    if kind is str or kind is int or value is None:
        kept: Value = value
        return kept
    if isinstance(value, StrEnum):
        return str.__str__(value)
    return int(value) if kind is bool else msgspec.json.encode(value).decode()


def _table(model: type[Any], kind: type[msgspec.Struct]) -> Callable[[Any, Any], Row]:
    """The row of a table that has the value's fields as its columns; None takes it out."""
    assert columns(model) == kind.__struct_fields__  # noqa: S101 - at import: the table was changed without the class
    upsert, delete = upsert_text(model), delete_text(model)

    def row(key: Any, new: Any) -> Row:
        return (delete, (key,)) if new is None else (upsert, tuple(map(_value, astuple(new))))

    return row


def _tally_row(key: tuple[str, str], new: Tally) -> Row:
    return _UPSERT_TALLY, (*key, *astuple(new))


def _help_row(kiosk: str, wanted: bool | None) -> Row:
    return (_UPSERT_HELP if wanted else _DELETE_HELP), (kiosk,)


def _day_row(_key: str, days: tuple[str | None, str | None]) -> Row:
    return _UPSERT_DAY, (_HALL_ID, *days)


_UPSERT_TALLY: Final = upsert_text(tables.Tally)
_UPSERT_HELP: Final = upsert_text(tables.Help)
_DELETE_HELP: Final = delete_text(tables.Help)

_ROW: Final[dict[str, Callable[[Any, Any], Row]]] = {
    "window": _table(tables.Window, Window),
    "tally": _tally_row,
    "call": _table(tables.Call, Call),
    "device": _table(tables.Device, Device),
    "account": _table(tables.Account, Account),
    "terminal": _table(tables.Terminal, Terminal),
    "help": _help_row,
    "day": _day_row,
}
"""How each kind of change but a ticket's becomes a row; complete by test."""
