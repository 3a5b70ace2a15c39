"""H01: a device behind every kind of link is pulled and plugged a hundred times under a running hall.

Each pull is one line down and each plugging one line up; at the end there are as many tasks, files, threads and objects
as after the first rounds.
"""

import asyncio
import gc
import os
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from hallctl.devices import card_pipe, usb_pipe
from hallctl.devices.contract import DriverSpec, Link, Options, Port
from hallctl.devices.manager import Manager
from hallctl.devices.registry import Registry
from hallctl.sections.device import DeviceSection
from tests.devices.fakes import FastTime, LampDevice, Pty, Told, eventually, open_files
from tests.devices.test_card_pipe import READER, Scard
from tests.devices.test_file_pipe import Printer
from tests.devices.test_plug import no_netlink
from tests.devices.usb_stand_in import UsbBus, UsbStandIn

ROUNDS, WARM = 100, 20

SPARE = 150
"""Objects that may come and go by chance; two that leak in each round are more."""


class Listener:
    """A driver for any link: what comes shows that the device lives."""

    def __init__(self, link: Link, port: Port) -> None:
        self._link = link
        self._port = port

    async def run(self) -> None:
        while True:
            await self._link.read()
            self._port.heard()

    async def close(self) -> None:
        pass


async def _listen(link: Link, _options: Options, port: Port) -> Listener:
    port.heard()
    return Listener(link, port)


SCHEMES = ("tcp", "serial", "input", "usblp", "usb", "video", "pcsc")
LISTENER = DriverSpec("listener", Options, SCHEMES, (), 1, _listen)


class Plugged:
    """The other end: `url`, and the hand that pulls and plugs."""

    def __init__(self, url: str, plug: Callable[[], Awaitable[None]], pull: Callable[[], Awaitable[None]]) -> None:
        self.url = url
        self.plug = plug
        self.pull = pull


def tcp(_folder: Path, _patch: pytest.MonkeyPatch) -> Plugged:
    device = LampDevice()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        device.port = free.getsockname()[1]
    return Plugged(device.url, device.plug, device.pull)


def _line(scheme: str, make: type[Pty], folder: Path) -> Plugged:
    name, lines = folder / "port", list[Pty]()

    async def plug() -> None:
        lines.append(make())
        name.symlink_to(lines[0].path)

    async def pull() -> None:
        name.unlink()
        lines.pop().unplug()

    return Plugged(f"{scheme}://{name}", plug, pull)


def serial(folder: Path, _patch: pytest.MonkeyPatch) -> Plugged:
    return _line("serial", Pty, folder)


def usblp(folder: Path, _patch: pytest.MonkeyPatch) -> Plugged:
    return _line("usblp", Printer, folder)


def keyboard(folder: Path, _patch: pytest.MonkeyPatch) -> Plugged:
    name, ends = folder / "keys", list[int]()

    async def plug() -> None:
        os.mkfifo(name)
        ends.append(os.open(name, os.O_RDWR | os.O_NONBLOCK))

    async def pull() -> None:
        name.unlink()
        os.close(ends.pop())

    return Plugged(f"input://{name}", plug, pull)


def camera(folder: Path, _patch: pytest.MonkeyPatch) -> Plugged:
    name = folder / "video0"

    async def plug() -> None:
        name.touch()

    async def pull() -> None:
        name.unlink()

    return Plugged(f"video://{name}", plug, pull)


def usb(_folder: Path, patch: pytest.MonkeyPatch) -> Plugged:
    bus, device = UsbBus(), UsbStandIn("0416:5011", serial="P001")
    patch.setattr(usb_pipe, "backend", lambda: bus)

    async def plug() -> None:
        bus.plug(device)

    async def pull() -> None:
        bus.pull(device)

    return Plugged("usb://0416:5011/P001", plug, pull)


def card(_folder: Path, patch: pytest.MonkeyPatch) -> Plugged:
    scard = Scard()
    patch.setitem(sys.modules, "smartcard", SimpleNamespace(scard=scard))
    patch.setattr(card_pipe, "LOOK_S", 0.002)
    scard.readers = []

    async def plug() -> None:
        scard.readers = [READER]

    async def pull() -> None:
        scard.readers = []

    return Plugged("pcsc:", plug, pull)


def counted() -> tuple[int, int, int, int]:
    """Files, tasks, threads of links, objects."""
    gc.collect()
    threads = [thread for thread in threading.enumerate() if thread.name.startswith(("usb ", "pcsc"))]
    return open_files(), len(asyncio.all_tasks()), len(threads), len(gc.get_objects())


@pytest.mark.parametrize("kind", [tcp, serial, keyboard, usblp, usb, camera, card], ids=lambda kind: kind.__name__)
async def test_pulled_and_plugged_a_hundred_times(
    kind: Callable[[Path, pytest.MonkeyPatch], Plugged], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, told, time = kind(tmp_path, monkeypatch), Told(), FastTime()
    section = DeviceSection(name="it", driver="listener", link=device.url)
    registry = Registry([("listener", lambda: LISTENER)])
    manager = Manager(
        [section], registry, time, told.on_signal, told.on_state,
        sleep=time.sleep, jitter=lambda: 1.0, monitor=no_netlink,
    )  # fmt: skip
    before = counted()[:3]
    await device.plug()
    await manager.start()
    await eventually(lambda: told.last("it") == "ready", "ready")
    with capture_logs() as lines:
        for n in range(ROUNDS):
            if n == WARM:
                warm = counted()
            await device.pull()
            await eventually(lambda: told.last("it") == "offline", f"offline {n}")
            await device.plug()
            await eventually(lambda: told.last("it") == "ready", f"ready {n}")
            assert [line["event"] for line in lines] == ["device.down", "device.up"]
            assert [state for _, state, _ in told.states[-2:]] == ["offline", "ready"]
            lines.clear()
            told.states[:-1] = []
        await eventually(lambda: counted()[:3] == warm[:3], "as many files, tasks and threads as before")
        assert counted()[3] <= warm[3] + SPARE
    (status,) = manager.states()
    assert (status.counts.opened, status.counts.lost) == (ROUNDS + 1, ROUNDS)
    await manager.stop()
    await device.pull()
    await eventually(lambda: counted()[:3] == before, "nothing is left")


async def test_a_hundred_attempts_in_vain_are_one_line(tmp_path: Path) -> None:
    """One line down when it goes, one up when it comes, nothing between."""
    told, time = Told(), FastTime()
    device = serial(tmp_path, pytest.MonkeyPatch())
    section = DeviceSection(name="it", driver="listener", link="serial:///dev/hallctl-no-such-port")
    named = DeviceSection(name="named", driver="listener", link=device.url)
    manager = Manager(
        [section, named], Registry([("listener", lambda: LISTENER)]), time, told.on_signal, told.on_state,
        sleep=time.sleep, jitter=lambda: 1.0, monitor=no_netlink,
    )  # fmt: skip
    with capture_logs() as lines:
        await manager.start()
        await eventually(lambda: all(status.counts.attempts >= 100 for status in manager.states()), "100 attempts")
        await device.plug()
        await eventually(lambda: told.last("named") == "ready", "ready")
        await manager.stop()
    assert sorted((line["event"], line.get("device", "")) for line in lines) == [
        ("device.down", "it"), ("device.down", "named"), ("device.up", "named"), ("plug.not_told", ""),
    ]  # fmt: skip
    await device.pull()
