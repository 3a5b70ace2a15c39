"""A database made anew from journal rows: the rows as they are, everything else by replaying them (O07).

The rows are written into a file that nobody else has open; whoever makes it gives it its name when it is whole.
"""

import contextlib
import itertools
import os
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from hallctl.domain.apply import apply
from hallctl.domain.state import HallState
from hallctl.errors import StoreError
from hallctl.store import journal, loading, projection, request, schema, tables
from hallctl.store.journal import Head
from hallctl.store.statement import insert_text
from hallctl.store.verify import Raw

BATCH: Final = 2000
"""Records in one transaction."""

_INSERT: Final = insert_text(tables.Event, *(column.name for column in journal.RAW))


class Rebuild:
    """The database being made at `path`: empty, or one that holds the first part already. Close it in any case."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file, mode 0600; raises StoreError, OSError."""
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self.connection = sqlite3.connect(path, isolation_level=None)
        try:
            for setting in ("journal_mode=memory", "synchronous=off", "cache_size=-65536", "locking_mode=exclusive"):
                self.connection.execute(f"PRAGMA {setting}").fetchone()
            schema.upgrade(self.connection)
            self.state: HallState = loading.rows(self.connection)
            self._followed = self.state.seq
            for _record in loading.follow(self.connection, self.state):
                pass
            self.head: Head = journal.last_head(self.connection)
        except BaseException:
            self.connection.close()
            raise

    def add(self, rows: Iterable[Raw], progress: Callable[[int], None] = lambda _seq: None) -> None:
        """Append rows that follow the head, and the rows made from them; `progress` is told the seq now and then.

        Raises StoreError for an event that this program does not know, sqlite3.Error.
        """
        left = iter(rows)
        while batch := list(itertools.islice(left, BATCH)):
            self._write(batch)
            progress(self.head.seq)

    def _write(self, batch: list[Raw]) -> None:
        execute = self.connection.execute
        execute("BEGIN")
        execute(*request.emptied_after(self._followed))
        self.connection.executemany(_INSERT, batch)
        records = list(journal.read(self.connection, self.state.seq))
        for record in records:
            try:
                apply(self.state, record)
            except (KeyError, AttributeError, TypeError) as error:
                raise StoreError("store.newer", version=f"{record.seq} {record.event.TYPE}") from error
        for row in (*projection.rows(self.state.take_noted(), self.state.seq), *request.lapsed(records)):
            execute(*row)
        execute("COMMIT")
        self._followed = self.state.seq
        self.head = Head(batch[-1][0], batch[-1][10])

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self.connection.close()
