"""Shapes of params and results. msgspec decodes and checks them at the door; OpenAPI and AsyncAPI are made from them.

Unknown fields are refused. Strings are bounded, so that nothing a client sends can grow without limit.
"""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hallctl.domain.decide_hall import MOST_SKIPPED

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Note = Annotated[str, Meta(max_length=200)]
RequestId = Annotated[str, Meta(min_length=1, max_length=64, description="Made by the client, new for each request.")]
Level = Literal["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"]
PriorityName = Literal["green", "military", "disabled", "elder", "pregnant", "appointment", "normal"]
RoleName = Literal["kiosk", "window", "guide", "board", "rating", "device", "supervisor", "auditor", "admin", "portal"]
MOST = 2**53
"""The largest number that every client's JSON keeps exactly."""

Day = date
"""A business day, YYYY-MM-DD."""


class Params(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Root of the params."""


class Change(Params, frozen=True, kw_only=True):
    """Root of the params of changing methods."""

    request_id: RequestId


class Nothing(Params, frozen=True):
    """No params."""


class ChangeNothing(Change, frozen=True):
    """Only the request_id."""


# ---------------------------------------------------------------- tickets


class Take(Change, frozen=True, kw_only=True):
    """`reason` of the staff lets them give a number against a rule (T09); an agent acts for so many `principals`."""

    service: Name
    priority: PriorityName = "normal"
    kiosk: Name | None = None
    paperless: bool = False
    claim: Name | None = None
    reason: Note | None = None
    principals: Annotated[int, Meta(ge=1, le=99)] = 1


class TicketWithReason(Change, frozen=True, kw_only=True):
    ticket: Name
    reason: Note | None = None


class Call(Change, frozen=True, kw_only=True):
    window: Name | None = None
    ticket: Name | None = None
    reason: Note | None = None


class AtWindow(Change, frozen=True, kw_only=True):
    window: Name | None = None


class Finish(AtWindow, frozen=True, kw_only=True):
    then: Name | None = None
    outcome: Literal["solved", "referred", "registered"] | None = None


class AtWindowWithReason(AtWindow, frozen=True, kw_only=True):
    reason: Note | None = None


class Pause(AtWindow, frozen=True, kw_only=True):
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class Resume(AtWindow, frozen=True, kw_only=True):
    ticket: Name


class Transfer(Change, frozen=True, kw_only=True):
    ticket: Name
    service: Name | None = None
    window: Name | None = None
    clerk: Name | None = None
    back: bool = False
    reason: Note | None = None


class OneTicket(Change, frozen=True, kw_only=True):
    ticket: Name


class Rate(AtWindow, frozen=True, kw_only=True):
    level: Level
    ticket: Name | None = None
    raw: Name | None = None


class Reprint(Change, frozen=True, kw_only=True):
    ticket: Name
    kiosk: Name | None = None


# ---------------------------------------------------------------- hall


class OpenDay(Change, frozen=True, kw_only=True):
    day: Day | None = None


class SkipNumbers(Change, frozen=True, kw_only=True):
    count: Annotated[int, Meta(ge=1, le=MOST_SKIPPED)]
    service: Name | None = None


class Plan(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What a window calls from its next call on."""

    services: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=200)]
    policy: Literal["fifo", "priority", "ratio", "longest_relative_wait"] = "priority"
    ratio: dict[Name, Annotated[int, Meta(ge=1, le=100)]] = {}
    help: Annotated[tuple[Name, ...], Meta(max_length=200)] = ()
    help_when: Annotated[int, Meta(ge=0, le=100)] = 0
    help_from: Annotated[int, Meta(ge=1, le=100)] = 1
    choose: bool = True


