"""The driver over the hall's own links: a serial port and the kernel's printer node (ptys stand in for both), TCP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from drivers.escpos.driver import DRIVER, EscposPrinter
from drivers.escpos.emulated_paper import text_of
from drivers.escpos.emulator import PrinterEmulator
from drivers.escpos.options import EscposOptions
from drivers.escpos.probe import identify
from hallctl.devices.contract import LinkLost
from hallctl.devices.links import Links, OpenLink

from .wire import LINES, SLIP, StillPort, until

SCHEMES = ["tcp", "serial", "usblp"]


@asynccontextmanager
async def plugged(scheme: str) -> AsyncIterator[tuple[PrinterEmulator, OpenLink]]:
    """An emulated printer and the link to it."""
    emulator = PrinterEmulator(over="tcp" if scheme == "tcp" else "serial")
    url = await emulator.start()
    if scheme == "usblp":
        url = url.replace("serial://", "usblp://").partition("?")[0]
    link = await Links().open(url)
    try:
        yield emulator, link
    finally:
        await link.close()
        await emulator.stop()


async def opened(link: OpenLink, port: StillPort) -> EscposPrinter:
    printer = await DRIVER.open(link, EscposOptions(), port)
    assert isinstance(printer, EscposPrinter)
    return printer


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_t04_a_slip_over_each_link(scheme: str) -> None:
    """T04: the same bytes, the same proof; the printer tells by itself what changes."""
    port = StillPort()
    async with plugged(scheme) as (emulator, link):
        printer = await opened(link, port)
        await printer.print_slip(SLIP)
        assert [text_of(slip) for slip in emulator.paper.slips] == [LINES]
        await emulator.press("cover_open")
        await until(lambda: port.faults[-1:] == [("printer.cover_open",)])
        assert port.models == ["HC-80"]
        await printer.close()


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_h01_unplugged_in_the_slip(scheme: str) -> None:
    """H01, T06: whatever the link, an unplugging is told as such, and it leaves nothing behind."""
    port = StillPort()
    async with plugged(scheme) as (emulator, link):
        printer = await opened(link, port)
        running = asyncio.create_task(printer.run())
        await emulator.press("cut_cable_after", bytes=60)
        with pytest.raises(LinkLost):
            await printer.print_slip(SLIP)
        with pytest.raises(LinkLost):
            await running
        assert emulator.paper.slips == []
        await printer.close()


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_it_is_found_over_each_link(scheme: str) -> None:
    async with plugged(scheme) as (_emulator, link):
        assert await identify(link, asyncio.sleep) == "ESC/POS HC-80"
