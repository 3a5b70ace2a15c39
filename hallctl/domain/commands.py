"""What may be asked of a hall. Imperatives; each names its API method and the event it leads to.

Shapes only: the rules stand in `lifecycle`, `policy` and `decide`. Moments are ms since the epoch.
"""

from dataclasses import dataclass
from typing import ClassVar

from hallctl.domain.model import Level, Person, Priority


@dataclass(frozen=True, slots=True)
class Command:
    """Root of the commands. `METHOD` is the name on the wire; an empty one is never sent by a client."""

    METHOD: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class TakeTicket(Command):
    """Take a number for `service`. `kiosk` prints the slip unless `paperless`; `reason` is a guide's."""

    METHOD: ClassVar[str] = "ticket.take"
    service: str
    priority: Priority = Priority.NORMAL
    kiosk: str | None = None
    paperless: bool = False
    person: Person | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CancelTicket(Command):
    """`by` is the acting window: it may cancel what waits, is missed, or is its own; None may cancel any."""

    METHOD: ClassVar[str] = "ticket.cancel"
    ticket: str
    reason: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class CallTicket(Command):
    """Call to `window`: the next by policy, or the chosen `ticket` with a `reason`."""

    METHOD: ClassVar[str] = "ticket.call"
    window: str
    ticket: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RecallTicket(Command):
    METHOD: ClassVar[str] = "ticket.recall"
    window: str


@dataclass(frozen=True, slots=True)
class StartTicket(Command):
    METHOD: ClassVar[str] = "ticket.start"
    window: str


@dataclass(frozen=True, slots=True)
class FinishTicket(Command):
    METHOD: ClassVar[str] = "ticket.finish"
    window: str


@dataclass(frozen=True, slots=True)
class MissTicket(Command):
    METHOD: ClassVar[str] = "ticket.miss"
    window: str


@dataclass(frozen=True, slots=True)
class RestoreTicket(Command):
    """Put a missed ticket back to its old place."""

    METHOD: ClassVar[str] = "ticket.restore"
    ticket: str


@dataclass(frozen=True, slots=True)
class HoldTicket(Command):
    METHOD: ClassVar[str] = "ticket.hold"
    window: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ResumeTicket(Command):
    """Call a held ticket back to `window` (回呼)."""

    METHOD: ClassVar[str] = "ticket.resume"
    window: str
    ticket: str


@dataclass(frozen=True, slots=True)
class TransferTicket(Command):
    """Send a ticket on to another `service`, or to one `window`; it keeps its take time and first clerk.

    `by` is the acting window, as in `CancelTicket`.
    """

    METHOD: ClassVar[str] = "ticket.transfer"
    ticket: str
    service: str | None = None
    window: str | None = None
    reason: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class UndoTicket(Command):
    """Take back a wrong call that was not yet served (C17)."""

    METHOD: ClassVar[str] = "ticket.undo"
    window: str


@dataclass(frozen=True, slots=True)
class RateTicket(Command):
    METHOD: ClassVar[str] = "ticket.rate"
    window: str
    level: Level
    ticket: str | None = None
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class LapseRating(Command):
    """The time to rate is over: no rating, which is not a level (E06)."""

    ticket: str


@dataclass(frozen=True, slots=True)
class ConfirmSlip(Command):
    """The printer has proved the paper."""

    ticket: str
    device: str


@dataclass(frozen=True, slots=True)
class FailSlip(Command):
    """The paper did not come, or nobody knows; `fault` is the device's code."""

    ticket: str
    device: str | None
    fault: str


@dataclass(frozen=True, slots=True)
class ReprintSlip(Command):
    METHOD: ClassVar[str] = "slip.reprint"
    ticket: str
    kiosk: str


@dataclass(frozen=True, slots=True)
class OpenWindow(Command):
    METHOD: ClassVar[str] = "window.open"
    window: str


@dataclass(frozen=True, slots=True)
class PauseWindow(Command):
    METHOD: ClassVar[str] = "window.pause"
    window: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResumeWindow(Command):
    METHOD: ClassVar[str] = "window.resume"
    window: str


@dataclass(frozen=True, slots=True)
class CloseWindow(Command):
    METHOD: ClassVar[str] = "window.close"
    window: str


@dataclass(frozen=True, slots=True)
class TakeOverWindow(Command):
    """AB岗: `clerk` takes the window and its running ticket over in one step (C12)."""

    METHOD: ClassVar[str] = "window.take_over"
    window: str
    clerk: str


@dataclass(frozen=True, slots=True)
class LoginClerk(Command):
    METHOD: ClassVar[str] = "clerk.login"
    window: str
    clerk: str


@dataclass(frozen=True, slots=True)
class LogoutClerk(Command):
    METHOD: ClassVar[str] = "clerk.logout"
    window: str


@dataclass(frozen=True, slots=True)
class OpenDay(Command):
    """Open the business day `day` (YYYY-MM-DD); counters start anew unless it was open before."""

    METHOD: ClassVar[str] = "day.open"
    day: str


@dataclass(frozen=True, slots=True)
class CloseDay(Command):
    METHOD: ClassVar[str] = "day.close"


@dataclass(frozen=True, slots=True)
class SkipNumbers(Command):
    """Leave out the next `count` numbers of each service, or of one: somebody may hold them already (T01).

    `closed` does so for a last day that is closed too, since it may be opened again: for a hall that is restored.
    """

    METHOD: ClassVar[str] = "numbers.skip"
    count: int
    service: str | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class StartHall(Command):
    """The daemon has started: devices are unknown again, slips in flight are uncertain."""

    version: str
    config_digest: str


@dataclass(frozen=True, slots=True)
class ReportDevice(Command):
    device: str
    state: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestHelp(Command):
    METHOD: ClassVar[str] = "help.request"
    kiosk: str


@dataclass(frozen=True, slots=True)
class AnswerHelp(Command):
    METHOD: ClassVar[str] = "help.answer"
    kiosk: str


@dataclass(frozen=True, slots=True)
class PairTerminal(Command):
    terminal: str
    role: str
    place: str | None
    token_digest: str


@dataclass(frozen=True, slots=True)
class RevokeTerminal(Command):
    METHOD: ClassVar[str] = "terminal.revoke"
    terminal: str


@dataclass(frozen=True, slots=True)
class SetAccount(Command):
    METHOD: ClassVar[str] = "account.set"
    account: str
    name: str
    roles: tuple[str, ...]
    password_hash: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveAccount(Command):
    METHOD: ClassVar[str] = "account.remove"
    account: str
