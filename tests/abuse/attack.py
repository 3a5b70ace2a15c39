"""Whoever wants to hurt the hall from its network, as a process of its own: ``python -m tests.abuse.attack KIND ...``.

Prints one JSON line at the end: how many connections were opened, how many of them the hall ended or refused, and what
it said (HTTP status or close code → how often).
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import resource
import struct
import sys
from collections import Counter
from collections.abc import Awaitable, Callable

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: hall\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TLS_HELLO = bytes.fromhex("160301020001fc0303") + bytes(range(256)) * 2
PATIENCE_S = 5.0

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def frame(opcode: int, payload: bytes, *, fin: bool = True, length: int | None = None) -> bytes:
    """A client's frame (RFC 6455 5.2), masked with zeros; `length` may lie."""
    size = len(payload) if length is None else length
    head = bytes([opcode | (0x80 if fin else 0)])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 65_536:
        head += bytes([0x80 | 126]) + struct.pack("!H", size)
    else:
        head += bytes([0x80 | 127]) + struct.pack("!Q", size)
    return head + bytes(4) + payload


class Attack:
    """One attacker: where the hall is, and what came of it."""

    def __init__(self, port: int, seed: int = 1) -> None:
        self.port = port
        self.chance = random.Random(seed)
        self.opened = 0
        self.failed = 0
        self.ended = 0
        self.said: Counter[str] = Counter()

    async def line(self) -> Line:
        async with asyncio.timeout(PATIENCE_S):
            made = await asyncio.open_connection("127.0.0.1", self.port)
        self.opened += 1
        return made

    async def listen(self, reader: asyncio.StreamReader, seconds: float) -> bool:
        """Read for so long; True if the hall ended the line. Its first words are counted."""
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(seconds):
                first = await reader.read(65_536)
                self._note(first)
                while first:
                    first = await reader.read(65_536)
                self.ended += 1
                return True
        return False

    def _note(self, words: bytes) -> None:
        if words.startswith(b"HTTP/1.1 "):
            self.said[words[9:12].decode()] += 1

    # ------------------------------------------------------------ a flood

    async def flood(self, rate: int, seconds: float) -> None:
        """So many connections a second, each with some garbage of its own."""
        kinds: list[Callable[[Line], Awaitable[None]]] = [
            self._noise, self._tls, self._half, self._nothing, self._wrong, self._frames,
        ]  # fmt: skip
        loop = asyncio.get_running_loop()
        began = loop.time()
        tasks: set[asyncio.Task[None]] = set()
        for number in range(int(rate * seconds)):
            due = began + number / rate
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            task = asyncio.create_task(self._one(kinds[number % len(kinds)]))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)

    async def _one(self, kind: Callable[[Line], Awaitable[None]]) -> None:
        try:
            made = await self.line()
        except (OSError, TimeoutError):
            self.failed += 1
            return
        with contextlib.suppress(OSError):
            await kind(made)
        made[1].transport.abort()

    async def _noise(self, made: Line) -> None:
        made[1].write(self.chance.randbytes(self.chance.randrange(1, 2_000)))
        await self.listen(made[0], 0.5)

    async def _tls(self, made: Line) -> None:
        made[1].write(TLS_HELLO)
        await self.listen(made[0], 0.5)

    async def _half(self, made: Line) -> None:
        made[1].write(UPGRADE[: self.chance.randrange(1, len(UPGRADE))])
        await asyncio.sleep(self.chance.random())

    async def _nothing(self, made: Line) -> None:
        """Connect and close."""

    async def _wrong(self, made: Line) -> None:
        method = self.chance.choice((b"BREW", b"CONNECT", b"DELETE", b"PUT", b"TRACE", b"get"))
        made[1].write(method + b" /api/v1/ticket/take HTTP/1.1\r\nHost: hall\r\nContent-Length: 2\r\n\r\n{}")
        await self.listen(made[0], 0.2)

    async def _frames(self, made: Line) -> None:
        """A handshake, then frames that are none."""
        made[1].write(UPGRADE)
        async with asyncio.timeout(PATIENCE_S):
            await made[0].readuntil(b"\r\n\r\n")
        made[1].write(self.chance.choice((b"\x81\x05hello", b"\xf1\x80", frame(1, b"garbage") * 30, os.urandom(99))))
        await self.listen(made[0], 0.5)

    # ------------------------------------------------------------ patience

    async def crowd(self, count: int, seconds: float, words: list[bytes], drip: bytes) -> None:
        """`count` connections say `words` (one each, in turn), then one byte of `drip` a second, and never go."""
        lines: list[Line] = []
        for number in range(count):
            try:
                reader, writer = await self.line()
            except (OSError, TimeoutError):
                self.failed += 1
                continue
            writer.write(words[number % len(words)])
            lines.append((reader, writer))
        ends = [asyncio.create_task(self.listen(reader, seconds)) for reader, _ in lines]
        for second in range(int(seconds)):
            for _, writer in lines:
                if not writer.transport.is_closing():
                    writer.write(drip[second % len(drip) :][:1] if drip else b"")
            await asyncio.sleep(1)
        await asyncio.gather(*ends)
        for _, writer in lines:
            writer.transport.abort()

    async def deafness(self, count: int, seconds: float) -> None:
        """`count` clients ask for a large page again and again and never read an answer."""
        ask = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: hall\r\n\r\n"
        lines = []
        for _ in range(count):
            reader, writer = await self.line()
            writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport has it
            writer.write(ask * 10)
            lines.append((reader, writer))
        await asyncio.sleep(seconds)
        for _, writer in lines:
            writer.transport.abort()

    async def mute(self, count: int, seconds: float) -> None:
        """`count` websockets ask as fast as they are heard and never read an answer."""
        lines = []
        for _ in range(count):
            reader, writer = await self.line()
            writer.write(UPGRADE)
            await reader.readuntil(b"\r\n\r\n")
            writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport has it
            lines.append(writer)

        async def ask(writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(seconds):
                    while True:
                        writer.write(ASK * 500)
                        await writer.drain()

        await asyncio.gather(*(ask(writer) for writer in lines))
        for writer in lines:
            writer.transport.abort()

    async def storm(self, seconds: float, piece: bytes) -> None:
        """One websocket that sends `piece` as fast as it is taken, comes again when it was sent away."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until:
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                reader, writer = await self.line()
                writer.write(UPGRADE)
                await reader.readuntil(b"\r\n\r\n")
                reading = asyncio.create_task(self.listen(reader, seconds))
                with contextlib.suppress(OSError):
                    while loop.time() < until and not reading.done():
                        writer.write(piece)
                        await writer.drain()
                        await asyncio.sleep(0)
                writer.transport.abort()
                await reading


ASK = frame(1, b'{"jsonrpc":"2.0","id":1,"method":"hall.about"}')
SLOW = {
    "heads": (
        [b"GET / HTTP/1.1\r\n", b"POST /api/v1/ticket/take HTTP/1.1\r\nHost: h\r\n", b"", b"\r\n"],
        b"X-a: b\r\n",
    ),
    "frames": ([UPGRADE, UPGRADE + b"\x81"], frame(1, b"x" * 100)),
    "bodies": ([b"POST /api/v1/ticket/take HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n"], b" "),
}
STORMS = {
    "pings": frame(9, b"p" * 20) * 2_000,
    "frames": frame(1, b"{}") * 4_000,
    "empty": frame(1, b"", fin=False) + frame(0, b"", fin=False) * 4_000,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, default=300, help="connections, or connections a second")
    parser.add_argument("--seconds", type=float, default=2.0)
    given = parser.parse_args()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    attack = Attack(given.port)
    family, _, variety = given.kind.partition(".")
    if family == "flood":
        work = attack.flood(given.count, given.seconds)
    elif family == "slow":
        work = attack.crowd(given.count, given.seconds, *SLOW[variety])
    elif family == "hold":
        work = attack.crowd(given.count, given.seconds, [b""], b"")
    elif family == "deaf":
        work = attack.deafness(given.count, given.seconds)
    elif family == "mute":
        work = attack.mute(given.count, given.seconds)
    else:
        work = attack.storm(given.seconds, STORMS[variety])
    asyncio.run(work)
    told = {"opened": attack.opened, "failed": attack.failed, "ended": attack.ended, "said": attack.said}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
