"""Check-in: an appointment becomes a ticket at once, and nobody queues twice for it (A02, A03, A05; 差评 code 212).

However the holder is known (card, code, telephone, the staff), one appointment leads to one ticket. Its place in the
queue is the slot's start; who comes earlier waits for that, who comes too late gets a normal number and is told why.
"""

from collections.abc import Callable
from typing import Any, Final

from hallctl.domain import appointment as ask
from hallctl.domain import booking_events as b
from hallctl.domain import decide_take, waits
from hallctl.domain import events as e
from hallctl.domain.booking import Appointment, BookingStage
from hallctl.domain.booking_commands import CheckInAppointment
from hallctl.domain.calendar import local_time
from hallctl.domain.commands import Command, TakeTicket
from hallctl.domain.decide_slip import again
from hallctl.domain.decide_take import is_agent, left_out, next_number, paper
from hallctl.domain.decision import Decision
from hallctl.domain.layout import MINUTE_MS
from hallctl.domain.lifecycle import ticket_after
from hallctl.domain.model import OPEN, RANK, Person, Priority, Stage, Ticket
from hallctl.domain.opening import refusal as hours_refusal
from hallctl.domain.state import HallState
from hallctl.errors import Refusal


def check_in(state: HallState, command: CheckInAppointment, now: int) -> Decision | Refusal:
    """The number of today's appointment; a second time the same number again."""
    if state.day is None:
        return Refusal("day.closed")
    if state.emergency is not None:
        return Refusal("hall.emergency")
    if command.kiosk is not None and command.kiosk not in state.layout.kiosk_printers:
        return Refusal("kiosk.unknown", {"kiosk": command.kiosk})
    appointment = chosen(state, command, now)
    if isinstance(appointment, Refusal):
        return appointment
    return _admit(state, appointment, command, now)


def take(state: HallState, command: TakeTicket, now: int) -> Decision | Refusal:
    """A number, or the check-in of who has an appointment for the service today."""
    checked_in = instead_of_taking(state, command, now)
    return checked_in if checked_in is not None else decide_take.take(state, command, now)


def instead_of_taking(state: HallState, command: TakeTicket, now: int) -> Decision | Refusal | None:
    """What becomes of a number that somebody takes who has an appointment for that service today: the check-in. None:
    there is none, or its visit is over (A02); or nobody gets a number now. Agents act for others."""
    closed = state.day is None or state.emergency is not None
    if command.person is None or closed or is_agent(state, command.person):
        return None
    if command.kiosk is not None and command.kiosk not in state.layout.kiosk_printers:
        return None
    for appointment in ask.of_person(state, command.person.digest):
        if appointment.service == command.service and appointment.day == state.day and _stands(state, appointment):
            asked = CheckInAppointment(
                appointment.id,
                person=command.person,
                priority=command.priority,
                kiosk=command.kiosk,
                paperless=command.paperless,
                reason=command.reason,
                override=command.override,
            )
            return _admit(state, appointment, asked, now)
    return None


def _stands(state: HallState, appointment: Appointment) -> bool:
    """Whether the appointment still is the holder's way to a number: not come yet, or here and to be called (again)
    for that service."""
    if appointment.stage is BookingStage.CHECKED_IN:
        ticket = state.tickets.get(appointment.ticket or "")
        if ticket is None or ticket.queue != appointment.service:
            return False
        return ticket.stage in OPEN and not _is_void(state, ticket)
    return appointment.stage is not BookingStage.CANCELLED


def _is_void(state: HallState, ticket: Ticket) -> bool:
    """Whether it was called and is worth nothing any more by the service's rule."""
    service = state.layout.services.get(ticket.queue)
    return ticket.stage is Stage.MISSED and service is not None and service.missed == "void"


# ---------------------------------------------------------------- which appointment


def chosen(state: HallState, command: CheckInAppointment, now: int) -> Appointment | Refusal:
    """The one appointment of today that the command is about."""
    digest = command.person.digest if command.person is not None else command.digest
    named = ask.Key(None, command.code, digest, command.phone, command.tail)
    key = named if named != ask.Key() else ask.Key(command.appointment)
    found = ask.found(state, key)
    if not found:
        return Refusal("appointment.unknown")
    today = [a for a in found if a.day == state.day and a.stage is not BookingStage.CANCELLED]
    if not today:
        return _not_today(state, found, now)
    if key.tail is not None and len({a.who for a in today}) > 1:
        return Refusal("appointment.ambiguous")
    if command.appointment is not None:
        today = [a for a in today if a.id == command.appointment]
    if not today:
        return Refusal("appointment.unknown")
    return today[0] if len(today) == 1 else Refusal("appointment.choose", {"count": len(today)})


def _not_today(state: HallState, found: list[Appointment], now: int) -> Refusal:
    coming = [a for a in found if a.stage is BookingStage.BOOKED and a.end > now]
    if not coming:
        return Refusal("appointment.over")
    zh, en = ask.slot_text(state.layout, coming[0].start, coming[0].end, now)
    return Refusal("appointment.other_day", {"when": zh, "when_en": en})


# ---------------------------------------------------------------- the ticket


def _admit(state: HallState, appointment: Appointment, command: CheckInAppointment, now: int) -> Decision | Refusal:
    """The ticket of the appointment: the one it led to, the one its holder waits with already, or a new one."""
    if appointment.stage is BookingStage.CHECKED_IN:
        return _again(state, appointment, command)
    rule = _rule(state, appointment, now)
    if rule is not None and not (command.override and command.reason):
        return rule
    person = appointment.holder or command.person
    waiting = state.persons.get((person.digest, appointment.service)) if person is not None else None
    if waiting is not None:
        return _join(state, appointment, state.tickets[waiting], command, now)
    return _issue(state, appointment, command, person, now)


