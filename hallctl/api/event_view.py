"""One event as a role sees it: the changed things in full, so that a client needs no second request.

``None`` means that the role is not told of it. See README.md, "Events".
"""

from dataclasses import fields
from typing import Any, Final

from hallctl.api.role import KIOSK_VIEWERS, OVERSEERS, STAFF, Role
from hallctl.api.views import Json, Views, ticket_view
from hallctl.domain import events as e
from hallctl.domain.events import Event
from hallctl.domain.model import Ticket
from hallctl.domain.state import HallState
from hallctl.engine.hub import Change, Told
from hallctl.errors import sentence

SECRET: Final = (e.TerminalPaired, e.TerminalRevoked, e.AccountSet, e.AccountRemoved)
"""Told to the administrator only."""

SLIPS: Final = (e.SlipConfirmed, e.SlipFailed, e.SlipReprinted)
CALLS: Final = (e.TicketCalled, e.TicketRecalled, e.TicketResumed)
UNCALLS: Final = (e.TicketCancelled, e.TicketMissed, e.TicketTransferred, e.TicketUndone)
RATINGS: Final = (e.TicketFinished, e.TicketRated, e.RatingLapsed)
DESKS: Final = (e.WindowOpened, e.WindowPaused, e.WindowResumed, e.WindowClosed)


class EventViews(Views):
    """The views with events added: the `Viewer` of the hub."""

    def event(self, role: str, change: Change, state: HallState, told: Told) -> Json | None:
        """The event's data for the role, as of `state`, without what is `told` by a later event of the same frame."""
        who = Role(role)
        event = change.record.event
        if not _told(who, event):
            return {"hall": self.hall(state)} if self._is_voice(event) else None
        ticket = state.tickets.get(getattr(event, "ticket", "")) or change.after
        data = self._own_fields(who, event, ticket)
        queues = _untold("service", self._queues(event, ticket, change.before), told)
        if queues:
            data["services"] = [self.service(state, queue) for queue in queues]
        window = getattr(event, "window", None)
        if window in self._windows and not isinstance(event, e.TicketRated) and _untold("window", [window], told):
            data["windows"] = [self.window(who, state, window)]
        if who in STAFF and ticket is not None and _untold("ticket", [ticket.id], told):
            data["tickets"] = [ticket_view(ticket)]
        if isinstance(event, CALLS):
            call = state.calls.get(event.ticket)
            data["call"] = self.call(call) if call else None
        elif isinstance(event, UNCALLS):
            data["uncall"] = event.ticket
        if isinstance(event, RATINGS) and who is Role.RATING and ticket is not None:
            data["rating"] = self.rating(state, ticket.window or "")
        self._add_equipment(data, who, event, state)
        if who in OVERSEERS:
            data["actor"] = change.record.actor
        return data

    def _own_fields(self, role: Role, event: Event, ticket: Ticket | None) -> Json:
        """The event's own fields that anybody told of it may have."""
        data: Json = {}
        if ticket is not None:
            data = {"ticket": ticket.id, "label": ticket.label, "queue": ticket.queue}
        for name in _FIELDS.get(type(event), ()):
            data[name] = getattr(event, name)
        if isinstance(event, CALLS):
            data["window"] = event.window
            data["window_label"] = self.config.window_label(event.window)
            data["zone"] = self._zone_of_window.get(event.window, "")
        if isinstance(event, e.SlipFailed):
            data |= {"zh": sentence(event.fault, "zh", {}), "en": sentence(event.fault, "en", {})}
        if isinstance(event, e.TicketRated) and role in OVERSEERS:
            data["level"] = event.level.value
        return data

    def _queues(self, event: Event, ticket: Ticket | None, before: Ticket | None) -> list[str]:
        """The services whose figures the event has changed."""
        if isinstance(event, (*SLIPS, e.TicketRated, e.RatingLapsed)):
            return []
        queues = {known.queue for known in (ticket, before) if known is not None}
        if isinstance(event, e.NumbersSkipped):
            queues.add(event.service)
        if isinstance(event, DESKS) and event.window in self._windows:
            queues.update(self._windows[event.window].services)
        return sorted(queue for queue in queues if queue in self._services)

    def _add_equipment(self, data: Json, role: Role, event: Event, state: HallState) -> None:
        if isinstance(event, e.DeviceReported) and event.device in self._devices:
            kiosk = self._devices[event.device].kiosk
            if kiosk is not None:
                data["kiosks"] = [self.kiosk(state, kiosk)]
            if role in OVERSEERS:
                data["devices"] = [self.device(state, event.device)]
            if self._is_voice(event):
                data["hall"] = self.hall(state)
        elif isinstance(event, e.HelpRequested | e.HelpAnswered):
            data["kiosks"] = [self.kiosk(state, k.id) for k in self.config.kiosks if k.id == event.kiosk]
        elif isinstance(event, e.HallStarted):
            data["hall"] = self.hall(state)

    def _is_voice(self, event: Event) -> bool:
        """A loudspeaker has changed: everybody must know whether calls are spoken."""
        device = self._devices.get(getattr(event, "device", ""))
        return isinstance(event, e.DeviceReported) and device is not None and device.driver == "voice"


def _untold(kind: str, names: list[str], told: Told) -> list[str]:
    """Those of the names that no later event of the frame tells; they are told now."""
    untold = [name for name in names if (kind, name) not in told]
    told.update((kind, name) for name in untold)
    return untold


def _told(role: Role, event: Event) -> bool:
    """Which roles hear of which events."""
    if isinstance(event, SECRET):
        return role is Role.ADMIN
    if isinstance(event, (*SLIPS, e.DeviceReported, e.HelpRequested, e.HelpAnswered)):
        return role in KIOSK_VIEWERS
    if isinstance(event, e.TicketRated | e.RatingLapsed):
        return role in STAFF or role is Role.RATING
    return True


_FIELDS: Final[dict[type[Event], tuple[str, ...]]] = {
    e.TicketTaken: ("service", "ahead"),
    e.TicketCalled: ("why",),
    e.TicketTransferred: ("queue", "target"),
    e.SlipFailed: ("fault",),
    e.SlipReprinted: ("kiosk",),
    e.WindowPaused: ("window", "reason"),
    e.WindowOpened: ("window",),
    e.WindowResumed: ("window",),
    e.WindowClosed: ("window",),
    e.WindowTakenOver: ("window", "clerk", "previous"),
    e.ClerkLoggedIn: ("window",),
    e.ClerkLoggedOut: ("window",),
    e.DayOpened: ("day",),
    e.DayClosed: ("day",),
    e.NumbersSkipped: ("service", "number"),
    e.DeviceReported: ("device", "state", "faults"),
    e.HelpRequested: ("kiosk",),
    e.HelpAnswered: ("kiosk",),
    e.TerminalPaired: ("terminal", "role", "place"),
    e.TerminalRevoked: ("terminal",),
    e.AccountSet: ("account", "name", "roles"),
    e.AccountRemoved: ("account",),
}


def facts(event: Event) -> dict[str, Any]:
    """All public fields of an event, for the journal's readers: no private field, and no level but to overseers."""
    private = type(event).PRIVATE
    return {name: getattr(event, name) for name in (field.name for field in fields(event)) if name not in private}
