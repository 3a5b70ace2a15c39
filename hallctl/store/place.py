"""The files of a database before SQLite opens them: the lock on their directory, a file of our own mode, a
start that was cut off undone, a warm WAL."""

import contextlib
import os
import sqlite3
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Final

from hallctl.errors import StoreError
from hallctl.store import folder

LOCK: Final = "hall.lock"

WARM_WAL: Final = 4 * 1024 * 1024
"""Bytes of WAL made beforehand: a commit into existing blocks needs no file system journal, 1.6 times faster."""


def lock(directory: Path) -> int:
    """Take the directory for this process; the file descriptor holds it, also against a crash."""
    descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise StoreError("store.locked", path=str(directory)) from error
    os.truncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())  # for the technician who looks who has it
    return descriptor


def create(path: Path) -> None:
    """An empty file nobody else may read; SQLite gives its companions the same mode."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def warm_wal(path: Path) -> None:
    """Give the WAL its blocks. SQLite takes a WAL without a valid header for an empty one and writes over it."""
    wal = path.with_name(f"{path.name}-wal")
    if not wal.exists():
        descriptor = os.open(wal, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, bytes(WARM_WAL))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    folder.sync(path.parent)


def roll_back(path: Path) -> None:
    """Undo what a power cut in the very first start left half done, before there was a write-ahead log: who only reads
    may not (SQLITE_READONLY_ROLLBACK)."""
    if path.with_name(f"{path.name}-journal").exists():
        with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=2)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
