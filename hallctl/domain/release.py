"""Nobody waits for one who is not there: what was meant for a window or a clerk that leaves goes back to its queue.

A clerk is there as long as one of the clerk's windows is open or paused; a window, as long as it is not closed. A
pause ends, so nothing moves then. Place, take time and first clerk stay (C08).
"""

from collections.abc import Iterator

from hallctl.domain import events as e
from hallctl.domain.model import Desk, Ticket
from hallctl.domain.state import HallState


def clerk_is_there(state: HallState, clerk: str, but: str | None = None) -> bool:
    """Whether the clerk sits at a window that is open or paused; `but` is one that does not count."""
    return any(state.window(window).clerk == clerk and window_is_there(state, window, but) for window in state.windows)


def window_is_there(state: HallState, window: str, but: str | None = None) -> bool:
    """Whether the hall has the window and it is open or paused; `but` is one that does not count."""
    return window != but and window in state.layout.windows and state.window(window).state is not Desk.CLOSED


def released(state: HallState, ticket: Ticket) -> tuple[e.TicketTransferred, ...]:
    """The event that opens the ticket to its whole queue, if the one it is meant for is not there; to be told after
    that by which it waits again."""
    return (_released(ticket),) if _is_alone(state, ticket, None, None) else ()


def released_by(state: HallState, closing: str | None = None, leaving: str | None = None) -> Iterator[e.Event]:
    """The events for all who wait for nobody once the window `closing` is closed, or the clerk of the window `leaving`
    has left it; with neither, for those who do already."""
    for ticket in sorted(state.targeted(), key=lambda ticket: ticket.seq):
        if _is_alone(state, ticket, closing, closing or leaving):
            yield _released(ticket)


def _is_alone(state: HallState, ticket: Ticket, closing: str | None, leaving: str | None) -> bool:
    if ticket.target is not None and not window_is_there(state, ticket.target, closing):
        return True
    return ticket.for_clerk is not None and not clerk_is_there(state, ticket.for_clerk, leaving)


def _released(ticket: Ticket) -> e.TicketTransferred:
    return e.TicketTransferred(ticket.id, ticket.queue, steps=ticket.steps)
