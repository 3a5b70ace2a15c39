"""What a hall is made of: tickets, windows, devices, accounts. Values are frozen; only `HallState` changes.

Moments are milliseconds since the epoch (UTC); ids are strings; a label is what is printed, shown and spoken.
What each command makes anew is a msgspec struct: to replace a field of a ticket costs 0.5 µs, of a dataclass 12 µs.
"""

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

ORDINARY: Final = frozenset({Priority.NORMAL, Priority.APPOINTMENT})
"""Classes that the fairness cap protects; all others are privileged (C03)."""


class Desk(_Name):
    """The states of a window."""

    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"


class SlipState(_Name):
    """What is known of a ticket's latest slip. ``queued``: nothing of it has been sent to a printer yet; ``printing``:
    it may be on paper or not; ``failed``: it did not come out whole; ``unknown``: nobody knows, and nobody says more.
    """

    NONE = "none"
    QUEUED = "queued"
    PRINTING = "printing"
    PRINTED = "printed"
    FAILED = "failed"
    UNKNOWN = "unknown"


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


class WindowPlan(Struct, frozen=True):
    """What a window calls and by which policy; `mode` names the plan, None is the config's first one.

    `help` are services it helps out with: only while at most `help_when` wait for its own and at least `help_from` for
    the one helped. `ratio` are (service, share) pairs for the policy of that name. `choose`: its clerk may call a
    chosen ticket, with a reason; else only the next (blind).
    """

    id: str
    zone: str
    services: tuple[str, ...]
    policy: str = "priority"
    help: tuple[str, ...] = ()
    help_when: int = 0
    help_from: int = 1
    ratio: tuple[tuple[str, int], ...] = ()
    choose: bool = True
    mode: str | None = None

    @property
    def serves(self) -> tuple[str, ...]:
        """All services it may call from, its own first."""
        return self.services + self.help


class Step(Struct, frozen=True):
    """Where a ticket goes after its present service: a queue, there perhaps to one window or clerk only. It comes back
    to the `place` that it had, or queues anew (None)."""

    queue: str
    target: str | None = None
    for_clerk: str | None = None
    place: int | None = None


class Beaten(Struct, frozen=True, gc=False):
    """A head that was not chosen: its ticket, `by` which rule it lost (see `policy`), and by how much: seconds of
    accumulated priority, thousandths of a call that is owed or of a relative wait, privileged calls in a row at the
    cap, 0 where there is nothing to measure."""

    ticket: str
    by: str
    amount: int = 0


class Ticket(Struct, frozen=True, gc=False):
    """One visit. `service` issued the number, `queue` is the service whose queue it stands in now.

    `place` (ms) and `seq` order the queue; `calls` counts the announcements of the last call, `announced_at` the
    latest; `first_clerk` is who served first (首问负责); `held_ms` does not count as service,
    `resumed_at` is set while it is called back from being on hold. It is `live`, and in memory, while it is open or its
    rating is asked.

    `target` and `for_clerk` narrow who may call it. A missed ticket that comes `after` so many calls of its queue
    stands beside the lanes until then; `misses` counts how often it did not come since it was last served. `steps` are
    still to come after the present service; from the second one on the wait counts from `eligible_at`, and the moments
    of calling and serving are those of the present service. An `agent` (代办员) acts for so many `principals`.
    `appointment` is the id of the one checked in. `served` tells in which hours its last service ended: regular, extra,
    overtime or outside (see `opening`). `slip` is the state of the latest of its `copies`, `slip_kiosk` the kiosk whose
    printer has it.
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
    after: int | None = None
    misses: int = 0
    for_clerk: str | None = None
    steps: tuple[Step, ...] = ()
    principals: int = 1
    agent: bool = False
    appointment: str | None = None
    served: str | None = None
    eligible_at: int | None = None
    ahead: int = 0
    slip: SlipState = SlipState.NONE
    slip_fault: str | None = None
    slip_kiosk: str | None = None
    copies: int = 0
    rating: RatingState = RatingState.NONE
    level: Level | None = None
    reason: str | None = None
    live: bool = True
    person: Person | None = None


class Fairness(Struct, frozen=True, gc=False):
    """What a call changed that an undo puts back: the window's `streak` and `credits` before it, and what has to be
    added to the rows of privileged calls of which queues."""

    streak: int = 0
    credits: tuple[tuple[str, int], ...] = ()
    rows: tuple[tuple[str, int], ...] = ()


class Window(Struct, frozen=True, gc=False):
    """One counter. `ticket` is the id of its active ticket; `done` counts today's finished services.

    `plan` is the arrangement in force, None the config's own; `arranged_at` is when it was last changed today. `streak`
    counts the privileged calls in a row that passed over an ordinary ticket which the window could have called,
    `credits` are what services are owed under the policy ``ratio``; `before` is how that was before the last call, None
    for nothing at all.
    """

    id: str
    state: Desk = Desk.CLOSED
    clerk: str | None = None
    ticket: str | None = None
    reason: str | None = None
    since: int = 0
    done: int = 0
    plan: WindowPlan | None = None
    streak: int = 0
    credits: tuple[tuple[str, int], ...] = ()
    before: Fairness | None = None
    arranged_at: int | None = None


class Tally(Struct, frozen=True, gc=False):
    """A service's figures of the day; `number` is the last number issued, `serve_mean_ms` a running mean, `calls`
    counts every call from the queue, `called` first calls; `streak` is as in `Window`, of those who wait in this queue.
    Of those `done`, `overtime` ended after the close (延时服务), `extra` in hours besides the usual ones (错时服务).
    `privileged` of the first calls were of privileged classes; `turn_mean_ms` is a running mean of how long a window is
    taken by one, served or not, with the clerk's pause before the call if somebody waited."""

    number: int = 0
    called: int = 0
    done: int = 0
    missed: int = 0
    cancelled: int = 0
    expired: int = 0
    wait_sum_ms: int = 0
    serve_mean_ms: int = 0
    calls: int = 0
    streak: int = 0
    overtime: int = 0
    extra: int = 0
    privileged: int = 0
    turn_mean_ms: int = 0


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


class Agent(Struct, frozen=True, gc=False):
    """A person who acts for others (代办员): the name that the hall gives, the keyed digest of the card."""

    id: str
    digest: str


class Call(Struct, frozen=True, gc=False):
    """One line of the board's list: a ticket called to a window, the newest first. `seq` is that of the last call."""

    ticket: str
    label: str
    window: str
    queue: str
    at: int
    count: int
    seq: int


CALLS_KEPT: Final = 32
"""Calls kept for boards that connect late; a board shows the last 8 of its zone."""
