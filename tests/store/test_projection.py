"""The rows tell the same hall as a replay of the journal, and the schema is the last guard of the numbers."""

import copy
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.apply import APPLIERS
from hallctl.domain.decide import decide
from hallctl.domain.event_table import EVENTS
from hallctl.domain.model import Person, Priority, Stage, Ticket
from hallctl.domain.state import ADOPTERS, HallState
from hallctl.errors import Refusal, StoreError
from hallctl.store import journal, loading, projection, tables
from hallctl.store.statement import columns, delete_text, update_text
from tests.store.conftest import Store
from tests.store.samples import DAY, NOON, PERSON, Book, changed, replayed
from tests.store.work import LAYOUT, random_command, start


def _taken(label: str = "A001", number: int = 1, service: str = "tax", person: bool = False) -> e.TicketTaken:
    return e.TicketTaken(
        f"20261123-{label}",
        service,
        number,
        label,
        Priority.NORMAL,
        NOON,
        0,
        person=PERSON if person else None,
    )


def _opened() -> Book:
    return Book(HallState(layout=LAYOUT))


def test_every_event_has_its_rows() -> None:
    """Every kind of change has its row and is adopted by the state that is shown."""
    assert set(EVENTS.values()) == set(APPLIERS)
    assert {*projection._ROW, "ticket"} == set(ADOPTERS)


def test_what_came_and_went_between_two_writes_is_no_row() -> None:
    """A call that left the boards' list before the rows followed was never written: nothing is to be deleted."""
    state = HallState(layout=LAYOUT)
    state.note("call", "T1", None, object())
    state.note("call", "T1", object(), None)
    state.note("call", "T2", object(), None)
    rows = list(projection.rows(state.take_noted(), 7))
    assert rows == [(delete_text(tables.Call), ("T2",)), (projection._UPSERT_SEQ, (1, 7))]


