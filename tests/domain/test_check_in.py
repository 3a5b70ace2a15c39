"""Check-in: a ticket at once (A02), early and late (A03), five ways to the same one (A05), one queue for all (T16)."""

from typing import Any

import pytest

from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.booking import BookingRules, BookingStage, SlotRule
from hallctl.domain.booking_commands import CheckInAppointment
from hallctl.domain.decision import Decision
from hallctl.domain.hours import Hours, Session, Week
from hallctl.domain.model import Priority, Stage
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from tests.domain.bookings import MONDAY, TUESDAY, TZ, BookingHall, layout, moment, person, refused


@pytest.fixture
def hall() -> BookingHall:
    return BookingHall().open("1")


def code_of(decision: Decision | Refusal) -> str | None:
    assert isinstance(decision, Decision), decision
    return decision.notice.code if decision.notice is not None else None


# ---------------------------------------------------------------- A03: early and late

ARRIVALS = [
    # the slot is 09:30–10:00, the grace a quarter of an hour
    ("08:50:00", "appointment", "09:30", "appointment.early"),  # 40 minutes early: waits for the slot
    ("09:29:59", "appointment", "09:30", "appointment.early"),
    ("09:30:00", "appointment", "09:30", None),
    ("09:59:59", "appointment", "09:30", None),
    ("10:14:00", "appointment", "09:30", None),  # 14 minutes late keeps the class
    ("10:15:00", "appointment", "09:30", None),
    ("10:15:01", "normal", "10:15:01", "appointment.late"),
    (
        "10:16:00",
        "normal",
        "10:16",
        "appointment.late",
    ),  # 16 minutes late: a normal number with a notice, never nothing
]


@pytest.mark.parametrize(("at", "priority", "place", "notice"), ARRIVALS)
def test_a03_early_in_time_and_late(hall: BookingHall, at: str, priority: str, place: str, notice: str | None) -> None:
    appointment = hall.book("li", "09:30")
    hall.clock(at)
    decision = hall.check_in(appointment)
    ticket = hall.ticket_of(decision)
    assert (ticket.priority, ticket.place, code_of(decision)) == (priority, moment(place), notice)
    assert hall.now(appointment).stage is BookingStage.CHECKED_IN
    assert hall.now(appointment).late == (priority == "normal")


def test_a02_a_slot_after_midnight_belongs_to_the_business_day_that_still_runs() -> None:
    """C14: at half past one the hall's day is still yesterday's; the appointment must not be told as another day's."""
    night = SlotRule((1, 2, 3, 4, 5, 6, 7), 0, 24 * 60, 30, 2)
    hall = BookingHall.with_rules(slots=(night,)).clock("01:20", TUESDAY)
    first, second = hall.book("li", "01:30", TUESDAY), hall.book("wang", "03:00", TUESDAY)
    assert (first.day, second.day) == (MONDAY, TUESDAY)
    hall.clock("01:56", TUESDAY)
    assert hall.ticket_of(hall.check_in(first)).priority is Priority.APPOINTMENT
    assert refused(hall.check_in(second)) == "appointment.other_day"


def test_a03_who_is_early_is_not_called_before_the_slot(hall: BookingHall) -> None:
    appointment = hall.book("li", "09:30")
    hall.clock("08:50")
    decision = hall.check_in(appointment)
    assert isinstance(decision, Decision)
    assert decision.notice is not None
    assert "09:30" in decision.notice.sentence()
    assert hall.order() == []
    assert hall.clock("09:30").order() == ["A001"]


def test_a03_the_grace_is_the_halls_to_set() -> None:
    hall = BookingHall.with_rules(BookingRules(grace_min=5))
    appointment = hall.book("li", "09:30")
    hall.clock("10:06")
    assert hall.ticket_of(hall.check_in(appointment)).priority is Priority.NORMAL


def test_a03_check_in_may_open_some_time_before() -> None:
    hall = BookingHall.with_rules(BookingRules(early_min=30))
    appointment = hall.book("li", "09:30")
    hall.clock("08:59")
    answer = hall.check_in(appointment)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.params["opens"]) == ("appointment.too_early", "09:00")
    assert refused(hall.take_as("li")) == "appointment.too_early"
    assert hall.ticket_of(hall.check_in(appointment, override=True, reason="腿脚不便")).reason == "腿脚不便"


