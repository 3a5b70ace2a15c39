"""A ticket of several services: sent on and back (C08), 受理 → 出件 with one number (T17), consultations (L07)."""

from dataclasses import replace
from typing import Any

import pytest

from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.effects import AskRating, effects
from hallctl.domain.layout import Service
from hallctl.domain.model import RatingState, Stage, Ticket, WindowPlan
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from tests.domain.halls import LAYOUT, MemoryHall
from tests.domain.test_missed import code

SERVICES = LAYOUT.services | {
    "pickup": Service("pickup", "F", "main", 180),
    "consult": Service("consult", "Z", "main", 240, consult=True),
}
STEPS = replace(
    LAYOUT,
    services=SERVICES,
    windows=LAYOUT.windows | {"4": WindowPlan("4", "main", ("pickup", "consult"))},
)


def hall_open(*windows: str) -> MemoryHall:
    return MemoryHall(HallState(layout=STEPS)).open(*windows)


def served(hall: MemoryHall, window: str, seconds: int = 60) -> Ticket:
    """Call the next at the window and begin; the ticket."""
    hall.must(c.CallTicket(window))
    hall.at += 2000
    ticket = hall.must(c.StartTicket(window))
    assert ticket is not None
    hall.at += seconds * 1000
    return ticket


# ---------------------------------------------------------------- 受理 → 出件


def test_t17_the_same_number_waits_for_its_next_service() -> None:
    """T17: done here, next there: the label stays, it queues anew, and only the last service is rated."""
    hall = hall_open("1", "4")
    ticket = hall.take()
    earlier = hall.take("pickup")
    served(hall, "1", 600)
    stepped = hall.must(c.FinishTicket("1", then="pickup"))
    assert stepped is not None
    assert (stepped.label, stepped.queue, stepped.stage, stepped.window) == ("A001", "pickup", Stage.WAITING, None)
    assert (stepped.first_clerk, stepped.taken_at) == ("101", ticket.taken_at)
    assert stepped.ahead == 1
    assert stepped.rating is RatingState.NONE
    assert hall.state.asked == {}
    assert served(hall, "4").id == earlier.id, "who waits for it already is first"
    hall.must(c.FinishTicket("4"))
    assert served(hall, "4", 120).id == ticket.id
    done = hall.must(c.FinishTicket("4"))
    assert done is not None
    assert (done.stage, done.rating, hall.state.asked) == (Stage.DONE, RatingState.ASKED, {"4": ticket.id})


def test_t17_each_service_has_its_own_figures() -> None:
    """T17, 4.6: wait and service of each step are counted for its own service, once."""
    hall = hall_open("1", "4")
    hall.take()
    hall.at += 99_000
    served(hall, "1", 600)
    hall.must(c.FinishTicket("1", then="pickup"))
    hall.at += 30_000
    served(hall, "4", 120)
    hall.must(c.FinishTicket("4"))
    first, second = hall.state.tally("pooled"), hall.state.tally("pickup")
    assert (first.called, first.done, first.wait_sum_ms, first.serve_mean_ms) == (1, 1, 100_000, 600_000)
    assert (second.called, second.done, second.wait_sum_ms, second.serve_mean_ms) == (1, 1, 30_000, 120_000)
    assert (hall.state.window("1").done, hall.state.window("4").done) == (1, 1)


def test_t17_a_wrong_call_of_the_second_step_is_taken_back_as_any() -> None:
    """C17: undone, the second step has not been called; its wait goes on."""
    hall = hall_open("1", "4")
    hall.take()
    served(hall, "1")
    hall.must(c.FinishTicket("1", then="pickup"))
    before = hall.state.tally("pickup")
    hall.at += 5000
    hall.must(c.CallTicket("4"))
    undone = hall.must(c.UndoTicket("4"))
    assert undone is not None
    assert (undone.queue, undone.stage, undone.first_called_at) == ("pickup", Stage.WAITING, None)
    assert hall.state.tally("pickup") == before


def test_t17_an_older_request_for_a_rating_goes_on() -> None:
    """No rating is asked for a step, so it does not end the one that is asked."""
    hall = hall_open("1", "4")
    rated = hall.ticket_in(Stage.DONE)
    hall.take()
    served(hall, "1")
    hall.must(c.FinishTicket("1", then="pickup"))
    assert hall.state.asked == {"1": rated.id}
    asking = [effect for record in hall.records for effect in effects(hall.state, record)]
    assert sum(isinstance(effect, AskRating) for effect in asking) == 1


