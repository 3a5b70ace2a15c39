"""The only reader of clocks.

A moment is an ``int``: milliseconds since 1970-01-01T00:00:00Z. Everything else receives it as ``now``,
so that tests, the simulator and a replay can hand in their own.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the moment; steps of the system's clock show in it."""

    def now(self) -> int:
        """Milliseconds since the epoch, UTC."""
        ...


class SystemClock:
    """The machine's own wall clock."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000


def monotonic_s() -> float:
    """Seconds of a clock that never steps; for durations, never for `at`."""
    return time.monotonic()


def elapsed_s() -> float:
    """As `monotonic_s`, but a machine's sleep counts: how far the wall clock should have come meanwhile."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
