"""A loop whose clock leaps: where everybody waits for a time, it is that time.

Bytes, files and threads are real; only waiting is not. The clock stands while anything is being done in the loop, while
it is held (somebody waits for an answer that no timer may bring), and goes at the pace of real time while somebody
outside of the loop is at work: a program, a thread, the disk.
"""

import asyncio
import math
import selectors
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, Final, TypeVar

T = TypeVar("T")

SETTLE_S: Final = 0.001
"""Real time in which bytes that were just written come through a pty or a socket; epoll counts in milliseconds."""

LONGEST_S: Final = 0.1
"""Real time of the longest leap."""

PACE: Final = 0.001
"""Real seconds that a second of the clock takes at least: who must answer within one has so long."""

GRID_S: Final = 0.2
"""A day's moments are multiples of this."""

NAP_S: Final = 0.05
"""Longest real sleep while somebody outside is at work."""

PATIENCE_S: Final = 20.0
"""Real time that the clock is held at most: who is still not answered waits for a timer."""

MORNING: Final = 1_795_392_000_000
"""When a loop's clock begins unless told otherwise: 23 November 2026, 08:00 in China."""


class _Selector(selectors.DefaultSelector):
    """Asks the loop what is to be done when nothing comes within `SETTLE_S`."""

    loop: "LeapingLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        return self.loop.idle(timeout, super().select)


class LeapingLoop(asyncio.SelectorEventLoop):
    """The loop. `delayed` counts the holds that were broken off because nothing but a timer could end them."""

    def __init__(self, pace: float = PACE, grid_s: float = 0.0) -> None:
        """`grid_s`: moments are rounded up to a multiple of it, so that fewer leaps reach them all."""
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)
        self._pace = pace
        self._grid_s = grid_s
        self.delayed = 0
        self.leaps = 0
        self.outside: list[Callable[[], bool]] = []
        """Each tells whether somebody outside of the loop is at work."""
        self._now = 0.0
        self._holds = 0
        self._busy = 0

    def time(self) -> float:
        return self._now

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        if self._grid_s and when > self._now:
            when = math.ceil(when / self._grid_s) * self._grid_s
        return super().call_at(when, callback, *args, context=context)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let the clock stand until the block ends."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1

    def idle(self, timeout: float, select: Callable[[float], Any]) -> list[tuple[selectors.SelectorKey, int]]:
        """Nothing is to be done before `timeout`: what comes meanwhile, or nothing and the clock has moved."""
        begun = time.monotonic()
        events: list[tuple[selectors.SelectorKey, int]] = select(
            min(timeout, max(SETTLE_S, min(LONGEST_S, timeout * self._pace)))
        )
        while not events and self._holds:
            if time.monotonic() - begun > PATIENCE_S:
                self.delayed += self._holds
                break
            events = select(NAP_S)
        if events or self._holds == 0:
            if not events and self._is_busy():
                events = select(min(timeout, NAP_S))
                self._now += min(timeout, time.monotonic() - begun)
                return events
            if events:
                return events
        self._now += timeout
        self.leaps += 1
        return []

    def _is_busy(self) -> bool:
        return self._busy > 0 or any(look() for look in self.outside)

    # ------------------------------------------------------------ who works outside

    def run_in_executor(self, executor: Executor | None, func: Callable[..., Any], *args: Any) -> Any:
        future = super().run_in_executor(executor, func, *args)
        self._begin(future.add_done_callback)
        return future

    async def subprocess_exec(self, *args: Any, **more: Any) -> Any:
        transport, protocol = await super().subprocess_exec(*args, **more)
        ending = self.create_task(transport._wait())  # nothing else tells its end
        self._begin(ending.add_done_callback)
        return transport, protocol

    def _begin(self, when_done: Callable[[Callable[[Any], None]], Any]) -> None:
        self._busy += 1

        def done(_ended: Any) -> None:
            self._busy -= 1

        when_done(done)


class LoopClock:
    """The hall's clock: that of the loop, from `begins` (ms)."""

    def __init__(self, loop: LeapingLoop, begins: int = MORNING) -> None:
        self._loop = loop
        self._begins = begins

    def now(self) -> int:
        return self._begins + round(self._loop.time() * 1000)


def leaping() -> LeapingLoop:
    """The loop in which this runs."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, LeapingLoop)
    return loop


async def until(fact: Callable[[], object], what: str, seconds: float = 120, step_s: float = 0.05) -> float:
    """Let the hall's time pass until the fact is one; how many of its seconds that took."""
    loop = leaping()
    begun = loop.time()
    while not fact():
        if loop.time() - begun > seconds:
            raise AssertionError(f"not within {seconds:g} s of the hall's clock: {what}")
        await asyncio.sleep(step_s)
    return loop.time() - begun


def run(main: Coroutine[Any, Any, T], pace: float = PACE, grid_s: float = 0.0) -> T:
    """Run it in a loop that leaps."""
    with asyncio.Runner(loop_factory=lambda: LeapingLoop(pace, grid_s)) as runner:
        return runner.run(main)


def middle(times: Sequence[float], share: float) -> float:
    """The value below which such a share of the values lies; 0 where there are none."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
