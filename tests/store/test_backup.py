"""Whole copies: one snapshot, checked, alone, never half there, gone in time (O07, O04)."""

import contextlib
import errno
import os
import shutil
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from hallctl.domain import events as e
from hallctl.errors import StoreError
from hallctl.store import backup, verify
from hallctl.store import folder as folders
from hallctl.store.database import Database, Write
from hallctl.store.file import write_whole
from tests.store.halls import looking, new_hall, tamper, two_days, verdict_of
from tests.store.samples import NOON, Book

LAST = len(two_days())
DAY_MS = folders.DAY_MS


def test_o07_a_copy_is_whole_private_and_one_file(hall: Path, folder: Path) -> None:
    shares: list[float] = []
    made = backup.make(hall.parent, folder, NOON, copied=shares.append)
    assert (made.head.seq, made.removed) == (LAST, [])
    assert made.head == verdict_of(hall).head
    assert backup.check(made.path).whole
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(path.name for path in folder.iterdir()) == ["backup.lock", made.path.name, "secret.key"]
    assert shares[-1] == 1.0
    item = folders.item(made.path)
    assert item is not None
    assert (item.kind, item.seq, item.generation) == (folders.HALL, LAST, 1)
    assert abs(item.made_at - NOON) < 1000
    with looking(made.path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_the_live_files_are_not_touched(hall: Path, folder: Path) -> None:
    """The daemon's writer is the only one that writes and checkpoints."""
    with contextlib.closing(sqlite3.connect(hall, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=wal")
        writer.execute("PRAGMA wal_autocheckpoint=0")
        writer.execute("UPDATE hall SET last_day = 'x'")
        wal = hall.with_name("hall.db-wal")
        before = hall.read_bytes(), wal.read_bytes()
        made = backup.make(hall.parent, folder, NOON)
        assert (hall.read_bytes(), wal.read_bytes()) == before
    with looking(made.path) as connection:
        assert connection.execute("SELECT last_day FROM hall").fetchone() == ("x",)


def test_o07_commits_go_on_while_a_copy_is_made(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that checkpoints as often as it can is not held up, the copy is not begun anew, and it is of one
    moment: no later than the end, no earlier than the beginning."""
    monkeypatch.setattr("hallctl.store.database.CHECKPOINT_COMMITS", 5)
    monkeypatch.setattr(backup, "PAGES", 1)
    monkeypatch.setattr(backup, "PAUSE_S", 0.002)
    done = threading.Semaphore(0)
    failed: list[StoreError | None] = []

    def on_commit(batch: list[Write], error: StoreError | None) -> None:
        failed.append(error)
        done.release()

    database = Database.open(tmp_path / "data", on_commit)
    book = Book()

    def work(count: int) -> None:
        for _ in range(count):
            database.submit([book.write(e.WindowOpened("1"))])
            assert done.acquire(timeout=20)

    work(300)
    during: list[int] = []

    def between(_share: float) -> None:
        work(2)
        during.append(1)

    made = backup.make(tmp_path / "data", folder, NOON, copied=between)
    database.close()
    assert failed == [None] * len(failed)
    assert made.head.seq == 300
    pages = made.path.stat().st_size // 4096
    assert pages - 2 <= len(during) <= pages + 2, "the copy was begun anew"
    assert book.state.seq == 300 + 2 * len(during)
    assert verdict_of(made.path).records == 300


def test_a_copy_of_a_tampered_hall_is_not_called_good(hall: Path, folder: Path) -> None:
    good = backup.make(hall.parent, folder, NOON)
    tamper(hall, "UPDATE event SET actor = 'x' WHERE seq = 30")
    with pytest.raises(StoreError) as caught:
        backup.make(hall.parent, folder, NOON, keep=1, days=1)
    assert caught.value.code == "backup.damaged"
    assert "30" in caught.value.detail
    assert [item.path for item in folders.items(folder, folders.HALL)] == [good.path]
    assert not list(folder.glob("*making*"))


def test_no_hall_is_told(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(StoreError) as caught:
        backup.make(tmp_path, folder, NOON)
    assert caught.value.code == "backup.no_hall"


def test_one_maker_at_a_time(hall: Path, folder: Path) -> None:
    folder.mkdir()
    with folders.alone(folder), pytest.raises(StoreError) as caught:
        backup.make(hall.parent, folder, NOON)
    assert caught.value.code == "backup.busy"


def test_what_a_killed_maker_left_is_removed(hall: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / "hall.making").write_bytes(b"half")
    backup.make(hall.parent, folder, NOON)
    assert not list(folder.glob("*making*"))


def test_two_halls_do_not_share_a_folder(hall: Path, folder: Path, tmp_path: Path) -> None:
    backup.make(hall.parent, folder, NOON)
    other = new_hall(tmp_path / "other")
    write_whole(other.with_name("secret.key"), b"o" * 32)
    with pytest.raises(StoreError) as caught:
        backup.make(other.parent, folder, NOON)
    assert caught.value.code == "backup.foreign"


# ---------------------------------------------------------------- disks


def test_o06_a_target_without_room_is_told_before_anything(
    hall: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(StoreError) as caught:
        backup.make(hall.parent, folder, NOON)
    assert caught.value.code == "backup.full"
    assert not list(folder.glob("hall*"))


def test_o06_a_target_that_fills_up_leaves_nothing_half(
    hall: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError) as caught:
        backup.make(hall.parent, folder, NOON)
    assert caught.value.code == "backup.full"
    assert str(folder) in caught.value.sentence("zh")
    assert not list(folder.glob("hall*"))


def test_a_target_that_is_no_folder_is_told(hall: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError) as caught:
        backup.make(hall.parent, tmp_path / "file", NOON)
    assert caught.value.code == "backup.failed"


# ---------------------------------------------------------------- checks


def test_o07_a_damaged_copy_is_seen(hall: Path, folder: Path) -> None:
    path = backup.make(hall.parent, folder, NOON).path
    data = bytearray(path.read_bytes())
    for place in range(4096 * 6, 4096 * 12, 64):
        data[place] ^= 0xFF
    path.write_bytes(data)
    assert not backup.check(path).whole
    path.write_bytes(data[: len(data) // 2])
    assert not backup.check(path).whole
    path.write_bytes(b"x" * 5000)
    assert not backup.check(path).whole
    path.write_bytes(b"")
    assert not backup.check(path).whole


def test_checking_writes_nothing(hall: Path, folder: Path) -> None:
    path = backup.make(hall.parent, folder, NOON).path
    before = sorted(folder.iterdir())
    with contextlib.closing(folders.connect(path)) as connection:
        assert verify.chain(connection).whole
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("DELETE FROM event")
    assert sorted(folder.iterdir()) == before


# ---------------------------------------------------------------- how long they stay


def _touch(folder: Path, kind: str, generation: int, at: int, seq: int) -> Path:
    path = folders.new_path(folder, kind, at, seq)
    path.touch()
    item = folders.item(path)
    assert item is not None
    assert item.generation == generation
    return path


def test_o04_no_backup_outlives_its_days(hall: Path, folder: Path) -> None:
    """Also where a new one could not be made; also the journal's archive."""
    old = backup.make(hall.parent, folder, NOON)
    piece = _touch(folder, folders.JOURNAL, 2, NOON, LAST + 1)
    tamper(hall, "UPDATE event SET actor = 'x' WHERE seq = 30")
    with pytest.raises(StoreError):
        backup.make(hall.parent, folder, NOON + 30 * DAY_MS, days=30)
    assert old.path.exists()
    with pytest.raises(StoreError):
        backup.make(hall.parent, folder, NOON + 31 * DAY_MS, days=30)
    assert not old.path.exists()
    assert not piece.exists()


def test_the_newest_are_kept_with_the_archive_that_they_need(tmp_path: Path) -> None:
    one = _touch(tmp_path, folders.JOURNAL, 1, NOON, 1)
    first = _touch(tmp_path, folders.HALL, 2, NOON + 1000, 50)
    two = _touch(tmp_path, folders.JOURNAL, 3, NOON + 2000, 51)
    second = _touch(tmp_path, folders.HALL, 4, NOON + 3000, 90)
    three = _touch(tmp_path, folders.JOURNAL, 5, NOON + 4000, 85)
    third = _touch(tmp_path, folders.HALL, 6, NOON + 5000, 120)
    four = _touch(tmp_path, folders.JOURNAL, 7, NOON + 6000, 121)
    assert folders.prune(tmp_path, NOON, keep=2, days=30) == sorted([one, first, two])
    assert all(path.exists() for path in (second, three, third, four))
    assert folders.prune(tmp_path, NOON, keep=1) == sorted([second, three])
    assert folders.prune(tmp_path, NOON, keep=1) == []


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in ("hall.db", "hall-1.db", "notes.txt", "hall-000001-20261122T043000Z-9.jsonl"):
        (tmp_path / name).touch()
    assert folders.items(tmp_path, folders.HALL) == []
    assert folders.prune(tmp_path, NOON + 400 * DAY_MS, keep=1, days=1) == []
