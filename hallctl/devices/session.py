"""One open device over time: its connection, and the one class that reconnects.

A `Session` lives for one connection and leaves nothing behind. A `Keeper` makes a new one whenever the old one has
ended, waits as `health` says, and is quiet about it: one line down, one line up. Jobs run only while a session is
open; whatever happens, their caller is told by the job's deadline.
"""

import asyncio
import random
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final

import structlog

from hallctl.clock import Clock
from hallctl.devices.contract import (
    CAPABILITIES,
    DeviceDriver,
    DeviceFault,
    DriverSpec,
    FaultsSeen,
    Link,
    LinkLost,
    Options,
    Signal,
)
from hallctl.devices.health import Health, Report
from hallctl.devices.job import Job, JobQueue, Work
from hallctl.devices.links import Links, Sleep
from hallctl.devices.pipe import NODES, parse, present
from hallctl.sentences import SENTENCES

OPEN_S: Final = 15.0
"""A device that has not proven its identity by then does not answer (an LED card tries two speeds, 2 s each)."""

CLOSE_S: Final = 3.0
"""A driver that has not let go by then is abandoned."""

QUEUE: Final = 8
"""Jobs that may wait for a device; the manager adds one for each of its units."""

LOOK_S: Final = 1.0
"""How often a waiting keeper looks whether its node (a serial port, a keyboard) has been plugged in."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every device of a hall is given; tests hand in their own."""

    links: Links
    clock: Clock
    on_signal: Callable[[str, Signal], None]
    on_state: Callable[[str, str, tuple[str, ...]], None]
    sleep: Sleep = asyncio.sleep
    jitter: Callable[[], float] = random.random
    open_s: float = OPEN_S
    queue: int = QUEUE


# ---------------------------------------------------------------- one connection


class Session:
    """One connection to a device, used once: opens the link, opens the driver, runs it and the jobs, closes both."""

    def __init__(self, spec: DriverSpec, options: Options, keeper: "Keeper") -> None:
        self._spec = spec
        self._options = options
        self._keeper = keeper

    async def live(self, url: str, around: Surroundings) -> None:
        """Returns never; raises what has ended it (LinkLost, DeviceFault, or the driver's defect)."""
        port = SessionPort(self._keeper, around)
        link = await around.links.open(url)
        try:
            driver = await self._open(link, port, around.open_s)
            try:
                self._keeper.opened()
                await self._run(driver)
            finally:
                await _close(driver)
        finally:
            port.close()
            await link.close()

    async def _open(self, link: Link, port: "SessionPort", seconds: float) -> DeviceDriver:
        try:
            async with asyncio.timeout(seconds) as limit:
                driver = await self._spec.open(link, self._options, port)
        except TimeoutError:
            if limit.expired():
                raise DeviceFault("device.silent", detail=f"no identity within {seconds} s") from None
            raise
        missing = [name for name in self._spec.capabilities if not isinstance(driver, CAPABILITIES[name])]
        if missing:
            await _close(driver)
            raise DeviceFault("device.failed", transient=False, detail=f"the driver lacks {', '.join(missing)}")
        return driver

    async def _run(self, driver: DeviceDriver) -> None:
        tasks = [asyncio.ensure_future(driver.run())]
        tasks += [asyncio.ensure_future(self._work(driver)) for _ in range(self._spec.in_flight)]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            ended = [task.exception() for task in tasks if task.done() and not task.cancelled()]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        raise next((error for error in ended if error is not None), LinkLost("the driver has ended"))

    async def _work(self, driver: DeviceDriver) -> None:
        while True:
            job = await self._keeper.take()
            await job.perform(driver)


async def _close(driver: DeviceDriver) -> None:
    """Let the driver go; that the link is gone already does not matter to it."""
    with suppress(DeviceFault):
        async with asyncio.timeout(CLOSE_S):
            await driver.close()


class SessionPort:
    """A driver's way to the hall, for the life of its session."""

    def __init__(self, keeper: "Keeper", around: Surroundings) -> None:
        self._keeper: Keeper | None = keeper
        self._around = around
        self._loop = asyncio.get_running_loop()

    def emit(self, signal: Signal) -> None:
        """Faults go to the device's health, all else to the hall, at the loop's next turn."""
        if self._keeper is None:
            return
        if isinstance(signal, FaultsSeen):
            self._keeper.faults(signal.faults)
            return
        self._keeper.heard()
        self._loop.call_soon(self._around.on_signal, self._keeper.name, signal)

    def heard(self) -> None:
        if self._keeper is not None:
            self._keeper.heard()

    async def sleep(self, seconds: float) -> None:
        await self._around.sleep(seconds)

    def now(self) -> int:
        return self._around.clock.now()

    def close(self) -> None:
        """What a driver tells after its session has ended is not heard."""
        self._keeper = None


# ---------------------------------------------------------------- all connections


