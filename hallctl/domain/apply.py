"""``apply(state, record)``: makes what has happened true in memory. Never refuses, never looks at the config.

One function per event, found by the table; a replay of the journal through it gives the rows of the store.
"""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from hallctl.domain import apply_booking, apply_hall, apply_page, apply_slip, apply_watch, fairness
from hallctl.domain import events as e
from hallctl.domain.events import Event, Record
from hallctl.domain.model import ORDINARY, Call, Priority, RatingState, SlipState, Stage, Tally, Ticket
from hallctl.domain.state import HallState

MEAN_WEIGHT: Final = 0.1
"""Weight of the newest service in the running mean: about the last twenty services count."""

TURN_WEIGHT: Final = 1 / 32
"""The same of turns at a window: about the last sixty, fewer while there are fewer."""

LONGEST_TURN_MS: Final = 3_600_000
LONGEST_GAP_MS: Final = 300_000
"""A turn counts as no longer (somebody forgot to press a key); a longer pause before a call is none for the queue."""


def apply(state: HallState, record: Record) -> None:
    """Apply the next record; `record.seq` follows `state.seq`."""
    APPLIERS[type(record.event)](state, record, record.event)
    state.seq = record.seq


def _taken(state: HallState, record: Record, event: e.TicketTaken) -> None:
    state.put(
        Ticket(
            id=event.ticket,
            day=record.day or "",
            service=event.service,
            number=event.number,
            label=event.label,
            queue=event.service,
            priority=event.priority,
            taken_at=record.at,
            place=event.place,
            seq=record.seq,
            source=record.actor,
            kiosk=event.kiosk,
            ahead=event.ahead,
            slip=SlipState.QUEUED if event.printing else SlipState.NONE,
            copies=int(event.printing),
            reason=event.reason,
            person=event.person,
            principals=event.principals,
            agent=event.agent,
            appointment=event.appointment,
        )
    )
    tally = state.tally(event.service)
    state.put_tally(event.service, replace(tally, number=event.number))


def _cancelled(state: HallState, record: Record, event: e.TicketCancelled) -> None:
    ticket = state.tickets[event.ticket]
    _leave_window(state, ticket, record)
    if ticket.stage is Stage.MISSED:
        _count(state, ticket, "missed", -1)
    _count(state, ticket, "cancelled")
    state.forget_call(ticket.id)
    state.put(replace(ticket, stage=Stage.CANCELLED, ended_at=record.at, reason=event.reason or ticket.reason))


def _called(state: HallState, record: Record, event: e.TicketCalled | e.TicketResumed) -> None:
    """Called by the rules or chosen, or called back from being on hold: that is not a call from the queue. The first
    call is known by its two moments being one; a later one in the same millisecond is told one later."""
    ticket = state.tickets[event.ticket]
    held_ms = ticket.held_ms + (max(0, record.at - ticket.held_at) if ticket.held_at else 0)
    window = state.window(event.window)
    if isinstance(event, e.TicketCalled):
        _count_call(state, record, ticket, window.since)
        window = fairness.called(state, ticket, event)
    ticket = replace(
        ticket,
        stage=Stage.CALLED,
        window=event.window,
        clerk=event.clerk,
        calls=1,
        first_called_at=ticket.first_called_at or record.at,
        called_at=record.at + (ticket.first_called_at == record.at),
        announced_at=record.at,
        held_at=None,
        resumed_at=record.at if isinstance(event, e.TicketResumed) else None,
        held_ms=held_ms,
    )
    state.put(ticket)
    state.put_window(replace(window, ticket=ticket.id, since=record.at))
    _show_call(state, ticket, record)


def _count_call(state: HallState, record: Record, ticket: Ticket, free_since: int) -> None:
    """The figures of a call from the queue. The wait ends with the first; it began when the ticket was taken, for an
    early appointment with its slot (requirements 4.6). Where it waited already as the window became free, the pause
    since then is a part of the turn that begins: added here, and the turn's own length as it ends."""
    tally = state.tally(ticket.queue)
    gap_ms = record.at - free_since
    turn_ms = tally.turn_mean_ms
    if ticket.place <= free_since and 0 < gap_ms <= LONGEST_GAP_MS:
        turn_ms = round(turn_ms + _turn_weight(tally) * gap_ms)
    tally = replace(tally, calls=tally.calls + 1, turn_mean_ms=turn_ms)
    if ticket.first_called_at is None:
        wait_ms = max(0, record.at - waits_since(ticket))
        privileged = tally.privileged + (ticket.priority not in ORDINARY)
        wait_sum_ms = tally.wait_sum_ms + wait_ms
        tally = replace(tally, called=tally.called + 1, wait_sum_ms=wait_sum_ms, privileged=privileged)
    state.put_tally(ticket.queue, tally)


