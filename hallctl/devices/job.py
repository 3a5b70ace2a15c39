"""What a device is asked to do: jobs, and the bounded queue in which they wait for it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from hallctl.devices.contract import DeviceDriver, DeviceFault, LinkLost

Work = Callable[[Any], Awaitable[Any]]
"""What to do with the open driver."""


class Job:
    """One thing to do with a device until `until` (ms); `answer` gets the result or a DeviceFault."""

    def __init__(self, work: Work, until: int) -> None:
        self.until = until
        self.started = False
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._work = work

    def fail(self, fault: DeviceFault) -> None:
        if not self.answer.done():
            self.answer.set_exception(fault)

    async def perform(self, driver: DeviceDriver) -> None:
        """Do it unless the caller gives up first. A fault goes to the caller; LinkLost and defects are raised too."""
        self.started = True
        task = asyncio.create_task(self._do(driver))
        try:
            await asyncio.wait({task, self.answer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
            fault = None if task.cancelled() else task.exception()
            if fault is None and not task.cancelled() and not self.answer.done():
                self.answer.set_result(task.result())
            self.fail(fault if isinstance(fault, DeviceFault) else _no_answer(fault))
        if fault is not None and (isinstance(fault, LinkLost) or not isinstance(fault, DeviceFault)):
            raise fault

    async def _do(self, driver: DeviceDriver) -> Any:
        return await self._work(driver)


def _no_answer(fault: BaseException | None) -> DeviceFault:
    """What the caller is told: the driver broke, or the session ended under the job."""
    return LinkLost("the session ended") if fault is None else DeviceFault("device.failed")


class JobQueue:
    """The jobs that wait for one device; the oldest gives way."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._jobs: deque[Job] = deque()
        self._came = asyncio.Event()

    def __len__(self) -> int:
        return len(self._jobs)

    def put(self, job: Job) -> None:
        if len(self._jobs) >= self._limit:
            self._jobs.popleft().fail(DeviceFault("device.busy"))
        self._jobs.append(job)
        self._came.set()

    async def take(self, now: Callable[[], int]) -> Job:
        """The oldest job that is still worth doing, once there is one."""
        while True:
            while self._jobs:
                job = self._jobs.popleft()
                if not job.answer.done() and now() < job.until:
                    return job
                job.fail(DeviceFault("device.busy"))
            self._came.clear()
            await self._came.wait()

    def discard(self, job: Job) -> None:
        """The caller has given up."""
        with suppress(ValueError):
            self._jobs.remove(job)

    def fail_all(self, fault: Callable[[], DeviceFault]) -> None:
        while self._jobs:
            self._jobs.popleft().fail(fault())
