"""The links of a hall: who shares which physical pipe.

Every pipe belongs to a `Bus`: it opens with the first user and closes with the last. All users read all bytes, each
from a buffer of its own that loses the oldest bytes when nobody reads; frames are written whole, one after the other,
with a gap between them. A pipe that dies is gone for all its users (LinkLost); the next who asks for the URL opens it
anew. The URLs are those of `address`.

A bus also watches what comes: bytes without end that no user's driver understands are told to the users as noise.
"""

import asyncio
import errno
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from hallctl.clock import monotonic_s
from hallctl.devices.address import LOCAL, Address, parse
from hallctl.devices.contract import DeviceFault, Link, LinkLost
from hallctl.devices.node import where
from hallctl.devices.pipe import Pipe, open_pipe

CONNECT_S: Final = 3.0
"""A pipe that does not open within this is not there."""

READ_LIMIT: Final = 64 * 1024
"""Bytes kept for a user that does not read (and at least the newest piece, 256 KiB at most); the oldest are lost."""

NOISE_LIMIT: Final = 64 * 1024
"""Bytes of which no driver has understood any: by then it is noise, not the beginning of an answer."""

_REASONS: Final = {
    errno.EACCES: "device.forbidden",
    errno.EPERM: "device.forbidden",
    errno.EBUSY: "device.in_use",
    errno.EAGAIN: "device.in_use",
}
"""What the system's answers to an opening mean; all others: it is not there, or it does not work."""

Sleep = Callable[[float], Awaitable[None]]

Hear = Callable[[bytes, bool], None]
"""Is told bytes and whether the device sent them; no bytes: the pipe has ended. It must not raise."""


class OpenLink(Link, Protocol):
    """A link in the hands of its owner, who closes it."""

    def listen(self, on_noise: Callable[[int], None]) -> None:
        """Have `on_noise(bytes)` called when so much has come that nobody has understood; not again before something
        was understood."""
        ...

    def understood(self) -> None:
        """What has come until now made sense."""
        ...

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

    def listen(self, on_noise: Callable[[int], None]) -> None:
        """Nothing ever comes."""

    def understood(self) -> None:
        """Nothing ever comes."""

    async def close(self) -> None:
        self._closed.set()


class BusLink:
    """One user's end of a bus."""

    def __init__(self, bus: "Bus") -> None:
        self._bus = bus
        self._buffer = bytearray()
        self._came = asyncio.Event()
        self._detail: str | None = None
        self._on_noise: Callable[[int], None] | None = None
        self._noisy = False

    @property
    def address(self) -> str:
        return self._bus.url

    def listen(self, on_noise: Callable[[int], None]) -> None:
        self._on_noise = on_noise

    def understood(self) -> None:
        self._bus.noise = 0
        self._noisy = False

    def noisy(self, size: int) -> None:
        if self._on_noise is not None and not self._noisy:
            self._noisy = True
            self._on_noise(size)

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

    def feed(self, data: bytes, *, whole: bool) -> None:
        if whole:  # an answer that nobody has read is no part of the next one
            self._buffer.clear()
        # Only what waits already is lost: a reader that keeps up gets everything, however large the pieces come.
        del self._buffer[: max(0, len(self._buffer) + len(data) - READ_LIMIT)]
        self._buffer += data
        self._came.set()

    def end(self, detail: str) -> None:
        self._detail = self._detail or detail
        self._came.set()