class Keeper:
    """Keeps one device connected, runs its jobs, and knows its health."""

    def __init__(self, name: str, spec: DriverSpec, options: Options, url: str, around: Surroundings) -> None:
        self.name = name
        self.spec = spec
        self.options = options
        self.health = Health()
        self._url = url
        self._address = parse(url)
        self._around = around
        self._jobs = JobQueue(around.queue)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._later: asyncio.Task[None] | None = None
        self._tell_at = 0
        self._detail = ""
        self._defect: dict[str, str] = {}
        self._stopping = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep(), name=f"device {self.name}")

    async def stop(self) -> None:
        """End the session; every caller is told. Leaves no task, unless a driver refuses to be cancelled."""
        self._stopping = True
        tasks = {task for task in (self._task, self._later) if task is not None}
        for task in tasks:
            task.cancel()
        self._jobs.fail_all(lambda: LinkLost("stopping"))
        if tasks:
            await asyncio.wait(tasks)

    def retry_now(self) -> None:
        """Do not wait any longer: somebody has mended it. Nothing happens to an open session."""
        if not self.health.up:
            self.health.hurry()
            self._wake.set()

    async def run(self, work: Work, until: int) -> Any:
        """The result of ``work(driver)``; DeviceFault when it fails, is crowded out, or cannot be done by `until`."""
        job = Job(work, until)
        left_ms = until - self._around.clock.now()
        if self._stopping:
            raise LinkLost("stopping")
        if left_ms <= 0:
            raise self._overdue(job)
        self._jobs.put(job)
        try:
            async with asyncio.timeout(left_ms / 1000):
                return await job.answer
        except TimeoutError:
            raise self._overdue(job) from None
        finally:
            self._jobs.discard(job)

    def _overdue(self, job: Job) -> DeviceFault:
        if not self.health.up:
            return DeviceFault(self.health.cause or "device.unreachable", detail="not connected in time")
        return DeviceFault("device.silent" if job.started else "device.busy", detail="not done in time")

    # ------------------------------------------------------------ told by the session

    async def take(self) -> Job:
        return await self._jobs.take(self._around.clock.now)

    def opened(self) -> None:
        self._wake.clear()
        self.health.opened(self._around.clock.now())
        self._tell()

    def heard(self) -> None:
        self.health.heard()
        self._tell()

    def faults(self, codes: tuple[str, ...] | None) -> None:
        self.health.faults(codes if codes is None else tuple(_known(code) for code in codes))
        self._tell()

    # ------------------------------------------------------------ the loop

    async def _keep(self) -> None:
        while not self._stopping:
            there = present(self._address)
            self.health.connecting()
            self._tell()
            try:
                await Session(self.spec, self.options, self).live(self._url, self._around)
            except DeviceFault as fault:
                self._ended(fault)
            except Exception as error:  # noqa: BLE001 - the edge: a driver's defect must not end the keeper
                self._broke(error)
            await self._pause(self.health.wait_s(self._around.jitter()), there)

    def _broke(self, error: Exception) -> None:
        """The driver has a defect; the same one is logged once until the device has been up."""
        where = _where(error)
        if where != self._defect:
            self._defect = where
            log.error("device.failed", device=self.name, driver=self.spec.name, **where)
        self._ended(DeviceFault("device.failed", detail=type(error).__name__))

    def _ended(self, fault: DeviceFault) -> None:
        now = self._around.clock.now()
        self._detail = fault.detail
        if isinstance(fault, LinkLost) and self.health.up:
            self.health.lost(now)
        else:
            self.health.failed(now, _known(fault.code), permanent=not fault.transient)
        self._tell()

    async def _pause(self, left_s: float, there: bool) -> None:
        """Wait, until told to hurry or until a serial port that was not `there` is."""
        while left_s > 0 and not self._wake.is_set() and not self._stopping:
            was_there, there = there, present(self._address)
            if there and not was_there:
                self.health.hurry()
                break
            step_s = min(left_s, LOOK_S) if self._address.scheme in NODES else left_s
            await self._nap(step_s)
            left_s -= step_s
        self._wake.clear()

    async def _nap(self, seconds: float) -> None:
        naps = [asyncio.ensure_future(self._around.sleep(seconds)), asyncio.ensure_future(self._wake.wait())]
        try:
            await asyncio.wait(naps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for nap in naps:
                nap.cancel()
            await asyncio.gather(*naps, return_exceptions=True)

    def _tell(self, planned: int = 0) -> None:
        """Tell a change now, or at the moment (ms) at which `health` lets it be told; `planned` has come."""
        now = self._around.clock.now()
        due_ms = self.health.due_ms(now)
        if due_ms is None or self._stopping:
            return
        at = now + due_ms
        if due_ms == 0 or at <= planned:
            self._drop_later()
            self._say(self.health.tell(now))
        elif self._later is None or at < self._tell_at:
            self._drop_later()
            self._tell_at = at
            self._later = asyncio.create_task(self._tell_later(due_ms), name=f"device {self.name} state")

    async def _tell_later(self, ms: int) -> None:
        await self._around.sleep(ms / 1000)
        self._later = None
        self._tell(planned=self._tell_at)

    def _drop_later(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None

    def _say(self, report: Report) -> None:
        if report.line == "up":
            self._defect = {}
            log.info("device.up", device=self.name, driver=self.spec.name, state=report.state.value)
        elif report.line == "down":
            fault = report.faults[0]
            log.warning("device.down", device=self.name, driver=self.spec.name, fault=fault, detail=self._detail)
        loop = asyncio.get_running_loop()
        loop.call_soon(self._around.on_state, self.name, report.state.value, report.faults)


def _known(code: str) -> str:
    """The code if there is a sentence for it; else that the driver is at fault."""
    return code if code in SENTENCES else "device.failed"


def _where(error: BaseException) -> dict[str, str]:
    """Kind and place of a defect. Not its message, nor any value: it may hold what was read from a card."""
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    places = [f"{PurePath(code.co_filename).name}:{line} {code.co_name}" for code, line in frames[-5:]]
    return {"error": type(error).__name__, "at": " > ".join(places)}