def _rule(state: HallState, appointment: Appointment, now: int) -> Refusal | None:
    """Too early; or too late for the class at a time when nobody gets a number. The limits of the service do not hold:
    the place is the holder's own."""
    hours, early_min = state.layout.hours, state.layout.booking.early_min
    if early_min and now < appointment.start - early_min * MINUTE_MS:
        opens = local_time(appointment.start - early_min * MINUTE_MS, hours.tz)
        return Refusal("appointment.too_early", {"opens": f"{opens:%H:%M}", "minutes": early_min})
    if ask.arrival(state.layout, appointment, now) == "late":
        return hours_refusal(hours, now, appointment.service)
    return None


def _issue(
    state: HallState, appointment: Appointment, command: CheckInAppointment, person: Person | None, now: int
) -> Decision | Refusal:
    printing = paper(state, command.kiosk, command.paperless)
    if isinstance(printing, Refusal):
        return printing
    service = state.layout.services.get(appointment.service)
    if service is None:
        return Refusal("service.unknown", {"service": appointment.service})
    arrival = ask.arrival(state.layout, appointment, now)
    priority, place = _standing(state, appointment, arrival, command.priority, now)
    number, label, ticket = next_number(state, service)
    taken = e.TicketTaken(
        ticket=ticket,
        service=service.id,
        number=number,
        label=label,
        priority=priority,
        place=place,
        ahead=waits.ahead(state, service.id, priority, now, place),
        kiosk=command.kiosk,
        printing=printing,
        reason=command.reason,
        override=_rule(state, appointment, now) is not None,
        person=person if service.identity != "none" else None,  # nothing is kept that nobody asked for (T13)
        appointment=appointment.id,
    )
    came = b.AppointmentCheckedIn(appointment.id, ticket, late=arrival == "late")
    events = (*left_out(state, service, number), taken, came)
    return Decision(events, ticket=ticket, appointment=appointment.id, notice=_notice(state, appointment, now))


def _standing(
    state: HallState, appointment: Appointment, arrival: ask.Arrival, own: Priority, now: int
) -> tuple[Priority, int]:
    """(class, place). Who has a better class of their own need not wait for the slot; too late is as if just come."""
    if arrival == "late":
        return own, state.place(now)
    if RANK[own] < RANK[Priority.APPOINTMENT]:
        return own, state.place(now) if arrival == "early" else appointment.start
    return Priority.APPOINTMENT, appointment.start


def _join(
    state: HallState, appointment: Appointment, ticket: Ticket, command: CheckInAppointment, now: int
) -> Decision | Refusal:
    """The holder took a number before and waits: that one stays, and gets the class if the slot has begun."""
    printing = paper(state, command.kiosk, command.paperless)
    if isinstance(printing, Refusal):
        return printing
    arrival = ask.arrival(state.layout, appointment, now)
    better = arrival == "in_slot" and RANK[ticket.priority] > RANK[Priority.APPOINTMENT]
    came = b.AppointmentCheckedIn(
        appointment.id, ticket.id, late=arrival == "late", priority=Priority.APPOINTMENT if better else None
    )
    notice = Refusal("appointment.joined", {"label": ticket.label})
    return Decision(
        (came, *_reprint(ticket, command.kiosk if printing else None)),
        ticket=ticket.id,
        appointment=appointment.id,
        notice=notice,
    )


def _again(state: HallState, appointment: Appointment, command: CheckInAppointment) -> Decision | Refusal:
    """The same number, printed again and marked where there is paper (A05)."""
    ticket = state.tickets.get(appointment.ticket or "")
    label = str(appointment.ticket).partition("-")[2]
    if ticket is None or ticket.stage not in OPEN:
        return Refusal("appointment.used", {"label": label})
    printing = paper(state, command.kiosk, command.paperless)
    reprint = _reprint(ticket, command.kiosk if printing is True else None)
    code = "appointment.called" if ticket.stage is Stage.MISSED else "appointment.again"
    notice = Refusal(code, {"label": label})
    return Decision(tuple(reprint), ticket=ticket.id, appointment=appointment.id, notice=notice)


def _reprint(ticket: Ticket, kiosk: str | None) -> list[e.Event]:
    if kiosk is None or ticket_after("reprint", ticket.stage) is None:
        return []
    return [again(ticket, kiosk, "same_person")]


def _notice(state: HallState, appointment: Appointment, now: int) -> Refusal | None:
    """What the holder should know beside the number: wait for the slot, or too late for it (A03)."""
    tz = state.layout.hours.tz
    match ask.arrival(state.layout, appointment, now):
        case "early":
            return Refusal("appointment.early", {"starts": f"{local_time(appointment.start, tz):%H:%M}"})
        case "late":
            ends, grace = local_time(appointment.end, tz), state.layout.booking.grace_min
            return Refusal("appointment.late", {"ends": f"{ends:%H:%M}", "grace": grace})
        case _:
            return None


HANDLERS: Final[dict[type[Command], Callable[[HallState, Any, int], Decision | Refusal]]] = {
    CheckInAppointment: check_in,
    TakeTicket: take,
}
"""`take` stands before `decide_take.take`: it is the later one in the table of `decide`."""
