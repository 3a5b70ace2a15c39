"""Scanners in the hands of the real session keeper: a preview and a page at once, unplugged and plugged again (H01)."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from drivers.camera.driver import DRIVER as CAMERA
from drivers.camera.emulator import CameraEmulator
from drivers.escl.driver import DRIVER as ESCL
from drivers.escl.emulator import EsclEmulator
from hallctl.devices.contract import DeviceFault, DriverSpec, LinkLost, ScanSettings
from hallctl.devices.links import Links
from hallctl.devices.session import Keeper, Surroundings
from tests.devices.fakes import Told, eventually
from tests.drivers.scan_bench import ScanPort, Tray, nothing_left

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="type: sudo apt-get install ffmpeg")

A_DAY_MS = 86_400_000


class Window:
    """A window with its scanner: what is told of it, and what it is asked to do."""

    def __init__(self, spec: DriverSpec, options: dict[str, Any], pace: float) -> None:
        self.told = Told()
        self.tray = Tray()
        self.frames: list[bytes] = []
        self._time = ScanPort(pace)
        around = Surroundings(
            Links(self._time.sleep), self._time, self.told.on_signal, self.told.on_state, self._time.sleep, lambda: 0.5
        )
        self.keeper = Keeper("scanner", spec, spec.options(**options), "none:", around)

    async def state(self, state: str) -> None:
        await eventually(lambda: self.told.last("scanner") == state, state)

    def preview(self) -> "asyncio.Task[Any]":
        return self._ask(lambda scanner: scanner.preview(self.frames.append))

    def scan(self) -> "asyncio.Task[Any]":
        return self._ask(lambda scanner: scanner.scan_pages(ScanSettings(), self.tray.take))

    def _ask(self, work: Any) -> "asyncio.Task[Any]":
        return asyncio.create_task(self.keeper.run(work, self._time.now() + A_DAY_MS))

    async def sees_more(self) -> None:
        enough = len(self.frames) + 2
        await eventually(lambda: len(self.frames) >= enough, "pictures")


@asynccontextmanager
async def window(spec: DriverSpec, emulator: Any, pace: float, **options: Any) -> AsyncIterator[Window]:
    async with nothing_left():
        await emulator.start()
        its = Window(spec, {**emulator.options, **options}, pace)
        its.keeper.start()
        try:
            await its.state("ready")
            yield its
        finally:
            await its.keeper.stop()
            await emulator.stop()


@needs_ffmpeg
async def test_a_page_while_a_preview_runs_and_a_preview_that_nobody_stops() -> None:
    """It ends with its session, and so does its ffmpeg."""
    emulator = CameraEmulator(port=0, width=320, height=240, rate=50)
    async with window(CAMERA, emulator, 1, warm_up=1, frame_s=10, preview_rate=30) as its:
        preview = its.preview()
        await its.sees_more()
        assert await its.scan() == 1
        await its.sees_more()
        await its.keeper.stop()
        with pytest.raises(LinkLost):
            await preview
    assert len(its.tray.pages) == 1


@pytest.mark.parametrize("times", [5])
async def test_a_network_scanner_comes_back_by_itself(times: int) -> None:
    emulator = EsclEmulator(port=0, sheets=0)
    async with window(ESCL, emulator, 20, answer_s=60, page_s=600, poll_s=10, width_mm=20, height_mm=20) as its:
        for _ in range(times):
            assert await its.scan() == 1
            await emulator.press("unplug")
            await its.state("offline")
            await emulator.press("plug")
            await its.state("ready")
        with pytest.raises(DeviceFault, match="no_preview"):
            await its.preview()
    assert len(its.tray.pages) == times