class Bus:
    """One physical link and its users. Its life is one opening: once ended it is not used again."""

    def __init__(
        self, url: str, address: Address, sleep: Sleep, monotonic: Callable[[], float], hear: Hear = lambda *_: None
    ) -> None:
        self.url = url
        self._hear = hear
        self.ended: str | None = None
        self.noise = 0
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
        if self.ended is None:
            self.ended = "closed"
            self._hear(b"", True)
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
            self._hear(data, False)
            self._pipe.send(data)
            self._free_at = self._monotonic() + len(data) * self._address.byte_s + gap_s
            await self._pipe.drain()
            self._free_at = max(self._free_at, self._monotonic() + gap_s)
            if self.ended is not None:
                raise LinkLost(self.ended)

    @property
    def node(self) -> str:
        """The node of this machine that it has open; empty while it has none."""
        return "" if self._pipe is None or self.ended is not None else self._pipe.node

    def holds(self, node: str) -> bool:
        """It has the node open, or is opening it: at a start all links are opened at once."""
        return self.ended is None and (self.node or where(self._address)) == node

    def feed(self, data: bytes) -> None:
        self._hear(data, True)
        self.noise += len(data)
        noisy = self.noise > NOISE_LIMIT and self._address.scheme != "input"  # a key has always a meaning
        for user in list(self._users):
            user.feed(data, whole=self._address.scheme == "pcsc")
            if noisy:
                user.noisy(self.noise)

    def end(self, detail: str) -> None:
        """The pipe is dead: let go of it at once, so that it can be opened anew, and tell every user."""
        if self.ended is None:
            self.ended = detail
            self._hear(b"", True)
            for user in self._users:
                user.end(detail)
            if self._pipe is not None:
                self._pipe.drop()
            self.closed.set()

    async def _open(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                self._pipe = await open_pipe(self._address, self)
        except DeviceFault:
            self.ended = "cannot be opened"
            raise
        except (OSError, ValueError) as error:
            self.ended = "cannot be opened"
            raise _fault(self.url, self._address, error) from error


def _fault(url: str, address: Address, error: OSError | ValueError) -> DeviceFault:
    """What it means for people that a pipe cannot be opened; only what is plugged in here is locked or forbidden."""
    number = error.errno if isinstance(error, OSError) and address.scheme in LOCAL else None
    return DeviceFault(
        _REASONS.get(number or 0, "device.unreachable"), detail=f"{url}: {error or type(error).__name__}"
    )


class Links:
    """All links of a hall: gives out ends, one bus for each piece of wire."""

    def __init__(self, sleep: Sleep = asyncio.sleep, monotonic: Callable[[], float] = monotonic_s) -> None:
        self._sleep = sleep
        self._monotonic = monotonic
        self._buses: dict[str, Bus] = {}
        self._taps: dict[str, list[Hear]] = {}

    def tap(self, url: str, hear: Hear) -> Callable[[], None]:
        """Let `hear` have all bytes of the link, open or not, as they come and go, until what is returned is called."""
        place = parse(url).place
        self._taps.setdefault(place, []).append(hear)

        def untap() -> None:
            taps = self._taps.get(place, [])
            if hear in taps:
                taps.remove(hear)
            if not taps:
                self._taps.pop(place, None)

        return untap

    def _heard(self, place: str, data: bytes, from_device: bool) -> None:
        for hear in list(self._taps.get(place, ())):
            hear(data, from_device)

    async def open(self, url: str) -> OpenLink:
        """An open link; ConfigError if it is not a link, DeviceFault if it cannot be had: ``device.unreachable``,
        ``device.forbidden``, ``device.in_use`` (by another program), ``device.shared`` (by the hall, by another name),
        ``device.ambiguous``, ``device.wrong_identity`` (something of another kind is there)."""
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
            self._check_shared(address)
            hear = partial(self._heard, address.place)
            bus = self._buses[address.place] = Bus(url, address, self._sleep, self._monotonic, hear)
        return await bus.join()

    def gone(self, nodes: frozenset[str] | None) -> None:
        """These nodes were pulled (None: any that is not there any more): their pipes have ended."""
        for bus in list(self._buses.values()):
            if bus.node and (not Path(bus.node).exists() if nodes is None else bus.node in nodes):
                bus.end("unplugged")

    def _check_shared(self, address: Address) -> None:
        """One port under two names cannot be shared, and its own lock would accuse another program."""
        if address.scheme not in LOCAL or address.scheme == "usb":
            return
        node = where(address)
        for bus in self._buses.values():
            if node is not None and bus.holds(node):
                raise DeviceFault("device.shared", detail=f"{node} is open as {bus.url}")
