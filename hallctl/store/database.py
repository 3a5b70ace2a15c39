"""The one writer thread and the readers of a hall's SQLite file. SQLite's own words stand here and nowhere else.

Natural group commit: the writer takes whatever is queued as one transaction, without waiting for more, commits it with
``synchronous=FULL`` and reports the whole batch at once. One connection writes and checkpoints; SQLite up to 3.51.2
can corrupt a WAL when two do so at once. Everybody else reads, with a connection that cannot write.
"""

import asyncio
import contextlib
import enum
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from hallctl.errors import StoreError
from hallctl.store import generation, log, place, schema, verify
from hallctl.store.statement import KEYED, Row

T = TypeVar("T")

DATABASE: Final = "hall.db"

CHECKPOINT_COMMITS: Final = 50
"""Commits after which an idle moment is used to copy the WAL into the database: few, so that a command that comes
meanwhile hardly waits."""

CHECKPOINT_AT_LATEST: Final = 500
"""Commits after which it is done without an idle moment: the WAL must not grow for ever."""

IDLE_S: Final = 0.0005
"""After a commit, before the writer looks after its own: whoever waits for the commit is told first, and needs the
interpreter for it."""

READERS: Final = 2

STATEMENTS: Final = 256
"""Prepared statements kept: more than the hot path has."""

SETTINGS: Final = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit is on the disk when it is acknowledged
    "wal_autocheckpoint": 0,  # the writer checkpoints between commits, never inside one
    "foreign_keys": 1,
    "cache_size": -16384,  # KiB
}
"""The writer's PRAGMAs; `Database.open` refuses where one does not hold."""

_BROKEN: Final = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT}
"""After one of these nobody knows what is on the disk: only a restart, which recovers from the file, helps. After a
constraint's not even that may: the rows contradict the journal, whose commands have been answered."""

_CODES: Final = {
    sqlite3.SQLITE_CORRUPT: "store.damaged",
    sqlite3.SQLITE_NOTADB: "store.damaged",
    sqlite3.SQLITE_CONSTRAINT: "store.damaged",
    sqlite3.SQLITE_IOERR: "store.disk",
}

_TORN_TEXT: Final = "Could not decode to UTF-8"
"""How the sqlite3 module begins to tell of a text that is none; without an error code."""

CHECKED: Final = 5_000
"""Records at the journal's end whose chain is looked at by `open`: more than a log that SQLite replays holds."""


_ENDED: Final = StoreError("store.unavailable", detail="the writer has ended")
"""Made beforehand: where it is needed, there may be no memory."""

_NOTHING: Final[dict[None, None]] = {}
sqlite3.register_adapter(bytes, bytes)
sqlite3.register_adapter(type(None), _NOTHING.get)
"""For these two the sqlite3 module looks in vain for an adapter, in three places, at each parameter; one that gives
back the value itself ends that: a row with many empty columns takes the writer half the time (CPython 3.11,
Modules/_sqlite/microprotocols.c)."""


@dataclass(slots=True)
class Write:
    """Rows that are durable together, or not at all: a command's records, or what follows of many. They are written in
    order, and may be made while they are taken, in the writer's thread.

    The same object comes back in `OnCommit`, in the order of `submit`; subclass it to carry what the answer needs.
    """

    rows: Iterable[Row]


OnCommit = Callable[[list[Write], StoreError | None], None]
"""Called in the writer's thread once per batch: every write of it is durable, or (with an error) none is. An empty
batch is the writer's last word: it has broken off, and nothing is known of what else was submitted."""


OnFlush = Callable[[list[Write]], None]
"""Called in the writer's thread when the batch's rows are written and their commit is about to wait for the disk."""


class _Mark(enum.Enum):
    RESET = enum.auto()
    CLOSE = enum.auto()


