"""O07: what the disk has damaged in the log is told at the start, before its numbers are issued again."""

import shutil
from pathlib import Path

import pytest

from hallctl.domain import events as e
from hallctl.errors import StoreError
from hallctl.store.database import DATABASE, Database
from tests.store.conftest import Store
from tests.store.samples import DAY, Book

HEADER, FRAME = 32, 4096 + 24
COMMITS = 12


@pytest.fixture
def crashed(store: Store, tmp_path: Path) -> Path:
    """The files of a hall as a crash leaves them: the log has not been copied into the database."""
    book = Book()
    assert store.write(book.write(e.DayOpened(DAY, fresh=True))) is None
    for window in range(COMMITS):
        assert store.write(book.write(e.WindowOpened(str(window)))) is None
    copy = tmp_path / "crashed"
    shutil.copytree(store.directory, copy)
    return copy


def opened(directory: Path) -> list[str]:
    """The windows that a start finds."""
    database = Database.open(directory, lambda _batch, _error: None)
    try:
        with database.reading() as connection:
            return [window for (window,) in connection.execute('SELECT id FROM "window" ORDER BY CAST(id AS INTEGER)')]
    finally:
        database.close()


def commits(log: Path) -> list[int]:
    """Where the frames that end a commit of the log's own generation begin."""
    found, data = [], log.read_bytes()
    for at in range(HEADER, len(data) - FRAME + 1, FRAME):
        if data[at + 8 : at + 16] == data[16:24] and any(data[at + 4 : at + 8]):
            found.append(at)
    return found


def spoil(log: Path, at: int) -> None:
    with log.open("r+b") as file:
        file.seek(at + 24 + 100)
        byte = file.read(1)
        file.seek(at + 24 + 100)
        file.write(bytes([byte[0] ^ 0x40]))


def test_a_log_that_is_whole_is_taken(crashed: Path) -> None:
    assert opened(crashed) == [str(window) for window in range(COMMITS)]


def test_a_last_commit_that_is_torn_is_left_out(crashed: Path) -> None:
    """A power cut in the midst of a commit that was not acknowledged."""
    log = crashed / f"{DATABASE}-wal"
    spoil(log, commits(log)[-1])
    assert opened(crashed) == [str(window) for window in range(COMMITS - 1)]


@pytest.mark.parametrize("behind", [2, 5])
def test_commits_that_can_no_longer_be_read_are_told(crashed: Path, behind: int) -> None:
    log = crashed / f"{DATABASE}-wal"
    before = {path.name: path.read_bytes() for path in crashed.iterdir() if not path.name.endswith(("shm", "lock"))}
    spoil(log, commits(log)[-behind])
    before[log.name] = log.read_bytes()
    with pytest.raises(StoreError) as error:
        opened(crashed)
    assert error.value.code == "store.damaged"
    assert str(behind) in error.value.detail
    assert "hallctl restore" in error.value.sentence("zh")
    assert {name: (crashed / name).read_bytes() for name in before} == before, "what is damaged is left as it is"


def test_an_older_database_beside_a_newer_log_is_told(store: Store, tmp_path: Path) -> None:
    """A copy put back by hand after a crash, with the log of the newer one still there."""
    book = Book()
    assert store.write(book.write(e.DayOpened(DAY, fresh=True))) is None
    store.reopen()
    copy = tmp_path / "copy.db"
    shutil.copy(store.directory / DATABASE, copy)
    for window in range(600):
        assert store.write(book.write(e.WindowOpened(str(window)))) is None
    crashed = tmp_path / "crashed"
    shutil.copytree(store.directory, crashed)
    shutil.copy(copy, crashed / DATABASE)
    with pytest.raises(StoreError) as error:
        opened(crashed)
    assert error.value.code == "store.damaged"
