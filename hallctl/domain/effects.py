"""What a device is to do because something has happened: data, made from the event, run after the commit.

Each carries `until` (ms): the moment after which it is no longer worth doing. A replay makes no effects.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from msgspec import Struct

from hallctl.domain import events as e
from hallctl.domain import page_events as p
from hallctl.domain.events import Event, Record
from hallctl.domain.state import HallState

SHOW_MS = 60_000
"""A screen that could not be reached for a minute gets its state anew when it comes back."""


class Effect(Struct, frozen=True, gc=False):
    """Root of the effects."""

    until: int


class PrintSlip(Effect, frozen=True, gc=False):
    """Print the ticket's slip at the kiosk or where that is rerouted to; copy 1 is the first, later ones say 补打."""

    ticket: str
    kiosk: str
    copy: int


class RouteSlips(Effect, frozen=True, gc=False):
    """What is known of a slip printer has changed: slips that wait for a printer go where one can print."""


class ShowWindow(Effect, frozen=True, gc=False):
    """Bring the screens over and in the window up to its present state; the last one wins."""

    window: str


class ShowQueue(Effect, frozen=True, gc=False):
    """The number of people waiting for the service has changed: call pads show it."""

    queue: str


class Announce(Effect, frozen=True, gc=False):
    """Speak the call in the window's zone, if the ticket is still called by then."""

    ticket: str
    window: str


class Alarm(Effect, frozen=True, gc=False):
    """An emergency has begun, has another notice now, or is over: every loudspeaker breaks off, and speaks the notice
    as long as there is one (C16)."""


class ErasePages(Effect, frozen=True, gc=False):
    """The files of these scanned pages are wanted no more."""

    pages: tuple[str, ...]


class AskRating(Effect, frozen=True, gc=False):
    """Ask for a rating of the finished service at the window."""

    ticket: str
    window: str


_SHOWN = (
    e.TicketCalled,
    e.TicketResumed,
    e.TicketRecalled,
    e.TicketStarted,
    e.TicketFinished,
    e.TicketStepped,
    e.TicketMissed,
    e.TicketHeld,
    e.TicketTransferred,
    e.TicketUndone,
    e.TicketCancelled,
    e.WindowOpened,
    e.WindowPaused,
    e.WindowResumed,
    e.WindowClosed,
    e.WindowTakenOver,
    e.ClerkLoggedIn,
    e.ClerkLoggedOut,
)
"""Events after which a window's screens look different."""

_QUEUED = (
    e.TicketTaken,
    e.TicketCancelled,
    e.TicketCalled,
    e.TicketMissed,
    e.TicketRestored,
    e.TicketTransferred,
    e.TicketStepped,
    e.TicketUndone,
)
"""Events after which another number of people waits."""

_EVERYWHERE = (e.EmergencyDeclared, e.EmergencyEnded, e.DayOpened, e.DayClosed)
"""Events after which every screen looks different, or may."""


def effects(state: HallState, record: Record) -> list[Effect]:
    """The effects of a record; `state` is as of after it."""
    makers = _MAKERS.get(type(record.event))
    if makers is None:
        return []
    return [effect for make in makers for effect in make(state, record.at, record.event)]


Made = Iterable[Effect]


def _print_first(state: HallState, at: int, event: e.TicketTaken) -> Made:
    if event.printing and event.kiosk:
        return (PrintSlip(at + state.layout.slip_s * 1000, event.ticket, event.kiosk, 1),)
    return ()


def _print_again(state: HallState, at: int, event: e.SlipReprinted | e.SlipRequeued) -> Made:
    return (PrintSlip(at + state.layout.slip_s * 1000, event.ticket, event.kiosk, event.copy),)


def _route_slips(state: HallState, at: int, event: e.DeviceReported) -> Made:
    return (RouteSlips(at + SHOW_MS),) if event.device in state.layout.kiosk_printers.values() else ()


def _announce(state: HallState, at: int, event: e.TicketCalled | e.TicketResumed | e.TicketRecalled) -> Made:
    return (Announce(at + state.layout.announce_s * 1000, event.ticket, event.window),)


def _ask_rating(state: HallState, at: int, event: e.TicketFinished) -> Made:
    return (AskRating(at + state.layout.rating_s * 1000, event.ticket, event.window),)


def _erase_dropped(_state: HallState, at: int, event: p.PagesFinished) -> Made:
    return (ErasePages(at + SHOW_MS, event.dropped),) if event.dropped else ()


def _erase_expired(_state: HallState, at: int, event: p.PagesExpired) -> Made:
    return (ErasePages(at + SHOW_MS, event.pages),)


def _alarm(_state: HallState, at: int, _event: Event) -> Made:
    return (Alarm(at + SHOW_MS),)


def _show_all(state: HallState, at: int, _event: Event) -> Made:
    return [ShowWindow(at + SHOW_MS, window) for window in state.layout.windows]


def _show_window(_state: HallState, at: int, event: Any) -> Made:
    return (ShowWindow(at + SHOW_MS, event.window),) if event.window is not None else ()


def _show_queues(state: HallState, at: int, event: Any) -> Made:
    ticket = state.tickets.get(event.ticket)
    queue = event.queue if isinstance(event, e.TicketCancelled) else ticket.queue if ticket else None
    left = event.left if isinstance(event, e.TicketTransferred) else None
    return [ShowQueue(at + SHOW_MS, name) for name in dict.fromkeys((queue, left)) if name is not None]


_WHEN: Final[tuple[tuple[Callable[[HallState, int, Any], Made], tuple[type[Event], ...]], ...]] = (
    (_print_first, (e.TicketTaken,)),
    (_print_again, (e.SlipReprinted, e.SlipRequeued)),
    (_route_slips, (e.DeviceReported,)),
    (_announce, (e.TicketCalled, e.TicketResumed, e.TicketRecalled)),
    (_ask_rating, (e.TicketFinished,)),
    (_erase_dropped, (p.PagesFinished,)),
    (_erase_expired, (p.PagesExpired,)),
    (_alarm, (e.EmergencyDeclared, e.EmergencyEnded)),
    (_show_all, _EVERYWHERE),
    (_show_window, _SHOWN),
    (_show_queues, _QUEUED),
)
"""What is made after which events, in the order in which it is done."""

_MAKERS: Final = {
    kind: tuple(make for make, kinds in _WHEN if kind in kinds)
    for kind in {kind for _make, kinds in _WHEN for kind in kinds}
}
