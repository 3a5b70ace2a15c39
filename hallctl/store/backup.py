"""Whole copies of a hall's database, made while it works and checked before they are called good (O07).

A copy is read through a connection that cannot write, as one snapshot: the daemon's writer stays the only one that
writes and checkpoints. `VACUUM INTO` would do it too, but in one breath; SQLite's backup goes in steps, with pauses in
which the hall's own commits have the disk.
"""

import contextlib
import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hallctl.errors import StoreError
from hallctl.store import folder as folders
from hallctl.store import generation, journal, schema, verify
from hallctl.store.database import DATABASE, connect_reader
from hallctl.store.file import write_whole
from hallctl.store.journal import Head
from hallctl.store.verify import Progress, Verdict

KEY: Final = "secret.key"
LAST_CONFIG: Final = "last-good.toml"
BESIDE: Final = (KEY, LAST_CONFIG)
"""Small files of the data directory that go with the copies: the key that slips are signed with, the last config."""

PAGES: Final = 512
"""Pages (2 MiB) copied between two pauses."""

PAUSE_S: Final = 0.02
SYNC_STEPS: Final = 4
"""Steps between two syncs of the copy: the disk is given little at a time."""

SPARE: Final = 4 * 1024 * 1024
"""Bytes left free on the target, for the files beside the copy."""

_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Made:
    """A good copy: where it is, the head of the journal in it, its size in bytes, and what was removed for it."""

    path: Path
    head: Head
    size: int
    removed: list[Path]


Share = Callable[[float], None]
"""Called with the share done, 0 to 1."""


def make(
    directory: Path,
    folder: Path,
    now: int,
    *,
    keep: int | None = None,
    days: int | None = None,
    copied: Share = lambda _share: None,
    checked: Progress = lambda _done: None,
) -> Made:
    """Copy the hall of the data directory into the folder, check the copy, then let old ones go (`folder.prune`).

    Raises StoreError: ``backup.full``, ``backup.failed``, ``backup.busy``, ``backup.foreign``, ``backup.damaged`` (the
    copy is not what a hall should be: the source is not either). Nothing half made is left; too old ones go anyway.
    """
    with _told(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with folders.alone(folder):
            for left in folder.glob(f"*{folders.MAKING}*"):
                left.unlink(missing_ok=True)
            _guard(directory, folder)
            making = folder / f"{folders.HALL}{folders.MAKING}"
            try:
                head = _copy(directory / DATABASE, making, copied)
                _check(making, checked)
                path = folders.new_path(folder, folders.HALL, now, head.seq)
                making.rename(path)
                folders.sync(folder)
                _copy_beside(directory, folder)
            except BaseException:
                for left in folder.glob(f"*{folders.MAKING}*"):
                    left.unlink(missing_ok=True)
                folders.prune(folder, now, days=days)
                raise
            return Made(path, head, path.stat().st_size, folders.prune(folder, now, keep=keep, days=days))


def check(path: Path, progress: Progress = lambda _done: None) -> Verdict:
    """Look at every page and record of a copy."""
    verdict = Verdict()
    try:
        with contextlib.closing(folders.connect(path)) as connection:
            if schema.revision_of(connection) is None:
                verdict.add("verify.file", 0, detail="not a hall's database")
                return verdict
            verify.file(connection, verdict)
            walked = verify.chain(connection, progress=progress)
    except sqlite3.Error as error:
        verdict.add("verify.file", 0, detail=str(error))
        return verdict
    walked.findings[:0] = verdict.findings
    return walked


def _copy(source: Path, target: Path, copied: Share) -> Head:
    """Copy one snapshot in steps, as a single file that is on the disk when this returns; the journal's head in it."""
    if not source.exists():
        raise StoreError("backup.no_hall", path=str(source.parent))
    free = shutil.disk_usage(target.parent).free
    if free < source.stat().st_size + SPARE:
        raise StoreError("backup.full", path=str(target.parent), detail=f"{free} bytes free")
    handle = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with (
            contextlib.closing(connect_reader(source)) as live,
            contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy,
        ):
            for setting in ("journal_mode=off", "synchronous=off", "cache_size=-4096"):
                copy.execute(f"PRAGMA {setting}").fetchone()
            live.execute("BEGIN")  # without it each commit of the hall would make the copy begin anew
            head = journal.last_head(live)
            live.backup(copy, pages=PAGES, progress=_steps(handle, copied), sleep=PAUSE_S)
        with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
            copy.execute("PRAGMA journal_mode=delete").fetchone()  # one file, not three
            copy.execute(*generation.of_copy().row())
        os.fsync(handle)
    finally:
        os.close(handle)
    return head


def _steps(handle: int, copied: Share) -> Callable[[int, int, int], None]:
    """What is done between two steps of a copy."""
    done = 0

    def step(_status: int, remaining: int, total: int) -> None:
        nonlocal done
        done += 1
        if not done % SYNC_STEPS:
            os.fdatasync(handle)
        copied(1 - remaining / total if total else 1.0)

    return step


def _check(path: Path, checked: Progress) -> None:
    verdict = check(path, checked)
    if not verdict.whole:
        first = verdict.findings[0]
        raise StoreError("backup.damaged", path=path.name, detail=f"{first.code} {first.params}")


def _guard(directory: Path, folder: Path) -> None:
    """Two halls must not share a folder: their journals would be taken for one."""
    own, kept = directory / KEY, folder / KEY
    if own.exists() and kept.exists() and own.read_bytes() != kept.read_bytes():
        raise StoreError("backup.foreign", path=str(folder))


def _copy_beside(directory: Path, folder: Path) -> None:
    for name in BESIDE:
        source = directory / name
        if source.exists():
            data = source.read_bytes()
            if not (folder / name).exists() or (folder / name).read_bytes() != data:
                write_whole(folder / name, data)


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    """What the disk says, in a sentence."""
    try:
        yield
    except OSError as error:
        code = "backup.full" if error.errno in _FULL else "backup.failed"
        raise StoreError(code, path=str(folder), detail=str(error)) from error
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        code = "backup.full" if name == "SQLITE_FULL" else "backup.failed"
        raise StoreError(code, path=str(folder), detail=f"{name}: {error}") from error
