"""Sessions, overtime and working time as tables (T11, T12). The township opens Monday to Friday 08:30-12:00 and
13:30-17:30; 2026-09-28 is a Monday, from 25 to 27 September and from 1 to 7 October are holidays.
"""

from datetime import date
from itertools import pairwise

import pytest

from hallctl.domain import opening
from hallctl.domain.hours import Session, runs, sessions_of, worked_out
from hallctl.domain.opening import Break
from tests.domain.schedule import BERLIN, HOUR, MINUTE, at, clock, hall

# ---------------------------------------------------------------- sessions, overtime, changes


@pytest.mark.parametrize(
    ("when", "served", "end"),
    [
        ("2026-09-28 08:00", "outside", None),
        ("2026-09-28 09:00", "regular", "2026-09-28 12:00"),
        ("2026-09-28 12:10", "overtime", None),
        ("2026-09-28 14:00", "regular", "2026-09-28 17:30"),
        ("2026-09-28 17:30", "overtime", "2026-09-28 18:30"),
        ("2026-09-28 18:30", "overtime", None),
        ("2026-09-29 01:00", "overtime", None),
        ("2026-09-29 03:00", "outside", None),
        ("2026-09-19 10:00", "extra", "2026-09-19 12:00"),
        ("2026-09-19 12:30", "overtime", "2026-09-19 13:00"),  # a Saturday
        ("2026-10-01 10:00", "outside", None),
    ],
)
def test_what_is_served_after_the_close_is_overtime(when: str, served: str, end: str | None) -> None:
    """T11: served after the close counts as 延时服务, at other times as 错时; the business day begins at 03:00."""
    hours = hall(overtime_min=60, extra={"sat": ["09:00-12:00"]})
    assert opening.served_as(hours, at(when)) == served
    assert clock(opening.session_end(hours, at(when))) == end


def test_overtime_ends_with_the_business_day() -> None:
    """C14: who is still served at 03:00 is served on another day; two hours after 01:30 are not to be had."""
    hours = hall(weekly={"mon": ["20:00-01:30"]}, overtime_min=120)
    present = opening.session_at(hours, at("2026-09-29 02:59"))
    assert present is not None
    assert (present.kind, present.day, clock(present.end)) == ("overtime", "2026-09-28", "2026-09-29 03:00")
    assert opening.session_at(hours, at("2026-09-29 03:00")) is None


def test_the_changes_of_a_day() -> None:
    """Each moment at which an answer changes, for whoever has to tell it."""
    hours = hall(last_ticket_min=30, first_ticket_min=10, overtime_min=45, services={"tax": {"last_ticket_min": 60}})
    now, found = at("2026-09-30 00:00"), []
    for _ in range(12):
        following = opening.next_change(hours, now)
        assert following is not None
        now = following
        found.append(clock(now))
    day = ["08:20", "08:30", "11:00", "11:30", "12:00", "13:20", "13:30", "16:30", "17:00", "17:30", "18:15"]
    assert found == [*(f"2026-09-30 {time}" for time in day), "2026-10-08 08:20"]


def test_until_when_numbers_are_given() -> None:
    hours = hall(last_ticket_min=30, special=[{"date": "2026-09-29", "to": "2026-12-31"}])
    assert clock(opening.giving_until(hours, at("2026-09-28 09:00"))) == "2026-09-28 11:30"
    assert clock(opening.giving_until(hours, at("2026-09-28 14:00"))) == "2026-09-28 17:00"
    assert opening.giving_until(hours, at("2026-09-28 12:10")) is None


def test_the_sessions_of_a_date() -> None:
    hours = hall(extra={"mon": ["12:00-13:30"]})
    assert sessions_of(hours, date(2026, 9, 28), None) == (
        Session(510, 720), Session(720, 810, True), Session(810, 1050),
    )  # fmt: skip
    assert runs(sessions_of(hours, date(2026, 9, 28), None), False) == [(510, 1050)]
    assert sessions_of(hours, date(2026, 10, 1), None) == ()


# ---------------------------------------------------------------- working time and lunch


@pytest.mark.parametrize(
    ("first", "last", "minutes"),
    [
        ("2026-09-28 11:30", "2026-09-28 14:00", 60),
        ("2026-09-28 12:10", "2026-09-28 13:10", 0),
        ("2026-09-28 07:00", "2026-09-28 09:00", 30),
        ("2026-09-28 17:00", "2026-09-29 09:00", 30 + 30 + 30),  # half an hour of overtime in the evening
        ("2026-09-30 17:30", "2026-10-08 08:30", 30),  # the holidays do not count
        ("2026-09-28 14:00", "2026-09-28 13:00", 0),
    ],
)
def test_working_time_leaves_breaks_out(first: str, last: str, minutes: int) -> None:
    """T12: a wait over lunch is not a wait for service."""
    assert opening.service_ms_between(hall(overtime_min=30), at(first), at(last)) == minutes * MINUTE


