"""The journal: `Record` ⇄ row, for replay with everything, for people without what is private.

A body is the event's fields as JSON without its `PRIVATE` ones; those stand in a column of their own, which can be
emptied: the event then loads with its defaults in their place.

The records are a hash chain (L01): the hash of each covers the one before it and every column, of `private` its digest
`sealed` only. That digest is salted, the salt is emptied with what it protects: from the digest alone a name cannot be
guessed. Whoever knows one head (`Head`), on paper or elsewhere, can prove every record up to it; see `verify`.
"""

import dataclasses
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from itertools import islice
from secrets import token_hex
from typing import Any, ClassVar, Final

import msgspec
from msgspec.structs import fields
from sqlalchemy import select

from hallctl.domain.event import Event, Record
from hallctl.domain.event_table import EVENTS
from hallctl.errors import StoreError
from hallctl.store import tables
from hallctl.store.statement import Row, Value, compiled, insert_text, table_of

PAGE_LIMIT: Final = 500
"""Records in one answer of `page`, at most."""

TICKET_DAYS: Final = 2
"""Business days in which a ticket has its records: who is still served when a day ends is served to the end."""


class UnknownEvent(Event, frozen=True, gc=False):
    """An event that this program does not know: written by another version. `type` and the body as it is."""

    TYPE: ClassVar[str] = "unknown"
    type: str
    body: dict[str, Any]


def _defaults(kind: type[Event]) -> dict[str, object]:
    return {field.name: field.default for field in fields(kind) if field.name in kind.PRIVATE}


_INSERT: Final = insert_text(tables.Event)
_SALT: Final = "salt"
_ENCODER: Final = msgspec.json.Encoder()
_DECODERS: Final = {name: msgspec.json.Decoder(kind) for name, kind in EVENTS.items()}
_PRIVATE: Final = {kind: _defaults(kind) for kind in EVENTS.values()}
_EVENT: Final = table_of(tables.Event)
RAW: Final = tuple(column for column in _EVENT.columns if column.name != "request")
"""The columns that belong to a record: those that the chain covers, what is private, and the chain."""
_OPEN_COLUMNS: Final = (_EVENT.c.seq, _EVENT.c.at, _EVENT.c.day, _EVENT.c.actor, _EVENT.c.type, _EVENT.c.body)


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: the last record's number and hash."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"


GENESIS: Final = Head(0, bytes(32))
"""The head of an empty journal."""


def rows(records: Sequence[Record], head: Head, request: str | None = None) -> tuple[list[Row], Head]:
    """The journal's rows of the records that follow `head`, and the new head; a `seq` that exists already is an error
    when they are written. The last row carries the `request` that led to them."""
    made: list[Row] = []
    seq, digest, last = head.seq, head.hash, head.seq + len(records)
    for record in records:
        seq = record.seq
        columns, private = _encode(record)
        sealed = sha256(private.encode()).digest() if private is not None else None
        digest = chained(digest, columns, sealed)
        made.append((_INSERT, (*columns, private, sealed, digest, request if seq == last else None)))
    return made, Head(seq, digest)


def chained(before: bytes, columns: tuple[Value, ...], sealed: bytes | None) -> bytes:
    """SHA-256 of the hash before and of (seq, at, day, actor, type, ticket, window, body, sealed) as a JSON array."""
    return sha256(before + _ENCODER.encode((*columns, sealed))).digest()


def last_head(connection: sqlite3.Connection) -> Head:
    """The head as it stands in the journal."""
    row = connection.execute(_head_text()).fetchone()
    return Head(*row) if row else GENESIS


def read(connection: sqlite3.Connection, after_seq: int = 0) -> Iterator[Record]:
    """The records after `after_seq` in order, private fields included, streamed."""
    for seq, at, day, actor, name, body, private in connection.execute(_read_text(), (after_seq,)):
        yield Record(seq, at, day, actor, decode(name, body, private))


