"""USB devices that are not there: made by configfs, plugged into a socket of ``dummy_hcd``, which the kernel takes for
real. What a device says and hears is read and written at its nodes of this side.

The first has three functions: a printer (``/dev/g_printer0``), a serial port (CDC-ACM, ``/dev/ttyGS0``) and a keyboard
(``/dev/hidg0``). The kernel shows them on the other side as ``/dev/usb/lp0``, ``/dev/ttyACM0``, ``/dev/input/event*``.
The second is a printer of the same make; only its serial number tells them apart. (Not a second printer in the first
device: that is more than the kernel's function for printers can do.)
"""

import asyncio
import contextlib
import os
import socket
import tty
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

CONFIGFS: Final = Path("/sys/kernel/config/usb_gadget")
SOCKET: Final = "dummy_udc.0"
SECOND_SOCKET: Final = "dummy_udc.1"

USB: Final = "0416:5011"
SERIAL: Final = "HALL0001"
SECOND_SERIAL: Final = "HALL0002"

PRINTER: Final = Path("/dev/g_printer0")
SECOND_PRINTER: Final = Path("/dev/g_printer1")
PORT: Final = Path("/dev/ttyGS0")
KEYBOARD: Final = Path("/dev/hidg0")

_KEYBOARD_REPORT: Final = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810395057501050819012905910295017503910395067508"
    "150025650507190029658100c0"
)
"""The boot keyboard of the HID specification, appendix B.1."""


_SETTINGS: Final = {
    "printer": {"pnp_string": "MFG:XPrinter;MDL:XP-80;CMD:ESC/POS;CLS:PRINTER;", "q_len": "10"},
    "acm": {},
    "hid": {"protocol": "1", "subclass": "1", "report_length": "8"},
}


class Gadget:
    """One USB device. `plug` and `unplug` are the hand at the socket."""

    def __init__(self, serial: str, socket: str, *functions: str) -> None:
        """`functions` as configfs names them: ``printer.0``."""
        self._folder = CONFIGFS / serial
        self._serial = serial
        self._socket = socket
        self._functions = functions

    def make(self) -> None:
        vendor, product = USB.split(":")
        strings = {"strings/0x409/manufacturer": "Hall", "strings/0x409/product": "Devices"}
        for folder in ("strings/0x409", "configs/c.1/strings/0x409"):
            (self._folder / folder).mkdir(parents=True)
        for name, text in {**strings, "strings/0x409/serialnumber": self._serial}.items():
            (self._folder / name).write_text(text, encoding="ascii")
        (self._folder / "idVendor").write_text(f"0x{vendor}", encoding="ascii")
        (self._folder / "idProduct").write_text(f"0x{product}", encoding="ascii")
        for name in self._functions:
            function = self._folder / "functions" / name
            function.mkdir()
            for key, text in _SETTINGS[name.partition(".")[0]].items():
                (function / key).write_text(text, encoding="ascii")
            if name.startswith("hid."):
                (function / "report_desc").write_bytes(_KEYBOARD_REPORT)
            (self._folder / "configs/c.1" / name).symlink_to(function)

    def remove(self) -> None:
        self.unplug()
        config = self._folder / "configs/c.1"
        for link in [entry for entry in config.iterdir() if entry.is_symlink()]:
            link.unlink()
        for folder in (config / "strings/0x409", config, *(self._folder / "functions").iterdir()):
            folder.rmdir()
        for folder in (self._folder / "strings/0x409", self._folder):
            folder.rmdir()

    @property
    def plugged(self) -> bool:
        return (self._folder / "UDC").read_text(encoding="ascii").strip() != ""

    def plug(self) -> None:
        if not self.plugged:
            (self._folder / "UDC").write_text(self._socket, encoding="ascii")

    def unplug(self) -> None:
        if self.plugged:
            (self._folder / "UDC").write_text("\n", encoding="ascii")


@asynccontextmanager
async def played(node: Path, url: str) -> AsyncIterator[None]:
    """The bytes of a node of the gadget's side go to and from an emulator (TCP or a line), as long as this lasts."""
    near, far = await _when_configured(node), _reach(url)
    ends = [asyncio.create_task(_copy(near, far)), asyncio.create_task(_copy(far, near))]
    try:
        yield
    finally:
        for end in ends:
            end.cancel()
        await asyncio.wait(ends)
        for number in (near, far):
            os.close(number)


async def _when_configured(node: Path) -> int:
    """The node opened; there is none, or it refuses, until the other side has taken the device for its own."""
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(OSError):
                return _open(node)
            await asyncio.sleep(0.02)


def _open(node: Path) -> int:
    number = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
    if os.isatty(number):
        tty.setraw(number)
    return number


def _reach(url: str) -> int:
    place = urlsplit(url)
    if place.scheme == "serial":
        return _open(Path(place.path))
    connection = socket.create_connection((place.hostname or "", place.port or 0))
    connection.setblocking(False)
    return connection.detach()


async def _copy(source: int, target: int) -> None:
    """Until one of them ends, as they do when they are unplugged."""
    with contextlib.suppress(OSError):
        while data := await _read(source):
            while data:
                data = data[await _write(target, data) :]


async def _read(number: int) -> bytes:
    while True:
        await _ready(asyncio.get_running_loop().add_reader, asyncio.get_running_loop().remove_reader, number)
        with contextlib.suppress(BlockingIOError):
            return os.read(number, 4096)


async def _write(number: int, data: bytes) -> int:
    while True:
        with contextlib.suppress(BlockingIOError):
            return os.write(number, data)
        await _ready(asyncio.get_running_loop().add_writer, asyncio.get_running_loop().remove_writer, number)


async def _ready(add: Callable[..., None], remove: Callable[[int], bool], number: int) -> None:
    ready = asyncio.Event()
    add(number, ready.set)
    try:
        await ready.wait()
    finally:
        remove(number)
