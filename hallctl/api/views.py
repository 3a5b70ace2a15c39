"""What each role sees of the hall: snapshots, and events as facts (see README.md, "Snapshot" and "Events").

Pure functions of a state and the config. Nobody gets a person here; levels of ratings go to overseers only.
"""

from collections.abc import Callable
from typing import Any

from hallctl.api import appointment_view
from hallctl.api.alert_view import alert_view
from hallctl.api.role import KIOSK_VIEWERS, OVERSEERS, STAFF, Role
from hallctl.clock import Clock, SystemClock
from hallctl.config import HallConfig
from hallctl.domain import limits, waits
from hallctl.domain.model import Call, Device, RatingState, Ticket, WindowPlan
from hallctl.domain.state import HallState
from hallctl.domain.workday import no_data
from hallctl.errors import Refusal, sentence
from hallctl.sections.queue import ServiceSection

Json = dict[str, Any]

SAME_MS = 20
"""One moment: for so long what is told of a service is told again while nothing happens."""


class Views:
    """The config's names joined with the state's facts. `warning` is a code that every page shows, or None;
    `doubt` tells one that may come and go."""

    def __init__(self, config: HallConfig, warning: str | None = None, clock: Clock | None = None) -> None:
        self.config = config
        self._clock = clock or SystemClock()
        self.warning = warning
        self.doubt: Callable[[], str | None] = lambda: None
        self.scanner: Callable[[str], str | None] = lambda _window: None
        """The scanner that stands at a window."""
        self._zone_of_window = {window.id: window.zone for window in config.windows}
        self._windows = {window.id: window for window in config.windows}
        self._services = {service.id: service for service in config.services}
        self._same: tuple[HallState | None, int, int] = (None, 0, 0)
        self._made: dict[str, Json] = {}
        self._service_facts = {service.id: _facts(service) for service in config.services}
        self._devices = {device.name: device for device in config.devices}

    def equip(self, config: HallConfig) -> None:
        """The devices of `config`, all else being the same, are those of the hall from now on."""
        self.config = config
        self._devices = {device.name: device for device in config.devices}

    # ------------------------------------------------------------ snapshot

    def snapshot(self, role: str, place: str | None, state: HallState, now: int) -> Json:
        """Everything the role at `place` may see, as of `state`."""
        role = Role(role)
        view: Json = {
            "seq": state.seq,
            "at": now,
            "hall": self.hall(role, state),
            "zones": [{"id": z.id, "name": z.name, "name_en": z.name_en or z.name} for z in self.config.zones],
            "services": [self.service(state, service.id, now) for service in self.config.services],
            "windows": [self.window(role, state, window.id) for window in self.config.windows],
            "calls": [self.call(call) for call in reversed(state.calls.values())],
        }
        if role in KIOSK_VIEWERS:
            view["kiosks"] = [self.kiosk(state, kiosk.id) for kiosk in self.config.kiosks]
        if role in STAFF:
            view["appointments"] = appointment_view.of_today(state)
            view["tickets"] = [ticket_view(ticket) for ticket in state.tickets.values()]
        if role in OVERSEERS:
            view["devices"] = [self.device(state, device.name) for device in self.config.devices]
            view["alerts"] = [alert_view(self.config, state, alert) for alert in state.alerts]
        if role is Role.RATING:
            view["rating"] = self.rating(state, place or "")
        return view

    def hall(self, role: Role, state: HallState) -> Json:
        """Name, business day, warning: that everybody sees, or that somebody must see to in time."""
        hall = self.config.hall
        warning = self.doubt() or self.warning
        if warning is None and role in OVERSEERS and state.day and no_data(state.layout.hours.calendar, state.day):
            warning = "calendar.no_data"
        return {
            "id": hall.id,
            "name": hall.name,
            "name_en": hall.name_en or hall.name,
            "phone": hall.phone,
            "notices": hall.notices,
            "timezone": hall.timezone,
            "undo_s": self.config.rules.undo_s,
            "day": state.day,
            "open": state.day is not None,
            "emergency": state.emergency,
            "warning": _coded(warning) if warning else None,
            "voice": any(self._speaks(state, device.name) for device in self.config.devices),
        }

    def _speaks(self, state: HallState, name: str) -> bool:
        """Whether the device is a loudspeaker that works: else boards caption calls by themselves (V03)."""
        device = state.devices.get(name)
        return self._devices[name].driver == "voice" and device is not None and device.state in {"ready", "degraded"}

    def service(self, state: HallState, service: str, now: int | None = None) -> Json:
        """A service with its queue's figures; `wait_s` is [low, high] for one who comes now, None while no window
        is open. `closed` tells why no number of it is given, `remaining` how many still are. Everybody is told the
        same: it is made once for all roles that are told at one moment, and must not be changed."""
        now = self._clock.now() if now is None else now
        of, seq, at = self._same
        if state is not of or state.seq != seq or not 0 <= now - at < SAME_MS:
            self._same = (state, state.seq, now)
            self._made.clear()
        if service not in self._made:
            self._made[service] = self._service(state, service, now)
        return self._made[service]

    def _service(self, state: HallState, service: str, now: int) -> Json:
        closed = limits.closed(state, service, now)
        tally = state.tally(service)
        people = state.waiting(service)
        heads = [lane.head for lane in state.standing("service", service).values() if lane.head is not None]
        return self._service_facts[service] | {
            "waiting": people,
            "wait_s": waits.expected_wait_s(state, service, now),
            "longest_since": min((head[0] for head in heads), default=None),
            "windows": state.open_windows(service),
            "all_windows": list(state.serving(service)),
            "open": closed is None and state.day is not None,
            "closed": _closed(closed) if closed is not None else None,
            "remaining": limits.remaining(state, service, now),
            "issued": tally.number,
            "done": tally.done,
            "missed": tally.missed,
            "overtime": tally.overtime,
        }

    def window(self, role: Role, state: HallState, window: str) -> Json:
        """A window with its active ticket (label and stage only) and its clerk's number."""
        config = self._windows[window]
        desk = state.window(window)
        active = state.active(window)
        plan = state.plan(window)
        view: Json = {
            "id": window,
            "label": config.label or window,
            "zone": config.zone,
            "post": config.post,
            "services": list(plan.serves),
            "state": desk.state.value,
            "reason": desk.reason,
            "since": desk.since,
            "done": desk.done,
            "ticket": _active(active) if active else None,
            "clerk": {"id": desk.clerk} if desk.clerk else None,
        }
        if role in STAFF and desk.clerk:
            account = state.accounts.get(desk.clerk)
            view["clerk"]["name"] = account.name if account else desk.clerk
        if role in STAFF:
            view["plan"] = plan_view(plan)
            view["arranged"] = desk.plan is not None
            view["scanner"] = self._state_of(state, self.scanner(window))
            view["modes"] = [{"name": mode.name, "title": mode.title or mode.name} for mode in config.modes]
        return view

    def kiosk(self, state: HallState, kiosk: str) -> Json:
        """A kiosk with its printer and card reader as they are known, and whether somebody asks for help."""
        config = next(k for k in self.config.kiosks if k.id == kiosk)
        mine = [device for device in self.config.devices if device.kiosk == kiosk]
        printer = next((device.name for device in mine if device.driver == "escpos"), None)
        reader = next((device.name for device in mine if device.driver in {"idcard", "socialcard"}), None)
        return {
            "id": kiosk,
            "name": config.name or kiosk,
            "services": config.services or [service.id for service in self.config.services],
            "printer": self._state_of(state, printer),
            "reroute": config.reroute,
            "reader": self._state_of(state, reader),
            "help": kiosk in state.helps,
        }

    def _state_of(self, state: HallState, name: str | None) -> Json | None:
        if name is None:
            return None
        device = state.devices.get(name) or Device(name)
        return {"name": name, "state": device.state, "faults": list(device.faults), "sentences": _sentences(device)}

    def device(self, state: HallState, name: str) -> Json:
        """A device as the technician sees it."""
        config = self._devices[name]
        device = state.devices.get(name) or Device(name)
        serves = [config.kiosk, config.zone, config.window, *config.units.values()]
        return {
            "name": name,
            "driver": config.driver,
            "link": config.link,
            "state": device.state,
            "since": device.since,
            "faults": list(device.faults),
            "sentences": _sentences(device),
            "serves": [place for place in serves if place],
        }

    def call(self, call: Call) -> Json:
        """One line of a board's list."""
        return {
            "ticket": call.ticket,
            "label": call.label,
            "window": call.window,
            "window_label": self.config.window_label(call.window),
            "zone": self._zone_of_window.get(call.window, ""),
            "queue": call.queue,
            "at": call.at,
            "count": call.count,
        }

    def rating(self, state: HallState, window: str) -> Json:
        """What the rating terminal of a window has to ask, or ticket None."""
        ticket = state.tickets.get(state.asked.get(window, ""))
        if ticket is None:
            return {"window": window, "ticket": None}
        service = self._services.get(ticket.queue)
        return {
            "window": window,
            "ticket": {
                "ticket": ticket.id,
                "label": ticket.label,
                "service_name": service.name if service else ticket.queue,
                "service_name_en": (service.name_en or service.name) if service else ticket.queue,
                "clerk": ticket.clerk,
                "until": (ticket.ended_at or 0) + self.config.rules.rating_s * 1000,
            },
        }

    def public_ticket(self, state: HallState, ticket: Ticket) -> Json:
        """A ticket as its holder sees it on a kiosk or phone: people ahead and the wait while it waits."""
        waiting = ticket.stage == "waiting"
        now = self._clock.now()
        people = waits.position(state, ticket, now) if waiting else 0
        wait_s, pause = waits.expected(state, ticket, now, people) if waiting else waits.NO_WAIT
        service = self._services.get(ticket.queue)
        return {
            "ticket": ticket.id,
            "label": ticket.label,
            "service": ticket.service,
            "queue": ticket.queue,
            "service_name": service.name if service else ticket.queue,
            "service_name_en": (service.name_en or service.name) if service else ticket.queue,
            "stage": ticket.stage.value,
            "taken_at": ticket.taken_at,
            "window": ticket.window,
            "window_label": self.config.window_label(ticket.window) if ticket.window else None,
            "called_at": ticket.called_at,
            "ahead": people,
            "wait_s": wait_s,
            "break": {"from": pause[0], "to": pause[1]} if pause is not None else None,
            "emergency": state.emergency,
            "slip": ticket.slip.value,
            "rating": "asked" if ticket.rating is RatingState.ASKED else "none",
        }


