"""What is plugged in and pulled, told or looked at: one wake for a dozen events, nothing missed, no polling (H01)."""

import asyncio
import errno
import os
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hallctl.devices.address import parse
from hallctl.devices.manager import Manager
from hallctl.devices.plug import DEBOUNCE_S, LOOK_S, Monitor, Plug
from tests.devices.fakes import LAMP, HandTime, Pty, Told, eventually, lamp_registry, section, settle


@dataclass
class Event:
    """A device as pyudev hands it out."""

    action: str
    device_node: str | None
    device_links: tuple[str, ...] = ()


class Netlink:
    """pyudev's monitor: a pipe that is readable while there is something to tell."""

    def __init__(self) -> None:
        self._events: deque[Event | OSError] = deque()
        self._out, self._in = os.pipe()
        os.set_blocking(self._out, False)

    def fileno(self) -> int:
        return self._out

    def poll(self, timeout: float) -> Event | None:
        assert timeout == 0
        if not self._events:
            return None
        os.read(self._out, 1)
        event = self._events.popleft()
        if isinstance(event, OSError):
            raise event
        return event

    def tell(self, *events: Event | OSError) -> None:
        self._events.extend(events)
        os.write(self._in, b"x" * len(events))

    def close(self) -> None:
        os.close(self._out)
        os.close(self._in)


class Heard:
    """What a plug has told."""

    def __init__(self) -> None:
        self.came: list[frozenset[str] | None] = []
        self.gone: list[frozenset[str] | None] = []


@pytest.fixture
def netlink() -> AsyncIterator[Netlink]:
    told = Netlink()
    yield told  # type: ignore[misc] # a generator, which pytest makes a fixture of
    told.close()


def no_netlink() -> Monitor:
    raise OSError(errno.EPERM, "Operation not permitted")


@asynccontextmanager
async def plug(opening: Callable[[], Monitor], time: HandTime, *urls: str) -> AsyncIterator[tuple[Plug, Heard]]:
    heard, tasks = Heard(), asyncio.all_tasks()
    watch = Plug(heard.came.append, heard.gone.append, time.sleep, opening)
    watch.follow(parse(url) for url in urls)
    yield watch, heard
    await watch.stop()
    assert asyncio.all_tasks() == tasks


# ---------------------------------------------------------------- told


async def test_a_plug_is_told_once_a_moment_later_and_a_pull_at_once(netlink: Netlink) -> None:
    time = HandTime()
    async with plug(lambda: netlink, time, "serial:///dev/ttyUSB0") as (watch, heard):
        await time.advance(DEBOUNCE_S)
        assert heard.came == [None], "at the start all may have changed"
        link = "/dev/serial/by-id/x"
        netlink.tell(Event("add", None), Event("add", "/dev/ttyUSB0", (link,)), Event("bind", "/dev/bus/usb/001/004"))
        netlink.tell(Event("change", "/dev/ttyUSB0"), Event("unbind", "/dev/ttyUSB9"))
        await eventually(lambda: time.resting)
        assert len(heard.came) == 1
        await time.advance(DEBOUNCE_S)
        assert heard.came[1:] == [frozenset(("/dev/ttyUSB0", link, "/dev/bus/usb/001/004"))]
        netlink.tell(Event("add", "/dev/ttyUSB1"), Event("remove", "/dev/ttyUSB1", (link,)))
        await eventually(lambda: heard.gone)
        assert heard.gone == [frozenset(("/dev/ttyUSB1",))]
        await time.advance(DEBOUNCE_S)
        assert len(heard.came) == 2, "what has gone again has not come"
        assert watch.told


