"""What `decide` answers with, and the questions its parts share."""

from dataclasses import dataclass, replace

from msgspec import Struct

from hallctl.domain.events import Event
from hallctl.domain.lifecycle import TICKET_REFUSALS, WINDOW_REFUSALS, ticket_after, window_after
from hallctl.domain.model import ACTIVE, Desk, Stage, Ticket
from hallctl.domain.state import HallState
from hallctl.errors import Refusal


@dataclass(frozen=True, slots=True)
class Line:
    """What became of the row `number` of a list: its appointment with the code, `known` if it was booked before; or
    what is against it."""

    number: int
    appointment: str | None = None
    code: str | None = None
    known: bool = False
    refusal: Refusal | None = None

    def unbooked(self) -> "Line":
        """The same where nothing was booked: it could be."""
        return replace(self, appointment=None, code=None)


class Decision(Struct, frozen=True, gc=False):
    """The events to journal (none: it was so already), and the ticket, window, appointment or rows of a list that the
    answer is about. A `notice` is told beside it: what is done is not quite what was asked."""

    events: tuple[Event, ...]
    ticket: str | None = None
    window: str | None = None
    appointment: str | None = None
    lines: tuple[Line, ...] = ()
    notice: Refusal | None = None


BLOCKING: frozenset[str] = frozenset(
    {
        "printer.paper_out",
        "printer.cover_open",
        "printer.cutter",
        "printer.offline",
        "printer.error",
        "printer.head_hot",
    }
)
"""Faults with which nothing can be printed."""


def move_ticket(move: str, ticket: Ticket) -> Refusal | None:
    """None if the table lets the ticket make the move, else the refusal."""
    if ticket_after(move, ticket.stage) is not None:
        return None
    return Refusal(TICKET_REFUSALS[move], {"label": ticket.label, "stage": ticket.stage.value})


def move_window(state: HallState, move: str, window: str) -> Refusal | None:
    """None if the window exists and the table lets it make the move, else the refusal."""
    if window not in state.layout.windows:
        return Refusal("window.unknown", {"window": window})
    desk: Desk = state.window(window).state
    if window_after(move, desk) is not None:
        return None
    return Refusal(WINDOW_REFUSALS[move, desk], {"window": window})


def ticket_at(state: HallState, move: str, window: str) -> Ticket | Refusal:
    """The window's active ticket if `move` is allowed to it there, else the refusal."""
    refusal = move_window(state, "work", window)
    if refusal is not None:
        return refusal
    ticket = state.active(window)
    if ticket is None:
        return Refusal("window.no_ticket", {"window": window})
    return move_ticket(move, ticket) or ticket


def ticket_named(state: HallState, move: str, ticket_id: str) -> Ticket | Refusal:
    """The live ticket if `move` is allowed to it, else the refusal."""
    ticket = state.tickets.get(ticket_id)
    if ticket is None:
        return Refusal("ticket.unknown", {"ticket": ticket_id})
    return move_ticket(move, ticket) or ticket


def not_ours(state: HallState, ticket: Ticket, by: str | None) -> Refusal | None:
    """A window must not touch what is called or served at another one, or on hold for somebody else; `by` None may."""
    if by is None or ticket.stage not in ACTIVE | {Stage.HELD} or ticket.window == by:
        return None
    if ticket.stage is Stage.HELD and may_resume(state, ticket, by):
        return None
    return Refusal("ticket.elsewhere", {"label": ticket.label, "window": str(ticket.window)})


def may_resume(state: HallState, ticket: Ticket, window: str) -> bool:
    """Whose the held ticket is: the window's that held it, its clerk's at another one, or, while nobody sits at that
    window, anybody's who serves it."""
    held_at = ticket.window or ""
    if held_at == window or (ticket.clerk is not None and state.window(window).clerk == ticket.clerk):
        return True
    gone = held_at not in state.layout.windows or state.window(held_at).state is Desk.CLOSED
    return gone and window in state.layout.windows and ticket.queue in state.plan(window).serves


def printer_refusal(state: HallState, printer: str) -> Refusal | None:
    """None if the printer is known to be able to print; unknown is not able (T05)."""
    device = state.devices.get(printer)
    if device is None or device.state not in {"ready", "degraded"}:
        return Refusal("printer.offline")
    for fault in device.faults:
        if fault in BLOCKING:
            return Refusal(fault)
    return None if device.state == "ready" or device.faults else Refusal("printer.offline")


def printing_refusal(state: HallState, kiosk: str) -> Refusal | None:
    """None if the slip can come out at the kiosk, or at one that it is rerouted to; else what the kiosk's own printer
    (or the first that there is) lacks. For a kiosk that has any printer."""
    refusals = [printer_refusal(state, printer) for printer in state.layout.printers(kiosk).values()]
    return None if None in refusals else refusals[0]
