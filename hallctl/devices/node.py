"""Where a link's device is plugged in now: the node of this machine behind a lasting name.

A node (``/dev/ttyUSB0``) is given anew at each plugging. Names that last are udev's links (``by-id``: the device's own
serial number, ``by-path``: the socket, ``/dev/hallctl/...``: our rules) and, without udev, ``vid:pid`` looked up in
sysfs each time.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hallctl.devices.address import Address
from hallctl.devices.contract import DeviceFault

SYSFS: Final = Path("/sys")

FOLDERS: Final = ("by-id", "hallctl", "by-path")
"""Kinds of lasting names, the best first: by-id goes with the device, the others with the socket."""

_NAMED: Final = (
    "/dev/serial/by-id", "/dev/input/by-id", "/dev/v4l/by-id", "/dev/hallctl",
    "/dev/serial/by-path", "/dev/input/by-path", "/dev/v4l/by-path",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class UsbPlace:
    """A USB device in sysfs: its folder, ``vid:pid``, serial number (may be empty), socket (``1-1.2``), node."""

    folder: Path
    usb: str
    serial: str
    socket: str
    node: str


def where(address: Address) -> str | None:
    """The node that is there now, links resolved; None when there is none or when it cannot be told which.

    Of ``usb://`` it is usbfs's (``/dev/bus/usb/001/004``). An address of another machine is never anywhere.
    """
    if address.usb:
        try:
            return serial_node(address) if address.scheme == "serial" else usb_place(address).node
        except (OSError, DeviceFault):
            return None
    if not address.place.startswith("/"):
        return None
    node = os.path.realpath(address.place)
    return node if os.path.exists(node) else None  # noqa: PTH110 - umockdev looks at the paths of the C library


def serial_node(address: Address) -> str:
    """The port of the USB adapter that `address` names; FileNotFoundError when there is none, DeviceFault
    ``device.ambiguous`` when there are several."""
    tty = SYSFS / "class" / "tty"
    found = []
    for name in _names(tty):
        place = _usb_above(tty / name / "device")
        if place is not None and _is(place, address):
            found.append(f"/dev/{name}")
    return _only(found, address)


def usb_place(address: Address) -> UsbPlace:
    """The USB device that `address` names; as `serial_node` when there is none or several."""
    found = {place.node: place for place in usb_places() if _is(place, address)}
    return found[_only(sorted(found), address)]


def usb_places() -> Iterator[UsbPlace]:
    """All USB devices that sysfs shows."""
    bus = SYSFS / "bus" / "usb" / "devices"
    for name in _names(bus):
        place = _usb_above(bus / name) if ":" not in name else None
        if place is not None:
            yield place


def stable_name(node: str) -> str | None:
    """The name under which the device at `node` (``/dev/ttyUSB0``) is found again after replugging; None when it has
    none or when `node` is such a name already."""
    if any(folder in Path(node).parts for folder in FOLDERS):
        return None
    real = os.path.realpath(node)
    for folder in _NAMED:
        for name in _names(Path(folder)):
            if os.path.realpath(f"{folder}/{name}") == real:
                return f"{folder}/{name}"
    return None


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - umockdev looks at the paths of the C library
    except OSError:
        return []


def _usb_above(entry: Path) -> UsbPlace | None:
    """The USB device to which an entry of sysfs belongs; None when it is none's (a port of the board)."""
    folder = Path(os.path.realpath(entry))
    while folder != folder.parent:
        vendor = _text(folder / "idVendor")
        if vendor:
            node = f"/dev/bus/usb/{_number(folder / 'busnum'):03}/{_number(folder / 'devnum'):03}"
            usb = f"{vendor}:{_text(folder / 'idProduct')}".lower()
            return UsbPlace(folder, usb, _text(folder / "serial"), folder.name, node)
        folder = folder.parent
    return None


def _is(place: UsbPlace, address: Address) -> bool:
    return (
        place.usb == address.usb
        and address.serial in ("", place.serial)
        and address.socket in ("", place.socket)
    )  # fmt: skip


def _only(found: list[str], address: Address) -> str:
    if not found:
        raise FileNotFoundError(f"{address.place} is not plugged in")
    if len(found) > 1:
        raise DeviceFault("device.ambiguous", transient=False, detail=f"{address.place}: {', '.join(found)}")
    return found[0]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _number(file: Path) -> int:
    text = _text(file)
    return int(text) if text.isdecimal() else 0