class Database:
    """The open database of one hall. `submit`, `reset` and `close` are called from one thread only.

    `settings` are the writer's PRAGMAs as SQLite tells them, `failure` why writing is refused, if it is.
    """

    def __init__(
        self, directory: Path, connection: sqlite3.Connection, lock: int, on_commit: OnCommit, on_flush: OnFlush
    ) -> None:
        """Used by `open` only."""
        self.path = directory / DATABASE
        self.settings = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in SETTINGS}
        self.failure: StoreError | None = None
        self._connection = connection
        self._cursor = connection.cursor()
        self._lock = lock
        self._on_commit = on_commit
        self._on_flush = on_flush
        self._queue: queue.SimpleQueue[list[Write] | _Mark] = queue.SimpleQueue()
        self._failed: StoreError | None = None  # the writer's own view: changes in the order of the queue
        self._broken = False
        self._commits = 0  # since the last checkpoint
        self._generation = generation.read(connection) or generation.of_copy()
        self._begun: generation.Generation | None = None  # by a complete checkpoint; not written yet
        self._readers = ThreadPoolExecutor(READERS, "store-reader")
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        # a daemon that dies without `close` must end, not wait: what is queued was not acknowledged
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    @classmethod
    def open(cls, directory: Path, on_commit: OnCommit, on_flush: OnFlush = lambda _batch: None) -> "Database":
        """Open or create the database in `directory`, alone, at the newest revision, and start the writer.

        Raises StoreError: ``store.locked`` (another daemon has it), ``store.newer`` (made by a newer program),
        ``store.damaged`` (not a database, or not as it was written), ``store.disk``, ``store.unavailable`` (not
        readable, not writable, or WAL with FULL is not to be had).
        """
        with _as_store_error(sqlite3.Error, OSError, UnicodeError), contextlib.ExitStack() as stack:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = place.lock(directory)
            stack.callback(os.close, lock)
            path = directory / DATABASE
            place.create(path)
            place.roll_back(path)
            _check_end(path)
            _migrate(path)
            place.warm_wal(path)
            connection = _connect_writer(path)
            stack.callback(connection.close)
            database = cls(directory, connection, lock, on_commit, on_flush)
            if database.settings != SETTINGS:
                raise StoreError("store.unavailable", detail=f"settings do not hold: {database.settings}")
            database._thread.start()
            stack.pop_all()
            return database

    def submit(self, writes: list[Write]) -> None:
        """Queue the writes; their outcome comes by `OnCommit`. Raises StoreError if writing is refused."""
        self._refuse_after_failure()
        self._queue.put(writes)

    def reset(self) -> None:
        """Accept writes again after a failure.

        Before it the caller has received the outcome of all that it submitted, and made its state anew from the store.
        Raises StoreError if only a restart helps: after an I/O error nothing is tried again.
        """
        if self._broken or not self._thread.is_alive():
            self._refuse_after_failure()
        elif self.failure is not None:
            self.failure = None  # first: from the mark on, only the writer sets it
            self._queue.put(_Mark.RESET)

    def close(self) -> None:
        """Write what is queued, checkpoint, end the threads and let the directory go. Further writes are refused."""
        if self.failure is not None and self.failure.code == "store.stopping":
            return
        self.failure = StoreError("store.stopping")
        self._queue.put(_Mark.CLOSE)
        self._thread.join()
        self._readers.shutdown(wait=True)
        for connection in self._opened:
            connection.close()
        with contextlib.suppress(sqlite3.Error):  # the last one out; what it would tell, the writer has told
            self._connection.close()
        os.close(self._lock)

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask in a reader's thread, within one snapshot; the answer must not be a cursor or a generator of one."""
        if self.failure is not None and self.failure.code == "store.stopping":
            raise StoreError("store.stopping")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._ask, question)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A read-only connection for this thread, within one snapshot: for a start or a replay, which may stream."""
        with (
            _as_store_error(sqlite3.Error, UnicodeError, MemoryError),
            contextlib.closing(connect_reader(self.path)) as connection,
        ):
            connection.execute("BEGIN")
            yield connection

    def _refuse_after_failure(self) -> None:
        if self.failure is not None:  # a new one each time: a raised error keeps its traceback
            raise StoreError(self.failure.code, detail=self.failure.detail)

    def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with _as_store_error(sqlite3.Error, UnicodeError, MemoryError):
            connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = connect_reader(self.path)
                self._opened.append(connection)
            connection.execute("BEGIN")
            try:
                return question(connection)
            finally:
                connection.execute("ROLLBACK")

    def _run(self) -> None:
        """The writer's thread."""
        try:
            mark = None
            self._checkpoint()
            while mark is not _Mark.CLOSE:
                batch, mark = self._gather()
                if batch:
                    error = self._failed or self._commit(batch)
                    self._tell(batch, error)
                if mark is _Mark.RESET:
                    self._failed = None
                if self._commits >= CHECKPOINT_AT_LATEST:
                    self._checkpoint()
            self._checkpoint()
        except BaseException:  # no memory, or a defect in `on_commit`: nobody may believe in writing, or wait for it
            self.failure = self.failure or _ENDED
            self._tell([], _ENDED)
            raise

    def _tell(self, batch: list[Write], error: StoreError | None) -> None:
        """The outcome, as soon as there is memory to tell it: who asked waits for it."""
        while True:
            try:
                return self._on_commit(batch, error)
            except MemoryError:
                time.sleep(IDLE_S)

    def _gather(self) -> tuple[list[Write], _Mark | None]:
        """Wait for one item, then take whatever else is queued, up to a mark. Where nobody asks for anything, what
        would delay the next commit is done meanwhile."""
        batch: list[Write] = []
        try:
            item = self._queue.get(timeout=IDLE_S)
        except queue.Empty:
            if self._commits >= CHECKPOINT_COMMITS:
                self._checkpoint()
            self._begin()
            item = self._queue.get()
        while isinstance(item, list):
            batch += item
            if self._queue.empty():
                return batch, None
            item = self._queue.get()  # nobody else takes from it
        return batch, item

    def _commit(self, batch: list[Write]) -> StoreError | None:
        execute = self._cursor.execute
        try:
            if not self._connection.in_transaction:
                execute("BEGIN IMMEDIATE")
            for write in batch:
                for statement, parameters in write.rows:
                    execute(statement, parameters)
                    if self._cursor.rowcount == 0 and statement in KEYED:
                        raise sqlite3.IntegrityError(f"no such row: {statement}")
            if self._begun is not None:
                execute(*self._begun.row())
            self._on_flush(batch)
            execute("COMMIT")
        # a number beyond 64 bits or a lone surrogate is no sqlite3.Error
        except (sqlite3.Error, OverflowError, UnicodeError, MemoryError) as error:
            return self._fail(error)
        self._generation, self._begun = self._begun or self._generation, None
        self._commits += 1
        return None

    def _fail(self, error: Exception) -> StoreError:
        """Undo the transaction and refuse everything until `reset`."""
        with contextlib.suppress(sqlite3.Error, MemoryError):  # then the next BEGIN fails too, loudly
            if self._connection.in_transaction:
                self._cursor.execute("ROLLBACK")
        if isinstance(error, MemoryError) or (isinstance(error, sqlite3.Error) and _primary_code(error) in _BROKEN):
            self._broken = True
        self._failed = store_error(error)
        if self.failure is None:
            self.failure = self._failed
        return self._failed

    def _checkpoint(self) -> None:
        """Copy the WAL into the database; the WAL file keeps its size."""
        if self._failed is not None:
            return
        self._commits = 0
        try:
            if self._connection.in_transaction:
                self._cursor.execute("COMMIT")  # nothing is in it
            busy, frames, copied = self._cursor.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if not busy and frames == copied:
                self._begun = self._begun or self._generation.following()
        except sqlite3.Error as error:
            # A full disk is told by the commits that need room; what the WAL has stays in the WAL, tried again later.
            if _primary_code(error) in _BROKEN:
                self._fail(error)

    def _begin(self) -> None:
        """Open the next transaction while nobody waits for it: its locks are no part of an answer's time then. Nobody
        else writes; readers do not care."""
        if self._failed is None and not self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error, MemoryError):  # the next commit tries again, and tells
                self._cursor.execute("BEGIN IMMEDIATE")


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; the caller closes it. For a database that exists, open or not."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, timeout=5
    )
    connection.execute("PRAGMA query_only=1")
    return connection


