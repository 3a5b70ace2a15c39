"""What a data directory holds, looked at while no daemon runs: journal, rows, answered requests."""

import contextlib
import shutil
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hallctl.config import parse
from hallctl.domain import events as e
from hallctl.domain.apply import apply
from hallctl.domain.events import Record
from hallctl.domain.state import HallState
from hallctl.engine.resume import resumed
from hallctl.store import journal, request
from hallctl.store.database import DATABASE
from hallctl.store.verify import comparable
from tests.harness import SMALL


@dataclass(frozen=True)
class Books:
    """The journal in order, the state as the rows tell it, and the answers (JSON) by request key that a start would
    give."""

    records: list[Record]
    loaded: HallState
    answers: dict[str, str]

    def numbers(self) -> dict[str, list[int]]:
        """Numbers issued, in order, by day and service."""
        found: dict[str, list[int]] = defaultdict(list)
        for record in self.records:
            if isinstance(record.event, e.TicketTaken):
                found[f"{record.day} {record.event.service}"].append(record.event.number)
        return dict(found)

    def assert_numbers(self) -> None:
        """Each service counts from 1 on each day; a number is left out only where the journal says so (T01)."""
        last: dict[str, int] = {}
        for record in self.records:
            event = record.event
            if isinstance(event, e.DayOpened) and event.fresh:
                last = {}
            elif isinstance(event, e.TicketTaken):
                assert event.number == last.get(event.service, 0) + 1, record
                last[event.service] = event.number
            elif isinstance(event, e.NumbersSkipped):
                assert event.number > last.get(event.service, 0), record
                last[event.service] = event.number

    def of(self, kind: type[e.Event]) -> list[Any]:
        return [record.event for record in self.records if type(record.event) is kind]


def read_books(directory: Path, scratch: Path) -> Books:
    """Read a copy: recovering the WAL of one that was killed is left to the daemon. Answers that no row
    tells yet are made again as in the small hall."""
    scratch.mkdir(exist_ok=True)
    for name in (DATABASE, f"{DATABASE}-wal"):
        (scratch / name).unlink(missing_ok=True)
        if (directory / name).exists():
            shutil.copyfile(directory / name, scratch / name)
    (scratch / f"{DATABASE}-shm").unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(scratch / DATABASE, isolation_level=None)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        found = resumed(connection, parse(SMALL).layout(), lambda _ticket: None)
        answers = {row.key: row.answer for row in (*request.recent(connection), *found.unfollowed)}
        return Books(list(journal.read(connection)), found.shown, answers)


def replayed(records: list[Record]) -> HallState:
    """The state that the journal tells."""
    state = HallState()
    for record in records:
        apply(state, record)
    return state


def assert_whole(books: Books) -> None:
    """The journal has no gap, the rows are what a replay gives, no number was issued twice, or left out unless
    the journal says so (T01, T02)."""
    assert [record.seq for record in books.records] == list(range(1, len(books.records) + 1))
    told = replayed(books.records)
    assert comparable(books.loaded) == comparable(told)
    assert list(books.loaded.calls) == list(told.calls)
    books.assert_numbers()
    for numbers in books.numbers().values():
        assert len(set(numbers)) == len(numbers)
    tickets = [event.ticket for event in books.of(e.TicketTaken)]
    assert len(set(tickets)) == len(tickets)
