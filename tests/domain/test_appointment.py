"""Appointments: slots and quotas (A01), who books what, lists, the days in memory."""

from dataclasses import replace
from datetime import date

import pytest
from msgspec import structs

from hallctl.domain import appointment as ask
from hallctl.domain import booking_events as b
from hallctl.domain.booking_commands import BookAppointment, ImportAppointments, SetQuota, Wish
from hallctl.domain.calendar import local_time
from hallctl.domain.decision import Decision
from hallctl.domain.hours import Hours, Session, Special, Week
from hallctl.domain.workday import DayKind, WorkCalendar
from hallctl.errors import Refusal
from tests.domain.bookings import MONDAY, TUESDAY, TZ, BookingHall, layout, moment, refused


@pytest.fixture
def hall() -> BookingHall:
    return BookingHall().on(MONDAY)


# ---------------------------------------------------------------- A01: slots with quota


def test_a01_a_full_slot_is_refused_with_those_that_have_room(hall: BookingHall) -> None:
    """A01: over-booking refused, with the next slots that have a place."""
    hall.book("li", "09:00")
    hall.book("wang", "09:00")
    answer = hall.ask_for("zhao", "09:00")
    assert isinstance(answer, Refusal)
    assert answer.code == "appointment.full"
    assert answer.params["next"] == "09:30-10:00、10:00-10:30、10:30-11:00"
    assert answer.params["next_at"] == moment("09:30")
    assert "还有空位：09:30-10:00" in answer.sentence()


def test_a01_a_cancelled_place_is_free_again(hall: BookingHall) -> None:
    first = hall.book("li", "10:30")
    hall.book("wang", "10:30")
    assert refused(hall.ask_for("zhao", "10:30")) == "appointment.full"
    assert isinstance(hall.cancel(first), Decision)
    hall.book("zhao", "10:30")


@pytest.mark.parametrize(
    ("time", "day", "code"),
    [
        ("09:15", MONDAY, "appointment.no_slot"),  # no slot begins then
        ("11:00", MONDAY, "appointment.no_slot"),  # the end is no beginning
        ("09:00", "2026-11-28", "appointment.no_slot"),  # a Saturday
        ("09:00", "2026-11-20", "appointment.past"),
        ("09:00", "2026-12-01", "appointment.horizon"),  # eight days ahead
    ],
)
def test_a01_slots_that_cannot_be_booked(hall: BookingHall, time: str, day: str, code: str) -> None:
    assert refused(hall.ask_for("li", time, day)) == code


def test_a01_the_last_day_of_the_horizon_can_be_booked(hall: BookingHall) -> None:
    assert hall.book("li", "09:00", "2026-11-30").day == "2026-11-30"


def test_a01_what_is_not_bookable(hall: BookingHall) -> None:
    assert refused(hall.ask_for("li", "09:00", service="plain")) == "appointment.not_bookable"
    assert refused(hall.ask_for("li", "09:00", service="none")) == "service.unknown"
    assert refused(hall.ask_for(None, "09:00")) == "appointment.nobody"


def test_a01_a_slot_that_has_begun_is_booked_in_the_hall_only(hall: BookingHall) -> None:
    hall.clock("09:10")
    assert refused(hall.ask_for("li", "09:00")) == "appointment.past"
    assert isinstance(hall.ask_for("li", "09:00", remote=False), Decision)


def test_a01_one_appointment_of_a_person_for_a_service_and_day(hall: BookingHall) -> None:
    hall.book("li", "09:00")
    assert refused(hall.ask_for("li", "10:00")) == "appointment.twice"
    hall.book("li", "10:00", service="social")
    hall.book("li", "10:00", TUESDAY)


def test_a01_a_family_may_share_a_telephone_but_nobody_books_twice_with_it(hall: BookingHall) -> None:
    hall.book("li", "09:00", phone="p1", tail="1234")
    hall.book("wang", "09:30", phone="p1", tail="1234")
    assert refused(hall.ask_for(None, "10:00", phone="p1", tail="1234")) == "appointment.twice"


