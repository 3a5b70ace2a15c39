"""What a disk holds after a power cut, at any moment of a recorded run.

The journal of disk.c tells every change of the data directory in order. Of what had been synced by the moment of the
cut everything is there. Of the rest the disk decides, sector by sector: an older or a newer content, in any
combination (dropped, reordered), and where it tears, the first bytes of a sector new and the others old. SQLite's own
assumption is kept: bytes that were not being written stay as they were ("powersafe overwrite"). Names (created,
renamed, removed) are durable once the folder is synced; of later ones a first part is there, in order, as journalling
file systems have it. The size of a file that was growing is any of those it has had since its last sync.
"""

import enum
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_RECORD: Final = struct.Struct("=IIiIqQ")  # struct record of journal.h
HEAD: Final = _RECORD.size
"""Bytes of a record before its payload."""
_MAGIC: Final = 0x4B534944


class Kind(enum.IntEnum):
    BEGIN = 1
    OPEN = 2
    WRITE = 3
    TRUNCATE = 4
    SYNC = 5
    SYNCED = 6
    CLOSE = 7
    RENAME = 8
    UNLINK = 9
    MKDIR = 10
    UNKNOWN = 11
    UNSYNCED = 12  # a sync that was failed


CREATED: Final = 1
EMPTIED: Final = 2
DIRECTORY: Final = 4


class Cut(enum.StrEnum):
    """What becomes of that which was not synced."""

    DROPPED = "dropped"
    """All of it is gone."""
    SECTORS = "sectors"
    """Whole sectors, each on its own."""
    TORN = "torn"
    """The same, and sectors tear."""
    KEPT = "kept"
    """All of it is there: only what was not written yet is gone."""


@dataclass(frozen=True, slots=True)
class Record:
    """One entry; `end` is the place in the journal behind it."""

    kind: Kind
    fd: int
    flags: int
    offset: int
    payload: bytes
    end: int

    @property
    def text(self) -> str:
        return self.payload.decode()


def read(journal: Path) -> Iterator[Record]:
    """The records in order; one that is not complete ends them (its process was killed)."""
    place = 0
    with journal.open("rb") as file:
        while len(head := file.read(HEAD)) == HEAD:
            magic, kind, fd, flags, offset, length = _RECORD.unpack(head)
            assert magic == _MAGIC, f"{journal} is broken at {place}"
            payload = file.read(length)
            if len(payload) < length:
                return
            place += HEAD + length
            yield Record(Kind(kind), fd, flags, offset, payload, place)


