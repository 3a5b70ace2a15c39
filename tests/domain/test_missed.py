"""Who does not come when called: the four policies of a hall (C07), as orders of call that a hall manager can read."""

from dataclasses import replace
from typing import Any

import pytest

from hallctl.domain import commands as c
from hallctl.domain.events import TicketMissed
from hallctl.domain.layout import Layout
from hallctl.domain.model import Priority, Stage
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from tests.domain.halls import LAYOUT, MemoryHall


def layout(missed: str = "staff_restore", **rules: Any) -> Layout:
    """The hall of the tests with a rule for those who miss their turn."""
    services = {name: replace(service, missed=missed, missed_k=3) for name, service in LAYOUT.services.items()}
    return replace(LAYOUT, services=services, **rules)


def hall_with(missed: str = "staff_restore", **rules: Any) -> MemoryHall:
    return MemoryHall(HallState(layout=layout(missed, **rules)))


def code(answer: object) -> str:
    assert isinstance(answer, Refusal), answer
    assert answer.sentence("zh")
    assert answer.sentence("en")
    return answer.code


def called(hall: MemoryHall, window: str = "1", misses: tuple[str, ...] = ()) -> str:
    """The next call's label, "-" for nobody; those of `misses` do not come, all others are served."""
    ticket = hall.do(c.CallTicket(window))
    hall.at += 1000
    if isinstance(ticket, Refusal):
        return "-"
    label = hall.state.tickets[str(ticket.ticket)].label
    if label in misses:
        hall.must(c.MissTicket(window))
    else:
        hall.must(c.StartTicket(window))
        hall.must(c.FinishTicket(window))
    hall.at += 1000
    return label


ORDERS = {
    # A001 never comes; six wait. Who is called, in order:
    "void": ["A001", "A002", "A003", "A004", "A005", "A006", "-"],
    "staff_restore": ["A001", "A002", "A003", "A004", "A005", "A006", "-"],
    "requeue_after_k": ["A001", "A002", "A003", "A004", "A001", "A005", "A006", "-"],
    "tail": ["A001", "A002", "A003", "A004", "A005", "A006", "A001", "-"],
}


@pytest.mark.parametrize("missed", ORDERS)
def test_c07_each_policy_gives_its_order(missed: str) -> None:
    """C07: with k=3 the ticket is the 4th next; with tail the last; else it is not called again. A second miss is
    final: it does not come a third time."""
    hall = hall_with(missed).open("1")
    for _ in range(6):
        hall.take()
    assert [called(hall, misses=("A001",)) for _ in ORDERS[missed]] == ORDERS[missed]
    assert hall.state.tickets["20261123-A001"].stage is Stage.MISSED
    assert hall.state.tally("pooled").missed == 1, "one person stayed away, however often called"


RESTORES = {
    # policy: (after the first miss, after the second one)
    "staff_restore": (None, None),
    "void": ("ticket.missed_void", "ticket.missed_void"),
    "requeue_after_k": ("ticket.not_missed", "ticket.missed_twice"),
    "tail": ("ticket.not_missed", "ticket.missed_twice"),
}


@pytest.mark.parametrize("missed", RESTORES)
def test_c07_what_is_final_is_not_put_back(missed: str) -> None:
    """C07: the staff put back what their rule leaves to them; else they say so and give a new number."""
    hall = hall_with(missed).open("1")
    ticket = hall.take()
    for refused in RESTORES[missed]:
        if hall.state.tickets[ticket.id].stage is Stage.WAITING:
            called(hall, misses=("A001",))
        answer = hall.do(c.RestoreTicket(ticket.id))
        assert (code(answer) if isinstance(answer, Refusal) else None) == refused
    again = hall.must(c.TakeTicket("pooled", reason="过号重新取号"))
    assert again is not None
    assert again.label == "A002"


def test_c07_nobody_else_waits_and_the_missed_one_is_next() -> None:
    """C07: where nobody else is there to be called first, who comes back is not kept waiting for them."""
    hall = hall_with("requeue_after_k").open("1")
    hall.take()
    hall.take()
    assert [called(hall, misses=("A001",)) for _ in range(4)] == ["A001", "A002", "A001", "-"]


def test_c07_one_who_came_has_missed_nothing() -> None:
    """C07: after a service the next miss is a first one again: the person was there."""
    hall = hall_with("tail").open("1", "2")
    ticket = hall.take()
    assert called(hall, misses=("A001",)) == "A001"
    hall.must(c.CallTicket("1"))
    hall.must(c.StartTicket("1"))
    hall.must(c.TransferTicket(ticket.id, service="police", by="1"))
    assert called(hall, "2", misses=("A001",)) == "A001"
    assert hall.state.tickets[ticket.id].stage is Stage.WAITING


