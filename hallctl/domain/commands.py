"""What may be asked of a hall. Imperatives; each names its API method and the event it leads to.

Shapes only: the rules stand in `lifecycle`, `policy` and `decide`. Moments are ms since the epoch.
"""

from typing import ClassVar

from msgspec import Struct

from hallctl.domain.model import Level, Person, Priority, WindowPlan


class Command(Struct, frozen=True, gc=False):
    """Root of the commands. `METHOD` is the name on the wire; an empty one is never sent by a client."""

    METHOD: ClassVar[str] = ""


class TakeTicket(Command, frozen=True, gc=False):
    """Take a number for `service`. `kiosk` prints the slip unless `paperless`.

    `override`: the staff give it although a rule says no, with a `reason` (T09). An agent's ticket is for `principals`.
    """

    METHOD: ClassVar[str] = "ticket.take"
    service: str
    priority: Priority = Priority.NORMAL
    kiosk: str | None = None
    paperless: bool = False
    person: Person | None = None
    reason: str | None = None
    principals: int = 1
    override: bool = False


class CancelTicket(Command, frozen=True, gc=False):
    """`by` is the acting window: it may cancel what waits, is missed, or is its own; None may cancel any."""

    METHOD: ClassVar[str] = "ticket.cancel"
    ticket: str
    reason: str | None = None
    by: str | None = None


class CallTicket(Command, frozen=True, gc=False):
    """Call to `window`: the next by policy, or the chosen `ticket` with a `reason`."""

    METHOD: ClassVar[str] = "ticket.call"
    window: str
    ticket: str | None = None
    reason: str | None = None


class RecallTicket(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "ticket.recall"
    window: str


class StartTicket(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "ticket.start"
    window: str


class FinishTicket(Command, frozen=True, gc=False):
    """The service is done; with `then` the same ticket waits for that service next (受理 → 出件). A consultation that
    ends needs an `outcome`: solved, referred or registered (L07)."""

    METHOD: ClassVar[str] = "ticket.finish"
    window: str
    then: str | None = None
    outcome: str | None = None


class MissTicket(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "ticket.miss"
    window: str


class RestoreTicket(Command, frozen=True, gc=False):
    """Put a missed ticket back to its old place."""

    METHOD: ClassVar[str] = "ticket.restore"
    ticket: str


class HoldTicket(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "ticket.hold"
    window: str
    reason: str | None = None


class ResumeTicket(Command, frozen=True, gc=False):
    """Call a held ticket back to `window` (回呼)."""

    METHOD: ClassVar[str] = "ticket.resume"
    window: str
    ticket: str


class TransferTicket(Command, frozen=True, gc=False):
    """Send a ticket on to another `service`, to one `window` or to one `clerk`; it keeps its take time and first clerk.

    `back`: afterwards it comes back to the clerk who sends it. `by` is the acting window, as in `CancelTicket`.
    """

    METHOD: ClassVar[str] = "ticket.transfer"
    ticket: str
    service: str | None = None
    window: str | None = None
    reason: str | None = None
    by: str | None = None
    clerk: str | None = None
    back: bool = False


class UndoTicket(Command, frozen=True, gc=False):
    """Take back a wrong call that was not yet served (C17)."""

    METHOD: ClassVar[str] = "ticket.undo"
    window: str


class RateTicket(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "ticket.rate"
    window: str
    level: Level
    ticket: str | None = None
    raw: str | None = None


class LapseRating(Command, frozen=True, gc=False):
    """The time to rate is over: no rating, which is not a level (E06)."""

    ticket: str


class BeginSlip(Command, frozen=True, gc=False):
    """The printer `device` of `kiosk` is ready for the copy; sent only when this is durable."""

    ticket: str
    device: str
    kiosk: str
    copy: int


class ConfirmSlip(Command, frozen=True, gc=False):
    """The printer has proved the paper of the copy."""

    ticket: str
    device: str
    copy: int


class FailSlip(Command, frozen=True, gc=False):
    """The copy did not come out, or not whole; `fault` is the device's code."""

    ticket: str
    device: str | None
    fault: str
    copy: int


class DoubtSlip(Command, frozen=True, gc=False):
    """The copy was sent and nobody knows what came of it; `fault` is the device's code."""

    ticket: str
    device: str
    fault: str
    copy: int


class ReprintSlip(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "slip.reprint"
    ticket: str
    kiosk: str


class OpenWindow(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "window.open"
    window: str


class PauseWindow(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "window.pause"
    window: str
    reason: str


class ResumeWindow(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "window.resume"
    window: str


class CloseWindow(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "window.close"
    window: str


class ArrangeWindows(Command, frozen=True, gc=False):
    """Change what windows call, from their next call on: all of them or none (C13). `arrangements` are pairs of a
    window and its plan, the name of one of its modes, or None for the config's own plan."""

    METHOD: ClassVar[str] = "window.arrange"
    arrangements: tuple[tuple[str, WindowPlan | str | None], ...]


class TakeOverWindow(Command, frozen=True, gc=False):
    """AB岗: `clerk` takes the window and its running ticket over in one step (C12)."""

    METHOD: ClassVar[str] = "window.take_over"
    window: str
    clerk: str


class LoginClerk(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "clerk.login"
    window: str
    clerk: str


class LogoutClerk(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "clerk.logout"
    window: str


class OpenDay(Command, frozen=True, gc=False):
    """Open the business day `day` (YYYY-MM-DD); counters start anew unless it was open before."""

    METHOD: ClassVar[str] = "day.open"
    day: str


class CloseDay(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "day.close"


class DeclareEmergency(Command, frozen=True, gc=False):
    """Stop issuing and calling at once, tell everybody `notice` (C16)."""

    METHOD: ClassVar[str] = "emergency.declare"
    notice: str


class EndEmergency(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "emergency.end"


class SetAgent(Command, frozen=True, gc=False):
    """The person with `digest` acts for others from now on, under the name `agent` (T10)."""

    METHOD: ClassVar[str] = "agent.set"
    agent: str
    digest: str


class RemoveAgent(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "agent.remove"
    agent: str


class SkipNumbers(Command, frozen=True, gc=False):
    """Leave out the next `count` numbers of each service, or of one: somebody may hold them already (T01).

    `closed` does so for a last day that is closed too, since it may be opened again: for a hall that is restored.
    """

    METHOD: ClassVar[str] = "numbers.skip"
    count: int
    service: str | None = None
    closed: bool = False


class StartHall(Command, frozen=True, gc=False):
    """The daemon has started: devices are unknown again, slips in flight are uncertain."""

    version: str
    config_digest: str


class ReportDevice(Command, frozen=True, gc=False):
    device: str
    state: str
    faults: tuple[str, ...] = ()


class ChangeDevices(Command, frozen=True, gc=False):
    """The config's devices are others from now on: names of those that were added, changed and removed. Asked for by
    ``device.add``, ``device.change``, ``device.remove`` and ``device.apply``."""

    METHOD: ClassVar[str] = "device.change"
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    config_digest: str


class RequestHelp(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "help.request"
    kiosk: str


class AnswerHelp(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "help.answer"
    kiosk: str


class PairTerminal(Command, frozen=True, gc=False):
    terminal: str
    role: str
    place: str | None
    token_digest: str


class RevokeTerminal(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "terminal.revoke"
    terminal: str


class SetAccount(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "account.set"
    account: str
    name: str
    roles: tuple[str, ...]
    password_hash: str | None = None


class RemoveAccount(Command, frozen=True, gc=False):
    METHOD: ClassVar[str] = "account.remove"
    account: str
