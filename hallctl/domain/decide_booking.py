"""Booking, importing and cancelling appointments, the quota of a slot, who did not come and who is blocked for it.

A person is known by digests only. Not coming blocks remote booking and nothing else: in the hall everybody gets a
number, and the staff can book for anybody (A04).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hallctl.domain import appointment as ask
from hallctl.domain import booking_events as b
from hallctl.domain.booking import Appointment, Block, BookingStage, Slot
from hallctl.domain.booking_commands import (
    BookAppointment,
    CancelAppointment,
    ImportAppointments,
    LiftBlock,
    MissAppointments,
    SetQuota,
    Wish,
)
from hallctl.domain.calendar import local_time
from hallctl.domain.commands import Command
from hallctl.domain.decision import Decision, Line
from hallctl.domain.layout import MINUTE_MS
from hallctl.domain.state import HallState
from hallctl.errors import Refusal

MISSED_AT_ONCE: Final = 200
"""Appointments that one command marks as missed at most: after long days off there may be thousands."""

LISTED: Final = 20
"""Codes that a refused quota names."""

Params = dict[str, str | int]


@dataclass(slots=True)
class Draft:
    """What a command has booked so far, on top of the state: the rows of a list know of each other."""

    state: HallState
    made: list[b.AppointmentBooked] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    slots: dict[tuple[str, int], int] = field(default_factory=dict)
    people: set[tuple[str, str, str]] = field(default_factory=set)
    origins: dict[str, str] = field(default_factory=dict)

    def add(self, event: b.AppointmentBooked) -> None:
        self.made.append(event)
        self.codes.add(event.code)
        place = (event.service, event.start)
        self.slots[place] = self.slots.get(place, 0) + 1
        self.people.update((event.service, event.day, digest) for digest in _digests(event))
        if event.external is not None:
            self.origins[event.external] = event.appointment

    def room(self, service: str, slot: Slot) -> int:
        return ask.room(self.state, service, slot) - self.slots.get((service, slot.start), 0)

    def next_id(self, day: str) -> str:
        """The id of the next appointment: unique, since it has the number of its event."""
        return f"{day.replace('-', '')}-y{self.state.seq + 1 + len(self.made)}"


def _digests(event: b.AppointmentBooked) -> list[str]:
    """What bars another appointment in the same list: the identity, or the telephone where there is none."""
    return [digest for digest in (event.holder.digest if event.holder else event.phone,) if digest is not None]


# ---------------------------------------------------------------- booking


def book(state: HallState, command: BookAppointment, now: int) -> Decision | Refusal:
    """Book a place, or tell the appointment that was booked by the same wish before."""
    draft = Draft(state)
    made = _book(draft, command.wish, command.source, command.remote, now)
    if isinstance(made, Refusal):
        return made
    return Decision(tuple(draft.made), appointment=made)


def import_list(state: HallState, command: ImportAppointments, now: int) -> Decision | Refusal:
    """All rows or none, unless partly; the answer tells each row's appointment or what is against it (A01)."""
    draft = Draft(state)
    lines: list[Line] = []
    known = refused = 0
    for number, wish in command.rows:
        before = len(draft.made)
        made = _book(draft, wish, command.source, True, now)
        if isinstance(made, Refusal):
            refused += 1
            lines.append(Line(number, refusal=made))
            continue
        new = len(draft.made) > before
        known += not new
        code = draft.made[-1].code if new else state.appointments[made].code if made in state.appointments else None
        lines.append(Line(number, made, code, known=not new))
    if command.dry_run or (refused and not command.partly) or not draft.made:
        lines = [line if line.known else line.unbooked() for line in lines]
        return Decision((), lines=tuple(lines))
    summary = b.AppointmentImported(command.source, len(draft.made), known, refused)
    return Decision((*draft.made, summary), lines=tuple(lines))


def _book(draft: Draft, wish: Wish, source: str, remote: bool, now: int) -> str | Refusal:
    """The id of the appointment: one made for the wish, or the one that the same wish led to before."""
    state = draft.state
    if wish.external is not None:
        known = draft.origins.get(wish.external) or state.agenda.origins.get((source, wish.external))
        if known is not None:
            return known
    slot = _bookable(state, wish, remote, now)
    if isinstance(slot, Refusal):
        return slot
    refusal = _of_person(draft, wish, slot, remote, now)
    if refusal is not None:
        return refusal
    if draft.room(wish.service, slot) <= 0:
        return _full(draft, wish.service, slot, now)
    code = next((code for code in wish.codes if code not in state.agenda.codes and code not in draft.codes), None)
    if code is None:
        return Refusal("appointment.code_taken")
    event = b.AppointmentBooked(
        draft.next_id(slot.day), wish.service, slot.day, slot.start, slot.end, source, wish.external, code,
        wish.holder, wish.phone, wish.tail,
    )  # fmt: skip
    draft.add(event)
    return event.appointment


