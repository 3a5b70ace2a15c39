"""A script: everything about a day that does not depend on how the hall is run.

Who comes when, for what, how long each is served, who does not come when called, when windows are staffed. Made from a
profile and a seed, or read from a recorded day. Two settings are played from the same script: people and their service
times are the same, so that only the setting makes the difference (common random numbers).
"""

import math
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from hallctl.config import HallConfig
from hallctl.domain.appointment import slots_on
from hallctl.domain.booking import Slot
from hallctl.domain.calendar import minutes
from hallctl.domain.layout import Layout
from hallctl.domain.model import Level, Priority, WindowPlan
from hallctl.lab.profile import Profile, Queue, shared
from hallctl.lab.setting import Change, pools

MINUTE_MS: Final = 60_000
DAY: Final = "2026-11-23"
"""The business day of a profile: a Monday without a holiday near it."""

NEVER: Final = 1_000_000
"""Calls that somebody who has gone does not answer."""


Named = TypeVar("Named")


class Part(Struct, frozen=True):
    """One service of a visit: from the call to its start, and from there to its end."""

    service: str
    reach_ms: int
    serve_ms: int


class Visit(Struct, frozen=True, kw_only=True):
    """Somebody who comes at the moment `at`, perhaps with an appointment for the `slot` that begins then. Times in ms.

    `absent` calls are not answered, each costs `absence_ms`; who was missed comes back after `returns_ms` and is
    restored. Who waits longer than `patience_ms` leaves. After the last part the clerk rests for `rest_ms`.
    """

    at: int
    parts: tuple[Part, ...]
    priority: Priority = Priority.NORMAL
    slot: int | None = None
    absent: int = 0
    absence_ms: int = 0
    recalled: bool = False
    returns_ms: int | None = None
    patience_ms: int | None = None
    rest_ms: int = 0
    level: Level | None = None
    agent: bool = False


class Shift(Struct, frozen=True):
    """A window is staffed; `serve_out`: at its end it closes when nobody waits for it any more."""

    window: str
    clerk: str
    begins: int
    ends: int
    serve_out: bool = False


class Switch(Struct, frozen=True):
    """From a moment on the window calls other `services`, or works by a whole `plan`; neither: by the config's own."""

    at: int
    window: str
    services: tuple[str, ...] = ()
    plan: WindowPlan | None = None


class Script(Struct, frozen=True):
    """A day: visits in the order of arrival, `closes_at` the end of the hours."""

    day: str
    opens_at: int
    closes_at: int
    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]
    switches: tuple[Switch, ...] = ()


class Clock(Struct, frozen=True):
    """Turns the day's wall clock into moments."""

    day: str
    tz: tzinfo

    def at(self, minute: float) -> int:
        """The moment (ms) so many minutes after midnight."""
        first = date.fromisoformat(self.day)
        midnight = datetime(first.year, first.month, first.day, tzinfo=self.tz)
        return int((midnight + timedelta(minutes=minute)).timestamp() * 1000)

    def minute(self, at: int) -> float:
        """Minutes after midnight of a moment."""
        return (at - self.at(0)) / MINUTE_MS


# ------------------------------------------------------------ from a profile


def demand(profile: Profile, config: HallConfig) -> dict[str, Queue]:
    """Services of the hall and what they are asked for. A zone's tickets are shared by the windows of its services;
    ValueError where the profile names neither a service nor a zone."""
    asked: dict[str, Queue] = {}
    for queue in profile.queues:
        if any(service.id == queue.service for service in config.services):
            asked[queue.service] = queue
            continue
        inside = [service.id for service in config.services if service.zone == queue.service]
        own = [sum(1 / len(w.services) for w in config.windows if name in w.services) for name in inside]
        if not sum(own):
            raise ValueError(queue.service)
        for name, share in zip(inside, own, strict=True):
            asked[name] = replace(queue, service=name, tickets=queue.tickets * share / sum(own))
    return asked


def draw(profile: Profile, config: HallConfig, tickets: int, seed: int, changes: tuple[Change, ...] = ()) -> Script:
    """The day of the profile that the seed gives; `changes` are windows that are switched or staffed as well."""
    clock = Clock(DAY, config.tz)
    asked = demand(profile, config)
    counts = shared(tickets, [queue.tickets for queue in asked.values()])
    visits = [
        visit
        for queue, count in zip(asked.values(), counts, strict=True)
        for visit in _visits(profile, queue, count, seed, clock)
    ]
    visits.sort(key=lambda visit: visit.at)
    firsts = [*(slot.begins for slot in profile.arrivals), *(stretch.begins for stretch in profile.hours)]
    begins = clock.at(min(map(minutes, firsts)))
    closes = clock.at(max(minutes(stretch.ends) for stretch in profile.hours))
    layout = config.layout()
    slots = {name: slots_on(layout, name, date.fromisoformat(DAY)) for name in asked}
    visits = [_booked(visit, slots[visit.parts[0].service]) for visit in visits]
    shifts = tuple(_shifts(profile, config, clock))
    made = Script(DAY, begins, closes, tuple(visits), shifts, tuple(_scheduled(layout, clock)))
    return with_changes(made, changes, clock)


def stream(seed: int, purpose: str) -> random.Random:
    """Random numbers for one purpose: what one draws does not shift what another draws."""
    return random.Random(f"{seed}/{purpose}")  # noqa: S311 - a day in the lab, no secret


