"""``apply(state, record)``: makes what has happened true in memory. Never refuses, never looks at the config.

One function per event, found by the table; a replay of the journal through it gives the rows of the store.
"""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from hallctl.domain import apply_hall
from hallctl.domain import events as e
from hallctl.domain.events import Event, Record
from hallctl.domain.model import Call, RatingState, SlipState, Stage, Ticket
from hallctl.domain.state import HallState

MEAN_WEIGHT: Final = 0.1
"""Weight of the newest service in the running mean: about the last twenty services count."""


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
        )
    )
    tally = state.tally(event.service)
    state.put_tally(event.service, replace(tally, number=event.number))


def _cancelled(state: HallState, record: Record, event: e.TicketCancelled) -> None:
    ticket = state.tickets[event.ticket]
    _leave_window(state, ticket, record)
    _count(state, ticket, "cancelled")
    state.forget_call(ticket.id)
    state.put(replace(ticket, stage=Stage.CANCELLED, ended_at=record.at, reason=event.reason or ticket.reason))


def _called(state: HallState, record: Record, event: e.TicketCalled | e.TicketResumed) -> None:
    ticket = state.tickets[event.ticket]
    held_ms = ticket.held_ms + (max(0, record.at - ticket.held_at) if ticket.held_at else 0)
    if ticket.first_called_at is None:
        tally = state.tally(ticket.queue)
        wait_ms = max(0, record.at - ticket.taken_at)
        state.put_tally(ticket.queue, replace(tally, called=tally.called + 1, wait_sum_ms=tally.wait_sum_ms + wait_ms))
    ticket = replace(
        ticket,
        stage=Stage.CALLED,
        window=event.window,
        clerk=event.clerk,
        calls=1,
        first_called_at=ticket.first_called_at or record.at,
        called_at=record.at,
        announced_at=record.at,
        held_at=None,
        resumed_at=record.at if isinstance(event, e.TicketResumed) else None,
        held_ms=held_ms,
    )
    state.put(ticket)
    state.change("window", event.window, replace(state.window(event.window), ticket=ticket.id, since=record.at))
    _show_call(state, ticket, record)


def _recalled(state: HallState, record: Record, event: e.TicketRecalled) -> None:
    ticket = state.tickets[event.ticket]
    ticket = replace(ticket, calls=ticket.calls + 1, announced_at=record.at)
    state.put(ticket)
    _show_call(state, ticket, record)


def _started(state: HallState, record: Record, event: e.TicketStarted) -> None:
    ticket = state.tickets[event.ticket]
    first_clerk = ticket.first_clerk or ticket.clerk
    started_at = ticket.started_at or record.at
    state.put(replace(ticket, stage=Stage.SERVING, started_at=started_at, first_clerk=first_clerk, resumed_at=None))
    state.change("window", event.window, replace(state.window(event.window), since=record.at))


def _finished(state: HallState, record: Record, event: e.TicketFinished) -> None:
    ticket = state.tickets[event.ticket]
    _leave_window(state, ticket, record)
    window = state.window(event.window)
    state.change("window", window.id, replace(window, done=window.done + 1))
    served_ms = max(0, record.at - (ticket.started_at or record.at) - ticket.held_ms)
    tally = state.tally(ticket.queue)
    mean_ms = round(tally.serve_mean_ms + MEAN_WEIGHT * (served_ms - tally.serve_mean_ms)) if tally.done else served_ms
    state.put_tally(ticket.queue, replace(tally, done=tally.done + 1, serve_mean_ms=mean_ms))
    state.put(
        replace(ticket, stage=Stage.DONE, ended_at=record.at, clerk=event.clerk, rating=RatingState.ASKED),
    )


def _missed(state: HallState, record: Record, event: e.TicketMissed) -> None:
    ticket = state.tickets[event.ticket]
    _leave_window(state, ticket, record)
    _count(state, ticket, "missed")
    state.forget_call(ticket.id)
    state.put(replace(ticket, stage=Stage.MISSED))


def _restored(state: HallState, _record: Record, event: e.TicketRestored) -> None:
    ticket = state.tickets[event.ticket]
    state.put(replace(ticket, stage=Stage.WAITING, window=None, clerk=None, calls=0))


