"""What is too large, too deep, too many or no text: refused with the right word, for its sender only (O01, O03)."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hallctl.api import guard
from hallctl.api.guard import Guard, Room
from hallctl.api.role import Role
from tests.abuse.attack import UPGRADE, frame
from tests.harness import RunningHall, running_hall

MIB = 1024 * 1024
ABOUT = '{"jsonrpc":"2.0","id":1,"method":"hall.about","params":{"x":%s}}'


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[RunningHall]:
    async with running_hall(tmp_path) as running:
        yield running
        kiosk = await running.client(Role.KIOSK, "kiosk-1")
        assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] == "A001"


class Raw:
    """Bytes to the hall and back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, *pieces: bytes) -> None:
        """Until the hall does not want any more."""
        try:
            for piece in pieces:
                self.writer.write(piece)
                await self.writer.drain()
        except ConnectionError:
            pass

    async def leave(self) -> None:
        self.writer.transport.abort()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()

    async def frame(self) -> tuple[int, bytes]:
        """The hall's next frame: opcode and payload."""
        async with asyncio.timeout(10):
            head = await self.reader.readexactly(2)
            size = head[1]
            if size == 126:
                size = int.from_bytes(await self.reader.readexactly(2), "big")
            return head[0] & 0x0F, await self.reader.readexactly(size)

    async def close_code(self) -> int:
        """Of the close frame that comes in the end."""
        while True:
            opcode, payload = await self.frame()
            if opcode == 8:
                return int.from_bytes(payload[:2], "big")

    async def status(self) -> int:
        async with asyncio.timeout(10):
            return int((await self.reader.readline()).split()[1])


async def raw(hall: RunningHall) -> Raw:
    host, _, port = hall.address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    line = Raw(reader, writer)
    hall.clients.push_async_callback(line.leave)
    return line


async def socket(hall: RunningHall) -> Raw:
    line = await raw(hall)
    await line.send(UPGRADE)
    assert await line.status() == 101
    await line.reader.readuntil(b"\r\n\r\n")
    return line


ENDS: list[tuple[str, list[bytes], int]] = [
    ("a 10 MB frame", [frame(1, b"x" * MIB, length=10 * MIB)], 1009),
    ("a frame said to be of 2^62 bytes", [frame(1, b"x", length=2**62)], 1009),
    ("10 MB in fragments", [frame(1, b"x", fin=False), *[frame(0, b"x" * 60_000, fin=False)] * 170], 1009),
    ("fragments without end or content", [frame(1, b"", fin=False), *[frame(0, b"", fin=False) * 100] * 100], 1009),
    ("a fragment of nothing", [frame(0, b"x")], 1002),
    ("a ping flood", [frame(9, b"p") * 1_000] * 5, 1008),
    ("a pong flood", [frame(10, b"p") * 1_000] * 5, 1008),
    ("a ping of 126 bytes", [frame(9, b"p" * 126)], 1002),
    ("a reserved opcode", [frame(3, b"")], 1002),
    ("an unmasked frame", [b"\x81\x02{}"], 1002),
    ("no UTF-8", [frame(1, b"\xff\xfe\xfd")], 1007),
    ("surrogates as UTF-8", [frame(1, b'"\xed\xa0\x80"')], 1007),
    ("a million tiny frames", [frame(1, b"{}") * 10_000] * 100, 1008),
    ("a million empty frames", [frame(1, b"") * 10_000] * 100, 1008),
    ("a million binary frames", [frame(2, b"") * 10_000] * 100, 1008),
]  # fmt: skip


async def test_o01_a_line_is_closed_with_its_code(hall: RunningHall) -> None:
    for what, pieces, code in ENDS:
        line = await socket(hall)
        sending = asyncio.create_task(line.send(*pieces))
        assert await line.close_code() == code, what
        await line.leave()
        await sending


REFUSED: list[tuple[str, str, str]] = [
    ("nested 10,000 deep", ABOUT % ("[" * 10_000 + "]" * 10_000), "request.malformed"),
    ("objects 10,000 deep", ABOUT % ('{"a":' * 10_000 + "1" + "}" * 10_000), "request.malformed"),
    ("nested and never closed", "[" * 60_000, "request.malformed"),
    ("nested params", '{"jsonrpc":"2.0","id":1,"method":"hello","params":' + "[" * 30_000, "request.malformed"),
    ("10^400", ABOUT % ("1" + "0" * 400), "request.invalid_params"),
    ("1e400", ABOUT % "1e400", "request.invalid_params"),
    ("10^5000 as id", '{"jsonrpc":"2.0","id":1' + "0" * 5_000 + ',"method":"hall.about"}', "request.malformed"),
    ("1e400 as id", '{"jsonrpc":"2.0","id":1e400,"method":"hall.about"}', "request.malformed"),
    ("a lone surrogate", ABOUT % r'"\ud800"', "request.malformed"),
    ("a lone surrogate as method", r'{"jsonrpc":"2.0","id":1,"method":"\udfff"}', "request.malformed"),
    ("NUL and controls", ABOUT % '"\x00\x01"', "request.malformed"),
    ("NaN", ABOUT % "NaN", "request.malformed"),
    ("70 KB", ABOUT % ('"' + "y" * 70_000 + '"'), "request.too_large"),
]  # fmt: skip