def plan_view(plan: WindowPlan) -> Json:
    """What a window calls, as staff see it; `mode` null is the config's own plan, or one made by hand."""
    return {
        "services": list(plan.services),
        "policy": plan.policy,
        "ratio": dict(plan.ratio),
        "help": list(plan.help),
        "help_when": plan.help_when,
        "help_from": plan.help_from,
        "choose": plan.choose,
        "mode": plan.mode,
    }


def ticket_view(ticket: Ticket) -> Json:
    """A ticket as staff see it: no person, no level."""
    return {
        "id": ticket.id,
        "label": ticket.label,
        "service": ticket.service,
        "queue": ticket.queue,
        "priority": ticket.priority.value,
        "stage": ticket.stage.value,
        "taken_at": ticket.taken_at,
        "place": ticket.place,
        "window": ticket.window,
        "target": ticket.target,
        "for_clerk": ticket.for_clerk,
        "steps": [{"queue": step.queue, "target": step.target, "for_clerk": step.for_clerk} for step in ticket.steps],
        "misses": ticket.misses,
        "principals": ticket.principals,
        "agent": ticket.agent,
        "appointment": ticket.appointment is not None,
        "clerk": ticket.clerk,
        "first_clerk": ticket.first_clerk,
        "calls": ticket.calls,
        "called_at": ticket.called_at,
        "started_at": ticket.started_at,
        "held_at": ticket.held_at,
        "slip": ticket.slip.value,
        "slip_fault": ticket.slip_fault,
        "slip_kiosk": ticket.slip_kiosk,
        "copies": ticket.copies,
        "rating": ticket.rating.value,
        "identified": ticket.person is not None,
        "reason": ticket.reason,
        "kiosk": ticket.kiosk,
    }


