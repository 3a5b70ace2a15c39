"""All that a driver may import from hallctl.

A driver is one declared value, ``DRIVER = DriverSpec(...)`` in ``drivers/<name>/driver.py``; importing it does
nothing. ``spec.open(link, options, port)`` proves the device's identity and returns a `DeviceDriver`; its ``run()``
reads until the link ends. What the device can do are the capability methods it has (`SlipPrinter`,
`WindowDisplay`, ...). What it tells goes through ``port.emit(signal)``. Failures raise `DeviceFault` with a code of
`hallctl.sentences`; a lost link is `LinkLost`. Unknown state is told as unknown, never as ready.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from hallctl.devices.output import (
    Announcement,
    Blank,
    Cut,
    Qr,
    Rule,
    ScannedPage,
    ScanSettings,
    Slip,
    SlipLine,
    Text,
    WindowScreen,
)
from hallctl.devices.signals import (
    CardFailed,
    CardSeen,
    CodeSeen,
    FaultsSeen,
    IdentitySeen,
    PadKey,
    Port,
    RatingKey,
    Signal,
    Spoken,
)
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
    "IdentitySeen",
    "Link",
    "LinkLost",
    "Options",
    "PadKey",
    "PageScanner",
    "Port",
    "Probe",
    "Qr",
    "RatingKey",
    "RatingPad",
    "Rule",
    "ScanSettings",
    "ScannedPage",
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


# ---------------------------------------------------------------- capabilities


@runtime_checkable
class SlipPrinter(Protocol):
    """Prints slips."""

    async def print_slip(self, slip: Slip, begin: Callable[[], Awaitable[None]] | None = None) -> None:
        """Returns when the paper is proven as far as the printer can; raises DeviceFault otherwise.

        `begin` is awaited right before the first byte of the slip is sent; what it raises ends the job. A fault before
        it means that nothing of the slip can be on paper, one after it that something may be.
        """
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


@runtime_checkable
class PageScanner(Protocol):
    """Scans pages: a document camera, a flatbed, a sheet feeder."""

    async def scan_pages(self, settings: ScanSettings, take: Callable[[ScannedPage], Awaitable[None]]) -> int:
        """Hand each page to `take` as soon as there is one (the next waits for it), return how many there were; raises
        DeviceFault (``scanner.no_paper``, ``scanner.jammed``, ...). Pages handed over before a fault are good."""
        ...

    async def preview(self, show: Callable[[bytes], None]) -> None:
        """Show JPEG frames until cancelled; a scan meanwhile comes first. DeviceFault ``scanner.no_preview`` where the
        device has no live picture."""
        ...


CAPABILITIES: Mapping[str, type[Any]] = {
    "slip_printer": SlipPrinter,
    "window_display": WindowDisplay,
    "speaker": Speaker,
    "card_reader": CardReader,
    "code_reader": CodeReader,
    "call_pad": CallPad,
    "rating_pad": RatingPad,
    "page_scanner": PageScanner,
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
class Probe:
    """A safe question by which a device is found: it changes, prints, shows and speaks nothing.

    It is asked over links of `scheme` (``serial``, ``tcp``, ``usb``) whose URL has `query` (``baud=115200``), at `port`
    for tcp. `ask(link, sleep)` returns what the device says it is (never personal), or None when something else or
    nothing answers; the caller limits the time and closes the link.
    """

    scheme: str
    ask: Callable[[Link, Callable[[float], Awaitable[None]]], Awaitable[str | None]]
    query: str = ""
    port: int = 0


@dataclass(frozen=True, slots=True)
class DriverSpec:
    """What a driver declares.

    `links` are the URL schemes it works over (tcp, serial, none); `in_flight` how many commands may run at once;
    `open(link, options, port)` proves identity (DeviceFault ``device.wrong_identity`` is a config error).
    `preview(slip, options)` draws a slip as PNG, for printers. A driver with links ("none",) gets a dead link.
    `title` names the family to people, (zh, en). `probes` and `usb` (``vid:pid`` in lower-case hex) find its devices.
    `redact()` makes a filter for captures: fed all bytes of a link in order, (data, from_device) gives as many bytes
    with all that may be personal overwritten; None where the device never carries any.
    """

    name: str
    options: type[Options]
    links: tuple[str, ...]
    capabilities: tuple[str, ...]
    in_flight: int
    open: Callable[[Link, Any, Port], Awaitable[DeviceDriver]]
    preview: Callable[[Slip, Any], bytes] | None = None
    title: tuple[str, str] = ("", "")
    probes: tuple[Probe, ...] = ()
    usb: tuple[str, ...] = ()
    redact: Callable[[], Callable[[bytes, bool], bytes]] | None = None


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
    `make(**options)` builds one; faults (mute, noise, slow, ...) are actions. `options(**the same)` are the options
    with which the driver fits the emulator so made.
    """

    name: str
    actions: Mapping[str, Mapping[str, str]]
    make: Callable[..., Emulator]
    options: Callable[..., Mapping[str, Any]] = lambda **_given: {}
