"""The hall's side: the real manager with the real drivers, links and hot-plug, in real time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from hallctl.clock import SystemClock
from hallctl.devices.contract import Signal
from hallctl.devices.manager import DeviceStatus, Manager
from hallctl.devices.registry import installed
from hallctl.sections.device import DeviceSection
from tests.devices.fakes import Told

PATIENCE_S = 120.0
"""An emulated processor is slow; what takes longer does not happen."""


async def until(true: Callable[[], object], what: str, now: Callable[[], object] = str) -> None:
    """Wait until it is true; `now` tells how it is instead."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not true():  # noqa: ASYNC110 - the kernel sets no event
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"never: {what} {now()}") from None


class Hall:
    """A manager, and what it has told."""

    def __init__(self, *sections: dict[str, Any]) -> None:
        self.told = Told()
        devices = [DeviceSection.model_validate(section) for section in sections]
        self.manager = Manager(
            devices, installed(), SystemClock(), self.told.on_signal, self.told.on_state, jitter=lambda: 0.0
        )

    def status(self, name: str) -> DeviceStatus:
        return next(status for status in self.manager.states() if status.name == name)

    async def is_told(self, name: str, state: str, *faults: str) -> None:
        await until(
            lambda: (self.status(name).state, self.status(name).faults) == (state, faults),
            f"{name} {state} {faults}, but",
            lambda: self.status(name),
        )

    async def hears(self, kind: type[Signal], count: int = 1) -> Signal:
        """The `count`-th signal of the kind."""
        await until(lambda: len(self.heard(kind)) >= count, f"{count} × {kind.__name__}")
        return self.heard(kind)[count - 1]

    def heard(self, kind: type[Signal]) -> list[Signal]:
        return [signal for _, signal in self.told.signals if isinstance(signal, kind)]

    async def run(self, name: str, work: Callable[[Any], Any]) -> Any:
        return await self.manager.run(name, work, until=SystemClock().now() + 120_000)


@asynccontextmanager
async def hall(*sections: dict[str, Any]) -> AsyncIterator[Hall]:
    """A hall with these devices; afterwards nothing of it is left."""
    before, opened = asyncio.all_tasks(), Hall(*sections)
    await opened.manager.start()
    try:
        yield opened
    finally:
        await opened.manager.stop()
    await until(lambda: not _left(before), "nothing is left", lambda: _left(before))


def _left(before: set["asyncio.Task[Any]"]) -> set["asyncio.Task[Any]"]:
    return {task for task in asyncio.all_tasks() - before if not task.done()}
