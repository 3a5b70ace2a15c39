"""The commands of alerts: told, advised on and taken back by the watcher, confirmed and dismissed by a supervisor."""

from collections.abc import Callable
from typing import Any, Final

from hallctl.domain import watch_events as w
from hallctl.domain.alert import Alert, Suggestion
from hallctl.domain.commands import ArrangeWindows, Command, OpenWindow, ResumeWindow
from hallctl.domain.decide_window import arrange, open_window, resume
from hallctl.domain.decision import Decision
from hallctl.domain.event import Event
from hallctl.domain.state import HallState
from hallctl.domain.watch_commands import AdviseAlert, ClearAlert, ConfirmAlert, DismissAlert, RaiseAlert
from hallctl.errors import Refusal


def raise_alert(state: HallState, command: RaiseAlert, _now: int) -> Decision | Refusal:
    """Once: nothing if one of the rule stands there already. The id is the rule and the event's number."""
    place = (command.rule, command.service, command.window)
    if any((alert.rule, alert.service, alert.window) == place for alert in state.alerts.values()):
        return Decision(())
    alert = f"{command.rule}-{state.seq + 1}"
    return Decision((w.AlertRaised(alert, *place, command.value, command.line),))


def clear_alert(state: HallState, command: ClearAlert, _now: int) -> Decision | Refusal:
    return Decision((w.AlertCleared(command.alert),) if command.alert in state.alerts else ())


def advise_alert(state: HallState, command: AdviseAlert, _now: int) -> Decision | Refusal:
    """Nothing for an alert that is over, or where nothing is new."""
    alert = state.alerts.get(command.alert)
    if alert is None or (alert.stage == "raised" and alert.suggestion == command.suggestion):
        return Decision(())
    return Decision((w.AlertAdvised(command.alert, command.value, command.suggestion),))


def confirm_alert(state: HallState, command: ConfirmAlert, now: int) -> Decision | Refusal:
    """The change and the confirmation in one step; nothing at all where the hall refuses the change."""
    alert = _asking(state, command.alert)
    if isinstance(alert, Refusal):
        return alert
    suggestion = alert.suggestion
    if suggestion is None:
        return Refusal("alert.no_suggestion")
    if command.window not in {None, suggestion.window} or command.action not in {None, suggestion.action}:
        return Refusal("alert.other_suggestion")
    change = _change(state, suggestion, now)
    if isinstance(change, Refusal):
        return change
    confirmed = w.AlertConfirmed(alert.id, suggestion, state.waiting(suggestion.effect.queue))
    return Decision((*change, confirmed), window=suggestion.window)


def dismiss_alert(state: HallState, command: DismissAlert, _now: int) -> Decision | Refusal:
    alert = state.alerts.get(command.alert)
    if alert is None:
        return Refusal("alert.unknown")
    if alert.stage == "dismissed":
        return Refusal("alert.settled")
    if not command.reason.strip():
        return Refusal("ticket.reason_required")
    return Decision((w.AlertDismissed(alert.id, command.reason),))


def _asking(state: HallState, name: str) -> Alert | Refusal:
    alert = state.alerts.get(name)
    if alert is None:
        return Refusal("alert.unknown")
    return alert if alert.stage == "raised" else Refusal("alert.settled")


def _change(state: HallState, suggestion: Suggestion, now: int) -> tuple[Event, ...] | Refusal:
    """The events of what is suggested; none where a person must go, or where it is so already."""
    window, decisions = suggestion.window, list[Decision | Refusal]()
    plan = suggestion.plan
    if plan is not None or suggestion.action == "own":
        wanted = plan.mode if plan is not None and plan.mode is not None else plan
        decisions.append(arrange(state, ArrangeWindows(((window, wanted),)), now))
    if suggestion.action == "open":
        decisions.append(open_window(state, OpenWindow(window), now))
    if suggestion.action == "resume":
        decisions.append(resume(state, ResumeWindow(window), now))
    events: list[Event] = []
    for decision in decisions:
        if isinstance(decision, Refusal):
            return decision
        events += decision.events
    return tuple(events)


HANDLERS: Final[dict[type[Command], Callable[[HallState, Any, int], Decision | Refusal]]] = {
    RaiseAlert: raise_alert,
    ClearAlert: clear_alert,
    AdviseAlert: advise_alert,
    ConfirmAlert: confirm_alert,
    DismissAlert: dismiss_alert,
}
