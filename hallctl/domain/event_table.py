"""Every event by its type; complete by construction: all modules that declare events are named here."""

from typing import Final

from hallctl.domain import booking_events, events, page_events, watch_events
from hallctl.domain.event import Event

DECLARED: Final = (events, booking_events, watch_events, page_events)

EVENTS: Final[dict[str, type[Event]]] = {
    kind.TYPE: kind
    for module in DECLARED
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}
