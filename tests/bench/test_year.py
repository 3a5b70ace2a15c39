"""A year's file in small: what its rows say is what its journal tells, in one chain, and it is today at its end."""

import contextlib
import itertools
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hallctl.bench import county, history, year
from hallctl.domain.model import OPEN, Stage
from hallctl.store import journal, loading
from hallctl.store.database import DATABASE, connect_reader
from tests.e2e.books import assert_whole, comparable, read_books, replayed

SIZE = year.Size(days=4, events=1_200, waiting=40)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with four days."""
    folder = tmp_path_factory.mktemp("year")
    said: list[str] = []
    year.build(folder / "data", county.write_config(folder / "hall.toml", 1), said.append, SIZE)
    assert said
    return folder / "data"


@contextlib.contextmanager
def reading(data: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(connect_reader(data / DATABASE)) as connection:
        yield connection


def test_t01_l01_the_rows_are_what_the_journal_tells(filled: Path, tmp_path: Path) -> None:
    """T01, L01: no gap, no number twice, rows and replay agree, every hash follows from the one before."""
    books = read_books(filled, tmp_path / "books")
    assert_whole(books)
    assert comparable(books.loaded) == comparable(replayed(books.records))
    with reading(filled) as connection:
        digest = journal.GENESIS.hash
        rows = connection.execute(
            'SELECT seq, at, day, actor, type, ticket, "window", body, sealed, hash FROM event ORDER BY seq'
        )
        for *columns, sealed, told in rows:
            digest = journal.chained(digest, tuple(columns), sealed)
            assert digest == told, columns
        assert journal.last_head(connection).hash == digest


def test_every_working_day_is_there_with_its_own_moments(filled: Path) -> None:
    with reading(filled) as connection:
        days = connection.execute(
            "SELECT day, count(*), min(taken_at), max(ended_at) FROM ticket GROUP BY day"
        ).fetchall()
        last_day = loading.load(connection).last_day
    assert [day for day, *_ in days] == [*year.working_days(str(last_day), SIZE.days - 1), last_day]
    past = days[:-1]
    assert len({count for _day, count, *_ in past}) == 1
    for (first, _, taken, ended), (second, _, later, later_ended) in itertools.pairwise(past):
        shift = (date.fromisoformat(second) - date.fromisoformat(first)).days * county.DAY_MS
        assert (later - taken, later_ended - ended) == (shift, shift)


def test_the_tables_and_indexes_are_those_of_a_fresh_file(filled: Path, tmp_path: Path) -> None:
    with county.Filling(tmp_path / "data"):
        pass
    text = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
    with reading(filled) as connection, reading(tmp_path / "data") as fresh:
        assert connection.execute(text).fetchall() == fresh.execute(text).fetchall()


def test_only_today_is_live(filled: Path) -> None:
    with reading(filled) as connection:
        state = loading.load(connection)
    assert {ticket.day for ticket in state.tickets.values()} == {state.day}
    assert sum(ticket.stage is Stage.WAITING for ticket in state.tickets.values()) >= SIZE.waiting
    assert all(ticket.stage in OPEN or ticket.rating == "asked" for ticket in state.tickets.values())


def test_working_days_leave_out_weekends() -> None:
    assert year.working_days("2026-11-23", 3) == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert year.working_days("2026-11-23", 0) == []


def test_a_county_day_is_served_after_it_was_built(tmp_path: Path) -> None:
    """The premises' tokens open the hall's doors."""
    hall = history.county_day(tmp_path / "hall", lambda _text: None, year.Size(1, 900, 30))
    roles = {name.partition(" ")[0] for name in hall.tokens}
    assert roles == {"board", "admin", "device", "rating", "kiosk", "clerk"}
    with reading(hall.data) as connection:
        state = loading.load(connection)
    assert state.seq >= 900
    assert len(state.terminals) == len(hall.tokens) - 1


def test_too_many_events_for_a_day_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="beyond"):
        county.build_today(
            tmp_path / "data", county.write_config(tmp_path / "hall.toml", 1), events=200, waiting=90_000
        )
