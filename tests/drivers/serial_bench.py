"""The bench for serial drivers: real ptys, and a clock that passes only when a test lets it pass."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from hallctl.devices.contract import DriverSpec, LinkLost, Signal

T = TypeVar("T")

STEP_S = 0.05
"""How far the bench's clock goes at a time."""

NOON_MS = 1_770_000_000_000
"""When the bench's clock begins: 2 February 2026, 10:40 in China."""

SETTLE_S = 0.002
"""Real time in each step, in which bytes cross the pty. An answer due in 1 s of the bench has at least 40 ms."""


def capture(name: str) -> dict[str, Any]:
    """A file of ``tests/captures``."""
    captures: dict[str, Any] = json.loads((Path(__file__).parents[1] / "captures" / name).read_text(encoding="utf-8"))
    return captures


class BenchPort:
    """A driver's port: keeps the signals; its sleepers wake when the test lets time pass."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []
        self.heards = 0
        self.passed_s = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def emit(self, signal: Signal) -> None:
        self.signals.append(signal)

    def heard(self) -> None:
        self.heards += 1

    async def sleep(self, seconds: float) -> None:
        sleeper = (self.passed_s + seconds, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1]
        finally:
            self._sleepers.remove(sleeper)

    def now(self) -> int:
        return NOON_MS + round(self.passed_s * 1000)

    def of(self, kind: type[T]) -> list[T]:
        """The signals of one kind."""
        return [signal for signal in self.signals if isinstance(signal, kind)]

    async def pass_time(self, seconds: float) -> None:
        end = self.passed_s + seconds
        while self.passed_s < end:
            await asyncio.sleep(SETTLE_S)
            self.passed_s += STEP_S
            for due, sleeper in self._sleepers:
                if due <= self.passed_s and not sleeper.done():
                    sleeper.set_result(None)
        await asyncio.sleep(SETTLE_S)

    async def until(self, condition: Callable[[], object], limit_s: float = 30) -> None:
        """Let time pass until the condition holds."""
        end = self.passed_s + limit_s
        while not condition():
            assert self.passed_s < end, f"did not happen in {limit_s} s of the bench's clock"
            await self.pass_time(STEP_S)

    async def through(self, doing: Awaitable[T]) -> T:
        """Let time pass until `doing` is done."""
        task = asyncio.ensure_future(doing)
        await self.until(task.done, 60)
        return task.result()


class BenchBus:
    """An open pty, shared by several users as `Link`: each reads all bytes, writes are whole."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._file = os.open(urlsplit(url).path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._users: list[BenchLink] = []
        asyncio.get_running_loop().add_reader(self._file, self._receive)

    def link(self) -> "BenchLink":
        user = BenchLink(self)
        self._users.append(user)
        return user

    def write(self, data: bytes) -> None:
        if self._file < 0:
            raise LinkLost("closed")
        try:
            assert os.write(self._file, data) == len(data)
        except OSError as error:
            raise LinkLost(str(error)) from error

    def close(self) -> None:
        if self._file >= 0:
            asyncio.get_running_loop().remove_reader(self._file)
            os.close(self._file)
            self._file = -1

    def _receive(self) -> None:
        try:
            data = os.read(self._file, 4096)
        except OSError:  # EIO: the other side was unplugged
            data = b""
        if not data:
            self.close()
        for user in self._users:
            user.received.put_nowait(data)


class BenchLink:
    """One user's end of a `BenchBus`."""

    def __init__(self, bus: BenchBus) -> None:
        self._bus = bus
        self.received: asyncio.Queue[bytes] = asyncio.Queue()

    @property
    def address(self) -> str:
        return self._bus.url

    async def read(self) -> bytes:
        data = await self.received.get()
        if not data:
            self.received.put_nowait(b"")
            raise LinkLost("end of line")
        return data

    async def write(self, data: bytes) -> None:
        self._bus.write(data)


@asynccontextmanager
async def running(
    spec: DriverSpec, bus: BenchBus, port: BenchPort, *, alone: bool = True, **options: Any
) -> AsyncIterator[Any]:
    """The driver, open and running; afterwards, if it was `alone`, it has left no task behind."""
    before = asyncio.all_tasks()
    driver = await port.through(spec.open(bus.link(), spec.options(**options), port))
    run = asyncio.create_task(driver.run())
    try:
        yield driver
    finally:
        run.cancel()
        await asyncio.wait({run})
        await driver.close()
        await asyncio.sleep(0)
        left = {task for task in asyncio.all_tasks() - before if not task.done()}
        assert not (alone and left)


@asynccontextmanager
async def started(emulator: Any) -> AsyncIterator[BenchBus]:
    """The emulator started, and its line open."""
    bus = BenchBus(await emulator.start())
    try:
        yield bus
    finally:
        bus.close()
        await emulator.stop()
