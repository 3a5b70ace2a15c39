"""The writer's thread without memory, or with a defect: nobody waits for its word in vain (T02)."""

import queue
import threading
from pathlib import Path

import pytest

from hallctl.errors import StoreError
from hallctl.store.database import Database, Write
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