def _active(ticket: Ticket) -> Json:
    return {
        "ticket": ticket.id,
        "label": ticket.label,
        "stage": ticket.stage.value,
        "queue": ticket.queue,
        "called_at": ticket.called_at,
        "started_at": ticket.started_at,
    }


def _coded(code: str) -> Json:
    return {"code": code, "zh": sentence(code, "zh", {}), "en": sentence(code, "en", {})}


def _facts(service: ServiceSection) -> Json:
    """What the config alone says of a service: made once, told with each event of its queue."""
    return {
        "id": service.id,
        "name": service.name,
        "name_en": service.name_en or service.name,
        "prefix": service.prefix,
        "zone": service.zone,
        "icon": service.icon,
        "identity": service.identity,
        "note": service.note,
        "then": service.then,
        "consult": service.consult,
        "bookable": bool(service.slots),
        "missed_policy": service.missed,
        "missed_k": service.missed_k,
    }


def _closed(refusal: Refusal) -> Json:
    """Why no number is given, in words, and when again (ms; null: not known)."""
    words = {"code": refusal.code, "zh": refusal.sentence("zh"), "en": refusal.sentence("en")}
    return {**words, "opens_at": refusal.params.get("opens_at")}


def _sentences(device: Device) -> list[Json]:
    """The faults in words; the link's own fault is among them."""
    return [_coded(fault) for fault in device.faults]
