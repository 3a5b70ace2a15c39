"""What is wrong with opening hours, told before a hall opens: with the key and a sentence in both languages (T11)."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Final

from hallctl.domain.hours import DAY_MIN, Session, Sessions, Week, runs
from hallctl.errors import Problem
from hallctl.sections.hours import (
    WEEKDAYS,
    HoursSection,
    ServiceHoursSection,
    service_week,
    session_of,
    sessions_from,
    week_of,
)
from hallctl.sections.times import span_minutes

LONGEST_SPECIAL: Final = 366
"""Days of one special entry: a year; more is a slip of the year's digits."""


def check_hours(section: HoursSection, services: Collection[str], day_starts_min: int) -> list[Problem]:
    """All problems of the section; `services` are the ids of the hall's services."""
    return [
        *_check_times(section, day_starts_min),
        *_check_settings(section),
        *_check_reduced(section),
        *_check_special(section),
        *_check_week(section),
        *_check_services(section, services),
    ]


def _lists(section: HoursSection) -> Iterator[tuple[str, list[str]]]:
    """Every list of sessions with its key."""
    yield "hours.workdays", section.workdays
    for kind, week in (("weekly", section.weekly), ("extra", section.extra)):
        yield from ((f"hours.{kind}.{day}", texts) for day, texts in week.items())
    for i, row in enumerate(section.special):
        yield f"hours.special.{i}.sessions", row.sessions or []
    for name, own in section.services.items():
        yield f"hours.services.{name}.workdays", own.workdays or []
        yield from ((f"hours.services.{name}.weekly.{day}", texts) for day, texts in own.weekly.items())


def _check_times(section: HoursSection, day_starts_min: int) -> Iterator[Problem]:
    """Times that are none, and sessions that cross the start of a business day: there the waiting are sent home."""
    limit = f"{day_starts_min // 60:02d}:{day_starts_min % 60:02d}"
    for key, texts in _lists(section):
        for i, text in enumerate(texts):
            session = session_of(text)
            if session is None:
                yield Problem(f"{key}.{i}", f"“{text}”不是时间段，请写成 08:30-12:00。",
                              f"{text!r} is not a session; write it as 08:30-12:00.")  # fmt: skip
            elif session != Session(0, DAY_MIN) and not (
                day_starts_min <= session.start and session.end <= DAY_MIN + day_starts_min
            ):
                yield Problem(
                    f"{key}.{i}",
                    f"“{text}”跨过了营业日开始的时间 {limit}（hall.day_starts）。请检查先后，或改成不跨过它。",
                    f"{text!r} crosses the start of the business day, {limit} (hall.day_starts). "
                    "Check which time is first, or end it before.",
                )


def _check_settings(section: HoursSection) -> Iterator[Problem]:
    if section.extra and section.always:
        yield Problem("hours.extra", "没有写平时的时间（workdays 或 weekly），就是全天开放，谈不上错时。",
                      "Without usual sessions (workdays or weekly) a hall is always open.")  # fmt: skip
    if section.overtime_tickets and not section.overtime_min:
        yield Problem("hours.overtime_tickets", "没有延时（overtime_min 是 0），就不能在延时内取号。",
                      "There is no overtime (overtime_min is 0) in which numbers could be given.")  # fmt: skip
    if section.entered_years and section.holidays == "none":
        yield Problem("hours.entered_years", "不按节假日放假（holidays = \"none\"）时不用写这一项，请删除。",
                      'With holidays = "none" no year is expected; delete this.')  # fmt: skip


# ---------------------------------------------------------------- special dates


def _check_reduced(section: HoursSection) -> Iterator[Problem]:
    """Times that overlap: nobody could say how many windows are staffed then."""
    spans = sorted((*span_minutes(row.time), i, row.time) for i, row in enumerate(section.reduced))
    for (_start, end, _i, first), (start, _end, i, second) in pairwise(spans):
        if start < end:
            yield Problem(f"hours.reduced.{i}", f"“{second}”与“{first}”重叠，请改成不重叠的时间。",
                          f"{second!r} overlaps {first!r}; write times that do not.")  # fmt: skip