class Arrangement(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A window with one of its modes, or a plan; with neither it goes back to the config's own plan."""

    window: Name
    mode: Name | None = None
    plan: Plan | None = None


class Arrange(Change, frozen=True, kw_only=True):
    arrangements: Annotated[tuple[Arrangement, ...], Meta(min_length=1, max_length=200)]


class Declare(Change, frozen=True, kw_only=True):
    notice: Annotated[str, Meta(min_length=1, max_length=200)]


class SetAgent(Change, frozen=True, kw_only=True):
    """The card is the one that was read last at the kiosk."""

    agent: Name
    kiosk: Name


class Agent(Change, frozen=True, kw_only=True):
    agent: Name


class AtKiosk(Change, frozen=True, kw_only=True):
    kiosk: Name | None = None


class Terminal(Change, frozen=True, kw_only=True):
    terminal: Name


class SetAccount(Change, frozen=True, kw_only=True):
    account: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    roles: Annotated[tuple[Literal["window", "guide", "supervisor", "auditor", "admin"], ...], Meta(min_length=1)]
    password: Annotated[str, Meta(max_length=128)] | None = None


class Account(Change, frozen=True, kw_only=True):
    account: Name


# ---------------------------------------------------------------- reading


class Hello(Params, frozen=True, kw_only=True):
    api_version: int
    role: RoleName
    token: Annotated[str, Meta(max_length=2048)]
    place: Name | None = None


class Subscribe(Params, frozen=True, kw_only=True):
    since: Annotated[int, Meta(ge=0, le=MOST)] | None = None
    epoch: Name | None = None


class OpenSession(Params, frozen=True, kw_only=True):
    account: Name
    password: Annotated[str, Meta(max_length=128)]


class Claim(Params, frozen=True, kw_only=True):
    code: Annotated[str, Meta(pattern=r"^\d{8}$")]


class Offer(Params, frozen=True, kw_only=True):
    role: Literal["kiosk", "board", "rating", "device", "admin", "portal"]
    place: Name | None = None


class ShowTicket(Params, frozen=True, kw_only=True):
    ticket: Name


class AskWindow(Params, frozen=True, kw_only=True):
    window: Name | None = None


class FindTicket(Params, frozen=True, kw_only=True):
    label: Name | None = None
    token: Name | None = None


class Arm(Params, frozen=True, kw_only=True):
    notice: Name
    kiosk: Name | None = None


class Disarm(Params, frozen=True, kw_only=True):
    kiosk: Name | None = None


class Look(Params, frozen=True, kw_only=True):
    kiosk: Name | None = None


class ReadJournal(Params, frozen=True, kw_only=True):
    before: Annotated[int, Meta(ge=1, le=MOST)] | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    ticket: Name | None = None
    window: Name | None = None
    actor: Name | None = None
    day: Day | None = None


class ReadLedger(Params, frozen=True, kw_only=True):
    day: Day


class ReadMonth(Params, frozen=True, kw_only=True):
    """`month` is YYYY-MM."""

    month: Annotated[str, Meta(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


class ReadSeal(Params, frozen=True, kw_only=True):
    day: Day | None = None


# ---------------------------------------------------------------- results


class Receipt(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Answer of a changing method: `seq` of its last event, when, and what it was about. A `notice` {code, zh, en} is
    told beside a number that is not quite what was asked for; `rows` are those of a list."""

    seq: int
    at: int
    ticket: dict[str, Any] | None = None
    window: dict[str, Any] | None = None
    appointment: dict[str, Any] | None = None
    rows: list[dict[str, Any]] | None = None
    notice: dict[str, Any] | None = None


class Greeting(msgspec.Struct, kw_only=True):
    api_version: int
    role: str
    name: str
    account: str | None
    place: str | None
    hall: str
    version: str


class About(msgspec.Struct, kw_only=True):
    hall: str
    name: str
    name_en: str
    version: str
    api_version: int


class Subscribed(msgspec.Struct, kw_only=True, omit_defaults=True):
    seq: int
    epoch: str | None = None
    snapshot: dict[str, Any] | None = None
    events: list[dict[str, Any]] | None = None


class SessionOpened(msgspec.Struct, kw_only=True):
    token: str
    roles: list[str]
    account: str
    name: str
    expires_at: int


class Paired(msgspec.Struct, kw_only=True):
    token: str
    role: str
    place: str | None


class Code(msgspec.Struct, kw_only=True):
    code: str
    expires_at: int


class Armed(msgspec.Struct, kw_only=True):
    seconds: int


class Preview(msgspec.Struct, kw_only=True):
    png: str


class JournalPage(msgspec.Struct, kw_only=True):
    records: list[dict[str, Any]]


class Sealed(msgspec.Struct, kw_only=True):
    """The head of a day's journal: `code` is ``SEQ:HASH``, `text` what to print on paper."""

    hall: str
    day: str
    open: bool
    seq: int
    at: int
    records: int
    hash: str
    code: str
    text: str


class Ledger(msgspec.Struct, kw_only=True):
    rows: list[dict[str, Any]]


class DeviceMonth(msgspec.Struct, kw_only=True):
    """How a device worked in a month (H07), in seconds while the hall ran and knew it; `share` is what it was ready of
    them, in per cent, None if it was never known. A fault: ``{"code", "sentence": [zh, en], "times", "seconds"}``."""

    device: str
    ready_s: int
    degraded_s: int
    offline_s: int
    downs: int
    share: float | None
    faults: list[dict[str, Any]]


class DeviceMonths(msgspec.Struct, kw_only=True):
    month: str
    devices: list[DeviceMonth]


class Reasoned(msgspec.Struct, kw_only=True):
    """Why a ticket is or was next at the window: `why` is the rule among so many heads, `beat` the next of those that
    lost, each with its own sentence; `reason` is what the staff gave. `ticket` None: nobody waits."""

    window: str
    why: str
    zh: str
    en: str
    ticket: dict[str, Any] | None = None
    at: int | None = None
    reason: str | None = None
    among: int = 0
    beat: list[dict[str, Any]] = []


class Agents(msgspec.Struct, kw_only=True):
    agents: list[str]


class Accounts(msgspec.Struct, kw_only=True):
    accounts: list[dict[str, Any]]


class Terminals(msgspec.Struct, kw_only=True):
    terminals: list[dict[str, Any]]