async def test_what_the_socket_has_lost_is_looked_for(netlink: Netlink) -> None:
    time = HandTime()
    async with plug(lambda: netlink, time, "usb://0416:5011") as (_, heard):
        await time.advance(DEBOUNCE_S)
        netlink.tell(Event("add", "/dev/ttyUSB0"), OSError(errno.ENOBUFS, "No buffer space available"))
        await eventually(lambda: heard.gone)
        netlink.tell(Event("add", "/dev/ttyUSB1"))
        await settle()
        await time.advance(DEBOUNCE_S)
        assert heard.gone == [None]
        assert heard.came == [None, None]


async def test_nodes_are_not_polled_while_the_kernel_tells(netlink: Netlink, tmp_path: Path) -> None:
    """Only what is no node of the kernel is looked at."""
    time = HandTime()
    async with plug(lambda: netlink, time, "serial:///dev/ttyUSB0", "serial://1a86:7523", "tcp://h:1") as (watch, _):
        await time.advance(60)
        assert time.slept == [DEBOUNCE_S]
        watch.follow([parse(f"input://{tmp_path}/keys")])
        await time.advance(10)
        assert time.slept[1:].count(LOOK_S) >= 10
        watch.follow([parse("serial:///dev/ttyUSB0")])
        slept = len(time.slept)
        await time.advance(10)
        assert len(time.slept) == slept


async def test_a_hall_without_plugs_asks_for_nothing() -> None:
    async with plug(no_netlink, HandTime(), "tcp://192.0.2.1:9100", "none:", "pcsc:") as (watch, _):
        with capture_logs() as lines:
            watch.follow([parse("none:")])
        assert lines == []


# ---------------------------------------------------------------- looked at


async def test_without_netlink_nodes_are_looked_at(tmp_path: Path) -> None:
    time, node = HandTime(), tmp_path / "reader"
    with capture_logs() as lines:
        async with plug(no_netlink, time, f"serial://{node}", "serial:///dev/null") as (watch, heard):
            assert not watch.told
            await time.advance(3)
            node.touch()
            await time.advance(LOOK_S)
            assert (heard.came, heard.gone) == ([frozenset((str(node),))], [])
            node.unlink()
            await time.advance(LOOK_S)
            assert heard.gone == [frozenset((str(node),))]
    assert [line["event"] for line in lines] == ["plug.not_told"]


@pytest.mark.parametrize("told", [True, False])
async def test_a_hall_s_camera_and_port_come_and_go(told: bool, tmp_path: Path, netlink: Netlink) -> None:
    """With and without netlink: a camera has no bytes, only its node tells that it was pulled."""
    time, hall, line = HandTime(), Told(), Pty()
    camera, port = tmp_path / "video0", tmp_path / "reader"
    spec = LAMP.__class__("lamp", LAMP.options, ("serial", "video"), (), 1, _see)
    manager = Manager(
        [section("camera", f"video://{camera}"), section("port", f"serial://{port}")],
        lamp_registry(spec), time, hall.on_signal, hall.on_state,
        sleep=time.sleep, jitter=lambda: 1.0, monitor=(lambda: netlink) if told else no_netlink,
    )  # fmt: skip
    await manager.start()
    await eventually(lambda: hall.last("camera") == hall.last("port") == "offline")
    await time.advance(300)
    camera.touch()
    port.symlink_to(line.path)
    await time.advance(LOOK_S)
    await eventually(lambda: hall.last("camera") == hall.last("port") == "ready")
    await time.advance(5)
    camera.unlink()
    await time.advance(LOOK_S)
    await eventually(lambda: hall.last("camera") == "offline")
    assert hall.states[-1] == ("camera", "offline", ("device.lost",))
    assert hall.last("port") == "ready"
    await manager.stop()
    line.close()


async def _see(link: object, options: object, port: object) -> "Seer":
    port.heard()  # type: ignore[attr-defined] # a Port
    return Seer(link)


class Seer:
    """A driver for anything: it waits for the end."""

    def __init__(self, link: object) -> None:
        self._link = link

    async def run(self) -> None:
        await self._link.read()  # type: ignore[attr-defined] # a Link

    async def close(self) -> None:
        pass
