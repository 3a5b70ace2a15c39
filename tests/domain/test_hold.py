"""On hold: whose a ticket is meanwhile, how its time counts, and what the night does to it (C09)."""

from dataclasses import replace

from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.model import Stage, Ticket
from hallctl.domain.state import HallState
from tests.domain.halls import LAYOUT, MemoryHall
from tests.domain.test_missed import code

CARRY = replace(LAYOUT, held_at_end="carry")
NEXT = "2026-11-24"


def held(hall: MemoryHall, window: str = "1") -> Ticket:
    """A ticket on hold at the window."""
    hall.take()
    for command in (c.CallTicket(window), c.StartTicket(window), c.HoldTicket(window, "补材料")):
        hall.must(command)
    return next(ticket for ticket in hall.state.tickets.values() if ticket.stage is Stage.HELD)


def test_c09_clocks_of_waiting_and_service() -> None:
    """C09: neither the time on hold nor the way back to the window is service, and the wait is counted once."""
    hall = MemoryHall().open("1")
    hall.take()
    hall.at += 59_000
    hall.must(c.CallTicket("1"))
    hall.must(c.StartTicket("1"))
    hall.at += 120_000
    hall.must(c.HoldTicket("1", "补材料"))
    hall.at += 900_000
    hall.must(c.ResumeTicket("1", "20261123-A001"))
    hall.at += 45_000
    hall.must(c.StartTicket("1"))
    hall.at += 60_000
    hall.must(c.FinishTicket("1"))
    tally = hall.state.tally("pooled")
    assert (tally.wait_sum_ms, tally.called, tally.serve_mean_ms, tally.done) == (60_000, 1, 180_000, 1)


def test_c09_several_may_be_on_hold_at_one_window() -> None:
    hall = MemoryHall().open("1")
    first, second = held(hall), None
    hall.take()
    for command in (c.CallTicket("1"), c.StartTicket("1"), c.HoldTicket("1")):
        second = hall.must(command)
    assert second is not None
    assert hall.must(c.ResumeTicket("1", first.id)) is not None
    assert code(hall.do(c.ResumeTicket("1", second.id))) == "window.busy"


def test_c09_after_a_take_over_the_new_clerk_goes_on_with_it() -> None:
    """C09: a held ticket belongs to the window: B calls it back there."""
    hall = MemoryHall().open("1", "2")
    ticket = held(hall)
    hall.must(c.CloseWindow("2"))
    hall.must(c.LogoutClerk("2"))
    hall.must(c.TakeOverWindow("1", "102"))
    resumed = hall.must(c.ResumeTicket("1", ticket.id))
    assert resumed is not None
    assert resumed.clerk == "102"


def test_c09_the_clerk_takes_it_along() -> None:
    """C09: ... and to the clerk: who sits at another window now calls it back there."""
    hall = MemoryHall().open("1")
    ticket = held(hall)
    hall.must(c.LoginClerk("3", "101"))
    hall.must(c.OpenWindow("3"))
    assert hall.must(c.ResumeTicket("3", ticket.id)).window == "3"  # type: ignore[union-attr]


def test_c09_where_nobody_sits_any_more_others_may() -> None:
    """C09: while its window is open it is that window's; once it is closed, any that serves it may go on."""
    hall = MemoryHall().open("1", "2", "3")
    ticket = held(hall)
    assert code(hall.do(c.ResumeTicket("2", ticket.id))) == "ticket.elsewhere"
    assert code(hall.do(c.TransferTicket(ticket.id, service="police", by="2"))) == "ticket.elsewhere"
    assert code(hall.do(c.CancelTicket(ticket.id, by="2"))) == "ticket.elsewhere"
    hall.must(c.CloseWindow("1"))
    assert code(hall.do(c.ResumeTicket("3", ticket.id))) == "ticket.elsewhere", "it does not serve that"
    resumed = hall.must(c.ResumeTicket("2", ticket.id))
    assert resumed is not None
    assert (resumed.window, resumed.clerk) == ("2", "102")
    hall.must(c.UndoTicket("2"))
    assert hall.state.tickets[ticket.id].stage is Stage.HELD


def test_c09_kept_for_the_next_day_and_no_longer() -> None:
    """C09: with ``carry`` it is on hold over the night; the next day it can be called back, sent on or cancelled, and
    at the end of that day it expires."""
    hall = MemoryHall(HallState(layout=CARRY)).open("1", "2")
    first, second, third, fourth = (held_id(hall, number) for number in range(1, 5))
    hall.must(c.CloseDay())
    hall.at += 57_600_000
    hall.must(c.OpenDay(NEXT))
    assert {t.id: t.stage for t in hall.state.tickets.values()} == dict.fromkeys(
        (first, second, third, fourth), Stage.HELD
    )
    hall.must(c.ResumeTicket("1", first))
    hall.must(c.StartTicket("1"))
    hall.must(c.FinishTicket("1"))
    assert hall.state.tally("pooled").done == 1, "a service of today"
    hall.must(c.TransferTicket(second, service="police", by="1"))
    assert hall.must(c.CallTicket("2")).id == second  # type: ignore[union-attr]
    hall.must(c.CancelTicket(third, by="1"))
    hall.must(c.CloseDay())
    assert fourth not in hall.state.tickets
    assert [r.event.ticket for r in hall.records if isinstance(r.event, e.TicketExpired)] == [fourth]


def held_id(hall: MemoryHall, number: int) -> str:
    hall.take()
    for command in (c.CallTicket("1"), c.StartTicket("1"), c.HoldTicket("1")):
        hall.must(command)
    return f"20261123-A{number:03d}"


def test_c09_no_two_with_the_same_label() -> None:
    """C09, T01: while yesterday's A002 is still open nobody else gets that label; then it is free again."""
    hall = MemoryHall(HallState(layout=CARRY)).open("1")
    done = hall.ticket_in(Stage.DONE)
    ticket = held_id(hall, 2)
    hall.must(c.OpenDay(NEXT))
    assert [hall.take().label for _ in range(3)] == ["A001", "A003", "A004"]
    assert done.label == "A001"
    labels = [t.label for t in hall.state.tickets.values() if t.stage is not Stage.DONE]
    assert len(set(labels)) == len(labels) == 4
    hall.must(c.CancelTicket(ticket))
    hall.must(c.OpenDay("2026-11-25"))
    assert [hall.take().label for _ in range(2)] == ["A001", "A002"]


def test_c09_as_a_rule_it_expires() -> None:
    """C09: without ``carry`` it ends with the day, also one that was put on hold after the close."""
    hall = MemoryHall().open("1", "2")
    ticket = held(hall)
    late = hall.take()
    hall.must(c.CallTicket("2"))
    hall.must(c.StartTicket("2"))
    hall.must(c.CloseDay())
    assert ticket.id not in hall.state.tickets
    hall.must(c.HoldTicket("2"))
    hall.must(c.OpenDay(NEXT))
    assert late.id not in hall.state.tickets
    assert [r.event.ticket for r in hall.records if isinstance(r.event, e.TicketExpired)] == [ticket.id, late.id]
