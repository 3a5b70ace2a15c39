"""A hall made from its backup folder: the newest good copy at or before the wanted point, and the journal's archive up
to it; where no copy lies before the point, the journal of a later one, cut there. Every record is proven to follow the
one before, across the seam too; the rows that the copy does not have are made anew (O07)."""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Final

import msgspec

from hallctl.domain.events import NumbersSkipped, TicketTaken
from hallctl.domain.model import OPEN
from hallctl.domain.state import HallState
from hallctl.errors import StoreError
from hallctl.store import archive, backup, journal, loading, request, verify
from hallctl.store import folder as folders
from hallctl.store.database import DATABASE
from hallctl.store.file import write_whole
from hallctl.store.journal import Head
from hallctl.store.rebuild import Rebuild
from hallctl.store.verify import Progress, Raw

Notes = list[tuple[str, dict[str, str | int]]]
"""Codes of sentences with their params, told beside a success."""

Issued = Callable[[], dict[str, int]]
"""Tells the last number of each service on the restored day that the whole backup knows of, beyond the point too."""

_MADE_BY_SQLITE: Final = ("-wal", "-shm", "-journal")
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Point:
    """Up to where: record `seq`, or the last record before the first one later than the moment `at` (ms); the whole
    where both are None. A clock that was set back makes `at` ambiguous: then use `seq`."""

    seq: int | None = None
    at: int | None = None

    def holds(self, seq: int, at: int) -> bool:
        """Whether a record belongs to what is wanted."""
        return (self.seq is None or seq <= self.seq) and (self.at is None or at <= self.at)


@dataclass(slots=True)
class Restored:
    """What was made: the head, the moment of the last record restored (ms, 0 for an empty journal), the open tickets,
    the day in hand and the last number of each service, the kept answers, where it came from. `last_day` is the day in
    hand or the one closed last; `notes` are sentences' codes."""

    head: Head
    at: int = 0
    open_tickets: int = 0
    day: str | None = None
    last_day: str | None = None
    numbers: dict[str, int] = field(default_factory=dict)
    answers: int = 0
    copy: str | None = None
    from_archive: int = 0
    notes: Notes = field(default_factory=list)


@dataclass(slots=True)
class _Copy:
    path: Path
    head: Head
    latest: int


def restore(
    source: Path,
    directory: Path,
    point: Point,
    *,
    prepare: Callable[[Path, Issued], None] | None = None,
    checked: Progress = lambda _done: None,
    rebuilt: Progress = lambda _done: None,
) -> Restored:
    """Make the hall of `source` (a backup folder, or one copy in it) in the data directory, which must have none.

    `prepare` is given a directory with the restored database before that is handed over: it may open it and write.

    Raises StoreError: ``restore.exists``, ``restore.nothing`` (no good copy), ``restore.point`` (before all there is or
    after it), ``backup.damaged`` (the copy named), ``store.unavailable``, ``store.newer``.
    """
    _refuse_existing(directory)
    try:
        notes: Notes = []
        folder = source if source.is_dir() else source.parent
        copies = _nearest(_good_copies(source, notes, checked), point)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        making = directory / f"{DATABASE}{folders.MAKING}"
        try:
            restored = _make(folder, copies, point, making, rebuilt)
            restored.notes = notes + restored.notes
            if prepare is not None:
                _prepare(making, restored, lambda path: prepare(path, lambda: _issued(folder, copies, restored)))
            _finish(making, directory, folder)
        finally:
            for end in ("", *_MADE_BY_SQLITE):
                making.with_name(making.name + end).unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        raise StoreError("store.unavailable", detail=f"{type(error).__name__}: {error}") from error
    return restored


def _refuse_existing(directory: Path) -> None:
    """Nothing is ever written over; a WAL that was left alone would be taken for the new file's."""
    for end in ("", *_MADE_BY_SQLITE):
        path = directory / f"{DATABASE}{end}"
        if path.exists():
            raise StoreError("restore.exists", path=str(path))


