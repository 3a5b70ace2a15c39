"""Working days over holidays and make-up days, as tables (T11, E11)."""

import pytest

from hallctl.domain.workday import (
    DayKind,
    WorkCalendar,
    add_working_days,
    day_kind,
    no_data,
    working_days_between,
)
from hallctl.holidays import china
from tests.domain.schedule import hall


@pytest.mark.parametrize(
    ("day", "working", "why", "name", "name_en"),
    [
        ("2026-09-28", True, "weekday", "", ""),
        ("2026-09-19", False, "weekend", "", ""),
        ("2026-09-20", True, "makeup", "国庆节", "National Day"),
        ("2026-02-17", False, "holiday", "春节", "Spring Festival"),
        ("2026-04-06", False, "holiday", "清明节", "Tomb-sweeping Day"),
        ("2026-06-19", False, "holiday", "端午节", "Dragon Boat Festival"),
        ("2026-09-25", False, "holiday", "中秋节", "Mid-autumn Festival"),
        ("2026-10-03", False, "holiday", "国庆节", "National Day"),
    ],
)
def test_why_a_date_is_a_working_day(day: str, working: bool, why: str, name: str, name_en: str) -> None:
    """T11: weekday, weekend, holiday by its name, day worked for one."""
    kind = day_kind(china(), day)
    assert (kind.working, kind.why, kind.name, kind.name_en) == (working, why, name, name_en)


@pytest.mark.parametrize(
    ("from_day", "count", "deadline"),
    [
        ("2026-09-28", 1, "2026-09-29"),
        ("2026-09-30", 1, "2026-10-08"),  # over National Day
        ("2026-09-30", 5, "2026-10-13"),  # 8, 9, Saturday 10 (调休), 12, 13 October
        ("2026-09-30", 15, "2026-10-27"),
        ("2026-09-18", 1, "2026-09-20"),  # a Sunday that is worked
        ("2026-02-13", 2, "2026-02-24"),  # Saturday 14 February is worked, then Spring Festival
        ("2026-10-04", 1, "2026-10-08"),  # what comes in on a holiday
        ("2026-10-08", -1, "2026-09-30"),
        ("2026-10-04", 0, "2026-10-04"),
        ("2026-12-30", 3, "2027-01-04"),  # of 2027 only weekends are known
    ],
)
def test_deadlines_in_working_days(from_day: str, count: int, deadline: str) -> None:
    """E11: over National Day and make-up days; the first day is not counted."""
    assert add_working_days(china(), from_day, count) == deadline
    if count > 0:
        assert working_days_between(china(), from_day, deadline) == count


def test_a_hall_has_the_last_word_on_its_days() -> None:
    """T11: a date is free or worked as the hall says; a closed one is not a working day, a duty day is none either."""
    calendar = hall(special=[
        {"date": "2026-07-01", "reason": "迁址"},
        {"date": "2026-07-02", "sessions": [], "workday": False},
        {"date": "2026-07-04", "sessions": ["09:00-11:00"], "reason": "值班"},
        {"date": "2026-07-05", "workday": True, "reason": "补班"},
        {"date": "2026-10-01", "sessions": ["09:00-11:00"]},
    ]).calendar  # fmt: skip
    assert day_kind(calendar, "2026-07-01") == DayKind(False, "hall", "迁址", "迁址")
    assert day_kind(calendar, "2026-07-02").why == "hall"
    assert day_kind(calendar, "2026-07-04") == DayKind(False, "weekend")
    assert day_kind(calendar, "2026-07-05") == DayKind(True, "hall", "补班", "补班")
    assert day_kind(calendar, "2026-10-01").why == "holiday"
    assert add_working_days(calendar, "2026-06-30", 2) == "2026-07-05"


@pytest.mark.parametrize(
    ("day", "missing"),
    [("2026-07-01", None), ("2026-11-30", None), ("2026-12-02", 2027), ("2027-06-01", 2027), ("2003-05-05", 2003)],
)
def test_a_year_without_data_is_told(day: str, missing: int | None) -> None:
    """T11: weekends only, and a word about it a month before; never a crash."""
    calendar = WorkCalendar(china().kinds, frozenset(year for year in china().years if year <= 2026), expected=True)
    assert no_data(calendar, day) == missing
    assert no_data(WorkCalendar(), day) is None


def test_a_year_that_the_hall_has_entered_is_not_missing() -> None:
    calendar = hall(
        entered_years=[2035], special=[{"date": "2035-10-01", "to": "2035-10-07", "reason": "国庆节"}]
    ).calendar
    assert no_data(calendar, "2035-06-01") is None
    assert no_data(calendar, "2036-06-01") == 2036
    assert day_kind(calendar, "2035-10-01") == DayKind(False, "hall", "国庆节", "国庆节")