def last_seq(connection: sqlite3.Connection) -> int:
    """The `seq` of the newest record, 0 for an empty journal."""
    return last_head(connection).seq


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
    """Up to `limit` records older than `before` that match what is given, the newest first, never private fields.

    A day or a ticket is looked for among the records of its time; else the journal is read backwards from `before`.
    """
    filters = {"ticket": ticket, "window": window, "actor": actor, "day": day}
    given = {name: value for name, value in filters.items() if value is not None}
    first, end = 1, before if before is not None else sys.maxsize
    of = day or _day_of(ticket or "")
    if of is not None:
        began, ended = _span(connection, of, days=1 if day else TICKET_DAYS)
        first, end = max(first, began), min(end, ended)
    cursor = connection.execute(_page_text(tuple(given)), [*given.values(), first, end])
    found = islice(cursor, max(0, min(limit, PAGE_LIMIT)))
    return [Record(seq, at, day, actor, decode(name, body, None)) for seq, at, day, actor, name, body in found]


def _span(connection: sqlite3.Connection, day: str, days: int) -> tuple[int, int]:
    """(first, end) of the seqs of the business day and those after it, `days` in all; a day may be opened again."""
    began: dict[str, int] = {}
    for seq, opened in connection.execute(_opened_text(), (day,)):
        began.setdefault(opened, seq)
    later = [seq for opened, seq in began.items() if opened > day]
    if day not in began:
        return 1, 1
    return began[day], later[days - 1] if len(later) >= days else sys.maxsize


def opening(connection: sqlite3.Connection, day: str) -> int | None:
    """The `seq` with which the business day (YYYY-MM-DD) or the first one after it was opened; None: none was yet."""
    row = connection.execute(_opened_text(), (day,)).fetchone()
    return row[0] if row else None


def _day_of(ticket: str) -> str | None:
    """The business day in a ticket's id, as `decide` makes it."""
    digits = ticket.partition("-")[0]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 and digits.isdigit() else None


def _encode(record: Record) -> tuple[tuple[Value, ...], str | None]:
    """The columns that everybody may see, and the private one."""
    event = record.event
    private: str | None = None
    if event.PRIVATE:
        shown: dict[str, Any] = msgspec.to_builtins(event)
        hidden = {name: shown.pop(name) for name in sorted(event.PRIVATE)}
        body = _ENCODER.encode(shown).decode()
        if hidden != _PRIVATE[type(event)]:
            private = _ENCODER.encode({**hidden, _SALT: token_hex(16)}).decode()
    else:
        body = _ENCODER.encode(event).decode()
    subject = getattr(event, "ticket", None), getattr(event, "window", None)
    return (record.seq, record.at, record.day, record.actor, event.TYPE, *subject, body), private


def decode(name: str, body: str, private: str | None = None) -> Event:
    """The event of a row; StoreError ``store.damaged`` where the body does not fit its type."""
    kind = EVENTS.get(name)
    try:
        if kind is None:
            return UnknownEvent(name, msgspec.json.decode(body, type=dict[str, Any]))
        if private is None:
            return _DECODERS[name].decode(body)
        whole = msgspec.json.decode(body, type=dict[str, Any]) | msgspec.json.decode(private, type=dict[str, Any])
        return msgspec.convert(whole, kind)
    except msgspec.MsgspecError as error:
        raise StoreError("store.damaged", detail=f"journal, {name}: {error}") from error


@cache
def _read_text() -> str:
    return compiled(select(*_OPEN_COLUMNS, _EVENT.c.private).where(_EVENT.c.seq > 0).order_by(_EVENT.c.seq))


@cache
def _head_text() -> str:
    return compiled(select(_EVENT.c.seq, _EVENT.c.hash).order_by(_EVENT.c.seq.desc()).limit(1), literal=True)


@cache
def _opened_text() -> str:
    """Parameter: the first day wanted."""
    opened = select(_EVENT.c.seq, _EVENT.c.day).where(tables.OPENED, _EVENT.c.day >= "")
    return compiled(opened.order_by(_EVENT.c.day, _EVENT.c.seq))


@cache
def _page_text(names: tuple[str, ...]) -> str:
    """Parameters: the value of each name, the first seq, the seq before which it ends. Without LIMIT: only what is
    fetched is looked for."""
    statement = select(*_OPEN_COLUMNS).order_by(_EVENT.c.seq.desc())
    for name in names:
        statement = statement.where(_EVENT.c[name] == "")
    return compiled(statement.where(_EVENT.c.seq >= 0, _EVENT.c.seq < 0))