def _connect_writer(path: Path) -> sqlite3.Connection:
    """The connection is handed to the writer's thread and used there only."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=2, cached_statements=STATEMENTS
    )
    for name, value in SETTINGS.items():
        connection.execute(f"PRAGMA {name}={value}")
    return connection


def _check_end(path: Path) -> None:
    """Raise StoreError ``store.damaged`` where the log is that of another copy, where the journal's end is not one
    chain, or where commits that were synced cannot be read any more. Read only: what is found is left as it is."""
    with contextlib.closing(connect_reader(path)) as connection:
        generation.check(path, connection)
        if schema.revision_of(connection) == schema.HEAD:
            broken = verify.end(connection, CHECKED)
            if broken is not None:
                raise StoreError("store.damaged", detail=f"journal, record {broken}")
        lost = log.commits_beyond(path)
        if lost > 1:  # one may be torn by a power cut: it was not acknowledged
            raise StoreError("store.damaged", detail=f"log: {lost} commits cannot be read")


def _migrate(path: Path) -> None:
    """Bring the tables to the newest revision. Closing also moves what a crash left in the WAL into the database."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=2)) as connection:
        connection.execute("PRAGMA journal_mode=wal").fetchone()
        connection.execute("PRAGMA synchronous=FULL")
        schema.upgrade(connection)


@contextlib.contextmanager
def _as_store_error(*kinds: type[Exception]) -> Iterator[None]:
    try:
        yield
    except kinds as error:
        raise store_error(error) from error


def store_error(error: Exception) -> StoreError:
    """SQLite's or the system's error by what a person can do about it, as `_CODES` has it."""
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if isinstance(error, UnicodeDecodeError) or str(error).startswith(
        _TORN_TEXT
    ):  # behind it stands the row's own text
        return StoreError("store.damaged", detail=f"{name}: {_TORN_TEXT}")
    code = _CODES.get(_primary_code(error), "store.unavailable") if isinstance(error, sqlite3.Error) else None
    return StoreError(code or "store.unavailable", detail=f"{name}: {error}")


def _primary_code(error: sqlite3.Error) -> int:
    """SQLite's error without its extension, 0 if it is not SQLite's."""
    if isinstance(error, sqlite3.IntegrityError):  # also our own
        return sqlite3.SQLITE_CONSTRAINT
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
