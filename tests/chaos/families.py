"""Every family of devices, emulated, as it is pulled and plugged: how it is made, what it shows, what finds it gone."""

import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from shutil import which
from types import SimpleNamespace
from typing import Any, Final

import pytest

from drivers.emulated_line import EmulatedLine
from drivers.emulated_port import EmulatedPort
from drivers.padframe.emulator import description
from hallctl.devices import card_pipe, usb_pipe
from hallctl.devices.contract import Announcement, ScannedPage, ScanSettings
from tests.devices.test_card_pipe import READER
from tests.devices.usb_stand_in import UsbBus
from tests.drivers.idcard.test_idcard_hotplug import UsbLine
from tests.drivers.socialcard.test_socialcard_hotplug import ScardWithCard

Json = dict[str, Any]

UNHURRIED: Final = 0.01
THREADED: Final = 0.05
"""Real seconds for each of the hall's: time enough for bytes in a pty, and for a link that has threads."""

CALL: Final = Announcement("请 A012 号到 1 号窗口办理", None, 1, "", "A012", "1", "")


@contextmanager
def _nothing() -> Iterator[dict[str, Any]]:
    yield {}


@contextmanager
def _port() -> Iterator[dict[str, Any]]:
    """The emulator on TCP instead of a pty."""
    yield {"line": EmulatedPort()}


@contextmanager
def _serial() -> Iterator[dict[str, Any]]:
    """The emulator on a pty instead of TCP."""
    yield {"line": EmulatedLine(57600)}


@contextmanager
def _usb() -> Iterator[dict[str, Any]]:
    """The emulator on a USB bus in this process."""
    bus = UsbBus()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(usb_pipe, "backend", lambda: bus)
        yield {"line": UsbLine(bus, 1)}


@dataclass(frozen=True)
class Family:
    """One way in which devices of a driver are connected.

    `shown` tells what the emulator's view shows of unit 1; `use` is what somebody does with the device, where only that
    finds it gone; `needs` is the program without which it cannot be emulated.
    """

    name: str
    driver: str
    make: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    section: Mapping[str, Any] = field(default_factory=lambda: {"units": {"1": "1"}})
    around: Callable[[], Any] = _nothing
    shown: Callable[[Json], str] | None = None
    use: Callable[[Any], Awaitable[Any]] | None = None
    pace: float = UNHURRIED
    needs: str = ""
    reader: bool = False
    """It is a PC/SC reader, which this process plays."""

    @property
    def missing(self) -> str:
        """Why it cannot be pulled here, with the line that mends it; empty where it can."""
        return "" if not self.needs or which(self.needs) else f"no {self.needs}: sudo .ci/system-packages test"


async def scan(driver: Any) -> None:
    """Scan, and keep nothing."""

    async def take(_page: ScannedPage) -> None:
        return None

    await driver.scan_pages(ScanSettings(), take)


async def _say(driver: Any) -> None:
    await driver.say(CALL)


def _strip(view: Json) -> str:
    return str(view["strips"].get("1", {}).get("text", ""))


def _text(view: Json) -> str:
    """Of a card: all that stands on it."""
    return str(view["cards"])


def _display(view: Json) -> str:
    return str(view["pads"]["1"]["display"])


def _paper(view: Json) -> str:
    return "\n".join(view["slips"][-1]["text"]) if view["slips"] else ""


KIOSK: Final = {"kiosk": "kiosk-1"}
WINDOW: Final = {"window": "1"}

FAMILIES: Final = (
    Family("escpos tcp", "escpos", section=KIOSK, shown=_paper),
    Family("escpos serial", "escpos", {"over": "serial"}, section=KIOSK, shown=_paper),
    Family("idcard serial", "idcard", section=KIOSK),
    Family("idcard usb", "idcard", section=KIOSK, around=_usb, pace=THREADED),
    Family("socialcard", "socialcard", section=KIOSK, pace=THREADED, reader=True),
    Family("callpad serial", "callpad", shown=_display),
    Family("callpad tcp", "callpad", around=_port, shown=_display),
    Family("ratingpad serial", "ratingpad", {"units": (129,)}, section={"units": {"129": "1"}}),
    Family("padframe serial", "padframe", options=description()),
    Family("hidpad keyboard", "hidpad"),
    Family("hidpad serial", "hidpad", {"kind": "serial", "frame": "line"}),
    Family("barcode serial", "barcode", section=KIOSK),
    Family("barcode gm65", "barcode", {"kind": "gm65"}, section=KIOSK),
    Family("barcode keyboard", "barcode", {"kind": "keyboard"}, section=KIOSK),
    Family("ledstrip serial", "ledstrip", shown=_strip),
    Family("ledstrip tcp", "ledstrip", around=_port, shown=_strip),
    Family("onbon tcp", "onbon", shown=_text),
    Family("onbon serial", "onbon", around=_serial, shown=_text),
    Family("eqsign serial", "eqsign", {"ack": "FOK"}, shown=_text),
    Family("escl", "escl", {"port": 0}, {"poll_s": 2}, WINDOW),
    Family("sane", "sane", section=WINDOW, use=scan, needs="scanimage"),
    Family("camera", "camera", {"port": 0, "width": 320, "height": 240}, {"warm_up": 0}, WINDOW, use=scan,
           needs="ffmpeg"),
    Family("voice", "voice", section={}, use=_say, needs="espeak-ng"),
)  # fmt: skip


@contextmanager
def card_reader(emulator: Any) -> Iterator[ScardWithCard]:
    """A PC/SC service in this process, whose one reader is pulled and plugged by name."""
    scard = ScardWithCard(emulator)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "smartcard", SimpleNamespace(scard=scard))
        patch.setattr(card_pipe, "LOOK_S", 0.002)
        scard.readers = [READER]
        yield scard
