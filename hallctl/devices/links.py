"""The links of a hall: who shares which physical pipe.

Every pipe belongs to a `Bus`: it opens with the first user and closes with the last. All users read all bytes, each
from a buffer of its own that loses the oldest bytes when nobody reads; frames are written whole, one after the other,
with a gap between them. A pipe that dies is gone for all its users (LinkLost); the next who asks for the URL opens it
anew. The URLs are those of `pipe`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from hallctl.clock import monotonic_s
from hallctl.devices.contract import DeviceFault, Link, LinkLost
from hallctl.devices.pipe import Address, Pipe, open_pipe, parse

CONNECT_S: Final = 3.0
"""A pipe that does not open within this is not there."""

READ_LIMIT: Final = 64 * 1024
"""Bytes kept for a user that does not read (and at least the newest piece, 256 KiB at most); the oldest are lost."""

Sleep = Callable[[float], Awaitable[None]]


class OpenLink(Link, Protocol):
    """A link in the hands of its owner, who closes it."""

    async def close(self) -> None:
        """Leave it; reads and writes end with LinkLost."""
        ...


class DeadLink:
    """``none:`` for devices without bytes: nothing ever comes, nothing can be written."""

    address = "none:"

    def __init__(self) -> None:
        self._closed = asyncio.Event()

    async def read(self) -> bytes:
        await self._closed.wait()
        raise LinkLost("closed")

    async def write(self, data: bytes) -> None:
        raise LinkLost(f"there is no link for {len(data)} bytes")

    async def close(self) -> None:
        self._closed.set()


class BusLink:
    """One user's end of a bus."""

    def __init__(self, bus: "Bus") -> None:
        self._bus = bus
        self._buffer = bytearray()
        self._came = asyncio.Event()
        self._detail: str | None = None

    @property
    def address(self) -> str:
        return self._bus.url

    async def read(self) -> bytes:
        while not self._buffer:
            if self._detail is not None:
                raise LinkLost(self._detail)
            self._came.clear()
            await self._came.wait()
        data = bytes(self._buffer)
        self._buffer.clear()
        return data

    async def write(self, data: bytes) -> None:
        if self._detail is not None:
            raise LinkLost(self._detail)
        await self._bus.write(data)

    async def close(self) -> None:
        self.end("closed")
        await self._bus.leave(self)

    def feed(self, data: bytes) -> None:
        # Only what waits already is lost: a reader that keeps up gets everything, however large the pieces come.
        del self._buffer[: max(0, len(self._buffer) + len(data) - READ_LIMIT)]
        self._buffer += data
        self._came.set()

    def end(self, detail: str) -> None:
        self._detail = self._detail or detail
        self._came.set()


class Bus:
    """One physical link and its users. Its life is one opening: once ended it is not used again."""

    def __init__(self, url: str, address: Address, sleep: Sleep, monotonic: Callable[[], float]) -> None:
        self.url = url
        self.ended: str | None = None
        self.closed = asyncio.Event()
        self._address = address
        self._sleep = sleep
        self._monotonic = monotonic
        self._users: set[BusLink] = set()
        self._opening: asyncio.Task[None] | None = None
        self._pipe: Pipe | None = None
        self._turn = asyncio.Lock()
        self._free_at = 0.0

    async def join(self) -> BusLink:
        """A new user's end, once the pipe is open; DeviceFault ``device.unreachable`` if it cannot be had."""
        user = BusLink(self)
        self._users.add(user)
        try:
            self._opening = self._opening or asyncio.create_task(self._open(), name=f"open {self.url}")
            await asyncio.shield(self._opening)
        except BaseException:
            await user.close()
            raise
        return user

    async def leave(self, user: BusLink) -> None:
        """The last one out closes the pipe."""
        self._users.discard(user)
        if self._users or self.closed.is_set():
            return
        self.ended = self.ended or "closed"
        try:
            if self._opening is not None and not self._opening.done():
                self._opening.cancel()
                await asyncio.wait({self._opening})
            if self._pipe is not None:
                await self._pipe.close()
        finally:
            self.closed.set()

    async def write(self, data: bytes) -> None:
        """Write the frame in its turn: after the gap that follows the last byte of the frame before."""
        async with self._turn:
            wait_s = self._free_at - self._monotonic()
            if wait_s > 0:
                await self._sleep(wait_s)
            if self._pipe is None or self.ended is not None:
                raise LinkLost(self.ended or "not open")
            gap_s = self._address.gap_ms / 1000
            self._pipe.send(data)
            self._free_at = self._monotonic() + len(data) * self._address.byte_s + gap_s
            await self._pipe.drain()
            self._free_at = max(self._free_at, self._monotonic() + gap_s)
            if self.ended is not None:
                raise LinkLost(self.ended)

    def feed(self, data: bytes) -> None:
        for user in self._users:
            user.feed(data)

    def end(self, detail: str) -> None:
        """The pipe is dead: let go of it at once, so that it can be opened anew, and tell every user."""
        if self.ended is None:
            self.ended = detail
            for user in self._users:
                user.end(detail)
            if self._pipe is not None:
                self._pipe.drop()
            self.closed.set()

    async def _open(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                self._pipe = await open_pipe(self._address, self)
        except (OSError, ValueError) as error:
            self.ended = "cannot be opened"
            raise DeviceFault("device.unreachable", detail=f"{self.url}: {error or type(error).__name__}") from error


class Links:
    """All links of a hall: gives out ends, one bus for each piece of wire."""

    def __init__(self, sleep: Sleep = asyncio.sleep, monotonic: Callable[[], float] = monotonic_s) -> None:
        self._sleep = sleep
        self._monotonic = monotonic
        self._buses: dict[str, Bus] = {}

    async def open(self, url: str) -> OpenLink:
        """An open link; DeviceFault ``device.unreachable`` if it cannot be had, ConfigError if it is not a link."""
        address = parse(url)
        if address.scheme == "none":
            return DeadLink()
        bus = self._buses.get(address.place)
        while bus is not None and bus.ended is not None:
            await bus.closed.wait()  # a port that is being closed is still locked
            if self._buses.get(address.place) is bus:
                del self._buses[address.place]
            bus = self._buses.get(address.place)
        if bus is None:
            bus = self._buses[address.place] = Bus(url, address, self._sleep, self._monotonic)
        return await bus.join()
