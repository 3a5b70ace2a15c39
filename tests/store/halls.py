"""Halls in a file, made in an instant: journals that replay, and ways to tamper with them."""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hallctl.domain import events as e
from hallctl.domain.events import Record
from hallctl.domain.model import Priority
from hallctl.store import journal, verify
from hallctl.store.database import DATABASE
from hallctl.store.journal import GENESIS, Head
from hallctl.store.rebuild import Rebuild
from hallctl.store.verify import Raw
from tests.store.samples import DAY, NOON, PERSON

TICKETS = 12
"""Tickets of one day: each is taken, called, started and finished but the last two, which still wait."""


def day_of_work(first: int = 1, number: int = 0, tickets: int = TICKETS, note: str = "") -> list[Record]:
    """The records of day `number`, from seq `first` on; every third ticket has a person, `note` is some pause's."""
    day = (date.fromisoformat(DAY) + timedelta(days=number)).isoformat()
    made: list[Record] = []

    def add(event: e.Event, of: str | None = day) -> None:
        seq = first + len(made)
        made.append(Record(seq, NOON + number * 86_400_000 + (seq - first) * 1000, of, "clerk:103", event))

    add(e.DayOpened(day, fresh=True))
    add(e.AccountSet("103", "王", ("window",), "$argon2id$x"))
    add(e.ClerkLoggedIn("3", "103"))
    add(e.WindowOpened("3"))
    for place in range(1, tickets + 1):
        label = f"A{place:03d}"
        ticket = f"{day.replace('-', '')}-{label}"
        person = PERSON if place % 3 == 0 else None
        add(e.TicketTaken(ticket, "tax", place, label, Priority.NORMAL, NOON + place, 0, person=person))
        if place <= tickets - 2:
            add(e.TicketCalled(ticket, "3", "103", "oldest", ()))
            add(e.TicketStarted(ticket, "3"))
            add(e.TicketFinished(ticket, "3", "103"))
    add(e.WindowPaused("3", note or "午休"))
    add(e.WindowResumed("3"))
    return made


@cache
def _template() -> bytes:
    """A whole hall after two days of work."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / DATABASE
        with contextlib.closing(Rebuild(path)) as made:
            made.add(raw(two_days(), GENESIS))
        return path.read_bytes()


@cache
def two_days() -> tuple[Record, ...]:
    first = day_of_work()
    closing = [Record(len(first) + 1, first[-1].at + 1, DAY, "timer", e.TicketExpired(f"{DAY.replace('-', '')}-A011"))]
    closing.append(
        Record(len(first) + 2, first[-1].at + 1, DAY, "timer", e.TicketExpired(f"{DAY.replace('-', '')}-A012"))
    )
    closing.append(Record(len(first) + 3, first[-1].at + 1, DAY, "timer", e.DayClosed(DAY)))
    return (*first, *closing, *day_of_work(len(first) + len(closing) + 1, 1))


def raw(records: Any, head: Head) -> list[Raw]:
    """The journal's rows of the records that follow `head`."""
    return [row[: len(journal.RAW)] for _statement, row in journal.rows(records, head)[0]]


def new_hall(directory: Path) -> Path:
    """The data directory of a hall after two days of work; its database."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / DATABASE
    path.write_bytes(_template())
    (directory / "secret.key").write_bytes(b"k" * 32)
    return path


def grow(path: Path, *more: e.Event) -> None:
    """Append records to a hall that nobody has open."""
    with contextlib.closing(Rebuild(path)) as made:
        last = list(journal.read(made.connection, made.state.seq - 1))[-1]
        records = [
            Record(last.seq + place, last.at + place * 1000, last.day, "test", event)
            for place, event in enumerate(more, 1)
        ]
        made.add(raw(records, made.head))


def tamper(path: Path, *statements: str) -> None:
    """What somebody with a shell does."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys=0")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@contextlib.contextmanager
def looking(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def verdict_of(path: Path, *seals: Head, rows: bool = False) -> verify.Verdict:
    """What verify finds."""
    with looking(path) as connection:
        verdict = verify.chain(connection, seals)
        if rows and verdict.whole:
            verify.rows(connection, verdict)
        return verdict


def found(path: Path, *seals: Head, rows: bool = False) -> list[tuple[str, int]]:
    """(code, seq) of each finding."""
    return [(finding.code, finding.seq) for finding in verdict_of(path, *seals, rows=rows).findings]


def journal_of(path: Path, up_to: int | None = None) -> list[Raw]:
    """Every row of the journal as it stands, up to a seq."""
    with looking(path) as connection:
        rows = list(verify.raw_rows(connection))
    return [row for row in rows if up_to is None or row[0] <= up_to]


def copy_hall(source: Path, directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(source, directory / DATABASE))
