"""The commands of a ticket's life: take, call, serve, put aside, rate, print."""

from collections.abc import Callable
from typing import Any, Final

from hallctl.domain import events as e
from hallctl.domain import policy, waits
from hallctl.domain.commands import (
    CallTicket,
    CancelTicket,
    Command,
    ConfirmSlip,
    FailSlip,
    FinishTicket,
    HoldTicket,
    LapseRating,
    MissTicket,
    RateTicket,
    RecallTicket,
    ReprintSlip,
    RestoreTicket,
    ResumeTicket,
    StartTicket,
    TakeTicket,
    TransferTicket,
    UndoTicket,
)
from hallctl.domain.decision import (
    Decision,
    move_ticket,
    move_window,
    printer_refusal,
    ticket_at,
    ticket_named,
)
from hallctl.domain.model import ACTIVE, SlipState, Stage, Ticket
from hallctl.domain.state import HallState
from hallctl.errors import Refusal


def take(state: HallState, command: TakeTicket, now: int) -> Decision | Refusal:
    """Issue the next number; no ticket where no slip can be printed, unless asked for paperless (T05)."""
    service = state.layout.services.get(command.service)
    if service is None:
        return Refusal("service.unknown", {"service": command.service})
    if state.day is None:
        return Refusal("day.closed")
    if command.kiosk is not None and command.kiosk not in state.layout.kiosk_printers:
        return Refusal("kiosk.unknown", {"kiosk": command.kiosk})
    if service.identity == "required" and command.person is None and not command.reason:
        return Refusal("service.identity_required")
    printer = state.layout.kiosk_printers.get(command.kiosk or "")
    printing = printer is not None and not command.paperless
    if printing and printer is not None:
        refusal = printer_refusal(state, printer)
        if refusal is not None:
            return refusal
    if command.person is not None:
        existing = state.persons.get((command.person.digest, command.service))
        if existing is not None:
            return _again(existing, command.kiosk if printing else None)
    number = state.tally(command.service).number + 1
    label = f"{service.prefix}{number:03d}"
    ticket = f"{state.day.replace('-', '')}-{label}"
    event = e.TicketTaken(
        ticket=ticket,
        service=command.service,
        number=number,
        label=label,
        priority=command.priority,
        place=state.place(now),
        ahead=waits.ahead(state, command.service, command.priority),
        kiosk=command.kiosk,
        printing=printing,
        reason=command.reason,
        person=command.person,
    )
    return Decision((event,), ticket=ticket)


def _again(existing: str, kiosk: str | None) -> Decision:
    """The same person waits for the same service already: the existing number, printed again if there is paper."""
    events = (e.SlipReprinted(existing, kiosk, "same_person"),) if kiosk is not None else ()
    return Decision(events, ticket=existing)


