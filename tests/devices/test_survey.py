"""Finding devices: what is plugged in, who answers, who is announced; and what is left alone."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from hallctl.devices import lan, survey
from hallctl.devices.contract import DriverSpec, Link, Options, Probe
from hallctl.devices.found import Found
from hallctl.devices.machine import Machine
from hallctl.devices.plugged import plugged
from hallctl.devices.registry import Registry
from hallctl.devices.survey import Survey, Surveys
from hallctl.errors import ConfigError
from hallctl.sections.device import DeviceSection
from tests.devices.fakes import LAMP, Pty, eventually, lamp_device, section


async def who(link: Link, sleep: Callable[[float], Awaitable[None]]) -> str | None:
    """The lamp's own safe question."""
    await link.write(b"?\n")
    answer = b""
    while b"\n" not in answer:
        answer += await link.read()
    return "Lamp 3000" if answer == b"id lamp\n" else None


class PagesOptions(Options):
    url: str = ""
    device: str = ""


LAMPS = replace(
    LAMP,
    title=("灯", "lamp"),
    probes=(Probe("serial", who, "baud=115200"), Probe("tcp", who, port=9)),
    capabilities=("slip_printer",),
    usb=("1234:5678",),
    links=("tcp", "serial", "usb", "usblp"),
)
KEYS = replace(LAMP, name="keys", links=("input",), capabilities=("code_reader",), usb=("0c2e:0b61",))
EYES = replace(LAMP, name="eyes", links=("video",), capabilities=("page_scanner",))
CARDS = replace(LAMP, name="cards", links=("pcsc",), capabilities=("card_reader",))
ESCL = replace(LAMP, name="escl", links=("none",), capabilities=("page_scanner",), options=PagesOptions)
SANE = replace(ESCL, name="sane")


def registry(*specs: DriverSpec) -> Registry:
    return Registry([(spec.name, lambda spec=spec: spec) for spec in specs])  # type: ignore[misc] # the loop's own value


class Room:
    """A machine of files: sysfs and /dev as Linux lays them out."""

    def __init__(self, root: Path) -> None:
        self.machine = Machine(root)

    def file(self, place: str, text: str = "") -> None:
        path = self.machine.path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")

    def link(self, place: str, target: str) -> None:
        path = self.machine.path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(os.path.relpath(self.machine.path(target), path.parent))

    def usb(self, socket: str, ids: str, product: str, serial: str = "", interface: str = "ff") -> str:
        """A USB device; its first interface's folder."""
        folder = f"/sys/devices/pci0/usb1/{socket}"
        vendor, _, number = ids.partition(":")
        for name, text in (("idVendor", vendor), ("idProduct", number), ("product", product), ("serial", serial)):
            self.file(f"{folder}/{name}", text)
        self.file(f"{folder}/bDeviceClass", "00")
        self.file(f"{folder}/{socket}:1.0/bInterfaceClass", interface)
        self.link(f"/sys/bus/usb/devices/{socket}", folder)
        return f"{folder}/{socket}:1.0"

    def port(self, interface: str, name: str, by_id: str) -> None:
        """A serial port of the interface, with udev's name for it."""
        self.file(f"{interface}/tty/{name}/dev")
        self.link(f"{interface}/tty/{name}/device", interface)
        self.link(f"/sys/class/tty/{name}", f"{interface}/tty/{name}")
        self.file(f"/dev/{name}")
        self.link(f"/dev/serial/by-id/{by_id}", f"/dev/{name}")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


async def looked(machine: Machine, specs: tuple[DriverSpec, ...], *sections: DeviceSection, **more: object) -> Survey:
    made = Survey(registry(*specs), sections, machine=machine, **more)  # type: ignore[arg-type] # options of a test
    await made.run()
    assert made.done
    assert made.step == made.steps
    return made


def test_what_is_plugged_in_is_read_from_sysfs(room: Room) -> None:
    interface = room.usb("1-1", "1A86:7523", "USB Serial", interface="ff")
    room.port(interface, "ttyUSB0", "usb-1a86_USB_Serial-if00-port0")
    room.usb("1-2", "0416:5011", "POS Printer", "SN1", interface="07")
    hub = room.usb("1-3", "1d6b:0002", "Hub", interface="09")
    assert hub
    room.file("/sys/class/tty/ttyS0/type", "0")
    room.file("/sys/class/tty/ttyS1/type", "4")
    room.file("/sys/class/tty/ttyS1/device/driver")
    found = {(thing.kind, thing.name): thing for thing in plugged(room.machine)}
    assert sorted(found) == [
        ("serial", "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"),
        ("serial", "/dev/ttyS1"),
        ("usb", "1-1"),
        ("usb", "1-2"),
    ]
    port = found["serial", "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"]
    assert (port.usb, port.node, port.socket) == ("1a86:7523", "/dev/ttyUSB0", "1-1")
    assert found["usb", "1-2"].classes == {"07"}
    assert found["usb", "1-2"].title == "POS Printer"


