"""Appointments as the staff and the kiosk of their holder see them: masks only, never a code."""

from typing import Any

from hallctl.domain.booking import Appointment, BookingStage
from hallctl.domain.state import HallState

Json = dict[str, Any]


def holder_view(appointment: Appointment) -> Json:
    """What a kiosk shows of an appointment to its holder."""
    return {
        "id": appointment.id,
        "service": appointment.service,
        "day": appointment.day,
        "start": appointment.start,
        "end": appointment.end,
        "stage": appointment.stage.value,
        "late": appointment.late,
        "label": None if appointment.ticket is None else appointment.ticket.partition("-")[2],
    }


def staff_view(appointment: Appointment) -> Json:
    """The same for the staff, with masks of who holds it."""
    holder = appointment.holder
    return {
        **holder_view(appointment),
        "ticket": appointment.ticket,
        "name_mask": holder.name_mask if holder is not None else "",
        "number_mask": holder.number_mask if holder is not None else "",
        "tail": appointment.tail or "",
        "source": appointment.source,
        "reason": appointment.reason,
    }


def of_today(state: HallState) -> list[Json]:
    """The appointments of the business day, by slot; of those cancelled none."""
    today = state.day or state.last_day
    mine = [a for a in state.appointments.values() if a.day == today and a.stage is not BookingStage.CANCELLED]
    return [staff_view(appointment) for appointment in sorted(mine, key=lambda a: (a.start, a.id))]


def changed(state: HallState, appointment: str) -> Json | None:
    """What the staff are told of an appointment that has changed: only of those of today; `stage` tells one that is to
    be taken off the list (cancelled)."""
    known = state.appointments.get(appointment)
    return staff_view(known) if known is not None and known.day == (state.day or state.last_day) else None
