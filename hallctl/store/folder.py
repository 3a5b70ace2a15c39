"""The backup folder: which files it holds, what they are called, how long they stay.

``hall-000007-20261122T043000Z-12345.db``       a whole copy, up to record 12345
``journal-000008-20261122T043010Z-12346.jsonl`` the journal from record 12346 on, appended to

The first number counts the files of a folder: it tells which came later even where the clock was wrong. The moment is
UTC; it is what the rule of how long personal data may be kept goes by.
"""

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Final

from hallctl.errors import StoreError

HALL: Final = "hall"
JOURNAL: Final = "journal"
MAKING: Final = ".making"
"""End of the names of files that are not finished."""

LOCK: Final = "backup.lock"
DAY_MS: Final = 24 * 3600 * 1000
FIRST_GENERATION: Final = 1

_SUFFIX: Final = {HALL: ".db", JOURNAL: ".jsonl"}
_NAME: Final = re.compile(r"(hall|journal)-(\d{6,})-(\d{8}T\d{6}Z)-(\d+)\.(db|jsonl)")
_MOMENT: Final = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Item:
    """One file. `seq`: of a whole copy its last record, of a piece of the journal its first; `made_at` in ms."""

    path: Path
    kind: str
    generation: int
    made_at: int
    seq: int


def item(path: Path) -> Item | None:
    """The file by its name; None if it is none of ours."""
    found = _NAME.fullmatch(path.name)
    if found is None or path.suffix != _SUFFIX[found[1]]:
        return None
    made = datetime.strptime(found[3], _MOMENT).replace(tzinfo=UTC)
    return Item(path, found[1], int(found[2]), int(made.timestamp() * 1000), int(found[4]))


def items(folder: Path, kind: str) -> list[Item]:
    """The files of a kind, the oldest first; none where there is no folder. Raises OSError."""
    if not folder.is_dir():
        return []
    found = [known for path in folder.iterdir() if (known := item(path)) is not None and known.kind == kind]
    return sorted(found, key=lambda known: (known.generation, known.seq))


def new_path(folder: Path, kind: str, now: int, seq: int) -> Path:
    """The name of the next file."""
    last = max((known.generation for kind_ in _SUFFIX for known in items(folder, kind_)), default=0)
    moment = datetime.fromtimestamp(now / 1000, UTC).strftime(_MOMENT)
    return folder / f"{kind}-{max(last + 1, FIRST_GENERATION):06d}-{moment}-{seq}{_SUFFIX[kind]}"


def prune(folder: Path, now: int, *, keep: int | None = None, days: int | None = None) -> list[Path]:
    """Remove whole copies beyond the newest `keep`, everything older than `days`, and pieces of the journal that even
    the oldest copy left does not need; the paths removed. Raises OSError."""
    oldest = now - (days or 0) * DAY_MS
    outlived = [known for kind in _SUFFIX for known in items(folder, kind) if days and known.made_at < oldest]
    copies = [known for known in items(folder, HALL) if known not in outlived]
    if keep is not None:
        copies, beyond = copies[-keep:], copies[:-keep]
        outlived += beyond
    pieces = items(folder, JOURNAL)
    for number, piece in enumerate(pieces[:-1]):
        if copies and pieces[number + 1].seq <= copies[0].seq + 1 and pieces[number + 1].generation > piece.generation:
            outlived.append(piece)
    gone = sorted({known.path for known in outlived})
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def connect(path: Path) -> sqlite3.Connection:
    """A connection to a copy that nobody changes: nothing is written beside it, its folder may be read-only."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def sync(folder: Path) -> None:
    """Make the names in the folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One maker of whole copies at a time; raises StoreError ``backup.busy``, OSError."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            flock(handle, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise StoreError("backup.busy", path=str(folder)) from error
        yield
    finally:
        os.close(handle)
