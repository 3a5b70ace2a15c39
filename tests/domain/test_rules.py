"""Numbers, order, day end, take-over, undo: the acceptance statements of the domain."""

from zoneinfo import ZoneInfo

import pytest

from hallctl.domain import calendar
from hallctl.domain import commands as c
from hallctl.domain.model import Device, Person, Priority, RatingState, SlipState, Stage
from hallctl.errors import Refusal
from tests.domain.halls import MemoryHall

SHANGHAI = ZoneInfo("Asia/Shanghai")


def code(answer: object) -> str:
    assert isinstance(answer, Refusal), answer
    return answer.code


def test_t01_numbers_run_past_999_and_start_again_next_day() -> None:
    """T01: 1,200 tickets in one queue on one day: A001…A999, A1000…A1200; next day A001."""
    hall = MemoryHall().open()
    labels = [hall.take().label for _ in range(1200)]
    assert labels == [f"A{number:03d}" for number in range(1, 1201)]
    assert labels[998:1000] == ["A999", "A1000"]
    hall.must(c.OpenDay("2026-11-24"))
    assert hall.take().label == "A001"


def test_t01_numbers_that_may_be_on_paper_are_left_out() -> None:
    """T01: after a skip the next number of each service, or of the one named, is beyond those left out."""
    hall = MemoryHall().open()
    hall.take()
    hall.must(c.SkipNumbers(50))
    assert [hall.take(service).label for service in ("pooled", "police")] == ["A052", "C051"]
    hall.must(c.SkipNumbers(999, "police"))
    assert [hall.take(service).label for service in ("pooled", "police")] == ["A053", "C1051"]
    hall.must(c.OpenDay("2026-11-24"))
    assert hall.take().label == "A001"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (c.SkipNumbers(0), "numbers.count"),
        (c.SkipNumbers(1000), "numbers.count"),
        (c.SkipNumbers(1, "nothing"), "service.unknown"),
    ],
)
def test_a_skip_has_bounds(command: c.SkipNumbers, expected: str) -> None:
    hall = MemoryHall().open()
    assert code(hall.do(command)) == expected
    assert hall.take().number == 1


def test_t01_numbers_of_a_closed_day_are_left_out_for_a_restore_only() -> None:
    """A day that was closed too early may be opened again, and goes on counting."""
    hall = MemoryHall()
    assert code(hall.do(c.SkipNumbers(5))) == "numbers.closed"
    assert code(hall.do(c.SkipNumbers(5, closed=True))) == "numbers.closed"
    hall.open()
    hall.take()
    hall.must(c.CloseDay())
    assert code(hall.do(c.SkipNumbers(5))) == "numbers.closed"
    hall.must(c.SkipNumbers(5, closed=True))
    hall.must(c.OpenDay("2026-11-23"))
    assert hall.take().label == "A007"


def test_take_is_refused_when_the_day_is_closed_or_the_service_unknown() -> None:
    hall = MemoryHall()
    assert code(hall.do(c.TakeTicket("pooled"))) == "day.closed"
    hall.open()
    assert code(hall.do(c.TakeTicket("nothing"))) == "service.unknown"
    assert code(hall.do(c.TakeTicket("pooled", kiosk="nowhere"))) == "kiosk.unknown"


@pytest.mark.parametrize(
    ("state", "faults", "expected"),
    [
        ("unknown", (), "printer.offline"),
        ("offline", ("device.lost",), "printer.offline"),
        ("degraded", ("printer.paper_out",), "printer.paper_out"),
        ("degraded", ("printer.cover_open",), "printer.cover_open"),
        ("degraded", ("printer.paper_near_end",), None),
        ("ready", (), None),
    ],
)
def test_t05_no_ticket_without_paper(state: str, faults: tuple[str, ...], expected: str | None) -> None:
    """T05: paper out → no ticket, unless it is asked for without paper; paper low → ticket."""
    hall = MemoryHall().open()
    if state != "unknown":
        hall.must(c.ReportDevice("printer-2", state, faults))
    answer = hall.do(c.TakeTicket("pooled", kiosk="kiosk-2"))
    if expected is None:
        assert hall.state.tickets["20261123-A001"].slip is SlipState.QUEUED
    else:
        assert code(answer) == expected
        assert hall.state.tickets == {}
        paperless = hall.must(c.TakeTicket("pooled", kiosk="kiosk-2", paperless=True))
        assert paperless is not None
        assert (paperless.label, paperless.slip) == ("A001", SlipState.NONE)


def test_order_is_class_first_then_time() -> None:
    hall = MemoryHall().open("1")
    first = hall.take()
    elder = hall.must(c.TakeTicket("pooled", Priority.ELDER))
    assert elder is not None
    assert hall.must(c.CallTicket("1")).label == elder.label  # type: ignore[union-attr]
    why = hall.records[-1].event
    assert (why.why, [beaten.ticket for beaten in why.beat]) == ("priority", [first.id])  # type: ignore[attr-defined]


def test_fifo_window_ignores_classes() -> None:
    hall = MemoryHall().open("3")
    first = hall.take("police")
    hall.must(c.TakeTicket("police", Priority.GREEN))
    called = hall.must(c.CallTicket("3"))
    assert called is not None
    assert called.id == first.id


