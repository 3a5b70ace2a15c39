"""How many numbers of a service are still given, and why none is given now: hours first, then limits (T08).

Limits count the numbers of today by whatever way they were taken, cancelled ones left out (see `taken`), and the
places that booked appointments keep. A limit of a part of the day holds for the part that the wall clock is in.
"""

from collections.abc import Iterator
from datetime import date, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from hallctl.domain.appointment import open_appointments_in
from hallctl.domain.calendar import business_day, day_start, local_time, next_day_start
from hallctl.domain.hours import DAY_MIN, Hours, Served
from hallctl.domain.layout import NO_LIMITS, Layout, Limits
from hallctl.domain.opening import moment_text, next_change, opening, served_as
from hallctl.domain.opening import refusal as hours_refusal
from hallctl.domain.state import HallState
from hallctl.errors import Refusal

DAY: Final = timedelta(days=1)


def closed(state: HallState, service: str, now: int) -> Refusal | None:
    """Why nobody is given a number of the service now; None: numbers are given. The params of all refusals have
    `opens` and `opens_en` (when again, in words), and `opens_at` (ms) if that is known."""
    refusal = hours_refusal(state.layout.hours, now, service)
    return refusal if refusal is not None else full(state, service, now)


def full(state: HallState, service: str, now: int) -> Refusal | None:
    """Refused because a limit is reached: ``limit.segment`` (`room`: how many the next part has),
    ``limit.segment_over`` (the next one has no limit), or ``limit.day`` (none today any more)."""
    if remaining(state, service, now) != 0:
        return None
    hours = state.layout.hours
    params: dict[str, str | int] = {}
    for opens_at in _later(state, service, now):
        room = remaining(state, service, opens_at)
        if room != 0:
            code = "limit.segment_over" if room is None else "limit.segment"
            params |= {} if room is None else {"room": room}
            return Refusal(code, params | _opens(hours, opens_at, now))
    tomorrow = next_day_start(now, hours.tz, hours.day_starts_min)
    return Refusal("limit.day", _opens(hours, opening(hours, tomorrow, service), now))


def remaining(state: HallState, service: str, at: int) -> int | None:
    """How many numbers are still given at a moment of this business day if nobody takes one before; None: no limit."""
    limits, hours = state.layout.services[service].limits, state.layout.hours
    if limits.day is None and not limits.segments:
        return None
    local = local_time(at, hours.tz)
    rooms: list[int] = []
    if limits.day is not None:
        day = (local - timedelta(minutes=hours.day_starts_min)).date()
        begin, end = _moment(hours.tz, day, hours.day_starts_min), _moment(hours.tz, day + DAY, hours.day_starts_min)
        rooms.append(limits.day - state.taken.total(service) - open_appointments_in(state, service, begin, end))
    minute = local.hour * 60 + local.minute
    for part in limits.segments:
        if part.from_min <= minute < part.to_min:
            begin, end = (_moment(hours.tz, local.date(), edge) for edge in (part.from_min, part.to_min))
            taken = state.taken.between(service, begin, end)
            rooms.append(part.limit - taken - open_appointments_in(state, service, begin, end))
    return max(0, min(rooms)) if rooms else None


def served(state: HallState, queue: str, now: int) -> Served:
    """In which hours a service of the queue that ends now was given (T11)."""
    hours = state.layout.hours
    return "regular" if hours.always else served_as(hours, now, queue)


def next_edge(layout: Layout, now: int) -> int | None:
    """The next moment at which hours or limits may answer otherwise though nothing happens; midnight is one, since
    answers say “tomorrow”. None: there are neither hours nor limits."""
    hours = layout.hours
    if hours.always and all(service.limits == NO_LIMITS for service in layout.services.values()):
        return None
    edges = [edge for service in layout.services.values() for edge in _edges(hours, service.limits, now)]
    change = next_change(hours, now)
    midnight = _moment(hours.tz, local_time(now, hours.tz).date(), DAY_MIN)
    return min([*edges, midnight, *([change] if change is not None else [])])


def _opens(hours: Hours, opens_at: int | None, now: int) -> dict[str, str | int]:
    zh, en = moment_text(hours, opens_at, now)
    params: dict[str, str | int] = {"opens": zh, "opens_en": en}
    return params if opens_at is None else params | {"opens_at": opens_at}


def _later(state: HallState, service: str, now: int) -> Iterator[int]:
    """Moments of this business day at which numbers are given under another limit."""
    hours = state.layout.hours
    today = business_day(now, hours.tz, hours.day_starts_min)
    for edge in sorted(_edges(hours, state.layout.services[service].limits, now)):
        opens_at = opening(hours, edge, service)
        if opens_at is not None and business_day(opens_at, hours.tz, hours.day_starts_min) == today:
            yield opens_at


def _edges(hours: Hours, limits: Limits, now: int) -> Iterator[int]:
    """Beginnings and ends of parts of the day after `now` on its date, and on the next for a day that runs on."""
    today = local_time(now, hours.tz).date()
    for segment in limits.segments:
        for minute in (segment.from_min, segment.to_min):
            yield from (edge for day in (today, today + DAY) if (edge := _moment(hours.tz, day, minute)) > now)


@lru_cache(maxsize=1024)
def _moment(tz: tzinfo, day: date, minute: int) -> int:
    """The moment so many minutes after the date's midnight by the wall clock; the same few are asked for all day."""
    days, minute = divmod(minute, DAY_MIN)
    return day_start((day + timedelta(days=days)).isoformat(), tz, minute)
