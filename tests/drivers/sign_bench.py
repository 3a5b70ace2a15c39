"""The bench for signs: an emulator on TCP with an open link, and a small hall whose time passes fifty times as fast."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from hallctl.devices.contract import DeviceFault, Link, WindowScreen
from hallctl.devices.links import Links
from hallctl.devices.manager import Manager
from hallctl.devices.registry import installed
from hallctl.sections.device import DeviceSection
from tests.devices.fakes import NOON, Told, eventually, open_files, settle
from tests.drivers.serial_bench import BenchBus

IDLE = WindowScreen("idle", "3", "综合受理")
CALLING = WindowScreen("calling", "3", "请A012号", "A012")
SERVING = WindowScreen("serving", "3", "正在办理A012", "A012")

PACE = 50


class OpenLink(BenchBus):
    """A link that is open already, in the place of a pty."""

    def __init__(self, link: Link) -> None:
        self._its = link

    def link(self) -> Any:
        return self._its


@asynccontextmanager
async def over_tcp(emulator: Any) -> AsyncIterator[OpenLink]:
    """The emulator started, and a link to it open."""
    link = await Links().open(await emulator.start())
    try:
        yield OpenLink(link)
    finally:
        await link.close()
        await emulator.stop()


class QuickTime:
    """A clock and a sleep that are `PACE` times as fast as the loop's."""

    def __init__(self) -> None:
        self._start = asyncio.get_running_loop().time()

    def now(self) -> int:
        return NOON + round((asyncio.get_running_loop().time() - self._start) * 1000 * PACE)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / PACE)


class Hall:
    """One device in the hands of the real manager; its screens are shown whenever it comes up, as the hall does."""

    def __init__(self, driver: str, link: str, units: int, options: dict[str, Any]) -> None:
        named = {str(unit): str(unit) for unit in range(1, units + 1)}
        section = DeviceSection(name="sign", driver=driver, link=link, units=named, options=options)
        self.told = Told()
        self.screens = dict.fromkeys(range(1, units + 1), IDLE)
        self.faults: list[str] = []
        self._time = QuickTime()
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[int] = set()
        self.manager = Manager(
            [section],
            installed(),
            self._time,
            self.told.on_signal,
            self._on_state,
            sleep=self._time.sleep,
            jitter=lambda: 0.5,
        )

    def _on_state(self, device: str, state: str, faults: tuple[str, ...]) -> None:
        self.told.on_state(device, state, faults)
        if state in ("ready", "degraded"):
            for unit in self.screens:
                self.show(unit, self.screens[unit])

    def show(self, unit: int, screen: WindowScreen) -> None:
        """As the hall: one job for each screen waits, and it shows what is so when its turn comes."""
        self.screens[unit] = screen
        if unit not in self._waiting:
            self._waiting.add(unit)
            task = asyncio.create_task(self._show(unit))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _show(self, unit: int) -> None:
        async def show(sign: Any) -> None:
            self._waiting.discard(unit)
            await sign.show_window(unit, self.screens[unit])

        try:
            await self.manager.run("sign", show, until=self._time.now() + 60_000)
        except DeviceFault as fault:
            self.faults.append(fault.code)
        finally:
            self._waiting.discard(unit)

    async def state(self, state: str, fault: str | None = None) -> None:
        """Wait until the hall was told so."""
        await eventually(lambda: self.told.last("sign") == state and (not fault or fault in self.told.states[-1][2]))

    async def stop(self) -> None:
        await self.manager.stop()
        if self._tasks:
            await asyncio.wait(self._tasks)


@asynccontextmanager
async def hall(driver: str, emulator: Any, units: int = 1, **options: Any) -> AsyncIterator[Hall]:
    """A hall that is running with the emulated device; afterwards nothing is left behind."""
    await settle()
    tasks, files = asyncio.all_tasks(), open_files()
    its = Hall(driver, await emulator.start(), units, options)
    await its.manager.start()
    try:
        yield its
    finally:
        await its.stop()
        await emulator.stop()
    await eventually(lambda: asyncio.all_tasks() <= tasks and open_files() <= files, "nothing is left behind")


async def pull_and_plug(its: Hall, emulator: Any, text: Callable[[], str], times: int) -> None:
    """H01: pulled and plugged so often, the state follows, the text comes back, and nothing is left behind."""
    await its.state("ready")
    await eventually(lambda: text() == IDLE.text)
    for _ in range(times):
        await emulator.press("unplug")
        await its.state("offline")
        await emulator.press("power_cycle")
        assert text() == ""
        await emulator.press("plug")
        await its.state("ready")
        await eventually(lambda: text() == IDLE.text)
    told = [state for state in its.told.of("sign") if state != "degraded"]
    assert told == ["connecting", "ready", *["offline", "ready"] * times]
