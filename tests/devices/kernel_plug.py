"""A program: ports and USB devices that come and go as the kernel and udev tell of them, by umockdev; run under
``umockdev-wrapper``, told to by a test.

A hall with a port by its USB adapter, a port by its lasting name, a USB printer and a camera starts with nothing
plugged in. What is told to the hall at each step is printed as JSON.
"""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import libusb_package
from usb.backend import libusb1

from hallctl.devices import usb_pipe
from hallctl.devices.contract import DeviceFault, DriverSpec, Link, Options, Port
from hallctl.devices.links import Links
from hallctl.devices.manager import Manager
from hallctl.devices.node import usb_places
from hallctl.devices.registry import Registry
from hallctl.sections.device import DeviceSection
from tests.devices.fakes import FastTime, Told, eventually
from tests.devices.kernel_keyboard import Testbed, check

BUS = "/devices/pci0000:00/0000:00:14.0/usb1"
BY_ID = "/dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0"
BULK_PAIR = "09022000010100803209040000 02ff000000 0705810240000007050202400000".replace(" ", "")


def hub() -> str:
    return _usb("", 1, "1d6b", "0002", "")


def _usb(socket: str, number: int, vendor: str, product: str, serial: str) -> str:
    path = f"{BUS}/{socket}" if socket else BUS
    ids = bytes.fromhex(vendor)[::-1].hex() + bytes.fromhex(product)[::-1].hex()
    lines = [
        f"P: {path}", f"N: bus/usb/001/{number:03}", f"E: DEVNAME=/dev/bus/usb/001/{number:03}",
        "E: DEVTYPE=usb_device", "E: SUBSYSTEM=usb", "E: MAJOR=189", f"E: MINOR={number - 1}",
        "A: busnum=1\\n", f"A: devnum={number}\\n", f"A: idVendor={vendor}\\n", f"A: idProduct={product}\\n",
        "A: speed=12\\n", "A: bConfigurationValue=1\\n",
        f"H: descriptors=1201000200000040{ids}000100000001{BULK_PAIR}",
    ]  # fmt: skip
    return "\n".join([*lines, *([f"A: serial={serial}\\n"] if serial else []), "", ""])


def _port(socket: str, number: int, usb: str, tty: str, *, serial: str = "", link: str = "") -> str:
    """A USB serial adapter with one port, whose other end is the testbed's."""
    vendor, product = usb.split(":")
    interface = f"{BUS}/{socket}/{socket}:1.0"
    lines = [
        f"P: {interface}", "E: DEVTYPE=usb_interface", "E: SUBSYSTEM=usb", "A: bInterfaceNumber=00\\n", "",
        f"P: {interface}/{tty}", "E: SUBSYSTEM=usb-serial", "",
        f"P: {interface}/{tty}/tty/{tty}", f"N: {tty}", *([f"S: {link.removeprefix('/dev/')}"] if link else []),
        f"L: device=../../../{tty}", f"E: DEVNAME=/dev/{tty}", f"E: DEVLINKS={link}", "E: SUBSYSTEM=tty",
        "E: MAJOR=188", f"E: MINOR={tty[-1]}", "", "",
    ]  # fmt: skip
    return _usb(socket, number, vendor, product, serial) + "\n".join(lines)


CAMERA = (
    f"P: {BUS}/1-7/1-7:1.0/video4linux/video0\nN: video0\nE: DEVNAME=/dev/video0\nE: SUBSYSTEM=video4linux\n"
    "E: MAJOR=81\nE: MINOR=0\n\n"
)


class Machine(Testbed):
    """What is plugged in, and told of."""

    def plug(self, text: str) -> None:
        check(self._library.umockdev_testbed_add_from_string(self._bed, text.encode(), None))

    def pull(self, *paths: str) -> None:
        for path in paths:
            self._library.umockdev_testbed_uevent(self._bed, f"/sys{path}".encode(), b"remove")
            self._library.umockdev_testbed_remove_device(self._bed, f"/sys{path}".encode())

    def other_end(self, node: str) -> int:
        return int(self._library.umockdev_testbed_get_dev_fd(self._bed, node.encode()))

    def answers(self, node: str, rows: list[str], folder: Path) -> None:
        record = folder / "usb.ioctl"
        record.write_text("\n".join([f"@DEV {node}", *rows, ""]), encoding="ascii")
        self._load("ioctl", node, record)


class Ear:
    """A driver that listens, and takes any device for its own."""

    def __init__(self, link: Link, port: Port) -> None:
        self._link = link
        self._port = port

    async def run(self) -> None:
        self._port.heard()
        while True:
            await self._link.read()
            self._port.heard()

    async def close(self) -> None:
        pass


async def _listen(link: Link, _options: Options, port: Port) -> Ear:
    return Ear(link, port)


