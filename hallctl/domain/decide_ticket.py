"""The commands of a ticket's life while it is at a window or waits for one: call, serve, put aside, take back."""

from collections.abc import Callable
from typing import Any, Final

from hallctl.domain import events as e
from hallctl.domain import policy
from hallctl.domain.commands import (
    CallTicket,
    CancelTicket,
    Command,
    HoldTicket,
    MissTicket,
    RecallTicket,
    RestoreTicket,
    ResumeTicket,
    StartTicket,
    UndoTicket,
)
from hallctl.domain.decide_page import dropped
from hallctl.domain.decision import (
    Decision,
    may_resume,
    move_ticket,
    move_window,
    not_ours,
    ticket_at,
    ticket_named,
)
from hallctl.domain.model import Ticket, WindowPlan
from hallctl.domain.release import released
from hallctl.domain.state import HallState
from hallctl.errors import Refusal


def call(state: HallState, command: CallTicket, now: int) -> Decision | Refusal:
    """Call the next by the window's policy, or the chosen one with a reason."""
    refusal = move_window(state, "call", command.window) or _may_call(state, command.window)
    if refusal is not None:
        return refusal
    desk = state.window(command.window)
    plan, clerk = desk.plan or state.layout.windows[desk.id], desk.clerk
    if command.ticket is None:
        choice = policy.choose(state, plan, now)
        if choice is None:
            return Refusal("queue.empty")
        event = e.TicketCalled(
            choice.ticket, desk.id, clerk, choice.why, choice.beat, None, choice.among, choice.passed, choice.credits
        )
        return Decision((event,), ticket=choice.ticket, window=command.window)
    ticket = ticket_named(state, "call", command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    refusal = _may_choose(plan, ticket, clerk)
    if refusal is not None:
        return refusal
    if not command.reason:
        return Refusal("ticket.reason_required")
    event = e.TicketCalled(ticket.id, command.window, clerk, "chosen", reason=command.reason)
    return Decision((event,), ticket=ticket.id, window=command.window)


def _may_choose(plan: WindowPlan, ticket: Ticket, clerk: str | None) -> Refusal | None:
    """A chosen ticket is one that the window serves, and not meant for another window or clerk."""
    if not plan.choose:
        return Refusal("window.blind", {"window": plan.id})
    if ticket.target not in {None, plan.id} or ticket.for_clerk not in {None, clerk}:
        return Refusal("ticket.elsewhere", {"label": ticket.label, "window": ticket.target or str(ticket.for_clerk)})
    if ticket.target is None and ticket.for_clerk is None and ticket.queue not in plan.serves:
        return Refusal("service.not_here", {"window": plan.id, "service": ticket.queue})
    return None


def _may_call(state: HallState, window: str) -> Refusal | None:
    """A window calls only with a clerk and without another ticket, and never in an emergency (C16)."""
    if state.emergency is not None:
        return Refusal("hall.emergency")
    desk = state.window(window)
    if desk.clerk is None:
        return Refusal("window.no_clerk", {"window": window})
    active = state.tickets.get(desk.ticket) if desk.ticket else None
    if active is not None:
        return Refusal("window.busy", {"window": window, "label": active.label})
    return None


def recall(state: HallState, command: RecallTicket, now: int) -> Decision | Refusal:
    """Call again: not too soon, not too often (C06), and not in an emergency."""
    ticket = ticket_at(state, "recall", command.window)
    if isinstance(ticket, Refusal):
        return ticket
    if state.emergency is not None:
        return Refusal("hall.emergency")
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


def miss(state: HallState, command: MissTicket, now: int) -> Decision | Refusal:
    """Nobody came, though called often and long enough; what becomes of the ticket is the service's rule (C07). In an
    emergency nobody is expected to come (C16)."""
    if state.emergency is not None:
        return Refusal("hall.emergency")
    ticket = ticket_at(state, "miss", command.window)
    if isinstance(ticket, Refusal):
        return ticket
    refusal = _too_early(state, ticket, now)
    if refusal is not None:
        return refusal
    missed = _missed(state, ticket, command.window, now)
    if missed.place is None and missed.after is None:
        return Decision((missed,), ticket.id, command.window)
    return move_ticket("requeue", ticket) or Decision((missed, *released(state, ticket)), ticket.id, command.window)


def _too_early(state: HallState, ticket: Ticket, now: int) -> Refusal | None:
    """Told how often, then how long, it is still to be called. No more calls are asked for than recalls are allowed; a
    clock that was set back keeps nobody waiting (O08)."""
    layout = state.layout
    times = min(layout.miss_after_calls, layout.recall_limit + 1) - ticket.calls
    if times > 0:
        return Refusal("ticket.miss_calls", {"label": ticket.label, "times": times})
    left = layout.miss_after_s * 1000 - (now - (ticket.called_at or 0))
    if 0 < left <= layout.miss_after_s * 1000:
        return Refusal("ticket.miss_too_soon", {"label": ticket.label, "seconds": -(-left // 1000)})
    return None


def _missed(state: HallState, ticket: Ticket, window: str, now: int) -> e.TicketMissed:
    """The miss and what becomes of the ticket. Who missed twice, or after the day's end, does not wait again. One that
    is meant for a window or a clerk has no others to let pass: it goes to the end of those."""
    policy = missed_policy(state, ticket)
    if policy in {"void", "staff_restore"} or state.day is None:
        return e.TicketMissed(ticket.id, window, "void" if policy == "void" else "staff_restore")
    if ticket.misses:
        return e.TicketMissed(ticket.id, window, "void")
    if policy == "tail" or ticket.target is not None or ticket.for_clerk is not None:
        return e.TicketMissed(ticket.id, window, "tail", place=state.place(now))
    after = state.tally(ticket.queue).calls + state.layout.services[ticket.queue].missed_k
    return e.TicketMissed(ticket.id, window, "requeue", after=after)


def missed_policy(state: HallState, ticket: Ticket) -> str:
    """What the hall does with those who miss their turn in the ticket's queue."""
    service = state.layout.services.get(ticket.queue)
    return service.missed if service is not None else "staff_restore"


def restore(state: HallState, command: RestoreTicket, _now: int) -> Decision | Refusal:
    """Back to its old place, where the rule leaves that to the staff; who missed for good takes a new number."""
    ticket = ticket_named(state, "restore", command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    if state.day is None:
        return Refusal("day.closed")
    policy = missed_policy(state, ticket)
    if policy != "staff_restore":
        code = "ticket.missed_void" if policy == "void" else "ticket.missed_twice"
        return Refusal(code, {"label": ticket.label})
    return Decision((e.TicketRestored(ticket.id), *released(state, ticket)), ticket.id)


def hold(state: HallState, command: HoldTicket, _now: int) -> Decision | Refusal:
    ticket = ticket_at(state, "hold", command.window)
    if isinstance(ticket, Refusal):
        return ticket
    return Decision((e.TicketHeld(ticket.id, command.window, command.reason),), ticket.id, command.window)


def resume(state: HallState, command: ResumeTicket, _now: int) -> Decision | Refusal:
    """Call a held ticket back: to the window that held it, to its clerk at another one, or, where that window is
    closed, to any that serves it (C09)."""
    refusal = move_window(state, "call", command.window) or _may_call(state, command.window)
    if refusal is not None:
        return refusal
    ticket = ticket_named(state, "resume", command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    if not may_resume(state, ticket, command.window):
        return Refusal("ticket.elsewhere", {"label": ticket.label, "window": str(ticket.window)})
    clerk = state.window(command.window).clerk
    return Decision((e.TicketResumed(ticket.id, command.window, clerk),), ticket.id, command.window)


def undo(state: HallState, command: UndoTicket, now: int) -> Decision | Refusal:
    """Take back a wrong call while it is fresh: the ticket stands again where it stood (C17)."""
    ticket = ticket_at(state, "undo", command.window)
    if isinstance(ticket, Refusal):
        return ticket
    if now - (ticket.called_at or 0) > state.layout.undo_s * 1000:
        return Refusal("ticket.undo_too_late", {"seconds": state.layout.undo_s})
    held = ticket.resumed_at is not None
    refusal = move_ticket("undo_resume" if held else "undo", ticket)
    if refusal is not None:
        return refusal
    undone = e.TicketUndone(ticket.id, command.window, held)
    return Decision((undone, *(() if held else released(state, ticket))), ticket.id, command.window)


def cancel(state: HallState, command: CancelTicket, _now: int) -> Decision | Refusal:
    ticket = ticket_named(state, "cancel", command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    refusal = not_ours(state, ticket, command.by)
    if refusal is not None:
        return refusal
    cancelled = e.TicketCancelled(ticket.id, ticket.queue, ticket.window, command.reason)
    return Decision((cancelled, *dropped(state, ticket.id, "cancelled")), ticket.id, ticket.window)


HANDLERS: Final[dict[type[Command], Callable[[HallState, Any, int], Decision | Refusal]]] = {
    CallTicket: call,
    RecallTicket: recall,
    StartTicket: start,
    MissTicket: miss,
    RestoreTicket: restore,
    HoldTicket: hold,
    ResumeTicket: resume,
    UndoTicket: undo,
    CancelTicket: cancel,
}
