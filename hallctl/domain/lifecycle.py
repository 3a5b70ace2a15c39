"""The rules of state, in tables; a pair that is not in a table is refused, and nothing has changed.

Rule: whatever decides whether a ticket or a window may move stands in this file; `decide` only asks. Why a table:
it can be read by a hall manager, printed, and tested completely (each stage × each move).
"""

from typing import Final

from hallctl.domain.model import Desk, Stage

W, C, S, H, M, D, X, E = Stage.WAITING, Stage.CALLED, Stage.SERVING, Stage.HELD, Stage.MISSED, Stage.DONE, \
    Stage.CANCELLED, Stage.EXPIRED  # fmt: skip

TICKET_MOVES: Final[dict[str, dict[Stage, Stage]]] = {
    "call": {W: C},
    "recall": {C: C},
    "start": {C: S},
    "finish": {S: D},
    "step": {S: W},
    "miss": {C: M},
    "requeue": {C: W},
    "restore": {M: W},
    "hold": {S: H},
    "resume": {H: C},
    "transfer": {W: W, C: W, S: W, H: W},
    "undo": {C: W},
    "undo_resume": {C: H},
    "cancel": {W: X, C: X, H: X, M: X},
    "expire": {W: E, H: E},
    "close": {C: M},
    "rate": {D: D},
    "reprint": {W: W, C: C, S: S, H: H, M: M},
    "scan": {S: S},
}
"""move → stage → stage after it. ``step`` ends one service of several, ``requeue`` is a miss after which one waits
again; ``undo_resume`` is the undo of a ticket that was called back from being on hold; ``expire`` and ``close`` are
the day's end (C14); ``close`` misses who was called."""

TICKET_REFUSALS: Final[dict[str, str]] = {
    "call": "ticket.not_waiting",
    "recall": "ticket.not_called",
    "start": "ticket.not_called",
    "finish": "ticket.not_serving",
    "step": "ticket.not_serving",
    "miss": "ticket.not_called",
    "requeue": "ticket.not_called",
    "restore": "ticket.not_missed",
    "hold": "ticket.not_serving",
    "resume": "ticket.not_held",
    "transfer": "ticket.not_movable",
    "undo": "ticket.not_called",
    "undo_resume": "ticket.not_called",
    "cancel": "ticket.not_movable",
    "expire": "ticket.not_movable",
    "close": "ticket.not_movable",
    "rate": "rating.not_asked",
    "reprint": "ticket.not_open",
    "scan": "ticket.not_serving",
}
"""move → the code told where the table has no entry."""

WINDOW_MOVES: Final[dict[str, dict[Desk, Desk]]] = {
    "open": {Desk.CLOSED: Desk.OPEN},
    "pause": {Desk.OPEN: Desk.PAUSED},
    "resume": {Desk.PAUSED: Desk.OPEN},
    "close": {Desk.OPEN: Desk.CLOSED, Desk.PAUSED: Desk.CLOSED},
    "call": {Desk.OPEN: Desk.OPEN},
    "work": {Desk.OPEN: Desk.OPEN, Desk.PAUSED: Desk.PAUSED},
    "login": {Desk.CLOSED: Desk.CLOSED, Desk.OPEN: Desk.OPEN, Desk.PAUSED: Desk.PAUSED},
    "logout": {Desk.CLOSED: Desk.CLOSED},
    "take_over": {Desk.CLOSED: Desk.CLOSED, Desk.OPEN: Desk.OPEN, Desk.PAUSED: Desk.PAUSED},
}
"""move → state → state after it. ``work`` is what is done with the window's own ticket: also while paused, since a
pause begins after the citizen at the window (requirements 4.4)."""

WINDOW_REFUSALS: Final[dict[tuple[str, Desk], str]] = {
    ("open", Desk.OPEN): "window.not_closed",
    ("open", Desk.PAUSED): "window.paused",
    ("pause", Desk.CLOSED): "window.closed",
    ("pause", Desk.PAUSED): "window.paused",
    ("resume", Desk.CLOSED): "window.closed",
    ("resume", Desk.OPEN): "window.not_paused",
    ("close", Desk.CLOSED): "window.closed",
    ("call", Desk.CLOSED): "window.closed",
    ("call", Desk.PAUSED): "window.paused",
    ("work", Desk.CLOSED): "window.closed",
    ("logout", Desk.OPEN): "window.still_open",
    ("logout", Desk.PAUSED): "window.still_open",
}
"""(move, state) → the code told where the table has no entry; complete by test."""


def ticket_after(move: str, stage: Stage) -> Stage | None:
    """The stage after `move`, or None where the move is refused."""
    return TICKET_MOVES[move].get(stage)


def window_after(move: str, state: Desk) -> Desk | None:
    """The window's state after `move`, or None where the move is refused."""
    return WINDOW_MOVES[move].get(state)