def test_t17_no_step_to_nowhere_and_none_after_the_close() -> None:
    """C14: after the close nobody is sent to wait; the service can still be finished."""
    hall = hall_open("1", "4")
    hall.take()
    served(hall, "1")
    assert code(hall.do(c.FinishTicket("1", then="nothing"))) == "service.unknown"
    hall.must(c.CloseDay())
    assert code(hall.do(c.FinishTicket("1", then="pickup"))) == "ticket.no_more_today"
    assert code(hall.do(c.TransferTicket("20261123-A001", service="pickup"))) == "ticket.no_more_today"
    hall.must(c.FinishTicket("1"))


# ---------------------------------------------------------------- come back to me


def test_c08_it_comes_back_to_the_clerk_who_sent_it() -> None:
    """C08: sent to another service and back: to the sender, wherever that clerk sits then, at its old place."""
    hall = hall_open("1", "3")
    ticket = hall.take()
    later = hall.take()
    served(hall, "1")
    hall.must(c.TransferTicket(ticket.id, service="police", by="1", back=True))
    hall.must(c.CloseWindow("1"))
    hall.must(c.LogoutClerk("1"))
    hall.must(c.LoginClerk("2", "101"))
    hall.must(c.OpenWindow("2"))
    served(hall, "3")
    back = hall.must(c.FinishTicket("3"))
    assert back is not None
    assert (back.stage, back.queue, back.for_clerk, back.place) == (Stage.WAITING, "pooled", "101", ticket.place)
    assert served(hall, "2").id == ticket.id, "at the clerk's new window, before those who came later"
    done = hall.must(c.FinishTicket("2"))
    assert done is not None
    assert (done.stage, done.first_clerk, done.clerk) == (Stage.DONE, "101", "101")
    assert hall.state.tickets[later.id].stage is Stage.WAITING
    assert [hall.state.tally(name).done for name in ("pooled", "police")] == [1, 1]


def test_c08_a_sender_who_has_left_leaves_it_to_the_queue() -> None:
    """C08: where the sender is at no window any more, it waits in the queue that it came from, at its old place."""
    hall = hall_open("1", "3")
    ticket = hall.take()
    served(hall, "1")
    hall.must(c.TransferTicket(ticket.id, service="police", by="1", back=True))
    hall.must(c.CloseWindow("1"))
    served(hall, "3")
    back = hall.must(c.FinishTicket("3"))
    assert back is not None
    assert (back.queue, back.for_clerk, back.place) == ("pooled", None, ticket.place)


def test_c08_loops_keep_history() -> None:
    """C08: A → B → A → B: every stage stands in the journal; take time and first clerk never change."""
    hall = hall_open("1", "3")
    ticket = hall.take()
    for window, service in (("1", "police"), ("3", "pooled"), ("1", "police"), ("3", "pooled")):
        served(hall, window)
        moved = hall.must(c.TransferTicket(ticket.id, service=service, by=window))
        assert moved is not None
        assert (moved.taken_at, moved.place, moved.first_clerk) == (ticket.taken_at, ticket.place, "101")
    served(hall, "1")
    hall.must(c.FinishTicket("1"))
    way = [
        (record.event.window, record.event.queue)
        for record in hall.records
        if isinstance(record.event, e.TicketTransferred)
    ]
    assert way == [("1", "police"), ("3", "pooled"), ("1", "police"), ("3", "pooled")]
    assert [hall.state.tally(name).called for name in ("pooled", "police")] == [1, 0], "one visit, called once"
    assert [hall.state.tally(name).done for name in ("pooled", "police")] == [1, 0]


def test_c08_back_and_back_again_ends_where_it_began() -> None:
    """C08: A sends to B and wants it back, B sends to C and wants it back: C, B, A."""
    hall = hall_open("1", "3", "4")
    ticket = hall.take()
    served(hall, "1")
    hall.must(c.TransferTicket(ticket.id, service="police", by="1", back=True))
    served(hall, "3")
    hall.must(c.TransferTicket(ticket.id, service="pickup", by="3", back=True))
    for window, clerk in (("4", "103"), ("3", "101")):
        served(hall, window)
        back = hall.must(c.FinishTicket(window))
        assert back is not None
        assert back.for_clerk == clerk
    served(hall, "1")
    done = hall.must(c.FinishTicket("1"))
    assert done is not None
    assert done.stage is Stage.DONE


