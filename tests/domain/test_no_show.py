"""A04: who does not come, and who cancels too late; remote booking is refused for a while, the hall never refuses."""

import pytest

from hallctl.domain import commands as c
from hallctl.domain.booking import Appointment, BookingRules, BookingStage, SlotRule
from hallctl.domain.booking_commands import LiftBlock
from hallctl.domain.decide_booking import MISSED_AT_ONCE
from hallctl.domain.decision import Decision
from hallctl.domain.model import Stage
from hallctl.errors import Refusal
from tests.domain.bookings import MONDAY, TUESDAY, BookingHall, moment, refused

WEDNESDAY = "2026-11-25"


@pytest.fixture
def hall() -> BookingHall:
    return BookingHall().on(MONDAY)


def missed(hall: BookingHall, who: str, time: str = "09:00") -> Appointment:
    """Booked for today, and nobody came."""
    hall.clock("08:00")
    appointment = hall.book(who, time)
    hall.clock("20:00")
    hall.miss()
    assert hall.now(appointment).stage is BookingStage.MISSED
    return appointment


def test_a04_missed_when_the_grace_is_over(hall: BookingHall) -> None:
    appointment = hall.book("li", "09:00")
    for time, stage in (("09:45:00", BookingStage.BOOKED), ("09:45:01", BookingStage.MISSED)):
        hall.clock(time).miss()
        assert hall.now(appointment).stage is stage
    assert hall.state.agenda.open == {}


def test_a04_two_no_shows_in_thirty_days_block_remote_booking_only(hall: BookingHall) -> None:
    """A04: two no-shows in 30 days: remote booking is refused for so many days, with the reason; in the hall nothing
    is."""
    missed(hall, "li")
    assert isinstance(hall.ask_for("li", "09:00", TUESDAY), Decision)
    hall.on(TUESDAY, "20:00").miss()
    answer = hall.ask_for("li", "09:00", WEDNESDAY)
    assert isinstance(answer, Refusal)
    assert answer.code == "appointment.blocked"
    assert answer.params == {"times": 2, "days": 30, "until": "2027-02-22 20:00"}
    assert "现场取号不受影响" in answer.sentence()
    assert isinstance(hall.ask_for("li", "09:00", WEDNESDAY, remote=False), Decision), "the staff can book"
    assert hall.ticket_of(hall.take_as("li")).stage is Stage.WAITING, "a number in the hall is never refused"
    assert isinstance(hall.ask_for("wang", "09:00", WEDNESDAY), Decision)


def test_a04_no_shows_long_ago_do_not_count(hall: BookingHall) -> None:
    missed(hall, "li")
    hall.on("2026-12-24")
    missed(hall, "li")
    assert isinstance(hall.ask_for("li", "09:00", "2026-12-25"), Decision)


def test_a04_the_block_ends(hall: BookingHall) -> None:
    missed(hall, "li")
    hall.on(TUESDAY)
    missed(hall, "li")
    hall.on("2027-02-22")
    assert refused(hall.ask_for("li", "09:00", "2027-02-23")) == "appointment.blocked"
    hall.on("2027-02-23")
    assert hall.state.blocks == {}, "and nothing is remembered any more"
    assert isinstance(hall.ask_for("li", "10:00"), Decision)


def test_a04_how_often_and_for_how_long_is_the_halls_to_set() -> None:
    hall = BookingHall.with_rules(BookingRules(no_show_limit=1, block_days=7))
    missed(hall, "li")
    assert refused(hall.ask_for("li", "09:00", TUESDAY)) == "appointment.blocked"
    hall.on("2026-12-01")
    assert isinstance(hall.ask_for("li", "09:00"), Decision)
    never = BookingHall.with_rules(BookingRules(no_show_limit=0))
    missed(never, "li")
    for day in (TUESDAY, WEDNESDAY):
        never.on(day)
        missed(never, "li")
    assert isinstance(never.ask_for("li", "09:00", "2026-11-26"), Decision)


@pytest.mark.parametrize(
    ("at", "counts"),
    [("08:00", False), ("08:30", False), ("08:30:01", True), ("11:10", True)],  # the slot begins at 10:30
)
def test_a04_cancelled_less_than_two_hours_before_counts(at: str, counts: bool) -> None:
    hall = BookingHall.with_rules(BookingRules(no_show_limit=1))
    appointment = hall.book("li", "10:30")
    hall.clock(at)
    decision = hall.cancel(appointment)
    assert isinstance(decision, Decision)
    assert (decision.notice is not None) == counts
    assert (list(hall.state.blocks) == ["li"]) == counts


