"""The business day: reckoned in the hall's zone, it begins at a fixed hour and may run past midnight (C14)."""

from datetime import date, datetime, timedelta, tzinfo

MS = 1000


def business_day(now: int, tz: tzinfo, starts_min: int) -> str:
    """The day (YYYY-MM-DD) that `now` (ms) belongs to; before `starts_min` minutes after midnight, still the last."""
    local = datetime.fromtimestamp(now / MS, tz)
    return (local - timedelta(minutes=starts_min)).date().isoformat()


def day_start(day: str, tz: tzinfo, starts_min: int) -> int:
    """The moment (ms) at which the business day begins."""
    first = date.fromisoformat(day)
    local = datetime(first.year, first.month, first.day, starts_min // 60, starts_min % 60, tzinfo=tz)
    return int(local.timestamp() * MS)


def next_day_start(now: int, tz: tzinfo, starts_min: int) -> int:
    """The moment (ms) at which the business day after the one of `now` begins."""
    day = date.fromisoformat(business_day(now, tz, starts_min)) + timedelta(days=1)
    return day_start(day.isoformat(), tz, starts_min)


def minutes(hhmm: str) -> int:
    """Minutes after midnight of ``"HH:MM"``."""
    hours, _, mins = hhmm.partition(":")
    return int(hours) * 60 + int(mins)


def local_time(at: int, tz: tzinfo) -> datetime:
    """The moment as the hall's own wall clock shows it."""
    return datetime.fromtimestamp(at / MS, tz)
