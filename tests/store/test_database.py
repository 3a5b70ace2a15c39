"""The writer: one transaction for what is queued, durable before it is told, loud when it fails."""

import asyncio
import queue
import resource
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from hallctl.errors import StoreError
from hallctl.store import database as module
from hallctl.store import tables
from hallctl.store.database import SETTINGS, Database, Write, connect_reader
from hallctl.store.place import WARM_WAL
from hallctl.store.statement import Row, insert_text, update_text
from tests.store.conftest import Store

HELP = "INSERT INTO help (kiosk) VALUES (?)"
EVENT = insert_text(tables.Event)
NOWHERE: Row = ("INSERT INTO nowhere VALUES (1)", ())


def _helps(connection: sqlite3.Connection) -> list[str]:
    return [kiosk for (kiosk,) in connection.execute("SELECT kiosk FROM help ORDER BY kiosk")]


def _row(kiosk: str) -> Row:
    return (HELP, (kiosk,))


class Gate:
    """An `on_commit` that can hold the writer up, so that others queue behind it."""

    def __init__(self) -> None:
        self.batches: list[tuple[list[Write], StoreError | None]] = []
        self.free = threading.Event()
        self.reached = threading.Event()
        self.free.set()

    def __call__(self, batch: list[Write], error: StoreError | None) -> None:
        self.batches.append((batch, error))
        self.reached.set()
        assert self.free.wait(20)

    def hold(self, database: Database, write: Write) -> None:
        """Returns when the writer has committed `write` and waits."""
        self.free.clear()
        self.reached.clear()
        database.submit([write])
        assert self.reached.wait(20)


def test_settings_are_those_that_keep_what_is_acknowledged(store: Store) -> None:
    """O07: WAL with FULL; the checkpoint is the writer's own."""
    assert store.database.settings == SETTINGS
    assert SETTINGS["journal_mode"] == "wal"
    assert SETTINGS["synchronous"] == 2
    assert SETTINGS["wal_autocheckpoint"] == 0


def test_what_is_queued_meanwhile_becomes_one_transaction(tmp_path: Path) -> None:
    gate = Gate()
    database = Database.open(tmp_path, gate)
    gate.hold(database, Write([_row("first")]))
    queued = [Write([_row(f"k{n:02d}")]) for n in range(20)]
    for write in queued:
        database.submit([write])
    with connect_reader(database.path) as reader:
        before = reader.execute("PRAGMA data_version").fetchone()
        gate.free.set()
        database.close()
        assert before != reader.execute("PRAGMA data_version").fetchone()
        assert len(_helps(reader)) == 21
    reader.close()
    assert [(len(batch), error) for batch, error in gate.batches] == [(1, None), (20, None)]
    assert gate.batches[1][0] == queued
    assert all(mine is theirs for mine, theirs in zip(queued, gate.batches[1][0], strict=True))


