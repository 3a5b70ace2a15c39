"""Restore: copy and archive, proven across the seam; any point of the journal; never over anything (O07, T02)."""

import contextlib
from pathlib import Path

import pytest

from hallctl.domain import events as e
from hallctl.domain.apply import apply
from hallctl.domain.model import Priority
from hallctl.domain.state import HallState
from hallctl.errors import StoreError
from hallctl.store import archive, backup, journal, loading, verify
from hallctl.store import folder as folders
from hallctl.store.archive import Archive
from hallctl.store.database import DATABASE
from hallctl.store.journal import GENESIS
from hallctl.store.restore import Point, restore
from hallctl.store.verify import comparable
from tests.store.halls import (
    copy_hall,
    day_of_work,
    found,
    grow,
    journal_of,
    looking,
    raw,
    tamper,
    two_days,
    verdict_of,
)
from tests.store.samples import NOON

LAST = len(two_days())


def _keep(hall: Path, folder: Path, now: int = NOON) -> None:
    """What the daemon does every few seconds."""
    keeper = Archive(folder)
    with looking(hall) as connection:
        keeper.head, _forked = archive.resume(folder, connection)
        assert keeper.head is not None
        while rows := archive.rows_after(connection, keeper.head.seq, 7):
            keeper.append(rows, now)
    keeper.close()


def _replayed(hall: Path, seq: int) -> HallState:
    state = HallState()
    with looking(hall) as connection:
        for record in journal.read(connection):
            if record.seq <= seq:
                apply(state, record)
    return state


def _assert_is(new: Path, hall: Path, seq: int) -> None:
    """The restored hall's journal is the first part of the hall's own, and its rows are what that tells."""
    assert journal_of(new) == journal_of(hall, seq)
    assert found(new, rows=True) == []
    with looking(new) as connection:
        assert comparable(loading.load(connection)) == comparable(_replayed(hall, seq))


