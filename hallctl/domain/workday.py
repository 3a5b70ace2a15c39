"""The working calendar: which dates are working days and why, and deadlines reckoned in them (T11, E11).

A date is ``YYYY-MM-DD``. Monday to Friday are working days unless the calendar says otherwise: public holidays, the
weekend days worked in exchange for them (调休), and what the hall itself has set. Years without holiday data know
weekends only; `no_data` tells it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal

Why = Literal["weekday", "weekend", "holiday", "makeup", "hall"]
"""Why a date is a working day or none; ``makeup`` is a weekend day that is worked (调休上班)."""

AHEAD_DAYS: Final = 30
"""How long before a year begins its missing holidays are told: appointments and deadlines reach into it."""

WEEKDAYS: Final = (("周一", "Mon"), ("周二", "Tue"), ("周三", "Wed"), ("周四", "Thu"), ("周五", "Fri"), ("周六", "Sat"),
                   ("周日", "Sun"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class DayKind:
    """What is known of one date beyond its weekday; `name` is of the holiday, or the hall's reason."""

    working: bool
    why: Why
    name: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Dates that differ from their weekday, and the years whose public holidays are known (or entered by the hall).

    `expected` is False for a hall that follows no public holidays: then nothing is missing.
    """

    kinds: Mapping[str, DayKind] = field(default_factory=dict, repr=False)
    years: frozenset[int] = frozenset()
    expected: bool = False


_WEEKDAY: Final = DayKind(True, "weekday")
_WEEKEND: Final = DayKind(False, "weekend")


def day_kind(calendar: WorkCalendar, day: str) -> DayKind:
    """Whether the date is a working day, and why."""
    known = calendar.kinds.get(day)
    if known is not None:
        return known
    return _WEEKEND if date.fromisoformat(day).weekday() >= 5 else _WEEKDAY


def is_working_day(calendar: WorkCalendar, day: str) -> bool:
    return day_kind(calendar, day).working


def add_working_days(calendar: WorkCalendar, day: str, count: int) -> str:
    """The date `count` working days after `day`, which itself is not counted (a period begins on the next day); with
    a negative `count` before it, with 0 the same date."""
    step = timedelta(days=1 if count > 0 else -1)
    at, left = date.fromisoformat(day), abs(count)
    while left:
        at += step
        left -= is_working_day(calendar, at.isoformat())
    return at.isoformat()


def working_days_between(calendar: WorkCalendar, first: str, last: str) -> int:
    """Working days after `first` up to and including `last`; 0 if `last` is not later."""
    begin = date.fromisoformat(first)
    days = (date.fromisoformat(last) - begin).days
    return sum(is_working_day(calendar, (begin + timedelta(days=n)).isoformat()) for n in range(1, days + 1))


def no_data(calendar: WorkCalendar, day: str) -> int | None:
    """The year, of `day` or of the 30 days after it, whose public holidays are not known though the hall follows them;
    None: all is known."""
    if not calendar.expected:
        return None
    today = date.fromisoformat(day)
    for year in (today.year, (today + timedelta(days=AHEAD_DAYS)).year):
        if year not in calendar.years:
            return year
    return None
