"""An identity card reader on a USB serial port (CDC-ACM)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.idcard.emulator import IdCardEmulator
from hallctl.devices.contract import CardFailed, CardSeen
from tests.kernel.gadget import PORT, SERIAL, USB, Gadget, played
from tests.kernel.hall import Hall, hall
from tests.kernel.split_reader import SplitLine

BY_ID = Path(f"/dev/serial/by-id/usb-Hall_Devices_{SERIAL}-if01")
NAMES = pytest.mark.parametrize(
    "link",
    ["serial:///dev/ttyACM0?baud=115200", f"serial://{BY_ID}?baud=115200", f"serial://{USB}/{SERIAL}?baud=115200"],
    ids=["node", "by-id", "vid:pid"],
)


def section(link: str) -> dict[str, object]:
    return {"name": "reader", "driver": "idcard", "link": link}


@asynccontextmanager
async def reader() -> AsyncIterator[IdCardEmulator]:
    """The gadget's port is our emulated reader."""
    emulator = IdCardEmulator()
    url = await emulator.start()
    try:
        async with played(PORT, url):
            yield emulator
    finally:
        await emulator.stop()


async def reads(side: Hall, emulator: IdCardEmulator, count: int = 1) -> CardSeen:
    await side.run("reader", lambda device: device.arm(50))
    await emulator.press("place_card", card="resident")
    seen = await side.hears(CardSeen, count)
    await emulator.press("lift_card")
    assert isinstance(seen, CardSeen)
    return seen


@NAMES
async def test_a_card_is_read(gadget: Gadget, link: str) -> None:
    async with reader() as emulator, hall(section(link)) as side:
        await side.is_told("reader", "ready")
        assert (await reads(side, emulator)).number == "999999199001010016"
        assert side.status("reader").identity == "05.01-20200101-0012345678-0987654321"


async def test_pulled_out_in_the_midst_of_a_card(gadget: Gadget) -> None:
    async with hall(section(f"serial://{BY_ID}?baud=115200")) as side:
        async with reader() as emulator:
            await side.is_told("reader", "ready")
            await emulator.press("in_read", then="half")
            await side.run("reader", lambda device: device.arm(50))
            await emulator.press("place_card", card="resident")
            gadget.unplug()
            await side.is_told("reader", "offline", "device.lost")
        gadget.plug()
        async with reader() as emulator:
            await side.is_told("reader", "ready")
            await reads(side, emulator)
    assert side.heard(CardFailed) == []


async def test_native_usb_with_split_endpoints(gadget: Gadget) -> None:
    """Head and rest of each frame go over endpoints of their own; the other USB device is not touched."""
    emulator = IdCardEmulator(line=SplitLine())
    async with hall(section(await emulator.start())) as side:
        await side.is_told("reader", "ready")
        assert (await reads(side, emulator)).number == "999999199001010016"
        await emulator.press("unplug")
        await side.is_told("reader", "offline", "device.lost")
        await emulator.press("plug")
        await side.is_told("reader", "ready")
        await reads(side, emulator, 2)
    await emulator.stop()
