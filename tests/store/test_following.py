"""Rows that are behind their journal: a start applies the rest, and what it noted makes them whole (T02, O07)."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import structs

from hallctl.domain import events as e
from hallctl.domain.model import Stage, Ticket
from hallctl.domain.state import HallState, adopt, merge
from hallctl.errors import StoreError
from hallctl.store import loading, projection, verify
from tests.store.conftest import Store
from tests.store.halls import day_of_work, tamper, verdict_of
from tests.store.samples import DAY, Book, replayed

WORK = [record.event for record in day_of_work()]
BEHIND = len(WORK) // 2 + 1
"""Of the day's events the rows know the first half; the last ticket among them is called in the second."""


@pytest.fixture
def book(store: Store) -> Book:
    """The book of a hall whose rows stopped following in the midst of the day."""
    made = Book()
    assert store.write(made.write(*WORK[:BEHIND])) is None
    assert store.write(made.step(*WORK[BEHIND:]).rows) is None
    return made


def same(one: HallState, other: HallState) -> bool:
    return verify.comparable(one) == verify.comparable(other) and list(one.calls) == list(other.calls)


def test_t02_a_start_reads_the_rows_and_applies_what_came_after(store: Store, book: Book) -> None:
    rows, loaded = store.ask(loading.rows), store.ask(loading.load)
    assert (rows.seq, loaded.seq) == (BEHIND, len(WORK))
    assert not same(rows, loaded)
    assert same(rows, replayed(book.records[:BEHIND]))
    assert same(loaded, book.state)
    assert same(loaded, replayed(book.records))
    assert loaded.issued == book.state.issued, "no id is given twice after a start"


def test_t02_what_a_start_noted_makes_the_rows_whole(store: Store, book: Book) -> None:
    loaded = store.ask(loading.load)
    assert store.write(list(projection.rows(loaded.take_noted(), loaded.seq))) is None
    assert same(store.ask(loading.rows), book.state)
    assert not store.ask(loading.load).noted
    store.database.close()
    assert verdict_of(store.database.path, rows=True).whole


def test_l01_verify_compares_the_rows_where_they_are(store: Store, book: Book) -> None:
    """Rows that are behind are no finding, wrong ones are."""
    store.database.close()
    assert verdict_of(store.database.path, rows=True).whole
    tamper(store.database.path, "UPDATE ticket SET calls = calls + 1 WHERE number = 1")
    assert [finding.code for finding in verdict_of(store.database.path, rows=True).findings] == ["verify.rows"]


@pytest.mark.parametrize("seq", [len(WORK) + 1, 2**40])
def test_o07_rows_beyond_the_journal_are_damage(store: Store, book: Book, seq: int) -> None:
    """The journal is the truth: rows of what it does not have are not to be believed."""
    assert store.write([("UPDATE hall SET rows_seq = ?", (seq,))]) is None
    for question in (loading.rows, loading.load):
        with pytest.raises(StoreError) as error:
            store.ask(question)
        assert error.value.code == "store.damaged"
    store.database.close()
    findings = verdict_of(store.database.path, rows=True).findings
    assert [finding.code for finding in findings] == ["verify.rows"]
    assert str(seq) in str(findings[0].params["what"])


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM ticket", "store.damaged"),
        ("UPDATE event SET type = 'window.painted' WHERE seq > (SELECT rows_seq FROM hall)", "store.newer"),
    ],
)
def test_records_that_do_not_follow_from_the_rows_are_told(store: Store, book: Book, statement: str, code: str) -> None:
    assert store.write([(statement, ())]) is None
    with pytest.raises(StoreError) as error:
        store.ask(loading.load)
    assert error.value.code == code


def _swap(second_stage: Stage) -> Callable[[Ticket, Ticket], dict[tuple[str, str], tuple[Ticket, Ticket]]]:
    def change(first: Ticket, second: Ticket) -> dict[tuple[str, str], tuple[Ticket, Ticket]]:
        to_two = structs.replace(first, window="2", stage=Stage.SERVING)
        to_one = structs.replace(second, window="1", stage=second_stage)
        return {("ticket", second.id): (second, to_one), ("ticket", first.id): (first, to_two)}

    return change


@pytest.mark.parametrize("stage", [Stage.CALLED, Stage.SERVING, Stage.DONE])
def test_rows_are_written_in_an_order_that_breaks_no_constraint(store: Store, stage: Stage) -> None:
    """Merged changes have no order of their own: two tickets that changed windows meanwhile, who comes where somebody
    has just left."""
    book = Book()
    ids = [f"20261123-A00{number}" for number in (1, 2)]
    taken = [e.TicketTaken(name, "tax", n, name[-4:], "normal", n, 0) for n, name in enumerate(ids, 1)]  # type: ignore[arg-type]
    called = [e.TicketCalled(name, window, "li", "fifo") for name, window in zip(ids, "12", strict=True)]
    assert store.write(book.write(e.DayOpened(DAY, fresh=True), *taken, *called)) is None
    noted = _swap(stage)(*(book.state.tickets[name] for name in ids))
    assert store.write(list(projection.rows(noted, book.state.seq))) is None
    found = store.ask(lambda connection: [loading.find_ticket(connection, name) for name in ids])
    assert [ticket and (ticket.window, ticket.stage) for ticket in found] == [("2", Stage.SERVING), ("1", stage)]


def test_changes_are_merged_to_the_first_old_and_the_last_new_value(store: Store) -> None:
    """A ticket that came and went between two writes is one row; the state that is shown notes as the engine's does."""
    engine, shown = Book(), HallState()
    noted = engine.state.take_noted()
    for event in WORK:
        step = engine.step(event)
        adopt(shown, step.noted, step.head.seq)
        merge(noted, step.noted)
        assert store.write(step.rows) is None
    changes = shown.take_noted()
    assert {place: change[1] for place, change in changes.items()} == {place: new for place, (_, new) in noted.items()}
    assert all(old is None for (kind, _key), (old, _new) in changes.items() if kind == "ticket")
    assert store.write(list(projection.rows(changes, shown.seq))) is None
    assert same(store.ask(loading.rows), engine.state)


def test_figures_of_a_day_that_ended_meanwhile_are_not_lost(store: Store) -> None:
    """One command ends a day and opens the next: the shown state has the new figures only, the rows get both."""
    book, shown = Book(), HallState()
    events = [*WORK, e.TicketExpired("20261123-A011"), e.TicketExpired("20261123-A012"), e.DayClosed(DAY)]
    step = book.step(*events, e.DayOpened("2026-11-24", fresh=True))
    adopt(shown, step.noted, step.head.seq)
    assert store.write([*step.rows, *projection.rows(shown.take_noted(), shown.seq)]) is None
    store.database.close()
    assert verdict_of(store.database.path, rows=True).whole
    with contextlib.closing(sqlite3.connect(store.database.path)) as connection:
        assert connection.execute("SELECT day, expired FROM tally").fetchall() == [(DAY, 2)]


def test_a_hall_whose_rows_never_followed_is_read_from_its_journal(tmp_path: Path) -> None:
    """A power cut in the first second of its life."""
    store, book = Store(tmp_path / "data"), Book()
    try:
        assert store.write(book.step(*WORK).rows) is None
        assert store.ask(loading.rows).seq == 0
        assert same(store.ask(loading.load), book.state)
    finally:
        store.database.close()
    assert verdict_of(store.database.path, rows=True).whole
