"""Printers behind the kernel's usblp, over a raw pty in place of the node: bytes, empty packets, the end (H01)."""

import asyncio
import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from hallctl.devices.contract import DeviceFault, LinkLost
from hallctl.devices.file_pipe import FilePipe, OpenFile
from hallctl.devices.links import Links
from tests.devices.fakes import Pty, collect, open_files, settle

BIG = bytes(range(256)) * 1_000


class Printer(Pty):
    """A pty set raw as usblp's node is: `url` is a printer's."""

    def __init__(self) -> None:
        super().__init__()
        file = os.open(self.path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(file)
        os.close(file)

    @property
    def url(self) -> str:
        return f"usblp://{self.path}"


@pytest.fixture
def printer() -> Iterator[Printer]:
    node = Printer()
    yield node
    node.close()


async def test_every_byte_goes_both_ways(printer: Printer) -> None:
    link = await Links().open(printer.url)
    printer.write(bytes(range(256)))
    data = b""
    while len(data) < 256:
        data += await link.read()
    assert data == bytes(range(256))
    writing = asyncio.create_task(link.write(BIG))
    assert await collect(printer, len(BIG)) == BIG
    await writing
    await link.close()


async def test_pulling_it_ends_the_link_and_another_plugging_opens_it(tmp_path: Path, printer: Printer) -> None:
    name = tmp_path / "lp0"
    name.symlink_to(printer.path)
    links, before = Links(), open_files()
    link = await links.open(f"usblp://{name}")
    reading = asyncio.create_task(link.read())
    await settle()
    printer.unplug()
    name.unlink()
    with pytest.raises(LinkLost):
        await reading
    with pytest.raises(LinkLost):
        await link.write(b"slip")
    await link.close()
    assert open_files() == before - 2
    with pytest.raises(DeviceFault, match=r"device\.unreachable"):
        await links.open(f"usblp://{name}")
    again = Printer()
    name.symlink_to(again.path)
    link = await links.open(f"usblp://{name}")
    again.write(b"\x12")
    assert await link.read() == b"\x12"
    await link.close()
    again.close()


async def test_an_empty_packet_is_not_the_end_of_a_printer(tmp_path: Path) -> None:
    """Some answer so all the time; the loop must not spin on it, and what follows must be read."""
    node = tmp_path / "lp0"
    node.write_bytes(b"")
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    fed: list[bytes] = []
    ended: list[str] = []
    file = OpenFile(reading, str(node), lambda: os.close(reading), empty_ends=False)
    pipe = FilePipe(file, fed.append, ended.append)
    os.close(writing)  # every read is empty from now on
    pipe._readable()
    await settle()
    assert (fed, ended) == ([], [])
    node.unlink()
    pipe._readable()
    assert ended == ["unplugged"]
    await pipe.close()
    pipe._listen()  # the pause of the empty read ends after the close


async def test_what_may_not_be_opened_is_told_with_what_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may open all, so the system's answer is put in its place."""

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("hallctl.devices.file_pipe.os.open", refuse)
    with pytest.raises(DeviceFault, match=r"device\.forbidden") as caught:
        await Links().open("usblp:///dev/usb/lp0")
    assert caught.value.transient
    assert "60-hallctl.rules" in caught.value.sentence("en")


async def test_one_port_under_two_names_is_told_as_such(tmp_path: Path, printer: Printer) -> None:
    """Not as another program's: the lock is the hall's own."""
    name = tmp_path / "usb-printer"
    name.symlink_to(printer.path)
    links = Links()
    link = await links.open(printer.url)
    for url in (f"usblp://{name}", f"serial://{name}"):
        with pytest.raises(DeviceFault, match=r"device\.shared: .* is open as usblp:") as caught:
            await links.open(url)
        assert caught.value.sentence("zh")
    await link.close()
    await (await links.open(f"usblp://{name}")).close()


@pytest.mark.parametrize("url", ["serial:///dev/null", "serial:///etc/hostname", "usblp:///etc/hostname"])
async def test_what_is_of_another_kind_is_told_as_the_wrong_device(url: str) -> None:
    """No port but a file, or a device without a speed: waiting for it is of no use, another link is."""
    with pytest.raises(DeviceFault, match=r"device\.wrong_identity") as caught:
        await Links().open(url)
    assert not caught.value.transient
