"""A slip's way: queued, printing, then printed, failed or unknown; restarts, copies, and where it comes out."""

from dataclasses import replace

import pytest

from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.decision import Decision
from hallctl.domain.effects import PrintSlip, RouteSlips, effects
from hallctl.domain.model import SlipState, Stage, Ticket
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from tests.domain.halls import LAYOUT, MemoryHall

PRINTERS = {"kiosk-1": "printer-1", "kiosk-2": "printer-2", "kiosk-3": None}
ROUTED = replace(LAYOUT, kiosk_printers=PRINTERS, reroutes={"kiosk-1": ("kiosk-2",), "kiosk-3": ("kiosk-1",)})


class Printing(MemoryHall):
    """A hall with two printers that can print."""

    def taken(self, kiosk: str = "kiosk-1") -> Ticket:
        ticket = self.must(c.TakeTicket("pooled", kiosk=kiosk))
        assert ticket is not None
        return ticket

    def begin(self, ticket: Ticket, copy: int = 1) -> Decision | Refusal:
        return self.do(c.BeginSlip(ticket.id, "printer-1", "kiosk-1", copy))

    def slip(self, ticket: Ticket) -> tuple[SlipState, str | None, int]:
        now = self.state.tickets[ticket.id]
        return now.slip, now.slip_fault, now.copies

    def due(self) -> list[tuple[str, int]]:
        """(kiosk, copy) of each print that the records so far asked for."""
        found = [effect for record in self.records for effect in effects(self.state, record)]
        return [(effect.kiosk, effect.copy) for effect in found if isinstance(effect, PrintSlip)]


@pytest.fixture
def hall() -> Printing:
    hall = Printing(state=HallState(layout=ROUTED))
    hall.open("1")
    for printer in ("printer-1", "printer-2"):
        hall.must(c.ReportDevice(printer, "ready"))
    return hall


def code(answer: Decision | Refusal) -> str | None:
    return answer.code if isinstance(answer, Refusal) else None


# ---------------------------------------------------------------- one slip


def test_each_state_is_an_event(hall: Printing) -> None:
    ticket = hall.taken()
    assert hall.slip(ticket) == (SlipState.QUEUED, None, 1)
    hall.begin(ticket)
    assert hall.slip(ticket) == (SlipState.PRINTING, None, 1)
    assert hall.state.tickets[ticket.id].slip_kiosk == "kiosk-1"
    hall.must(c.ConfirmSlip(ticket.id, "printer-1", 1))
    assert hall.slip(ticket) == (SlipState.PRINTED, None, 1)
    assert [record.event.TYPE for record in hall.records[-3:]] == ["ticket.taken", "slip.begun", "slip.confirmed"]


def test_t06_failed_and_unknown_are_told_apart(hall: Printing) -> None:
    """T06: paper that ended is a failure; a cable that was pulled leaves it open."""
    first, second, third = hall.taken(), hall.taken(), hall.taken()
    hall.must(c.FailSlip(first.id, "printer-1", "printer.cover_open", 1))
    hall.begin(second)
    hall.must(c.FailSlip(second.id, "printer-1", "printer.paper_out", 1))
    hall.begin(third)
    hall.must(c.DoubtSlip(third.id, "printer-1", "device.lost", 1))
    assert [hall.slip(ticket) for ticket in (first, second, third)] == [
        (SlipState.FAILED, "printer.cover_open", 1),
        (SlipState.FAILED, "printer.paper_out", 1),
        (SlipState.UNKNOWN, "device.lost", 1),
    ]


def test_nothing_is_told_of_a_slip_that_was_not_begun_or_has_ended(hall: Printing) -> None:
    ticket = hall.taken()
    told = [c.ConfirmSlip(ticket.id, "printer-1", 1), c.DoubtSlip(ticket.id, "printer-1", "device.lost", 1)]
    assert [code(hall.do(command)) for command in told] == ["ticket.unknown"] * 2
    hall.begin(ticket)
    assert code(hall.begin(ticket)) == "ticket.unknown"
    hall.must(told[0])
    failed = c.FailSlip(ticket.id, "printer-1", "printer.error", 1)
    assert [code(hall.do(command)) for command in (*told, failed)] == ["ticket.unknown"] * 3


def test_the_slip_of_a_ticket_that_has_ended_is_not_begun(hall: Printing) -> None:
    ticket = hall.taken()
    hall.must(c.CancelTicket(ticket.id, "left"))
    assert code(hall.begin(ticket)) in {"ticket.unknown", "ticket.not_open"}
    finished = hall.taken()
    for command in (c.CallTicket("1"), c.StartTicket("1"), c.FinishTicket("1")):
        hall.must(command)
    assert code(hall.begin(finished)) == "ticket.not_open"


def test_only_the_latest_copy_counts(hall: Printing) -> None:
    """T06: a reprint takes the place of a slip that waits; what is told of the earlier one changes nothing."""
    ticket = hall.taken()
    hall.must(c.ReprintSlip(ticket.id, "kiosk-2"))
    assert code(hall.begin(ticket, copy=1)) == "ticket.unknown", "it will never be sent"
    hall.begin(ticket, copy=2)
    assert code(hall.do(c.ConfirmSlip(ticket.id, "printer-1", 1))) == "ticket.unknown"
    hall.must(c.ConfirmSlip(ticket.id, "printer-2", 2))
    assert hall.slip(ticket) == (SlipState.PRINTED, None, 2)
    assert hall.due() == [("kiosk-1", 1), ("kiosk-2", 2)]


