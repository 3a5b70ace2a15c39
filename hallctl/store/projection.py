"""The rows made from the journal, which follow it; `loading` reads them at a start.

A state notes what changes in it (`HallState.take_noted`); here what is noted, of however many commands, becomes rows.
They are written in one transaction together with the `seq` up to which they are true, a while after the records that
they come from: what changed often meanwhile is written once. See `hallctl.engine.follower`.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from operator import itemgetter
from types import NoneType
from typing import Any, Final, get_args

import msgspec
from msgspec.structs import astuple, fields

from hallctl.domain.alert import Alert
from hallctl.domain.booking import Appointment, Block, Quota
from hallctl.domain.model import ACTIVE, Account, Agent, Call, Device, Person, Tally, Terminal, Ticket, Window
from hallctl.domain.page import Scan
from hallctl.domain.state import Noted
from hallctl.store import tables
from hallctl.store.statement import Row, Value, columns, delete_text, insert_text, update_text, upsert_text

_HALL_ID: Final = 1
_FIELDS: Final = Ticket.__struct_fields__
_PERSON: Final = _FIELDS.index("person")
_NO_PERSON: Final = (None,) * len(Person.__struct_fields__)
_FIXED: Final = {"id", "day", "service", "number", "label", "taken_at", "seq", "source", "person"}
"""What no event ever changes in a ticket, as SQLite would keep its indexes anew; and the person, who is written once
and stays empty when it has been emptied."""

_CHANGING: Final = [place for place, name in enumerate(_FIELDS) if name not in _FIXED]
_changing: Final = itemgetter(*_CHANGING)
_MADE: Final = [
    place
    for place, field in enumerate(fields(Ticket))
    if field.name != "person" and not {*(get_args(field.type) or [field.type])} <= {str, int, NoneType}
]
"""Which of a ticket's fields the database does not take as they are: the smaller part."""

_INSERT_TICKET: Final = insert_text(tables.Ticket)
_UPDATE_TICKET: Final = update_text(tables.Ticket, *(_FIELDS[place] for place in _CHANGING))
_LEAVE_WINDOW: Final = update_text(tables.Ticket, "window")
_UPSERT_DAY: Final = upsert_text(tables.Hall, "id", "day", "last_day")
_UPSERT_EMERGENCY: Final = upsert_text(tables.Hall, "id", "emergency")
_UPSERT_SEQ: Final = upsert_text(tables.Hall, "id", "rows_seq")


def rows(noted: Noted, seq: int) -> Iterator[Row]:
    """The rows of what is noted, true as of record `seq`, made while they are taken; in an order in which no constraint
    is broken on the way: a window is left before somebody else comes to it."""
    tickets = [change for (kind, _key), change in noted.items() if kind == "ticket"]
    for old, new in tickets:
        if old is not None and old.stage in ACTIVE and new.stage in ACTIVE and old.window != new.window:
            yield _LEAVE_WINDOW, (None, new.id)
    tickets.sort(key=_is_active)
    for old, new in tickets:
        yield _ticket_row(old, new)
    for (kind, key), (old, new) in noted.items():
        if kind != "ticket" and not (old is None and new is None):  # what came and went meanwhile never was a row
            yield _ROW[kind](key, new)
    yield _UPSERT_SEQ, (_HALL_ID, seq)


def _is_active(change: tuple[Any, Ticket]) -> bool:
    return change[1].stage in ACTIVE


def _ticket_row(old: Ticket | None, new: Ticket) -> Row:
    """A plain INSERT of a new ticket (T01), else an UPDATE of what may change."""
    values: list[Any] = [*astuple(new)]
    for place in _MADE:
        values[place] = _value(values[place])
    if old is None:
        person = astuple(new.person) if new.person is not None else _NO_PERSON
        return _INSERT_TICKET, (*values[:_PERSON], *person)
    return _UPDATE_TICKET, (*_changing(values), new.id)


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


def _emergency_row(_key: str, notice: str | None) -> Row:
    return _UPSERT_EMERGENCY, (_HALL_ID, notice)


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
    "agent": _table(tables.Agent, Agent),
    "alert": _table(tables.Alert, Alert),
    "appointment": _table(tables.Appointment, Appointment),
    "block": _table(tables.Block, Block),
    "quota": _table(tables.Quota, Quota),
    "scan": _table(tables.Scan, Scan),
    "help": _help_row,
    "emergency": _emergency_row,
    "day": _day_row,
}
"""How each kind of change but a ticket's becomes a row; complete by test."""
