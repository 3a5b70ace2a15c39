"""The rows tell the same hall as a replay of the journal, and the schema is the last guard of the numbers."""

import copy
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from hallctl.domain import booking_commands as bc
from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.apply import APPLIERS
from hallctl.domain.booking import BookingRules, SlotRule
from hallctl.domain.decide import decide
from hallctl.domain.event_table import EVENTS
from hallctl.domain.layout import Layout, Service
from hallctl.domain.model import Level, Person, Priority, Stage, Ticket, WindowPlan
from hallctl.domain.state import ADOPTERS, HallState
from hallctl.errors import Refusal, StoreError
from hallctl.store import journal, loading, projection, request, tables
from hallctl.store.statement import columns, delete_text, update_text
from tests.store.conftest import Store
from tests.store.samples import DAY, NOON, PERSON, Book, changed, replayed

SLOTS = (SlotRule((1, 2, 3, 4, 5, 6, 7), 0, 24 * 60, 5, 2),)
LAYOUT = Layout(
    services={
        name: Service(name, name[0].upper(), "hall", identity="optional", slots=SLOTS) for name in ("tax", "social")
    },
    windows={
        "1": WindowPlan("1", "hall", ("tax",)),
        "2": WindowPlan("2", "hall", ("tax", "social")),
        "3": WindowPlan("3", "hall", ("social",)),
    },
    kiosk_printers={"k1": None, "k2": "printer"},
    recall_gap_s=0,
    booking=BookingRules(grace_min=0, no_show_limit=1),
)


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


def _command(chance: random.Random, state: HallState) -> c.Command:
    """Some command, mostly one that makes sense now."""
    at = chance.random()
    window = chance.choice(list(LAYOUT.windows))
    if at < 0.01:
        day = chance.choice(["2026-11-23", "2026-11-24", "2026-11-25"])
        return chance.choice([c.OpenDay(day), c.CloseDay(), c.StartHall("0.1.0", "digest")])
    if at < 0.3:
        person = chance.choice([None, structs.replace(PERSON, digest=f"{chance.randrange(9):064x}")])
        service = chance.choice(list(LAYOUT.services))
        return c.TakeTicket(service, chance.choice(list(Priority)), kiosk="k1", person=person, reason="导办")
    if at < 0.37:
        return _of_appointments(chance, state)
    if at < 0.74:
        return _of_window(chance, state, window)
    if at < 0.9 and state.tickets:
        return _of_ticket(chance, chance.choice(list(state.tickets.values())))
    return _of_hall(chance, window)


def _of_window(chance: random.Random, state: HallState, window: str) -> c.Command:
    active = state.active(window)
    if active is None:
        rate = c.RateTicket(window, chance.choice(list(Level)))
        return chance.choice([*(c.CallTicket(window),) * 3, c.OpenWindow(window), c.ResumeWindow(window), rate])
    if active.stage is Stage.CALLED:
        calls = [c.RecallTicket(window), c.MissTicket(window), c.UndoTicket(window), c.PauseWindow(window, "午休")]
        return chance.choice([*(c.StartTicket(window),) * 4, *calls])
    step = c.FinishTicket(window, then=chance.choice(list(LAYOUT.services)))
    return chance.choice([c.FinishTicket(window), c.HoldTicket(window, "材料不全"), step])


def _of_ticket(chance: random.Random, ticket: Ticket) -> c.Command:
    if ticket.stage is Stage.HELD and ticket.window is not None and chance.random() < 0.7:
        return c.ResumeTicket(ticket.window, ticket.id)
    if ticket.stage is Stage.MISSED and chance.random() < 0.7:
        return c.RestoreTicket(ticket.id)
    choices: list[c.Command] = [
        c.CallTicket(chance.choice(list(LAYOUT.windows)), ticket.id, "chosen"),
        c.TransferTicket(ticket.id, service=chance.choice(list(LAYOUT.services))),
        c.TransferTicket(ticket.id, window=chance.choice(list(LAYOUT.windows)), back=chance.random() < 0.5),
        c.TransferTicket(ticket.id, clerk=chance.choice(["li", "wang"]), by="2", back=True),
        c.CancelTicket(ticket.id, "left"),
        c.LapseRating(ticket.id),
        c.ReprintSlip(ticket.id, "k2"),
        *(c.BeginSlip(ticket.id, "printer", "k2", ticket.copies),) * 2,
        c.ConfirmSlip(ticket.id, "printer", ticket.copies),
        c.FailSlip(ticket.id, "printer", "printer.paper_out", ticket.copies),
        c.DoubtSlip(ticket.id, "printer", "device.lost", ticket.copies),
    ]
    return chance.choice(choices)


def _of_hall(chance: random.Random, window: str) -> c.Command:
    clerk = chance.choice(["li", "wang"])
    choices: list[c.Command] = [
        c.ReportDevice("printer", chance.choice(["ready", "offline"]), ("printer.paper_near_end",)),
        c.ChangeDevices(("new",), ("printer",), (chance.choice(["printer", "old"]),), "0" * 16),
        c.CloseWindow(window),
        c.LogoutClerk(window),
        c.LoginClerk(window, clerk),
        c.OpenWindow(window),
        c.TakeOverWindow(window, clerk),
        c.RequestHelp("k1"),
        c.SkipNumbers(chance.randrange(1, 60), chance.choice([None, *LAYOUT.services]), chance.random() < 0.5),
        c.AnswerHelp("k1"),
        c.PairTerminal("t1", "kiosk", "k1", "ab" * 32),
        c.RevokeTerminal("t1"),
        c.SetAccount("zhao", "赵", ("auditor",), chance.choice([None, "$argon2$"])),
        c.RemoveAccount("zhao"),
    ]
    return chance.choice(choices)


def _of_appointments(chance: random.Random, state: HallState) -> c.Command:
    known = chance.choice([*state.appointments.values(), None])
    start = NOON + chance.randrange(8) * 300_000
    code = str(chance.randrange(10**7, 10**8))
    person = structs.replace(PERSON, digest=f"{chance.randrange(9):064x}")
    wish = bc.Wish("tax", start, (code,), chance.choice([None, code]), chance.choice([None, person]), "f" * 32, "1234")
    choices: list[c.Command] = [
        *(bc.BookAppointment(wish, "portal", chance.random() < 0.5),) * 3,
        bc.ImportAppointments("file", ((2, wish),)),
        bc.SetQuota("tax", start, chance.choice([None, 1, 3])),
        bc.MissAppointments(0),
    ]
    choices += [bc.LiftBlock(block.appointment) for block in state.blocks.values() if block.appointment]
    if known is not None:
        choices += [bc.CheckInAppointment(known.id, kiosk="k1"), bc.CancelAppointment(known.id, "不来了")] * 2
    return chance.choice(choices)


def _start() -> list[e.Event]:
    accounts = [e.AccountSet(clerk, clerk, ("window",), "$argon2$") for clerk in ("li", "wang")]
    seats = (("1", "li"), ("2", "wang"), ("3", "wang"))
    windows = [event for w, clerk in seats for event in (e.ClerkLoggedIn(w, clerk), e.WindowOpened(w))]
    return [*accounts, e.DayOpened(DAY, fresh=True), *windows]


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
    for event in _start():
        assert store.write(book.write(event)) is None
    for step in range(600):
        book.at += 200_000 if step % 60 == 59 else 0  # slots pass
        decision = decide(book.state, _command(chance, book.state), book.at + 1000)
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
