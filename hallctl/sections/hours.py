"""Opening hours in the config, and the `Hours` of the domain that they make (T08, T11).

``[hours]`` may be left out altogether: the hall is then always open. Times are ``HH:MM-HH:MM``; an end that is not
after the beginning is on the next day. `hallctl.sections.hours_check` tells what is wrong with them.
"""

import datetime
import re
from datetime import tzinfo
from typing import Final, Literal, get_args

from pydantic import Field

from hallctl.domain.hours import DAY_MIN, WHOLE_DAY, Hours, Reduced, ServiceHours, Session, Sessions, Special, Week
from hallctl.domain.workday import DayKind, WorkCalendar
from hallctl.holidays import china
from hallctl.sections.section import Id, Section
from hallctl.sections.times import Span, span_minutes

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)

_TIME: Final = re.compile(r"\s*(\d{1,2})[:：](\d{2})\s*[-–—~～至]\s*(\d{1,2})[:：](\d{2})\s*")
"""Also with the colon and the dashes of a Chinese keyboard."""


class SpecialSection(Section):
    date: datetime.date = Field(description="The date, 2026-10-01.")
    to: datetime.date | None = Field(None, description="The last date, if it is several.")
    sessions: list[str] | None = Field(
        None, description="Sessions on it; [] is closed. Left out: closed, or as on a workday if workday is true."
    )
    workday: bool | None = Field(
        None,
        description="Whether it counts as a working day, for deadlines. Left out: as the calendar says; "
        "a closed date does not.",
    )
    reason: str = Field("", description="Why, for kiosk and board.")
    reason_en: str = Field("", description="The same in English.")

    @property
    def last(self) -> datetime.date:
        return self.to or self.date

    def days(self) -> list[datetime.date]:
        """Its dates, in order."""
        return [self.date + datetime.timedelta(days=n) for n in range((self.last - self.date).days + 1)]


class ServiceHoursSection(Section):
    workdays: list[str] | None = Field(None, description="Sessions from Monday to Friday; left out: the hall's.")
    weekly: dict[Weekday, list[str]] = Field({}, description="Weekdays that differ from it.")
    instead: bool = Field(
        False,
        description="true: they stand for the hall's sessions; false: both must be open. Closed dates hold for all.",
    )
    last_ticket_min: int | None = Field(None, ge=0, le=720, description="As for the hall; left out: the hall's.")


class ReducedSection(Section):
    time: Span = Field(description="From when to when, 12:00-13:30.")
    staffed: float = Field(gt=0, lt=1, description="Which part of the windows that are open before and after: 0.3.")


class HoursSection(Section):
    workdays: list[str] = Field(
        [],
        description="Sessions from Monday to Friday and on weekend days worked for a holiday (调休). "
        "Neither this nor weekly: always open.",
    )
    weekly: dict[Weekday, list[str]] = Field(
        {}, description="Weekdays (mon to sun) that differ; weekend days that are not named are closed."
    )
    extra: dict[Weekday, list[str]] = Field(
        {}, description="Sessions besides the usual ones (错时服务); counted apart in reports."
    )
    holidays: Literal["cn", "none"] = Field(
        "cn", description='Closed on public holidays: "cn" mainland China with 调休, or "none".'
    )
    entered_years: list[int] = Field(
        [], description="Years whose holidays you have entered below yourself: no warning that their data are missing."
    )
    first_ticket_min: int = Field(0, ge=0, le=240, description="Minutes before a session from which numbers are given.")
    last_ticket_min: int = Field(
        0, ge=0, le=720, description="Minutes before the end of a session when the last number is given; 0: at its end."
    )
    break_tickets: bool = Field(False, description="Whether numbers are given in the breaks between sessions too.")
    overtime_min: int = Field(
        0,
        ge=0,
        le=720,
        description="Minutes after the day's close in which who has a number is still served (延时服务).",
    )
    overtime_tickets: bool = Field(False, description="Whether numbers are given in the overtime too.")
    reduced: list[ReducedSection] = Field(
        [], description="Times of the day at which only a part of the windows is staffed; expected waits count with it."
    )
    special: list[SpecialSection] = Field([], description="Dates with hours of their own, or closed.")
    services: dict[Id, ServiceHoursSection] = Field({}, description="Hours of a service: [hours.services.ID].")

    @property
    def always(self) -> bool:
        """Open at all times but on special dates."""
        return not self.workdays and not self.weekly


