"""Links over real ptys and TCP: whole frames, shared buses, bounds, and the end of the pipe (H01)."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from hallctl.devices import links as links_module
from hallctl.devices.contract import DeviceFault, LinkLost
from hallctl.devices.links import READ_LIMIT, Links, OpenLink
from hallctl.errors import ConfigError
from tests.devices.fakes import HandTime, Pty, collect, eventually, open_files, settle

BIG = bytes(range(256)) * 1_000


@pytest.fixture
def pty() -> Iterator[Pty]:
    line = Pty()
    yield line
    line.close()


@pytest.fixture
def time() -> HandTime:
    return HandTime()


class Peer:
    """A TCP server that keeps what it receives and reads only when told to."""

    def __init__(self) -> None:
        self.received = b""
        self.reading = asyncio.Event()
        self.reading.set()
        self.writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"tcp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self.writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while True:
                await self.reading.wait()
                data = await reader.read(65_536)
                if not data:
                    break
                self.received += data
        except OSError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def peer() -> AsyncIterator[tuple[Peer, str]]:
    server = Peer()
    yield server, await server.start()
    await server.stop()


async def read_all(link: OpenLink, size: int) -> bytes:
    data = b""
    async with asyncio.timeout(5):
        while len(data) < size:
            data += await link.read()
    return data


async def write_on(link: OpenLink, time: HandTime) -> None:
    """Frame after frame, as callers do that give up on each."""
    for _ in range(100):
        writing = asyncio.create_task(link.write(BIG * 2))
        await time.advance(600)
        if writing.done():
            await writing
        writing.cancel()
        await asyncio.wait({writing})


# ---------------------------------------------------------------- one user


async def test_serial_carries_every_byte_both_ways(pty: Pty) -> None:
    """Binary bytes pass untouched: no echo, no line discipline."""
    link = await Links().open(pty.url)
    every = bytes(range(256))
    pty.write(every)
    assert await read_all(link, 256) == every
    await link.write(every)
    assert await collect(pty, 256) == every
    assert link.address == pty.url
    await link.close()


async def test_serial_writes_more_than_the_line_takes_at_once(pty: Pty) -> None:
    link = await Links().open(pty.url)
    writing = asyncio.create_task(link.write(BIG))
    assert await collect(pty, len(BIG)) == BIG
    await writing
    await link.close()


async def test_tcp_writes_more_than_the_peer_takes_at_once(peer: tuple[Peer, str]) -> None:
    server, url = peer
    server.reading.clear()
    link = await Links().open(url)
    data = BIG * 30
    writing = asyncio.create_task(link.write(data))
    await settle()
    assert not writing.done()
    server.reading.set()
    await writing
    await eventually(lambda: len(server.received) == len(data))
    assert server.received == data
    await link.close()


async def test_a_peer_that_takes_no_bytes_is_lost(peer: tuple[Peer, str], pty: Pty, time: HandTime) -> None:
    """What waits for it is bounded: writers that have given up must not fill the memory."""
    server, url = peer
    server.reading.clear()
    links = Links(time.sleep, lambda: time.ms / 1000)
    for address in (url, pty.url):
        link = await links.open(address)
        with pytest.raises(LinkLost, match="no more bytes"):
            await write_on(link, time)
        with pytest.raises(LinkLost):
            await link.read()
        await link.close()
    server.reading.set()


async def test_writing_to_an_unplugged_line_is_lost(pty: Pty) -> None:
    link = await Links().open(pty.url)
    writing = asyncio.create_task(link.write(BIG))
    await settle()
    pty.unplug()
    with pytest.raises(LinkLost):
        await writing
    await link.close()


async def test_tcp_options_are_set(peer: tuple[Peer, str]) -> None:
    _, url = peer
    links = Links()
    link = await links.open(url)
    pipe = links._buses[url]._pipe
    sock = pipe._transport.get_extra_info("socket")  # type: ignore[union-attr] # looks inside: the system's own answer
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000
    await link.close()


async def test_unplugged_serial_line_is_lost_after_its_last_bytes(pty: Pty) -> None:
    link = await Links().open(pty.url)
    pty.write(b"last")
    assert await link.read() == b"last"
    reading = asyncio.create_task(link.read())
    await settle()
    pty.unplug()
    with pytest.raises(LinkLost):
        await reading
    with pytest.raises(LinkLost):
        await link.write(b"x")
    await link.close()


async def test_tcp_closed_by_the_other_side_is_lost(peer: tuple[Peer, str]) -> None:
    server, url = peer
    link = await Links().open(url)
    await eventually(lambda: server.writers)
    server.writers[0].write(b"bye")
    server.writers[0].close()
    assert await read_all(link, 3) == b"bye"
    with pytest.raises(LinkLost):
        await link.read()
    await link.close()


async def test_what_was_written_leaves_before_the_close(peer: tuple[Peer, str], pty: Pty) -> None:
    server, url = peer
    links = Links()
    for address in (url, pty.url):
        link = await links.open(address)
        await link.write(b"goodbye")
        await link.close()
    await eventually(lambda: server.received == b"goodbye")
    assert await collect(pty, 7) == b"goodbye"


async def test_a_reader_is_woken_by_the_close(peer: tuple[Peer, str]) -> None:
    for address in (peer[1], "none:"):
        link = await Links().open(address)
        reading = asyncio.create_task(link.read())
        await settle()
        await link.close()
        with pytest.raises(LinkLost):
            await reading


async def test_none_is_a_dead_link() -> None:
    link = await Links().open("none:")
    reading = asyncio.create_task(link.read())
    await settle()
    assert not reading.done()
    with pytest.raises(LinkLost):
        await link.write(b"x")
    await link.close()
    with pytest.raises(LinkLost):
        await reading


async def test_what_cannot_be_opened_is_unreachable(pty: Pty) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    for url in (f"tcp://127.0.0.1:{port}", "serial:///dev/hallctl-no-such-port", "video:///dev/no-such-node"):
        with pytest.raises(DeviceFault) as caught:
            await Links().open(url)
        assert caught.value.code == "device.unreachable"
        assert caught.value.transient
        assert caught.value.sentence("en")
    with pytest.raises(ConfigError):
        await Links().open("usb:printer")


async def test_a_peer_that_does_not_answer_the_connect_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full backlog hangs a connect: busy single-client printers do that."""
    monkeypatch.setattr(links_module, "CONNECT_S", 0.05)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        host, port = full.getsockname()
        with socket.create_connection((host, port)), pytest.raises(DeviceFault) as caught:
            await Links().open(f"tcp://{host}:{port}")
    assert caught.value.code == "device.unreachable"