def test_a_commit_is_readable_when_it_is_told(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    def on_commit(_batch: list[Write], _error: StoreError | None) -> None:
        with connect_reader(tmp_path / module.DATABASE) as reader:
            seen.append(_helps(reader))
        reader.close()

    database = Database.open(tmp_path, on_commit)
    database.submit([Write([_row("k1"), _row("k2")])])
    database.close()
    assert seen == [["k1", "k2"]]


def test_a_failure_is_that_of_the_whole_batch_and_all_behind_it_until_reset(tmp_path: Path) -> None:
    gate = Gate()
    database = Database.open(tmp_path, gate)
    gate.hold(database, Write([_row("k1")]))
    for row in (_row("k2"), NOWHERE, _row("k3")):
        database.submit([Write([row])])
    gate.reached.clear()
    gate.free.set()
    assert gate.reached.wait(20)
    while len(gate.batches) < 2:
        gate.reached.wait(0.01)
    batch, error = gate.batches[1]
    assert error is not None
    assert error.code == "store.unavailable"
    assert "SQLITE_ERROR" in error.detail
    assert len(batch) == 3
    with pytest.raises(StoreError) as refused:
        database.submit([Write([_row("k4")])])
    assert refused.value.code == "store.unavailable"
    with database.reading() as connection:
        assert _helps(connection) == ["k1"]
    database.reset()
    assert database.failure is None
    database.submit([Write([_row("k5")])])
    database.close()
    with connect_reader(database.path) as reader:
        assert _helps(reader) == ["k1", "k5"]
    reader.close()


def test_writes_queued_before_the_failure_was_known_fail_too(tmp_path: Path) -> None:
    """Their rows were made from a state that never came to be."""
    gate = Gate()
    database = Database.open(tmp_path, gate)
    gate.hold(database, Write([_row("k1")]))
    database.submit([Write([NOWHERE])])
    with gate_between(gate, database) as late:
        database._queue.put([late])  # as if submitted in the moment before `failure` was set
    database.reset()
    database.submit([Write([_row("k3")])])
    database.close()
    assert [error is None for _batch, error in gate.batches] == [True, False, False, True]
    with connect_reader(database.path) as reader:
        assert _helps(reader) == ["k1", "k3"]
    reader.close()


class gate_between:  # noqa: N801 -- reads as a statement
    """Lets the failing batch be told, holds the writer there, and on leaving waits for the late write's outcome."""

    def __init__(self, gate: Gate, database: Database) -> None:
        self.gate, self.database = gate, database

    def __enter__(self) -> Write:
        self.gate.reached.clear()
        self.gate.free.set()
        while self.database.failure is None:
            self.gate.reached.wait(0.01)
        return Write([_row("k2")])

    def __exit__(self, *_: object) -> None:
        while len(self.gate.batches) < 3:
            self.gate.reached.wait(0.01)


def test_a_full_disk_refuses_and_room_brings_it_back(store: Store) -> None:
    """O06: nothing half-written, nothing lost, no restart needed."""
    assert store.write([_row("k1")]) is None
    assert store.write([("PRAGMA max_page_count = 1", ())]) is None  # SQLite takes what there is as the limit
    error = store.write([_row("k2"), _row("x" * 200_000)])
    assert error is not None
    assert "SQLITE_FULL" in error.detail
    assert store.database.failure is not None
    assert store.ask(_helps) == ["k1"]
    store.database.reset()
    assert store.write([_row("k3")]) is None
    assert store.write([("PRAGMA max_page_count = 1000000", ())]) is None
    assert store.write([_row("x" * 200_000)]) is None
    store.reopen()
    assert len(store.ask(_helps)) == 3


def test_after_an_io_error_only_a_restart_helps(store: Store) -> None:
    """Nobody knows what an interrupted flush left: stop, never retry."""
    assert store.write([_row("k1")]) is None
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))
    try:
        error = store.write([_row("x" * 200_000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert error is not None
    assert "SQLITE_IOERR" in error.detail
    with pytest.raises(StoreError):
        store.database.reset()
    with pytest.raises(StoreError):
        store.database.submit([Write([_row("k2")])])
    assert store.ask(_helps) == ["k1"]
    store.reopen()
    assert store.write([_row("k2")]) is None
    assert store.ask(_helps) == ["k1", "k2"]


@pytest.mark.parametrize("value", [2**63, "\ud800"])
def test_a_value_sqlite_cannot_hold_is_a_failure_like_others(store: Store, value: int | str) -> None:
    error = store.write([(HELP, (value,))])
    assert error is not None
    assert error.code == "store.unavailable"
    store.database.reset()
    assert store.write([_row("k1")]) is None


@pytest.mark.parametrize("row", [_row("k1"), (update_text(tables.Window, "done"), (1, "9"))])
def test_rows_that_contradict_those_there_end_it(store: Store, row: Row) -> None:
    """T01, T02: their commands have been answered, so nothing may go on as if they were not."""
    assert store.write([_row("k1")]) is None
    error = store.write([_row("k2"), row])
    assert error is not None
    assert error.code == "store.damaged"
    assert "constraint" in error.detail.lower() or "no such row" in error.detail
    with pytest.raises(StoreError):
        store.database.reset()
    assert store.ask(_helps) == ["k1"]


def test_close_writes_what_is_queued_and_refuses_the_rest(tmp_path: Path) -> None:
    gate = Gate()
    database = Database.open(tmp_path, gate)
    gate.hold(database, Write([_row("k0")]))
    for n in range(1, 50):
        database.submit([Write([_row(f"k{n:02d}")])])
    gate.free.set()
    database.close()
    assert sum(len(batch) for batch, _error in gate.batches) == 50
    with pytest.raises(StoreError) as refused:
        database.submit([Write([_row("late")])])
    assert refused.value.code == "store.stopping"
    database.close()
    with connect_reader(database.path) as reader:
        assert len(_helps(reader)) == 50
    reader.close()
    assert not threading.enumerate()[0].name.startswith("store")
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("store")]


async def test_a_reader_sees_one_snapshot_and_cannot_write(store: Store) -> None:
    assert store.write([_row("k1")]) is None
    between = threading.Event()
    go_on = threading.Event()

    def question(connection: sqlite3.Connection) -> tuple[list[str], list[str]]:
        first = _helps(connection)
        between.set()
        assert go_on.wait(20)
        return first, _helps(connection)

    asked = asyncio.create_task(store.database.read(question))
    assert await asyncio.to_thread(between.wait, 20)
    assert await asyncio.to_thread(store.write, [_row("k2")]) is None
    go_on.set()
    assert await asked == (["k1"], ["k1"])
    assert await store.database.read(_helps) == ["k1", "k2"]
    with pytest.raises(StoreError):
        await store.database.read(lambda connection: connection.execute(HELP, ("k3",)).fetchall())
    assert await store.database.read(_helps) == ["k1", "k2"]


async def test_a_closed_database_answers_nobody(store: Store) -> None:
    store.database.close()
    with pytest.raises(StoreError) as refused:
        await store.database.read(_helps)
    assert refused.value.code == "store.stopping"


def test_a_directory_is_for_one_daemon(store: Store) -> None:
    with pytest.raises(StoreError) as locked:
        Database.open(store.directory, store.committed)
    assert locked.value.code == "store.locked"
    assert str(store.directory) in locked.value.sentence("en")
    assert str(store.directory) in locked.value.sentence("zh")
    store.reopen()
    assert store.write([_row("k1")]) is None


def test_only_the_owner_may_read_the_files(store: Store) -> None:
    assert store.write([_row("k1")]) is None
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in store.directory.iterdir()}
    assert set(modes) == {"hall.db", "hall.db-wal", "hall.db-shm", "hall.lock"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(store.directory.stat().st_mode) == 0o700


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / module.DATABASE).write_bytes(b"not a database, but long enough to be looked at" * 50)
    with pytest.raises(StoreError) as error:
        Database.open(tmp_path, Gate())
    assert error.value.code == "store.damaged"
    assert "SQLITE_NOTADB" in error.value.detail
    (tmp_path / module.DATABASE).unlink()
    Database.open(tmp_path, Gate()).close()


def test_an_idle_moment_copies_the_log(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint needs no further commit: it comes when nobody has asked for a moment, and the log begins anew."""
    monkeypatch.setattr(module, "CHECKPOINT_COMMITS", 1)
    file, until = store.directory / module.DATABASE, time.monotonic() + 20
    before = file.stat().st_size
    assert store.write([(HELP, ("x" * 100_000,))]) is None
    while file.stat().st_size == before:
        assert time.monotonic() < until
        time.sleep(0.001)


def test_whoever_waits_is_told_before_the_log_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: queue.SimpleQueue[str] = queue.SimpleQueue()
    database = Database.open(tmp_path, lambda _batch, _error: done.put("told"))
    try:
        database.submit([Write([(HELP, ("first",))])])  # the start's own checkpoint is over
        assert done.get(timeout=20) == "told"
        database._connection.set_trace_callback(lambda text: done.put("copied") if "wal_checkpoint" in text else None)
        monkeypatch.setattr(module, "CHECKPOINT_AT_LATEST", 1)
        for n in range(3):
            database.submit([Write([(HELP, (f"{n}",))])])
            assert [done.get(timeout=20), done.get(timeout=20)] == ["told", "copied"]
    finally:
        database.close()


def test_empty_columns_and_bytes_come_back_as_they_were(store: Store) -> None:
    """The adapters that end SQLite's search give back the value itself."""
    record = (1, 2, None, "a", "b", None, None, "{}", None, bytes(range(256)), b"", None)
    assert store.write([(EVENT, record)]) is None
    assert store.ask(lambda c: c.execute("SELECT * FROM event").fetchone()) == record


def test_the_wal_is_warm_and_checkpoints_keep_it_small(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    wal = store.directory / "hall.db-wal"
    assert wal.stat().st_size == WARM_WAL
    monkeypatch.setattr(module, "CHECKPOINT_AT_LATEST", 20)
    for n in range(500):
        assert store.write([(HELP, (f"{n}-{'x' * 3000}",))]) is None
    assert wal.stat().st_size == WARM_WAL
    assert (store.directory / module.DATABASE).stat().st_size > 1_000_000


CHILD = """
import sys
import threading
from pathlib import Path
from hallctl.store.database import Database, Write

room = threading.Semaphore(50)

def acknowledged(batch, error):
    assert error is None
    sys.stdout.write("".join(write.rows[0][1][0] + "\\n" for write in batch))
    sys.stdout.flush()
    room.release(len(batch))

database = Database.open(Path(sys.argv[1]), acknowledged)
for number in range(1000000):
    room.acquire()
    database.submit([Write([("INSERT INTO help (kiosk) VALUES (?)", (f"{sys.argv[2]}-{number:07d}",))])])
"""


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    """T02: kill -9 in the midst of commits, each acknowledgement on a pipe; all of them are there afterwards."""
    told: set[str] = set()
    for cycle in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path), str(cycle)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert child.stdout is not None
        for _ in range(100 + 300 * cycle):
            told.add(child.stdout.readline().strip())
        child.kill()
        told.update(line.strip() for line in child.stdout if line.endswith("\n"))
        child.wait()
        child.stdout.close()
        database = Database.open(tmp_path, Gate())
        with database.reading() as connection:
            kept = set(_helps(connection))
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()
        assert told <= kept
    assert len(told) > 2000


def test_a_text_that_is_none_any_more_is_told_as_damage_without_its_bytes(store: Store) -> None:
    """O07: a torn page may read as text that is no UTF-8; what stands in it is nobody's business."""
    assert store.write([("INSERT INTO help (kiosk) VALUES (CAST(X'fe6b31' AS TEXT))", ())]) is None
    with pytest.raises(StoreError) as error:
        store.ask(lambda connection: connection.execute("SELECT kiosk FROM help").fetchall())
    assert error.value.code == "store.damaged"
    assert "k1" not in error.value.detail
    assert store.write([("INSERT INTO help (kiosk) VALUES (?)", ("\ud800",))]).code == "store.unavailable"  # type: ignore[union-attr]