def session_of(text: str, extra: bool = False) -> Session | None:
    """The session of ``"08:30-12:00"``; None if it is none. ``"22:00-02:00"`` ends on the next day."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if max(from_minute, to_minute) > 59 or start >= DAY_MIN or end > DAY_MIN or start == end:
        return None
    return Session(start, end if end > start else end + DAY_MIN, extra)


def sessions_from(texts: list[str], extra: bool = False) -> Sessions:
    """The sessions of the texts in order of time; those that are none are left out (and told by the check)."""
    return tuple(sorted(session for text in texts if (session := session_of(text, extra)) is not None))


def week_of(section: HoursSection) -> Week | None:
    """The hall's week; None: always open."""
    if section.always:
        return None
    days = []
    for at, name in enumerate(WEEKDAYS):
        usual = section.weekly.get(name, section.workdays if at < 5 else [])
        days.append(tuple(sorted(sessions_from(usual) + sessions_from(section.extra.get(name, []), extra=True))))
    usual_days = (tuple(s for s in sessions if not s.extra) for sessions in days[:5])
    makeup = sessions_from(section.workdays) or next(filter(None, usual_days), ())
    return Week(tuple(days), makeup)


def service_week(own: ServiceHoursSection, hall: Week | None) -> Week | None:
    """A service's own week; None: it has the hall's. Days that it does not name are the hall's, or closed on a weekend
    if it has workdays of its own."""
    if own.workdays is None and not own.weekly:
        return None
    halls = hall or Week((WHOLE_DAY,) * 7, WHOLE_DAY)
    days = []
    for at, name in enumerate(WEEKDAYS):
        if name in own.weekly:
            days.append(sessions_from(own.weekly[name]))
        elif own.workdays is None:
            days.append(halls.days[at])
        else:
            days.append(sessions_from(own.workdays) if at < 5 else ())
    return Week(tuple(days), halls.makeup if own.workdays is None else sessions_from(own.workdays))


def hours(section: HoursSection, tz: tzinfo, day_starts_min: int) -> Hours:
    """The hours as the domain sees them; the section is one without problems."""
    week = week_of(section)
    calendar = china() if section.holidays == "cn" else WorkCalendar()
    kinds, special = dict(calendar.kinds), {}
    for row in section.special:
        for day in row.days():
            name = day.isoformat()
            known = kinds.get(name)
            special[name] = _special(row, day, week, known)
            kind = _kind(row, special[name], known)
            if kind is not None:
                kinds[name] = kind
    return Hours(
        tz=tz,
        day_starts_min=day_starts_min,
        week=week,
        calendar=WorkCalendar(kinds, calendar.years | frozenset(section.entered_years), calendar.expected),
        special=special,
        services={
            name: ServiceHours(service_week(own, week), own.instead, own.last_ticket_min)
            for name, own in section.services.items()
        },
        first_ticket_min=section.first_ticket_min,
        last_ticket_min=section.last_ticket_min,
        break_tickets=section.break_tickets,
        overtime_min=section.overtime_min,
        overtime_tickets=section.overtime_tickets,
        reduced=tuple(sorted(Reduced(*span_minutes(row.time), row.staffed) for row in section.reduced)),
    )


def _special(row: SpecialSection, day: datetime.date, week: Week | None, known: DayKind | None) -> Special:
    """What is so on the date; a reason that is not given is the holiday's name."""
    if row.sessions is not None:
        sessions = sessions_from(row.sessions)
    elif row.workday:
        sessions = WHOLE_DAY if week is None else week.of(day.weekday(), day.weekday() >= 5)
    else:
        sessions = ()
    name, name_en = (known.name, known.name_en) if known is not None and not known.working else ("", "")
    return Special(sessions, row.reason or name, row.reason_en or row.reason or name_en)


def _kind(row: SpecialSection, special: Special, known: DayKind | None) -> DayKind | None:
    """The hall's word on whether the date is a working day; None: it says nothing that is not known."""
    if row.workday is None and (special.sessions or (known is not None and not known.working)):
        return None
    return DayKind(bool(row.workday), "hall", special.reason, special.reason_en)
