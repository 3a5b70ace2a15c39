"""What a hall is made of: tickets, windows, devices, accounts. Values are frozen; only `HallState` changes.

Moments are milliseconds since the epoch (UTC); ids are strings; a label is what is printed, shown and spoken.
What each command makes anew is a msgspec struct: to replace a field of a ticket costs 0.5 µs, of a dataclass 12 µs.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from msgspec import Struct


class _Name(StrEnum):
    """Names that are keys of dicts and sets on each step: hashed as the strings that they are, in C."""

    __hash__ = str.__hash__


class Stage(_Name):
    """The stages of a ticket; a ticket is in exactly one."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    MISSED = "missed"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


ACTIVE: Final = frozenset({Stage.CALLED, Stage.SERVING})
"""Stages that occupy a window: at most one such ticket each."""


OPEN: Final = frozenset({Stage.WAITING, Stage.CALLED, Stage.SERVING, Stage.HELD, Stage.MISSED})
"""Stages from which a ticket goes on."""


class Priority(_Name):
    """Classes of waiting, most urgent first; the order of this list is the order of service."""

    GREEN = "green"
    MILITARY = "military"
    DISABLED = "disabled"
    ELDER = "elder"
    PREGNANT = "pregnant"
    APPOINTMENT = "appointment"
    NORMAL = "normal"


RANK: Final = {priority: rank for rank, priority in enumerate(Priority)}
"""Rank of each class; 0 is served first."""


class Desk(_Name):
    """The states of a window."""

    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"


class SlipState(_Name):
    """What is known of a ticket's paper. ``queued`` after a crash means: it may or may not have been printed."""

    NONE = "none"
    QUEUED = "queued"
    PRINTED = "printed"
    FAILED = "failed"


class RatingState(_Name):
    """A rating is asked once per finished service; a lapse is not a rating."""

    NONE = "none"
    ASKED = "asked"
    RATED = "rated"
    LAPSED = "lapsed"


class Level(_Name):
    """The five levels of 好差评 by name; codes of other systems are mapped at the edge (requirements 3.5)."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


class Person(Struct, frozen=True, gc=False):
    """What is kept of an identity: a keyed digest (hex), a masked name and a masked number, the card's kind."""

    digest: str
    name_mask: str
    number_mask: str
    kind: str


class Ticket(Struct, frozen=True, gc=False):
    """One visit. `service` issued the number, `queue` is the service whose queue it stands in now.

    `place` (ms) and `seq` order the queue; `calls` counts the announcements of the last call, `announced_at` the
    latest; `first_clerk` is who served first (首问负责); `held_ms` does not count as service,
    `resumed_at` is set while it is called back from being on hold. It is `live`, and in memory, while it is open or its
    rating is asked.
    """

    id: str
    day: str
    service: str
    number: int
    label: str
    queue: str
    priority: Priority
    taken_at: int
    place: int
    seq: int
    source: str
    stage: Stage = Stage.WAITING
    kiosk: str | None = None
    target: str | None = None
    window: str | None = None
    clerk: str | None = None
    first_clerk: str | None = None
    calls: int = 0
    first_called_at: int | None = None
    called_at: int | None = None
    announced_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    held_at: int | None = None
    resumed_at: int | None = None
    held_ms: int = 0
    ahead: int = 0
    slip: SlipState = SlipState.NONE
    slip_fault: str | None = None
    copies: int = 0
    rating: RatingState = RatingState.NONE
    level: Level | None = None
    reason: str | None = None
    live: bool = True
    person: Person | None = None


class Window(Struct, frozen=True, gc=False):
    """One counter. `ticket` is the id of its active ticket; `done` counts today's finished services."""

    id: str
    state: Desk = Desk.CLOSED
    clerk: str | None = None
    ticket: str | None = None
    reason: str | None = None
    since: int = 0
    done: int = 0


class Tally(Struct, frozen=True, gc=False):
    """A service's figures of the day; `number` is the last number issued, `serve_mean_ms` a running mean."""

    number: int = 0
    called: int = 0
    done: int = 0
    missed: int = 0
    cancelled: int = 0
    expired: int = 0
    wait_sum_ms: int = 0
    serve_mean_ms: int = 0


class Device(Struct, frozen=True, gc=False):
    """What was last reported of a device: `state` unknown|connecting|ready|degraded|offline, fault codes, when."""

    name: str
    state: str = "unknown"
    faults: tuple[str, ...] = ()
    since: int = 0


class Account(Struct, frozen=True, gc=False):
    """A person who logs in. `epoch` grows with each change of password or roles: older sessions end."""

    id: str
    name: str
    roles: tuple[str, ...]
    password_hash: str | None = None
    epoch: int = 0


class Terminal(Struct, frozen=True, gc=False):
    """A paired page or pad: its role, what it stands for (a kiosk, zone or window id) and its token's digest."""

    id: str
    role: str
    place: str | None
    token_digest: str


class Call(Struct, frozen=True, gc=False):
    """One line of the board's list: a ticket called to a window, the newest first. `seq` is that of the last call."""

    ticket: str
    label: str
    window: str
    queue: str
    at: int
    count: int
    seq: int


@dataclass(frozen=True, slots=True)
class Service:
    """A service as configured: one queue, one prefix."""

    id: str
    prefix: str
    zone: str
    mean_s: int = 480
    identity: str = "none"


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """A window as configured: what it serves and by which policy it chooses."""

    id: str
    zone: str
    services: tuple[str, ...]
    policy: str = "priority"


@dataclass(frozen=True, slots=True)
class Layout:
    """The configured hall as the domain sees it. Only `decide` reads it; events carry all that `apply` needs."""

    services: dict[str, Service]
    windows: dict[str, WindowPlan]
    kiosk_printers: dict[str, str | None]
    recall_limit: int = 5
    recall_gap_s: int = 5
    undo_s: int = 30
    rating_s: int = 30
    slip_s: int = 120
    announce_s: int = 30
    serving: dict[str, tuple[str, ...]] = field(init=False)
    """Which windows serve a service, in the config's order."""

    def __post_init__(self) -> None:
        serving = {name: tuple(w.id for w in self.windows.values() if name in w.services) for name in self.services}
        object.__setattr__(self, "serving", serving)


EMPTY_LAYOUT: Final = Layout({}, {}, {})

CALLS_KEPT: Final = 32
"""Calls kept for boards that connect late; a board shows the last 8 of its zone."""
