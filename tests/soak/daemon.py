"""The daemon under test, the shipped program: ``python -m tests.soak.daemon CONFIG DATA TASKS [CLOCK]``.

Two things differ from ``hallctl run``: the number of asyncio's tasks is written to the file TASKS every second, so that
one that is left behind is seen; and with CLOCK the wall clock is that file (`tests.soak.clock`), so that a day takes
minutes. Waiting (for devices, between looks at the clock) stays real, but for the looks at the clock, which come
oftener.
"""

import asyncio
import contextlib
import functools
import runpy
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from hallctl import bootstrap
from hallctl.engine import timers
from tests.soak.clock import SharedClock

LOOK_S: Final = 0.1
"""Real seconds between two looks at a fast clock; 30 s at the rate 300."""

COUNT_S: Final = 1.0


async def _count(path: Path) -> None:
    """Tell how many tasks and Python threads there are."""
    while True:
        with contextlib.suppress(OSError):
            path.write_text(f"{len(asyncio.all_tasks())} {threading.active_count()}\n")
        await asyncio.sleep(COUNT_S)


def _counted(serve: Callable[..., Awaitable[None]], path: Path) -> Callable[..., Awaitable[None]]:
    @functools.wraps(serve)
    async def serving(*arguments: Any, **named: Any) -> None:
        counting = asyncio.create_task(_count(path))
        try:
            await serve(*arguments, **named)
        finally:
            counting.cancel()

    return serving


def main(config: str, data: str, tasks: str, clock: str | None = None) -> None:
    """Run the hall until SIGTERM."""
    names = vars(bootstrap)
    names["serve"] = _counted(bootstrap.serve, Path(tasks))
    if clock is not None:
        shared = SharedClock(Path(clock))
        names["SystemClock"] = lambda: shared
        names["Timers"] = functools.partial(timers.Timers, elapsed=shared.elapsed_s)
        vars(timers)["LOOK_S"] = LOOK_S
    sys.argv = ["hallctl", "run", "--config", config, "--data", data]
    runpy.run_module("hallctl", run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
