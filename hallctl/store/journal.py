"""The journal: `Record` ⇄ row, for replay with everything, for people without what is private.

A body is the event's fields as JSON without its `PRIVATE` ones; those stand in a column of their own, which can be
emptied: the event then loads with its defaults in their place.
"""

import dataclasses
import sqlite3
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any, ClassVar, Final

import msgspec
from sqlalchemy import func, select

from hallctl.domain.events import EVENTS, Event, Record
from hallctl.errors import StoreError
from hallctl.store import tables
from hallctl.store.statement import Row, Value, compiled, insert_text, table_of

PAGE_LIMIT: Final = 500
"""Records in one answer of `page`, at most."""


@dataclasses.dataclass(frozen=True, slots=True)
class UnknownEvent(Event):
    """An event that this program does not know: written by another version. `type` and the body as it is."""

    TYPE: ClassVar[str] = "unknown"
    type: str
    body: dict[str, Any]


def _defaults(kind: type[Event]) -> dict[str, object]:
    return {field.name: field.default for field in dataclasses.fields(kind) if field.name in kind.PRIVATE}


_INSERT: Final = insert_text(tables.Event)
_ENCODER: Final = msgspec.json.Encoder()
_DECODERS: Final = {name: msgspec.json.Decoder(kind) for name, kind in EVENTS.items()}
_PRIVATE: Final = {kind: _defaults(kind) for kind in EVENTS.values()}
_EVENT: Final = table_of(tables.Event)
_OPEN_COLUMNS: Final = (_EVENT.c.seq, _EVENT.c.at, _EVENT.c.day, _EVENT.c.actor, _EVENT.c.type, _EVENT.c.body)


def rows(records: Iterable[Record]) -> list[Row]:
    """The journal's rows of the records: plain INSERTs, a `seq` that exists already is an error."""
    return [(_INSERT, _encode(record)) for record in records]


def read(connection: sqlite3.Connection, after_seq: int = 0) -> Iterator[Record]:
    """The records after `after_seq` in order, private fields included, streamed."""
    for seq, at, day, actor, name, body, private in connection.execute(_read_text(), (after_seq,)):
        yield Record(seq, at, day, actor, _decode(name, body, private))


def last_seq(connection: sqlite3.Connection) -> int:
    """The `seq` of the newest record, 0 for an empty journal."""
    return int(connection.execute(_last_text()).fetchone()[0] or 0)


def page(
    connection: sqlite3.Connection,
    before: int | None = None,
    limit: int = PAGE_LIMIT,
    *,
    ticket: str | None = None,
    window: str | None = None,
    actor: str | None = None,
    day: str | None = None,
) -> list[Record]:
    """Up to `limit` records older than `before` that match what is given, the newest first, never private fields."""
    filters = {"ticket": ticket, "window": window, "actor": actor, "day": day}
    given = {name: value for name, value in filters.items() if value is not None}
    parameters: list[Value] = [*given.values(), *([before] if before is not None else [])]
    cursor = connection.execute(_page_text(tuple(given), before is not None), parameters)
    found = islice(cursor, max(0, min(limit, PAGE_LIMIT)))
    return [Record(seq, at, day, actor, _decode(name, body, None)) for seq, at, day, actor, name, body in found]


def _encode(record: Record) -> tuple[Value, ...]:
    event = record.event
    private: str | None = None
    if event.PRIVATE:
        shown: dict[str, Any] = msgspec.to_builtins(event)
        hidden = {name: shown.pop(name) for name in sorted(event.PRIVATE)}
        body = _ENCODER.encode(shown).decode()
        if hidden != _PRIVATE[type(event)]:
            private = _ENCODER.encode(hidden).decode()
    else:
        body = _ENCODER.encode(event).decode()
    subject = getattr(event, "ticket", None), getattr(event, "window", None)
    return (record.seq, record.at, record.day, record.actor, event.TYPE, *subject, body, private)


def _decode(name: str, body: str, private: str | None) -> Event:
    kind = EVENTS.get(name)
    try:
        if kind is None:
            return UnknownEvent(name, msgspec.json.decode(body, type=dict[str, Any]))
        if private is None:
            return _DECODERS[name].decode(body)
        whole = msgspec.json.decode(body, type=dict[str, Any]) | msgspec.json.decode(private, type=dict[str, Any])
        return msgspec.convert(whole, kind)
    except msgspec.MsgspecError as error:
        raise StoreError("store.unavailable", detail=f"journal, {name}: {error}") from error


@cache
def _read_text() -> str:
    return compiled(select(*_OPEN_COLUMNS, _EVENT.c.private).where(_EVENT.c.seq > 0).order_by(_EVENT.c.seq))


@cache
def _last_text() -> str:
    return compiled(select(func.max(_EVENT.c.seq)))


@cache
def _page_text(names: tuple[str, ...], before: bool) -> str:
    """Parameters: the value of each name, then `before`. Without LIMIT: only what is fetched is looked for."""
    statement = select(*_OPEN_COLUMNS).order_by(_EVENT.c.seq.desc())
    for name in names:
        statement = statement.where(_EVENT.c[name] == "")
    return compiled(statement.where(_EVENT.c.seq < 0) if before else statement)
