"""What is written goes out at once, whole and in order, also where the kernel does not take it."""

import asyncio
import socket
import struct

import pytest
import uvloop

from hallctl.api.wire import Wire

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class Watched(asyncio.Protocol):
    """The daemon's end of a connection: whether it may write, and how it ended."""

    def __init__(self) -> None:
        self.paused = False
        self.lost = asyncio.get_running_loop().create_future()

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False

    def connection_lost(self, _error: Exception | None) -> None:
        self.lost.set_result(None)


async def connected() -> tuple[asyncio.Transport, Watched, socket.socket]:
    """The daemon's transport over TCP and the client's blocking socket."""
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    end, _address = listener.accept()
    listener.close()
    end.setblocking(False)
    transport, watched = await asyncio.get_running_loop().connect_accepted_socket(Watched, end)
    return transport, watched, client


@pytest.fixture(params=LOOPS)
def runner(request: pytest.FixtureRequest) -> asyncio.Runner:
    return asyncio.Runner(loop_factory=LOOPS[request.param])


def test_it_is_there_without_a_turn_of_the_loop(runner: asyncio.Runner) -> None:
    async def work() -> None:
        transport, _watched, client = await connected()
        Wire(transport).write(b"now")
        client.settimeout(5)
        assert client.recv(10) == b"now"  # the loop does not run meanwhile
        transport.close()
        client.close()

    with runner:
        runner.run(work())


def test_o01_all_comes_in_order_where_the_client_reads_late(runner: asyncio.Runner) -> None:
    """O01: far more than the kernel takes; then the transport's own flow control tells."""

    async def work() -> None:
        transport, watched, client = await connected()
        transport.set_write_buffer_limits(high=48 * 1024)
        wire = Wire(transport)
        pieces = [struct.pack(">I", number) * 1000 for number in range(4000)]
        for piece in pieces:
            wire.write(piece)
        assert watched.paused
        sent = b"".join(pieces)
        got = await asyncio.to_thread(read, client, len(sent))
        assert got == sent
        for _ in range(200):
            if not watched.paused:
                break
            await asyncio.sleep(0.01)
        assert not watched.paused
        wire.write(b"last")
        assert await asyncio.to_thread(read, client, 4) == b"last"
        transport.close()
        client.close()

    with runner:
        runner.run(work())


def test_a_client_that_has_gone_ends_the_connection_and_nothing_else(runner: asyncio.Runner) -> None:
    async def work() -> None:
        transport, watched, client = await connected()
        wire = Wire(transport)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()  # a reset
        for _ in range(10):
            wire.write(b"into the void")
        async with asyncio.timeout(10):
            await watched.lost
        wire.write(b"later")

    with runner:
        runner.run(work())


def test_nothing_is_written_after_the_close(runner: asyncio.Runner) -> None:
    """The descriptor's number may be another file's by then."""

    async def work() -> None:
        transport, watched, client = await connected()
        wire = Wire(transport)
        transport.close()
        await watched.lost
        other, peer = socket.socketpair()
        wire.write(b"for nobody")
        peer.setblocking(False)
        with pytest.raises(BlockingIOError):
            peer.recv(10)
        assert await asyncio.to_thread(client.recv, 10) == b""
        for end in (other, peer, client):
            end.close()

    with runner:
        runner.run(work())


def read(client: socket.socket, size: int) -> bytes:
    """So many bytes from the client's end."""
    got = bytearray()
    while len(got) < size:
        more = client.recv(min(65_536, size - len(got)))
        assert more, "the connection ended"
        got += more
    return bytes(got)
