"""What has happened. Past participles; with `Record` around them they are the journal, the only truth.

Each event is self-contained: `apply` needs the state and the event, never the config. `PRIVATE` fields hold
personal data or secrets: the journal keeps them in a column of their own that can be emptied.
"""

from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct

from hallctl.domain.model import Level, Person, Priority


@dataclass(frozen=True, slots=True)
class Event:
    """Root of the events. `TYPE` is the name in the journal and on the wire."""

    TYPE: ClassVar[str] = ""
    PRIVATE: ClassVar[frozenset[str]] = frozenset()


class Record(Struct, frozen=True, gc=False):
    """An event in the journal: gapless `seq`, when, the business day (or None), and who or what did it."""

    seq: int
    at: int
    day: str | None
    actor: str
    event: Event


@dataclass(frozen=True, slots=True)
class TicketTaken(Event):
    """A number was issued. `place` orders the queue (ms); `printing` says that a slip is due at `kiosk`."""

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


@dataclass(frozen=True, slots=True)
class TicketCancelled(Event):
    """`queue` is where it stood, `window` the window it occupied or was held at."""

    TYPE: ClassVar[str] = "ticket.cancelled"
    ticket: str
    queue: str
    window: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TicketCalled(Event):
    """`why` names the rule that chose it; `beat` the heads of other classes or queues it was preferred to."""

    TYPE: ClassVar[str] = "ticket.called"
    ticket: str
    window: str
    clerk: str | None
    why: str
    beat: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TicketRecalled(Event):
    TYPE: ClassVar[str] = "ticket.recalled"
    ticket: str
    window: str


@dataclass(frozen=True, slots=True)
class TicketStarted(Event):
    TYPE: ClassVar[str] = "ticket.started"
    ticket: str
    window: str


@dataclass(frozen=True, slots=True)
class TicketFinished(Event):
    TYPE: ClassVar[str] = "ticket.finished"
    ticket: str
    window: str
    clerk: str | None


@dataclass(frozen=True, slots=True)
class TicketMissed(Event):
    TYPE: ClassVar[str] = "ticket.missed"
    ticket: str
    window: str | None = None


@dataclass(frozen=True, slots=True)
class TicketRestored(Event):
    TYPE: ClassVar[str] = "ticket.restored"
    ticket: str


@dataclass(frozen=True, slots=True)
class TicketHeld(Event):
    TYPE: ClassVar[str] = "ticket.held"
    ticket: str
    window: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TicketResumed(Event):
    TYPE: ClassVar[str] = "ticket.resumed"
    ticket: str
    window: str
    clerk: str | None


@dataclass(frozen=True, slots=True)
class TicketTransferred(Event):
    """Back to waiting in `queue`, for any of its windows or only for `target`; `window` is where it came from."""

    TYPE: ClassVar[str] = "ticket.transferred"
    ticket: str
    queue: str
    target: str | None = None
    window: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TicketUndone(Event):
    """A wrong call was taken back: the ticket waits again at its old place, or is on hold again (`held`)."""

    TYPE: ClassVar[str] = "ticket.undone"
    ticket: str
    window: str
    held: bool = False


@dataclass(frozen=True, slots=True)
class TicketExpired(Event):
    TYPE: ClassVar[str] = "ticket.expired"
    ticket: str
    reason: str = "day.closed"


@dataclass(frozen=True, slots=True)
class TicketRated(Event):
    """`raw` is the key or value as the device sent it; `level` is never shown to window staff."""

    TYPE: ClassVar[str] = "ticket.rated"
    ticket: str
    window: str
    level: Level
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class RatingLapsed(Event):
    TYPE: ClassVar[str] = "rating.lapsed"
    ticket: str


@dataclass(frozen=True, slots=True)
class SlipConfirmed(Event):
    TYPE: ClassVar[str] = "slip.confirmed"
    ticket: str
    device: str