def _visits(profile: Profile, queue: Queue, count: int, seed: int, clock: Clock) -> list[Visit]:
    """The n-th visit has the n-th number of each stream: more tickets add visits and leave the others as they were."""
    arrivals, lengths, classes, shows, tongues, others = (
        stream(seed, f"{queue.service}/{purpose}")
        for purpose in ("arrival", "length", "class", "show", "rating", "other")
    )
    weights = [slot.weight for slot in profile.arrivals]
    made = []
    for _ in range(count):
        slot = arrivals.choices(profile.arrivals, weights)[0]
        at = clock.at(arrivals.uniform(minutes(slot.begins), minutes(slot.ends)))
        priority = _one_of(profile.classes, classes.random(), Priority.NORMAL)
        recalled, agent = others.random() < profile.recalled, others.random() < profile.agents
        patience, back = others.expovariate(1.0), others.random()
        rated, level = tongues.random(), tongues.random()
        absent = shows.random() < profile.no_show.get(priority, 0.0)
        comes_back = back < profile.returns
        made.append(
            Visit(
                at=at,
                parts=(_part(queue, _length_ms(queue, lengths), profile.reach_s * (2 if recalled else 1)),),
                priority=priority,
                absent=(1 if comes_back else NEVER) if absent else 0,
                absence_ms=round(profile.absence_s * 1000),
                recalled=recalled,
                returns_ms=round(profile.returns_min * MINUTE_MS) if absent and comes_back else None,
                patience_ms=None
                if profile.patience_min is None
                else round(patience * profile.patience_min * MINUTE_MS),
                level=_one_of(profile.levels, level, Level.VERY_SATISFIED) if rated < profile.rated else None,
                agent=agent,
            )
        )
    return made


def _booked(visit: Visit, slots: list[Slot]) -> Visit:
    """Who has an appointment comes within its slot, where the service has slots."""
    if visit.priority is not Priority.APPOINTMENT:
        return visit
    slot = next((slot for slot in slots if slot.start <= visit.at < slot.end), None)
    return visit if slot is None else replace(visit, slot=slot.start)


def _length_ms(queue: Queue, chance: random.Random) -> int:
    """Log-normal with the queue's mean and coefficient of variation."""
    sigma = math.sqrt(math.log(1 + queue.variation**2))
    drawn = chance.lognormvariate(math.log(queue.mean_min) - sigma**2 / 2, sigma)
    return max(1, round(drawn * MINUTE_MS))


def _part(queue: Queue, length_ms: int, reach_s: float) -> Part:
    """The walk to the window is a part of the time at it, never more than a third."""
    reach_ms = min(round(reach_s * 1000), length_ms // 3)
    return Part(queue.service, reach_ms, length_ms - reach_ms)


def _one_of(parts: dict[Named, float], chance: float, otherwise: Named) -> Named:
    for name, part in parts.items():
        if chance < part:
            return name
        chance -= part
    return otherwise


# ------------------------------------------------------------ windows


def _scheduled(layout: Layout, clock: Clock) -> Iterator[Switch]:
    """机动窗口 that switch by themselves on that weekday."""
    weekday = date.fromisoformat(clock.day).isoweekday()
    for window, modes in layout.modes.items():
        for mode in modes:
            for weekdays, from_min, to_min in mode.times:
                if weekday in weekdays:
                    yield Switch(clock.at(from_min), window, plan=mode.plan)
                    yield Switch(clock.at(to_min), window)


def _shifts(profile: Profile, config: HallConfig, clock: Clock) -> list[Shift]:
    """Of the windows that call the same services, the first ones by their share in each stretch of the hours, one at
    least; a window that stays through two stretches has one shift."""
    made: dict[str, list[Shift]] = {}
    for stretch in profile.hours:
        begins, ends = clock.at(minutes(stretch.begins)), clock.at(minutes(stretch.ends))
        for names in pools((window.id, window.services) for window in config.windows).values():
            for name in names[: max(1, math.floor(len(names) * stretch.staffed + 0.5))]:
                shift = Shift(name, f"clerk-{name}", begins, ends, stretch.serve_out)
                made.setdefault(name, []).append(shift)
    return [shift for shifts in made.values() for shift in joined(shifts)]


def joined(shifts: list[Shift]) -> list[Shift]:
    """Shifts of one window in order; those that touch or overlap are one."""
    made: list[Shift] = []
    for shift in sorted(shifts, key=lambda shift: shift.begins):
        if made and shift.begins <= made[-1].ends:
            last = made.pop()
            final = shift if shift.ends >= last.ends else last
            shift = replace(final, begins=last.begins, clerk=last.clerk)
        made.append(shift)
    return made


def with_changes(script: Script, changes: tuple[Change, ...], clock: Clock) -> Script:
    """The script with windows switched at their times, and staffed whenever the hall is open meanwhile."""
    open_hours = joined([replace(shift, window="") for shift in script.shifts])
    shifts: dict[str, list[Shift]] = {}
    for shift in script.shifts:
        shifts.setdefault(shift.window, []).append(shift)
    switches = list(script.switches)
    for change in changes:
        begins = script.opens_at if change.from_min is None else clock.at(change.from_min)
        ends = None if change.to_min is None else clock.at(change.to_min)
        if change.from_min is not None:
            switches.append(Switch(begins, change.window, change.services))
        if ends is not None:
            switches.append(Switch(ends, change.window))
        own = shifts.setdefault(change.window, [])
        for hours in open_hours:
            since, until = max(begins, hours.begins), min(ends or hours.ends, hours.ends)
            if since < until:
                serve_out = hours.serve_out and until == hours.ends
                own.append(Shift(change.window, f"clerk-{change.window}", since, until, serve_out))
        shifts[change.window] = joined(own)
    kept = tuple(shift for own in shifts.values() for shift in own)
    return replace(script, shifts=kept, switches=tuple(sorted(switches, key=lambda switch: switch.at)))
