"""What has happened. Past participles; with `Record` around them they are the journal, the only truth.

Each event is self-contained: `apply` needs the state and the event, never the config. `PRIVATE` fields hold
personal data or secrets: the journal keeps them in a column of their own that can be emptied.
"""

from typing import ClassVar

from hallctl.domain.event import Event as Event
from hallctl.domain.event import Record as Record
from hallctl.domain.model import Beaten, Level, Person, Priority, Step, WindowPlan


class TicketTaken(Event, frozen=True, gc=False):
    """A number was issued. `place` orders the queue (ms); `printing` says that a slip is due at `kiosk`.

    `override`: the staff gave it against a rule, for the `reason` told (T09). `appointment` is the one checked in.
    """

    TYPE: ClassVar[str] = "ticket.taken"
    PRIVATE: ClassVar[frozenset[str]] = frozenset({"person"})
    ticket: str
    service: str
    number: int
    label: str
    priority: Priority
    place: int
    ahead: int
    kiosk: str | None = None
    printing: bool = False
    reason: str | None = None
    person: Person | None = None
    principals: int = 1
    agent: bool = False
    override: bool = False
    appointment: str | None = None


class TicketCancelled(Event, frozen=True, gc=False):
    """`queue` is where it stood, `window` the window it occupied or was held at."""

    TYPE: ClassVar[str] = "ticket.cancelled"
    ticket: str
    queue: str
    window: str | None = None
    reason: str | None = None


class TicketCalled(Event, frozen=True, gc=False):
    """`why` names the rule that chose it among so many heads (`among`); `beat` the next of those it was preferred to.

    `passed` are queues in which ordinary tickets waited that it could have called: a privileged call passes over them,
    an ordinary one ends the row of such calls. `credits` are what services are owed after a call by ratio, in parts of
    which a call costs the sum of its shares; () leaves them as they were.
    """

    TYPE: ClassVar[str] = "ticket.called"
    ticket: str
    window: str
    clerk: str | None
    why: str
    beat: tuple[Beaten, ...] = ()
    reason: str | None = None
    among: int = 0
    passed: tuple[str, ...] = ()
    credits: tuple[tuple[str, int], ...] = ()


