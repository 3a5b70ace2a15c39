"""A USB printer: through the kernel's usblp, and through libusb with usblp put aside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.escpos.emulated_paper import text_of
from drivers.escpos.emulator import PrinterEmulator
from hallctl.devices.contract import Cut, DeviceFault, Qr, Slip, Text
from tests.kernel.gadget import PRINTER, SERIAL, USB, Gadget, played
from tests.kernel.hall import hall, until

NODE = Path("/dev/hallctl/printer-platform-dummy_hcd_0-usb-0_1_1_0")
"""By our own udev rule: the socket in which it is."""
BY_KERNEL, BY_LIBUSB = f"usblp://{NODE}", f"usb://{USB}/{SERIAL}"
WAYS = pytest.mark.parametrize("link", [BY_KERNEL, BY_LIBUSB], ids=["usblp", "usb"])
SLIP = Slip(
    (
        Text("永安镇便民服务中心", 2, 2, "center"),
        Text("A012", 4, 4, "center", True),
        *(Text(f"第{number}行：赵䶮先生") for number in range(12)),
        Qr("https://hall.example/ticket/#k3J9", 6),
        Cut(),
    )
)
FAULTS = {
    "paper_out": ("paper_ok", "printer.paper_out"),
    "paper_near_end": ("paper_ok", "printer.paper_near_end"),
    "cover_open": ("cover_close", "printer.cover_open"),
    "offline": ("online", "printer.offline"),
}


def section(link: str) -> dict[str, object]:
    options = {"status_s": 10, "poll_s": 0.5, "proof_s": 60}
    return {"name": "printer", "driver": "escpos", "link": link, "options": options}


@asynccontextmanager
async def printing(gadget: Gadget) -> AsyncIterator[PrinterEmulator]:
    """The gadget's printer is our emulated one."""
    emulator = PrinterEmulator()
    url = await emulator.start()
    try:
        async with played(PRINTER, url):
            yield emulator
    finally:
        await emulator.stop()


@WAYS
async def test_status_is_told(gadget: Gadget, link: str) -> None:
    async with printing(gadget) as emulator, hall(section(link)) as side:
        await side.is_told("printer", "ready")
        for fault, (mended, code) in FAULTS.items():
            await emulator.press(fault)
            await side.is_told("printer", "degraded", code)
            await emulator.press(mended)
            await side.is_told("printer", "ready")


@WAYS
async def test_a_slip_arrives_whole_and_is_proven(gadget: Gadget, link: str) -> None:
    async with printing(gadget) as emulator, hall(section(link)) as side:
        await side.is_told("printer", "ready")
        for _ in range(3):
            await side.run("printer", lambda printer: printer.print_slip(SLIP))
        slips = [text_of(slip) for slip in emulator.paper.slips]
        assert len(slips) == 3
        assert slips[0] == slips[1] == slips[2]
        assert slips[0][:2] == ["永安镇便民服务中心", "A012"]
        assert slips[0].count("[picture]") == 12
        assert emulator.view()["unknown"] == []


@WAYS
async def test_pulled_out_without_paper_and_put_back(gadget: Gadget, link: str) -> None:
    async with printing(gadget) as emulator, hall(section(link)) as side:
        await side.is_told("printer", "ready")
        await emulator.press("paper_out")
        await side.is_told("printer", "degraded", "printer.paper_out")
        with pytest.raises(DeviceFault) as caught:
            await side.run("printer", lambda printer: printer.print_slip(SLIP))
        assert caught.value.code == "printer.paper_out"
        gadget.unplug()
        await side.is_told("printer", "offline", "device.lost")
    gadget.plug()
    async with printing(gadget), hall(section(link)) as side:
        await side.is_told("printer", "ready")
        await side.run("printer", lambda printer: printer.print_slip(SLIP))


async def test_the_kernel_gets_its_printer_back(gadget: Gadget) -> None:
    await until(NODE.exists, "usblp has it")
    async with printing(gadget), hall(section(BY_LIBUSB)) as side:
        await side.is_told("printer", "ready")
        assert not NODE.exists()
    await until(NODE.exists, "usblp has it again")


async def test_group_of_the_node_is_lp(gadget: Gadget) -> None:
    await until(NODE.exists, "our rule's name")
    assert (NODE.group(), NODE.stat().st_mode & 0o777) == ("lp", 0o660)