def test_a03_too_late_when_nobody_gets_a_number(hall: BookingHall) -> None:
    """After the close the late one is told when the hall opens again, as everybody is; the staff may still help."""
    week = Week(((Session(8 * 60, 11 * 60),),) * 5 + ((), ()), ())
    object.__setattr__(hall.state.layout, "hours", Hours(TZ, 180, week))
    appointment = hall.book("li", "10:30")
    hall.clock("11:14")
    assert hall.ticket_of(hall.check_in(appointment)).priority is Priority.APPOINTMENT
    other = hall.clock("08:00").book("wang", "10:30")
    hall.clock("11:16")
    assert refused(hall.check_in(other)) == "hours.closed"
    ticket = hall.ticket_of(hall.check_in(other, override=True, reason="远道而来"))
    assert ticket.priority is Priority.NORMAL


def test_a_better_class_of_ones_own_need_not_wait_for_the_slot(hall: BookingHall) -> None:
    """Who is old or disabled loses nothing by an appointment."""
    appointment = hall.book("li", "09:30")
    hall.clock("08:50")
    ticket = hall.ticket_of(hall.check_in(appointment, priority=Priority.ELDER))
    assert (ticket.priority, ticket.place) == (Priority.ELDER, moment("08:50"))
    assert hall.order() == ["A001"]


# ---------------------------------------------------------------- A02, T16: one queue, ordered by eligible time


def test_a02_before_all_normal_tickets_taken_after_the_slots_start(hall: BookingHall) -> None:
    """A02: checked in in the slot, called before normal tickets that were taken after the slot's start."""
    appointment = hall.book("li", "09:30")
    for minute in ("09:31", "09:35", "09:40"):
        hall.clock(minute)
        hall.take("tax")
    hall.clock("09:45")
    assert hall.ticket_of(hall.check_in(appointment)).label == "A004"
    assert hall.order()[0] == "A004"


def test_t16_numbers_of_three_channels_are_ordered_by_eligible_time(hall: BookingHall) -> None:
    """T16: a walk-in, a remote appointment and one booked in the hall are one queue, by when they may be called."""
    remote = hall.book("li", "09:30")
    hall.ask_for("wang", "10:00", remote=False)
    here = hall.state.appointments[max(hall.state.appointments)]
    walk_ins = {}
    for minute in ("08:55", "09:20", "09:45", "10:10"):
        hall.clock(minute)
        walk_ins[minute] = hall.take("tax").label
    hall.clock("10:12")
    booked = [hall.ticket_of(hall.check_in(appointment)).label for appointment in (here, remote)]
    assert hall.order() == [
        walk_ins["08:55"],
        walk_ins["09:20"],
        booked[1],  # the slot of 09:30
        walk_ins["09:45"],
        booked[0],  # the slot of 10:00
        walk_ins["10:10"],
    ]


def test_a02_a_number_by_card_is_the_check_in(hall: BookingHall) -> None:
    """A02, code 212: who has an appointment and takes a number for the service gets that of the appointment."""
    appointment = hall.book("li", "09:30")
    hall.clock("09:31")
    first = hall.ticket_of(hall.take_as("li"))
    assert (first.appointment, first.priority, first.place) == (appointment.id, Priority.APPOINTMENT, moment("09:30"))
    assert hall.ticket_of(hall.check_in(appointment)).id == first.id
    assert hall.ticket_of(hall.take_as("li")).id == first.id
    assert len(hall.state.tickets) == 1


def test_a02_another_service_is_another_matter(hall: BookingHall) -> None:
    hall.book("li", "09:30")
    hall.book("li", "09:30", TUESDAY, "social")
    assert hall.ticket_of(hall.take_as("li", "plain")).appointment is None
    assert hall.ticket_of(hall.take_as("li", "social")).appointment is None
    assert hall.ticket_of(hall.take_as("wang")).appointment is None