def _bookable(state: HallState, wish: Wish, remote: bool, now: int) -> Slot | Refusal:
    """The slot that is wanted, if it exists and is not over; remotely, if it has not begun."""
    service = state.layout.services.get(wish.service)
    if service is None:
        return Refusal("service.unknown", {"service": wish.service})
    if not service.slots:
        return Refusal("appointment.not_bookable", {"service": wish.service})
    slot = ask.slot_at(state.layout, wish.service, wish.start)
    if slot is None:
        return Refusal("appointment.no_slot", _next(state, wish.service, now))
    if (slot.start if remote else slot.end) <= now:
        return Refusal("appointment.past", _next(state, wish.service, now))
    last = max(ask.dates(state.layout, now))
    if local_time(slot.start, state.layout.hours.tz).date() > last:
        return Refusal("appointment.horizon", {"days": state.layout.booking.horizon_days, "last": last.isoformat()})
    return slot


def _of_person(draft: Draft, wish: Wish, slot: Slot, remote: bool, now: int) -> Refusal | None:
    """Who it is for: somebody who is known, not blocked, and has no other one for the service that day."""
    state = draft.state
    digest = wish.holder.digest if wish.holder is not None else None
    if digest is None and wish.phone is None:
        return Refusal("appointment.nobody")
    block = ask.blocked(state, now, digest, wish.phone) if remote else None
    if block is not None and block.until is not None:
        rules = state.layout.booking
        until = local_time(block.until, state.layout.hours.tz)
        return Refusal(
            "appointment.blocked",
            {"times": len(block.misses), "days": rules.no_show_days, "until": f"{until:%Y-%m-%d %H:%M}"},
        )
    other = ask.clash(state, wish.service, slot.day, digest, wish.phone)
    if other is not None:
        zh, en = ask.slot_text(state.layout, other.start, other.end, now)
        return Refusal("appointment.twice", {"when": zh, "when_en": en})
    if (wish.service, slot.day, digest or wish.phone or "") in draft.people:
        return Refusal("appointment.twice_in_list")
    return None


def _full(draft: Draft, service: str, slot: Slot, now: int) -> Refusal:
    zh, en = ask.slot_text(draft.state.layout, slot.start, slot.end, now)
    return Refusal("appointment.full", {"when": zh, "when_en": en, **_next(draft.state, service, now)})


def _next(state: HallState, service: str, now: int) -> Params:
    """The next slots that have room, in words; `next_at` is the start of the first (ms), if there is one."""
    slots = ask.with_room(state, service, now)
    if not slots:
        return {"next": "近期没有空余时段", "next_en": "no slot is free in the next days"}
    texts = [ask.slot_text(state.layout, slot.start, slot.end, now) for slot in slots]
    return {"next": "、".join(zh for zh, _en in texts), "next_en": ", ".join(en for _zh, en in texts),
            "next_at": slots[0].start}  # fmt: skip


# ---------------------------------------------------------------- cancelling, not coming


def cancel(state: HallState, command: CancelAppointment, now: int) -> Decision | Refusal:
    """A place is free again; too late counts as not coming, unless it is the hall's doing."""
    appointment = state.appointments.get(command.appointment)
    if appointment is None or command.source not in {None, appointment.source}:
        return Refusal("appointment.unknown")
    if appointment.stage is BookingStage.CANCELLED:
        return Decision((), appointment=appointment.id)
    if appointment.stage is not BookingStage.BOOKED:
        return Refusal("appointment.not_cancellable", {"stage": appointment.stage.value})
    counts = not command.by_hall and ask.cancels_late(state.layout, appointment, now)
    kept, until = _conduct(state, appointment, now, ()) if counts else (0, None)
    event = b.AppointmentCancelled(appointment.id, bool(kept), kept, until, command.reason)
    notice = Refusal("appointment.cancelled_late") if kept else None
    return Decision((event,), appointment=appointment.id, notice=notice)