@dataclass(slots=True)
class File:
    """The bytes that are durable, and the changes since, in order: (offset, bytes), or (size, None) for a new size."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    settled: int = 0  # changes made durable so far

    @property
    def count(self) -> int:
        return self.settled + len(self.pending)

    def settle(self, count: int) -> None:
        """The first `count` changes of its life are durable."""
        done = max(0, count - self.settled)
        for change in self.pending[:done]:
            _change(self.durable, change)
        del self.pending[:done]
        self.settled += done

    def after_cut(self, chance: random.Random, cut: Cut, sector: int) -> bytes:
        if cut is Cut.DROPPED:
            return bytes(self.durable)
        if cut is Cut.KEPT:
            kept = bytearray(self.durable)
            for change in self.pending:
                _change(kept, change)
            return bytes(kept)
        return self._mixed(chance, cut, sector)

    def _mixed(self, chance: random.Random, cut: Cut, sector: int) -> bytes:
        """Each touched sector in one of the contents that it has had since the last sync."""
        sizes, longest, touched = self._history(sector)
        content = bytearray(self.durable) + bytes(longest - len(self.durable))
        for place, changes in touched.items():
            start = place * sector
            versions = [bytearray(content[start : start + sector])]
            for number in changes:
                versions.append(_changed(versions[-1], start, self.pending[number]))
            chosen = chance.randrange(len(versions))
            result = versions[chosen]
            if cut is Cut.TORN and chosen and chance.random() < 0.5:
                tear = chance.randrange(len(result) + 1)
                result = result[:tear] + versions[chosen - 1][tear:]
            content[start : start + sector] = result
        return bytes(content[: chance.choice(sizes)])

    def _history(self, sector: int) -> tuple[list[int], int, dict[int, list[int]]]:
        """The sizes since the last sync, the largest, and by sector the numbers of the changes that touch it."""
        sizes = [len(self.durable)]
        touched: dict[int, list[int]] = {}
        for number, (offset, data) in enumerate(self.pending):
            if data is None:
                end = max(sizes)
                sizes.append(offset)
            else:
                end = offset + len(data)
                sizes.append(max(sizes[-1], end))
            for place in range(offset // sector, -(-end // sector)):
                touched.setdefault(place, []).append(number)
        return sizes, max(sizes), touched


def _change(content: bytearray, change: tuple[int, bytes | None]) -> None:
    offset, data = change
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
        return
    if offset > len(content):
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def _changed(sector: bytearray, start: int, change: tuple[int, bytes | None]) -> bytearray:
    """The sector that begins at `start`, after the change."""
    offset, data = change
    result = bytearray(sector)
    first = max(0, offset - start)
    if data is None:
        result[first:] = bytes(len(result) - min(first, len(result)))
    else:
        part = data[max(0, start - offset) : start + len(sector) - offset]
        result[first : first + len(part)] = part
    return result


@dataclass(frozen=True, slots=True)
class _Renaming:
    """A change of names: `file` (None: a folder) comes under the name `new`, the name `old` goes; None leaves either
    name out."""

    old: str | None
    new: str | None
    file: File | None


class Disk:
    """The data directory's disk while the records of its changes are told to it."""

    def __init__(self) -> None:
        self._names: dict[str, File | None] = {}  # as the running process sees them
        self._durable: dict[str, File | None] = {}
        self._renamings: list[_Renaming] = []
        self._renamed = 0  # renamings made durable so far
        self._open: dict[int, File | None] = {}  # by descriptor; None: a folder
        self._syncing: dict[int, int] = {}  # by descriptor: how many changes a sync under way will make durable
        self.syncs = 0

    def tell(self, record: Record) -> None:
        """Follow one change; what cannot be followed is an AssertionError."""
        match record.kind:
            case Kind.BEGIN:
                self._open.clear()
                self._syncing.clear()
            case Kind.OPEN:
                self._opened(record)
            case Kind.WRITE | Kind.TRUNCATE:
                file = self._open[record.fd]
                assert file is not None
                file.pending.append((record.offset, record.payload if record.kind is Kind.WRITE else None))
            case Kind.SYNC | Kind.SYNCED:
                self._synced(record)
            case Kind.UNSYNCED:
                self._lost(record)
            case Kind.CLOSE:
                self._open.pop(record.fd, None)
            case Kind.RENAME:
                old, new = record.text.split("\0")
                self._rename(_Renaming(old, new, self._names[old]))
            case Kind.MKDIR:
                self._rename(_Renaming(None, record.text, None))
            case Kind.UNLINK:
                self._rename(_Renaming(record.text, None, None))
            case _:
                raise AssertionError(f"not followed: {record.kind.name} {record.text}")

    def _opened(self, record: Record) -> None:
        if record.flags & DIRECTORY:
            self._open[record.fd] = None
            return
        if record.flags & CREATED:
            self._rename(_Renaming(None, record.text, File()))
        file = self._open[record.fd] = self._names[record.text]
        if record.flags & EMPTIED and file is not None:
            file.pending.append((0, None))

    def _synced(self, record: Record) -> None:
        file = self._open[record.fd]
        if record.kind is Kind.SYNC:
            self._syncing[record.fd] = self._renamed + len(self._renamings) if file is None else file.count
            return
        count = self._syncing.pop(record.fd)
        self.syncs += 1
        if file is not None:
            file.settle(count)
            return
        done = max(0, count - self._renamed)
        for renaming in self._renamings[:done]:
            _apply(self._durable, renaming)
        del self._renamings[:done]
        self._renamed += done

    def _lost(self, record: Record) -> None:
        """A failed sync: the system may show what it could not write for as long as it runs, and never write it."""
        file = self._open[record.fd]
        if file is not None:
            file.settled += len(file.pending)
            file.pending.clear()

    def _rename(self, renaming: _Renaming) -> None:
        _apply(self._names, renaming)
        self._renamings.append(renaming)

    def unsynced(self) -> int:
        """Changes that a cut now may lose."""
        return len(self._renamings) + sum(len(file.pending) for file in self._names.values() if file is not None)

    def after_cut(self, chance: random.Random, cut: Cut) -> dict[str, bytes | None]:
        """The files by their paths, as they are found when the power is back; None: a folder."""
        names = dict(self._durable)
        kept = {Cut.DROPPED: 0, Cut.KEPT: len(self._renamings)}.get(cut)
        for renaming in self._renamings[: chance.randint(0, len(self._renamings)) if kept is None else kept]:
            _apply(names, renaming)
        sector = chance.choice((512, 4096))
        return {path: None if file is None else file.after_cut(chance, cut, sector) for path, file in names.items()}


def _apply(names: dict[str, File | None], renaming: _Renaming) -> None:
    if renaming.old is not None:
        names.pop(renaming.old, None)
    if renaming.new is not None:
        names[renaming.new] = renaming.file
