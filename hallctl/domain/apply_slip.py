"""`apply` for what follows a ticket's number and its service: the slip, and the rating."""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from hallctl.domain import events as e
from hallctl.domain.events import Event, Record
from hallctl.domain.model import RatingState, SlipState
from hallctl.domain.state import HallState


def _rated(state: HallState, _record: Record, event: e.TicketRated) -> None:
    ticket = state.tickets[event.ticket]
    state.put(replace(ticket, rating=RatingState.RATED, level=event.level))


def _lapsed(state: HallState, _record: Record, event: e.RatingLapsed) -> None:
    state.put(replace(state.tickets[event.ticket], rating=RatingState.LAPSED))


def _slip_begun(state: HallState, _record: Record, event: e.SlipBegun) -> None:
    state.put(replace(state.tickets[event.ticket], slip=SlipState.PRINTING, slip_kiosk=event.kiosk))


def _slip_confirmed(state: HallState, _record: Record, event: e.SlipConfirmed) -> None:
    state.put(replace(state.tickets[event.ticket], slip=SlipState.PRINTED, slip_fault=None))


def _slip_failed(state: HallState, _record: Record, event: e.SlipFailed) -> None:
    state.put(replace(state.tickets[event.ticket], slip=SlipState.FAILED, slip_fault=event.fault))


def _slip_doubted(state: HallState, _record: Record, event: e.SlipDoubted) -> None:
    state.put(replace(state.tickets[event.ticket], slip=SlipState.UNKNOWN, slip_fault=event.fault))


def _slip_due(state: HallState, _record: Record, event: e.SlipReprinted | e.SlipRequeued) -> None:
    """Another copy, or the same one once more; nothing of it has been sent."""
    ticket = replace(state.tickets[event.ticket], slip=SlipState.QUEUED, slip_fault=None, slip_kiosk=None)
    state.put(replace(ticket, copies=event.copy, kiosk=event.kiosk))


APPLIERS: Final[dict[type[Event], Callable[[HallState, Record, Any], None]]] = {
    e.TicketRated: _rated,
    e.RatingLapsed: _lapsed,
    e.SlipBegun: _slip_begun,
    e.SlipConfirmed: _slip_confirmed,
    e.SlipFailed: _slip_failed,
    e.SlipDoubted: _slip_doubted,
    e.SlipReprinted: _slip_due,
    e.SlipRequeued: _slip_due,
}