def test_the_ticket_table_has_every_field_of_a_ticket() -> None:
    names = [name for name in Ticket.__struct_fields__ if name != "person"]
    person = [f"person_{name}" for name in Person.__struct_fields__]
    assert list(columns(tables.Ticket)) == [*names, *person]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_rows_equal_a_replay_whatever_is_done(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """T02: what a restart reads is what the journal tells, after any sequence of commands and over days."""
    store = Store(tmp_path_factory.mktemp("hall"))
    try:
        _work(store, random.Random(seed))
    finally:
        store.database.close()


def _work(store: Store, chance: random.Random) -> None:
    book = Book(HallState(layout=LAYOUT))
    for event in start():
        assert store.write(book.write(event)) is None
    for step in range(600):
        book.at += 200_000 if step % 60 == 59 else 0  # slots pass
        decision = decide(book.state, random_command(chance, book.state), book.at + 1000)
        if not isinstance(decision, Refusal) and decision.events:
            assert store.write(book.write(*decision.events)) is None
        if step % 20 == 0:
            _assert_same(store.ask(loading.load), book.state)
    store.reopen()
    records = store.ask(lambda connection: list(journal.read(connection)))
    loaded = store.ask(loading.load)
    assert records == book.records
    _assert_same(loaded, book.state)
    _assert_same(loaded, replayed(records))


def lanes_of(state: HallState) -> dict[tuple[str, str, Priority], tuple[Any, ...]]:
    lanes = ((*place, of, lane) for place, classes in state.lanes.items() for of, lane in classes.items())
    return {(kind, name, of): tuple(lane) for kind, name, of, lane in lanes if len(lane)}


def _assert_same(one: HallState, other: HallState) -> None:
    """Equal in all but the layout; lanes by who waits in them. `persons` names one of several tickets of a person that
    came into one queue by transfers: which one depends on the way there, not on what is so."""
    lanes = [lanes_of(state) for state in (one, other)]
    assert lanes[0] == lanes[1]
    assert list(one.calls) == list(other.calls)
    bare = [replace(state, lanes={}, persons={}, layout=LAYOUT) for state in (one, other)]
    assert bare[0] == bare[1]


def test_a_number_is_not_given_twice_a_day(store: Store) -> None:
    """T01: duplicates are impossible by the schema, whatever the rules above it do."""
    book = _opened()
    assert store.write(book.write(e.DayOpened(DAY, fresh=True))) is None
    before = copy.deepcopy(book.state)
    assert store.write(book.write(_taken())) is None
    same_number = changed(_taken("A002", number=1), ticket="x")
    same_id = changed(_taken("A003", number=3), ticket="20261123-A001")
    for event, constraint in ((same_number, "ticket.number"), (same_id, "ticket.id")):
        other = Book(copy.deepcopy(before)).write(event)
        error = store.write(list(other.rows)[1:])
        assert error is not None
        assert (error.code, constraint in error.detail) == ("store.damaged", True)
        with pytest.raises(StoreError):  # everybody has been answered: nothing can be mended by going on
            store.database.reset()
        store.reopen()
    assert store.ask(lambda connection: connection.execute("SELECT count(*) FROM ticket").fetchone()) == (1,)


def test_the_same_label_comes_again_on_another_day(store: Store) -> None:
    """T01: numbers start anew each day."""
    book = _opened()
    assert store.write(book.write(e.DayOpened(DAY, fresh=True), _taken())) is None
    next_day = changed(_taken(), ticket="20261124-A001")
    assert store.write(book.write(e.DayOpened("2026-11-24", fresh=True))) is None
    assert store.write(book.write(next_day)) is None


def test_a_window_has_one_active_ticket(store: Store) -> None:
    book = _opened()
    book.write(e.DayOpened(DAY, fresh=True))
    assert all(store.write(book.write(_taken(f"A00{n}", n))) is None for n in (1, 2, 3))
    calls = [e.TicketCalled(f"20261123-A00{n}", "1", "li", "fifo") for n in (1, 2)]
    second = structs.replace(book.state.tickets["20261123-A002"], stage=Stage.CALLED, window="1")
    assert store.write(book.write(calls[0])) is None
    with pytest.raises(StoreError, match=r"store\.unavailable"):
        book.write(calls[1])
    error = store.write(list(projection.rows({("ticket", second.id): (second, second)}, 5)))
    assert error is not None
    assert "ticket.window" in error.detail


def test_a_finished_ticket_makes_room_for_the_next(store: Store) -> None:
    book = _opened()
    book.write(e.DayOpened(DAY, fresh=True))
    first, second = (f"20261123-A00{n}" for n in (1, 2))
    assert store.write(book.write(_taken("A001", 1), _taken("A002", 2))) is None
    done = e.TicketFinished(first, "1", "li")
    assert store.write(book.write(e.TicketCalled(first, "1", "li", "fifo"), e.TicketStarted(first, "1"))) is None
    assert store.write(book.write(done, e.TicketCalled(second, "1", "li", "fifo"))) is None
    loaded = store.ask(loading.load)
    assert loaded.windows["1"].ticket == second
    assert loaded.tickets[first].stage is Stage.DONE
    assert store.write(book.write(e.RatingLapsed(first))) is None
    assert first not in store.ask(loading.load).tickets
    found = store.ask(lambda connection: loading.find_ticket(connection, first))
    assert found is not None
    assert found.rating == "lapsed"


def test_a_person_that_was_emptied_stays_empty(store: Store) -> None:
    """O04: a later change of the ticket does not bring the person back."""
    book = _opened()
    book.write(e.DayOpened(DAY, fresh=True))
    assert store.write(book.write(_taken(person=True))) is None
    assert store.ask(loading.load).tickets["20261123-A001"].person == PERSON
    for name in ("digest", "name_mask", "number_mask", "kind"):
        assert store.write([(update_text(tables.Ticket, f"person_{name}"), (None, "20261123-A001"))]) is None
    assert store.write(book.write(e.TicketCalled("20261123-A001", "1", "li", "fifo"))) is None
    ticket = store.ask(loading.load).tickets["20261123-A001"]
    assert ticket.person is None
    assert ticket.stage is Stage.CALLED


def test_a_start_reads_live_tickets_by_their_index(store: Store) -> None:
    plan = store.ask(lambda connection: connection.execute(f"EXPLAIN QUERY PLAN {loading._LIVE}").fetchall())
    assert [row[3] for row in plan] == ["SCAN ticket USING INDEX ix_ticket_live"]


def test_one_command_that_ends_a_day_and_opens_the_next(store: Store) -> None:
    """Yesterday's figures get their last values though the next day's begin at once."""
    book = _opened()
    book.write(e.DayOpened(DAY, fresh=True))
    assert store.write(book.write(_taken("A001", 1), _taken("A002", 2), _taken("A003", 3))) is None
    first, second = (f"20261123-A00{n}" for n in (1, 2))
    assert store.write(book.write(e.TicketCalled(first, "1", "li", "fifo"))) is None
    decision = decide(book.state, c.OpenDay("2026-11-24"), book.at)
    assert not isinstance(decision, Refusal)
    step = book.step(*decision.events)
    assert store.write([*step.rows, *projection.rows(step.noted, step.head.seq)]) is None
    loaded = store.ask(loading.load)
    assert loaded.last_day == loaded.day == "2026-11-24"
    assert loaded.tickets == {}
    assert loaded.calls == {}
    assert loaded.windows == book.state.windows
    found = store.ask(lambda connection: [loading.find_ticket(connection, name) for name in (first, second)])
    assert [ticket and ticket.stage for ticket in found] == [Stage.MISSED, Stage.EXPIRED]
    figures = store.ask(lambda connection: connection.execute("SELECT day, expired FROM tally").fetchall())
    assert figures == [(DAY, 2)]