def test_c08_the_named_next_step_comes_before_those_that_wait() -> None:
    hall = hall_open("1", "3", "4")
    ticket = hall.take()
    served(hall, "1")
    hall.must(c.TransferTicket(ticket.id, service="police", by="1", back=True))
    served(hall, "3")
    stepped = hall.must(c.FinishTicket("3", then="pickup"))
    assert stepped is not None
    assert stepped.queue == "pickup"
    served(hall, "4")
    back = hall.must(c.FinishTicket("4"))
    assert back is not None
    assert (back.queue, back.for_clerk) == ("pooled", "101")


def test_c08_asked_twice_it_comes_back_once_and_not_for_ever() -> None:
    hall = hall_open("1", "3")
    ticket = hall.take()
    hall.must(c.TransferTicket(ticket.id, service="police", by="1", back=True))
    moved = hall.must(c.TransferTicket(ticket.id, window="3", by="1", back=True))
    assert moved is not None
    assert [(step.queue, step.for_clerk) for step in moved.steps] == [("police", "101"), ("pooled", "101")]
    for number in range(20):
        answer = hall.do(c.TransferTicket(ticket.id, service=("pooled", "police")[number % 2], by="1", back=True))
        if isinstance(answer, Refusal):
            assert code(answer) == "ticket.too_many_steps"
            assert len(hall.state.tickets[ticket.id].steps) == 8
            return
    pytest.fail("it went on for ever")


# ---------------------------------------------------------------- to whom


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ({}, "ticket.transfer_where"),
        ({"service": "police", "clerk": "102"}, "ticket.transfer_where"),
        ({"service": "nothing"}, "service.unknown"),
        ({"window": "9"}, "window.unknown"),
        ({"window": "3"}, "window.not_there"),
        ({"clerk": "999"}, "clerk.unknown"),
        ({"clerk": "103"}, "clerk.not_here"),
    ],
)
def test_c08_a_transfer_needs_somebody_there(command: dict[str, Any], expected: str) -> None:
    """C08: one place, and one where somebody is: a clerk who has gone home gets nothing."""
    hall = hall_open("1", "2")
    hall.must(c.SetAccount("103", "103", ("window",), "hash"))
    hall.must(c.LoginClerk("3", "103"))
    ticket = hall.take()
    assert code(hall.do(c.TransferTicket(ticket.id, **command))) == expected
    assert hall.state.tickets[ticket.id] == ticket


def test_c08_for_one_clerk_at_any_of_that_clerks_windows() -> None:
    """C08, C13: a clerk with two windows may call it at both, nobody else may."""
    hall = hall_open("1", "2")
    hall.must(c.LoginClerk("3", "102"))
    hall.must(c.OpenWindow("3"))
    ticket = hall.take("police")
    hall.must(c.TransferTicket(ticket.id, clerk="102"))
    assert code(hall.do(c.CallTicket("1"))) == "queue.empty"
    assert code(hall.do(c.CallTicket("1", ticket.id, "急"))) == "ticket.elsewhere"
    assert served(hall, "3").id == ticket.id


def test_c08_a_window_gets_what_it_serves_or_its_first_service() -> None:
    hall = hall_open("1", "2", "4")
    ticket = hall.take()
    assert hall.must(c.TransferTicket(ticket.id, window="2")).queue == "pooled"  # type: ignore[union-attr]
    assert hall.must(c.TransferTicket(ticket.id, window="4")).queue == "pickup"  # type: ignore[union-attr]
    assert hall.must(c.TransferTicket(ticket.id, clerk="102")).queue == "pooled"  # type: ignore[union-attr]


def test_a_transfer_to_where_it_is_changes_nothing() -> None:
    hall = hall_open("1", "2")
    ticket = hall.take()
    count = len(hall.records)
    hall.must(c.TransferTicket(ticket.id, service="pooled"))
    assert len(hall.records) == count


# ---------------------------------------------------------------- consultations


def test_l07_a_consultation_does_not_end_without_an_outcome() -> None:
    """L07, R01: solved, referred or registered; to send the ticket on is an outcome too."""
    hall = hall_open("4", "1")
    hall.take("consult")
    served(hall, "4")
    assert code(hall.do(c.FinishTicket("4"))) == "ticket.outcome_required"
    assert code(hall.do(c.FinishTicket("4", outcome="whatever"))) == "ticket.outcome_required"
    hall.must(c.FinishTicket("4", outcome="solved"))
    event = hall.records[-1].event
    assert isinstance(event, e.TicketFinished)
    assert event.outcome == "solved"
    hall.take("consult")
    served(hall, "4")
    hall.must(c.FinishTicket("4", then="pooled"))