def _nearest(copies: Iterator[_Copy], point: Point) -> list[_Copy]:
    """Those later than the point, and the first one before it; older ones need not be looked at."""
    found: list[_Copy] = []
    for copy in copies:
        found.append(copy)
        if point.holds(copy.head.seq, copy.latest):
            break
    return found


def _good_copies(source: Path, notes: Notes, checked: Progress) -> Iterator[_Copy]:
    """The copies that may be used, the newest first, each looked at as a whole before it is told."""
    if source.is_file():
        yield _Copy(source, *_checked(source, checked))
        return
    newest: _Copy | None = None
    for item in reversed(folders.items(source, folders.HALL)):
        try:
            copy = _Copy(item.path, *_checked(item.path, checked))
        except StoreError:
            notes.append(("restore.damaged", {"path": item.path.name}))
            continue
        if _is_left_behind(source, item.generation, copy, newest):
            notes.append(("restore.left_behind", {"path": item.path.name}))
            continue
        newest = newest or copy
        yield copy


def _checked(path: Path, checked: Progress) -> tuple[Head, int]:
    """The head of a whole copy and its latest moment; raises StoreError ``backup.damaged``."""
    verdict = backup.check(path, checked)
    if not verdict.whole:
        first = verdict.findings[0]
        raise StoreError("backup.damaged", path=path.name, detail=f"{first.code} {first.params}")
    return verdict.head, verdict.latest


def _is_left_behind(folder: Path, generation: int, copy: _Copy, newest: _Copy | None) -> bool:
    """Whether the copy is of what an earlier restore left: a later file tells otherwise."""
    with contextlib.closing(folders.connect(copy.path)) as connection:
        if newest is not None:
            with contextlib.closing(folders.connect(newest.path)) as later:
                shared = min(copy.head.seq, newest.head.seq)
                if verify.hash_at(connection, shared) != verify.hash_at(later, shared):
                    return True
        return archive.is_left_behind(folder, generation, copy.head, connection)


def _make(folder: Path, copies: list[_Copy], point: Point, making: Path, rebuilt: Progress) -> Restored:
    """The database at `making`, from the nearest copy before the point or from a cut one."""
    before = [copy for copy in copies if point.holds(copy.head.seq, copy.latest)]
    after = [copy for copy in copies if copy not in before]
    if before or folders.items(folder, folders.JOURNAL):
        restored, reached = _from_copy(folder, before[0] if before else None, point, making, rebuilt)
        if (reached or not after) and restored.head.seq > 0:
            _check_reached(restored, point)
            return restored
    if not after:
        raise StoreError("restore.nothing", path=str(folder))
    making.unlink(missing_ok=True)
    restored = _cut(after[-1], point, making, rebuilt)
    _check_reached(restored, point)
    return restored


def _check_reached(restored: Restored, point: Point) -> None:
    if restored.head.seq == 0 or (point.seq is not None and restored.head.seq != point.seq):
        raise StoreError("restore.point", seq=restored.head.seq)


def _from_copy(
    folder: Path, copy: _Copy | None, point: Point, making: Path, rebuilt: Progress
) -> tuple[Restored, bool]:
    """The copy and what the archive adds, and whether that surely is all up to the point."""
    if copy is not None:
        _copy_file(copy.path, making)
    last = 0

    def wanted(rows: Iterable[Raw]) -> Iterator[Raw]:
        nonlocal last
        for row in rows:
            last = row[0]
            if not point.holds(row[0], row[1]):
                return
            yield row

    with contextlib.closing(Rebuild(making)) as made:
        first = made.head.seq
        made.add(wanted(archive.follow(folder, made.head)), rebuilt)
        restored = _summary(made, copy)
        restored.from_archive = made.head.seq - first
    reached = last > restored.head.seq or restored.head.seq == point.seq
    told = max((row[0] for piece in _last_piece(folder) for row in archive.read(piece)), default=0)
    if not reached and told > restored.head.seq:
        restored.notes.append(("restore.gap", {"seq": restored.head.seq, "last": told}))
    return restored, reached or point == Point()


