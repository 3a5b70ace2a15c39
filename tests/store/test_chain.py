"""L01: whatever is done to the journal behind the hall's back is found, with the record where it was done."""

import contextlib
import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hallctl.store import verify
from hallctl.store.journal import Head, chained
from tests.store.halls import found, journal_of, looking, tamper, two_days, verdict_of

LAST = len(two_days())
CHANGES = {
    "at": "at + 1",
    "day": "'2026-01-01'",
    "actor": "'clerk:999'",
    "type": "'window.opened'",
    "ticket": "'20261123-A099'",
    "window": "'4'",
    "body": "replace(body, '{', '{ ')",
    "sealed": "x'00'",
    "hash": "zeroblob(32)",
}


def test_l01_an_untouched_journal_is_whole(hall: Path) -> None:
    verdict = verdict_of(hall, rows=True)
    assert verdict.whole, verdict.findings
    assert (verdict.records, verdict.head.seq, verdict.emptied) == (LAST, LAST, 0)


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("seq", [1, 20, LAST])
def test_l01_a_changed_column_is_found(hall: Path, column: str, seq: int) -> None:
    tamper(hall, f'UPDATE event SET "{column}" = {CHANGES[column]} WHERE seq = {seq}')  # noqa: S608 -- our words
    findings = found(hall)
    assert ("verify.changed", seq) in findings
    assert {code for code, _seq in findings} <= {"verify.changed", "verify.private"}
    assert all(seq <= at <= seq + 1 for _code, at in findings)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seq=st.integers(1, LAST), place=st.integers(0, 10_000), bit=st.integers(0, 6))
def test_l01_any_flipped_bit_of_a_body_is_found(hall: Path, seq: int, place: int, bit: int) -> None:
    with looking(hall) as connection:
        connection.execute("BEGIN")
        (body,) = connection.execute("SELECT body FROM event WHERE seq = ?", (seq,)).fetchone()
        data = bytearray(body.encode())
        data[place % len(data)] ^= 1 << bit
        with contextlib.suppress(UnicodeDecodeError):
            connection.execute("UPDATE event SET body = ? WHERE seq = ?", (data.decode(), seq))
            assert [(f.code, f.seq) for f in verify.chain(connection).findings] == [("verify.changed", seq)]
        connection.execute("ROLLBACK")


@pytest.mark.parametrize(("first", "last"), [(1, 1), (20, 20), (20, 31)])
def test_l01_a_removed_record_is_found(hall: Path, first: int, last: int) -> None:
    tamper(hall, f"DELETE FROM event WHERE seq BETWEEN {first} AND {last}")  # noqa: S608 -- our words
    [finding] = verdict_of(hall).findings
    assert (finding.code, finding.seq, finding.params["last"]) == ("verify.missing", first, last)


def test_l01_a_removed_end_is_found_by_a_sealed_head_only(hall: Path) -> None:
    head = verdict_of(hall).head
    tamper(hall, f"DELETE FROM event WHERE seq > {LAST - 2}")  # noqa: S608 -- our words
    assert found(hall) == []
    assert found(hall, head) == [("verify.cut", LAST)]


def test_l01_a_swapped_pair_is_found(hall: Path) -> None:
    tamper(
        hall,
        "UPDATE event SET seq = -1 WHERE seq = 20",
        "UPDATE event SET seq = 20 WHERE seq = 21",
        "UPDATE event SET seq = 21 WHERE seq = -1",
    )
    assert [at for _code, at in found(hall)] == [20, 21, 22]


def test_l01_an_inserted_record_is_found(hall: Path) -> None:
    tamper(
        hall,
        f"UPDATE event SET seq = -seq - 1 WHERE seq >= {LAST - 2}",  # noqa: S608 -- our words
        "UPDATE event SET seq = -seq WHERE seq < 0",
        f'INSERT INTO event SELECT {LAST - 2}, at, day, actor, type, ticket, "window", body, private, sealed, hash, '  # noqa: S608 -- our words
        "request FROM event WHERE seq = 5",
    )
    assert ("verify.changed", LAST - 2) in found(hall)


def _forge(path: Path, seq: int, actor: str, *, to_the_end: bool = False) -> None:
    """Change who did it and compute the hash as hallctl does; of one record, or of all after it too."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE event SET actor = ? WHERE seq = ?", (actor, seq))
        before = connection.execute("SELECT hash FROM event WHERE seq = ?", (seq - 1,)).fetchone()[0]
        rows: list[Any] = connection.execute("SELECT * FROM event WHERE seq >= ? ORDER BY seq", (seq,)).fetchall()
        for row in rows if to_the_end else rows[:1]:
            before = chained(before, row[:8], row[9])
            connection.execute("UPDATE event SET hash = ? WHERE seq = ?", (before, row[0]))
        connection.commit()


def test_l01_a_record_with_a_recomputed_hash_breaks_the_next(hall: Path) -> None:
    _forge(hall, 20, "clerk:999")
    assert found(hall) == [("verify.changed", 21)]


def test_l01_a_journal_rewritten_to_its_end_is_found_by_a_sealed_head(hall: Path) -> None:
    sealed = Head(30, journal_of(hall, 30)[-1][10])
    earlier = Head(19, journal_of(hall, 19)[-1][10])
    _forge(hall, 20, "clerk:999", to_the_end=True)
    assert found(hall) == []
    assert found(hall, earlier, sealed) == [("verify.seal", 30)]


def _personal(hall: Path) -> Any:
    return next(row[0] for row in journal_of(hall) if row[8] is not None and row[4] == "ticket.taken")


def test_o04_emptied_personal_data_is_no_finding(hall: Path) -> None:
    count = sum(row[8] is not None for row in journal_of(hall))
    assert count
    tamper(hall, "UPDATE event SET private = NULL")
    verdict = verdict_of(hall)
    assert verdict.whole
    assert verdict.emptied == count


@pytest.mark.parametrize("change", ["replace(private, '王', '李')", "''", "x'00'"])
def test_l01_changed_personal_data_is_found(hall: Path, change: str) -> None:
    seq = _personal(hall)
    tamper(hall, f"UPDATE event SET private = {change} WHERE seq = {seq}")  # noqa: S608 -- our words
    assert found(hall) == [("verify.private", seq)]


def test_l01_personal_data_added_where_there_was_none_is_found(hall: Path) -> None:
    tamper(hall, "UPDATE event SET private = '{}' WHERE seq = 4")
    assert found(hall) == [("verify.private", 4)]


def test_the_same_person_is_sealed_differently_each_time(hall: Path) -> None:
    """From a digest alone nobody can guess who it was: two of the same person do not even look alike."""
    sealed = [row[9] for row in journal_of(hall) if row[4] == "ticket.taken" and row[8] is not None]
    assert len(set(sealed)) == len(sealed) > 1
    row = next(row for row in journal_of(hall) if row[0] == _personal(hall))
    assert sha256(row[8].encode()).digest() == row[9]
