"""A link's URL: what it may say, and what it means.

::

    tcp://host:port[?gap_ms=0]
    serial:///dev/serial/by-id/X[?baud=9600&parity=N|E|O&stop=1|2&gap_ms=20]     a port by its node
    serial://1a86:7523[/SERIAL][?baud=...]                                       by the USB adapter it belongs to
    usblp:///dev/usb/lp0                                                         a printer by the kernel's usblp
    usb://0416:5011[/SERIAL][?interface=0&split=7]                               any USB device's bulk endpoints
    input:///dev/input/by-id/X                                                   a keyboard
    video:///dev/v4l/by-id/X                                                     a camera: no bytes, only there or not
    pcsc:[READER]                                                                a contact card reader
    none:

Several USB devices of one make are told apart by their serial number or by the socket: ``usb://0416:5011@1-1.2``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from hallctl.errors import ConfigError, Problem

SERIAL_GAP_MS: Final = 20
"""Quiet between two frames on a serial line: well over the 3.5 characters (4 ms at 9600 baud) of RS-485 practice."""

LOCAL: Final = frozenset({"serial", "input", "usblp", "usb", "video"})
"""Schemes of what is plugged into this machine: it comes and goes with the plug."""

_USB: Final = re.compile(r"([0-9a-fA-F]{4}:[0-9a-fA-F]{4})(?:@([0-9]+-[0-9]+(?:\.[0-9]+)*))?")


@dataclass(frozen=True, slots=True)
class Address:
    """A link's URL, parsed. The same `place` is the same piece of wire; `baud` 0 means that the speed is not known.

    `usb` is ``vid:pid`` in lower-case hex, with `serial` and `socket` (``1-1.2``: bus, ports) where they are given;
    `interface` None is the device's first with bulk endpoints; `split` 0 is whole frames; `reader` is of ``pcsc:``.
    """

    scheme: str
    place: str
    host: str = ""
    port: int = 0
    baud: int = 0
    parity: str = "N"
    stop: int = 1
    gap_ms: int = 0
    usb: str = ""
    serial: str = ""
    socket: str = ""
    interface: int | None = None
    split: int = 0
    reader: str = ""

    @property
    def byte_s(self) -> float:
        """Seconds that a byte takes on the wire: start bit, 8 data bits, parity, stop bits."""
        return (9 + (self.parity != "N") + self.stop) / self.baud if self.baud else 0.0


def parse(url: str) -> Address:
    """The address of a link URL; ConfigError with one Problem of the key ``link`` for another."""
    try:
        split = urlsplit(url)
        given = {key: values[-1] for key, values in parse_qs(split.query, strict_parsing=bool(split.query)).items()}
        address = _SCHEMES[split.scheme](split, given)
    except (KeyError, ValueError):
        raise _bad("例如", "for example") from None
    if given:
        raise _bad(f"没有“{next(iter(given))}”这个参数；例如", f"there is no {next(iter(given))!r}; for example")
    return address


def _bad(zh: str, en: str) -> ConfigError:
    examples = (
        "tcp://192.0.2.1:9100, serial:///dev/ttyUSB0?baud=9600, serial://1a86:7523?baud=9600, usblp:///dev/usb/lp0, "
        "usb://0416:5011, input:///dev/input/by-id/…-event-kbd, video:///dev/v4l/by-id/…, pcsc:, none:"
    )
    row = Problem("link", f"链路地址不对，{zh} {examples}。", f"Not a link: {en} {examples}.")
    return ConfigError("config.invalid", problems=(row,), count=1)


def _tcp(split: Any, given: dict[str, str]) -> Address:
    host, port = split.hostname, split.port
    if not host or not port or split.path not in ("", "/"):
        raise ValueError
    gap_ms = _number(given, "gap_ms", 0, range(1_001))
    return Address("tcp", f"tcp://{host}:{port}", host, port, gap_ms=gap_ms)


def _serial(split: Any, given: dict[str, str]) -> Address:
    usb, serial, socket = _usb_name(split) if split.netloc else ("", "", "")
    parity = given.pop("parity", "N").upper()
    if parity not in ("N", "E", "O"):
        raise ValueError
    return Address(
        "serial",
        _usb_place("serial", usb, serial, socket) if usb else _path(split),
        baud=_number(given, "baud", 9600, range(300, 4_000_001)),
        parity=parity,
        stop=_number(given, "stop", 1, range(1, 3)),
        gap_ms=_number(given, "gap_ms", SERIAL_GAP_MS, range(1_001)),
        usb=usb,
        serial=serial,
        socket=socket,
    )


def _usb(split: Any, given: dict[str, str]) -> Address:
    usb, serial, socket = _usb_name(split)
    interface = _number(given, "interface", 0, range(256)) if "interface" in given else None
    place = _usb_place("usb", usb, serial, socket) + ("" if interface is None else f"?interface={interface}")
    cut = _number(given, "split", 0, range(65))
    return Address("usb", place, usb=usb, serial=serial, socket=socket, interface=interface, split=cut)


def _usb_name(split: Any) -> tuple[str, str, str]:
    """``vid:pid``, the serial number and the socket, the latter two empty where they are not given."""
    match = _USB.fullmatch(split.netloc)
    serial = unquote(split.path.removeprefix("/"))
    if match is None or "/" in serial:
        raise ValueError
    return match[1].lower(), serial, match[2] or ""


def _usb_place(scheme: str, usb: str, serial: str, socket: str) -> str:
    return f"{scheme}://{usb}" + (f"@{socket}" if socket else "") + (f"/{serial}" if serial else "")


def _node(split: Any, given: dict[str, str]) -> Address:
    del given
    return Address(split.scheme, _path(split))


def _path(split: Any) -> str:
    if split.netloc or not split.path.startswith("/"):
        raise ValueError
    path: str = split.path
    return path


def _pcsc(split: Any, given: dict[str, str]) -> Address:
    del given
    if split.netloc or split.path.startswith("/"):
        raise ValueError
    reader = unquote(split.path)
    return Address("pcsc", f"pcsc:{reader}", reader=reader)


def _none(split: Any, given: dict[str, str]) -> Address:
    del given
    if split.netloc or split.path:
        raise ValueError
    return Address("none", "none:")


def _number(given: dict[str, str], key: str, default: int, allowed: range) -> int:
    number = int(given.pop(key, str(default)))
    if number not in allowed:
        raise ValueError
    return number


_SCHEMES: Final[dict[str, Callable[[Any, dict[str, str]], Address]]] = {
    "tcp": _tcp,
    "serial": _serial,
    "usblp": _node,
    "usb": _usb,
    "input": _node,
    "video": _node,
    "pcsc": _pcsc,
    "none": _none,
}