def test_a02_who_was_called_and_did_not_hear_it_does_not_queue_again(hall: BookingHall) -> None:
    """A number that was missed and can be restored is told again; a void one is not held against anybody."""
    appointment = hall.book("li", "09:30")
    hall.clock("09:30")
    ticket = hall.ticket_of(hall.check_in(appointment))
    hall.must(c.CallTicket("1"))
    hall.must(c.MissTicket("1"))
    decision = hall.take_as("li")
    assert hall.ticket_of(decision).id == ticket.id
    assert code_of(decision) == "appointment.called"
    void = BookingHall(HallState(layout=layout(missed="void"))).open("1")
    appointment = void.book("li", "09:30")
    void.clock("09:30")
    ticket = void.ticket_of(void.check_in(appointment))
    void.must(c.CallTicket("1"))
    void.must(c.MissTicket("1"))
    assert void.ticket_of(void.take_as("li")).id != ticket.id


def test_a02_a_number_taken_before_becomes_that_of_the_appointment(hall: BookingHall) -> None:
    """The holder waits already: no second number, and the class of appointments once the slot has begun."""
    waiting = hall.ticket_of(hall.take_as("li"))
    appointment = hall.book("li", "09:30")
    hall.clock("09:40")
    decision = hall.check_in(appointment)
    joined = hall.ticket_of(decision)
    assert (joined.id, joined.priority, joined.place) == (waiting.id, Priority.APPOINTMENT, waiting.place)
    assert joined.appointment == appointment.id
    assert code_of(decision) == "appointment.joined"
    assert hall.order() == [waiting.label]


def test_a02_late_by_card_is_a_normal_number_with_a_notice(hall: BookingHall) -> None:
    appointment = hall.book("li", "09:30")
    hall.clock("10:16")
    hall.miss()
    assert hall.now(appointment).stage is BookingStage.MISSED
    decision = hall.take_as("li")
    assert hall.ticket_of(decision).priority is Priority.NORMAL
    assert code_of(decision) == "appointment.late"
    assert hall.now(appointment).stage is BookingStage.CHECKED_IN


def test_an_agent_acts_for_others(hall: BookingHall) -> None:
    hall.must(c.SetAgent("代办员甲", "li"))
    hall.book("li", "09:30")
    assert hall.ticket_of(hall.take_as("li")).appointment is None


def test_nothing_is_kept_of_the_person_where_the_service_asks_for_none(hall: BookingHall) -> None:
    service = hall.state.layout.services["tax"]
    object.__setattr__(service, "identity", "none")
    appointment = hall.book("li", "09:30")
    assert hall.ticket_of(hall.check_in(appointment)).person is None


# ---------------------------------------------------------------- A05: five ways

WAYS: list[tuple[str, dict[str, Any]]] = [
    ("card", {"person": person("li")}),
    ("QR code or typed code", {"code": "10000001"}),
    ("the whole telephone number", {"phone": "p-li"}),
    ("its last four digits", {"tail": "5678"}),
    ("the staff", {"appointment": "20261123-y4"}),
]


@pytest.mark.parametrize(("way", "key"), WAYS, ids=[way for way, _key in WAYS])
def test_a05_every_way_leads_to_the_same_ticket(hall: BookingHall, way: str, key: dict[str, Any]) -> None:
    """A05: by card, code, telephone and the staff; whichever comes second gets the same number again."""
    assert hall.state.seq == 4, "the id below is of the next event"
    hall.state.seq = 3
    appointment = hall.book("li", "09:30", phone="p-li", tail="5678")
    hall.clock("09:30")
    first = hall.ticket_of(hall.do(CheckInAppointment(**key)))
    assert first.appointment == appointment.id, way
    for _way, other in WAYS:
        decision = hall.do(CheckInAppointment(**other))
        assert hall.ticket_of(decision).id == first.id
        assert code_of(decision) == "appointment.again"
    assert len(hall.state.tickets) == 1