@pytest.mark.parametrize(
    ("start", "minutes", "then"),
    [
        ("2026-09-28 11:30", 30, "2026-09-28 12:00"),
        ("2026-09-28 11:30", 31, "2026-09-28 13:31"),
        ("2026-09-28 12:10", 0, "2026-09-28 12:10"),
        ("2026-09-28 12:10", 10, "2026-09-28 13:40"),
        ("2026-09-28 17:20", 25, "2026-09-28 17:45"),
        ("2026-09-30 17:20", 60, "2026-10-08 08:50"),
        ("2026-09-30 17:20", 60 * 500, None),
    ],
)
def test_when_so_much_working_time_has_passed(start: str, minutes: int, then: str | None) -> None:
    assert clock(opening.after_service_ms(hall(overtime_min=30), at(start), minutes * MINUTE)) == then


@pytest.mark.parametrize(
    ("taken", "minutes", "starts", "ends", "lunch"),
    [
        ("2026-09-28 11:30", 45, "2026-09-28 12:00", "2026-09-28 13:30", True),
        ("2026-09-28 12:20", 5, "2026-09-28 12:00", "2026-09-28 13:30", True),  # taken over lunch
        ("2026-09-29 08:20", 5, "2026-09-28 17:30", "2026-09-29 08:30", False),  # before the door opens
        ("2026-09-28 08:20", 5, "2026-09-28 08:20", "2026-09-28 08:30", False),  # after three free days
        ("2026-09-30 17:00", 45, "2026-09-30 17:30", "2026-10-08 08:30", False),  # not today any more
    ],
)
def test_a_call_after_a_break_is_known_beforehand(
    taken: str, minutes: int, starts: str, ends: str, lunch: bool
) -> None:
    """T12: who takes a number so late that the call falls in the lunch break is told when it goes on."""
    met = opening.break_before(hall(), at(taken), minutes * MINUTE)
    assert met is not None
    assert (clock(met.starts), clock(met.ends), met.lunch) == (starts, ends, lunch)


@pytest.mark.parametrize(("taken", "minutes"), [("2026-09-28 11:00", 60), ("2026-09-28 14:00", 45)])
def test_a_call_before_the_break_needs_no_warning(taken: str, minutes: int) -> None:
    """T12: nobody is warned in vain."""
    assert opening.break_before(hall(), at(taken), minutes * MINUTE) is None


def test_a_call_after_a_month_has_no_end_of_the_break() -> None:
    hours = hall(special=[{"date": "2026-07-02", "to": "2026-12-31"}])
    assert opening.break_before(hours, at("2026-07-01 17:20"), HOUR) == Break(at("2026-07-01 17:30"), None, False)


# ---------------------------------------------------------------- summer time


def test_summer_time_moves_the_clock_not_the_sessions() -> None:
    """In Berlin the clock goes from 02:00 to 03:00 on 2026-03-29 and from 03:00 back to 02:00 on 2026-10-25."""
    hours = hall(BERLIN, holidays="none", weekly={"sat": ["22:00-03:00"], "sun": ["08:30-12:00"]}, overtime_min=30)
    spring, autumn = at("2026-03-28 22:00", BERLIN), at("2026-10-24 22:00", BERLIN)
    assert opening.refusal(hours, at("2026-03-29 08:30", BERLIN)) is None
    assert opening.refusal(hours, at("2026-10-25 08:30", BERLIN)) is None
    assert opening.service_ms_between(hours, spring, spring + 8 * HOUR) == 4 * HOUR
    assert opening.service_ms_between(hours, autumn, autumn + 8 * HOUR) == 6 * HOUR


def test_a_session_in_the_hour_that_does_not_exist() -> None:
    """What lies in it has no length; what follows begins when the clock says so, and nothing overlaps."""
    hours = hall(BERLIN, 0, holidays="none", weekly={"sun": ["01:00-02:15", "02:30-02:45", "02:50-03:10"]})
    stretches = worked_out(hours, date(2026, 3, 29), None).stretches
    assert all(one.end <= other.start for one, other in pairwise(stretches))
    assert all(stretch.start < stretch.end for stretch in stretches)


def test_the_working_out_of_days_is_bounded() -> None:
    """A question over many years does not keep them all in memory."""
    hours = hall()
    years = opening.service_ms_between(hours, at("2020-01-01 00:00"), at("2030-01-01 00:00"))
    assert years > 10 * 240 * 7 * HOUR
    assert len(hours._days) <= 1024
