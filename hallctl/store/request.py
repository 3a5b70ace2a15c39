"""What was answered to which `request_id`: a retry gets the same answer, also after a restart.

The row is written in the transaction of the command it answers; a command that is durable but was never answered is so
made harmless to ask again.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Final

from sqlalchemy import delete, select

from hallctl.store import tables
from hallctl.store.statement import Row, compiled, table_of, upsert_text

KEPT_MS: Final = 3 * 24 * 3600 * 1000
"""How long an answer is kept: three days; a fresh business day lets older ones go."""

_REQUEST: Final = table_of(tables.Request)
_PUT: Final = upsert_text(tables.Request)
_FORGET: Final = compiled(delete(_REQUEST).where(_REQUEST.c.at < 0))
_FIND: Final = compiled(select(_REQUEST).where(_REQUEST.c.key == ""))
_RECENT: Final = compiled(select(_REQUEST).where(_REQUEST.c.at >= 0))


@dataclass(frozen=True, slots=True)
class Request:
    """One answered request: `key` is its id, `digest` that of method and params, `seq` the last record it led to
    (or the hall's at the time), `answer` the result as JSON text."""

    key: str
    digest: str
    seq: int
    at: int
    answer: str


def row(request: Request) -> Row:
    """The newest answer under its key. Whether an older one is given again instead was decided before; a client that
    counts its ids from 1 each morning must not make a commit fail, which would refuse everybody else's too."""
    return (_PUT, astuple(request))


def forget(before: int) -> Row:
    """Lets the requests older than the moment `before` go."""
    return (_FORGET, (before,))


def find(connection: sqlite3.Connection, key: str) -> Request | None:
    """The request answered under `key`."""
    found = connection.execute(_FIND, (key,)).fetchone()
    return Request(*found) if found else None


def recent(connection: sqlite3.Connection, since: int) -> Iterator[Request]:
    """The requests answered at or after the moment `since`, in no order, streamed."""
    for found in connection.execute(_RECENT, (since,)):
        yield Request(*found)