async def test_a_port_is_locked_against_other_programs(pty: Pty) -> None:
    link = await Links().open(pty.url)
    with pytest.raises(DeviceFault, match=r"device\.in_use") as caught:
        await Links().open(pty.url)
    assert "ModemManager" in caught.value.sentence("en")
    await link.close()
    await (await Links().open(pty.url)).close()


async def test_a_user_that_does_not_read_loses_the_oldest_bytes(peer: tuple[Peer, str]) -> None:
    server, url = peer
    links = Links()
    idle, busy = await links.open(url), await links.open(url)
    await eventually(lambda: server.writers)
    data = b"".join(b"%07d\n" % n for n in range(READ_LIMIT // 8 * 5))
    for start in range(0, len(data), READ_LIMIT // 2):
        piece = data[start : start + READ_LIMIT // 2]
        server.writers[0].write(piece)
        assert await read_all(busy, len(piece)) == piece
    kept = await idle.read()
    assert len(kept) == READ_LIMIT
    assert data.endswith(kept)
    await idle.close()
    await busy.close()


async def test_a_reader_that_keeps_up_loses_nothing(peer: tuple[Peer, str]) -> None:
    server, url = peer
    link = await Links().open(url)
    await eventually(lambda: server.writers)
    server.writers[0].write(BIG)
    assert await read_all(link, len(BIG)) == BIG
    await link.close()


# ---------------------------------------------------------------- several users on one bus


async def test_all_users_of_a_bus_read_all_bytes_of_one_port(pty: Pty) -> None:
    links = Links()
    before = open_files()
    one, other = await asyncio.gather(links.open(pty.url), links.open(pty.url))
    pty.write(b"\xffgarbage\x00")
    assert await read_all(one, 9) == await read_all(other, 9) == b"\xffgarbage\x00"
    await one.close()
    pty.write(b"more")
    assert await read_all(other, 4) == b"more"
    await other.close()
    await eventually(lambda: open_files() == before, "the port is closed")


async def test_frames_of_a_bus_are_whole_and_apart(pty: Pty, time: HandTime) -> None:
    """Two writers, frames larger than the line takes at once: none is torn, and the gap follows the last byte."""
    links = Links(time.sleep, lambda: time.ms / 1000)
    url = f"serial://{pty.path}?baud=9600"
    one, other = await links.open(url), await links.open(url)
    frames = [b"a" * 9_600, b"b" * 9_600, b"c" * 960]
    writes = [asyncio.create_task(link.write(f)) for link, f in zip((one, other, one), frames, strict=True)]
    assert await collect(pty, 9_600) == frames[0]
    await settle()
    assert pty.read() == b""
    assert time.slept == [pytest.approx(10.02)]
    await time.advance(10.02)
    assert await collect(pty, 9_600) == frames[1]
    await time.advance(10.02)
    assert await collect(pty, 960) == frames[2]
    await asyncio.gather(*writes)
    await one.close()
    await other.close()


async def test_a_cancelled_writer_leaves_no_half_frame(pty: Pty, time: HandTime) -> None:
    links = Links(time.sleep, lambda: time.ms / 1000)
    one, other = await links.open(pty.url), await links.open(pty.url)
    writing = asyncio.create_task(one.write(BIG))
    await settle()
    writing.cancel()
    after = asyncio.create_task(other.write(b"after"))
    await time.advance(60)
    assert await collect(pty, len(BIG) + 5) == BIG + b"after"
    await after
    await one.close()
    await other.close()


async def test_tcp_has_no_gap(peer: tuple[Peer, str], time: HandTime) -> None:
    link = await Links(time.sleep, lambda: time.ms / 1000).open(peer[1])
    await link.write(b"one")
    await link.write(b"two")
    assert time.slept == []
    await link.close()


async def test_a_dead_bus_is_lost_for_all_and_opens_anew() -> None:
    server = Peer()
    url = await server.start()
    links = Links()
    one, other = await links.open(url), await links.open(url)
    await eventually(lambda: len(server.writers) == 1)
    server.writers[0].transport.abort()
    for link in (one, other):
        with pytest.raises(LinkLost):
            await link.read()
    again = await links.open(url)
    with pytest.raises(LinkLost):
        await other.write(b"old end")
    await one.close()
    await other.close()
    await again.write(b"new end")
    await eventually(lambda: server.received == b"new end")
    await again.close()
    await server.stop()


async def test_users_share_the_failure_of_an_opening_and_a_cancelled_one_leaves_nothing(pty: Pty) -> None:
    links = Links()
    pty.unplug()
    both = await asyncio.gather(links.open(pty.url), links.open(pty.url), return_exceptions=True)
    assert [type(error) for error in both] == [DeviceFault, DeviceFault]
    line = Pty()
    before, tasks = open_files(), asyncio.all_tasks()
    opening = asyncio.create_task(links.open(line.url))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await eventually(lambda: open_files() == before, "the late port is closed")
    assert asyncio.all_tasks() == tasks
    line.close()


async def test_plugging_and_pulling_leaks_no_file() -> None:
    """H01 in miniature: 20 ptys come and go."""
    links = Links()
    await (await links.open("none:")).close()
    warm = Pty()
    await (await links.open(warm.url)).close()
    warm.close()
    before = open_files()
    for _ in range(20):
        line = Pty()
        link = await links.open(line.url)
        line.write(b"x")
        assert await link.read() == b"x"
        line.unplug()
        with pytest.raises(LinkLost):
            await link.read()
        await link.close()
    assert open_files() == before