def _last_piece(folder: Path) -> list[Path]:
    return [piece.path for piece in folders.items(folder, folders.JOURNAL)[-1:]]


def _cut(copy: _Copy, point: Point, making: Path, rebuilt: Progress) -> Restored:
    """All rows made anew from the copy's journal up to the point; its answers as far as they go."""
    with contextlib.closing(folders.connect(copy.path)) as source, contextlib.closing(Rebuild(making)) as made:
        rows = verify.raw_rows(source)
        made.add(takewhile(lambda row: point.holds(row[0], row[1]), rows), rebuilt)
        kept = [answered for answered in request.recent(source) if answered.seq <= made.head.seq]
        made.connection.execute("BEGIN")
        for answered in kept:
            made.connection.execute(*request.row(answered))
        made.connection.execute("COMMIT")
        return _summary(made, copy)


def _summary(made: Rebuild, copy: _Copy | None) -> Restored:
    state = made.state
    last = next(journal.read(made.connection, state.seq - 1), None) if state.seq else None
    return Restored(
        head=made.head,
        at=last.at if last is not None else 0,
        open_tickets=sum(ticket.stage in OPEN for ticket in state.tickets.values()),
        day=state.day,
        last_day=state.last_day,
        numbers=_numbers(state),
        answers=len(request.recent(made.connection)),
        copy=copy.path.name if copy is not None else None,
    )


def _numbers(state: HallState) -> dict[str, int]:
    return {service: tally.number for service, tally in state.tallies.items() if tally.number}


def _prepare(making: Path, restored: Restored, prepare: Callable[[Path], None]) -> None:
    """Have the database written into, alone in a directory of its own; if that fails nothing is left of it."""
    with tempfile.TemporaryDirectory(prefix=f"{making.name}-", dir=making.parent) as alone:
        path = Path(alone) / DATABASE
        making.rename(path)
        prepare(path.parent)
        log = path.with_name(f"{DATABASE}-wal")
        if log.exists() and log.stat().st_size:
            raise StoreError("store.unavailable", detail="the restored database has a log of its own")
        with contextlib.closing(folders.connect(path)) as connection:
            restored.head = journal.last_head(connection)
            restored.numbers = _numbers(loading.load(connection))
        path.rename(making)


class _Number(msgspec.Struct):
    """Of an event that gives a number away, or leaves it out."""

    service: str
    number: int


def _issued(folder: Path, copies: list[_Copy], restored: Restored) -> dict[str, int]:
    """See `Issued`. Also what the archive has behind a break is believed here: too many numbers do no harm."""
    found = dict(restored.numbers)
    decode = msgspec.json.Decoder(_Number).decode

    def note(rows: Iterable[Raw]) -> str:
        """Note the numbers of the day; the latest day that the rows tell of."""
        latest = ""
        for _seq, _at, day, _actor, kind, _ticket, _window, body, *_more in rows:
            latest = max(latest, day or "")
            if day == restored.last_day and kind in {TicketTaken.TYPE, NumbersSkipped.TYPE}:
                with contextlib.suppress(msgspec.MsgspecError):
                    event = decode(body)
                    found[event.service] = max(found.get(event.service, 0), event.number)
        return latest

    for copy in copies:
        with contextlib.closing(folders.connect(copy.path)) as connection:
            note(verify.raw_rows(connection, restored.head.seq))
    for piece in reversed(folders.items(folder, folders.JOURNAL)):
        latest = note(archive.read(piece.path))
        if "" < latest < (restored.last_day or ""):
            break
    return found


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as given, target.open("xb") as made:
        target.chmod(0o600)
        while data := given.read(_CHUNK):
            made.write(data)


def _finish(making: Path, directory: Path, folder: Path) -> None:
    """Durable first, then by its name; the small files beside it where the directory has none of its own."""
    with making.open("rb+") as made:
        os.fsync(made.fileno())
    for name in backup.BESIDE:
        if (folder / name).exists() and not (directory / name).exists():
            write_whole(directory / name, (folder / name).read_bytes())
    making.rename(directory / DATABASE)
    folders.sync(directory)
