"""Questions to a hall's hours: is a number given now, when again, how much working time passes, is it overtime.

Moments are ms UTC. All answers are total for moments of the years 2 to 9998; where nothing is found within
`HORIZON_DAYS` the answer is None. `service` is an id; None, or one without hours of its own: the hall at large.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from hallctl.domain.calendar import MS, business_day, local_time
from hallctl.domain.hours import DAY_MIN, Day, Hours, Served, Stretch, worked_out
from hallctl.domain.workday import WEEKDAYS, day_kind
from hallctl.errors import Refusal

HORIZON_DAYS: Final = 30
"""How far ahead an opening is looked for."""

DAY_MS: Final = DAY_MIN * 60 * MS


class Break(NamedTuple):
    """A time without service, ms UTC, between sessions of one date (`lunch`) or else. `starts` is the moment asked if
    it began before yesterday; `ends` None: not within the horizon."""

    starts: int
    ends: int | None
    lunch: bool


# ---------------------------------------------------------------- is a number given


def refusal(hours: Hours, now: int, service: str | None = None) -> Refusal | None:
    """Why no number of `service` (None: of the hall at large) is given now; None: it is given.

    Codes: ``hours.holiday`` (params `name`, `name_en`), ``hours.not_yet``, ``hours.lunch``, ``hours.cutoff`` (`until`:
    the session's end, HH:MM), ``hours.closed``. All have `opens` and `opens_en`, when numbers are given again in words,
    and `opens_at` (ms) unless that is not within the horizon.
    """
    opens_at = opening(hours, now, service)
    if opens_at == now:
        return None
    zh, en = moment_text(hours, opens_at, now)
    params: dict[str, str | int] = {"opens": zh, "opens_en": en}
    if opens_at is not None:
        params["opens_at"] = opens_at
    code, more = _why(hours, now, service)
    return Refusal(code, params | more)


def opening(hours: Hours, now: int, service: str | None = None) -> int | None:
    """The first moment from `now` on at which numbers are given: `now` itself while they are."""
    if hours.always:
        return now
    last = now + HORIZON_DAYS * DAY_MS
    for _day, worked in _ahead(hours, now, service):
        for start, end in worked.giving:
            if end > now:
                return max(start, now) if start <= last else None
    return None


def giving_until(hours: Hours, now: int, service: str | None = None) -> int | None:
    """When numbers cease to be given; None: not now, or not within the horizon."""
    return _runs_until(hours, now, service, giving=True)


def _why(hours: Hours, now: int, service: str | None) -> tuple[str, dict[str, str | int]]:
    """The code, and what its sentence says of its own."""
    present = session_at(hours, now, service)
    if present is not None and present.kind != "overtime":
        until = session_end(hours, now, service) or present.end
        return "hours.cutoff", {"until": f"{local_time(until, hours.tz):%H:%M}"}
    day = local_time(now, hours.tz).date()
    sessions = [s for s in worked_out(hours, day, service).stretches if s.kind != "overtime"]
    if not sessions:
        return _why_no_session(hours, day.isoformat())
    if now < sessions[0].start:
        return "hours.not_yet", {}
    return ("hours.lunch" if now < sessions[-1].start else "hours.closed"), {}


def _why_no_session(hours: Hours, day: str) -> tuple[str, dict[str, str | int]]:
    special, kind = hours.special.get(day), day_kind(hours.calendar, day)
    if special is None and (kind.working or kind.why == "weekend"):
        return "hours.closed", {}  # the week has none on this day, or the service has none though the hall has
    if special is not None and special.sessions:
        return "hours.closed", {}
    name, name_en = (special.reason, special.reason_en) if special is not None else (kind.name, kind.name_en)
    return "hours.holiday", {"name": name or "大厅安排", "name_en": name_en or name or "the hall's own arrangement"}


def moment_text(hours: Hours, at: int | None, now: int) -> tuple[str, str]:
    """`at` in words (zh, en), as near as it is to `now`: ``("明天 08:30", "tomorrow at 08:30")``; None: not known."""
    if at is None:
        return "另行公告", "at a time to be announced"
    local = local_time(at, hours.tz)
    days = (local.date() - local_time(now, hours.tz).date()).days
    time = f"{local:%H:%M}"
    if days == 0:
        return time, f"at {time}"
    if days == 1:
        return f"明天 {time}", f"tomorrow at {time}"
    zh, en = WEEKDAYS[local.weekday()]
    return f"{local.month}月{local.day}日（{zh}）{time}", f"on {en} {local:%Y-%m-%d} at {time}"


# ---------------------------------------------------------------- sessions


def session_at(hours: Hours, at: int, service: str | None = None) -> Stretch | None:
    """The session or overtime that holds the moment."""
    today = local_time(at, hours.tz).date()
    for day in (today - timedelta(days=1), today):
        for stretch in worked_out(hours, day, service).stretches:
            if stretch.start <= at < stretch.end:
                return stretch
    return None


def session_end(hours: Hours, at: int, service: str | None = None) -> int | None:
    """The end of the present session, with those that follow without a break, or of the present overtime; None: there
    is no session now, or it has no end within the horizon."""
    return _runs_until(hours, at, service, giving=False)


def served_as(hours: Hours, at: int, service: str | None = None) -> Served:
    """How service at this moment counts. After the end of a session and outside of any it is overtime, however late,
    until the business day ends: also over lunch."""
    present = session_at(hours, at, service)
    if present is not None:
        return present.kind
    day = date.fromisoformat(business_day(at, hours.tz, hours.day_starts_min))
    return "overtime" if any(s.end <= at for s in worked_out(hours, day, service).stretches) else "outside"


def next_change(hours: Hours, now: int) -> int | None:
    """The next moment at which an answer for the hall or a service with own hours may change, but for midnight."""
    if hours.always:
        return None
    found: list[int] = []
    today = local_time(now, hours.tz).date()
    for ahead in range(-1, HORIZON_DAYS + 2):
        enough = bool(found)
        for service in (None, *hours.services):
            worked = worked_out(hours, today + timedelta(days=ahead), service)
            edges = [edge for row in worked.stretches for edge in row[:2]]
            found += [edge for edge in (*edges, *(edge for row in worked.giving for edge in row)) if edge > now]
        if enough:
            break
    return min(found, default=None)


# ---------------------------------------------------------------- working time


def service_ms_between(hours: Hours, first: int, last: int, service: str | None = None) -> int:
    """Working time from `first` to `last`: sessions and overtime, without breaks and closed dates; 0 if not later."""
    if hours.always or last <= first:
        return max(0, last - first)
    begin, end = local_time(first, hours.tz).date(), local_time(last, hours.tz).date()
    total = 0
    for ahead in range(-1, (end - begin).days + 1):
        for stretch in worked_out(hours, begin + timedelta(days=ahead), service).stretches:
            total += max(0, min(stretch.end, last) - max(stretch.start, first))
    return total


def after_service_ms(hours: Hours, start: int, work_ms: int, service: str | None = None) -> int | None:
    """The earliest moment from `start` on by which `work_ms` of working time have passed (`service_ms_between` is its
    inverse); `start` itself if none has to pass, None if so much is not within the horizon."""
    if work_ms <= 0 or hours.always:
        return start + max(0, work_ms)
    left = work_ms
    for _date, worked in _ahead(hours, start, service):
        for stretch in worked.stretches:
            begin = max(stretch.start, start)
            if stretch.end - begin >= left:
                return begin + left
            left -= max(0, stretch.end - begin)
    return None


def break_before(hours: Hours, start: int, work_ms: int, service: str | None = None) -> Break | None:
    """The first break that one meets who comes at `start` and is called after `work_ms` of working time (T12): the
    present one if `start` is in it, else one that comes before the call; None: called before any break."""
    if hours.always:
        return None
    at, left, before = start, max(0, work_ms), None
    for _date, worked in _ahead(hours, start, service):
        for stretch in worked.stretches:
            if stretch.end > at:
                if stretch.start > at:
                    lunch = before is not None and before.day == stretch.day
                    return Break(before.end if before else at, stretch.start, lunch)
                left -= stretch.end - at
                if left <= 0:
                    return None
                at = stretch.end
            before = stretch
    return Break(at, None, False)


# ---------------------------------------------------------------- dates ahead


def _ahead(hours: Hours, now: int, service: str | None) -> Iterator[tuple[date, Day]]:
    """The dates from yesterday (whose last session may still run) to the horizon."""
    today = local_time(now, hours.tz).date()
    for ahead in range(-1, HORIZON_DAYS + 1):
        day = today + timedelta(days=ahead)
        yield day, worked_out(hours, day, service)


def _runs_until(hours: Hours, at: int, service: str | None, *, giving: bool) -> int | None:
    """The end of what holds `at`, with what follows without a gap; an overtime does not continue a session."""
    until: int | None = None
    kind = ""
    if hours.always:
        return None
    for _date, worked in _ahead(hours, at, service):
        rows = [(*row, "giving") for row in worked.giving] if giving else [
            (row.start, row.end, "overtime" if row.kind == "overtime" else "session") for row in worked.stretches
        ]  # fmt: skip
        for start, end, of in rows:
            if until is None:
                if start > at:
                    return None
                if at < end:
                    until, kind = end, of
            elif start > at:
                if start > until or of != kind:
                    return until
                until = max(until, end)
    return until if until is not None and until < at + (HORIZON_DAYS - 1) * DAY_MS else None
