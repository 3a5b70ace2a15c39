"""What the methods work with, composed once by `hallctl.bootstrap`, and the questions they ask of a caller."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from hallctl.api.auth import Auth, Caller
from hallctl.api.event_view import EventViews
from hallctl.api.role import Role
from hallctl.clock import Clock
from hallctl.config import HallConfig
from hallctl.domain.commands import Command
from hallctl.domain.state import HallState
from hallctl.engine.answer import Reply, RequestKey
from hallctl.engine.cards import Cards
from hallctl.engine.codes import Codes
from hallctl.engine.equipment import Equipment
from hallctl.engine.hall import Hall
from hallctl.engine.hub import Hub
from hallctl.engine.identity import Identity
from hallctl.engine.presence import Presence
from hallctl.engine.scans import Scans
from hallctl.engine.timers import Timers
from hallctl.errors import HallctlError, Refusal, RequestError, StoreError
from hallctl.store.reports import Reports


class Refused(HallctlError):
    """A refusal on its way to the asker."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code, detail="", **refusal.params)
        self.refusal = refusal


class Connected(Protocol):
    """A client's open connection."""

    async def depart(self) -> None:
        """Answer what is under way, then close."""
        ...


@dataclass(slots=True)
class Context:
    """The composed hall, as the api sees it."""

    hall: Hall
    hub: Hub
    config: HallConfig
    views: EventViews
    auth: Auth
    cards: Cards
    codes: Codes
    identity: Identity
    timers: Timers
    presence: Presence
    clock: Clock
    reports: Reports
    preview: Callable[[], bytes]
    equipment: Equipment
    scans: Scans
    connections: set[Connected] = field(default_factory=set)
    stopping: bool = False
    """Nothing new is begun: the daemon answers what was asked and goes."""

    def __post_init__(self) -> None:
        self.equipment.on_equip = self._equip

    def _equip(self, config: HallConfig) -> None:
        """All that looks at the config sees its devices from now on."""
        self.config = config
        self.views.equip(config)

    @property
    def state(self) -> HallState:
        """The hall as it is on disk, with all that was answered: what may be told."""
        self.hall.heed()
        return self.hub.state

    def begin(self, caller: Caller, command: Command, key: RequestKey | None, reply: Reply) -> None:
        """As `Hall.begin`, for the caller; raises RequestError or StoreError."""
        if self.stopping:
            raise StoreError("store.stopping")
        self.hall.begin(command, caller.name, reply, key)

    async def execute(self, caller: Caller, command: Command, key: RequestKey | None) -> str:
        """The receipt of the command (JSON text); raises Refused, RequestError or StoreError."""
        if self.stopping:
            raise StoreError("store.stopping")
        answer = await self.hall.execute(command, caller.name, key)
        if isinstance(answer, Refusal):
            raise Refused(answer)
        return answer


def window_of(context: Context, caller: Caller, given: str | None) -> str:
    """The window that the caller may act for; a clerk only where logged in, a pad only at its own (O02)."""
    window = given or caller.place
    if window is None:
        raise RequestError("request.invalid_params", problem="window is required")
    if caller.role in {Role.DEVICE, Role.RATING} and caller.place not in {None, window}:
        raise RequestError("auth.wrong_place", place=str(caller.place))
    if caller.role is Role.WINDOW:
        _check_clerk(context, caller, window)
    return window


def seat_of(caller: Caller, given: str | None) -> str:
    """The window at which a clerk wants to sit down."""
    window = given or caller.place
    if window is None:
        raise RequestError("request.invalid_params", problem="window is required")
    if caller.place not in {None, window}:
        raise RequestError("auth.wrong_place", place=str(caller.place))
    return window


def _check_clerk(context: Context, caller: Caller, window: str) -> None:
    seat_of(caller, window)
    clerk = context.hall.state.window(window).clerk  # also a login that was answered a moment ago and is not shown yet
    if clerk == caller.account or window not in context.state.layout.windows:
        return
    if clerk is None:
        raise Refused(Refusal("window.no_clerk", {"window": window}))
    raise Refused(Refusal("window.taken", {"window": window, "clerk": clerk}))


def acting_window(context: Context, caller: Caller) -> str | None:
    """For what is done with a ticket by its id: a clerk's own window, None for those with authority over all."""
    if caller.role is not Role.WINDOW:
        return None
    return window_of(context, caller, None)


def kiosk_of(caller: Caller, given: str | None) -> str | None:
    """The kiosk that the caller acts for: a kiosk only for itself."""
    if caller.role is Role.KIOSK:
        if given is not None and given != caller.place:
            raise RequestError("auth.wrong_place", place=str(caller.place))
        return caller.place
    return given


def required_kiosk(caller: Caller, given: str | None) -> str:
    """As `kiosk_of`, but there must be one."""
    kiosk = kiosk_of(caller, given)
    if kiosk is None:
        raise RequestError("request.invalid_params", problem="kiosk is required")
    return kiosk
