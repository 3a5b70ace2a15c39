"""`apply` for alerts."""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from hallctl.domain import watch_events as w
from hallctl.domain.alert import Alert
from hallctl.domain.event import Event, Record
from hallctl.domain.state import HallState


def _raised(state: HallState, record: Record, event: w.AlertRaised) -> None:
    alert = Alert(event.alert, event.rule, event.service, event.window, record.at, event.value, event.line)
    state.change("alert", event.alert, alert)


def _advised(state: HallState, _record: Record, event: w.AlertAdvised) -> None:
    alert = state.alerts[event.alert]
    asking = Alert(alert.id, alert.rule, alert.service, alert.window, alert.since, event.value, alert.line)
    state.change("alert", event.alert, replace(asking, suggestion=event.suggestion))


def _cleared(state: HallState, _record: Record, event: w.AlertCleared) -> None:
    state.change("alert", event.alert, None)


def _confirmed(state: HallState, record: Record, event: w.AlertConfirmed) -> None:
    alert = replace(state.alerts[event.alert], stage="confirmed", suggestion=event.suggestion, waiting=event.waiting)
    state.change("alert", event.alert, replace(alert, by=record.actor, at=record.at, reason=None))


def _dismissed(state: HallState, record: Record, event: w.AlertDismissed) -> None:
    alert = replace(state.alerts[event.alert], stage="dismissed", suggestion=None, reason=event.reason, waiting=None)
    state.change("alert", event.alert, replace(alert, by=record.actor, at=record.at))


APPLIERS: Final[dict[type[Event], Callable[[HallState, Record, Any], None]]] = {
    w.AlertRaised: _raised,
    w.AlertAdvised: _advised,
    w.AlertCleared: _cleared,
    w.AlertConfirmed: _confirmed,
    w.AlertDismissed: _dismissed,
}