def test_call_of_a_chosen_ticket_needs_a_reason_and_its_service() -> None:
    hall = MemoryHall().open("1", "2")
    hall.take()
    other = hall.take("police")
    second = hall.take()
    assert code(hall.do(c.CallTicket("1", other.id, "急事"))) == "service.not_here"
    assert code(hall.do(c.CallTicket("1", second.id))) == "ticket.reason_required"
    hall.must(c.CallTicket("1", second.id, "急事"))
    assert code(hall.do(c.CallTicket("2", second.id, "急事"))) == "ticket.not_waiting"
    assert code(hall.do(c.CallTicket("1"))) == "window.busy"


def test_empty_queue_is_told() -> None:
    hall = MemoryHall().open("1")
    assert code(hall.do(c.CallTicket("1"))) == "queue.empty"


def test_recall_is_limited() -> None:
    hall = MemoryHall().open("1")
    hall.ticket_in(Stage.CALLED)
    assert code(hall.do(c.RecallTicket("1"))) == "ticket.recall_too_soon"
    for _ in range(5):
        hall.at += 5_000
        hall.must(c.RecallTicket("1"))
    hall.at += 5_000
    assert code(hall.do(c.RecallTicket("1"))) == "ticket.recall_limit"


def test_c17_a_wrong_call_goes_back_to_its_old_place() -> None:
    """C17: within 30 s, to the old place; later refused; a served one never."""
    hall = MemoryHall().open("1", "2")
    first, second = hall.take(), hall.take()
    hall.must(c.CallTicket("1"))
    hall.at += 20_000
    undone = hall.must(c.UndoTicket("1"))
    assert undone is not None
    assert (undone.stage, undone.first_called_at, undone.window) == (Stage.WAITING, None, None)
    assert hall.state.tally("pooled").called == 0
    assert hall.must(c.CallTicket("2")).id == first.id  # type: ignore[union-attr]
    assert hall.must(c.CallTicket("1")).id == second.id  # type: ignore[union-attr]
    hall.at += 31_000
    assert code(hall.do(c.UndoTicket("1"))) == "ticket.undo_too_late"
    hall.must(c.StartTicket("1"))
    assert code(hall.do(c.UndoTicket("1"))) == "ticket.not_called"


def test_c17_a_wrong_call_back_goes_on_hold_again() -> None:
    """C17: a held ticket that was called back by mistake is on hold again, its time on hold unbroken."""
    hall = MemoryHall().open("1")
    ticket = hall.ticket_in(Stage.HELD)
    since = hall.state.tickets[ticket.id].held_at
    hall.at += 60_000
    hall.must(c.ResumeTicket("1", ticket.id))
    hall.at += 5_000
    undone = hall.must(c.UndoTicket("1"))
    assert undone is not None
    assert (undone.stage, undone.window, hall.state.active("1")) == (Stage.HELD, "1", None)
    hall.at += 10_000
    resumed = hall.must(c.ResumeTicket("1", ticket.id))
    assert resumed is not None
    assert resumed.held_ms == hall.at - (since or 0)


def test_c12_take_over_keeps_the_running_ticket_and_records_both() -> None:
    """C12: B takes A's window over in one step; both intervals stand in the journal."""
    hall = MemoryHall().open("1", "2")
    ticket = hall.ticket_in(Stage.SERVING)
    assert code(hall.do(c.LoginClerk("1", "102"))) == "window.taken"
    hall.must(c.TakeOverWindow("1", "102"))
    event = hall.records[-1].event
    assert (event.clerk, event.previous) == ("102", "101")  # type: ignore[attr-defined]
    kept = hall.state.tickets[ticket.id]
    assert (kept.stage, kept.clerk, kept.first_clerk) == (Stage.SERVING, "102", "101")
    hall.must(c.FinishTicket("1"))


def test_c14_day_end() -> None:
    """C14: waiting → expired, called → missed, serving kept until finished; counters reset with the next day only."""
    hall = MemoryHall().open("1", "2")
    served = hall.ticket_in(Stage.SERVING)
    called = hall.take()
    hall.must(c.CallTicket("2"))
    waiting = hall.take()
    hall.must(c.CloseDay())
    assert hall.state.tickets[served.id].stage is Stage.SERVING
    assert hall.state.tickets[called.id].stage is Stage.MISSED
    assert waiting.id not in hall.state.tickets
    assert code(hall.do(c.TakeTicket("pooled"))) == "day.closed"
    assert code(hall.do(c.RestoreTicket(called.id))) == "day.closed"
    hall.must(c.OpenDay("2026-11-23"))
    assert hall.take().label == "A004", "reopened, not started anew"
    hall.must(c.OpenDay("2026-11-24"))
    hall.must(c.FinishTicket("1"))
    assert hall.take().label == "A001"


def test_o08_days_never_go_backwards() -> None:
    """O08: a clock set back opens no earlier day and resets no number."""
    hall = MemoryHall().open()
    hall.take()
    assert code(hall.do(c.OpenDay("2026-11-22"))) == "day.past"
    assert code(hall.do(c.OpenDay("2026-11-23"))) == "day.open"
    hall.at -= 2 * 3_600_000
    assert hall.take().label == "A002"


