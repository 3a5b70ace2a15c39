"""The writer's thread without memory, or with a defect, and a file whose first start a power cut ended (T02, O07)."""

import contextlib
import queue
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from hallctl.errors import StoreError
from hallctl.store.database import DATABASE, Database, Write, connect_reader
from hallctl.store.statement import Row


def row(kiosk: str) -> Row:
    return ("INSERT INTO help (kiosk) VALUES (?)", (kiosk,))


def test_an_outcome_is_told_as_soon_as_there_is_memory(tmp_path: Path) -> None:
    told: list[int] = []

    def on_commit(batch: list[Write], _error: StoreError | None) -> None:
        told.append(len(batch))
        if len(told) < 3:
            raise MemoryError

    database = Database.open(tmp_path, on_commit)
    database.submit([Write([row("k1")])])
    database.close()
    assert told == [1, 1, 1]


def test_the_last_word_of_a_writer_that_breaks_off_is_an_empty_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _how: None)
    told: queue.SimpleQueue[tuple[int, StoreError | None]] = queue.SimpleQueue()

    def on_commit(batch: list[Write], error: StoreError | None) -> None:
        told.put((len(batch), error))
        assert not batch, "a defect"

    database = Database.open(tmp_path, on_commit)
    database.submit([Write([row("k1")])])
    assert told.get(timeout=20) == (1, None)
    count, error = told.get(timeout=20)
    assert (count, error and error.code) == (0, "store.unavailable")
    with pytest.raises(StoreError):
        database.submit([Write([row("k2")])])
    database.close()


def test_o07_what_a_cut_left_half_done_before_there_was_a_log_is_undone(tmp_path: Path) -> None:
    """A rollback journal beside the file: until it is played back nobody may read."""
    before, after = tmp_path / "before", tmp_path / "after"
    Database.open(before, lambda _batch, _error: None).close()
    after.mkdir(mode=0o700)
    with contextlib.closing(sqlite3.connect(before / DATABASE, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=delete").fetchone()
        connection.execute("PRAGMA cache_size=1")
        connection.execute("BEGIN")
        connection.executemany(row("k")[0], [(f"{number:0500}",) for number in range(1000)])
        for name in (DATABASE, f"{DATABASE}-journal"):
            shutil.copy(before / name, after / name)
    with (
        contextlib.closing(connect_reader(after / DATABASE)) as reader,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        reader.execute("SELECT * FROM help").fetchone()
    database = Database.open(after, lambda _batch, _error: None)
    with database.reading() as reader:
        assert reader.execute("SELECT * FROM help").fetchone() is None
    database.close()
    assert not (after / f"{DATABASE}-journal").exists()
