"""What holds for all opening hours and moments, tried with random ones (T08, T11, T12)."""

from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from hallctl.domain import opening
from hallctl.domain.calendar import local_time
from hallctl.domain.hours import Hours, worked_out
from hallctl.domain.workday import WorkCalendar, add_working_days, is_working_day, working_days_between
from hallctl.holidays import china
from hallctl.sections.hours import WEEKDAYS, HoursSection, hours
from hallctl.sections.hours_check import check_hours
from tests.domain.schedule import BERLIN, MINUTE, SERVICES, SHANGHAI

DAY_STARTS = 180


@st.composite
def session_lists(draw: st.DrawFn) -> list[str]:
    """Up to three sessions that do not overlap, between 03:00 and 03:00 on the next day."""
    edges = sorted(draw(st.lists(st.integers(36, 324), min_size=0, max_size=6, unique=True)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return [f"{_clock(start)}-{_clock(end)}" for start, end in pairs if start < 288 and end - start < 288]


def _clock(fives: int) -> str:
    return f"{fives // 12 % 24:02d}:{fives % 12 * 5:02d}"


class Written(NamedTuple):
    """A config with hours, short to print."""

    section: HoursSection
    zone: ZoneInfo

    def hours(self) -> Hours:
        return hours(self.section, self.zone, DAY_STARTS)


@st.composite
def halls(draw: st.DrawFn) -> Written:
    """Hours that pass the check, with whatever a config can say; a cut-off may be longer than a session."""
    keys: dict[str, Any] = {
        "workdays": draw(session_lists()),
        "weekly": draw(st.dictionaries(st.sampled_from(WEEKDAYS), session_lists(), max_size=3)),
        "holidays": draw(st.sampled_from(["cn", "none"])),
        "first_ticket_min": draw(st.integers(0, 60)),
        "last_ticket_min": draw(st.integers(0, 60)),
        "break_tickets": draw(st.booleans()),
        "overtime_min": draw(st.integers(0, 180)),
    }
    keys["overtime_tickets"] = bool(keys["overtime_min"]) and draw(st.booleans())
    keys["special"] = [
        {"date": date(2026, 1, 1) + timedelta(days=day), "sessions": draw(session_lists())}
        for day in draw(st.lists(st.integers(0, 364), max_size=3, unique=True))
    ]
    keys["services"] = {
        "tax": {
            "workdays": draw(st.none() | session_lists()),
            "instead": draw(st.booleans()),
            "last_ticket_min": draw(st.none() | st.integers(0, 60)),
        }
    }
    section = HoursSection.model_validate(keys)
    wrong = {row.key for row in check_hours(section, SERVICES, DAY_STARTS)}
    assert not {key for key in wrong if "last_ticket_min" not in key and "services" not in key}, wrong
    return Written(section, draw(st.sampled_from([SHANGHAI, BERLIN])))


moments = st.integers(1_735_660_800_000, 1_830_268_800_000)  # 2025 to 2027
services = st.sampled_from([None, "tax", "pooled", "unheard-of"])


@settings(max_examples=150, deadline=None)
@given(halls(), moments, services)
def test_the_next_opening_is_open(written: Written, now: int, service: str | None) -> None:
    """T11: what a citizen is told to come back at is true, and nothing earlier is."""
    hall = written.hours()
    opens_at = opening.opening(hall, now, service)
    refusal = opening.refusal(hall, now, service)
    assert (opens_at == now) == (refusal is None)
    if opens_at is None:
        return
    assert 0 <= opens_at - now <= opening.HORIZON_DAYS * opening.DAY_MS
    assert opening.refusal(hall, opens_at, service) is None
    if opens_at > now:
        assert opening.refusal(hall, opens_at - 1, service) is not None
        assert opening.opening(hall, (now + opens_at) // 2, service) == opens_at
        assert refusal is not None
        assert refusal.params["opens_at"] == opens_at
    until = opening.giving_until(hall, opens_at, service)
    if until is not None:
        assert opening.refusal(hall, until - 1, service) is None
        assert opening.refusal(hall, until, service) is not None


@settings(max_examples=150, deadline=None)
@given(halls(), moments, st.integers(1, 600 * MINUTE), services)
def test_passing_working_time_is_the_inverse_of_counting_it(
    written: Written, now: int, ms: int, service: str | None
) -> None:
    """T12: so much working time lies between now and the moment at which so much has passed, and not 1 ms earlier."""
    hall = written.hours()
    then = opening.after_service_ms(hall, now, ms, service)
    if then is None:
        return
    assert opening.service_ms_between(hall, now, then, service) == ms
    assert opening.service_ms_between(hall, now, then - 1, service) == ms - 1


@settings(max_examples=100, deadline=None)
@given(halls(), st.lists(moments, min_size=3, max_size=3).map(sorted), services)
def test_working_time_adds_up(written: Written, at: list[int], service: str | None) -> None:
    hall = written.hours()
    first, middle, last = at[0], min(at[1], at[0] + 40 * opening.DAY_MS), min(at[2], at[0] + 80 * opening.DAY_MS)
    parts = [
        opening.service_ms_between(hall, *pair, service) for pair in ((first, middle), (middle, max(middle, last)))
    ]
    assert sum(parts) == opening.service_ms_between(hall, first, max(middle, last), service)
    assert all(0 <= part for part in parts)


@settings(max_examples=100, deadline=None)
@given(halls(), moments, services, st.integers(0, 600 * MINUTE))
def test_a_break_holds_no_service(written: Written, now: int, service: str | None, work_ms: int) -> None:
    """T12: the break that is told is one, begins before the call, and there is none if the call comes first."""
    hall = written.hours()
    met = opening.break_before(hall, now, work_ms, service)
    called = opening.after_service_ms(hall, now, work_ms, service)
    if met is None:
        assert called is not None
        assert called - now == work_ms
    else:
        assert met.ends is None or opening.service_ms_between(hall, met.starts, met.ends, service) == 0
        assert called is None or work_ms == 0 or (met.ends is not None and met.ends < called)


@settings(max_examples=100, deadline=None)
@given(halls(), moments)
def test_stretches_of_a_date_follow_each_other(written: Written, now: int) -> None:
    """No moment belongs to two sessions, also across midnight."""
    hall = written.hours()
    before = 0
    for ahead in range(4):
        day = local_time(now, hall.tz).date() + timedelta(days=ahead)
        for stretch in worked_out(hall, day, "tax").stretches:
            assert before <= stretch.start < stretch.end
            before = stretch.end


@settings(max_examples=100, deadline=None)
@given(halls(), moments, services)
def test_nothing_changes_before_the_next_change(written: Written, now: int, service: str | None) -> None:
    """Until then each answer stands: given or not, what is running, how service counts but for the day's turn."""
    hall = written.hours()
    change = opening.next_change(hall, now)
    if change is None:
        return
    for later in (now + 1, (now + change) // 2, change - 1):
        if now < later < change:
            assert (opening.refusal(hall, later, service) is None) == (opening.refusal(hall, now, service) is None)
            assert opening.session_at(hall, later, service) == opening.session_at(hall, now, service)


@settings(max_examples=100, deadline=None)
@given(halls(), st.integers(-62_000_000_000_000, 253_000_000_000_000), services)
def test_every_moment_has_an_answer(written: Written, now: int, service: str | None) -> None:
    """A clock that is far off yields an answer, never a crash."""
    hall = written.hours()
    opening.refusal(hall, now, service)
    opening.served_as(hall, now, service)
    opening.session_end(hall, now, service)
    opening.next_change(hall, now)
    opening.break_before(hall, now, MINUTE, service)


# ---------------------------------------------------------------- working days

days = st.dates(date(2020, 1, 1), date(2030, 12, 31)).map(date.isoformat)
calendars = st.sampled_from([china(), WorkCalendar()])


@settings(max_examples=200, deadline=None)
@given(calendars, days, st.integers(1, 60))
def test_a_deadline_is_a_working_day_and_counts_right(calendar: WorkCalendar, day: str, count: int) -> None:
    """E11: the last day of a period is a working day, and exactly so many lie in the period."""
    last = add_working_days(calendar, day, count)
    assert is_working_day(calendar, last)
    assert working_days_between(calendar, day, last) == count
    assert is_working_day(calendar, add_working_days(calendar, day, -count))
    assert add_working_days(calendar, day, 0) == day
