"""What was answered to which `request_id`: a retry gets the same answer, also after a restart.

The row is written in the transaction of the command it answers; a command that is durable but was never answered is so
made harmless to ask again. Rows are only ever appended: a key in a B-tree of its own would touch another page with
each command, a third of what it costs to write it.
"""

import sqlite3
from collections.abc import Iterable
from itertools import islice
from typing import Final

from msgspec import Struct
from msgspec.structs import astuple
from sqlalchemy import delete, select

from hallctl.domain.events import DayOpened, Record
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


_REQUEST: Final = table_of(tables.Request)
_PUT: Final = insert_text(tables.Request, *Request.__struct_fields__)
_FORGET: Final = compiled(delete(_REQUEST).where(_REQUEST.c.at < 0))
_NEWEST: Final = compiled(
    select(*(_REQUEST.c[name] for name in Request.__struct_fields__)).order_by(_REQUEST.c.id.desc())
)


def row(request: Request) -> Row:
    """The newest answer under its key; a client that counts its ids from 1 each morning has several."""
    return (_PUT, astuple(request))


def lapsed(records: Iterable[Record]) -> list[Row]:
    """What a fresh business day among the records lets go."""
    return [
        (_FORGET, (record.at - KEPT_MS,))
        for record in records
        if isinstance(record.event, DayOpened) and record.event.fresh
    ]


def recent(connection: sqlite3.Connection, most: int | None = None) -> list[Request]:
    """The `most` last requests (default: all), the newest last. Counted, not timed: clocks are set."""
    return [Request(*found) for found in islice(connection.execute(_NEWEST), most)][::-1]
