"""Which log belongs to which file: told before a newer log is read into an older copy of the database.

SQLite takes the log (-wal) beside a database as that database's own. If an older copy is put back beside the newer log,
it reads as a mixture: pages of the log hang off pages that the copy does not have. So the writer marks what it writes:
in the first transaction after each *complete* checkpoint, the one after which SQLite may begin the log anew, a new
random `own` comes into the one row of `generation`, with the one it follows as `before`. As long as a file and its log
belong together, the file alone has the log's `own` (all of it was copied) or its `before` (not all of it was); every
older copy has another one, and so has a backup, which gets an `own` that no log knows.

Why it holds whatever happens: a checkpoint counts as complete when SQLite says that every frame is in the file, which
it says after the file is synced. So the file alone has `before` at least, durably, when the transaction with the next
`own` begins; one that readers or a crash have cut short changes nothing, for the log then goes on. The log holds the
row from the first transaction of a generation on, and a log's checksums leave whole transactions only. What a power
cut has torn in the file alone, in the midst of a checkpoint, is no row by its `digest` and says nothing; the log has
it whole. An older copy that was made while this very log was in use lacks nothing that is not in the log, and is let
pass. What is copied page by page with other tools while the hall works is no copy, and not looked for here.
"""

import contextlib
import sqlite3
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import Final

from msgspec import Struct
from sqlalchemy import select

from hallctl.errors import StoreError
from hallctl.store import tables
from hallctl.store.statement import Row, compiled, table_of, upsert_text

_SIZE: Final = 16
_NOBODY: Final = bytes(_SIZE)
_ID: Final = 1


class Generation(Struct, frozen=True, gc=False):
    """What stands in the row: random bytes of the generation itself and of the one it follows. Of one length always: a
    row that is overwritten stays at its place."""

    own: bytes = _NOBODY
    before: bytes = _NOBODY

    def following(self) -> "Generation":
        """The next one."""
        return Generation(token_bytes(_SIZE), self.own)

    def row(self) -> Row:
        """As it is written."""
        return _PUT, (_ID, self.own, self.before, _digest(self.own, self.before))


_TABLE: Final = table_of(tables.Generation)
_PUT: Final = upsert_text(tables.Generation)
_GET: Final = compiled(select(_TABLE.c.own, _TABLE.c.before, _TABLE.c.digest))


def of_copy() -> Generation:
    """For a copy made through the log: it is no file that any log belongs to."""
    return Generation(token_bytes(_SIZE))


def read(connection: sqlite3.Connection) -> Generation | None:
    """The generation, the empty one where none has begun, None for a row that was torn; raises sqlite3.Error."""
    try:
        row = connection.execute(_GET).fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # no such table: the first tables are in the log, or none
            return Generation()
        raise
    if row is None:
        return Generation()
    own, before, digest = row
    whole = type(own) is type(before) is bytes and digest == _digest(own, before)
    return Generation(own, before) if whole else None


def check(path: Path, connection: sqlite3.Connection) -> None:
    """Raise StoreError ``store.damaged`` where the log is not that of the file; `connection` reads both. Nothing is
    written."""
    told = read(connection)
    if told is None:
        raise StoreError("store.damaged", detail="generation: not as it was written")
    alone = _of_file(path)
    if alone is not None and alone.own not in {told.own, told.before}:
        raise StoreError("store.damaged", detail="log: of another copy of the database")


def _of_file(path: Path) -> Generation | None:
    """What the file alone says, None where it says nothing."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"  # immutable: SQLite does not look for a log
    with (
        contextlib.suppress(sqlite3.Error, UnicodeError),
        contextlib.closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as alone,
    ):
        return read(alone)
    return None


def _digest(own: bytes, before: bytes) -> bytes:
    return sha256(own + before).digest()[:_SIZE]