def test_a04_what_the_hall_cancels_never_counts_nor_where_the_rule_is_off(hall: BookingHall) -> None:
    appointment = hall.book("li", "09:00")
    hall.cancel(appointment, by_hall=True, reason="系统维护")
    assert hall.state.blocks == {}
    assert hall.now(appointment).reason == "系统维护"
    lenient = BookingHall.with_rules(BookingRules(late_cancel=False))
    lenient.cancel(lenient.book("li", "09:00"))
    assert lenient.state.blocks == {}


def test_cancelling_twice_or_too_late(hall: BookingHall) -> None:
    appointment = hall.book("li", "09:00")
    assert refused(hall.cancel(appointment, source="portal:other")) == "appointment.unknown"
    hall.cancel(appointment, source="portal:web")
    seq = hall.state.seq
    assert isinstance(hall.cancel(appointment), Decision)
    assert hall.state.seq == seq
    assert refused(hall.cancel(missed(hall, "wang"))) == "appointment.not_cancellable"


def test_a04_who_comes_late_has_come(hall: BookingHall) -> None:
    """A miss is taken back when its holder comes after all that day; a block that it led to as well."""
    missed(hall, "li")
    hall.on(TUESDAY)
    second = missed(hall, "li")
    assert hall.state.blocks["li"].until is not None
    hall.clock("10:00")
    assert isinstance(hall.check_in(second), Decision)
    assert hall.state.blocks["li"].until is None
    assert len(hall.state.blocks["li"].misses) == 1
    assert isinstance(hall.ask_for("li", "09:00", WEDNESDAY), Decision)


def test_a04_a_supervisor_lifts_the_block(hall: BookingHall) -> None:
    missed(hall, "li")
    hall.on(TUESDAY)
    second = missed(hall, "li")
    assert refused(hall.do(LiftBlock("none"))) == "block.unknown"
    hall.must(LiftBlock(second.id, "住院"))
    assert hall.state.blocks == {}
    assert isinstance(hall.ask_for("li", "09:00", WEDNESDAY), Decision)
    assert refused(hall.do(LiftBlock(second.id))) == "block.unknown"


def test_a04_slots_that_passed_while_nothing_ran_are_missed_and_not_counted(hall: BookingHall) -> None:
    """Nobody could check in: that is not the citizen's doing."""
    on_monday, on_tuesday = hall.book("li", "09:00"), hall.book("li", "09:00", TUESDAY)
    hall.on(WEDNESDAY)
    hall.since = hall.at
    hall.miss()
    assert hall.state.blocks == {}
    assert {on_monday.id, on_tuesday.id} & set(hall.state.appointments) == set(), "they are over and have left"
    missing = [record.event for record in hall.records if record.event.TYPE == "appointment.missed"]
    assert [getattr(event, "counts", None) for event in missing] == [False, False]


def test_a04_an_emergency_is_not_held_against_anybody(hall: BookingHall) -> None:
    hall.book("li", "09:00")
    hall.must(c.DeclareEmergency("停电"))
    hall.clock("11:00").miss()
    assert hall.state.blocks == {}


def test_o08_a_clock_set_ahead_harms_nobody(hall: BookingHall) -> None:
    """O08: only appointments of a day that has been opened can be missed."""
    appointment = hall.book("li", "09:00", TUESDAY)
    hall.clock("12:00", "2026-12-24").miss()
    assert hall.now(appointment).stage is BookingStage.BOOKED


def test_missing_many_at_once_is_bounded(hall: BookingHall) -> None:
    object.__setattr__(hall.state.layout.services["tax"], "slots", (SlotRule((1,), 540, 570, 30, 1000),))
    for number in range(MISSED_AT_ONCE + 10):
        hall.book(f"p{number}", "09:00")
    hall.clock("12:00")
    first, second, third = (hall.miss() for _ in range(3))
    assert [len(answer.events) for answer in (first, second, third) if isinstance(answer, Decision)] == [200, 10, 0]
    assert moment("12:00") == hall.at
