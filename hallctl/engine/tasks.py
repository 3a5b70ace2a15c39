"""Work that goes on by itself: every task is known until it ends, its defects are logged, a stop waits for it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import structlog

from hallctl.errors import StoreError

log = structlog.get_logger()

STOP_S: Final = 2.0
"""What is under way at a stop has this long to end; then it is cancelled."""


async def looked(look: Callable[[], Awaitable[object]], failed: str) -> None:
    """One look of what looks for ever: an edge. `failed` stands in the log where the store refused it; neither that nor
    a defect ends the looking."""
    try:
        await look()
    except StoreError as error:
        log.error(failed, code=error.code)
    except Exception:
        log.exception("timer.failed")


class Tasks:
    """The tasks of one room. `name` stands in the log when one of them breaks."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._running: set[asyncio.Task[object]] = set()

    def start(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        """Begin `work`; nobody has to wait for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def stop(self) -> None:
        """Wait briefly for what is under way, and cancel the rest."""
        if not self._running:
            return
        _done, late = await asyncio.wait(self._running, timeout=STOP_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("task.crashed", room=self._name, exc_info=task.exception())