def test_o08_the_business_day_runs_past_midnight() -> None:
    """C14, O08: overtime after midnight belongs to the old day; the day turns at its hour, whatever the zone of UTC."""
    local = lambda text: calendar.day_start(text[:10], SHANGHAI, calendar.minutes(text[11:]))  # noqa: E731
    assert calendar.business_day(local("2026-11-24 00:30"), SHANGHAI, 180) == "2026-11-23"
    assert calendar.business_day(local("2026-11-24 02:59"), SHANGHAI, 180) == "2026-11-23"
    assert calendar.business_day(local("2026-11-24 03:00"), SHANGHAI, 180) == "2026-11-24"
    assert calendar.next_day_start(local("2026-11-24 00:30"), SHANGHAI, 180) == local("2026-11-24 03:00")


def test_transfer_keeps_place_take_time_and_first_clerk() -> None:
    hall = MemoryHall().open("1", "2")
    ticket = hall.ticket_in(Stage.SERVING)
    later = hall.take("police")
    hall.must(c.TransferTicket(ticket.id, service="police", by="1"))
    moved = hall.state.tickets[ticket.id]
    assert (moved.queue, moved.service, moved.taken_at, moved.first_clerk) == (
        "police",
        "pooled",
        ticket.taken_at,
        "101",
    )
    assert hall.must(c.CallTicket("2")).id == ticket.id  # type: ignore[union-attr]
    assert hall.state.tickets[later.id].stage is Stage.WAITING


def test_transfer_to_a_window_is_for_that_window_only() -> None:
    hall = MemoryHall().open("1", "2")
    ticket = hall.take()
    hall.must(c.TransferTicket(ticket.id, window="2"))
    assert hall.state.waiting("pooled") == 1
    assert code(hall.do(c.CallTicket("1"))) == "queue.empty"
    assert code(hall.do(c.CallTicket("1", ticket.id, "急"))) == "ticket.elsewhere"
    assert hall.must(c.CallTicket("2")).id == ticket.id  # type: ignore[union-attr]
    assert code(hall.do(c.TransferTicket(ticket.id, service="police", by="1"))) == "ticket.elsewhere"
    assert code(hall.do(c.TransferTicket(ticket.id))) == "ticket.transfer_where"


def test_hold_frees_the_window_and_its_time_is_no_service() -> None:
    hall = MemoryHall().open("1")
    ticket = hall.ticket_in(Stage.SERVING)
    hall.at += 60_000
    hall.must(c.HoldTicket("1", "补材料"))
    hall.at += 600_000
    assert hall.state.active("1") is None
    hall.must(c.ResumeTicket("1", ticket.id))
    hall.must(c.StartTicket("1"))
    hall.at += 60_000
    hall.must(c.FinishTicket("1"))
    assert hall.state.tally("pooled").serve_mean_ms == 120_000


def test_rating_once_and_only_when_asked() -> None:
    hall = MemoryHall().open("1")
    assert code(hall.do(c.RateTicket("1", "satisfied"))) == "rating.not_asked"  # type: ignore[arg-type]
    ticket = hall.ticket_in(Stage.DONE)
    assert hall.state.tickets[ticket.id].rating is RatingState.ASKED
    hall.must(c.LapseRating(ticket.id))
    assert code(hall.do(c.RateTicket("1", "satisfied"))) == "rating.not_asked"  # type: ignore[arg-type]


def test_a_new_finish_lets_the_older_rating_lapse() -> None:
    hall = MemoryHall().open("1")
    older = hall.ticket_in(Stage.DONE)
    newer = hall.ticket_in(Stage.DONE)
    assert older.id not in hall.state.tickets
    assert hall.state.asked == {"1": newer.id}


def test_same_person_waits_once() -> None:
    """H03, T07 in small: the second swipe gives the existing number."""
    hall = MemoryHall().open()
    person = Person("d1", "张*", "**16", "resident")
    first = hall.must(c.TakeTicket("pooled", person=person))
    again = hall.must(c.TakeTicket("pooled", person=person))
    assert first == again
    assert hall.state.tally("pooled").number == 1


def test_restart_forgets_devices() -> None:
    hall = MemoryHall().open()
    hall.must(c.ReportDevice("printer-2", "ready"))
    hall.must(c.StartHall("v", "d"))
    assert hall.state.devices["printer-2"] == Device("printer-2", since=hall.at)


def test_last_administrator_stays() -> None:
    hall = MemoryHall()
    assert code(hall.do(c.SetAccount("a", "a", ("admin",)))) == "account.no_password"
    hall.must(c.SetAccount("a", "a", ("admin",), "hash"))
    assert code(hall.do(c.RemoveAccount("a"))) == "account.last_admin"
    assert code(hall.do(c.SetAccount("a", "a", ("window",)))) == "account.last_admin"
    hall.must(c.SetAccount("b", "b", ("admin",), "hash"))
    hall.must(c.RemoveAccount("a"))