class TicketRecalled(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "ticket.recalled"
    ticket: str
    window: str


class TicketStarted(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "ticket.started"
    ticket: str
    window: str


class TicketFinished(Event, frozen=True, gc=False):
    """`served` tells in which hours the service ended: regular, extra (错时), overtime (延时) or outside of all (T11);
    `outcome` how a consultation ended (L07)."""

    TYPE: ClassVar[str] = "ticket.finished"
    ticket: str
    window: str
    clerk: str | None
    served: str = "regular"
    outcome: str | None = None


class TicketMissed(Event, frozen=True, gc=False):
    """Nobody came. `then` is what becomes of it: ``void`` and ``staff_restore`` stay missed; ``tail`` waits again at
    `place`; ``requeue`` waits until its queue has had `after` calls in all."""

    TYPE: ClassVar[str] = "ticket.missed"
    ticket: str
    window: str | None = None
    then: str = "staff_restore"
    place: int | None = None
    after: int | None = None


class TicketRestored(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "ticket.restored"
    ticket: str


class TicketHeld(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "ticket.held"
    ticket: str
    window: str
    reason: str | None = None


class TicketResumed(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "ticket.resumed"
    ticket: str
    window: str
    clerk: str | None


class TicketTransferred(Event, frozen=True, gc=False):
    """Back to waiting in `queue`, for any of its windows or only for `target` or `for_clerk`; `window` is where it came
    from, `left` the queue in which it waited until now, `steps` are to come after that service (back to the sender)."""

    TYPE: ClassVar[str] = "ticket.transferred"
    ticket: str
    queue: str
    target: str | None = None
    window: str | None = None
    reason: str | None = None
    for_clerk: str | None = None
    steps: tuple[Step, ...] = ()
    left: str | None = None


class TicketStepped(Event, frozen=True, gc=False):
    """One service of the ticket is done, and the same ticket waits for its next step: `queue`, perhaps only at `target`
    or for `for_clerk`; `steps` are those after that (受理 → 出件). `place` orders it there, behind `ahead` people;
    `served` is as in `TicketFinished`."""

    TYPE: ClassVar[str] = "ticket.stepped"
    ticket: str
    window: str
    clerk: str | None
    queue: str
    place: int
    target: str | None = None
    for_clerk: str | None = None
    steps: tuple[Step, ...] = ()
    served: str = "regular"
    ahead: int = 0


class TicketUndone(Event, frozen=True, gc=False):
    """A wrong call was taken back: the ticket waits again at its old place, or is on hold again (`held`)."""

    TYPE: ClassVar[str] = "ticket.undone"
    ticket: str
    window: str
    held: bool = False


class TicketExpired(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "ticket.expired"
    ticket: str
    reason: str = "day.closed"


class TicketRated(Event, frozen=True, gc=False):
    """`raw` is the key or value as the device sent it; `level` is never shown to window staff."""

    TYPE: ClassVar[str] = "ticket.rated"
    ticket: str
    window: str
    level: Level
    raw: str | None = None


class RatingLapsed(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "rating.lapsed"
    ticket: str


class SlipBegun(Event, frozen=True, gc=False):
    """The slip goes to the printer `device` of `kiosk` now: from here on it may be on paper. Durable before the first
    byte is sent."""

    TYPE: ClassVar[str] = "slip.begun"
    ticket: str
    device: str
    kiosk: str
    copy: int


class SlipConfirmed(Event, frozen=True, gc=False):
    """`device` has proved the paper."""

    TYPE: ClassVar[str] = "slip.confirmed"
    ticket: str
    device: str


class SlipFailed(Event, frozen=True, gc=False):
    """The slip did not come out, or not whole; None: no device was tried."""

    TYPE: ClassVar[str] = "slip.failed"
    ticket: str
    device: str | None
    fault: str


class SlipDoubted(Event, frozen=True, gc=False):
    """The slip was sent and nobody knows what came of it; None: the daemon ended meanwhile."""

    TYPE: ClassVar[str] = "slip.doubted"
    ticket: str
    device: str | None
    fault: str


class SlipReprinted(Event, frozen=True, gc=False):
    """Another copy is due at `kiosk`, marked 补打; `reason` says why (asked, same_person, restart)."""

    TYPE: ClassVar[str] = "slip.reprinted"
    ticket: str
    kiosk: str
    reason: str
    copy: int


class SlipRequeued(Event, frozen=True, gc=False):
    """The same copy is due once more after a restart: nothing of it had been sent, so it is not marked anew."""

    TYPE: ClassVar[str] = "slip.requeued"
    ticket: str
    kiosk: str
    copy: int


class WindowOpened(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "window.opened"
    window: str


class WindowPaused(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "window.paused"
    window: str
    reason: str


class WindowResumed(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "window.resumed"
    window: str


class WindowClosed(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "window.closed"
    window: str


class WindowArranged(Event, frozen=True, gc=False):
    """From its next call on the window works by `plan`; None is the config's own (C13)."""

    TYPE: ClassVar[str] = "window.arranged"
    window: str
    plan: WindowPlan | None


class WindowTakenOver(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "window.taken_over"
    window: str
    clerk: str
    previous: str


class ClerkLoggedIn(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "clerk.logged_in"
    window: str
    clerk: str


class ClerkLoggedOut(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "clerk.logged_out"
    window: str
    clerk: str


class DayOpened(Event, frozen=True, gc=False):
    """`fresh` says that the counters start anew; False is the reopening of a day closed too early."""

    TYPE: ClassVar[str] = "day.opened"
    day: str
    fresh: bool


class DayClosed(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "day.closed"
    day: str


class EmergencyDeclared(Event, frozen=True, gc=False):
    """Nothing is issued or called until it ends; `notice` is shown and spoken everywhere (C16)."""

    TYPE: ClassVar[str] = "emergency.declared"
    notice: str


class EmergencyEnded(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "emergency.ended"


class AgentSet(Event, frozen=True, gc=False):
    """The person with this digest acts for others (代办员, T10); `agent` is what the hall calls that person."""

    TYPE: ClassVar[str] = "agent.set"
    PRIVATE: ClassVar[frozenset[str]] = frozenset({"digest"})
    agent: str
    digest: str = ""


class AgentRemoved(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "agent.removed"
    agent: str


class NumbersSkipped(Event, frozen=True, gc=False):
    """`number` is the last number of the service that counts as issued now; those left out have no ticket."""

    TYPE: ClassVar[str] = "numbers.skipped"
    service: str
    number: int


class HallStarted(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "hall.started"
    version: str
    config_digest: str


class DeviceReported(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "device.reported"
    device: str
    state: str
    faults: tuple[str, ...] = ()


class DevicesChanged(Event, frozen=True, gc=False):
    """The config's devices were changed while the hall ran; the digest is that of the config from now on. Nothing is
    known of those added or changed until they answer."""

    TYPE: ClassVar[str] = "device.changed"
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    config_digest: str


class HelpRequested(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "help.requested"
    kiosk: str


class HelpAnswered(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "help.answered"
    kiosk: str


class TerminalPaired(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "terminal.paired"
    PRIVATE: ClassVar[frozenset[str]] = frozenset({"token_digest"})
    terminal: str
    role: str
    place: str | None
    token_digest: str = ""


class TerminalRevoked(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "terminal.revoked"
    terminal: str


class AccountSet(Event, frozen=True, gc=False):
    """`password_hash` None keeps the old one."""

    TYPE: ClassVar[str] = "account.set"
    PRIVATE: ClassVar[frozenset[str]] = frozenset({"password_hash"})
    account: str
    name: str
    roles: tuple[str, ...]
    password_hash: str | None = None


class AccountRemoved(Event, frozen=True, gc=False):
    TYPE: ClassVar[str] = "account.removed"
    account: str
