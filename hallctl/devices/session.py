"""One open device over time: its connection, and the one class that reconnects.

A `Session` lives for one connection and leaves nothing behind. A `Keeper` makes a new one whenever the old one has
ended, waits as `health` says, and is quiet about it: one line down, one line up. Jobs run only while a session is
open; whatever happens, their caller is told by the job's deadline.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from hallctl.clock import Clock
from hallctl.devices.address import LOCAL, Address, parse
from hallctl.devices.contract import (
    CAPABILITIES,
    DeviceDriver,
    DeviceFault,
    DriverSpec,
    FaultsSeen,
    IdentitySeen,
    Link,
    LinkLost,
    Options,
    Signal,
)
from hallctl.devices.health import Health
from hallctl.devices.job import Job, JobQueue, Work
from hallctl.devices.links import Links, OpenLink, Sleep
from hallctl.devices.node import where
from hallctl.devices.teller import OnState, Teller
from hallctl.sentences import SENTENCES

OPEN_S: Final = 15.0
"""A device that has not proven its identity by then does not answer (an LED card tries two speeds, 2 s each)."""

CLOSE_S: Final = 3.0
"""A driver that has not let go by then is abandoned."""

QUEUE: Final = 8
"""Jobs that may wait for a device; the manager adds one for each of its units."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every device of a hall is given; tests hand in their own."""

    links: Links
    clock: Clock
    on_signal: Callable[[str, Signal], None]
    on_state: OnState
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
        port.listen(link)
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
        self._link: OpenLink | None = None
        self._loop = asyncio.get_running_loop()

    def listen(self, link: OpenLink) -> None:
        """What comes over this link the driver is to understand."""
        self._link = link
        link.listen(self._noisy)

    def _noisy(self, size: int) -> None:
        if self._keeper is not None:
            self._keeper.noisy(size)

    def emit(self, signal: Signal) -> None:
        """Faults go to the device's health, all else to the hall, at the loop's next turn."""
        if self._keeper is None:
            return
        if isinstance(signal, FaultsSeen):
            self._keeper.faults(signal.faults)
            if signal.faults is not None:
                self._understood()
            return
        self.heard()
        if isinstance(signal, IdentitySeen):
            self._keeper.identity = signal.text
            return
        self._loop.call_soon(self._around.on_signal, self._keeper.name, signal)

    def heard(self) -> None:
        if self._keeper is not None:
            self._keeper.heard()
            self._understood()

    def _understood(self) -> None:
        if self._link is not None:
            self._link.understood()

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
        self.identity = ""
        self._url = url
        self._address = parse(url)
        self._around = around
        self._jobs = JobQueue(around.queue)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._teller = Teller(name, spec.name, self.health, around.clock, around.sleep, around.on_state)

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep(), name=f"device {self.name}")

    async def stop(self) -> None:
        """End the session; every caller is told. Leaves no task, unless a driver refuses to be cancelled."""
        self._stopping = True
        self._jobs.fail_all(lambda: LinkLost("stopping"))
        await self._teller.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    @property
    def address(self) -> Address:
        """Where its link leads."""
        return self._address

    def plugged(self, nodes: frozenset[str] | None) -> None:
        """These nodes have come (None: any may have): is it ours?"""
        if not self.health.up and self._address.scheme in LOCAL:
            node = where(self._address)
            if node is not None and (nodes is None or not nodes.isdisjoint((node, self._address.place))):
                self.retry_now()

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
        self._teller.opened()
        self.health.opened(self._around.clock.now())
        self._teller.tell()

    def heard(self) -> None:
        self.health.heard(self._around.clock.now())
        self._teller.tell()

    def noisy(self, size: int) -> None:
        """So many bytes have come and the driver understood none: one line in the log for each connection."""
        self.health.noisy(self._around.clock.now(), f"{size} bytes that make no sense")
        self._teller.garbled(size)
        self._teller.tell()

    def faults(self, codes: tuple[str, ...] | None) -> None:
        known = codes if codes is None else tuple(_known(code) for code in codes)
        self.health.faults(known, self._around.clock.now())
        self._teller.tell()

    # ------------------------------------------------------------ the loop

    async def _keep(self) -> None:
        while not self._stopping:
            self.health.connecting()
            self._teller.tell()
            try:
                await Session(self.spec, self.options, self).live(self._url, self._around)
            except DeviceFault as fault:
                self._ended(fault)
            except Exception as error:  # noqa: BLE001 - the edge: a driver's defect must not end the keeper
                self._teller.defect(error)
                self._ended(DeviceFault("device.failed", detail=type(error).__name__))
            await self._pause(self.health.wait_s(self._around.jitter()))

    def _ended(self, fault: DeviceFault) -> None:
        now = self._around.clock.now()
        self._teller.detail = fault.detail
        if isinstance(fault, LinkLost) and self.health.up:
            self.health.lost(now, fault.detail)
        else:
            self.health.failed(now, _known(fault.code), permanent=not fault.transient, detail=fault.detail)
        self._teller.tell()

    async def _pause(self, seconds: float) -> None:
        """Wait, unless told to hurry: somebody has mended it, or it was plugged in."""
        if not self._wake.is_set() and not self._stopping:
            await self._nap(seconds)
        self._wake.clear()

    async def _nap(self, seconds: float) -> None:
        naps = [asyncio.ensure_future(self._around.sleep(seconds)), asyncio.ensure_future(self._wake.wait())]
        try:
            await asyncio.wait(naps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for nap in naps:
                nap.cancel()
            await asyncio.gather(*naps, return_exceptions=True)


def _known(code: str) -> str:
    """The code if there is a sentence for it; else that the driver is at fault."""
    return code if code in SENTENCES else "device.failed"
