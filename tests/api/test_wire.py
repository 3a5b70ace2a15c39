"""What is written goes out at once, whole and in order, also where the kernel does not take it."""

import asyncio
import contextlib
import socket
import struct

import pytest
import uvloop

from hallctl.api.wire import Parcel, Wire

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


def test_o01_frames_of_two_threads_stay_whole(runner: asyncio.Runner) -> None:
    """O01: what another thread sends early stands whole between what the loop writes, each in its order."""
    record, each, rounds = struct.Struct(">II2000s"), 50, 40

    async def work() -> None:
        transport, _watched, client = await connected()
        wire = Wire(transport)
        seen: list[list[int]] = [[], []]
        for turn in range(rounds):
            numbers = range(turn * each, (turn + 1) * each)
            early = [Parcel(record.pack(1, number, b"early")) for number in numbers]
            sending = asyncio.create_task(asyncio.to_thread(lambda frames: [*map(wire.write_early, frames)], early))
            for number in numbers:
                await asyncio.sleep(0)
                wire.write(record.pack(0, number, b"loop"))
            await sending
            assert all(parcel.sent for parcel in early)
            got = await asyncio.to_thread(read, client, record.size * 2 * each)
            for thread, number, _pad in record.iter_unpack(got):
                seen[thread].append(number)
        assert seen == [list(range(rounds * each))] * 2
        transport.close()
        client.close()

    with runner:
        runner.run(work())


def test_nothing_goes_early_past_what_waits(runner: asyncio.Runner) -> None:
    async def work() -> None:
        transport, watched, client = await connected()
        wire = Wire(transport)
        sent = 0
        while not transport.get_write_buffer_size():
            wire.write(bytes(100_000))
            sent += 100_000
        early = Parcel(b"early")
        wire.write_early(early)
        assert not early.sent
        assert await asyncio.to_thread(read, client, sent) == bytes(sent)
        while transport.get_write_buffer_size():  # noqa: ASYNC110 - the kernel has taken it; the loop has still to see
            await asyncio.sleep(0.01)
        wire.write_early(early)
        wire.write_late(early)
        wire.write_early(early)
        wire.write(b"late")
        assert await asyncio.to_thread(read, client, 9) == b"earlylate"
        assert not watched.lost.done()
        transport.close()
        client.close()

    with runner:
        runner.run(work())


def test_what_is_taken_in_part_early_ends_the_connection(runner: asyncio.Runner) -> None:
    """Nothing may follow a part of a frame; the client comes again and finds its answer."""

    async def work() -> None:
        transport, watched, client = await connected()
        wire = Wire(transport)
        wire.write_early(Parcel(bytes(50_000_000)))  # more than any socket takes
        wire.write(b"behind it")
        async with asyncio.timeout(10):
            await watched.lost
        got = 0
        with contextlib.suppress(ConnectionResetError):
            while piece := await asyncio.to_thread(client.recv, 1 << 20):
                assert b"b" not in piece
                got += len(piece)
        assert got < 50_000_000
        client.close()

    with runner:
        runner.run(work())


def test_nothing_goes_early_after_the_end(runner: asyncio.Runner) -> None:
    """The descriptor's number may be another's by then."""

    async def work() -> None:
        transport, watched, client = await connected()
        wire = Wire(transport)
        wire.end()
        wire.write_early(Parcel(b"for nobody"))
        wire.write(b"for nobody")
        transport.close()
        wire.write_early(Parcel(b"for nobody"))
        await watched.lost
        assert await asyncio.to_thread(client.recv, 10) == b""
        client.close()

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
