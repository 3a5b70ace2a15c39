"""What was answered is answered again, as long as it is kept and no longer (O01, O04)."""

import contextlib

import pytest

from hallctl.domain import events as e
from hallctl.domain.decision import Decision
from hallctl.domain.events import Record
from hallctl.domain.state import HallState
from hallctl.engine.step import take
from hallctl.errors import StoreError
from hallctl.store import request, verify
from hallctl.store.rebuild import Rebuild
from hallctl.store.request import Asked, Request
from hallctl.store.statement import Row
from tests.store.conftest import Store
from tests.store.halls import raw, verdict_of
from tests.store.samples import DAY, NOON, Book
from tests.store.work import LAYOUT

NOTHING = (None, None, None)
"""What an answer may be about."""


def _opened() -> Book:
    return Book(HallState(layout=LAYOUT))


def test_requests_are_found_again_and_forgotten_by_a_fresh_day(store: Store) -> None:
    """O01: the same request_id is answered the same after a restart."""
    old = request.Request("old", "d0", 1, NOON - request.KEPT_MS - 1, "{}")
    new = request.Request("new", "d1", 2, NOON, '{"seq":2}')
    assert store.write([request.row(old), request.row(new)]) is None
    store.reopen()
    assert store.ask(lambda connection: request.recent(connection, 1)) == [new]
    assert store.ask(lambda connection: request.recent(connection)) == [old, new]
    assert store.write(_opened().write(e.DayOpened(DAY, fresh=True))) is None
    assert store.ask(lambda connection: request.recent(connection)) == [new]
    reused = request.Request("new", "d2", 9, NOON + 1, '{"seq":9}')
    assert store.write([request.row(reused)]) is None
    assert store.ask(lambda connection: request.recent(connection)) == [new, reused]


def test_o04_what_the_journal_keeps_of_a_request_goes_with_its_answer(store: Store) -> None:
    """O01, O04: a digest of what a person sent is kept as long as the answer, and no longer; the chain holds."""
    book, asked = _opened(), [Asked(f"kiosk/{n}", "d", None, "1", None) for n in range(3)]
    rows: list[Row] = []
    for number, one in enumerate(asked):
        book.at = NOON if number else NOON - request.KEPT_MS - 1
        step = take(book.state, Decision((e.WindowOpened(str(number)),)), "test", book.at, book.head, one)
        book.head = step.head
        rows += [*step.rows, request.row(Request(one.key, one.digest, step.head.seq, book.at, "{}"))]
    assert store.write(rows) is None
    kept = store.ask(lambda connection: request.asked_after(connection, 0))
    assert list(kept.values()) == asked
    book.at = NOON
    assert store.write(book.write(e.DayOpened("2026-11-24", fresh=True))) is None
    assert list(store.ask(lambda connection: request.asked_after(connection, 0)).values()) == asked[1:]
    assert [row.key for row in store.ask(lambda connection: request.recent(connection))] == ["kiosk/1", "kiosk/2"]
    assert store.ask(verify.chain).whole


def test_a_request_that_cannot_be_read_is_damage(store: Store) -> None:
    assert store.write(_opened().write(e.WindowOpened("1"))) is None
    assert store.write([("UPDATE event SET request = '[1]'", ())]) is None
    with pytest.raises(StoreError) as error:
        store.ask(lambda connection: request.asked_after(connection, 0))
    assert error.value.code == "store.damaged"


def test_o07_a_hall_that_is_rebuilt_further_has_no_answer_left_to_make(store: Store) -> None:
    """O04, O07: what a copy had no row of yet is let go with the first record that is added: else the rows would soon
    be beyond it, and nothing would ever empty it. A copy that nothing is added to keeps it."""
    book = _opened()
    step = take(book.state, Decision((e.WindowOpened("1"),)), "test", NOON, book.head, Asked("a", "d", *NOTHING))
    assert store.write(step.rows) is None
    added = [Record(2, NOON + 1, None, "test", e.WindowOpened("2"))]
    store.database.close()
    for more, left in (([], [1]), (raw(added, step.head), [])):
        with contextlib.closing(Rebuild(store.database.path)) as made:
            made.add(more)
            assert list(request.asked_after(made.connection, 0)) == left
    assert verdict_of(store.database.path, rows=True).whole
