"""Links that are keyboards, over FIFOs in place of nodes: the end of the pipe, no leak, nothing written (H01)."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hallctl.devices.address import Address, parse
from hallctl.devices.contract import DeviceFault, LinkLost
from hallctl.devices.input_pipe import InputPipe, open_node
from hallctl.devices.input_pipe import Node as NodeFile
from hallctl.devices.links import Links
from hallctl.devices.node import where
from hallctl.errors import ConfigError
from tests.devices.fakes import LAMP, eventually, lamp_registry, open_files, section

EVENTS = bytes(range(240))


class Node:
    """A FIFO whose writing end is the test's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._end = -1

    @property
    def url(self) -> str:
        return f"input://{self.path}"

    def plug(self) -> None:
        os.mkfifo(self.path)
        self._end = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)

    def write(self, data: bytes) -> None:
        os.write(self._end, data)

    def unplug(self) -> None:
        if self._end >= 0:
            self.path.unlink()
            os.close(self._end)
            self._end = -1


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    fifo = Node(tmp_path / "usb-Reader_0001-event-kbd")
    fifo.plug()
    yield fifo
    fifo.unplug()


def test_the_link_of_a_keyboard() -> None:
    by_id = "/dev/input/by-path/pci-0000:00:14.0-usb-0:2:1.0-event-kbd"
    assert parse(f"input://{by_id}") == Address("input", by_id)


@pytest.mark.parametrize("url", ["input:", "input://", "input:event0", "input://dev/event0", "input:///dev/x?grab=0"])
def test_what_is_no_link_of_a_keyboard(url: str) -> None:
    with pytest.raises(ConfigError):
        parse(url)


async def test_events_come_whole_and_in_order(node: Node) -> None:
    link = await Links().open(node.url)
    for _ in range(3):
        node.write(EVENTS)
    data = b""
    while len(data) < 720:
        data += await link.read()
    assert data == EVENTS * 3
    assert link.address == node.url
    await link.close()


async def test_nothing_can_be_written_to_a_keyboard(node: Node) -> None:
    link = await Links().open(node.url)
    with pytest.raises(LinkLost):
        await link.write(b"\x01")
    await link.close()


async def test_pulled_and_plugged_a_hundred_times_leaks_no_file(node: Node) -> None:
    """H01: every unplugging ends the link, every plugging opens it under the same name."""
    links, before = Links(), open_files()
    for _ in range(100):
        link = await links.open(node.url)
        node.write(EVENTS)
        node.unplug()
        assert await link.read() == EVENTS
        with pytest.raises(LinkLost):
            await link.read()
        await link.close()
        assert where(parse(node.url)) is None
        with pytest.raises(DeviceFault, match=r"device\.unreachable"):
            await links.open(node.url)
        node.plug()
        assert where(parse(node.url)) == str(node.path)
    assert open_files() == before


async def test_a_read_that_fails_ends_the_pipe() -> None:
    """A node whose device is gone answers ENODEV; a pty whose other end is gone answers EIO in the same place."""
    file, other = os.openpty()
    os.set_blocking(file, False)
    fed: list[bytes] = []
    ended: list[str] = []
    pipe = InputPipe(NodeFile("/dev/input/event9", file, lambda: os.close(file)), fed.append, ended.append)
    pipe._readable(file)
    assert (fed, ended) == ([], [])
    os.close(other)
    await eventually(lambda: ended, "the end is told")
    assert ended[0].startswith("reading failed")
    await pipe.drain()
    await pipe.close()
    pipe.drop()


async def test_what_is_no_keyboard_cannot_be_opened(tmp_path: Path) -> None:
    before = open_files()
    plain = tmp_path / "file"
    plain.write_bytes(b"")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        for path in (str(plain), str(tmp_path), str(tmp_path / "socket"), "/dev/null"):
            with pytest.raises(DeviceFault, match=r"device\.wrong_identity.*is no input device") as caught:
                await Links().open(f"input://{path}")
            assert not caught.value.transient
        with pytest.raises(DeviceFault, match=r"device\.unreachable"):
            await Links().open(f"input://{tmp_path}/none")
        with pytest.raises(FileNotFoundError):
            open_node(str(tmp_path / "none"))
    await eventually(lambda: open_files() == before, "everything is closed")


def test_no_two_devices_share_a_keyboard() -> None:
    """Each key would be acted on twice; units do not help."""
    spec = LAMP.__class__("lamp", LAMP.options, ("input",), LAMP.capabilities, 1, LAMP.open)
    link = "input:///dev/input/by-id/x-event-kbd"
    rows = lamp_registry(spec).check([section("a", link, units={"1": "1"}), section("b", link, units={"2": "2"})])
    assert [row.key for row in rows] == ["devices.1.link"]