def _count_turn(state: HallState, record: Record, ticket: Ticket) -> None:
    """A window was taken by the ticket from its call until now, however that ended."""
    tally = state.tally(ticket.queue)
    turn_ms = min(LONGEST_TURN_MS, max(0, record.at - (ticket.called_at or record.at)))
    mean_ms = tally.turn_mean_ms + _turn_weight(tally) * (turn_ms - tally.turn_mean_ms)
    state.put_tally(ticket.queue, replace(tally, turn_mean_ms=round(mean_ms)))


def _turn_weight(tally: Tally) -> float:
    """Each of the first turns counts the same."""
    return max(1 / (tally.done + tally.missed + 1), TURN_WEIGHT)


def _recalled(state: HallState, record: Record, event: e.TicketRecalled) -> None:
    ticket = state.tickets[event.ticket]
    ticket = replace(ticket, calls=ticket.calls + 1, announced_at=record.at)
    state.put(ticket)
    _show_call(state, ticket, record)


def _started(state: HallState, record: Record, event: e.TicketStarted) -> None:
    """The service begins, or goes on after being on hold: on the way back to the window it did not run."""
    ticket = state.tickets[event.ticket]
    back_ms = 0 if ticket.resumed_at is None else max(0, record.at - ticket.resumed_at)
    state.put(
        replace(
            ticket,
            stage=Stage.SERVING,
            started_at=ticket.started_at or record.at,
            first_clerk=ticket.first_clerk or ticket.clerk,
            held_ms=ticket.held_ms + back_ms,
            resumed_at=None,
            after=None,
            misses=0,
        )
    )
    state.put_window(replace(state.window(event.window), since=record.at))


def _finished(state: HallState, record: Record, event: e.TicketFinished) -> None:
    ticket = state.tickets[event.ticket]
    _leave_window(state, ticket, record, done=1)
    _count_service(state, ticket, record, event)
    state.put(
        replace(
            ticket,
            stage=Stage.DONE,
            ended_at=record.at,
            clerk=event.clerk,
            served=event.served,
            rating=RatingState.ASKED,
        )
    )


def _count_service(state: HallState, ticket: Ticket, record: Record, event: e.TicketFinished | e.TicketStepped) -> None:
    """The figures of a service that is done."""
    served_ms = max(0, record.at - (ticket.started_at or record.at) - ticket.held_ms)
    tally = state.tally(ticket.queue)
    mean_ms = round(tally.serve_mean_ms + MEAN_WEIGHT * (served_ms - tally.serve_mean_ms)) if tally.done else served_ms
    tally = replace(
        tally,
        done=tally.done + 1,
        serve_mean_ms=mean_ms,
        overtime=tally.overtime + (event.served == "overtime"),
        extra=tally.extra + (event.served == "extra"),
    )
    state.put_tally(ticket.queue, tally)


def _missed(state: HallState, record: Record, event: e.TicketMissed) -> None:
    """Missed; or waiting again, beside the lanes until others were called, or at another place in its own."""
    ticket = state.tickets[event.ticket]
    _leave_window(state, ticket, record)
    state.forget_call(ticket.id)
    ticket = replace(ticket, misses=ticket.misses + 1, after=event.after)
    if event.then not in {"tail", "requeue"}:
        _count(state, ticket, "missed")
        state.put(replace(ticket, stage=Stage.MISSED))
        return
    place = ticket.place if event.place is None else event.place
    state.put(_waiting(ticket, place=place))


def _waiting(ticket: Ticket, **changes: Any) -> Ticket:
    """The ticket as it waits again: at no window, with no service under way."""
    changes = {"window": None, "clerk": None, "calls": 0, "resumed_at": None} | changes
    return replace(ticket, stage=Stage.WAITING, held_at=None, held_ms=0, started_at=None, **changes)


def _restored(state: HallState, _record: Record, event: e.TicketRestored) -> None:
    """The figure of the missed is of those who never came (requirements 4.6)."""
    ticket = state.tickets[event.ticket]
    _count(state, ticket, "missed", -1)
    state.put(_waiting(ticket))


def _held(state: HallState, record: Record, event: e.TicketHeld) -> None:
    ticket = state.tickets[event.ticket]
    _leave_window(state, ticket, record)
    state.put(replace(ticket, stage=Stage.HELD, held_at=record.at, reason=event.reason or ticket.reason))


