"""Where a ticket goes after a window has had it: to its end, to its next step, or on to somebody else (C08, T17)."""

from collections.abc import Callable
from typing import Any, Final

from hallctl.domain import events as e
from hallctl.domain import waits
from hallctl.domain.commands import Command, FinishTicket, TransferTicket
from hallctl.domain.decision import Decision, move_ticket, not_ours, ticket_at, ticket_named
from hallctl.domain.limits import served
from hallctl.domain.model import Stage, Step, Ticket
from hallctl.domain.release import clerk_is_there, window_is_there
from hallctl.domain.state import HallState
from hallctl.errors import Refusal

MOST_STEPS: Final = 8
"""Steps that may be still to come for one ticket; who sends it back and forth for ever is stopped here."""

OUTCOMES: Final = ("solved", "referred", "registered")
"""How a consultation can end (R01, W15): answered; shown to the right place; written down, to be answered later. To
send the ticket on is an outcome too."""


def finish(state: HallState, command: FinishTicket, now: int) -> Decision | Refusal:
    """End the service. The next step is the one that is named, else the first of those to come; after the last one a
    rating is asked, and an older request of the same window lapses."""
    ticket = ticket_at(state, "finish", command.window)
    if isinstance(ticket, Refusal):
        return ticket
    steps = tuple(step for step in ticket.steps if step.queue in state.layout.services)
    if command.then is not None:
        refusal = _no_step(state, ticket, command.then)
        return refusal or _step(state, ticket, command.window, (Step(command.then), *steps), now)
    if steps and state.day is not None:
        return move_ticket("step", ticket) or _step(state, ticket, command.window, steps, now)
    refusal = _no_outcome(state, ticket, command.outcome)
    if refusal is not None:
        return refusal
    clerk = state.window(command.window).clerk
    finished = e.TicketFinished(ticket.id, command.window, clerk, served(state, ticket.queue, now), command.outcome)
    older = state.asked.get(command.window)
    events = (e.RatingLapsed(older), finished) if older else (finished,)
    return Decision(events, ticket.id, command.window)


def _no_step(state: HallState, ticket: Ticket, queue: str) -> Refusal | None:
    """Nobody is sent to wait for what the hall does not have, or where nobody is called any more today."""
    if queue not in state.layout.services:
        return Refusal("service.unknown", {"service": queue})
    if state.day is None:
        return Refusal("ticket.no_more_today", {"label": ticket.label})
    return move_ticket("step", ticket)


def _no_outcome(state: HallState, ticket: Ticket, outcome: str | None) -> Refusal | None:
    """A consultation does not end without one (L07)."""
    service = state.layout.services.get(ticket.queue)
    needed = service is not None and service.consult
    if outcome in OUTCOMES or (outcome is None and not needed):
        return None
    return Refusal("ticket.outcome_required", {"label": ticket.label})


def _step(state: HallState, ticket: Ticket, window: str, steps: tuple[Step, ...], now: int) -> Decision:
    """The same number goes on to the first of the steps. Who comes back to the sender keeps the old place, since that
    wait was done; a step that was not waited for yet begins at the end of its queue."""
    first, rest = steps[0], steps[1:]
    event = e.TicketStepped(
        ticket.id,
        window,
        state.window(window).clerk,
        first.queue,
        state.place(now) if first.place is None else first.place,
        first.target if first.target is not None and window_is_there(state, first.target) else None,
        first.for_clerk if first.for_clerk is not None and clerk_is_there(state, first.for_clerk) else None,
        rest,
        served(state, ticket.queue, now),
        waits.ahead(state, first.queue, ticket.priority, now, first.place),
    )
    return Decision((event,), ticket.id, window)


# ---------------------------------------------------------------- transfer


def transfer(state: HallState, command: TransferTicket, _now: int) -> Decision | Refusal:
    """Send on to a service's queue, to one window or to one clerk; place, take time and first clerk stay (C08)."""
    ticket = ticket_named(state, "transfer", command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    refusal = not_ours(state, ticket, command.by)
    if refusal is not None:
        return refusal
    if state.day is None:
        return Refusal("ticket.no_more_today", {"label": ticket.label})
    aim = _aim(state, ticket, command)
    if isinstance(aim, Refusal):
        return aim
    steps = _steps_after(state, ticket, command)
    if len(steps) > MOST_STEPS:
        return Refusal("ticket.too_many_steps", {"label": ticket.label, "most": MOST_STEPS})
    waits_now = ticket.stage is Stage.WAITING
    stays = (aim.queue, aim.target, aim.for_clerk) == (ticket.queue, ticket.target, ticket.for_clerk)
    if waits_now and stays and steps == ticket.steps:
        return Decision((), ticket.id)
    event = e.TicketTransferred(
        ticket.id,
        aim.queue,
        aim.target,
        ticket.window,
        command.reason,
        aim.for_clerk,
        steps,
        ticket.queue if waits_now else None,
    )
    return Decision((event,), ticket.id, ticket.window)


def _aim(state: HallState, ticket: Ticket, command: TransferTicket) -> Step | Refusal:
    """The one destination that is named, if somebody is there."""
    given = [name for name in (command.service, command.window, command.clerk) if name is not None]
    if len(given) != 1:
        return Refusal("ticket.transfer_where")
    if command.service is not None:
        if command.service not in state.layout.services:
            return Refusal("service.unknown", {"service": command.service})
        return Step(command.service)
    if command.window is not None:
        if command.window not in state.layout.windows:
            return Refusal("window.unknown", {"window": command.window})
        if not window_is_there(state, command.window):
            return Refusal("window.not_there", {"window": command.window})
        return Step(_queue_at(state, ticket, [command.window]), target=command.window)
    clerk = str(command.clerk)
    if clerk not in state.accounts:
        return Refusal("clerk.unknown", {"clerk": clerk})
    if not clerk_is_there(state, clerk):
        return Refusal("clerk.not_here", {"clerk": clerk})
    seats = [w for w in state.layout.windows if state.window(w).clerk == clerk and window_is_there(state, w)]
    return Step(_queue_at(state, ticket, seats), for_clerk=clerk)


def _queue_at(state: HallState, ticket: Ticket, windows: list[str]) -> str:
    """The service for which it will be served at one of the windows: its own if they have it."""
    plans = [state.plan(window) for window in windows]
    return ticket.queue if any(ticket.queue in plan.serves for plan in plans) else plans[0].services[0]


def _steps_after(state: HallState, ticket: Ticket, command: TransferTicket) -> tuple[Step, ...]:
    """The steps to come; with `back` it first comes back to the clerk who sends it, wherever that clerk sits then, or
    to its queue if nobody had it. Twice the same is once."""
    if not command.back:
        return ticket.steps
    sender = state.window(command.by).clerk if command.by is not None else ticket.clerk
    step = Step(ticket.queue, for_clerk=sender, place=ticket.place)
    return ticket.steps if ticket.steps[:1] == (step,) else (step, *ticket.steps)


HANDLERS: Final[dict[type[Command], Callable[[HallState, Any, int], Decision | Refusal]]] = {
    FinishTicket: finish,
    TransferTicket: transfer,
}