def _check_special(section: HoursSection) -> Iterator[Problem]:
    given: dict[str, int] = {}
    for i, row in enumerate(section.special):
        key = f"hours.special.{i}"
        if row.last < row.date:
            yield Problem(f"{key}.to", f"结束日期 {row.last} 在开始日期 {row.date} 之前。",
                          f"The last date {row.last} is before the first, {row.date}.")  # fmt: skip
            continue
        if (row.last - row.date).days >= LONGEST_SPECIAL:
            yield Problem(f"{key}.to", f"{row.date} 到 {row.last} 超过一年，请检查年份。",
                          f"{row.date} to {row.last} is more than a year; check the year.")  # fmt: skip
            continue
        if row.workday and row.sessions == []:
            yield Problem(f"{key}.workday", "写了不开放（sessions = []），又写成工作日，请留一个。",
                          "It is closed (sessions = []) and yet a working day; keep one of them.")  # fmt: skip
        twice = [day.isoformat() for day in row.days() if day.isoformat() in given]
        if twice:
            first = f"hours.special.{given[twice[0]]}"
            yield Problem(f"{key}.date", f"{twice[0]} 在 {first} 里已经写过，请只写一次。",
                          f"{twice[0]} is in {first} already; give it once.")  # fmt: skip
        given |= {day.isoformat(): i for day in row.days()}
        yield from _check_sessions(f"{key}.sessions", sessions_from(row.sessions or []), section, None)


# ---------------------------------------------------------------- weeks


def _check_week(section: HoursSection) -> Iterator[Problem]:
    week = week_of(section)
    if week is None:
        return
    found: list[Problem] = []
    for day, sessions in zip(WEEKDAYS, week.days, strict=True):
        key = "extra" if day in section.extra else "weekly" if day in section.weekly else ""
        found += _check_sessions(f"hours.{key}.{day}" if key else "hours.workdays", sessions, section, None)
    yield from dict.fromkeys(found)


def _check_sessions(
    key: str, sessions: Sessions, section: HoursSection, own: ServiceHoursSection | None, name: str = ""
) -> Iterator[Problem]:
    """One date's sessions: overlapping, or shorter than the time in which no numbers are given any more."""
    for one, other in pairwise(sessions):
        if other.start < one.end:
            yield Problem(key, f"时间段 {_text(one)} 和 {_text(other)} 重叠，请改开或合并。",
                          f"The sessions {_text(one)} and {_text(other)} overlap; part or join them.")  # fmt: skip
            return
    mine = own is not None and own.last_ticket_min is not None
    cutoff = own.last_ticket_min if own is not None and own.last_ticket_min is not None else section.last_ticket_min
    for start, end in runs(sessions, section.break_tickets):
        if cutoff >= end - start > 0:
            text = _text(Session(start, end))
            yield Problem(
                f"hours.services.{name}.last_ticket_min" if mine else "hours.last_ticket_min",
                f"提前 {cutoff} 分钟停止取号，比时间段 {text}（{key}）还长，这段时间就取不到号。",
                f"No numbers in the last {cutoff} minutes: longer than the session {text} ({key}), so none are given.",
            )


def _check_services(section: HoursSection, services: Collection[str]) -> Iterator[Problem]:
    hall = week_of(section)
    for name, own in section.services.items():
        if name not in services:
            there = ", ".join(sorted(services))
            yield Problem(f"hours.services.{name}", f"没有业务“{name}”，可用：{there}。",
                          f"There is no service {name!r}; there are: {there}.")  # fmt: skip
            continue
        week = service_week(own, hall)
        found: list[Problem] = []
        for at, day in enumerate(WEEKDAYS):
            key = f"hours.services.{name}.weekly.{day}" if day in own.weekly else f"hours.services.{name}.workdays"
            sessions = week.days[at] if week is not None else hall.days[at] if hall is not None else ()
            found += _check_sessions(key, sessions, section, own, name)
        yield from dict.fromkeys(found)
        if hall is not None and not own.instead:
            yield from _check_outside(f"hours.services.{name}", own, hall)


def _check_outside(key: str, own: ServiceHoursSection, hall: Week) -> Iterator[Problem]:
    """Sessions of a service that never meet one of the hall."""
    lists: list[tuple[str, list[str], Sequence[Sessions]]] = [
        (f"{key}.weekly.{day}", texts, [hall.days[WEEKDAYS.index(day)]]) for day, texts in own.weekly.items()
    ]
    usual = [hall.days[at] for at in range(5) if WEEKDAYS[at] not in own.weekly]
    lists.append((f"{key}.workdays", own.workdays or [], usual or [hall.makeup]))
    for where, texts, days in lists:
        for i, text in enumerate(texts):
            mine = session_of(text)
            if mine is not None and not any(
                mine.start < other.end and other.start < mine.end for sessions in days for other in sessions
            ):
                yield Problem(
                    f"{where}.{i}",
                    f"“{text}”这段时间大厅不开放，永远取不到号。请改时间，或写 instead = true。",
                    f"The hall is closed during {text!r}, so no number would ever be given. "
                    "Change it, or write instead = true.",
                )


def _text(session: Session) -> str:
    start, end = session.start, session.end
    return f"{start // 60 % 24:02d}:{start % 60:02d}-{end // 60 % 24:02d}:{end % 60:02d}"
