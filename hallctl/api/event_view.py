"""One event as a role sees it: the changed things in full, so that a client needs no second request.

``None`` means that the role is not told of it. See README.md, "Events".
"""

from functools import cache
from typing import Any, Final

from hallctl.api import appointment_view
from hallctl.api.alert_view import alert_view
from hallctl.api.role import KIOSK_VIEWERS, OVERSEERS, STAFF, Role
from hallctl.api.views import Json, Views, ticket_view
from hallctl.domain import booking_events as b
from hallctl.domain import events as e
from hallctl.domain import page_events as p
from hallctl.domain import watch_events as w
from hallctl.domain.events import Event
from hallctl.domain.layout import NO_LIMITS
from hallctl.domain.model import Ticket
from hallctl.domain.state import HallState
from hallctl.engine.hub import Change, Told
from hallctl.errors import sentence

SECRET: Final = (e.TerminalPaired, e.TerminalRevoked, e.AccountSet, e.AccountRemoved, e.AgentSet, e.AgentRemoved)
"""Told to the administrator only."""

ALERTS: Final = (w.AlertRaised, w.AlertAdvised, w.AlertCleared, w.AlertConfirmed, w.AlertDismissed)
APPOINTMENTS: Final = (b.AppointmentBooked, b.AppointmentCancelled, b.AppointmentCheckedIn, b.AppointmentMissed)
BOOKINGS: Final = (*APPOINTMENTS, b.AppointmentImported, b.QuotaSet, b.BlockLifted)
"""Told to the staff only."""

PAGES: Final = (
    p.PageScanned,
    p.PagesArranged,
    p.PageRemoved,
    p.PageRestored,
    p.PagesFinished,
    p.PagesOffered,
    p.PageShown,
    p.PagesExpired,
)
"""Told to the staff only, and no more than how many there are: the window asks for its own."""

SLIPS: Final = (e.SlipBegun, e.SlipConfirmed, e.SlipFailed, e.SlipDoubted, e.SlipReprinted, e.SlipRequeued)
UNCOUNTED: Final = (*SLIPS, e.TicketRated, e.RatingLapsed)
"""No service's figures change."""

CALLS: Final = (e.TicketCalled, e.TicketRecalled, e.TicketResumed)
UNCALLS: Final = (e.TicketCancelled, e.TicketMissed, e.TicketTransferred, e.TicketStepped, e.TicketUndone)
RATINGS: Final = (e.TicketFinished, e.TicketRated, e.RatingLapsed)
DESKS: Final = (e.WindowOpened, e.WindowPaused, e.WindowResumed, e.WindowClosed, e.WindowArranged)


class EventViews(Views):
    """The views with events added: the `Viewer` of the hub."""

    def event(self, role: str, change: Change, state: HallState, told: Told) -> Json | None:
        """The event's data for the role, as of `state`, without what is `told` by a later event of the same frame."""
        who = Role(role)
        event = change.record.event
        if not _told(who, type(event)):
            return self._aside(who, event, state, told)
        ticket = state.tickets.get(getattr(event, "ticket", "")) or change.after
        if isinstance(event, PAGES):
            return _pages(who, change, state)
        data = self._own_fields(who, event, ticket)
        queues = _untold("service", self._queues(event, ticket, change.before, state), told)
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
        if isinstance(event, ALERTS) and _untold("alert", [event.alert], told):
            data["alerts"] = [alert_view(self.config, state, event.alert)]
        if isinstance(event, APPOINTMENTS) and _untold("appointment", [event.appointment], told):
            today = appointment_view.changed(state, event.appointment)
            data["appointments"] = [today] if today is not None else []
        self._add_equipment(data, who, event, state)
        if who in OVERSEERS:
            data["actor"] = change.record.actor
        return data

    def _aside(self, role: Role, event: Event, state: HallState, told: Told) -> Json | None:
        """What others see of an event that they are not told of: whether calls are spoken, and how many numbers are
        left beside those that appointments keep."""
        if self._is_voice(event):
            return {"hall": self.hall(role, state)}
        queues = _untold("service", self._kept_from(event, state), told)
        return {"services": [self.service(state, queue) for queue in queues]} if queues else None

    def _kept_from(self, event: Event, state: HallState) -> list[str]:
        """The service whose limit an appointment is within."""
        if not isinstance(event, APPOINTMENTS):
            return []
        known = state.appointments.get(event.appointment)
        service = state.layout.services.get(known.service) if known is not None else None
        return [service.id] if service is not None and service.limits != NO_LIMITS else []

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
        if isinstance(event, e.SlipFailed | e.SlipDoubted):
            data |= {"zh": sentence(event.fault, "zh", {}), "en": sentence(event.fault, "en", {})}
        if isinstance(event, e.TicketRated) and role in OVERSEERS:
            data["level"] = event.level.value
        return data

    def _queues(self, event: Event, ticket: Ticket | None, before: Ticket | None, state: HallState) -> list[str]:
        """The services whose figures the event has changed."""
        if isinstance(event, UNCOUNTED):
            return []
        queues = {known.queue for known in (ticket, before) if known is not None}
        queues.update(self._kept_from(event, state))
        if isinstance(event, e.TicketCancelled) and ticket is not None:
            queues.add(ticket.service)  # whose limit has a number more
        if isinstance(event, e.NumbersSkipped):
            queues.add(event.service)
        if isinstance(event, e.WindowArranged):
            queues.update(self._services)
        elif isinstance(event, DESKS) and event.window in self._windows:
            queues.update(state.plan(event.window).serves)
        return sorted(queue for queue in queues if queue in self._services)

    def _add_equipment(self, data: Json, role: Role, event: Event, state: HallState) -> None:
        if isinstance(event, e.DeviceReported) and event.device in self._devices:
            kiosk = self._devices[event.device].kiosk
            if kiosk is not None:
                data["kiosks"] = [self.kiosk(state, kiosk)]
            window = self._devices[event.device].window
            if window in self._windows and role in STAFF:
                data["windows"] = [self.window(role, state, window)]
            if role in OVERSEERS:
                data["devices"] = [self.device(state, event.device)]
            if self._is_voice(event):
                data["hall"] = self.hall(role, state)
        elif isinstance(event, e.HelpRequested | e.HelpAnswered):
            data["kiosks"] = [self.kiosk(state, k.id) for k in self.config.kiosks if k.id == event.kiosk]
        elif isinstance(event, e.HallStarted | e.EmergencyDeclared | e.EmergencyEnded):
            data["hall"] = self.hall(role, state)

    def _is_voice(self, event: Event) -> bool:
        """A loudspeaker has changed: everybody must know whether calls are spoken."""
        device = self._devices.get(getattr(event, "device", ""))
        return isinstance(event, e.DeviceReported) and device is not None and device.driver == "voice"


