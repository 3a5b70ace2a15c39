"""`apply` for windows, the day, devices, terminals, accounts and calls for help."""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from hallctl.domain import apply_booking
from hallctl.domain import events as e
from hallctl.domain.events import Event, Record
from hallctl.domain.model import Account, Agent, Desk, Device, Stage, Terminal
from hallctl.domain.state import HallState, put_emergency, put_help


def _window_state(desk: Desk) -> Callable[[HallState, Record, Any], None]:
    def change(state: HallState, record: Record, event: Any) -> None:
        window = state.window(event.window)
        reason = getattr(event, "reason", None)
        state.put_window(replace(window, state=desk, reason=reason, since=record.at))

    return change


def _clerk(state: HallState, event: e.ClerkLoggedIn | e.WindowTakenOver) -> None:
    window = state.window(event.window)
    state.put_window(replace(window, clerk=event.clerk))


def _logged_in(state: HallState, _record: Record, event: e.ClerkLoggedIn) -> None:
    _clerk(state, event)


def _taken_over(state: HallState, _record: Record, event: e.WindowTakenOver) -> None:
    _clerk(state, event)
    active = state.active(event.window)
    if active is not None:
        state.put(replace(active, clerk=event.clerk))


def _logged_out(state: HallState, _record: Record, event: e.ClerkLoggedOut) -> None:
    state.put_window(replace(state.window(event.window), clerk=None))


def _arranged(state: HallState, record: Record, event: e.WindowArranged) -> None:
    """Another plan begins with no credits and no row of privileged calls."""
    window = state.window(event.window)
    plan, at = event.plan, record.at
    state.put_window(replace(window, plan=plan, streak=0, credits=(), before=None, arranged_at=at))


def _emergency_declared(state: HallState, _record: Record, event: e.EmergencyDeclared) -> None:
    put_emergency(state, event.notice)


def _emergency_ended(state: HallState, _record: Record, _event: e.EmergencyEnded) -> None:
    put_emergency(state, None)


def _agent_set(state: HallState, _record: Record, event: e.AgentSet) -> None:
    state.change("agent", event.agent, Agent(event.agent, event.digest))


def _agent_removed(state: HallState, _record: Record, event: e.AgentRemoved) -> None:
    state.change("agent", event.agent, None)


def _day_opened(state: HallState, record: Record, event: e.DayOpened) -> None:
    """A fresh day: figures at zero, the config's plans, yesterday's missed leave; who is still being served stays."""
    state.turn_day(event.day, event.day if event.fresh else state.last_day)
    if not event.fresh:
        return
    apply_booking.turn_day(state, record)
    for window in list(state.windows.values()):
        anew = replace(window, done=0, plan=None, streak=0, credits=(), before=None, arranged_at=None)
        state.put_window(anew)
    for ticket in list(state.tickets.values()):
        if ticket.stage is Stage.MISSED:
            state.put(replace(ticket, live=False))


def _day_closed(state: HallState, _record: Record, _event: e.DayClosed) -> None:
    state.turn_day(None, state.last_day)


def _numbers_skipped(state: HallState, _record: Record, event: e.NumbersSkipped) -> None:
    state.put_tally(event.service, replace(state.tally(event.service), number=event.number))


def _hall_started(state: HallState, record: Record, _event: e.HallStarted) -> None:
    """After a start nothing is known of any device until it answers."""
    for name in list(state.devices):
        state.change("device", name, Device(name, since=record.at))


def _device_reported(state: HallState, record: Record, event: e.DeviceReported) -> None:
    state.change("device", event.device, Device(event.device, event.state, event.faults, record.at))


def _devices_changed(state: HallState, record: Record, event: e.DevicesChanged) -> None:
    for name in event.removed:
        state.change("device", name, None)
    for name in (*event.added, *event.changed):
        state.change("device", name, Device(name, since=record.at))


def _help_requested(state: HallState, _record: Record, event: e.HelpRequested) -> None:
    put_help(state, event.kiosk, wanted=True)


def _help_answered(state: HallState, _record: Record, event: e.HelpAnswered) -> None:
    put_help(state, event.kiosk, wanted=False)


def _terminal_paired(state: HallState, _record: Record, event: e.TerminalPaired) -> None:
    state.change("terminal", event.terminal, Terminal(event.terminal, event.role, event.place, event.token_digest))


def _terminal_revoked(state: HallState, _record: Record, event: e.TerminalRevoked) -> None:
    state.change("terminal", event.terminal, None)


def _account_set(state: HallState, _record: Record, event: e.AccountSet) -> None:
    known = state.accounts.get(event.account)
    password_hash = event.password_hash or (known.password_hash if known else None)
    epoch = known.epoch + 1 if known else 1
    state.change("account", event.account, Account(event.account, event.name, event.roles, password_hash, epoch))


def _account_removed(state: HallState, _record: Record, event: e.AccountRemoved) -> None:
    state.change("account", event.account, None)


APPLIERS: Final[dict[type[Event], Callable[[HallState, Record, Any], None]]] = {
    e.WindowOpened: _window_state(Desk.OPEN),
    e.WindowPaused: _window_state(Desk.PAUSED),
    e.WindowResumed: _window_state(Desk.OPEN),
    e.WindowClosed: _window_state(Desk.CLOSED),
    e.WindowArranged: _arranged,
    e.WindowTakenOver: _taken_over,
    e.ClerkLoggedIn: _logged_in,
    e.ClerkLoggedOut: _logged_out,
    e.DayOpened: _day_opened,
    e.DayClosed: _day_closed,
    e.NumbersSkipped: _numbers_skipped,
    e.EmergencyDeclared: _emergency_declared,
    e.EmergencyEnded: _emergency_ended,
    e.AgentSet: _agent_set,
    e.AgentRemoved: _agent_removed,
    e.HallStarted: _hall_started,
    e.DeviceReported: _device_reported,
    e.DevicesChanged: _devices_changed,
    e.HelpRequested: _help_requested,
    e.HelpAnswered: _help_answered,
    e.TerminalPaired: _terminal_paired,
    e.TerminalRevoked: _terminal_revoked,
    e.AccountSet: _account_set,
    e.AccountRemoved: _account_removed,
}
