"""The journal archive: between two whole copies every new record goes into a file of the backup folder, fsynced.

One record a line, as a JSON array of the row's columns, `sealed` and `hash` in hex; the first line says after which
head the file begins. Lines are only ever appended: a crash leaves at most a torn last line, which is seen and left
out; any tool can copy such files while they grow; and since each line carries the chain's hash, what a file holds is
proven when it is read. A second SQLite file would need a second writer, and a copy of it a quiet moment.
"""

import contextlib
import os
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Final

import msgspec

from hallctl.errors import StoreError
from hallctl.store import folder as folders
from hallctl.store import journal, seal, verify
from hallctl.store.journal import GENESIS, Head
from hallctl.store.verify import Raw

FORMAT: Final = "hallctl-journal-1"
CHUNK: Final = 1000
"""Records read and written at once."""

CATCH_UP: Final = 200_000
"""A journal longer than this is not archived from its first record on: it waits for the first whole copy."""

LONGEST_MS: Final = folders.DAY_MS
"""A file is followed by a new one after a day, so that old ones can go."""

_ENCODER: Final = msgspec.json.Encoder()
_LINE: Final = msgspec.json.Decoder(
    tuple[int, int, str | None, str, str, str | None, str | None, str, str | None, str | None, str]
)


class _Opening(msgspec.Struct):
    """The first line of a file."""

    format: str
    after: str


_OPENING: Final = msgspec.json.Decoder(_Opening)


def rows_after(connection: sqlite3.Connection, seq: int, limit: int = CHUNK) -> list[Raw]:
    """Up to `limit` journal rows after a seq, as they stand."""
    return list(islice(verify.raw_rows(connection, seq), limit))


def read(path: Path) -> Iterator[Raw]:
    """The rows of a file up to the first line that is not whole; nothing if it is no such file. Raises OSError."""
    with path.open("rb") as lines:
        if _after(lines.readline()) is None:
            return
        for line in lines:
            row = _row(line)
            if row is None:
                return
            yield row


def _after(line: bytes) -> Head | None:
    try:
        opening = _OPENING.decode(line)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    return seal.parse(opening.after) if opening.format == FORMAT and line.endswith(b"\n") else None


def _row(line: bytes) -> Raw | None:
    if not line.endswith(b"\n"):
        return None
    try:
        *columns, sealed, digest = _LINE.decode(line)
        return (*columns, bytes.fromhex(sealed) if sealed is not None else None, bytes.fromhex(digest))
    except (msgspec.MsgspecError, ValueError):
        return None


def _line(row: Raw) -> bytes:
    *columns, sealed, digest = row
    return _ENCODER.encode([*columns, sealed.hex() if sealed is not None else None, digest.hex()]) + b"\n"


def follow(folder: Path, head: Head) -> Iterator[Raw]:
    """The records after `head` that the folder's files have, each proven to follow the one before.

    Where a later file has another record of the same number, the hall was restored to a point before it and went on
    from there: what earlier files tell beyond that point is left out.
    """
    pieces = folders.items(folder, folders.JOURNAL)
    for number, piece in enumerate(pieces):
        hashes = {row[0]: row[10] for row in read(piece.path) if row[0] > head.seq}
        fork = _fork(hashes, pieces[number + 1 :])
        for row in read(piece.path) if hashes else ():
            if row[0] <= head.seq:
                continue
            if row[0] == fork or not verify.is_next(head, row):
                break
            yield row
            head = Head(row[0], row[10])


def _fork(hashes: dict[int, bytes], later: Sequence[folders.Item]) -> int | None:
    """The first of the records (hashes by seq, gapless) that one of the later files has otherwise."""
    last = max(hashes, default=0)
    found = [
        row[0]
        for piece in later
        if piece.seq <= last
        for row in takewhile(lambda row: row[0] <= last, read(piece.path))
        if hashes.get(row[0], row[10]) != row[10]
    ]
    return min(found, default=None)


def is_left_behind(folder: Path, generation: int, head: Head, connection: sqlite3.Connection) -> bool:
    """Whether a file later than `generation` has other records than this copy, whose head it is: the hall was restored
    to an earlier point and went on, and the copy is of what it left."""
    for piece in folders.items(folder, folders.JOURNAL):
        if piece.generation <= generation or piece.seq > head.seq:
            continue
        # the last record that both have: if it is the same, so are all before it
        shared = deque(takewhile(lambda row: row[0] <= head.seq, read(piece.path)), maxlen=1)
        if shared and verify.hash_at(connection, shared[0][0]) != shared[0][10]:
            return True
    return False


def resume(folder: Path, connection: sqlite3.Connection) -> tuple[Head | None, bool]:
    """(the head after which the archive of this journal goes on, whether the folder's newest file is of another
    branch). No head: a whole copy must come first."""
    forked = False
    both = folders.items(folder, folders.JOURNAL) + folders.items(folder, folders.HALL)
    for known in sorted(both, key=lambda known: known.generation, reverse=True):
        head = _common(known, connection)
        if head is not None:
            return head, forked
        forked = forked or known.kind == folders.HALL or next(read(known.path), None) is not None
    return (GENESIS if journal.last_seq(connection) <= CATCH_UP else None), forked


def _common(known: folders.Item, connection: sqlite3.Connection) -> Head | None:
    """The last record of the file that this journal has too."""
    if known.kind == folders.HALL:
        with contextlib.closing(folders.connect(known.path)) as copy, contextlib.suppress(sqlite3.Error):
            head = journal.last_head(copy)
            return head if verify.hash_at(connection, head.seq) == head.hash else None
        return None
    heads = [Head(row[0], row[10]) for row in read(known.path)]
    if heads and verify.hash_at(connection, heads[-1].seq) == heads[-1].hash:
        return heads[-1]
    same = [head for head in heads if verify.hash_at(connection, head.seq) == head.hash]
    return same[-1] if same else None


class Archive:
    """The file being written in the folder. After an OSError it is closed: `head` must be asked for anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.head: Head | None = None
        self._handle: int | None = None
        self._made_at = 0
        self._generation = 0

    def append(self, rows: Sequence[Raw], now: int) -> None:
        """Write the rows that follow `head`, durably; raises OSError, StoreError if they do not follow."""
        head = self.head or GENESIS
        for row in rows:
            if not verify.is_next(head, row):
                raise StoreError("backup.broken_chain", seq=row[0])
            head = Head(row[0], row[10])
        try:
            if self._handle is None or self._is_due(now):
                self._begin(now)
            self._write(b"".join(map(_line, rows)))
        except OSError:
            self.close()
            raise
        self.head = head

    def close(self) -> None:
        """Let the file go; the next one begins after what was asked for anew."""
        self.head = None
        if self._handle is not None:
            with contextlib.suppress(OSError):
                os.close(self._handle)
            self._handle = None

    def _is_due(self, now: int) -> bool:
        """Whether a new file is to begin: after a day, and after each whole copy."""
        copies = folders.items(self.folder, folders.HALL)
        later = bool(copies) and copies[-1].generation > self._generation
        return later or not 0 <= now - self._made_at < LONGEST_MS

    def _begin(self, now: int) -> None:
        head = self.head or GENESIS
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folders.new_path(self.folder, folders.JOURNAL, now, head.seq + 1)
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        made = folders.item(path)
        self._made_at, self._generation = now, made.generation if made else 0
        self._write(_ENCODER.encode(_Opening(FORMAT, str(head))) + b"\n")
        folders.sync(self.folder)

    def _write(self, data: bytes) -> None:
        handle: Any = self._handle
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
        os.fdatasync(handle)
