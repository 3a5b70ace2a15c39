"""What follows a ticket's number and its service: the slip, and the rating."""

from collections.abc import Callable
from typing import Any, Final

from hallctl.domain import events as e
from hallctl.domain.commands import Command, ConfirmSlip, FailSlip, LapseRating, RateTicket, ReprintSlip
from hallctl.domain.decision import Decision, printer_refusal, ticket_named
from hallctl.domain.model import SlipState
from hallctl.domain.state import HallState
from hallctl.errors import Refusal


def rate(state: HallState, command: RateTicket, _now: int) -> Decision | Refusal:
    """Only a finished service whose rating is asked, once (E02, E03)."""
    asked = state.asked.get(command.window)
    if asked is None or command.ticket not in {None, asked}:
        return Refusal("rating.not_asked")
    return Decision((e.TicketRated(asked, command.window, command.level, command.raw),), asked, command.window)


def lapse(state: HallState, command: LapseRating, _now: int) -> Decision | Refusal:
    if command.ticket not in state.asked.values():
        return Refusal("rating.not_asked")
    return Decision((e.RatingLapsed(command.ticket),), command.ticket)


def confirm_slip(state: HallState, command: ConfirmSlip, _now: int) -> Decision | Refusal:
    ticket = state.tickets.get(command.ticket)
    if ticket is None or ticket.slip is not SlipState.QUEUED:
        return Refusal("ticket.unknown", {"ticket": command.ticket})
    return Decision((e.SlipConfirmed(ticket.id, command.device),), ticket.id)


def fail_slip(state: HallState, command: FailSlip, _now: int) -> Decision | Refusal:
    ticket = state.tickets.get(command.ticket)
    if ticket is None or ticket.slip is not SlipState.QUEUED:
        return Refusal("ticket.unknown", {"ticket": command.ticket})
    return Decision((e.SlipFailed(ticket.id, command.device, command.fault),), ticket.id)


def reprint(state: HallState, command: ReprintSlip, _now: int) -> Decision | Refusal:
    """Another copy of the same number, marked as such."""
    ticket = ticket_named(state, "reprint", command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    if command.kiosk not in state.layout.kiosk_printers:
        return Refusal("kiosk.unknown", {"kiosk": command.kiosk})
    printer = state.layout.kiosk_printers[command.kiosk]
    if printer is None:
        return Refusal("slip.no_printer", {"kiosk": command.kiosk})
    refusal = printer_refusal(state, printer)
    if refusal is not None:
        return refusal
    return Decision((e.SlipReprinted(ticket.id, command.kiosk, "asked"),), ticket.id)


HANDLERS: Final[dict[type[Command], Callable[[HallState, Any, int], Decision | Refusal]]] = {
    RateTicket: rate,
    LapseRating: lapse,
    ConfirmSlip: confirm_slip,
    FailSlip: fail_slip,
    ReprintSlip: reprint,
}