def _untold(kind: str, names: list[str], told: Told) -> list[str]:
    """Those of the names that no later event of the frame tells; they are told now."""
    untold = [name for name in names if (kind, name) not in told]
    told.update((kind, name) for name in untold)
    return untold


def _pages(role: Role, change: Change, state: HallState) -> Json:
    """Of scanned pages only how many there are now."""
    event = change.record.event
    ticket = getattr(event, "ticket", "")
    scan = state.scans.get(ticket)
    data: Json = {"ticket": ticket, "window": getattr(event, "window", None)}
    data["pages"] = len(scan.pages) if scan is not None else 0
    return data | ({"actor": change.record.actor} if role in OVERSEERS else {})


@cache
def _told(role: Role, kind: type[Event]) -> bool:
    """Which roles hear of which events."""
    if kind in SECRET:
        return role is Role.ADMIN
    if kind in ALERTS or kind is e.DevicesChanged:
        return role in OVERSEERS
    if kind in BOOKINGS or kind in PAGES:
        return role in STAFF
    if kind in SLIPS or kind in {e.DeviceReported, e.HelpRequested, e.HelpAnswered}:
        return role in KIOSK_VIEWERS
    if kind in {e.TicketRated, e.RatingLapsed}:
        return role in STAFF or role is Role.RATING
    return True


_FIELDS: Final[dict[type[Event], tuple[str, ...]]] = {
    e.TicketTaken: ("service", "ahead"),
    e.TicketCalled: ("why",),
    e.TicketTransferred: ("queue", "target", "for_clerk"),
    e.TicketStepped: ("window", "queue", "target", "for_clerk"),
    e.TicketMissed: ("then",),
    e.WindowArranged: ("window",),
    e.EmergencyDeclared: ("notice",),
    e.SlipBegun: ("kiosk", "device"),
    e.SlipConfirmed: ("device",),
    e.SlipFailed: ("fault",),
    e.SlipDoubted: ("fault",),
    e.SlipReprinted: ("kiosk",),
    e.SlipRequeued: ("kiosk",),
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
    e.DevicesChanged: ("added", "changed", "removed"),
    e.HelpRequested: ("kiosk",),
    e.HelpAnswered: ("kiosk",),
    e.TerminalPaired: ("terminal", "role", "place"),
    e.TerminalRevoked: ("terminal",),
    e.AccountSet: ("account", "name", "roles"),
    e.AccountRemoved: ("account",),
    **dict.fromkeys(ALERTS, ("alert",)),
    **dict.fromkeys(APPOINTMENTS, ("appointment",)),
    b.AppointmentImported: ("source", "booked", "known", "refused"),
    b.QuotaSet: ("service", "start", "quota"),
    b.BlockLifted: ("block", "reason"),
}


def facts(event: Event) -> dict[str, Any]:
    """All public fields of an event, for the journal's readers: no private field, and no level but to overseers."""
    private = type(event).PRIVATE
    return {name: getattr(event, name) for name in event.__struct_fields__ if name not in private}
