"""What follows a ticket's number and its service: the slip, and the rating.

A slip is ``queued`` by its ticket or a reprint, ``printing`` from the moment at which it may be on paper, and then
``printed``, ``failed`` or ``unknown``. Only the latest copy counts: what is told of an earlier one is refused, and an
earlier one that has not begun never begins.
"""

from collections.abc import Callable
from typing import Any, Final

from hallctl.domain import events as e
from hallctl.domain.commands import (
    BeginSlip,
    Command,
    ConfirmSlip,
    DoubtSlip,
    FailSlip,
    LapseRating,
    RateTicket,
    ReprintSlip,
)
from hallctl.domain.decision import Decision, printing_refusal, ticket_named
from hallctl.domain.model import OPEN, SlipState, Stage, Ticket
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


def begin_slip(state: HallState, command: BeginSlip, _now: int) -> Decision | Refusal:
    """Nobody needs the slip of a ticket that has ended meanwhile."""
    ticket = _copy(state, command.ticket, command.copy, SlipState.QUEUED)
    if isinstance(ticket, Refusal):
        return ticket
    if ticket.stage not in OPEN:
        return Refusal("ticket.not_open", {"label": ticket.label, "stage": ticket.stage.value})
    return Decision((e.SlipBegun(ticket.id, command.device, command.kiosk, command.copy),), ticket.id)


def confirm_slip(state: HallState, command: ConfirmSlip, _now: int) -> Decision | Refusal:
    ticket = _copy(state, command.ticket, command.copy, SlipState.PRINTING)
    if isinstance(ticket, Refusal):
        return ticket
    return Decision((e.SlipConfirmed(ticket.id, command.device),), ticket.id)


def fail_slip(state: HallState, command: FailSlip, _now: int) -> Decision | Refusal:
    ticket = _copy(state, command.ticket, command.copy, SlipState.QUEUED, SlipState.PRINTING)
    if isinstance(ticket, Refusal):
        return ticket
    return Decision((e.SlipFailed(ticket.id, command.device, command.fault),), ticket.id)


def doubt_slip(state: HallState, command: DoubtSlip, _now: int) -> Decision | Refusal:
    ticket = _copy(state, command.ticket, command.copy, SlipState.PRINTING)
    if isinstance(ticket, Refusal):
        return ticket
    return Decision((e.SlipDoubted(ticket.id, command.device, command.fault),), ticket.id)


def _copy(state: HallState, ticket_id: str, copy: int, *slips: SlipState) -> Ticket | Refusal:
    """The live ticket whose latest copy this is, if its slip is in one of the states."""
    ticket = state.tickets.get(ticket_id)
    if ticket is None or ticket.copies != copy or ticket.slip not in slips:
        return Refusal("ticket.unknown", {"ticket": ticket_id})
    return ticket


def reprint(state: HallState, command: ReprintSlip, _now: int) -> Decision | Refusal:
    """Another copy of the same number, marked as such."""
    ticket = ticket_named(state, "reprint", command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    if command.kiosk not in state.layout.kiosk_printers:
        return Refusal("kiosk.unknown", {"kiosk": command.kiosk})
    if not state.layout.printers(command.kiosk):
        return Refusal("slip.no_printer", {"kiosk": command.kiosk})
    refusal = printing_refusal(state, command.kiosk)
    if refusal is not None:
        return refusal
    return Decision((again(ticket, command.kiosk, "asked"),), ticket.id)


def again(ticket: Ticket, kiosk: str, reason: str) -> e.SlipReprinted:
    """One copy more of the ticket's slip."""
    return e.SlipReprinted(ticket.id, kiosk, reason, ticket.copies + 1)


def after_restart(state: HallState, now: int) -> list[e.Event]:
    """What becomes of the slips under way when the daemon ended (T02, T06).

    A queued one was never sent: it is printed as if nothing had happened. One that was printing may be on paper or not:
    that is told, and it is printed again, marked 补打. Both only while they are of use; else the first has failed.
    """
    events: list[e.Event] = []
    for ticket in state.tickets.values():
        if ticket.slip not in {SlipState.QUEUED, SlipState.PRINTING}:
            continue
        fresh = now - ticket.taken_at <= state.layout.slip_s * 1000 and ticket.stage in {Stage.WAITING, Stage.CALLED}
        kiosk = ticket.kiosk if fresh and state.layout.printers(ticket.kiosk or "") else None
        if ticket.slip is SlipState.PRINTING:
            events.append(e.SlipDoubted(ticket.id, None, "printer.unproven"))
            if kiosk is not None:
                events.append(again(ticket, kiosk, "restart"))
        elif kiosk is not None:
            events.append(e.SlipRequeued(ticket.id, kiosk, ticket.copies))
        else:
            events.append(e.SlipFailed(ticket.id, None, "slip.late"))
    return events


HANDLERS: Final[dict[type[Command], Callable[[HallState, Any, int], Decision | Refusal]]] = {
    RateTicket: rate,
    LapseRating: lapse,
    BeginSlip: begin_slip,
    ConfirmSlip: confirm_slip,
    FailSlip: fail_slip,
    DoubtSlip: doubt_slip,
    ReprintSlip: reprint,
}
