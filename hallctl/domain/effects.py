"""What a device is to do because something has happened: data, made from the event, run after the commit.

Each carries `until` (ms): the moment after which it is no longer worth doing. A replay makes no effects.
"""

from msgspec import Struct

from hallctl.domain import events as e
from hallctl.domain import page_events as p
from hallctl.domain.events import Record
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
    event, at, layout = record.event, record.at, state.layout
    made: list[Effect] = []
    if isinstance(event, e.TicketTaken) and event.printing and event.kiosk:
        made.append(PrintSlip(at + layout.slip_s * 1000, event.ticket, event.kiosk, 1))
    elif isinstance(event, e.SlipReprinted | e.SlipRequeued):
        made.append(PrintSlip(at + layout.slip_s * 1000, event.ticket, event.kiosk, event.copy))
    elif isinstance(event, e.DeviceReported) and event.device in layout.kiosk_printers.values():
        made.append(RouteSlips(at + SHOW_MS))
    elif isinstance(event, e.TicketCalled | e.TicketResumed | e.TicketRecalled):
        made.append(Announce(at + layout.announce_s * 1000, event.ticket, event.window))
    elif isinstance(event, e.TicketFinished):
        made.append(AskRating(at + layout.rating_s * 1000, event.ticket, event.window))
    elif isinstance(event, p.PagesFinished) and event.dropped:
        made.append(ErasePages(at + SHOW_MS, event.dropped))
    elif isinstance(event, p.PagesExpired):
        made.append(ErasePages(at + SHOW_MS, event.pages))
    elif isinstance(event, e.EmergencyDeclared | e.EmergencyEnded):
        made.append(Alarm(at + SHOW_MS))
    if isinstance(event, _EVERYWHERE):
        made += [ShowWindow(at + SHOW_MS, window) for window in layout.windows]
    window = getattr(event, "window", None)
    if window is not None and isinstance(event, _SHOWN):
        made.append(ShowWindow(at + SHOW_MS, window))
    if isinstance(event, _QUEUED):
        ticket = state.tickets.get(event.ticket)
        queue = event.queue if isinstance(event, e.TicketCancelled) else ticket.queue if ticket else None
        left = event.left if isinstance(event, e.TicketTransferred) else None
        made += [ShowQueue(at + SHOW_MS, name) for name in dict.fromkeys((queue, left)) if name is not None]
    return made