def _transferred(state: HallState, record: Record, event: e.TicketTransferred) -> None:
    """The service of the next one is timed by itself."""
    ticket = state.tickets[event.ticket]
    _leave_window(state, ticket, record)
    state.forget_call(ticket.id)
    state.put(
        _waiting(
            ticket,
            queue=event.queue,
            target=event.target,
            for_clerk=event.for_clerk,
            steps=event.steps,
            after=None,
            reason=event.reason or ticket.reason,
        )
    )


def _stepped(state: HallState, record: Record, event: e.TicketStepped) -> None:
    """One service is done and counted; the ticket waits for the next one as if it had come for that now."""
    ticket = state.tickets[event.ticket]
    _leave_window(state, ticket, record, done=1)
    _count_service(state, ticket, record, event)
    state.forget_call(ticket.id)
    state.put(
        _waiting(
            ticket,
            queue=event.queue,
            place=event.place,
            target=event.target,
            for_clerk=event.for_clerk,
            steps=event.steps,
            served=event.served,
            eligible_at=record.at,
            ahead=event.ahead,
            first_called_at=None,
            called_at=None,
            announced_at=None,
        )
    )


def _undone(state: HallState, record: Record, event: e.TicketUndone) -> None:
    ticket = state.tickets[event.ticket]
    _leave_window(state, ticket, record)
    state.forget_call(ticket.id)
    if event.held:
        state.put(replace(ticket, stage=Stage.HELD, held_at=ticket.resumed_at, resumed_at=None))
        return
    fairness.undone(state, state.window(event.window))
    tally = state.tally(ticket.queue)
    first_called_at = ticket.first_called_at
    if first_called_at == ticket.called_at:
        first_called_at = None
        wait_ms = max(0, (ticket.called_at or 0) - waits_since(ticket))
        privileged = tally.privileged - (ticket.priority not in ORDINARY)
        wait_sum_ms = tally.wait_sum_ms - wait_ms
        tally = replace(tally, called=tally.called - 1, wait_sum_ms=wait_sum_ms, privileged=privileged)
    state.put_tally(ticket.queue, replace(tally, calls=tally.calls - 1))
    state.put(_waiting(ticket, called_at=None, announced_at=None, first_called_at=first_called_at))


def _expired(state: HallState, record: Record, event: e.TicketExpired) -> None:
    ticket = state.tickets[event.ticket]
    _count(state, ticket, "expired")
    state.put(replace(ticket, stage=Stage.EXPIRED, ended_at=record.at, reason=event.reason))


def waits_since(ticket: Ticket) -> int:
    """When the ticket's waiting begins: as it is taken, for an early appointment with its slot, for a further service
    as the one before it ended."""
    if ticket.eligible_at is not None:
        return ticket.eligible_at
    return max(ticket.taken_at, ticket.place) if ticket.priority is Priority.APPOINTMENT else ticket.taken_at


def _leave_window(state: HallState, ticket: Ticket, record: Record, done: int = 0) -> None:
    """The window that the ticket occupied is free, with so many services `done`; a call that is undone was no turn."""
    window = state.window(ticket.window or "")
    if window.ticket == ticket.id:
        if not isinstance(record.event, e.TicketUndone):
            _count_turn(state, record, ticket)
        state.put_window(replace(window, ticket=None, since=record.at, done=window.done + done))


def _count(state: HallState, ticket: Ticket, figure: str, more: int = 1) -> None:
    tally = state.tally(ticket.queue)
    state.put_tally(ticket.queue, replace(tally, **{figure: getattr(tally, figure) + more}))


def _show_call(state: HallState, ticket: Ticket, record: Record) -> None:
    """The call becomes the newest line of the boards' list."""
    state.show_call(
        Call(ticket.id, ticket.label, ticket.window or "", ticket.queue, record.at, ticket.calls, record.seq)
    )


APPLIERS: Final[dict[type[Event], Callable[[HallState, Record, Any], None]]] = {
    e.TicketTaken: _taken,
    e.TicketCancelled: _cancelled,
    e.TicketCalled: _called,
    e.TicketRecalled: _recalled,
    e.TicketStarted: _started,
    e.TicketFinished: _finished,
    e.TicketMissed: _missed,
    e.TicketRestored: _restored,
    e.TicketHeld: _held,
    e.TicketResumed: _called,
    e.TicketTransferred: _transferred,
    e.TicketStepped: _stepped,
    e.TicketUndone: _undone,
    e.TicketExpired: _expired,
    **apply_slip.APPLIERS,
    **apply_hall.APPLIERS,
    **apply_booking.APPLIERS,
    **apply_watch.APPLIERS,
    **apply_page.APPLIERS,
}
"""Every event by its type; complete by test."""