@dataclass(frozen=True, slots=True)
class SlipFailed(Event):
    TYPE: ClassVar[str] = "slip.failed"
    ticket: str
    device: str | None
    fault: str


@dataclass(frozen=True, slots=True)
class SlipReprinted(Event):
    """Another copy is due at `kiosk`, marked 补打; `reason` says why (asked, same_person, restart)."""

    TYPE: ClassVar[str] = "slip.reprinted"
    ticket: str
    kiosk: str
    reason: str


@dataclass(frozen=True, slots=True)
class WindowOpened(Event):
    TYPE: ClassVar[str] = "window.opened"
    window: str


@dataclass(frozen=True, slots=True)
class WindowPaused(Event):
    TYPE: ClassVar[str] = "window.paused"
    window: str
    reason: str


@dataclass(frozen=True, slots=True)
class WindowResumed(Event):
    TYPE: ClassVar[str] = "window.resumed"
    window: str


@dataclass(frozen=True, slots=True)
class WindowClosed(Event):
    TYPE: ClassVar[str] = "window.closed"
    window: str


@dataclass(frozen=True, slots=True)
class WindowTakenOver(Event):
    TYPE: ClassVar[str] = "window.taken_over"
    window: str
    clerk: str
    previous: str


@dataclass(frozen=True, slots=True)
class ClerkLoggedIn(Event):
    TYPE: ClassVar[str] = "clerk.logged_in"
    window: str
    clerk: str


@dataclass(frozen=True, slots=True)
class ClerkLoggedOut(Event):
    TYPE: ClassVar[str] = "clerk.logged_out"
    window: str
    clerk: str


@dataclass(frozen=True, slots=True)
class DayOpened(Event):
    """`fresh` says that the counters start anew; False is the reopening of a day closed too early."""

    TYPE: ClassVar[str] = "day.opened"
    day: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class DayClosed(Event):
    TYPE: ClassVar[str] = "day.closed"
    day: str


@dataclass(frozen=True, slots=True)
class NumbersSkipped(Event):
    """`number` is the last number of the service that counts as issued now; those left out have no ticket."""

    TYPE: ClassVar[str] = "numbers.skipped"
    service: str
    number: int


@dataclass(frozen=True, slots=True)
class HallStarted(Event):
    TYPE: ClassVar[str] = "hall.started"
    version: str
    config_digest: str


@dataclass(frozen=True, slots=True)
class DeviceReported(Event):
    TYPE: ClassVar[str] = "device.reported"
    device: str
    state: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HelpRequested(Event):
    TYPE: ClassVar[str] = "help.requested"
    kiosk: str


@dataclass(frozen=True, slots=True)
class HelpAnswered(Event):
    TYPE: ClassVar[str] = "help.answered"
    kiosk: str


@dataclass(frozen=True, slots=True)
class TerminalPaired(Event):
    TYPE: ClassVar[str] = "terminal.paired"
    PRIVATE: ClassVar[frozenset[str]] = frozenset({"token_digest"})
    terminal: str
    role: str
    place: str | None
    token_digest: str = ""


@dataclass(frozen=True, slots=True)
class TerminalRevoked(Event):
    TYPE: ClassVar[str] = "terminal.revoked"
    terminal: str


@dataclass(frozen=True, slots=True)
class AccountSet(Event):
    """`password_hash` None keeps the old one."""

    TYPE: ClassVar[str] = "account.set"
    PRIVATE: ClassVar[frozenset[str]] = frozenset({"password_hash"})
    account: str
    name: str
    roles: tuple[str, ...]
    password_hash: str | None = None


@dataclass(frozen=True, slots=True)
class AccountRemoved(Event):
    TYPE: ClassVar[str] = "account.removed"
    account: str


def _all(root: type[Event]) -> "list[type[Event]]":
    return [kind for child in root.__subclasses__() for kind in (child, *_all(child))]


EVENTS: dict[str, type[Event]] = {kind.TYPE: kind for kind in _all(Event)}
"""Every event by its type; complete by construction."""