def test_o07_copy_and_archive_are_the_hall(hall: Path, folder: Path, tmp_path: Path) -> None:
    made = backup.make(hall.parent, folder, NOON)
    grow(hall, *[event for _ in range(20) for event in (e.WindowPaused("3", "午休"), e.WindowResumed("3"))])
    _keep(hall, folder)
    restored = restore(folder, tmp_path / "new", Point())
    assert restored.head == verdict_of(hall).head
    assert (restored.copy, restored.from_archive, restored.notes) == (made.path.name, 40, [])
    assert (restored.day, restored.open_tickets, restored.numbers) == ("2026-11-24", 2, {"tax": 12})
    _assert_is(tmp_path / "new" / DATABASE, hall, LAST + 40)
    assert (tmp_path / "new" / "secret.key").read_bytes() == b"k" * 32
    assert (tmp_path / "new" / DATABASE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("seq", [1, 17, LAST, LAST + 1, LAST + 3, LAST + 6])
def test_o07_any_point_of_the_journal(hall: Path, folder: Path, tmp_path: Path, seq: int) -> None:
    """Before the first copy it is cut, at it and after it the archive is used."""
    backup.make(hall.parent, folder, NOON)
    grow(hall, *[event for _ in range(3) for event in (e.WindowPaused("3", "午休"), e.WindowResumed("3"))])
    _keep(hall, folder)
    restored = restore(folder, tmp_path / "new", Point(seq=seq))
    assert restored.head.seq == seq
    _assert_is(tmp_path / "new" / DATABASE, hall, seq)


def test_t01_o07_what_was_issued_after_the_point_is_known(hall: Path, folder: Path, tmp_path: Path) -> None:
    """T01: of the restored day only; from later copies, from the archive, and from what lies behind its break."""
    known: list[dict[str, int]] = []
    day = two_days()[-1].day
    third = [r.seq for r in two_days() if isinstance(r.event, e.TicketTaken) and r.day == day][2]
    _keep(hall, folder)
    for place, more in enumerate(((), (13,), (14,))):
        for number in more:
            grow(hall, e.TicketTaken(f"x{number}", "tax", number, f"A{number:03d}", Priority.NORMAL, NOON, 0))
            (backup.make(hall.parent, folder, NOON) if number == 14 else _keep(hall, folder))
        for seq in (2, third):
            new = tmp_path / f"{place}-{seq}"
            restore(folder, new, Point(seq=seq), prepare=lambda _directory, issued: known.append(issued()))
    assert known == [{"tax": 12}, {"tax": 12}, {"tax": 12}, {"tax": 13}, {"tax": 12}, {"tax": 14}]


def test_o07_a_moment_of_the_day(hall: Path, folder: Path, tmp_path: Path) -> None:
    """A point in time is the last record before the first one later than it."""
    backup.make(hall.parent, folder, NOON)
    records = two_days()
    for place, number in enumerate((5, 31, LAST - 1)):
        at = records[number - 1].at
        last = max(record.seq for record in records if record.at <= at)
        restored = restore(folder, tmp_path / str(place), Point(at=at))
        assert restored.head.seq == last
        assert restored.at == at
        _assert_is(tmp_path / str(place) / DATABASE, hall, last)


def test_an_archive_from_the_first_record_needs_no_copy(hall: Path, folder: Path, tmp_path: Path) -> None:
    _keep(hall, folder)
    restored = restore(folder, tmp_path / "new", Point())
    assert (restored.copy, restored.from_archive) == (None, LAST)
    _assert_is(tmp_path / "new" / DATABASE, hall, LAST)


def test_the_answers_to_requests_are_kept_as_far_as_the_copy_has_them(hall: Path, folder: Path, tmp_path: Path) -> None:
    tamper(
        hall,
        "INSERT INTO request VALUES (1, 'a', 'd', 10, 1, '{}')",
        "INSERT INTO request VALUES (2, 'b', 'd', 40, 2, '{}')",
    )
    backup.make(hall.parent, folder, NOON)
    assert restore(folder, tmp_path / "new", Point()).answers == 2
    assert restore(folder, tmp_path / "cut", Point(seq=20)).answers == 1


def test_what_was_emptied_stays_empty(hall: Path, folder: Path, tmp_path: Path) -> None:
    """O04: a copy made after the retention rule has nothing personal, nor has a hall cut from it."""
    tamper(
        hall,
        "UPDATE event SET private = NULL",
        "UPDATE ticket SET person_digest = NULL, person_name_mask = NULL, person_number_mask = NULL",
    )
    backup.make(hall.parent, folder, NOON)
    restore(folder, tmp_path / "cut", Point(seq=60))
    assert verdict_of(tmp_path / "cut" / DATABASE, rows=True).emptied > 0


# ---------------------------------------------------------------- what goes wrong


def test_nothing_is_written_over(hall: Path, folder: Path, tmp_path: Path) -> None:
    backup.make(hall.parent, folder, NOON)
    before = hall.read_bytes()
    for name in ("hall.db", "hall.db-wal"):
        (tmp_path / "new").mkdir(exist_ok=True)
        (tmp_path / "new" / name).write_bytes(b"mine")
        with pytest.raises(StoreError) as caught:
            restore(folder, tmp_path / "new", Point())
        assert caught.value.code == "restore.exists"
        assert name in caught.value.sentence("en")
        assert (tmp_path / "new" / name).read_bytes() == b"mine"
        (tmp_path / "new" / name).unlink()
    with pytest.raises(StoreError):
        restore(folder, hall.parent, Point())
    assert hall.read_bytes() == before


def test_o07_a_damaged_copy_is_passed_over_for_an_earlier_one(hall: Path, folder: Path, tmp_path: Path) -> None:
    first = backup.make(hall.parent, folder, NOON)
    grow(hall, e.WindowPaused("3", "午休"))
    _keep(hall, folder)
    second = backup.make(hall.parent, folder, NOON)
    data = bytearray(second.path.read_bytes())
    data[4096 * 6 : 4096 * 9] = bytes(4096 * 3)
    second.path.write_bytes(data)
    restored = restore(folder, tmp_path / "new", Point())
    assert restored.copy == first.path.name
    assert restored.notes == [("restore.damaged", {"path": second.path.name})]
    _assert_is(tmp_path / "new" / DATABASE, hall, LAST + 1)
    with pytest.raises(StoreError) as caught:
        restore(second.path, tmp_path / "named", Point())
    assert caught.value.code == "backup.damaged"
    assert second.path.name in caught.value.sentence("zh")
    assert not (tmp_path / "named").exists()


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        restore(tmp_path, tmp_path / "new", Point())
    assert caught.value.code == "restore.nothing"
    assert list((tmp_path / "new").iterdir()) == []


def test_a_point_beyond_all_is_told(hall: Path, folder: Path, tmp_path: Path) -> None:
    backup.make(hall.parent, folder, NOON)
    for point in (Point(seq=LAST + 1), Point(at=1)):
        with pytest.raises(StoreError) as caught:
            restore(folder, tmp_path / "new", point)
        assert caught.value.code == "restore.point"
        assert not (tmp_path / "new" / DATABASE).exists()


# ---------------------------------------------------------------- the archive


def _last_piece(folder: Path) -> Path:
    return folders.items(folder, folders.JOURNAL)[-1].path


@pytest.mark.parametrize("cut", [1, 30, 120])
def test_o07_a_torn_last_line_costs_that_line_only(hall: Path, folder: Path, tmp_path: Path, cut: int) -> None:
    _keep(hall, folder)
    path = _last_piece(folder)
    path.write_bytes(path.read_bytes()[:-cut])
    assert len(list(archive.read(path))) == LAST - 1
    grow(hall, e.WindowPaused("3", "午休"))
    _keep(hall, folder)
    assert [item.seq for item in folders.items(folder, folders.JOURNAL)] == [1, LAST]
    assert restore(folder, tmp_path / "new", Point()).notes == []
    _assert_is(tmp_path / "new" / DATABASE, hall, LAST + 1)


def test_l01_a_changed_line_ends_what_is_restored_and_is_told(hall: Path, folder: Path, tmp_path: Path) -> None:
    _keep(hall, folder)
    path = _last_piece(folder)
    text = path.read_text(encoding="utf-8").splitlines(keepends=True)
    text[40] = text[40].replace("clerk:103", "clerk:999")
    path.write_text("".join(text), encoding="utf-8")
    restored = restore(folder, tmp_path / "new", Point())
    assert restored.head.seq == 39
    assert restored.notes == [("restore.gap", {"seq": 39, "last": LAST})]


def test_a_new_piece_begins_after_a_copy_and_after_a_day(hall: Path, folder: Path) -> None:
    keeper = Archive(folder)
    rows = journal_of(hall)
    keeper.append(rows[:10], NOON)
    keeper.append(rows[10:20], NOON + 1000)
    assert len(folders.items(folder, folders.JOURNAL)) == 1
    backup.make(hall.parent, folder, NOON + 2000)
    keeper.append(rows[20:30], NOON + 3000)
    keeper.append(rows[30:40], NOON + 4000)
    keeper.append(rows[40:50], NOON + 4000 + folders.DAY_MS)
    keeper.close()
    assert [item.seq for item in folders.items(folder, folders.JOURNAL)] == [1, 21, 41]
    assert [item.generation for item in folders.items(folder, folders.JOURNAL)] == [1, 3, 4]
    assert [row for item in folders.items(folder, folders.JOURNAL) for row in archive.read(item.path)] == rows[:50]


def test_a_record_that_does_not_follow_is_not_archived(hall: Path, folder: Path) -> None:
    rows = journal_of(hall)
    keeper = Archive(folder)
    keeper.append(rows[:10], NOON)
    with pytest.raises(StoreError) as caught:
        keeper.append(rows[11:12], NOON)
    assert caught.value.code == "backup.broken_chain"


def test_a_hall_too_long_to_archive_waits_for_its_first_copy(
    hall: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "CATCH_UP", LAST - 1)
    with looking(hall) as connection:
        assert archive.resume(folder, connection) == (None, False)
        made = backup.make(hall.parent, folder, NOON)
        assert archive.resume(folder, connection) == (made.head, False)


def test_a_hall_that_went_on_from_an_earlier_point(hall: Path, folder: Path, tmp_path: Path) -> None:
    """Restored to noon, the hall writes other records under the numbers of the afternoon that was left: a later
    restore tells the new afternoon, and the old one only where its copy is named."""
    backup.make(hall.parent, folder, NOON)
    grow(hall, e.WindowPaused("3", "午休"), e.WindowResumed("3"))
    _keep(hall, folder)
    restore(folder, tmp_path / "new", Point(seq=LAST - 10))
    old = backup.make(hall.parent, folder, NOON)
    new = tmp_path / "new" / DATABASE
    grow(new, e.WindowPaused("3", "开会"))
    with looking(new) as connection:
        assert archive.resume(folder, connection) == (GENESIS, True)
    _keep(new, folder)
    grow(new, e.WindowResumed("3"))
    _keep(new, folder)
    restored = restore(folder, tmp_path / "again", Point())
    assert restored.head == verdict_of(new).head
    assert {code for code, _params in restored.notes} <= {"restore.left_behind"}
    _assert_is(tmp_path / "again" / DATABASE, new, LAST - 8)
    assert restore(old.path, tmp_path / "old", Point()).head == verdict_of(hall).head
    backup.make(new.parent, folder, NOON)
    with looking(new) as connection:
        assert archive.resume(folder, connection) == (verdict_of(new).head, False)


def test_a_file_of_another_kind_is_no_archive(tmp_path: Path) -> None:
    path = folders.new_path(tmp_path, folders.JOURNAL, NOON, 1)
    for text in (b"", b"{}\n", b'{"format":"hallctl-journal-9","after":"0:00"}\n', b"\xff\xfe\n", b"x" * 100):
        path.write_bytes(text)
        assert list(archive.read(path)) == []


def test_every_row_survives_the_way_through_a_line(tmp_path: Path) -> None:
    rows = raw(day_of_work(note="“引号”\n\t\\ 㼆 \x7f"), GENESIS)
    keeper = Archive(tmp_path)
    keeper.append(rows, NOON)
    keeper.close()
    assert list(archive.read(_last_piece(tmp_path))) == rows
    with contextlib.suppress(StopIteration):
        assert verify.is_next(GENESIS, next(iter(rows)))


def test_a_copy_may_stand_anywhere(hall: Path, folder: Path, tmp_path: Path) -> None:
    """On a stick, renamed: the whole copy alone is enough."""
    made = backup.make(hall.parent, folder, NOON)
    stick = copy_hall(made.path, tmp_path / "stick").rename(tmp_path / "stick" / "青山镇.db")
    restored = restore(stick, tmp_path / "new", Point())
    assert restored.head.seq == LAST
    _assert_is(tmp_path / "new" / DATABASE, hall, LAST)