def test_a05_the_second_slip_is_marked(hall: BookingHall) -> None:
    """A second check-in prints the same number as a copy."""
    hall.must(c.ReportDevice("printer", "ready"))
    hall.state.layout.kiosk_printers["kiosk-1"] = "printer"
    appointment = hall.book("li", "09:30")
    ticket = hall.ticket_of(hall.check_in(appointment, kiosk="kiosk-1"))
    decision = hall.check_in(appointment, kiosk="kiosk-1")
    assert isinstance(decision, Decision)
    assert decision.events == (e.SlipReprinted(ticket.id, "kiosk-1", "same_person", 2),)
    hall.must(c.ReportDevice("printer", "degraded", ("printer.paper_out",)))
    assert hall.ticket_of(hall.check_in(appointment, kiosk="kiosk-1")).id == ticket.id


def test_t05_no_number_where_no_slip_can_be_printed(hall: BookingHall) -> None:
    hall.must(c.ReportDevice("printer", "degraded", ("printer.paper_out",)))
    hall.state.layout.kiosk_printers["kiosk-1"] = "printer"
    appointment = hall.book("li", "09:30")
    assert refused(hall.check_in(appointment, kiosk="kiosk-1")) == "printer.paper_out"
    assert isinstance(hall.check_in(appointment, kiosk="kiosk-1", paperless=True), Decision)


def test_a05_the_last_digits_of_two_people_are_not_enough(hall: BookingHall) -> None:
    hall.book("li", "09:30", phone="p1", tail="5678")
    hall.book("wang", "09:30", phone="p2", tail="5678")
    assert refused(hall.do(CheckInAppointment(tail="5678"))) == "appointment.ambiguous"


def test_a05_two_appointments_of_one_person_are_chosen_from(hall: BookingHall) -> None:
    tax, social = hall.book("li", "09:30"), hall.book("li", "10:00", service="social")
    assert refused(hall.do(CheckInAppointment(person=person("li")))) == "appointment.choose"
    chosen = hall.do(CheckInAppointment(person=person("li"), appointment=social.id))
    assert hall.ticket_of(chosen).service == "social"
    assert refused(hall.do(CheckInAppointment(person=person("wang"), appointment=tax.id))) == "appointment.unknown"


def test_a05_tails_of_other_days_do_not_count(hall: BookingHall) -> None:
    hall.book("li", "09:30", phone="p1", tail="5678")
    hall.book("wang", "09:30", TUESDAY, phone="p2", tail="5678")
    assert isinstance(hall.do(CheckInAppointment(tail="5678")), Decision)


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ({"code": "99999999"}, "appointment.unknown"),
        ({}, "appointment.unknown"),
        ({"person": person("wang")}, "appointment.other_day"),
        ({"person": person("zhao")}, "appointment.over"),
        ({"person": person("qian")}, "appointment.used"),
        ({"person": person("li"), "kiosk": "kiosk-9"}, "kiosk.unknown"),
    ],
)
def test_what_cannot_be_checked_in(hall: BookingHall, key: dict[str, Any], code: str) -> None:
    hall.book("li", "09:30")
    hall.book("wang", "09:30", TUESDAY)
    hall.cancel(hall.book("zhao", "10:00"))
    gone = hall.ticket_of(hall.check_in(hall.book("qian", "10:00")))
    hall.must(c.CancelTicket(gone.id))
    answer = hall.do(CheckInAppointment(**key))
    assert refused(answer) == code


def test_nobody_is_checked_in_on_a_closed_day_or_in_an_emergency(hall: BookingHall) -> None:
    appointment = hall.book("li", "09:30")
    hall.must(c.DeclareEmergency("火警"))
    assert refused(hall.check_in(appointment)) == "hall.emergency"
    assert refused(hall.take_as("li")) == "hall.emergency"
    hall.must(c.EndEmergency())
    hall.must(c.CloseDay())
    assert refused(hall.check_in(appointment)) == "day.closed"
    assert hall.now(appointment).stage is BookingStage.BOOKED


def test_a_checked_in_visit_runs_as_any_other(hall: BookingHall) -> None:
    appointment = hall.book("li", "09:30")
    hall.clock("09:30")
    ticket = hall.ticket_of(hall.check_in(appointment))
    assert hall.order() == [ticket.label]
    assert hall.state.tickets[ticket.id].stage is Stage.DONE
    assert refused(hall.check_in(appointment)) == "appointment.used"
    assert hall.state.day == MONDAY
