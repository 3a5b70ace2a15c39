"""All that a driver may import from hallctl.

A driver is one declared value, ``DRIVER = DriverSpec(...)`` in ``drivers/<name>/driver.py``; importing it does
nothing. ``spec.open(link, options, port)`` proves the device's identity and returns a `DeviceDriver`; its ``run()``
reads until the link ends. What the device can do are the capability methods it has (`SlipPrinter`,
`WindowDisplay`, ...). What it tells goes through ``port.emit(signal)``. Failures raise `DeviceFault` with a code of
`hallctl.sentences`; a lost link is `LinkLost`. Unknown state is told as unknown, never as ready.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from hallctl.errors import DeviceFault

__all__ = [
    "Announcement",
    "Blank",
    "CallPad",
    "CardFailed",
    "CardReader",
    "CardSeen",
    "CodeReader",
    "CodeSeen",
    "Cut",
    "DeviceDriver",
    "DeviceFault",
    "DriverSpec",
    "Emulator",
    "EmulatorSpec",
    "FaultsSeen",
    "Link",
    "LinkLost",
    "Options",
    "PadKey",
    "Port",
    "Qr",
    "RatingKey",
    "RatingPad",
    "Rule",
    "Signal",
    "Slip",
    "SlipLine",
    "SlipPrinter",
    "Speaker",
    "Spoken",
    "Text",
    "WindowDisplay",
    "WindowScreen",
]


# ---------------------------------------------------------------- links


class LinkLost(DeviceFault):
    """The byte pipe ended: unplugged, closed by the other side, or an I/O error."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("device.lost", transient=True, detail=detail)


class Link(Protocol):
    """A byte pipe, handed to the driver open. On a shared bus every user reads all bytes; writes are whole frames."""

    @property
    def address(self) -> str:
        """The link's URL, for messages."""
        ...

    async def read(self) -> bytes:
        """The next bytes, at least one; raises LinkLost at the end."""
        ...

    async def write(self, data: bytes) -> None:
        """All of `data`, not interleaved with another writer's; raises LinkLost."""
        ...


# ---------------------------------------------------------------- what is shown, printed, spoken


@dataclass(frozen=True, slots=True)
class Text:
    """One line of a slip. `width` and `height` magnify (1..4); `align` is left|center|right."""

    text: str
    width: int = 1
    height: int = 1
    align: str = "left"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code of `data`; `module` is the size of a module in dots."""

    data: str
    module: int = 6


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of dashes across the paper."""


@dataclass(frozen=True, slots=True)
class Blank:
    """`lines` empty lines."""

    lines: int = 1


@dataclass(frozen=True, slots=True)
class Cut:
    """Feed and cut."""


SlipLine = Text | Qr | Rule | Blank | Cut


@dataclass(frozen=True, slots=True)
class Slip:
    """A laid-out slip: the same value is printed on paper and drawn as a preview."""

    lines: tuple[SlipLine, ...]


@dataclass(frozen=True, slots=True)
class WindowScreen:
    """What a window's strip or pad shows. `state` is idle|calling|serving|paused|closed|emergency.

    `label` is the active ticket's, `window` the window's label, `text` the whole line as the hall's texts have it
    (for a strip), `waiting` the people waiting for this window (for a call pad).
    """

    state: str
    window: str
    text: str
    label: str | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Announcement:
    """A call to speak: `text` in zh, `text_en` or None, how often, and the ids that bind it to its caption. A notice to
    all has an empty `ticket`, `label` and `window`."""

    text: str
    text_en: str | None
    times: int
    ticket: str
    label: str
    window: str
    zone: str


# ---------------------------------------------------------------- signals: what a device tells


@dataclass(frozen=True, slots=True)
class PadKey:
    """A clerk's key: `action` as the key map names it, `digits` typed before it, bus address `unit`."""

    unit: int | None
    action: str
    digits: str = ""


@dataclass(frozen=True, slots=True)
class RatingKey:
    """A citizen's key: `level` by name as the grade map has it, or None for an unknown `raw` key."""

    unit: int | None
    level: str | None
    raw: str


@dataclass(frozen=True, slots=True)
class CardSeen:
    """A card was read. Personal: lives only until the inbox has made a digest and masks of it; never logged.

    `kind` is resident|hkmt_permit|foreigner|foreigner_2017, `birth` YYYYMMDD.
    """

    kind: str
    name: str
    number: str
    birth: str

    def __repr__(self) -> str:
        return f"CardSeen(kind={self.kind!r}, ...)"


@dataclass(frozen=True, slots=True)
class CardFailed:
    """A card lay on the reader and could not be read; `code` has a sentence (``card.read_failed``). Once an attempt."""

    code: str


@dataclass(frozen=True, slots=True)
class CodeSeen:
    """A bar or QR code was read. It may say anything, also what is personal: its text is never logged."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FaultsSeen:
    """The device's own faults now, as codes (``printer.paper_out``); empty when all is well; None when unknown."""

    faults: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Spoken:
    """The loudspeaker begins to speak `announcement`; `clip` is the WAV file's name where there is one."""

    announcement: Announcement
    clip: str | None = None


