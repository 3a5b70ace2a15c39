"""The bench for scanners: a link that a test can pull, a port whose time is the loop's, and a look at what is left."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest

from hallctl.devices.contract import DeviceFault, DriverSpec, LinkLost, ScannedPage, ScanSettings, Signal
from tests.devices.fakes import eventually, open_files

T = TypeVar("T")


class BenchLink:
    """A link without bytes, as ``none:`` and ``video:`` are; it lives until it is pulled."""

    def __init__(self, address: str = "none:") -> None:
        self.address = address
        self._pulled = asyncio.Event()

    def pull(self) -> None:
        self._pulled.set()

    async def read(self) -> bytes:
        await self._pulled.wait()
        raise LinkLost("pulled")

    async def write(self, data: bytes) -> None:
        raise LinkLost(f"{len(data)} bytes")


class ScanPort:
    """A driver's port. Time is the loop's, `pace` times as fast (a test may change it; 0: it stands still)."""

    def __init__(self, pace: float = 1) -> None:
        self.signals: list[Signal] = []
        self.slept: list[float] = []
        self.heards = 0
        self.pace = pace

    def emit(self, signal: Signal) -> None:
        self.signals.append(signal)

    def heard(self) -> None:
        self.heards += 1

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(seconds / self.pace if self.pace else 3600)

    def now(self) -> int:
        return round(asyncio.get_running_loop().time() * 1000 * self.pace)

    def of(self, kind: type[T]) -> list[T]:
        return [signal for signal in self.signals if isinstance(signal, kind)]


class Tray:
    """Takes the pages of a scan."""

    def __init__(self) -> None:
        self.pages: list[ScannedPage] = []

    async def take(self, page: ScannedPage) -> None:
        self.pages.append(page)


async def scan(scanner: Any, source: str = "", **settings: Any) -> list[ScannedPage]:
    """The pages of one scan; as many as the scanner says."""
    tray = Tray()
    count = await scanner.scan_pages(ScanSettings(source, **settings), tray.take)
    assert count == len(tray.pages)
    return tray.pages


async def fault_of(doing: Any) -> DeviceFault:
    """The fault with which `doing` ends; its sentences can be told."""
    with pytest.raises(DeviceFault) as caught:
        await doing
    assert caught.value.sentence("zh")
    assert caught.value.sentence("en")
    return caught.value


def children() -> list[str]:
    """The processes that this one has started and that are still there, zombies too."""
    found: list[str] = []
    for path in Path("/proc/self/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that ends while it is looked at
            found += path.read_text().split()
    return found


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@asynccontextmanager
async def nothing_left() -> AsyncIterator[None]:
    """No process, no task and no open file is left behind."""
    await asyncio.sleep(0)
    processes, tasks, files = children(), asyncio.all_tasks(), open_files()
    yield
    await eventually(lambda: children() == processes, "no process is left")
    await eventually(lambda: asyncio.all_tasks() <= tasks, "no task is left")
    await eventually(lambda: open_files() <= files, "no file is left open")


@asynccontextmanager
async def running(
    spec: DriverSpec, port: ScanPort, link: BenchLink | None = None, **options: Any
) -> AsyncIterator[Any]:
    """The driver, open and running as its session runs it; afterwards nothing of it is left."""
    async with nothing_left():
        scanner: Any = await spec.open(link or BenchLink(), spec.options(**options), port)
        run = asyncio.create_task(scanner.run())
        try:
            yield scanner
        finally:
            run.cancel()
            await asyncio.wait({run})
            await scanner.close()