# ---------------------------------------------------------------- restart


def test_t02_a_slip_that_was_not_begun_is_printed_unmarked_after_a_restart(hall: Printing) -> None:
    """T02: nothing of it was sent: the same copy once more, not another."""
    ticket = hall.taken()
    hall.must(c.StartHall("v", "d"))
    assert hall.slip(ticket) == (SlipState.QUEUED, None, 1)
    assert hall.due() == [("kiosk-1", 1), ("kiosk-1", 1)]
    assert hall.records[-1].event == e.SlipRequeued(ticket.id, "kiosk-1", 1)


def test_t06_a_slip_that_was_printing_is_unknown_and_printed_again(hall: Printing) -> None:
    """T06: it may be on paper: that is told, and the next copy says so (补打)."""
    ticket = hall.taken()
    hall.begin(ticket)
    hall.must(c.StartHall("v", "d"))
    assert hall.slip(ticket) == (SlipState.QUEUED, None, 2)
    told = [record.event.TYPE for record in hall.records[-3:]]
    assert told == ["hall.started", "slip.doubted", "slip.reprinted"]
    assert hall.due() == [("kiosk-1", 1), ("kiosk-1", 2)]


def test_stale_slips_are_not_printed_after_a_restart(hall: Printing) -> None:
    waiting, printing = hall.taken(), hall.taken()
    hall.begin(printing)
    hall.at += 600_000
    hall.must(c.StartHall("v", "d"))
    assert hall.slip(waiting) == (SlipState.FAILED, "slip.late", 1)
    assert hall.slip(printing) == (SlipState.UNKNOWN, "printer.unproven", 1)
    assert len(hall.due()) == 2


def test_a_kiosk_that_has_no_printer_any_more_prints_nothing_after_a_restart(hall: Printing) -> None:
    ticket = hall.taken()
    hall.state.layout = replace(ROUTED, kiosk_printers={"kiosk-1": None}, reroutes={})
    hall.must(c.StartHall("v", "d"))
    assert hall.slip(ticket) == (SlipState.FAILED, "slip.late", 1)


def test_a_slip_that_was_served_meanwhile_is_not_printed_again(hall: Printing) -> None:
    ticket = hall.taken()
    hall.begin(ticket)
    hall.must(c.CallTicket("1"))
    hall.must(c.StartTicket("1"))
    hall.must(c.StartHall("v", "d"))
    assert hall.state.tickets[ticket.id].stage is Stage.SERVING
    assert hall.slip(ticket) == (SlipState.UNKNOWN, "printer.unproven", 1)


# ---------------------------------------------------------------- reroute


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        (("ready", ()), ("offline", ("device.lost",)), None),
        (("degraded", ("printer.paper_out",)), ("ready", ()), None),
        (("offline", ("device.lost",)), ("degraded", ("printer.paper_near_end",)), None),
        (("degraded", ("printer.head_hot",)), ("degraded", ("printer.cover_open",)), "printer.head_hot"),
        (("unknown", ()), ("unknown", ()), "printer.offline"),
    ],
)
def test_t05_refused_only_if_no_printer_can_print(
    hall: Printing, own: tuple[str, tuple[str, ...]], other: tuple[str, tuple[str, ...]], expected: str | None
) -> None:
    """T05: without paper at the kiosk's own printer the slip comes out at the other one; what is told is its own."""
    hall.must(c.ReportDevice("printer-1", *own))
    hall.must(c.ReportDevice("printer-2", *other))
    answer = hall.do(c.TakeTicket("pooled", kiosk="kiosk-1"))
    assert code(answer) == expected
    if expected is not None:
        assert hall.state.tickets == {}
        assert hall.do(c.TakeTicket("pooled", kiosk="kiosk-1", paperless=True)) != answer


def test_a_reprint_is_rerouted_as_well(hall: Printing) -> None:
    ticket = hall.taken()
    hall.must(c.ReportDevice("printer-1", "degraded", ("printer.cutter",)))
    hall.must(c.ReprintSlip(ticket.id, "kiosk-1"))
    hall.must(c.ReportDevice("printer-2", "offline", ("device.lost",)))
    assert code(hall.do(c.ReprintSlip(ticket.id, "kiosk-1"))) == "printer.cutter"


def test_a_kiosk_without_a_printer_prints_where_it_is_rerouted_to(hall: Printing) -> None:
    assert hall.taken("kiosk-3").slip is SlipState.QUEUED
    assert ROUTED.printers("kiosk-3") == {"kiosk-1": "printer-1"}
    assert ROUTED.printers("kiosk-2") == {"kiosk-2": "printer-2"}
    assert ROUTED.printers("elsewhere") == {}


def test_slips_that_wait_are_looked_at_when_a_printer_changes(hall: Printing) -> None:
    hall.must(c.ReportDevice("reader-1", "ready"))
    hall.must(c.ReportDevice("printer-1", "offline", ("device.lost",)))
    found = [effect for record in hall.records[-2:] for effect in effects(hall.state, record)]
    assert [type(effect) for effect in found] == [RouteSlips]