def miss(state: HallState, command: MissAppointments, now: int) -> Decision | Refusal:
    """Whoever has not come until the grace after the slot was over (A04); never for a day that has not begun, so that
    a clock set ahead harms nobody, and not counted while nothing was there to check in with."""
    events: list[b.AppointmentMissed] = []
    for appointment in overdue(state, now)[:MISSED_AT_ONCE]:
        counts = ask.due(state.layout, appointment) >= command.since and state.emergency is None
        earlier = [e.appointment for e in events if e.counts]
        kept, until = _conduct(state, appointment, now, earlier) if counts else (0, None)
        events.append(b.AppointmentMissed(appointment.id, bool(kept), kept, until))
    return Decision(tuple(events))


def overdue(state: HallState, now: int) -> list[Appointment]:
    """The booked appointments whose holders have not come, the first slot first."""
    if state.last_day is None:
        return []
    ids = [one for starts in state.agenda.open.values() for start, ids in starts.items() if start < now for one in ids]
    found = (state.appointments[one] for one in ids)
    return sorted((a for a in found if a.day <= state.last_day and ask.due(state.layout, a) < now), key=_order)


def _order(appointment: Appointment) -> tuple[int, str]:
    return (appointment.start, appointment.id)


def _conduct(state: HallState, appointment: Appointment, now: int, earlier: Sequence[str]) -> tuple[int, int | None]:
    """(kept until, blocked until) of the holder who does not come now; `earlier` are appointments missed by the same
    command. (0, None) for a holder of whom nothing is known."""
    who, rules = appointment.who, state.layout.booking
    if who is None:
        return 0, None
    since = now - rules.no_show_days * ask.DAY_MS
    known = state.blocks.get(who, Block(who, (), 0))
    times = sum(at > since for _missed, at in known.misses) + 1
    times += sum(state.appointments[other].who == who for other in earlier)
    kept = now + rules.no_show_days * ask.DAY_MS
    if not rules.no_show_limit or times < rules.no_show_limit:
        return kept, None
    until = now + rules.block_days * ask.DAY_MS
    return max(kept, until), until


def lift(state: HallState, command: LiftBlock, now: int) -> Decision | Refusal:
    """The person may book again."""
    for block in state.blocks.values():
        if block.appointment == command.block and block.until is not None and block.until > now:
            return Decision((b.BlockLifted(command.block, command.reason),))
    return Refusal("block.unknown")


# ---------------------------------------------------------------- quota


def set_quota(state: HallState, command: SetQuota, now: int) -> Decision | Refusal:
    """Change one slot; never below what is booked, never above what the windows can serve (A01)."""
    service = state.layout.services.get(command.service)
    if service is None:
        return Refusal("service.unknown", {"service": command.service})
    slot = ask.slot_at(state.layout, command.service, command.start)
    if slot is None:
        return Refusal("appointment.no_slot", _next(state, command.service, now))
    if slot.end <= now:
        return Refusal("appointment.past", _next(state, command.service, now))
    wanted = slot.quota if command.quota is None else command.quota
    slot_min = (slot.end - slot.start) // MINUTE_MS
    most = max(slot.quota, ask.capacity(service, len(state.serving(command.service)), slot_min))
    if not 0 <= wanted <= most:
        return Refusal("quota.capacity", {"most": most})
    held = ask.booked(state, command.service, command.start)
    if wanted < held:
        return Refusal("quota.below", {"booked": held, "list": _listed(state, command.service, slot)})
    if wanted == ask.quota(state, command.service, slot):
        return Decision(())
    return Decision((b.QuotaSet(command.service, command.start, command.quota),))


def _listed(state: HallState, service: str, slot: Slot) -> str:
    """The codes of the slot's appointments, and how many more there are."""
    codes = sorted(
        a.code
        for a in state.appointments.values()
        if (a.service, a.start) == (service, slot.start) and a.stage is not BookingStage.CANCELLED
    )
    more = len(codes) - LISTED
    return "、".join(codes[:LISTED]) + (f" +{more}" if more > 0 else "")


HANDLERS: Final[dict[type[Command], Callable[[HallState, Any, int], Decision | Refusal]]] = {
    BookAppointment: book,
    ImportAppointments: import_list,
    CancelAppointment: cancel,
    MissAppointments: miss,
    SetQuota: set_quota,
    LiftBlock: lift,
}
