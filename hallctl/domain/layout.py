"""The configured hall as the domain sees it: services, windows, rules. Only `decide` reads it; events carry all that
`apply` needs.

What may change in the running day (which services a window calls, by which policy) is a `WindowPlan`: the config has
the first one, the state the one in force.
"""

from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from hallctl.domain.booking import BookingRules, SlotRule
from hallctl.domain.hours import ALWAYS_OPEN, Hours
from hallctl.domain.model import RANK, Priority, WindowPlan
from hallctl.domain.page import ScanRules
from hallctl.domain.threshold import Watching


class Segment(Struct, frozen=True):
    """A part of the day with its own limit: minutes after midnight [from_min, to_min), tickets at most."""

    from_min: int
    to_min: int
    limit: int


class Limits(Struct, frozen=True):
    """How many tickets of a service are given: a day, in segments of it, to one person a day. None: no limit."""

    day: int | None = None
    person: int | None = None
    segments: tuple[Segment, ...] = ()


NO_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Service:
    """A service as configured: one queue, one prefix.

    `target_s` is the wait that is aimed at, `missed` what becomes of who does not come (``void``, ``requeue_after_k``,
    ``tail``, ``staff_restore``), `missed_k` the k of it, `then` the service of the usual next step (受理 → 出件).
    """

    id: str
    prefix: str
    zone: str
    mean_s: int = 480
    identity: str = "none"
    target_s: int = 1200
    missed: str = "staff_restore"
    missed_k: int = 3
    limits: Limits = NO_LIMITS
    then: str | None = None
    consult: bool = False
    slots: tuple[SlotRule, ...] = ()


class Mode(Struct, frozen=True):
    """A plan that a window can be switched to (机动窗口): by a click, or by itself at its `times`: (weekdays 1–7,
    from, to) in minutes after midnight."""

    name: str
    plan: WindowPlan
    times: tuple[tuple[tuple[int, ...], int, int], ...] = ()


class ClassRule(Struct, frozen=True):
    """Accumulated priority of a class: `head_ms` at once, then `rate` (thousandths) for each ms of waiting."""

    head_ms: int
    rate: int = 1000


MINUTE_MS: Final = 60_000

CLASSES: Final = {
    Priority.GREEN: ClassRule(240 * MINUTE_MS),
    Priority.MILITARY: ClassRule(180 * MINUTE_MS),
    Priority.DISABLED: ClassRule(150 * MINUTE_MS),
    Priority.ELDER: ClassRule(120 * MINUTE_MS),
    Priority.PREGNANT: ClassRule(120 * MINUTE_MS),
    Priority.APPOINTMENT: ClassRule(0),
    Priority.NORMAL: ClassRule(0),
}
"""The classes' start where a hall says nothing: the law's priorities are before all others for the length of a
morning. An appointment's place is the start of its slot: it is before all who come after that (A02), and behind those
who have waited since before it, for half an hour or less (C04)."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole hall. `cap` is K: so many calls of privileged classes in a row while a normal ticket waits (C03).
    `hours` has the hall's zone and the start of its business days too."""

    services: dict[str, Service]
    windows: dict[str, WindowPlan]
    kiosk_printers: dict[str, str | None]
    recall_limit: int = 5
    recall_gap_s: int = 5
    undo_s: int = 30
    rating_s: int = 30
    slip_s: int = 120
    announce_s: int = 30
    cap: int = 3
    classes: dict[Priority, ClassRule] = field(default_factory=lambda: dict(CLASSES))
    modes: dict[str, tuple[Mode, ...]] = field(default_factory=dict)
    miss_after_calls: int = 1
    miss_after_s: int = 0
    client_lost_s: int = 60
    held_at_end: str = "expire"
    hours: Hours = ALWAYS_OPEN
    booking: BookingRules = field(default_factory=BookingRules)
    scans: ScanRules = field(default_factory=ScanRules)
    watch: Watching = Watching()  # noqa: RUF009 - frozen
    reroutes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """kiosk → other kiosks at whose printers its slips come out while its own cannot print, in the order of trying."""
    lasting: bool = field(init=False)
    """Whether the order of two who wait never changes: waiting counts as it passes for all classes."""
    serving: dict[str, tuple[str, ...]] = field(init=False)
    """Which windows serve a service by their first plans, help included, in the config's order."""

    def __post_init__(self) -> None:
        serving = {name: tuple(w.id for w in self.windows.values() if name in w.serves) for name in self.services}
        object.__setattr__(self, "serving", serving)
        object.__setattr__(self, "lasting", all(rule.rate == 1000 for rule in self.classes.values()))

    def printers(self, kiosk: str) -> dict[str, str]:
        """kiosk → printer at which a slip of `kiosk` may come out: its own first, then those it is rerouted to."""
        places = (kiosk, *self.reroutes.get(kiosk, ()))
        return {place: printer for place in places if (printer := self.kiosk_printers.get(place)) is not None}


EMPTY_LAYOUT: Final = Layout({}, {}, {})

assert set(CLASSES) == set(RANK)  # noqa: S101 - at import: a class without a rule
