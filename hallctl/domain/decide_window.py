"""The commands of a window's life: who sits there, open, pause, close."""

from collections.abc import Callable
from typing import Any, Final

from hallctl.domain import events as e
from hallctl.domain.commands import (
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
    return Decision((e.WindowClosed(command.window),), window=command.window)


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
    return Decision((e.WindowTakenOver(command.window, command.clerk, previous),), window=command.window)


def _unknown_clerk(state: HallState, clerk: str) -> Refusal | None:
    return None if clerk in state.accounts else Refusal("clerk.unknown", {"clerk": clerk})


HANDLERS: Final[dict[type[Command], Callable[[HallState, Any, int], Decision | Refusal]]] = {
    OpenWindow: open_window,
    PauseWindow: pause,
    ResumeWindow: resume,
    CloseWindow: close,
    LoginClerk: login,
    LogoutClerk: logout,
    TakeOverWindow: take_over,
}
