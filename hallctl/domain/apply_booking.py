"""`apply` for appointments, quotas and blocks."""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from hallctl.domain import booking_events as b
from hallctl.domain.booking import Appointment, Block, BookingStage, Quota, quota_id
from hallctl.domain.event import Event, Record
from hallctl.domain.state import HallState


def _booked(state: HallState, record: Record, event: b.AppointmentBooked) -> None:
    appointment = Appointment(
        id=event.appointment,
        code=event.code,
        service=event.service,
        day=event.day,
        start=event.start,
        end=event.end,
        booked_at=record.at,
        source=event.source,
        external=event.external,
        phone=event.phone,
        tail=event.tail,
        holder=event.holder,
    )
    state.change("appointment", appointment.id, appointment)


def _imported(_state: HallState, _record: Record, _event: b.AppointmentImported) -> None:
    """The appointments are events of their own."""


def _cancelled(state: HallState, record: Record, event: b.AppointmentCancelled) -> None:
    _end(state, record, event, BookingStage.CANCELLED, event.reason)


def _missed(state: HallState, record: Record, event: b.AppointmentMissed) -> None:
    _end(state, record, event, BookingStage.MISSED, None)


def _end(
    state: HallState,
    record: Record,
    event: b.AppointmentCancelled | b.AppointmentMissed,
    stage: BookingStage,
    reason: str | None,
) -> None:
    """An appointment of a day that is over leaves memory; that its holder did not come may be remembered."""
    appointment = state.appointments[event.appointment]
    if event.counts and appointment.who is not None:
        known = state.blocks.get(appointment.who, Block(appointment.who, (), 0))
        block = replace(
            known,
            misses=(*known.misses, (appointment.id, record.at)),
            kept_until=max(known.kept_until, event.kept_until),
        )
        if event.blocked_until is not None:
            block = replace(block, until=event.blocked_until, appointment=appointment.id)
        state.change("block", block.digest, block)
    live = state.last_day is None or appointment.day >= state.last_day
    appointment = replace(appointment, stage=stage, ended_at=record.at, reason=reason, live=live)
    state.change("appointment", appointment.id, appointment)


def _checked_in(state: HallState, record: Record, event: b.AppointmentCheckedIn) -> None:
    """Who was thought not to come and is late takes that back."""
    appointment = state.appointments[event.appointment]
    block = state.blocks.get(appointment.who or "")
    if appointment.stage is BookingStage.MISSED and block is not None:
        _forgive(state, block, appointment.id)
    appointment = replace(
        appointment, stage=BookingStage.CHECKED_IN, ticket=event.ticket, late=event.late, ended_at=record.at
    )
    state.change("appointment", appointment.id, appointment)
    ticket = state.tickets[event.ticket]
    if ticket.appointment != appointment.id:
        priority = event.priority or ticket.priority
        state.put(replace(ticket, appointment=appointment.id, priority=priority))


def _forgive(state: HallState, block: Block, appointment: str) -> None:
    """One of the misses was none, nor is anybody blocked because of it."""
    misses = tuple(miss for miss in block.misses if miss[0] != appointment)
    if block.appointment == appointment:
        block = replace(block, until=None, appointment=None)
    state.change("block", block.digest, replace(block, misses=misses) if misses else None)


def _quota_set(state: HallState, _record: Record, event: b.QuotaSet) -> None:
    key = quota_id(event.service, event.start)
    quota = None if event.quota is None else Quota(key, event.service, event.start, event.quota)
    state.change("quota", key, quota)


def _lifted(state: HallState, _record: Record, event: b.BlockLifted) -> None:
    for block in list(state.blocks.values()):
        if block.appointment == event.block:
            state.change("block", block.digest, None)


def turn_day(state: HallState, record: Record) -> None:
    """A fresh day: ended appointments of days before leave memory, as do quotas of slots that are over and what need
    not be remembered of anybody any more. Those still booked wait to be missed."""
    today = state.last_day or ""
    for appointment in list(state.appointments.values()):
        if appointment.day < today and appointment.stage is not BookingStage.BOOKED:
            state.change("appointment", appointment.id, replace(appointment, live=False))
    for quota in list(state.quotas.values()):
        if quota.start < record.at and not state.agenda.open.get(quota.service, {}).get(quota.start):
            state.change("quota", quota.id, None)
    for block in list(state.blocks.values()):
        if block.kept_until <= record.at:
            state.change("block", block.digest, None)


APPLIERS: Final[dict[type[Event], Callable[[HallState, Record, Any], None]]] = {
    b.AppointmentBooked: _booked,
    b.AppointmentImported: _imported,
    b.AppointmentCancelled: _cancelled,
    b.AppointmentCheckedIn: _checked_in,
    b.AppointmentMissed: _missed,
    b.QuotaSet: _quota_set,
    b.BlockLifted: _lifted,
}