def call(state: HallState, command: CallTicket, now: int) -> Decision | Refusal:
    """Call the next by the window's policy, or the chosen one with a reason."""
    refusal = move_window(state, "call", command.window) or _may_call(state, command.window)
    if refusal is not None:
        return refusal
    plan = state.layout.windows[command.window]
    clerk = state.window(command.window).clerk
    if command.ticket is None:
        choice = policy.choose(state, plan, now)
        if choice is None:
            return Refusal("queue.empty")
        event = e.TicketCalled(choice.ticket, command.window, clerk, choice.why, choice.beat)
        return Decision((event,), ticket=choice.ticket, window=command.window)
    ticket = ticket_named(state, "call", command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    if ticket.target not in {None, command.window}:
        return Refusal("ticket.elsewhere", {"label": ticket.label, "window": str(ticket.target)})
    if ticket.target is None and ticket.queue not in plan.services:
        return Refusal("service.not_here", {"window": command.window, "service": ticket.queue})
    if not command.reason:
        return Refusal("ticket.reason_required")
    event = e.TicketCalled(ticket.id, command.window, clerk, "chosen", reason=command.reason)
    return Decision((event,), ticket=ticket.id, window=command.window)


def _may_call(state: HallState, window: str) -> Refusal | None:
    """A window calls only with a clerk and without another ticket."""
    desk = state.window(window)
    if desk.clerk is None:
        return Refusal("window.no_clerk", {"window": window})
    active = state.active(window)
    if active is not None:
        return Refusal("window.busy", {"window": window, "label": active.label})
    return None


def recall(state: HallState, command: RecallTicket, now: int) -> Decision | Refusal:
    """Call again: not too soon, not too often (C06)."""
    ticket = ticket_at(state, "recall", command.window)
    if isinstance(ticket, Refusal):
        return ticket
    layout = state.layout
    if ticket.calls > layout.recall_limit:
        return Refusal("ticket.recall_limit", {"label": ticket.label, "limit": layout.recall_limit})
    left = layout.recall_gap_s * 1000 - (now - (ticket.announced_at or 0))
    if 0 < left <= layout.recall_gap_s * 1000:
        return Refusal("ticket.recall_too_soon", {"seconds": -(-left // 1000)})
    return Decision((e.TicketRecalled(ticket.id, command.window),), ticket.id, command.window)


def start(state: HallState, command: StartTicket, _now: int) -> Decision | Refusal:
    ticket = ticket_at(state, "start", command.window)
    if isinstance(ticket, Refusal):
        return ticket
    return Decision((e.TicketStarted(ticket.id, command.window),), ticket.id, command.window)


def finish(state: HallState, command: FinishTicket, _now: int) -> Decision | Refusal:
    """End the service and ask for a rating; an older request of the same window lapses."""
    ticket = ticket_at(state, "finish", command.window)
    if isinstance(ticket, Refusal):
        return ticket
    finished = e.TicketFinished(ticket.id, command.window, state.window(command.window).clerk)
    older = state.asked.get(command.window)
    events = (e.RatingLapsed(older), finished) if older else (finished,)
    return Decision(events, ticket.id, command.window)


def miss(state: HallState, command: MissTicket, _now: int) -> Decision | Refusal:
    ticket = ticket_at(state, "miss", command.window)
    if isinstance(ticket, Refusal):
        return ticket
    return Decision((e.TicketMissed(ticket.id, command.window),), ticket.id, command.window)


def restore(state: HallState, command: RestoreTicket, _now: int) -> Decision | Refusal:
    ticket = ticket_named(state, "restore", command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    if ticket.day != state.day:
        return Refusal("day.closed")
    return Decision((e.TicketRestored(ticket.id),), ticket.id)


def hold(state: HallState, command: HoldTicket, _now: int) -> Decision | Refusal:
    ticket = ticket_at(state, "hold", command.window)
    if isinstance(ticket, Refusal):
        return ticket
    return Decision((e.TicketHeld(ticket.id, command.window, command.reason),), ticket.id, command.window)


def resume(state: HallState, command: ResumeTicket, _now: int) -> Decision | Refusal:
    """Call a held ticket back to the window that held it."""
    refusal = move_window(state, "call", command.window) or _may_call(state, command.window)
    if refusal is not None:
        return refusal
    ticket = ticket_named(state, "resume", command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    if ticket.window != command.window:
        return Refusal("ticket.elsewhere", {"label": ticket.label, "window": str(ticket.window)})
    clerk = state.window(command.window).clerk
    return Decision((e.TicketResumed(ticket.id, command.window, clerk),), ticket.id, command.window)


def transfer(state: HallState, command: TransferTicket, _now: int) -> Decision | Refusal:
    """Send on to a service's queue, or to one window; place and take time stay (C08)."""
    ticket = ticket_named(state, "transfer", command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    refusal = _not_ours(ticket, command.by)
    if refusal is not None:
        return refusal
    if (command.service is None) == (command.window is None):
        return Refusal("ticket.transfer_where")
    if command.service is not None:
        if command.service not in state.layout.services:
            return Refusal("service.unknown", {"service": command.service})
        queue = command.service
    else:
        plan = state.layout.windows.get(command.window or "")
        if plan is None:
            return Refusal("window.unknown", {"window": str(command.window)})
        queue = ticket.queue if ticket.queue in plan.services else plan.services[0]
    if ticket.stage is Stage.WAITING and (queue, command.window) == (ticket.queue, ticket.target):
        return Decision((), ticket.id)
    event = e.TicketTransferred(ticket.id, queue, command.window, ticket.window, command.reason)
    return Decision((event,), ticket.id, ticket.window)


def _not_ours(ticket: Ticket, by: str | None) -> Refusal | None:
    """A window must not touch what is called, served or held at another one."""
    busy = ticket.stage in ACTIVE or ticket.stage is Stage.HELD
    if by is not None and busy and ticket.window != by:
        return Refusal("ticket.elsewhere", {"label": ticket.label, "window": str(ticket.window)})
    return None


def undo(state: HallState, command: UndoTicket, now: int) -> Decision | Refusal:
    """Take back a wrong call while it is fresh (C17)."""
    ticket = ticket_at(state, "undo", command.window)
    if isinstance(ticket, Refusal):
        return ticket
    if now - (ticket.called_at or 0) > state.layout.undo_s * 1000:
        return Refusal("ticket.undo_too_late", {"seconds": state.layout.undo_s})
    held = ticket.resumed_at is not None
    refusal = move_ticket("undo_resume" if held else "undo", ticket)
    return refusal or Decision((e.TicketUndone(ticket.id, command.window, held),), ticket.id, command.window)


def cancel(state: HallState, command: CancelTicket, _now: int) -> Decision | Refusal:
    ticket = ticket_named(state, "cancel", command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    refusal = _not_ours(ticket, command.by)
    if refusal is not None:
        return refusal
    return Decision(
        (e.TicketCancelled(ticket.id, ticket.queue, ticket.window, command.reason),), ticket.id, ticket.window
    )


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
    TakeTicket: take,
    CallTicket: call,
    RecallTicket: recall,
    StartTicket: start,
    FinishTicket: finish,
    MissTicket: miss,
    RestoreTicket: restore,
    HoldTicket: hold,
    ResumeTicket: resume,
    TransferTicket: transfer,
    UndoTicket: undo,
    CancelTicket: cancel,
    RateTicket: rate,
    LapseRating: lapse,
    ConfirmSlip: confirm_slip,
    FailSlip: fail_slip,
    ReprintSlip: reprint,
}
