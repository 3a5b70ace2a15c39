"""What the drivers of a multi-drop line share: reading with an end of silence, one key per press, calm displays."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, Generic, Protocol, TypeVar

from hallctl.devices.contract import DeviceFault, Link, Port

T = TypeVar("T")
M = TypeVar("M")

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


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Run all until the first ends; the others are stopped then. Raises what that one raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await stop(*tasks)


class Framed(Protocol[M]):
    """A codec that takes bytes as they come; `pending` are those of a frame that was begun."""

    @property
    def pending(self) -> int: ...

    def feed(self, data: bytes) -> list[M]: ...

    def flush(self) -> list[M]: ...


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

    async def messages(self, codec: Framed[M]) -> list[M]:
        """What the next bytes complete; where a frame was begun and the line has fallen silent, what is left of it."""
        data = await self.read_or_silence(partial=codec.pending > 0)
        return codec.feed(data) if data else codec.flush()

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


async def inquire(
    link: Link,
    sleep: Callable[[float], Awaitable[None]],
    request: bytes,
    codec: Framed[M],
    answers: Callable[[M], bool],
    within_s: float,
) -> M | None:
    """Ask once over a link that has no driver; the first message for which `answers` holds, None if none has come.

    Raises LinkLost."""
    found: list[M] = []

    async def listen() -> None:
        while not found:
            found.extend(message for message in codec.feed(await link.read()) if answers(message))

    await link.write(request)
    await together(listen(), _rest(sleep, within_s))
    return found[0] if found else None


async def _rest(sleep: Callable[[float], Awaitable[None]], seconds: float) -> None:
    await sleep(seconds)


class Digits:
    """What was typed before a key, on pads that send every digit by itself; forgotten after a while."""

    def __init__(self, port: Port, forget_s: float, most: int = 8) -> None:
        """`forget_s`: seconds without a digit; only the last `most` digits are kept."""
        self._port = port
        self._forget_s = forget_s
        self._most = most
        self._typed = ""
        self._timer: asyncio.Task[None] | None = None

    async def type(self, digit: str) -> None:
        self._typed = ((await self.take()) + digit)[-self._most :]
        self._timer = asyncio.create_task(self._port.sleep(self._forget_s))

    async def take(self) -> str:
        """What was typed; it is forgotten then."""
        timer, self._timer = self._timer, None
        typed, self._typed = self._typed, ""
        if timer is None:
            return ""
        lapsed = timer.done()
        await stop(timer)
        return "" if lapsed else typed


class Exchange(Generic[T]):
    """Questions on a line on which only one is asked at a time; an answer that nobody waits for is dropped."""

    def __init__(self, link: Link, port: Port) -> None:
        self._link = link
        self._port = port
        self._turn = asyncio.Lock()
        self._waiting: tuple[Callable[[T], bool], asyncio.Future[T]] | None = None

    async def ask(self, frame: bytes, answers: Callable[[T], bool], *, within_s: float, tries: int = 1) -> T | None:
        """Write the frame, up to `tries` times, until a message for which `answers` holds has come; None if none has.

        Raises LinkLost.
        """
        async with self._turn:
            for _ in range(tries):
                answer = await self._ask_once(frame, answers, within_s)
                if answer is not None:
                    return answer
        return None

    def take(self, message: T) -> None:
        """A message has come: the answer, if it is one."""
        if self._waiting is not None:
            answers, answer = self._waiting
            if not answer.done() and answers(message):
                answer.set_result(message)

    async def _ask_once(self, frame: bytes, answers: Callable[[T], bool], within_s: float) -> T | None:
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting = (answers, answer)
        timer = asyncio.create_task(self._port.sleep(within_s))
        try:
            await self._link.write(frame)
            either: set[asyncio.Future[Any]] = {answer, timer}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting = None
            await stop(timer)
        return answer.result() if answer.done() else None


class Pacer(Generic[T]):
    """Keeps each unit's display at its latest value without flooding the line.

    A value is written at once if the unit was not written to for `gap_s` seconds or if it is urgent; otherwise when
    that time is over, and only the latest one. Values that are put while a slow line still writes do not queue up:
    whoever waited for his turn finds that the latest was written meanwhile. `refresh` writes every value again now and
    then, because a display that lost its power comes back empty and says nothing.
    """

    def __init__(self, port: Port, write: Callable[[T], Awaitable[None]], gap_s: float = 1.0) -> None:
        """`write` shows a value and tells its own faults; of writes that nobody waits for they go no further."""
        self._port = port
        self._write = write
        self._gap_s = gap_s
        self._latest: dict[int, T] = {}
        self._shown: dict[int, T] = {}
        self._wished: dict[int, int] = {}
        self._met: dict[int, int] = {}
        self._due: set[int] = set()
        self._turns: dict[int, asyncio.Lock] = {}
        self._cooling: dict[int, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def latest(self, unit: int) -> T | None:
        """What was last to be shown at `unit`."""
        return self._latest.get(unit)

    async def show(self, unit: int, value: T, *, urgent: bool = False) -> None:
        """Returns when the value or a newer one is written, or when it is kept for later."""
        self._latest[unit] = value
        self._wish(unit)
        if not urgent and unit in self._cooling:
            self._due.add(unit)
        else:
            await self._put(unit)

    def again(self, unit: int) -> None:
        """Something else was put on the unit's display: write its value again when the time is over."""
        if unit in self._latest:
            self._shown.pop(unit, None)
            self._wish(unit)
            self._due.add(unit)
            self._cool(unit)

    async def refresh(self, every_s: float) -> None:
        """For ever: write all values again every so many seconds."""
        while True:
            await self._port.sleep(every_s)
            for unit in tuple(self._latest):
                self._wish(unit)
                await self._put_quietly(unit)

    async def close(self) -> None:
        self._cooling.clear()
        await stop(*self._tasks)

    def _wish(self, unit: int) -> None:
        self._wished[unit] = self._wished.get(unit, 0) + 1

    async def _put(self, unit: int) -> None:
        """Write the latest value, unless somebody did while this waited for its turn."""
        self._due.discard(unit)
        self._cool(unit)
        wish = self._wished[unit]
        async with self._turns.setdefault(unit, asyncio.Lock()):
            if self._met.get(unit, 0) >= wish:
                return
            wish, value = self._wished[unit], self._latest[unit]
            await self._write(value)
            self._met[unit], self._shown[unit] = wish, value

    async def _put_quietly(self, unit: int) -> None:
        with suppress(DeviceFault):
            await self._put(unit)

    def _cool(self, unit: int) -> None:
        older = self._cooling.pop(unit, None)
        if older is not None:
            older.cancel()
        task = asyncio.create_task(self._after_gap(unit))
        self._cooling[unit] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _after_gap(self, unit: int) -> None:
        await self._port.sleep(self._gap_s)
        del self._cooling[unit]
        if unit in self._due:
            self._due.discard(unit)
            if self._shown.get(unit) != self._latest[unit]:
                await self._put_quietly(unit)
