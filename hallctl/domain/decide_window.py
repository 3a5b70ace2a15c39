"""The commands of a window's life: who sits there, open, pause, close."""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from hallctl.domain import events as e
from hallctl.domain.commands import (
    ArrangeWindows,
    CloseWindow,
    Command,
    LoginClerk,
    LogoutClerk,
    OpenWindow,
    PauseWindow,
    ResumeWindow,
    TakeOverWindow,
)
from hallctl.domain.decision import Decision, move_window
from hallctl.domain.layout import Layout
from hallctl.domain.model import WindowPlan
from hallctl.domain.policy import POLICIES
from hallctl.domain.release import released_by
from hallctl.domain.state import HallState
from hallctl.errors import Refusal


def open_window(state: HallState, command: OpenWindow, _now: int) -> Decision | Refusal:
    refusal = move_window(state, "open", command.window)
    if refusal is not None:
        return refusal
    if state.window(command.window).clerk is None:
        return Refusal("window.no_clerk", {"window": command.window})
    return Decision((e.WindowOpened(command.window),), window=command.window)


def pause(state: HallState, command: PauseWindow, _now: int) -> Decision | Refusal:
    """Pause with a reason; a citizen at the window is served to the end, no other is called (C10)."""
    refusal = move_window(state, "pause", command.window)
    if refusal is not None:
        return refusal
    if not command.reason:
        return Refusal("ticket.reason_required")
    return Decision((e.WindowPaused(command.window, command.reason),), window=command.window)


def resume(state: HallState, command: ResumeWindow, _now: int) -> Decision | Refusal:
    refusal = move_window(state, "resume", command.window)
    return refusal or Decision((e.WindowResumed(command.window),), window=command.window)


def close(state: HallState, command: CloseWindow, _now: int) -> Decision | Refusal:
    refusal = move_window(state, "close", command.window)
    if refusal is not None:
        return refusal
    active = state.active(command.window)
    if active is not None:
        return Refusal("window.busy", {"window": command.window, "label": active.label})
    closed = (e.WindowClosed(command.window), *released_by(state, closing=command.window))
    return Decision(closed, window=command.window)


def login(state: HallState, command: LoginClerk, _now: int) -> Decision | Refusal:
    """Sit down at a window that nobody has; one clerk may have several windows (C13)."""
    refusal = move_window(state, "login", command.window) or _unknown_clerk(state, command.clerk)
    if refusal is not None:
        return refusal
    there = state.window(command.window).clerk
    if there == command.clerk:
        return Refusal("window.same_clerk", {"window": command.window})
    if there is not None:
        return Refusal("window.taken", {"window": command.window, "clerk": there})
    return Decision((e.ClerkLoggedIn(command.window, command.clerk),), window=command.window)


def logout(state: HallState, command: LogoutClerk, _now: int) -> Decision | Refusal:
    refusal = move_window(state, "logout", command.window)
    if refusal is not None:
        return refusal
    clerk = state.window(command.window).clerk
    if clerk is None:
        return Refusal("window.no_clerk", {"window": command.window})
    return Decision((e.ClerkLoggedOut(command.window, clerk),), window=command.window)


def arrange(state: HallState, command: ArrangeWindows, _now: int) -> Decision | Refusal:
    """Other plans for windows, whole or not at all; nothing for those that work so already (C13). A service that no
    window calls any more is not refused: the supervisor is warned of it (`watch`)."""
    if not command.arrangements:
        return Refusal("window.plan_missing")
    plans: dict[str, WindowPlan | None] = {}
    for window, wanted in command.arrangements:
        if window not in state.layout.windows:
            return Refusal("window.unknown", {"window": window})
        if window in plans:
            return Refusal("window.arranged_twice", {"window": window})
        plan = _wanted(state.layout, window, wanted)
        if isinstance(plan, Refusal):
            return plan
        plans[window] = plan
    events = [e.WindowArranged(window, plan) for window, plan in plans.items() if plan != state.window(window).plan]
    return Decision(tuple(events), window=next(iter(plans)) if len(plans) == 1 else None)


def _wanted(layout: Layout, window: str, wanted: WindowPlan | str | None) -> WindowPlan | Refusal | None:
    """The plan that is meant, at this window; None is the config's own, also where it is spelt out."""
    if wanted is None:
        return None
    own = layout.windows[window]
    if isinstance(wanted, str):
        modes = {mode.name: mode.plan for mode in layout.modes.get(window, ())}
        if wanted not in modes:
            return Refusal("window.mode_unknown", {"window": window, "mode": wanted})
        plan = modes[wanted]
    else:
        plan = replace(wanted, id=window, zone=own.zone, mode=None)
    return plan_refusal(layout, plan) or (None if plan == own else plan)


def plan_refusal(layout: Layout, plan: WindowPlan) -> Refusal | None:
    """What is wrong with a plan in itself, or None; the config is checked by the same rule."""
    where: dict[str, str | int] = {"window": plan.id}
    if not plan.services:
        return Refusal("window.plan_empty", where)
    for name in (*plan.serves, *(name for name, _share in plan.ratio)):
        if name not in layout.services:
            return Refusal("service.unknown", {"service": name})
    if len(set(plan.serves)) != len(plan.serves):
        return Refusal("window.plan_twice", where)
    if plan.policy not in POLICIES:
        return Refusal("window.policy_unknown", where | {"policy": plan.policy})
    shares = dict(plan.ratio)
    if not set(shares) <= set(plan.serves) or any(share < 1 for share in shares.values()):
        return Refusal("window.ratio", where)
    if bool(shares) != (plan.policy == "ratio"):
        return Refusal("window.ratio_policy", where)
    if plan.help_when < 0 or plan.help_from < 1:
        return Refusal("window.help", where)
    return None


def take_over(state: HallState, command: TakeOverWindow, _now: int) -> Decision | Refusal:
    """AB岗 (C12): one step, both intervals in the journal, the running ticket stays."""
    refusal = move_window(state, "take_over", command.window) or _unknown_clerk(state, command.clerk)
    if refusal is not None:
        return refusal
    previous = state.window(command.window).clerk
    if previous is None:
        return Refusal("window.no_clerk", {"window": command.window})
    if previous == command.clerk:
        return Refusal("window.same_clerk", {"window": command.window})
    taken_over = e.WindowTakenOver(command.window, command.clerk, previous)
    return Decision((taken_over, *released_by(state, leaving=command.window)), window=command.window)


def _unknown_clerk(state: HallState, clerk: str) -> Refusal | None:
    return None if clerk in state.accounts else Refusal("clerk.unknown", {"clerk": clerk})


HANDLERS: Final[dict[type[Command], Callable[[HallState, Any, int], Decision | Refusal]]] = {
    ArrangeWindows: arrange,
    OpenWindow: open_window,
    PauseWindow: pause,
    ResumeWindow: resume,
    CloseWindow: close,
    LoginClerk: login,
    LogoutClerk: logout,
    TakeOverWindow: take_over,
}
