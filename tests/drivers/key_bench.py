"""The bench for devices that are keyboards: the hall's own link at the reader's end of an emulator's FIFO."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from hallctl.devices.links import Links, OpenLink
from tests.drivers.serial_bench import BenchBus


class KeyBus(BenchBus):
    """One open link as a bus of one user."""

    def __init__(self, link: OpenLink) -> None:
        self.url = link.address
        self._opened = link

    def link(self) -> Any:
        return self._opened


@asynccontextmanager
async def keyed(emulator: Any) -> AsyncIterator[KeyBus]:
    """The emulator started, and its keyboard open."""
    link = await Links().open(await emulator.start())
    try:
        yield KeyBus(link)
    finally:
        await link.close()
        await emulator.stop()