def test_a01_quota_is_changed_for_one_slot_only(hall: BookingHall) -> None:
    hall.must(SetQuota("tax", moment("09:00"), 5))
    for who in ("li", "wang", "zhao", "qian", "sun"):
        hall.book(who, "09:00")
    assert refused(hall.ask_for("zhou", "09:00")) == "appointment.full"
    slots = ask.slots_on(hall.state.layout, "tax", date.fromisoformat(MONDAY))
    assert [ask.quota(hall.state, "tax", slot) for slot in slots] == [5, 2, 2, 2]


def test_a01_quota_below_what_is_booked_is_refused_with_the_list(hall: BookingHall) -> None:
    """A01: changing the quota below the booked count is refused with the list."""
    codes = [hall.book(who, "09:00").code for who in ("li", "wang")]
    answer = hall.do(SetQuota("tax", moment("09:00"), 1))
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.params["booked"]) == ("quota.below", 2)
    assert answer.params["list"] == "、".join(codes)
    assert not hall.state.quotas


@pytest.mark.parametrize(("quota", "code"), [(-1, "quota.capacity"), (19, "quota.capacity"), (18, ""), (0, "")])
def test_a01_quota_within_what_the_windows_can_serve(hall: BookingHall, quota: int, code: str) -> None:
    """Three windows serve 18 people of five minutes each in half an hour."""
    answer = hall.do(SetQuota("tax", moment("09:00"), quota))
    assert (refused(answer) if code else isinstance(answer, Decision)) == (code or True)


def test_a01_quota_goes_back_to_the_rule_and_ends_with_its_day(hall: BookingHall) -> None:
    hall.must(SetQuota("tax", moment("09:00"), 5))
    hall.must(SetQuota("tax", moment("09:00"), None))
    assert not hall.state.quotas
    hall.must(SetQuota("tax", moment("09:00"), 5))
    hall.on(TUESDAY)
    assert not hall.state.quotas


def times(hours: Hours, day: str) -> list[str]:
    """When the slots of the date begin."""
    slots = ask.slots_on(replace(layout(), hours=hours), "tax", date.fromisoformat(day))
    return [f"{local_time(slot.start, TZ):%H:%M}" for slot in slots]


def test_slots_are_within_the_hours() -> None:
    """Only slots in which the service is open for the whole of them; a holiday has none, a weekend day that is worked
    has those of a working day."""
    sessions = (Session(9 * 60, 10 * 60), Session(10 * 60 + 30, 12 * 60))
    saturday = "2026-11-28"
    week = Hours(TZ, 180, Week((*(sessions,) * 5, (), ()), sessions))
    kinds = {MONDAY: DayKind(False, "holiday"), saturday: DayKind(True, "makeup")}
    holidays = replace(week, calendar=WorkCalendar(kinds, frozenset({2026})))
    special = replace(week, special={MONDAY: Special((Session(9 * 60, 9 * 60 + 30),))})
    assert times(Hours(TZ, 180), MONDAY) == ["09:00", "09:30", "10:00", "10:30"]
    assert times(week, MONDAY) == ["09:00", "09:30", "10:30"]
    assert times(week, saturday) == []
    assert times(holidays, MONDAY) == []
    assert times(holidays, saturday) == ["09:00", "09:30", "10:30"]
    assert times(special, MONDAY) == ["09:00"]


def test_codes_are_unique_among_open_ones(hall: BookingHall) -> None:
    first = hall.book("li", "09:00")
    wish = hall.wish("wang", "09:00")
    hall.must(BookAppointment(structs.replace(wish, codes=(first.code, "87654321")), "portal:web", True))
    assert sorted(a.code for a in hall.state.appointments.values()) == sorted([first.code, "87654321"])
    taken = structs.replace(hall.wish("zhao", "09:30"), codes=(first.code,))
    assert refused(hall.do(BookAppointment(taken, "portal:web", True))) == "appointment.code_taken"