async def test_each_kind_gets_its_driver_and_a_ready_block(room: Room) -> None:
    room.usb("1-1", "1234:5678", "Lamp", "A/1")
    room.usb("1-2", "9999:0001", "Some Printer", interface="07")
    room.usb("1-4", "1111:2222", "A stick", interface="08")
    room.usb("1-5", "076b:3021", "Card reader", interface="0b")
    keyboard = room.usb("1-6", "0c2e:0b61", "Scanner 1900", interface="03")
    room.file(f"{keyboard}/input/input5/name", "Honeywell 1900")
    room.link("/sys/class/input/event5/device", f"{keyboard}/input/input5")
    room.file("/dev/input/event5")
    room.link("/dev/input/by-id/usb-Honeywell-event-kbd", "/dev/input/event5")
    camera = room.usb("1-7", "1bcf:2b8a", "Document camera", interface="0e")
    room.file("/sys/class/video4linux/video0/name", "Document camera")
    room.link("/sys/class/video4linux/video0/device", camera)
    room.file("/dev/video0")
    room.link("/dev/v4l/by-id/usb-Camera-video-index0", "/dev/video0")
    made = await looked(room.machine, (LAMPS, KEYS, EYES, CARDS), kiosks=("kiosk-1",))
    rows = {row.link: row for row in made.found}
    assert {link: (row.driver, row.confidence) for link, row in rows.items()} == {
        "usb://1234:5678": ("lamp", "likely"),
        "usb://9999:0001": ("lamp", "likely"),
        "pcsc:": ("cards", "likely"),
        "input:///dev/input/by-id/usb-Honeywell-event-kbd": ("keys", "likely"),
        "video:///dev/v4l/by-id/usb-Camera-video-index0": ("eyes", "likely"),
    }
    sections = [row.section for row in made.found if row.section is not None]
    assert [(one.name, one.kiosk) for one in sections] == [
        ("printer-1", "kiosk-1"), ("printer-2", "kiosk-1"), ("reader-1", "kiosk-1"), ("scanner-1", "kiosk-1"),
        ("pages-1", None),
    ]  # fmt: skip
    assert registry(LAMPS, KEYS, EYES, CARDS).check(sections) == []


async def test_two_of_a_kind_are_told_apart_by_their_socket(room: Room) -> None:
    room.usb("1-1", "1234:5678", "Lamp")
    room.usb("1-2", "1234:5678", "Lamp")
    made = await looked(room.machine, (LAMPS,))
    assert [row.link for row in made.found] == ["usb://1234:5678@1-1", "usb://1234:5678@1-2"]


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[Pty]:
    """A device on a serial line that answers every question with `answer`."""
    line = Pty()

    async def serve() -> None:
        while True:
            if line.read():
                line.write(answer)
            await asyncio.sleep(0.005)

    task = asyncio.create_task(serve())
    try:
        yield line
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        line.close()


def board_port(room: Room, path: str) -> None:
    """A pty as if it were a port of the board: the real node, under the name that sysfs has."""
    room.file("/sys/class/tty/ttyS7/device/driver")
    room.machine.path("/dev").mkdir(exist_ok=True)
    room.machine.path("/dev/hallctl").mkdir(exist_ok=True)
    room.machine.path("/dev/ttyS7").symlink_to(path)


async def test_a_serial_port_is_asked_and_tells_what_it_is(room: Room) -> None:
    async with answering(b"id lamp\n") as line:
        board_port(room, line.path)
        made = await looked(room.machine, (LAMPS,))
    [row] = made.found
    assert (row.driver, row.confidence, row.identity) == ("lamp", "sure", "Lamp 3000")
    assert row.link == "serial:///dev/ttyS7?baud=115200"


@pytest.mark.parametrize("answer", [b"\x00\xff\x00\n", b""], ids=["something else", "nothing"])
async def test_who_does_not_answer_as_a_lamp_is_only_possibly_one(room: Room, answer: bytes) -> None:
    async with answering(answer) as line:
        board_port(room, line.path)
        made = await looked(room.machine, (LAMPS,), probe_s=0.1)
    [row] = made.found
    assert (row.driver, row.others, row.confidence, row.section) == (None, ("lamp",), "possible", None)


async def test_a_configured_port_is_not_touched(room: Room) -> None:
    interface = room.usb("1-1", "1a86:7523", "USB Serial")
    room.port(interface, "ttyUSB0", "usb-X-if00")
    own = section("pads", "serial:///dev/serial/by-id/usb-X-if00?baud=9600")
    made = await looked(room.machine, (LAMPS,), own)
    [row] = made.found
    assert (row.configured, row.driver, row.section) == ("pads", "lamp", None)