def test_c07_what_is_meant_for_one_clerk_stays_with_that_clerk() -> None:
    """C07: one who was sent to a clerk has no others to let pass; the ticket goes to the end there, and is not lost."""
    hall = hall_with("requeue_after_k").open("1", "2")
    ticket = hall.take("police")
    hall.must(c.TransferTicket(ticket.id, clerk="102"))
    assert called(hall, "2", misses=("C001",)) == "C001"
    waiting = hall.state.tickets[ticket.id]
    assert (waiting.stage, waiting.for_clerk, waiting.after) == (Stage.WAITING, "102", None)
    assert called(hall, "2", misses=("C001",)) == "C001"
    assert hall.state.tickets[ticket.id].stage is Stage.MISSED


def test_c07_a_class_keeps_its_class() -> None:
    hall = hall_with("tail").open("1")
    elder = hall.must(c.TakeTicket("pooled", Priority.ELDER))
    assert elder is not None
    hall.take()
    called(hall, misses=(elder.label,))
    assert hall.state.tickets[elder.id].priority is Priority.ELDER


WAITS = [
    # seconds since the call, recalls before, what the clerk is told: 3 calls over at least 60 s
    (0, 0, "ticket.miss_calls", {"times": 2}),
    (5, 1, "ticket.miss_calls", {"times": 1}),
    (10, 2, "ticket.miss_too_soon", {"seconds": 50}),
    (59, 2, "ticket.miss_too_soon", {"seconds": 1}),
    (60, 2, None, {}),
    (600, 1, "ticket.miss_calls", {"times": 1}),
]


@pytest.mark.parametrize(("seconds", "recalls", "refused", "params"), WAITS)
def test_c07_called_often_and_long_enough(
    seconds: int, recalls: int, refused: str | None, params: dict[str, int]
) -> None:
    """C07, 4.4: after 3 calls over at least 60 s; a refusal says how often or how long still."""
    hall = hall_with(miss_after_calls=3, miss_after_s=60).open("1")
    hall.take()
    hall.must(c.CallTicket("1"))
    for _ in range(recalls):
        hall.at += 5_000
        hall.must(c.RecallTicket("1"))
    hall.at += (seconds - 5 * recalls) * 1000
    answer = hall.do(c.MissTicket("1"))
    if refused is None:
        assert not isinstance(answer, Refusal)
    else:
        assert code(answer) == refused
        assert isinstance(answer, Refusal)
        assert {name: answer.params[name] for name in params} == params


def test_c07_no_more_calls_are_asked_for_than_recalls_are_allowed() -> None:
    hall = hall_with(miss_after_calls=9, recall_limit=1).open("1")
    hall.take()
    hall.must(c.CallTicket("1"))
    assert code(hall.do(c.MissTicket("1"))) == "ticket.miss_calls"
    hall.at += 5_000
    hall.must(c.RecallTicket("1"))
    hall.must(c.MissTicket("1"))


def test_o08_a_clock_set_back_keeps_nobody_at_the_window() -> None:
    hall = hall_with(miss_after_s=60).open("1")
    hall.take()
    hall.must(c.CallTicket("1"))
    hall.at -= 3_600_000
    hall.must(c.MissTicket("1"))


def test_c14_after_the_close_nobody_waits_again() -> None:
    """C14: one who was called back from being on hold after the close, and does not come, is missed."""
    hall = MemoryHall(HallState(layout=replace(layout("tail"), held_at_end="carry"))).open("1")
    ticket = hall.ticket_in(Stage.HELD)
    hall.must(c.CloseDay())
    hall.must(c.ResumeTicket("1", ticket.id))
    hall.must(c.MissTicket("1"))
    assert hall.state.tickets[ticket.id].stage is Stage.MISSED


def test_what_becomes_of_a_miss_stands_in_its_event() -> None:
    """The journal tells it: a later change of the config changes nothing that was."""
    hall = hall_with("requeue_after_k").open("1")
    for _ in range(2):
        hall.take()
    called(hall)
    called(hall, misses=("A002",))
    event = next(record.event for record in hall.records if isinstance(record.event, TicketMissed))
    assert (event.then, event.after) == ("requeue", hall.state.tally("pooled").calls + 3)