# ---------------------------------------------------------------- lists


def rows(hall: BookingHall, *wanted: tuple[str, str]) -> tuple[tuple[int, Wish], ...]:
    """(line, wish) of each (who, time)."""
    return tuple((line, hall.wish(who, time, external=f"x{line}")) for line, (who, time) in enumerate(wanted, 2))


def test_a_list_is_taken_over_whole_or_not_at_all(hall: BookingHall) -> None:
    """A01: the third in a slot of two is told by line, and nobody of the list is booked."""
    wanted = rows(hall, ("li", "09:00"), ("wang", "09:00"), ("zhao", "09:00"), ("li", "09:30"))
    answer = hall.do(ImportAppointments("file", wanted))
    assert isinstance(answer, Decision)
    codes = [line.refusal.code if line.refusal else "" for line in answer.lines]
    assert codes == ["", "", "appointment.full", "appointment.twice_in_list"]
    assert [line.number for line in answer.lines] == [2, 3, 4, 5]
    assert (answer.events, hall.state.appointments) == ((), {})
    assert all(line.appointment is None for line in answer.lines)


def test_a_list_in_part(hall: BookingHall) -> None:
    wanted = rows(hall, ("li", "09:00"), ("li", "09:30"), ("wang", "09:00"))
    answer = hall.do(ImportAppointments("file", wanted, partly=True))
    assert isinstance(answer, Decision)
    assert answer.events[-1] == b.AppointmentImported("file", booked=2, known=0, refused=1)
    assert sorted(a.who or "" for a in hall.state.appointments.values()) == ["li", "wang"]
    assert [line.code for line in answer.lines if line.code] == [a.code for a in hall.state.appointments.values()]


def test_a_second_import_changes_nothing(hall: BookingHall) -> None:
    """Idempotent by (source, external id), cancelled ones too: they are not booked again."""
    wanted = rows(hall, ("li", "09:00"), ("wang", "09:00"))
    hall.must(ImportAppointments("file", wanted))
    hall.cancel(next(iter(hall.state.appointments.values())))
    seq = hall.state.seq
    answer = hall.do(ImportAppointments("file", rows(hall, ("li", "09:00"), ("wang", "09:00"))))
    assert isinstance(answer, Decision)
    assert [line.known for line in answer.lines] == [True, True]
    assert hall.state.seq == seq
    other = hall.do(ImportAppointments("other", rows(hall, ("li", "09:00"))))
    assert isinstance(other, Decision)
    assert other.events


def test_a_dry_run_tells_and_changes_nothing(hall: BookingHall) -> None:
    answer = hall.do(ImportAppointments("file", rows(hall, ("li", "09:00"), ("li", "09:30")), dry_run=True))
    assert isinstance(answer, Decision)
    assert [line.refusal is None for line in answer.lines] == [True, False]
    assert (answer.events, hall.state.appointments) == ((), {})


# ---------------------------------------------------------------- the days


def test_an_appointment_is_in_memory_until_its_day_is_over(hall: BookingHall) -> None:
    past, coming = hall.book("li", "09:00"), hall.book("li", "09:00", TUESDAY)
    hall.clock("09:00")
    hall.check_in(past)
    hall.on(TUESDAY)
    assert list(hall.state.appointments) == [coming.id]
    assert list(hall.state.agenda.codes) == [coming.code]


def test_t08_limits_keep_the_places_of_those_who_come(hall: BookingHall) -> None:
    """T08: an open appointment keeps its place in the part of the day of its slot; one that came has its number."""
    first = hall.book("li", "09:00")
    hall.book("wang", "09:30")
    hall.book("wang", "09:00", TUESDAY)

    def kept(begin: str, end: str) -> int:
        return ask.open_appointments_in(hall.state, "tax", moment(begin), moment(end))

    assert (kept("00:00", "23:00"), kept("09:00", "09:30"), kept("09:30", "23:00")) == (2, 1, 1)
    hall.check_in(first)
    assert kept("00:00", "23:00") == 1
