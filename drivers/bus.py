"""What the drivers of a multi-drop line share: reading with an end of silence, one key per press, calm displays."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

from hallctl.devices.contract import DeviceFault, Link, Port

T = TypeVar("T")

SILENCE_S: Final = 0.1
"""A frame that has begun ends within this at 9600 baud (90 bytes); after it the rest will not come."""

REPEAT_S: Final = 0.3
"""The same frame so soon after our answer is the sender's retransmission, not a second press."""

MOST_ANSWERS: Final = 3
"""Answers to one frame and its retransmissions. Without a limit, an adapter that echoes our own bytes back would be
answered for ever, because the answer to a call pad is the pad's own frame."""


async def stop(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel tasks and wait until they have ended; their outcome is of no interest any more."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()


class LineReader:
    """Reads a link without ever cancelling a read (bytes could be lost), and tells when a line falls silent."""

    def __init__(self, link: Link, port: Port) -> None:
        self._link = link
        self._port = port
        self._reading: asyncio.Task[bytes] | None = None

    async def read(self, *, until: "asyncio.Task[Any] | None" = None) -> bytes:
        """The next bytes; empty when `until` ended before any came. Raises LinkLost."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._link.read())
        waiting: set[asyncio.Task[Any]] = {self._reading} if until is None else {self._reading, until}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not self._reading.done():
            return b""
        done, self._reading = self._reading, None
        return done.result()

    async def read_or_silence(self, *, partial: bool) -> bytes:
        """The next bytes; after the beginning of a frame (`partial`), empty when the line has fallen silent."""
        if not partial:
            return await self.read()
        timer = asyncio.create_task(self._port.sleep(SILENCE_S))
        try:
            return await self.read(until=timer)
        finally:
            await stop(timer)

    async def drain(self) -> None:
        """Throw away what has arrived already."""
        while True:
            if self._reading is None:
                self._reading = asyncio.create_task(self._link.read())
            await asyncio.sleep(0)
            if not self._reading.done():
                return
            done, self._reading = self._reading, None
            done.result()

    async def close(self) -> None:
        if self._reading is not None:
            await stop(self._reading)
            self._reading = None


class Repeats:
    """Tells a retransmitted frame from a new press, unit by unit."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._last: dict[int, tuple[bytes, int, asyncio.Task[None]]] = {}

    async def count(self, unit: int, frame: bytes) -> int:
        """0 for a new frame, n for its n-th retransmission; each starts the time anew."""
        last = self._last.pop(unit, None)
        times = 0
        if last is not None:
            if last[0] == frame and not last[2].done():
                times = last[1] + 1
            await stop(last[2])
        self._last[unit] = (frame, times, asyncio.create_task(self._port.sleep(REPEAT_S)))
        return times

    async def close(self) -> None:
        await stop(*(timer for _, _, timer in self._last.values()))
        self._last.clear()


class Pacer(Generic[T]):
    """Keeps each unit's display at its latest value without flooding the line.

    A value is written at once if the unit was not written to for `gap_s` seconds or if it is urgent; otherwise when
    that time is over, and only the latest one. `refresh` writes every value again now and then, because a display that
    lost its power comes back empty and says nothing.
    """

    def __init__(self, port: Port, write: Callable[[T], Awaitable[None]], gap_s: float = 1.0) -> None:
        """`write` shows a value and tells its own faults; of writes that nobody waits for they go no further."""
        self._port = port
        self._write = write
        self._gap_s = gap_s
        self._latest: dict[int, T] = {}
        self._shown: dict[int, T] = {}
        self._due: set[int] = set()
        self._turns: dict[int, asyncio.Lock] = {}
        self._cooling: dict[int, asyncio.Task[None]] = {}

    def latest(self, unit: int) -> T | None:
        """What was last to be shown at `unit`."""
        return self._latest.get(unit)

    async def show(self, unit: int, value: T, *, urgent: bool = False) -> None:
        """Returns when the value is written, or when it is kept for later."""
        self._latest[unit] = value
        if not urgent and unit in self._cooling:
            self._due.add(unit)
        else:
            await self._put(unit)

    def again(self, unit: int) -> None:
        """Something else was put on the unit's display: write its value again when the time is over."""
        if unit in self._latest:
            self._shown.pop(unit, None)
            self._due.add(unit)
            self._cool(unit)

    async def refresh(self, every_s: float) -> None:
        """For ever: write all values again every so many seconds."""
        while True:
            await self._port.sleep(every_s)
            for unit in tuple(self._latest):
                await self._put_quietly(unit)

    async def close(self) -> None:
        tasks, self._cooling = tuple(self._cooling.values()), {}
        await stop(*tasks)

    async def _put(self, unit: int) -> None:
        self._due.discard(unit)
        self._cool(unit)
        async with self._turns.setdefault(unit, asyncio.Lock()):
            value = self._latest[unit]
            await self._write(value)
            self._shown[unit] = value

    async def _put_quietly(self, unit: int) -> None:
        with suppress(DeviceFault):
            await self._put(unit)

    def _cool(self, unit: int) -> None:
        older = self._cooling.pop(unit, None)
        if older is not None:
            older.cancel()
        self._cooling[unit] = asyncio.create_task(self._after_gap(unit))

    async def _after_gap(self, unit: int) -> None:
        await self._port.sleep(self._gap_s)
        del self._cooling[unit]
        if unit in self._due and self._shown.get(unit) != self._latest[unit]:
            await self._put_quietly(unit)
        self._due.discard(unit)
