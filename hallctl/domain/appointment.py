"""Questions about appointments: which slots there are and how many places are left, who is blocked, how late one is.

A slot is of a rule of the service (`SlotRule`) on a date on which the service is open for the whole of it. Its place
in the queue is its start, so that who has checked in is before all who took a number after that (A02, T16).
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from hallctl.domain.booking import Appointment, Block, BookingStage, Slot, SlotRule, quota_id
from hallctl.domain.calendar import business_day, day_start, local_time
from hallctl.domain.hours import Hours, worked_out
from hallctl.domain.layout import MINUTE_MS, Layout, Service
from hallctl.domain.opening import moment_text
from hallctl.domain.state import HallState

DAY_MS: Final = 24 * 60 * MINUTE_MS

NEXT_TOLD: Final = 3
"""Slots that a refusal names instead of the one that is full."""

Arrival = Literal["early", "in_slot", "late"]
"""When one comes: before the slot, in it or within the grace after it, later."""


class Key(NamedTuple):
    """By what an appointment is looked for; whatever is not None must be so."""

    appointment: str | None = None
    code: str | None = None
    digest: str | None = None
    phone: str | None = None
    tail: str | None = None


# ---------------------------------------------------------------- slots


def slots_on(layout: Layout, service: str, day: date) -> list[Slot]:
    """The slots of the service on the date, in order; none on a closed one."""
    known = layout.services.get(service)
    if known is None:
        return []
    found = [
        slot for rule in known.slots if _holds(layout.hours, rule, day) for slot in _slots(layout.hours, rule, day)
    ]
    return sorted(slot for slot in found if _is_open(layout.hours, service, day, slot))


def slot_at(layout: Layout, service: str, start: int) -> Slot | None:
    """The slot that begins at this moment (ms), if there is one."""
    try:
        day = local_time(start, layout.hours.tz).date()
    except (ValueError, OverflowError, OSError):  # a moment beyond the calendar
        return None
    return next((slot for slot in slots_on(layout, service, day) if slot.start == start), None)


def room(state: HallState, service: str, slot: Slot) -> int:
    """Places of the slot that are not booked."""
    return max(0, quota(state, service, slot) - booked(state, service, slot.start))


def quota(state: HallState, service: str, slot: Slot) -> int:
    """How many appointments the slot takes: as was set for it, else as its rule says."""
    own = state.quotas.get(quota_id(service, slot.start))
    return own.quota if own is not None else slot.quota


def booked(state: HallState, service: str, start: int) -> int:
    """Appointments of the slot that were not cancelled."""
    return state.agenda.filled.get((service, start), 0)


def open_appointments_in(state: HallState, service: str, from_ms: int, to_ms: int) -> int:
    """Appointments of slots that begin in [from_ms, to_ms) and are still to come: places that limits keep for them."""
    starts = state.agenda.open.get(service, {})
    return sum(len(ids) for start, ids in starts.items() if from_ms <= start < to_ms)


def with_room(state: HallState, service: str, now: int, count: int = NEXT_TOLD) -> list[Slot]:
    """The next slots, begun after `now` and within the horizon, that have a place left."""
    found: list[Slot] = []
    for day in dates(state.layout, now):
        for slot in slots_on(state.layout, service, day):
            if slot.start > now and room(state, service, slot) > 0:
                found.append(slot)
                if len(found) == count:
                    return found
    return found


def dates(layout: Layout, now: int) -> Iterator[date]:
    """Today and the dates for which appointments are taken."""
    today = local_time(now, layout.hours.tz).date()
    return (today + timedelta(days=ahead) for ahead in range(layout.booking.horizon_days + 1))


def capacity(service: Service, windows: int, slot_min: int) -> int:
    """How many people so many windows serve in the slot, by the usual time of service."""
    return windows * slot_min * 60 // service.mean_s


def slot_text(layout: Layout, start: int, end: int, now: int) -> tuple[str, str]:
    """The slot in words (zh, en), as near as it is to `now`: ``("明天 09:00-09:30", "tomorrow at 09:00-09:30")``."""
    zh, en = moment_text(layout.hours, start, now)
    until = f"{local_time(end, layout.hours.tz):%H:%M}"
    return f"{zh}-{until}", f"{en}-{until}"


def _holds(hours: Hours, rule: SlotRule, day: date) -> bool:
    """Whether the rule is of this date; a weekend day that is worked is like any working day."""
    if day.isoweekday() in rule.days:
        return True
    known = hours.calendar.kinds.get(day.isoformat())
    worked = known is not None and known.working and day.isoweekday() > 5
    return worked and {1, 2, 3, 4, 5} <= set(rule.days)


def _slots(hours: Hours, rule: SlotRule, day: date) -> Iterator[Slot]:
    name = day.isoformat()
    for minute in range(rule.from_min, rule.to_min - rule.slot_min + 1, rule.slot_min):
        start = day_start(name, hours.tz, minute)
        belongs = business_day(start, hours.tz, hours.day_starts_min)
        yield Slot(belongs, start, start + rule.slot_min * MINUTE_MS, rule.quota)


def _is_open(hours: Hours, service: str, day: date, slot: Slot) -> bool:
    if hours.always:
        return True
    sessions = (stretch for stretch in worked_out(hours, day, service).stretches if stretch.kind != "overtime")
    return any(stretch.start <= slot.start and slot.end <= stretch.end for stretch in sessions)


# ---------------------------------------------------------------- people


def of_person(state: HallState, *digests: str | None) -> list[Appointment]:
    """The live appointments of who has one of the digests, of an identity or of a telephone; the first slot first."""
    ids = {found for digest in digests if digest is not None for found in state.agenda.people.get(digest, ())}
    return sorted((state.appointments[found] for found in ids), key=_order)


def found(state: HallState, key: Key) -> list[Appointment]:
    """The live appointments that the key is of, the first slot first; none for an empty key."""
    if key.appointment is not None:
        chosen = state.appointments.get(key.appointment)
        candidates: Sequence[Appointment] = () if chosen is None else (chosen,)
    elif key.code is not None:
        candidates = [a for a in (state.appointments.get(state.agenda.codes.get(key.code, "")),) if a is not None]
    elif key.digest is not None or key.phone is not None:
        candidates = of_person(state, key.digest, key.phone)
    elif key.tail is not None:
        candidates = sorted(state.appointments.values(), key=_order)
    else:
        candidates = ()
    return [appointment for appointment in candidates if _fits(appointment, key)]


def clash(state: HallState, service: str, day: str, digest: str | None, phone: str | None) -> Appointment | None:
    """Another appointment of the same person for the service on the date, which bars a second one: the same identity,
    or the same telephone where one of the two has no identity (a family may share a telephone)."""
    for other in of_person(state, digest, phone):
        same = other.service == service and other.day == day and other.stage is not BookingStage.CANCELLED
        holder = other.holder.digest if other.holder is not None else None
        if same and (holder == digest or holder is None or digest is None):
            return other
    return None


def blocked(state: HallState, now: int, *digests: str | None) -> Block | None:
    """The block of one of these, while remote booking is refused."""
    for digest in digests:
        block = state.blocks.get(digest or "")
        if block is not None and block.until is not None and block.until > now:
            return block
    return None


def _fits(appointment: Appointment, key: Key) -> bool:
    holder = appointment.holder.digest if appointment.holder is not None else None
    return (
        (key.code is None or key.code == appointment.code)
        and (key.digest is None or key.digest == holder)
        and (key.phone is None or key.phone == appointment.phone)
        and (key.tail is None or key.tail == appointment.tail)
    )


def _order(appointment: Appointment) -> tuple[int, str]:
    return (appointment.start, appointment.id)


# ---------------------------------------------------------------- time


def arrival(layout: Layout, appointment: Appointment, now: int) -> Arrival:
    """When its holder comes, who comes now (A03)."""
    if now < appointment.start:
        return "early"
    return "in_slot" if now <= due(layout, appointment) else "late"


def due(layout: Layout, appointment: Appointment) -> int:
    """The last moment (ms) at which a check-in keeps the class."""
    return appointment.end + layout.booking.grace_min * MINUTE_MS


def cancels_late(layout: Layout, appointment: Appointment, now: int) -> bool:
    """Whether cancelling now counts as not coming (A04)."""
    rules = layout.booking
    return rules.late_cancel and now > appointment.start - rules.cancel_before_min * MINUTE_MS
