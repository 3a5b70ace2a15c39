"""The methods of appointments: whoever asks is known, what is told of a person becomes a digest and masks here."""

import re
import secrets
from datetime import timedelta
from typing import Any, Final

from hallctl.api import schemas_booking as s
from hallctl.api.appointment_view import holder_view, staff_view
from hallctl.api.auth import Caller
from hallctl.api.context import Context, Refused, kiosk_of
from hallctl.api.role import STAFF, Role
from hallctl.domain import appointment as ask
from hallctl.domain import booking_commands as c
from hallctl.domain.booking import Block, BookingStage, Slot
from hallctl.domain.calendar import local_time
from hallctl.domain.model import Person, Priority
from hallctl.engine.answer import RequestKey
from hallctl.errors import Refusal, RequestError

Json = dict[str, Any]
RequestId = RequestKey | None

CODES: Final = 8
"""Random codes to choose a free one from: of 90 million."""

SCANNED: Final = re.compile(r"(?:^|.*\D)(\d{6,8})\s*$", re.DOTALL)
"""A QR code says the code, or an address that ends with it."""


# ---------------------------------------------------------------- booking


def book(context: Context, caller: Caller, p: s.BookAppointment) -> c.BookAppointment:
    """Somebody outside of the hall is bound by a block; who is here is not (A04)."""
    holder = _holder(context, p)
    if p.claim is not None:
        holder = context.cards.claim(p.claim, kiosk_of(caller, p.kiosk)).person
    if p.code is not None and caller.role is not Role.PORTAL:
        raise RequestError("request.invalid_params", problem="only a portal gives a code")
    return c.BookAppointment(_wish(context, p, holder), caller.name, remote=caller.role is Role.PORTAL)


def import_list(context: Context, caller: Caller, p: s.ImportAppointments) -> c.ImportAppointments:
    """A list from elsewhere; from a portal it is the portal's own."""
    source = caller.name if caller.role is Role.PORTAL else f"list:{p.source}"
    rows = tuple((row.line, _wish(context, row, _holder(context, row))) for row in p.rows)
    return c.ImportAppointments(source, rows, p.partly, p.dry_run)


def _wish(context: Context, row: s.BookAppointment | s.ImportRow, holder: Person | None) -> c.Wish:
    phone = _phone(context, row.phone) if row.phone is not None else (None, None)
    codes = (row.code,) if row.code is not None else tuple(_random_code() for _ in range(CODES))
    return c.Wish(row.service, row.start, codes, row.external, holder, *phone)


def _holder(context: Context, row: s.BookAppointment | s.ImportRow) -> Person | None:
    if row.number is None:
        return None
    return context.identity.person(kind=row.kind, name=row.name or "", number=row.number)


def _phone(context: Context, text: str) -> tuple[str, str]:
    kept = context.identity.phone(text)
    if kept is None:
        raise Refused(Refusal("appointment.phone"))
    return kept


def _random_code() -> str:
    """Eight digits that nobody can guess from others; the first is not 0, so that no table makes it a number of
    seven."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


def cancel(_context: Context, caller: Caller, p: s.CancelAppointment) -> c.CancelAppointment:
    """A portal cancels its own only, and it is always the person's doing."""
    outside = caller.role is Role.PORTAL
    return c.CancelAppointment(
        p.appointment, p.reason, by_hall=p.by_hall and not outside, source=caller.name if outside else None
    )


# ---------------------------------------------------------------- check-in


def check_in(context: Context, caller: Caller, p: s.CheckInAppointment) -> c.CheckInAppointment:
    """By card, code, telephone, or the staff's word. At a kiosk the class comes from the card only."""
    kiosk = kiosk_of(caller, p.kiosk)
    key, person, by_card = _asked_for(context, caller, p)
    priority = Priority(p.priority)
    if caller.role is Role.KIOSK and priority is not Priority.NORMAL and priority is not by_card:
        raise Refused(Refusal("priority.fixed"))
    reason = None if caller.role is Role.KIOSK else p.reason
    return c.CheckInAppointment(
        key.appointment,
        key.code,
        person,
        None if person is not None else key.digest,
        key.phone,
        key.tail,
        by_card if priority is Priority.NORMAL else priority,
        kiosk,
        p.paperless,
        reason,
        override=bool(reason),
    )