async def test_o01_a_message_is_refused_and_the_line_stays(hall: RunningHall) -> None:
    line = await socket(hall)
    for what, text, code in REFUSED:
        await line.send(frame(1, text.encode()))
        opcode, answer = await line.frame()
        assert opcode == 1, what
        assert json.loads(answer)["error"]["data"]["code"] == code, what
    await line.send(frame(1, b'{"jsonrpc":"2.0","id":5,"method":"hall.about"}'))
    assert json.loads((await line.frame())[1])["result"]["hall"] == "small"


TAKE = b"POST /api/v1/ticket/take HTTP/1.1\r\nHost: h\r\n"
ABOUT_HTTP = b"POST /api/v1/hall/about HTTP/1.1\r\nHost: h\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
HTTP: list[tuple[str, list[bytes], int]] = [
    ("a 10 MB body", [TAKE + b"Content-Length: 10485760\r\n\r\n", *[b"x" * MIB] * 10], 413),
    ("a 10 MB body in chunks", [TAKE + CHUNKED, *[b"100000\r\n" + b"x" * MIB + b"\r\n"] * 10], 413),
    ("a header of 10 MB", [TAKE + b"X-Large: ", *[b"x" * MIB] * 10, b"\r\n\r\n"], 431),
    ("10 MB of headers", [TAKE, *[b"X-Large: yes\r\n" * 80_000] * 10, b"\r\n"], 431),
    ("an address of 10 MB", [b"GET /", *[b"x" * MIB] * 10, b" HTTP/1.1\r\n\r\n"], 431),
    ("10 MB of empty lines", [b"\r\n" * 5_000_000], 431),
    ("no HTTP", [b"\x16\x03\x01\x02\x00\x01\x00\x01"], 400),
    ("deep JSON", [TAKE + b"Content-Length: 20000\r\n\r\n" + b"[" * 20_000], 401),
    ("deep JSON to a public method", [ABOUT_HTTP + b"Content-Length: 40000\r\n\r\n" + b"[" * 40_000], 422),
    ("a thousand requests at once", [b"GET /api/v1/health HTTP/1.1\r\nHost: h\r\n\r\n" * 1_000], 400),
    ("two lengths", [TAKE + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} "], 400),
    ("an upgrade that is no GET", [UPGRADE.replace(b"GET", b"POST")], 405),
]  # fmt: skip


async def test_o03_a_request_gets_its_status(hall: RunningHall) -> None:
    for what, pieces, status in HTTP:
        line = await raw(hall)
        sending = asyncio.create_task(line.send(*pieces))
        assert await line.status() == status, what
        await line.leave()
        await sending


# ---------------------------------------------------------------- the guard by itself


class Visitor:
    """A line without a socket."""

    def __init__(self, address: str, *, known: bool = False, busy: bool = False) -> None:
        self.address = address
        self.gone: bool = False
        self._known, self._busy = known, busy

    def known(self) -> bool:
        return self._known

    def busy(self) -> bool:
        return self._busy

    def overdue(self, now: float) -> bool:
        return now > 10

    def hang_up(self) -> None:
        self.gone = True


def test_o03_the_first_stranger_of_an_address_goes_first_and_nobody_elses() -> None:
    doors = Guard(Room(lines=100, strangers=50, per_address=3, backlog=8))
    others = [Visitor("b") for _ in range(3)]
    mine = [Visitor("a", busy=True), Visitor("a", known=True), Visitor("a"), Visitor("a"), Visitor("a"), Visitor("a")]
    for line in (*others, *mine):
        doors.enter(line)
    assert [line.gone for line in mine] == [False, False, True, True, False, False]
    assert not any(line.gone for line in others)


def test_o03_known_lines_never_go_for_room() -> None:
    doors = Guard(Room(lines=5, strangers=3, per_address=3, backlog=8))
    known = [Visitor(f"board-{number}", known=True) for number in range(5)]
    for line in known:
        doors.enter(line)
    late = Visitor("late")
    doors.enter(late)
    assert late.gone
    assert not any(line.gone for line in known)
    doors.leave(known[0])
    again = Visitor("late")
    doors.enter(again)
    assert len(doors) == 5
    doors.sweep(11)
    assert again.gone
    assert len(doors) == 0


@pytest.mark.parametrize("descriptors", [32, 160, 1_024, 20_000, 65_536])
def test_o06_the_room_leaves_descriptors_for_the_hall(descriptors: int) -> None:
    room = Room.within(descriptors)
    assert room.lines + room.backlog + min(guard.FILES, descriptors // 4) <= descriptors
    assert 0 < room.per_address <= room.strangers < room.lines
