"""Where a device is plugged in: sysfs as the kernel lays it out, and names that last (H01)."""

import os
from pathlib import Path

import pytest

from hallctl.devices import node
from hallctl.devices.address import parse
from hallctl.devices.contract import DeviceFault
from hallctl.devices.links import Links
from hallctl.devices.node import serial_node, stable_name, usb_place, usb_places, where


class Sysfs:
    """A ``/sys`` with USB devices and their ports."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("class/tty", "bus/usb/devices", "devices/platform/serial8250/tty/ttyS0"):
            (root / folder).mkdir(parents=True)
        board = root / "devices/platform/serial8250"
        (board / "tty/ttyS0/device").symlink_to(board)
        (root / "class/tty/ttyS0").symlink_to(board / "tty/ttyS0")
        (root / "class/tty/tty0").mkdir()

    def plug(self, socket: str, usb: str, *, serial: str = "", tty: str = "", number: int = 4) -> None:
        device = self.root / "devices/pci0000:00/usb1" / socket
        port = device / f"{socket}:1.0" / (tty or "none")
        port.mkdir(parents=True)
        vendor, product = usb.split(":")
        texts = {"idVendor": vendor, "idProduct": product, "busnum": "1", "devnum": str(number), "serial": serial}
        for name, text in texts.items():
            if text:
                (device / name).write_text(f"{text}\n", encoding="ascii")
        (self.root / "bus/usb/devices" / socket).symlink_to(device)
        (self.root / "bus/usb/devices" / f"{socket}:1.0").symlink_to(device / f"{socket}:1.0")
        if tty:
            (port / "tty" / tty).mkdir(parents=True)
            (port / "tty" / tty / "device").symlink_to(port)
            (self.root / "class/tty" / tty).symlink_to(port / "tty" / tty)


@pytest.fixture
def sysfs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sysfs:
    monkeypatch.setattr(node, "SYSFS", tmp_path / "sys")
    return Sysfs(tmp_path / "sys")


def test_a_port_is_found_by_its_adapter(sysfs: Sysfs) -> None:
    sysfs.plug("1-1", "1a86:7523", tty="ttyUSB0")
    sysfs.plug("1-2", "0403:6001", serial="A50285BI", tty="ttyUSB1")
    assert serial_node(parse("serial://1a86:7523")) == "/dev/ttyUSB0"
    assert serial_node(parse("serial://0403:6001/A50285BI")) == "/dev/ttyUSB1"
    assert where(parse("serial://0403:6001@1-2")) == "/dev/ttyUSB1"
    assert where(parse("serial://0403:6001/other")) is None
    assert where(parse("serial://067b:2303")) is None
    with pytest.raises(FileNotFoundError):
        serial_node(parse("serial://067b:2303"))


def test_two_adapters_of_one_make_need_a_socket_or_a_number(sysfs: Sysfs) -> None:
    sysfs.plug("1-1.1", "1a86:7523", tty="ttyUSB0")
    sysfs.plug("1-1.2", "1a86:7523", tty="ttyUSB1")
    with pytest.raises(DeviceFault, match=r"device\.ambiguous: .*/dev/ttyUSB0, /dev/ttyUSB1"):
        serial_node(parse("serial://1a86:7523"))
    assert where(parse("serial://1a86:7523")) is None
    assert where(parse("serial://1a86:7523@1-1.2")) == "/dev/ttyUSB1"


async def test_a_port_by_its_adapter_is_looked_up_at_each_opening(sysfs: Sysfs) -> None:
    with pytest.raises(DeviceFault, match=r"device\.unreachable"):
        await Links().open("serial://1a86:7523")
    sysfs.plug("1-1", "1a86:7523", tty="ttyUSB77")
    with pytest.raises(DeviceFault, match=r"device\.unreachable: .*No such file"):
        await Links().open("serial://1a86:7523")
    sysfs.plug("1-2", "1a86:7523", tty="ttyUSB78")
    with pytest.raises(DeviceFault, match=r"device\.ambiguous"):
        await Links().open("serial://1a86:7523")


def test_usb_devices(sysfs: Sysfs) -> None:
    sysfs.plug("1-1", "0416:5011", serial="P001", number=7)
    sysfs.plug("1-4.3", "0400:c35a", number=12)
    assert [(place.usb, place.serial, place.socket, place.node) for place in usb_places()] == [
        ("0416:5011", "P001", "1-1", "/dev/bus/usb/001/007"),
        ("0400:c35a", "", "1-4.3", "/dev/bus/usb/001/012"),
    ]
    assert usb_place(parse("usb://0416:5011/P001")).socket == "1-1"
    assert where(parse("usb://0400:C35A?interface=0")) == "/dev/bus/usb/001/012"
    assert where(parse("usb://0416:5011/P002")) is None


def test_a_machine_without_usb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "SYSFS", tmp_path)
    assert list(usb_places()) == []
    assert where(parse("serial://1a86:7523")) is None


def test_links_that_are_no_nodes_are_nowhere() -> None:
    for url in ("tcp://192.0.2.1:9100", "pcsc:", "none:", "input:///dev/input/no-such-node"):
        assert where(parse(url)) is None
    assert where(parse("serial:///dev/null")) == "/dev/null"


def test_the_name_that_lasts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """by-id before our own rules before by-path; a lasting name needs no other."""
    names = [tmp_path / folder for folder in ("by-id", "hallctl", "by-path")]
    monkeypatch.setattr(node, "_NAMED", tuple(map(str, names)))
    port, other = tmp_path / "ttyUSB0", tmp_path / "ttyUSB1"
    for file in (port, other):
        file.touch()
    assert stable_name(str(port)) is None
    best = None
    for folder in reversed(names):
        folder.mkdir()
        best = folder / "usb-1a86_USB_Serial-if00-port0"
        best.symlink_to(os.path.relpath(port, folder))
        assert stable_name(str(port)) == str(best)
    assert stable_name(str(best)) is None
    assert stable_name(str(other)) is None
