"""A database that tells its batches, and a way to wait for them."""

import queue
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from hallctl.errors import StoreError
from hallctl.store.database import Database, Write
from hallctl.store.statement import Row
from tests.store.halls import new_hall

T = TypeVar("T")
Batch = tuple[list[Write], StoreError | None]


class Store:
    """A database in `directory` whose outcomes are waited for."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.batches: queue.SimpleQueue[Batch] = queue.SimpleQueue()
        self.database = self.open()

    def open(self) -> Database:
        self.database = Database.open(self.directory, self.committed)
        return self.database

    def committed(self, batch: list[Write], error: StoreError | None) -> None:
        self.batches.put((batch, error))

    def outcome(self) -> Batch:
        return self.batches.get(timeout=20)

    def write(self, write: Write | list[Row]) -> StoreError | None:
        """Write one command's rows and wait for the outcome."""
        self.database.submit([write if isinstance(write, Write) else Write(write)])
        return self.outcome()[1]

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with self.database.reading() as connection:
            return question(connection)

    def reopen(self) -> Database:
        self.database.close()
        return self.open()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "data")
    yield opened
    opened.database.close()


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    """The database file of a hall with two days of work."""
    return new_hall(tmp_path / "data")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where backups go; not made yet."""
    return tmp_path / "backups"
