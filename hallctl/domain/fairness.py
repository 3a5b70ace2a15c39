"""What a call does to the rows of privileged calls and to the credits of a window, and how an undo takes it back.

`policy` decides by these figures; here `apply` keeps them. A row is how many privileged calls in a row have passed over
an ordinary ticket: of a queue, wherever they were made, and of those that a window could have called (C03).
"""

from msgspec.structs import replace

from hallctl.domain import events as e
from hallctl.domain.model import ORDINARY, Fairness, Ticket, Window
from hallctl.domain.state import HallState


def called(state: HallState, ticket: Ticket, event: e.TicketCalled) -> Window:
    """The window after the call; the queues' rows are put."""
    window = state.window(event.window)
    ordinary = ticket.priority in ORDINARY
    rows: list[tuple[str, int]] = []
    for queue in dict.fromkeys((ticket.queue, *event.passed)) if ordinary else event.passed:
        streak = state.tally(queue).streak
        if streak or not ordinary:
            rows.append((queue, streak if ordinary else -1))
            _put_row(state, queue, 0 if ordinary else streak + 1)
    before = Fairness(window.streak, window.credits, tuple(rows))
    return replace(
        window,
        streak=0 if ordinary else window.streak + bool(event.passed),
        credits=event.credits or window.credits,
        before=None if before == UNTOUCHED else before,
    )


def undone(state: HallState, window: Window) -> None:
    """Put window and rows back as they were before its last call. Others may have called from the queues since: their
    calls stay counted."""
    before = window.before or UNTOUCHED
    for queue, change in before.rows:
        _put_row(state, queue, max(0, state.tally(queue).streak + change))
    state.put_window(replace(window, streak=before.streak, credits=before.credits, before=None))


def _put_row(state: HallState, queue: str, streak: int) -> None:
    state.put_tally(queue, replace(state.tally(queue), streak=streak))


UNTOUCHED = Fairness()