async def test_a_port_that_another_program_has_open_is_left_alone_and_named(room: Room) -> None:
    interface = room.usb("1-1", "1a86:7523", "USB Serial")
    room.port(interface, "ttyUSB0", "usb-X-if00")
    room.file("/proc/77/comm", "ModemManager")
    room.machine.path("/proc/77/fd").mkdir()
    room.machine.path("/proc/77/fd/3").symlink_to("/dev/ttyUSB0")
    made = await looked(room.machine, (LAMPS,))
    assert made.found == []
    [left] = made.skipped
    assert "ModemManager (77)" in left.why[0]
    assert "ModemManager (77)" in left.why[1]


# ---------------------------------------------------------------- the network


async def test_the_network_is_asked_only_where_it_was_named(room: Room) -> None:
    async with lamp_device() as device:
        spec = replace(LAMPS, probes=(Probe("tcp", who, port=device.port),))
        made = await looked(room.machine, (spec,), network="127.0.0.1")
        [row] = made.found
        assert (row.driver, row.link, row.identity) == ("lamp", device.url, "Lamp 3000")
        known = await looked(room.machine, (spec,), section("lamp", device.url), network="127.0.0.1/32")
        assert [row.configured for row in known.found] == ["lamp"]
        device.mute = True
        silent = await looked(room.machine, (spec,), network="127.0.0.1", probe_s=0.05)
        assert [(row.driver, row.others, row.confidence) for row in silent.found] == [(None, ("lamp",), "possible")]
        before = device.connections
        await looked(room.machine, (spec,))
        assert device.connections == before


@pytest.mark.parametrize("network", ["192.168.1", "10.0.0.0/8", "fe80::/64", "hall", "1.2.3.4/33", ""])
def test_what_is_no_network_is_told(network: str) -> None:
    with pytest.raises(ConfigError) as caught:
        lan.addresses(network)
    assert caught.value.problems[0].key == "network"


def test_a_network_has_its_machines() -> None:
    assert len(lan.addresses("192.168.1.7/24")) == 254
    assert lan.addresses(" 10.1.2.3 ") == ["10.1.2.3"]


async def test_scanners_that_announce_themselves_are_heard() -> None:
    """A scanner on the loopback interface announces itself as sane-airscan and macOS expect it."""
    info = AsyncServiceInfo(
        "_uscan._tcp.local.", "Flat 100._uscan._tcp.local.", addresses=[bytes((127, 0, 0, 1))], port=18080,
        properties={"ty": "Flat 100", "rs": "eSCL", "txtvers": "1"}, server="flat-100.local.",
    )  # fmt: skip
    scanner = AsyncZeroconf(interfaces=["127.0.0.1"])
    try:
        await (await scanner.async_register_service(info))
        found: list[lan.Announced] = []
        for _ in range(4):  # an announcement may fall between two questions
            found = found or await lan.announced(2.0, ["127.0.0.1"])
    finally:
        await scanner.async_close()
    assert found == [lan.Announced("Flat 100", "127.0.0.1", 18080, "eSCL", secure=False)]


async def test_sane_is_asked_and_a_program_that_hangs_is_ended(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "scanimage"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho \"device \\`test:0' is a Noname frontend-tester virtual device\"\n"
                       "echo \"device \\`genesys:libusb:001:004' is a Canon LiDE flatbed scanner\"\n")  # fmt: skip
    program.chmod(0o755)
    monkeypatch.setattr(survey.shutil, "which", lambda _name: str(program))
    made = await looked(room.machine, (SANE,))
    assert [(row.driver, row.options, row.identity) for row in made.found] == [
        ("sane", {"device": "test:0"}, "Noname frontend-tester virtual device"),
        ("sane", {"device": "genesys:"}, "Canon LiDE flatbed scanner"),
    ]
    program.write_text("#!/bin/sh\nsleep 600 & sleep 600\n")
    assert await lan.sane_devices(str(program), 0.2) == []


# ---------------------------------------------------------------- surveys


async def test_one_survey_runs_at_a_time_and_the_last_few_are_kept(room: Room) -> None:
    made = Surveys(lambda network: Survey(registry(LAMPS), (), network, machine=room.machine))
    first = made.begin(None)
    assert made.begin("127.0.0.1") == first
    state = made.state(first)
    assert state is not None
    await eventually(lambda: state.done)
    names = [first]
    for _ in range(6):
        names.append(made.begin(None))
        latest = made.state(names[-1])
        assert latest is not None
        await eventually(lambda latest=latest: latest.done)  # type: ignore[misc] # the loop's own value
    assert len(set(names)) == 7
    assert made.state(first) is None
    with pytest.raises(ConfigError):
        made.begin("nonsense")
    await made.stop()


def test_a_name_that_is_taken_is_not_proposed(room: Room) -> None:
    from hallctl.devices.found import section_of

    taken = {"printer-1", "printer-2"}
    assert section_of(LAMPS, "none:", {}, taken, ["a", "b"]).name == "printer-3"
    assert section_of(LAMPS, "none:", {}, taken, ["a", "b"]).kiosk is None
    assert Found(("", ""), None, "none:", "possible", ("", "")).section is None
