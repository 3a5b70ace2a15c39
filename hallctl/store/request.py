"""What was answered to which `request_id`: a retry gets the same answer, also after a restart.

A command that is durable but was never answered is so made harmless to ask again. The journal's last record of a
command carries what its answer can be made of again (`Asked`); the answer's row follows with the other rows, and what
had not followed when the process died is made again at the start. So a lone command writes one page, not two. An answer
that says more than the hall's state tells is written in the command's own transaction: one without a record, rows of a
list, a notice. Rows are only ever appended: a key in a B-tree of its own would touch another page with each command.
"""

import sqlite3
from collections.abc import Iterable
from itertools import islice
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy import delete, select, update

from hallctl.domain.events import DayOpened, Record
from hallctl.errors import StoreError
from hallctl.store import tables
from hallctl.store.statement import Row, compiled, insert_text, table_of

KEPT_MS: Final = 3 * 24 * 3600 * 1000
"""How long an answer is kept: three days; a fresh business day lets older ones go."""


class Request(Struct, frozen=True, gc=False):
    """One answered request: `key` is its id, `digest` that of method and params, `seq` the last record it led to
    (or the hall's at the time), `answer` the result as JSON text."""

    key: str
    digest: str
    seq: int
    at: int
    answer: str


class Asked(Struct, frozen=True, gc=False, array_like=True):
    """A request in the journal: `key` and `digest` as in `Request`; the ticket, window and appointment that its answer
    is about. With the state after the record it makes the answer."""

    key: str
    digest: str
    ticket: str | None
    window: str | None
    appointment: str | None

    def text(self) -> str:
        """As the journal has it."""
        return _ENCODER.encode(self).decode()


_ENCODER: Final = msgspec.json.Encoder()
_ASKED: Final = msgspec.json.Decoder(Asked)
_EVENT: Final = table_of(tables.Event)
_REQUEST: Final = table_of(tables.Request)
_PUT: Final = insert_text(tables.Request, *Request.__struct_fields__)
_FORGET: Final = compiled(delete(_REQUEST).where(_REQUEST.c.at < 0))
_EMPTY: Final = compiled(
    update(_EVENT).where(_EVENT.c.seq.in_(select(_REQUEST.c.seq).where(_REQUEST.c.at < 0))), ["request"]
)
_EMPTY_AFTER: Final = compiled(update(_EVENT).where(_EVENT.c.seq > 0), ["request"])
_AFTER: Final = compiled(select(_EVENT.c.seq, _EVENT.c.request).where(_EVENT.c.seq > 0, _EVENT.c.request.is_not(None)))
_NEWEST: Final = compiled(
    select(*(_REQUEST.c[name] for name in Request.__struct_fields__)).order_by(_REQUEST.c.id.desc())
)


def row(request: Request) -> Row:
    """The newest answer under its key; a client that counts its ids from 1 each morning has several."""
    return (_PUT, astuple(request))


def lapsed(records: Iterable[Record]) -> list[Row]:
    """What a fresh business day among the records lets go: in the journal first, while the rows tell where it is."""
    return [
        row
        for record in records
        if isinstance(record.event, DayOpened) and record.event.fresh
        for row in ((_EMPTY, (None, record.at - KEPT_MS)), (_FORGET, (record.at - KEPT_MS,)))
    ]


def emptied_after(seq: int) -> Row:
    """What lets go the answers of the records after `seq`, whose rows nobody will make."""
    return (_EMPTY_AFTER, (None, seq))


def asked_after(connection: sqlite3.Connection, seq: int) -> dict[int, Asked]:
    """The requests in the journal after `seq`, by the last record that each led to. Raises StoreError
    ``store.damaged``."""
    try:
        return {number: _ASKED.decode(text) for number, text in connection.execute(_AFTER, (seq,))}
    except msgspec.MsgspecError as error:
        raise StoreError("store.damaged", detail=f"journal, request: {error}") from error


def recent(connection: sqlite3.Connection, most: int | None = None) -> list[Request]:
    """The `most` last requests (default: all), the newest last. Counted, not timed: clocks are set."""
    return [Request(*found) for found in islice(connection.execute(_NEWEST), most)][::-1]