async def find(context: Context, caller: Caller, p: s.AppointmentKey, _request: RequestId) -> s.Appointments:
    """The appointments of the key: for a kiosk those of today, and never those of two people; for a portal its own."""
    if caller.role is Role.PORTAL and p.appointment is None:
        raise RequestError("request.invalid_params", problem="a portal gives the appointment")
    key, _person, _by_card = _asked_for(context, caller, p)
    found = ask.found(context.state, key)
    if caller.role is Role.PORTAL:
        return s.Appointments(appointments=[holder_view(a) for a in found if a.source == caller.name])
    if caller.role in STAFF:
        return s.Appointments(appointments=[staff_view(appointment) for appointment in found])
    mine = [a for a in found if a.day == context.state.day and a.stage is not BookingStage.CANCELLED]
    if len({appointment.who for appointment in mine}) > 1:
        raise Refused(Refusal("appointment.ambiguous"))
    return s.Appointments(appointments=[holder_view(appointment) for appointment in mine])


def _asked_for(
    context: Context, caller: Caller, p: s.AppointmentKey | s.CheckInAppointment
) -> tuple[ask.Key, Person | None, Priority]:
    """What to look for, the person of a card, and the class that the card gives. Whoever is not of the staff has to
    show something that only the holder has."""
    claim = context.cards.claim(p.claim, kiosk_of(caller, p.kiosk)) if p.claim is not None else None
    digest = claim.person.digest if claim is not None else None
    if digest is None and p.number is not None:
        digest = context.identity.number_digest(p.number)
    phone = _phone(context, p.phone)[0] if p.phone is not None else None
    key = ask.Key(p.appointment, _scanned(p.code), digest, phone, p.tail)
    known = caller.role in STAFF or caller.role is Role.PORTAL
    if key._replace(appointment=None) == ask.Key() and not (known and p.appointment is not None):
        raise Refused(Refusal("appointment.key_missing"))
    return key, claim.person if claim is not None else None, claim.priority if claim is not None else Priority.NORMAL


def _scanned(text: str | None) -> str | None:
    """The code in what was typed or scanned; a text without one finds nothing."""
    if text is None:
        return None
    found = SCANNED.match(text)
    return found[1] if found is not None else text


# ---------------------------------------------------------------- slots, quotas, blocks


async def slots(context: Context, _caller: Caller, p: s.ListSlots, _request: RequestId) -> s.Slots:
    """The slots of the dates on which the service takes appointments."""
    state = context.state
    if p.service not in state.layout.services:
        raise Refused(Refusal("service.unknown", {"service": p.service}))
    first = p.day or local_time(context.clock.now(), context.config.tz).date()
    rows = []
    for ahead in range(p.days or state.layout.booking.horizon_days + 1):
        day = first + timedelta(days=ahead)
        found = ask.slots_on(state.layout, p.service, day)
        if found:
            rows.append({"day": day.isoformat(), "slots": [_slot(context, p.service, slot) for slot in found]})
    return s.Slots(service=p.service, horizon_days=state.layout.booking.horizon_days, days=rows)


def _slot(context: Context, service: str, slot: Slot) -> Json:
    state = context.state
    return {
        "start": slot.start,
        "end": slot.end,
        "quota": ask.quota(state, service, slot),
        "booked": ask.booked(state, service, slot.start),
        "room": ask.room(state, service, slot),
    }


def set_quota(_context: Context, _caller: Caller, p: s.SetQuota) -> c.SetQuota:
    return c.SetQuota(p.service, p.start, p.quota)


def lift_block(_context: Context, _caller: Caller, p: s.LiftBlock) -> c.LiftBlock:
    return c.LiftBlock(p.block, p.reason)


async def blocks(context: Context, _caller: Caller, p: s.ListBlocks, _request: RequestId) -> s.Blocks:
    """Who may not book remotely now. There are no names: a person is found by number or telephone."""
    digests = [context.identity.number_digest(p.number)] if p.number is not None else []
    digests += [_phone(context, p.phone)[0]] if p.phone is not None else []
    state, now = context.state, context.clock.now()
    rows = [
        _block(block)
        for block in state.blocks.values()
        if block.until is not None and block.until > now and (not digests or block.digest in digests)
    ]
    return s.Blocks(blocks=sorted(rows, key=lambda row: -int(row["since"])))


def _block(block: Block) -> Json:
    return {
        "block": block.appointment,
        "since": block.misses[-1][1],
        "until": block.until,
        "missed": [{"appointment": appointment, "at": at} for appointment, at in block.misses],
    }
