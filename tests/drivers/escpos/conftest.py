"""An emulated printer on TCP, its link and its open driver."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from drivers.escpos.emulator import PrinterEmulator

from .wire import Desk, StillPort


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk(PrinterEmulator(), StillPort())
    desk.address = await desk.emulator.start()
    yield desk
    for printer in desk.printers:
        await printer.close()
    for link in desk.links:
        await link.close()
    await desk.emulator.stop()
    left = [task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert [name for name in left if name.startswith("escpos")] == []
