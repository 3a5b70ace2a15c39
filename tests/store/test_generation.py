"""O07: an older copy of the database beside a newer log is told at the start; what belongs together is let pass."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from hallctl.domain import events as e
from hallctl.errors import StoreError
from hallctl.store import backup, generation
from hallctl.store import database as module
from hallctl.store.database import DATABASE, Database, connect_reader
from hallctl.store.generation import Generation
from tests.store.conftest import Store
from tests.store.samples import DAY, Book

LOG = f"{DATABASE}-wal"


class Worked:
    """A hall that works, commit by commit; `checkpoint` is after each so many."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.book = Book()
        self.number = 0
        assert store.write(self.book.write(e.DayOpened(DAY, fresh=True))) is None

    def commit(self, times: int = 1) -> None:
        for _ in range(times):
            self.number += 1
            assert self.store.write(self.book.write(e.WindowOpened(str(self.number)))) is None

    def checkpoint(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """One more commit, and a checkpoint after it."""
        with monkeypatch.context() as soon:
            soon.setattr(module, "CHECKPOINT_COMMITS", 1)
            soon.setattr(module, "CHECKPOINT_AT_LATEST", 1)
            self.commit()
            self.commit()  # the first is told before its checkpoint
        self.settle()

    def settle(self) -> None:
        """The writer has done what follows a commit."""
        self.commit()

    def file(self, to: Path) -> Path:
        return Path(shutil.copy(self.store.directory / DATABASE, to))

    def crashed(self, to: Path, file: Path | None = None) -> Path:
        """The directory as a crash leaves it, perhaps with another file put into it."""
        shutil.copytree(self.store.directory, to)
        (to / f"{DATABASE}-shm").unlink()
        if file is not None:
            shutil.copy(file, to / DATABASE)
        return to


@pytest.fixture
def worked(store: Store) -> Worked:
    made = Worked(store)
    made.commit(3)
    return made


def windows(directory: Path) -> int:
    """How many a start finds; it ends in order."""
    database = Database.open(directory, lambda _batch, _error: None)
    try:
        with database.reading() as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return int(connection.execute('SELECT count(*) FROM event WHERE type = "window.opened"').fetchone()[0])
    finally:
        database.close()


def refused(directory: Path) -> bool:
    """Whether a start ends with the sentence that says so, and leaves everything as it is."""
    before = {path.name: path.read_bytes() for path in directory.iterdir() if path.name in {DATABASE, LOG}}
    try:
        windows(directory)
    except StoreError as error:
        same = {name: (directory / name).read_bytes() for name in before} == before
        return same and error.code == "store.damaged" and "another copy" in error.detail
    return False


def generations(directory: Path) -> tuple[Generation, Generation]:
    """(through the log, in the file alone)."""
    with contextlib.closing(connect_reader(directory / DATABASE)) as connection:
        told, alone = generation.read(connection), generation._of_file(directory / DATABASE)
    assert told is not None
    assert alone is not None
    return told, alone


def test_a_file_and_its_log_are_of_neighbouring_generations(
    worked: Worked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, alone = generations(worked.store.directory)
    assert told.before == alone.own, "the log has begun one more"
    worked.checkpoint(monkeypatch)
    later, after = generations(worked.store.directory)
    assert later.own != told.own
    assert after.own == later.before
    assert windows(worked.crashed(tmp_path / "crashed")) == worked.number


def test_a_copy_of_the_same_generation_is_made_whole_by_the_log(worked: Worked, tmp_path: Path) -> None:
    copy = worked.file(tmp_path / "copy.db")
    worked.commit(20)
    assert windows(worked.crashed(tmp_path / "crashed", copy)) == worked.number


def test_an_older_copy_beside_a_newer_log_is_told(
    worked: Worked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = worked.file(tmp_path / "copy.db")
    worked.commit(20)
    worked.checkpoint(monkeypatch)
    assert refused(worked.crashed(tmp_path / "crashed", copy))


def test_an_older_log_beside_a_newer_file_is_told(
    worked: Worked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = worked.crashed(tmp_path / "older")
    for _ in range(2):
        worked.checkpoint(monkeypatch)
    assert refused(worked.crashed(tmp_path / "crashed", None)) is False
    assert refused(Path(shutil.copytree(older, tmp_path / "mixed"))) is False
    worked.file(older / DATABASE)
    assert refused(older)


def test_a_backup_beside_any_log_is_told_and_alone_it_starts(
    worked: Worked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy made through the log is of no generation: not even of the one it was made in."""
    made = backup.make(worked.store.directory, tmp_path / "backups", now=0, keep=5, days=None)
    known = worked.number
    worked.commit(5)
    assert refused(worked.crashed(tmp_path / "same", made.path))
    worked.checkpoint(monkeypatch)
    assert refused(worked.crashed(tmp_path / "next", made.path))
    alone = worked.crashed(tmp_path / "alone", made.path)
    (alone / LOG).unlink()
    assert windows(alone) == known
    assert windows(alone) == known


def test_a_checkpoint_that_readers_cut_short_begins_nothing(
    worked: Worked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has part of the log; then as much as readers allow; the log goes on and has all of it."""
    copy = worked.file(tmp_path / "copy.db")
    with contextlib.closing(connect_reader(worked.store.database.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        worked.commit(5)
        before = generations(worked.store.directory)[0]
        worked.checkpoint(monkeypatch)
        assert generations(worked.store.directory)[0] == before
        assert windows(worked.crashed(tmp_path / "crashed")) == worked.number
        assert windows(worked.crashed(tmp_path / "with-copy", copy)) == worked.number
        reader.execute("ROLLBACK")
    worked.checkpoint(monkeypatch)
    assert generations(worked.store.directory)[0] != before


def test_a_start_while_a_reader_holds_the_log_begins_nothing(
    worked: Worked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup's process outlives the daemon that began it; the log is not moved into the file at the next start."""
    with contextlib.closing(connect_reader(worked.store.database.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        worked.commit(5)
        monkeypatch.setattr(worked.store.database, "_checkpoint", lambda: None)  # killed: no last checkpoint
        worked.store.reopen()
        monkeypatch.undo()
        worked.commit(5)
        told, alone = generations(worked.store.directory)
        assert alone.own in {told.own, told.before}
        assert windows(worked.crashed(tmp_path / "crashed")) == worked.number


def test_each_start_begins_one(store: Store) -> None:
    seen: set[bytes] = set()
    for _ in range(3):
        assert store.write([("INSERT INTO help (kiosk) VALUES (?)", (str(len(seen)),))]) is None
        seen.add(generations(store.directory)[0].own)
        store.reopen()
        told, alone = generations(store.directory)
        assert told == alone, "nothing is written before the first commit"
    assert len(seen) == 3


def test_a_commit_that_failed_begins_nothing(store: Store) -> None:
    assert store.write([("INSERT INTO nowhere VALUES (1)", ())]) is not None
    store.database.reset()
    before = generations(store.directory)
    assert before[0] == before[1]
    assert store.write([("INSERT INTO help (kiosk) VALUES ('k')", ())]) is None
    assert generations(store.directory)[0].before == before[0].own


def test_a_row_torn_in_the_file_says_nothing(worked: Worked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut in the midst of a checkpoint: the log has the row whole."""
    worked.checkpoint(monkeypatch)
    crashed = worked.crashed(tmp_path / "crashed")
    own = generations(crashed)[1].own
    data = bytearray((crashed / DATABASE).read_bytes())
    place = data.index(own)
    data[place + 5 : place + 16] = bytes(11)
    (crashed / DATABASE).write_bytes(data)
    assert generation._of_file(crashed / DATABASE) is None
    assert windows(crashed) == worked.number


def test_a_row_that_is_damaged_for_good_is_told(worked: Worked) -> None:
    directory = worked.store.directory
    worked.store.database.close()
    with contextlib.closing(sqlite3.connect(directory / DATABASE)) as connection:
        connection.execute("UPDATE generation SET own = zeroblob(16)")
        connection.commit()
    with pytest.raises(StoreError) as error:
        windows(directory)
    assert error.value.code == "store.damaged"
