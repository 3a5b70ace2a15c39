"""H01: four devices on two cables, pulled and plugged a hundred times, with udev naming the nodes each time."""

import asyncio
import threading
from contextlib import AsyncExitStack
from pathlib import Path

from drivers.escpos.emulator import PrinterEmulator
from drivers.idcard.emulator import IdCardEmulator
from tests.devices.fakes import open_files
from tests.kernel.check_keys import USB_WEDGE
from tests.kernel.check_printer import NODE
from tests.kernel.gadget import PORT, PRINTER, SECOND_PRINTER, SECOND_SERIAL, SERIAL, USB, Gadget, played
from tests.kernel.hall import Hall, hall, until

TIMES = 100
GROWTH_KB = 8 * 1024
"""Memory that a hundred times may cost: what the allocator keeps."""

SECTIONS = (
    {"name": "printer", "driver": "escpos", "link": f"usblp://{NODE}", "options": {"status_s": 10}},
    {
        "name": "reader",
        "driver": "idcard",
        "link": f"serial:///dev/serial/by-id/usb-Hall_Devices_{SERIAL}-if01?baud=115200",
    },
    {
        "name": "second",
        "driver": "escpos",
        "link": f"usb://{USB}/{SECOND_SERIAL}",
        "options": {"status_s": 10},
    },
    {"name": "wedge", "driver": "barcode", "link": f"input://{USB_WEDGE}"},
)


def memory_kb() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


async def all_are(side: Hall, state: str, *faults: str) -> None:
    for section in SECTIONS:
        await side.is_told(section["name"], state, *faults)


async def test_a_hundred_times_pulled_and_plugged(gadget: Gadget, second: Gadget) -> None:
    gadget.unplug()
    printer, twin, reader = PrinterEmulator(), PrinterEmulator(), IdCardEmulator()
    paper, other, line = await printer.start(), await twin.start(), await reader.start()
    tasks = asyncio.all_tasks()
    counts: list[tuple[int, int, int]] = []
    async with hall(*SECTIONS) as side:
        for _ in range(TIMES):
            gadget.plug()
            await until(NODE.exists, "the first printer, which is to be lp0")
            second.plug()
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(played(PRINTER, paper))
                await stack.enter_async_context(played(SECOND_PRINTER, other))
                await stack.enter_async_context(played(PORT, line))
                await all_are(side, "ready")
                gadget.unplug()
                second.unplug()
                await all_are(side, "offline", "device.lost")
            counts.append((open_files(), threading.active_count(), memory_kb()))
        losses = [side.status(section["name"]).counts.lost for section in SECTIONS]
    await printer.stop()
    await twin.stop()
    await reader.stop()
    assert losses == [TIMES] * len(SECTIONS)
    assert {task for task in asyncio.all_tasks() - tasks if not task.done()} == set()
    files, threads, memory = zip(*counts[TIMES // 5 :], strict=True)
    assert max(files) <= min(files) + 2, "files that wait to be closed come and go; they do not add up"
    assert max(threads) <= max(counts[i][1] for i in range(TIMES // 5)) + 2
    assert memory[-1] - memory[0] < GROWTH_KB
