"""Where a daemon goes on: what was answered and is in no row yet is answered the same (O01)."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hallctl.api.role import Role
from hallctl.domain import commands as c
from hallctl.domain.decide import decide
from hallctl.domain.state import HallState, merge
from hallctl.engine import follower
from hallctl.engine.answer import RequestKey
from hallctl.engine.receipt import asked, receipt
from hallctl.engine.resume import resumed
from hallctl.engine.step import take
from hallctl.errors import Refusal
from hallctl.store import projection, request
from hallctl.store.request import Request
from tests.e2e.books import assert_whole, read_books
from tests.harness import running_hall
from tests.store.conftest import Store
from tests.store.samples import Book
from tests.store.work import LAYOUT, random_command, start

NEVER_S = 1000.0


def address(ticket: str) -> str | None:
    return f"https://hall.example/{ticket}"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_o01_every_answer_is_made_again_as_it_was(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """O01: whatever is done, wherever the rows have stopped: the same text, for every command after them."""
    store = Store(tmp_path_factory.mktemp("hall"))
    try:
        assert _made_again(store, random.Random(seed)) >= 60
    finally:
        store.database.close()


def _made_again(store: Store, chance: random.Random) -> int:
    """How many answers were compared."""
    book, told, compared = Book(HallState(layout=LAYOUT)), list[Request](), 0
    assert store.write(book.write(*start())) is None
    noted = book.state.take_noted()
    for number in range(500):
        book.at += 200_000 if number % 60 == 59 else 1000
        decision = decide(book.state, random_command(chance, book.state), book.at)
        kept = asked(decision, f"kiosk/{number}", "d") if not isinstance(decision, Refusal) else None
        if isinstance(decision, Refusal) or kept is None:
            continue
        by_timer = chance.random() < 0.2
        step = take(book.state, decision, "test", book.at, book.head, None if by_timer else kept)
        book.head = step.head
        merge(noted, step.noted)
        assert store.write(step.rows) is None
        if not by_timer:
            answer = receipt(book.state, decision, step.noted, book.at, address)
            told.append(Request(kept.key, "d", book.state.seq, book.at, answer))
        if len(told) == 30:
            found = store.ask(lambda connection: resumed(connection, LAYOUT, address))
            assert found.unfollowed == told
            assert found.answers == found.given + told
            compared += len(told)
            rows = [*map(request.row, told), *projection.rows(noted, book.state.seq)]
            assert store.write(rows) is None
            noted, told = {}, []
            assert store.ask(lambda connection: resumed(connection, LAYOUT, address)).unfollowed == []
    return compared


async def test_o01_answers_follow_with_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """O01: made again while they are in the journal only, read from their rows then: always the one that was given."""
    monkeypatch.setattr(follower, "FOLLOW_S", NEVER_S)
    async with running_hall(tmp_path / "data") as hall:
        engine = hall.daemon.context.hall
        await engine.caught_up()
        given = {}
        for number in range(5):
            key = RequestKey(f"kiosk/{number}", "d")
            given[key.key] = await engine.execute(c.TakeTicket("pooled"), "test", key)
        with engine.database.reading() as connection:
            found = resumed(connection, engine.state.layout, lambda _ticket: None)
        assert {row.key: row.answer for row in found.unfollowed} == given
        await engine.caught_up()
        with engine.database.reading() as connection:
            found = resumed(connection, engine.state.layout, lambda _ticket: None)
        assert found.unfollowed == []
        assert {row.key: row.answer for row in found.given if row.key in given} == given
    books = read_books(tmp_path / "data", tmp_path / "books")
    assert_whole(books)
    assert given.items() <= books.answers.items()


async def test_o01_what_changed_nothing_is_answered_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """O01: an answer without a record has no place in the journal; it is a row at once, and the daemon may die."""
    monkeypatch.setattr(follower, "FOLLOW_S", NEVER_S)
    async with running_hall(tmp_path) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        await kiosk.change("help.request")
        engine = hall.daemon.context.hall
        seq = engine.state.seq
        first = await kiosk.change("help.request", request_id="again")
        assert engine.state.seq == seq
        with engine.database.reading() as connection:
            kept = [row.answer for row in request.recent(connection) if row.key.endswith("/again")]
        assert len(kept) == 1
        assert await kiosk.change("help.request", request_id="again") == first
