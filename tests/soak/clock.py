"""One clock for all processes of a soak: a file with where the hall's time stands and how fast it runs.

The daemon of the simulated days reads it instead of the machine's wall clock; the people and the devices always live
by it. Real time is CLOCK_MONOTONIC, which is the same in all processes of a machine. Whoever set the clock may set it
anew at any time; readers see the old or the new setting, never a mixture.
"""

import asyncio
import mmap
import struct
import time
from pathlib import Path
from typing import Final

_SETTING: Final = struct.Struct("=qqqdq")
"""Number of the setting, moment (ms), the real moment it was set at (monotonic ns), rate, the number again."""

NAP_S: Final = 2.0
"""Longest real sleep: a rate that has changed meanwhile is noticed."""


class SharedClock:
    """Reads the file; has the shape of `hallctl.clock.Clock`."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), _SETTING.size)

    @property
    def _setting(self) -> tuple[int, int, float]:
        while True:
            before, at, real, rate, after = _SETTING.unpack_from(self._page)
            if before == after:
                return at, real, rate

    @property
    def rate(self) -> float:
        """Hall seconds in a real one."""
        return self._setting[2]

    def now(self) -> int:
        """The hall's moment, ms since 1970 UTC."""
        at, real, rate = self._setting
        return at + int((time.monotonic_ns() - real) / 1e6 * rate)

    def elapsed_s(self) -> float:
        """Seconds that have passed in the hall, as its daemon believes them: the clock never steps for it."""
        return self.now() / 1000

    def set(self, at: int, rate: float) -> None:
        """It is `at` now and goes on `rate` times as fast as real time. For one process only."""
        number = _SETTING.unpack_from(self._page)[0] + 1
        struct.pack_into("=q", self._page, 0, number)
        struct.pack_into("=qqdq", self._page, 8, at, time.monotonic_ns(), rate, number)

    def speed(self, rate: float) -> None:
        """Go on from now at another rate."""
        self.set(self.now(), rate)

    async def until(self, moment: int) -> None:
        """Sleep until the hall's clock shows the moment (ms)."""
        while (left_ms := moment - self.now()) > 0:  # noqa: ASYNC110 - a clock in a file has no event
            await asyncio.sleep(min(NAP_S, max(0.001, left_ms / 1000 / self.rate)))

    async def pause(self, seconds: float) -> None:
        """Sleep for so many of the hall's seconds."""
        await self.until(self.now() + int(seconds * 1000))


def make_clock(path: Path, at: int, rate: float) -> SharedClock:
    """A new clock file, set."""
    path.write_bytes(bytes(_SETTING.size))
    clock = SharedClock(path)
    clock.set(at, rate)
    return clock