Signal = PadKey | RatingKey | CardSeen | CardFailed | CodeSeen | FaultsSeen | Spoken


class Port(Protocol):
    """The driver's way to the hall."""

    def emit(self, signal: Signal) -> None:
        """Hand a signal over; never blocks, never raises."""
        ...

    def heard(self) -> None:
        """The device has answered: it is alive."""
        ...

    async def sleep(self, seconds: float) -> None:
        """The only way a driver waits, so that tests need no real time."""
        ...

    def now(self) -> int:
        """Milliseconds since the epoch by the hall's clock, for devices that have a clock of their own to be set."""
        ...


# ---------------------------------------------------------------- capabilities


@runtime_checkable
class SlipPrinter(Protocol):
    """Prints slips."""

    async def print_slip(self, slip: Slip) -> None:
        """Returns when the paper is proven as far as the printer can; raises DeviceFault otherwise."""
        ...


@runtime_checkable
class WindowDisplay(Protocol):
    """Shows a window's state: a strip, or the display of a call pad."""

    async def show_window(self, unit: int | None, screen: WindowScreen) -> None:
        """Show `screen` at bus address `unit`; the last writer wins."""
        ...


@runtime_checkable
class Speaker(Protocol):
    """Speaks calls."""

    async def say(self, announcement: Announcement) -> None:
        """Returns when it has been spoken."""
        ...


@runtime_checkable
class CardReader(Protocol):
    """Reads identity cards, only while armed (O14)."""

    async def arm(self, seconds: float) -> None:
        """Look for cards for so long; each card is one `CardSeen`. Arming again starts the time anew."""
        ...

    async def disarm(self) -> None:
        """Stop looking for cards."""
        ...


@runtime_checkable
class CodeReader(Protocol):
    """Reads bar and QR codes; each is one `CodeSeen`."""

    async def look(self, seconds: float) -> None:
        """Light up for a code where the reader does so only when told; others read all the time."""
        ...


@runtime_checkable
class CallPad(Protocol):
    """A clerk's keypad with feedback."""

    async def confirm(self, unit: int | None, accepted: bool) -> None:
        """Tell the clerk that the key was accepted or refused."""
        ...


@runtime_checkable
class RatingPad(Protocol):
    """A citizen's evaluator."""

    async def ask_rating(self, unit: int | None) -> None:
        """Light up for one rating of the service just finished."""
        ...


CAPABILITIES: Mapping[str, type[Any]] = {
    "slip_printer": SlipPrinter,
    "window_display": WindowDisplay,
    "speaker": Speaker,
    "card_reader": CardReader,
    "code_reader": CodeReader,
    "call_pad": CallPad,
    "rating_pad": RatingPad,
}


class DeviceDriver(Protocol):
    """One open device for the life of one link."""

    async def run(self) -> None:
        """Read and keep watch until the link ends (LinkLost) or the device fails (DeviceFault)."""
        ...

    async def close(self) -> None:
        """Leave nothing behind: no task, no open file. The link is closed by its owner."""
        ...


class Options(BaseModel):
    """Root of a driver's options: typed, closed, frozen. Each field says what it is for in its description."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class DriverSpec:
    """What a driver declares.

    `links` are the URL schemes it works over (tcp, serial, none); `in_flight` how many commands may run at once;
    `open(link, options, port)` proves identity (DeviceFault ``device.wrong_identity`` is a config error).
    `preview(slip, options)` draws a slip as PNG, for printers. A driver with links ("none",) gets a dead link.
    """

    name: str
    options: type[Options]
    links: tuple[str, ...]
    capabilities: tuple[str, ...]
    in_flight: int
    open: Callable[[Link, Any, Port], Awaitable[DeviceDriver]]
    preview: Callable[[Slip, Any], bytes] | None = None


# ---------------------------------------------------------------- emulators


class Emulator(Protocol):
    """The other side of the wire: speaks the device's bytes over a pty or TCP, knows nothing of the codec."""

    async def start(self) -> str:
        """Begin; returns the link URL at which the driver finds it."""
        ...

    async def stop(self) -> None:
        """End, leaving nothing behind."""
        ...

    async def press(self, action: str, **params: str | int) -> None:
        """A visitor's hand: one of `EmulatorSpec.actions`; ValueError for another."""
        ...

    def view(self) -> dict[str, Any]:
        """What a visitor sees now, as JSON: the paper, the text, the lamp; `wire` has the last frames as
        ``{"at": ms, "dir": "in"|"out", "hex": "...", "text": "..."}`` (decoded by the emulator itself, redacted)."""
        ...


@dataclass(frozen=True, slots=True)
class EmulatorSpec:
    """``EMULATOR = EmulatorSpec(...)`` in ``drivers/<name>/emulator.py``.

    `actions` maps each action to its parameters' meaning, for the demo page: ``{"key": {"unit": "1", "key": "next"}}``.
    `make(**options)` builds one; faults (mute, noise, slow, ...) are actions.
    """

    name: str
    actions: Mapping[str, Mapping[str, str]]
    make: Callable[..., Emulator]
