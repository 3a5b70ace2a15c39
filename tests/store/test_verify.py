"""verify also compares the rows with the journal, looks at the file, and goes on where the file is torn (L01, O07)."""

from pathlib import Path

import pytest

from hallctl.store import seal, verify
from hallctl.store.journal import GENESIS, Head
from tests.store.halls import TICKETS, found, looking, new_hall, tamper, two_days, verdict_of
from tests.store.samples import DAY

NEXT_DAY = "2026-11-24"


ROWS = {
    "a ledger's line changed": ("UPDATE ticket SET called_at = called_at - 1 WHERE label = 'A003'", "ticket"),
    "a ledger's line removed": (f"DELETE FROM ticket WHERE label = 'A004' AND day = '{DAY}'", "ticket"),  # noqa: S608
    "a live ticket changed": ("UPDATE ticket SET queue = 'other' WHERE live", "tickets"),
    "yesterday's figures changed": (f"UPDATE tally SET missed = missed + 1 WHERE day = '{DAY}'", "tally"),  # noqa: S608
    "today's figures changed": (f"UPDATE tally SET number = 1 WHERE day = '{NEXT_DAY}'", "tally"),  # noqa: S608
    "a window changed": ("UPDATE \"window\" SET clerk = '9'", "windows"),
    "an account changed": ("UPDATE account SET roles = '[\"admin\"]'", "accounts"),
    "a call removed": ("DELETE FROM call WHERE label = 'A001'", "calls"),
    "the day changed": ("UPDATE hall SET day = NULL", "day"),
}


@pytest.mark.parametrize(("statement", "what"), ROWS.values(), ids=ROWS)
def test_l01_a_row_that_the_journal_does_not_tell_is_found(hall: Path, statement: str, what: str) -> None:
    tamper(hall, statement)
    assert found(hall) == []
    findings = verdict_of(hall, rows=True).findings
    assert findings
    assert {finding.code for finding in findings} == {"verify.rows"}
    assert any(what in str(finding.params["what"]) for finding in findings)


def test_an_event_of_another_program_is_told(hall: Path) -> None:
    with looking(hall) as connection:
        connection.execute("BEGIN")
        connection.execute("UPDATE event SET type = 'window.painted' WHERE seq = 4")
        verdict = verify.Verdict()
        verify.rows(connection, verdict)
        connection.execute("ROLLBACK")
    assert [(finding.code, finding.seq) for finding in verdict.findings] == [("verify.replay", 4)]


def test_a_torn_page_is_told_and_nothing_raised(hall: Path) -> None:
    """O07: where the file cannot be read is a finding, not a crash."""
    data = bytearray(hall.read_bytes())
    for page in range(4096 * 4, len(data), 4096):
        data[page : page + 4096] = bytes(4096)
    hall.write_bytes(data)
    with looking(hall) as connection:
        verdict = verify.chain(connection)
        verify.file(connection, verdict)
    assert not verdict.whole
    assert {finding.code for finding in verdict.findings} & {"verify.unreadable", "verify.file"}


def test_many_findings_are_counted(hall: Path) -> None:
    tamper(hall, "UPDATE event SET actor = 'x' WHERE seq <= 90")
    with looking(hall) as connection:
        many = verify.chain(connection, [Head(1, bytes(32))] * 50)
    assert len(many.findings) == verify.FINDINGS_KEPT
    assert many.more == 90 + 50 - verify.FINDINGS_KEPT


def test_progress_is_told(hall: Path) -> None:
    told: list[int] = []
    with looking(hall) as connection:
        verify.chain(connection, progress=told.append)
    assert told == [len(two_days())]


def test_an_empty_journal_is_whole(tmp_path: Path) -> None:
    path = new_hall(tmp_path)
    tamper(path, "DELETE FROM event")
    verdict = verdict_of(path)
    assert verdict.whole
    assert verdict.head == GENESIS


# ---------------------------------------------------------------- the seal


def test_l01_the_seal_of_a_day_is_its_last_record(hall: Path) -> None:
    with looking(hall) as connection:
        first, second = seal.of_day(connection, DAY), seal.of_day(connection)
        assert seal.of_day(connection, "2026-01-01") is None
    assert first is not None
    assert second is not None
    records = two_days()
    last = max(record.seq for record in records if record.day == DAY)
    assert (first.head.seq, first.open, first.day) == (last, False, DAY)
    assert first.records == sum(record.day == DAY for record in records)
    assert (second.day, second.head, second.open) == (NEXT_DAY, verdict_of(hall).head, True)
    assert found(hall, first.head, second.head) == []
    assert second.records > TICKETS


def test_a_seal_is_read_as_people_type_it(hall: Path) -> None:
    with looking(hall) as connection:
        made = seal.of_day(connection)
    assert made is not None
    assert seal.parse(str(made.head)) == made.head
    assert seal.parse(f" {made.head.seq} : {made.groups.upper()} ") == made.head
    assert len(made.groups.split()) == 16
    for wrong in ("", "12", "12:abcd", f"x:{made.head.hash.hex()}", f"{made.head}0"):
        assert seal.parse(wrong) is None