EAR = DriverSpec("ear", Options, ("serial", "usb", "video"), (), 1, _listen)
LINKS = {
    "adapter": "serial://1a86:7523?baud=9600",
    "named": f"serial://{BY_ID}?baud=9600",
    "printer": "usb://0416:5011",
    "camera": "video:///dev/video0",
}


class Hall:
    """The devices of `LINKS`; a keeper never tries by itself again, only when it is told."""

    def __init__(self) -> None:
        self.told = Told()
        devices = [DeviceSection(name=name, driver="ear", link=link) for name, link in LINKS.items()]
        registry = Registry([("ear", lambda: EAR)])
        self.manager = Manager(
            devices, registry, FastTime(), self.told.on_signal, self.told.on_state, sleep=self._sleep
        )

    async def _sleep(self, seconds: float) -> None:
        """Only what is short passes: the moment after a plug, and the second for which a state is held."""
        await asyncio.sleep(0.001 if seconds <= 1 else 3600)

    async def becomes(self, device: str, state: str) -> None:
        await eventually(lambda: self.told.last(device) == state, f"{device} is {state}")


def new_backend() -> Any:
    """libusb, begun anew: what is plugged in later its netlink thread would tell it, whose messages umockdev makes of a
    group that it does not trust."""
    libusb1.get_backend(find_library=libusb_package.find_library)
    return libusb1._LibUSB(libusb1._lib)


async def hot_plug(machine: Machine, folder: Path) -> dict[str, Any]:
    hall = Hall()
    await hall.manager.start()
    for device in LINKS:
        await hall.becomes(device, "offline")
    told = hall.manager._plug.told  # looks inside: that nothing is polled
    machine.plug(_port("1-2", 4, "1a86:7523", "ttyUSB0"))
    await hall.becomes("adapter", "ready")
    machine.plug(_port("1-3", 5, "0403:6001", "ttyUSB1", serial="A50285BI", link=BY_ID))
    await hall.becomes("named", "ready")
    machine.plug(_usb("1-4", 6, "0416", "5011", "P001"))
    machine.answers("/dev/bus/usb/001/006", ["USBDEVFS_REAPURBNDELAY 0 3 129 0 0 16384 1 0 12"], folder)
    await hall.becomes("printer", "ready")
    machine.plug(CAMERA)
    await hall.becomes("camera", "ready")
    places = sorted(f"{place.usb} {place.socket}" for place in usb_places())
    machine.pull(f"{BUS}/1-2/1-2:1.0/ttyUSB0/tty/ttyUSB0", f"{BUS}/1-2")
    await hall.becomes("adapter", "offline")
    machine.pull(f"{BUS}/1-4")
    await hall.becomes("printer", "offline")
    machine.pull(f"{BUS}/1-7/1-7:1.0/video4linux/video0")
    await hall.becomes("camera", "offline")
    left = {status.name: status.state for status in hall.manager.states()}
    machine.plug(_port("1-6", 8, "1a86:7523", "ttyUSB3"))
    await hall.becomes("adapter", "ready")
    await hall.manager.stop()
    return {"told": told, "left": left, "places": places}


async def bulk(machine: Machine, folder: Path) -> dict[str, Any]:
    """libusb's own questions of the kernel: what is written must be what is recorded, what is read is recorded."""
    machine.plug(_usb("1-5", 9, "0416", "5012", ""))
    rows = ["USBDEVFS_REAPURBNDELAY 0 3 2 0 0 3 3 0 100401", "USBDEVFS_REAPURBNDELAY 0 3 129 0 0 16384 1 0 12"]
    machine.answers("/dev/bus/usb/001/009", rows, folder)
    link = await Links().open("usb://0416:5012@1-5")
    await link.write(b"\x10\x04\x01")
    heard = await link.read()
    try:
        await link.write(b"\x10\x04\x02")
        await link.read()
        wrong = "taken"
    except DeviceFault as fault:
        wrong = fault.code
    await link.close()
    return {"heard": heard[:1].hex(), "wrong": wrong}


async def serial(machine: Machine) -> str:
    """Bytes over a port of the kernel's, found by its adapter."""
    machine.plug(_port("1-8", 10, "067b:2303", "ttyUSB5"))
    link = await Links().open("serial://067b:2303@1-8?baud=115200")
    end = machine.other_end("/dev/ttyUSB5")
    os.write(end, b"ping")
    heard = await link.read()
    await link.write(heard + b"!")
    answer = os.read(end, 16)
    await link.close()
    return answer.decode()


def main() -> None:
    usb_pipe.backend = new_backend
    with tempfile.TemporaryDirectory() as name:
        machine = Machine()
        machine.plug(hub())
        told = asyncio.run(hot_plug(machine, Path(name)))
        told["serial"] = asyncio.run(serial(machine))
        told["bulk"] = asyncio.run(bulk(machine, Path(name)))
        sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