def _held(state: HallState, record: Record, event: e.TicketHeld) -> None:
    ticket = state.tickets[event.ticket]
    _leave_window(state, ticket, record)
    state.put(replace(ticket, stage=Stage.HELD, held_at=record.at, reason=event.reason or ticket.reason))


def _transferred(state: HallState, record: Record, event: e.TicketTransferred) -> None:
    ticket = state.tickets[event.ticket]
    _leave_window(state, ticket, record)
    state.forget_call(ticket.id)
    state.put(
        replace(
            ticket,
            stage=Stage.WAITING,
            queue=event.queue,
            target=event.target,
            window=None,
            clerk=None,
            calls=0,
            held_at=None,
            resumed_at=None,
            reason=event.reason or ticket.reason,
        )
    )


def _undone(state: HallState, record: Record, event: e.TicketUndone) -> None:
    ticket = state.tickets[event.ticket]
    _leave_window(state, ticket, record)
    state.forget_call(ticket.id)
    if event.held:
        state.put(replace(ticket, stage=Stage.HELD, held_at=ticket.resumed_at, resumed_at=None))
        return
    first_called_at = ticket.first_called_at
    if first_called_at == ticket.called_at:
        first_called_at = None
        tally = state.tally(ticket.queue)
        wait_ms = max(0, (ticket.called_at or 0) - ticket.taken_at)
        state.put_tally(ticket.queue, replace(tally, called=tally.called - 1, wait_sum_ms=tally.wait_sum_ms - wait_ms))
    state.put(
        replace(
            ticket,
            stage=Stage.WAITING,
            window=None,
            clerk=None,
            calls=0,
            called_at=None,
            announced_at=None,
            first_called_at=first_called_at,
        )
    )


def _expired(state: HallState, record: Record, event: e.TicketExpired) -> None:
    ticket = state.tickets[event.ticket]
    _count(state, ticket, "expired")
    state.put(replace(ticket, stage=Stage.EXPIRED, ended_at=record.at, reason=event.reason))


def _rated(state: HallState, _record: Record, event: e.TicketRated) -> None:
    ticket = state.tickets[event.ticket]
    state.put(replace(ticket, rating=RatingState.RATED, level=event.level))


def _lapsed(state: HallState, _record: Record, event: e.RatingLapsed) -> None:
    state.put(replace(state.tickets[event.ticket], rating=RatingState.LAPSED))


def _slip_confirmed(state: HallState, _record: Record, event: e.SlipConfirmed) -> None:
    state.put(replace(state.tickets[event.ticket], slip=SlipState.PRINTED, slip_fault=None))


def _slip_failed(state: HallState, _record: Record, event: e.SlipFailed) -> None:
    state.put(replace(state.tickets[event.ticket], slip=SlipState.FAILED, slip_fault=event.fault))


def _slip_reprinted(state: HallState, _record: Record, event: e.SlipReprinted) -> None:
    ticket = state.tickets[event.ticket]
    state.put(replace(ticket, slip=SlipState.QUEUED, slip_fault=None, copies=ticket.copies + 1, kiosk=event.kiosk))


def _leave_window(state: HallState, ticket: Ticket, record: Record) -> None:
    """The window that the ticket occupied is free."""
    if ticket.window is not None and state.window(ticket.window).ticket == ticket.id:
        state.change("window", ticket.window, replace(state.window(ticket.window), ticket=None, since=record.at))


def _count(state: HallState, ticket: Ticket, figure: str) -> None:
    tally = state.tally(ticket.queue)
    state.put_tally(ticket.queue, replace(tally, **{figure: getattr(tally, figure) + 1}))


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
    e.TicketUndone: _undone,
    e.TicketExpired: _expired,
    e.TicketRated: _rated,
    e.RatingLapsed: _lapsed,
    e.SlipConfirmed: _slip_confirmed,
    e.SlipFailed: _slip_failed,
    e.SlipReprinted: _slip_reprinted,
    **apply_hall.APPLIERS,
}
"""Every event by its type; complete by test."""
