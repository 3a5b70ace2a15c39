"""The hours of a hall, and what they make of each date; `hallctl.domain.opening` has the questions (T08, T11, T12).

A hall has sessions on each date: from its week, from a make-up day, or of a special date; public holidays have none.
A session belongs to the date on which it begins and may run past midnight, up to the start of the next business day.
Numbers are given from `first_ticket_min` before a session until `last_ticket_min` before its end. After the close of
a date (its last session) comes the overtime (延时服务): who has a number is served, and others get one if the hall says
so. Sessions at other times than the usual ones are `extra` (错时服务).

Moments are ms UTC, minutes are of the hall's wall clock after midnight, dates ``YYYY-MM-DD``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, Literal, NamedTuple

from hallctl.domain.calendar import MS
from hallctl.domain.workday import WorkCalendar

DAY_MIN: Final = 24 * 60

REMEMBERED: Final = 1024
"""Worked-out days kept in `Hours`."""

Served = Literal["regular", "extra", "overtime", "outside"]
"""How a moment of service counts: in usual hours, 错时, 延时, or neither (before opening, on a closed date)."""


class Session(NamedTuple):
    """Local minutes [start, end) of one date; an end over 1440 is on the next date."""

    start: int
    end: int
    extra: bool = False


Sessions = tuple[Session, ...]

WHOLE_DAY: Final[Sessions] = (Session(0, DAY_MIN),)


@dataclass(frozen=True, slots=True)
class Week:
    """Sessions from Monday to Sunday, and of a weekend day that is worked (调休), each in order of time."""

    days: tuple[Sessions, ...]
    makeup: Sessions

    def of(self, weekday: int, makeup: bool) -> Sessions:
        return self.makeup if makeup else self.days[weekday]


@dataclass(frozen=True, slots=True)
class Special:
    """A date with sessions of its own, or closed (none), and why."""

    sessions: Sessions = ()
    reason: str = ""
    reason_en: str = ""


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """A service's own hours. `week` narrows the hall's sessions, or stands for them if `instead`; None: the hall's.

    On a date without sessions of the hall no service has any; on a special date `week` narrows in any case.
    """

    week: Week | None = None
    instead: bool = False
    last_ticket_min: int | None = None


class Reduced(NamedTuple):
    """Local minutes [start, end) of every date in which only this share of the windows is staffed."""

    start: int
    end: int
    staffed: float


class Stretch(NamedTuple):
    """A session or an overtime, ms UTC [start, end), and the date to which it belongs."""

    start: int
    end: int
    kind: Served
    day: str


class Day(NamedTuple):
    """What is worked out of one date: its stretches in order, and when numbers are given, ms UTC."""

    stretches: tuple[Stretch, ...]
    giving: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """When a hall is open. `week` None: always, but for special dates; `special` is by date, `services` by id.

    `break_tickets`: numbers are given in the breaks between sessions too; `overtime_tickets`: also in the overtime.
    `reduced` is known to expected waits only.
    """

    tz: tzinfo = UTC
    day_starts_min: int = 0
    week: Week | None = None
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    special: Mapping[str, Special] = field(default_factory=dict)
    services: Mapping[str, ServiceHours] = field(default_factory=dict)
    first_ticket_min: int = 0
    last_ticket_min: int = 0
    break_tickets: bool = False
    overtime_min: int = 0
    overtime_tickets: bool = False
    reduced: tuple[Reduced, ...] = ()
    _days: dict[tuple[date, str | None], Day] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def always(self) -> bool:
        """Open round the clock for everything: nothing has to be asked."""
        return self.week is None and not self.special and not self.services


ALWAYS_OPEN: Final = Hours()
"""A hall without hours in its config."""


def worked_out(hours: Hours, day: date, service: str | None) -> Day:
    """What the date holds; worked out once."""
    key = (day, service if service in hours.services else None)
    worked = hours._days.get(key)
    if worked is None:
        if len(hours._days) >= REMEMBERED:
            hours._days.clear()
        worked = hours._days[key] = _work_out(hours, day, service)
    return worked


def _work_out(hours: Hours, day: date, service: str | None) -> Day:
    sessions = sessions_of(hours, day, service)
    if not sessions:
        return Day((), ())
    after = sessions_of(hours, day + timedelta(days=1), service)
    latest = DAY_MIN + min(hours.day_starts_min, after[0].start if after else DAY_MIN)
    close = min(sessions[-1].end, latest)
    through = bool(after) and close >= DAY_MIN + after[0].start
    late = close if through else min(close + hours.overtime_min, latest)
    name = day.isoformat()
    stretches = [Stretch(*_ms(hours, day, s.start, min(s.end, latest)), "extra" if s.extra else "regular", name)
                 for s in sessions]  # fmt: skip
    stretches.append(Stretch(*_ms(hours, day, close, late), "overtime", name))
    last = late if hours.overtime_tickets else close
    giving = [_ms(hours, day, *run) for run in _giving(hours, sessions, last, through, service)]
    return Day(
        tuple(stretch for stretch in _in_order(stretches) if stretch.start < stretch.end),
        tuple((start, end) for start, end in giving if start < end),
    )


def _in_order(stretches: list[Stretch]) -> Iterator[Stretch]:
    """A change to summer time can push a beginning behind the next one: each waits for the end of the one before."""
    end = stretches[0].start
    for stretch in stretches:
        yield stretch._replace(start=max(stretch.start, end))
        end = max(end, stretch.end)


def _giving(hours: Hours, sessions: Sessions, last: int, through: bool, service: str | None) -> list[tuple[int, int]]:
    """Minutes [from, to) in which numbers are given: a run per stretch of sessions without a break between."""
    own = hours.services.get(service or "")
    cutoff = hours.last_ticket_min if own is None or own.last_ticket_min is None else own.last_ticket_min
    joined = runs(sessions, hours.break_tickets)
    end_of_day = last + (cutoff if through else 0)  # a session that runs on into the next date has no end here
    joined[-1] = (joined[-1][0], end_of_day)
    earliest = min(hours.day_starts_min, joined[0][0])
    rows = []
    for start, end in joined:
        rows.append((max(earliest, start - hours.first_ticket_min), end - cutoff))
        earliest = end
    return rows


def runs(sessions: Sessions, over_breaks: bool) -> list[tuple[int, int]]:
    """Sessions that follow each other without a break as one; all of them if numbers are given over the breaks."""
    joined: list[tuple[int, int]] = []
    for session in sessions:
        if joined and (over_breaks or session.start <= joined[-1][1]):
            joined[-1] = (joined[-1][0], session.end)
        else:
            joined.append((session.start, session.end))
    return joined


def sessions_of(hours: Hours, day: date, service: str | None) -> Sessions:
    """The sessions of the date, in order: the special ones, else none on a holiday, else those of the week."""
    name, weekday = day.isoformat(), day.weekday()
    special = hours.special.get(name)
    known = hours.calendar.kinds.get(name)
    makeup = known is not None and known.working and weekday >= 5
    if special is not None:
        sessions = special.sessions
    elif hours.week is None:
        sessions = WHOLE_DAY
    else:
        free = known is not None and not known.working
        sessions = () if free else hours.week.of(weekday, makeup)
    own = hours.services.get(service or "")
    if own is None or own.week is None or not sessions:
        return sessions
    mine = own.week.of(weekday, makeup)
    if special is not None:
        return _within(sessions, mine or own.week.makeup)
    return mine if own.instead or sessions == WHOLE_DAY else _within(sessions, mine)


def _within(sessions: Sessions, own: Sessions) -> Sessions:
    """What the two have in common."""
    common = (Session(max(a.start, b.start), min(a.end, b.end), a.extra) for a in sessions for b in own)
    return tuple(sorted(session for session in common if session.start < session.end))


def _ms(hours: Hours, day: date, start: int, end: int) -> tuple[int, int]:
    return _moment(hours, day, start), _moment(hours, day, end)


def _moment(hours: Hours, day: date, minute: int) -> int:
    """Minutes after the date's midnight by the wall clock, as ms UTC."""
    on = day + timedelta(days=minute // DAY_MIN)
    hour, minutes = divmod(minute % DAY_MIN, 60)
    return int(datetime(on.year, on.month, on.day, hour, minutes, tzinfo=hours.tz).timestamp() * MS)
