"""What is plugged into this machine, as sysfs and udev's names tell it: USB devices, serial ports, printers, keyboards,
cameras. Read only: nothing is opened, nothing is asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hallctl.devices.machine import Machine

_PORT: Final = re.compile(r"tty(USB|ACM|S|AMA|XRUSB|WCH)\d+")
_HUB: Final = "09"
_NAMES: Final = {
    "serial": ("/dev/serial/by-id", "/dev/hallctl", "/dev/serial/by-path"),
    "usblp": ("/dev/hallctl",),
    "input": ("/dev/input/by-id", "/dev/input/by-path"),
    "video": ("/dev/v4l/by-id", "/dev/v4l/by-path"),
}
"""Folders of the names that last, the best first."""


@dataclass(frozen=True, slots=True)
class Plugged:
    """One thing: `kind` is usb|serial|usblp|input|video, `node` the kernel's (of usb its folder's name in sysfs),
    `name` the name that lasts or the node where there is none, `usb` ``vid:pid`` or empty."""

    kind: str
    node: str
    name: str
    usb: str = ""
    title: str = ""
    serial: str = ""
    socket: str = ""
    classes: frozenset[str] = frozenset()
    """Classes of a USB device's interfaces, two hex digits."""


def plugged(machine: Machine) -> list[Plugged]:
    """All that is plugged in, each physical thing under every kind that it has."""
    return [*_usb(machine), *_ports(machine), *_printers(machine), *_keyboards(machine), *_cameras(machine)]


def _usb(machine: Machine) -> Iterator[Plugged]:
    bus = "/sys/bus/usb/devices"
    for name in machine.names(bus):
        if ":" in name or name.startswith("usb"):
            continue
        folder = f"{bus}/{name}"
        inner = [part for part in machine.names(folder) if part.startswith(f"{name}:")]
        classes = {machine.text(f"{folder}/{part}/bInterfaceClass") for part in inner}
        if (
            machine.text(f"{folder}/idVendor")
            and machine.text(f"{folder}/bDeviceClass") != _HUB
            and _HUB not in classes
        ):
            yield _thing(machine, "usb", name, name, folder, frozenset(classes))


def _ports(machine: Machine) -> Iterator[Plugged]:
    """Ports of the board that have no chip are left out."""
    for name in machine.names("/sys/class/tty"):
        folder = f"/sys/class/tty/{name}"
        if not _PORT.fullmatch(name) or not machine.there(f"{folder}/device") or machine.text(f"{folder}/type") == "0":
            continue
        yield _thing(machine, "serial", f"/dev/{name}", _name(machine, "serial", f"/dev/{name}"), f"{folder}/device")


def _printers(machine: Machine) -> Iterator[Plugged]:
    for name in machine.names("/sys/class/usbmisc"):
        if name.startswith("lp"):
            node = f"/dev/usb/{name}"
            folder = f"/sys/class/usbmisc/{name}/device"
            yield _thing(machine, "usblp", node, _name(machine, "usblp", node), folder)


def _keyboards(machine: Machine) -> Iterator[Plugged]:
    """What udev takes for a keyboard: code readers and keypads too."""
    seen: set[str] = set()
    for folder in _NAMES["input"]:
        for name in machine.names(folder):
            node = machine.real(f"{folder}/{name}")
            if name.endswith("-event-kbd") and node not in seen:
                seen.add(node)
                above = f"/sys/class/input/{node.rpartition('/')[2]}/device"
                title = machine.text(f"{above}/name") or name.removesuffix("-event-kbd")
                yield _thing(machine, "input", node, f"{folder}/{name}", above, title=title)


def _cameras(machine: Machine) -> Iterator[Plugged]:
    """The first node of each camera: the others carry no picture."""
    seen: set[str] = set()
    for folder in _NAMES["video"]:
        for name in machine.names(folder):
            node = machine.real(f"{folder}/{name}")
            if name.endswith("-video-index0") and node not in seen:
                seen.add(node)
                above = f"/sys/class/video4linux/{node.rpartition('/')[2]}"
                yield _thing(
                    machine, "video", node, f"{folder}/{name}", f"{above}/device", title=machine.text(f"{above}/name")
                )


def _name(machine: Machine, kind: str, node: str) -> str:
    """The name that lasts, or the node."""
    for folder in _NAMES[kind]:
        for name in machine.names(folder):
            if machine.real(f"{folder}/{name}") == node:
                return f"{folder}/{name}"
    return node


def _thing(
    machine: Machine,
    kind: str,
    node: str,
    name: str,
    folder: str,
    classes: frozenset[str] = frozenset(),
    title: str = "",
) -> Plugged:
    """With what the USB device above `folder` says of itself; of a port of the board nothing."""
    place = machine.real(folder)
    while place.startswith("/sys/") and not machine.text(f"{place}/idVendor"):
        place = place.rpartition("/")[0]
    if not place.startswith("/sys/"):
        return Plugged(kind, node, name, title=title or node)
    usb = f"{machine.text(f'{place}/idVendor')}:{machine.text(f'{place}/idProduct')}".lower()
    said = " ".join(filter(None, (machine.text(f"{place}/manufacturer"), machine.text(f"{place}/product"))))
    socket = place.rpartition("/")[2]
    return Plugged(kind, node, name, usb, title or said or usb, machine.text(f"{place}/serial"), socket, classes)
