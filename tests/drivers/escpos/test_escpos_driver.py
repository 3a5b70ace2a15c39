"""The driver against the emulated printer over real TCP; time stands still unless a test fires an alarm."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from drivers.escpos.driver import DRIVER, EscposPrinter, _transfer_s
from drivers.escpos.emulated_paper import text_of
from drivers.escpos.emulator import PrinterEmulator
from drivers.escpos.options import EscposOptions
from hallctl.devices.contract import CAPABILITIES, Cut, DeviceFault, LinkLost, Slip, Text

from .wire import ScriptedPrinter, StillPort, TcpLink, until

SLIP = Slip((Text("永安镇便民服务中心", 2, 2, "center"), Text("A012", 4, 4, "center", True), Text("赵䶮先生"), Cut()))
LINES = ["永安镇便民服务中心", "A012", "[picture]"]


class Desk:
    """An emulated printer, a link and an open driver."""

    def __init__(self, emulator: PrinterEmulator, port: StillPort) -> None:
        self.emulator = emulator
        self.port = port
        self.address = ""
        self.links: list[TcpLink] = []
        self.printers: list[EscposPrinter] = []

    async def open(self, **options: Any) -> EscposPrinter:
        link = await TcpLink.connect(self.address)
        self.links.append(link)
        printer = await DRIVER.open(link, EscposOptions(**options), self.port)
        assert isinstance(printer, EscposPrinter)
        self.printers.append(printer)
        return printer

    @property
    def slips(self) -> list[list[str]]:
        return [text_of(slip) for slip in self.emulator.paper.slips]

    @property
    def sent_nothing(self) -> bool:
        """Whether nothing but questions was written."""
        return not self.links[-1].written.replace(b"\x10\x04", b"").strip(b"\x01\x02\x03\x04")


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


def code_of(caught: pytest.ExceptionInfo[DeviceFault]) -> str:
    return caught.value.code


async def stopped(running: "asyncio.Task[None]") -> None:
    running.cancel()
    await asyncio.wait({running})


# ---------------------------------------------------------------- identity


async def test_opening_proves_a_printer(desk: Desk) -> None:
    printer = await desk.open()
    assert isinstance(printer, CAPABILITIES["slip_printer"])
    assert desk.port.answers == 1
    assert desk.links[0].written == b"\x10\x04\x01"


async def test_a_silent_printer_is_not_opened(desk: Desk) -> None:
    await desk.emulator.press("mute")
    opening = asyncio.create_task(desk.open())
    await desk.port.fire(1.0)
    with pytest.raises(DeviceFault) as caught:
        await opening
    assert code_of(caught) == "device.silent"
    assert desk.port.faults == []


async def test_what_answers_in_another_language_is_garbled() -> None:
    peer, port = ScriptedPrinter(lambda _: b"\xff\xfe\xfd"), StillPort()
    link = await TcpLink.connect(await peer.start())
    opening = asyncio.create_task(DRIVER.open(link, EscposOptions(), port))
    await until(lambda: peer.heard != b"")
    await until(lambda: peer.writer is not None)
    await asyncio.sleep(0.02)
    await port.fire(1.0)
    with pytest.raises(DeviceFault) as caught:
        await opening
    assert code_of(caught) == "device.garbled"
    await link.close()
    await peer.stop()


# ---------------------------------------------------------------- printing


@pytest.mark.parametrize("proof", ["gs_r", "gs_h", "status", "none"])
async def test_t04_a_slip_is_printed_and_proven(desk: Desk, proof: str) -> None:
    printer = await desk.open(proof=proof)
    for _ in range(2):
        await printer.print_slip(SLIP)
    await until(lambda: len(desk.slips) == 2)
    assert desk.slips == [LINES, LINES]
    assert desk.emulator.view()["unknown"] == []
    assert desk.port.faults == [()]


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("paper_out", "printer.paper_out"),
        ("cover_open", "printer.cover_open"),
        ("cutter_jam", "printer.cutter"),
        ("offline", "printer.offline"),
    ],
)
async def test_t05_a_fault_beforehand_means_nothing_is_sent(desk: Desk, action: str, code: str) -> None:
    """T05: no paper, no ticket: the printer's state is asked before anything is sent."""
    printer = await desk.open(recover_cutter=False)
    await desk.emulator.press(action)
    with pytest.raises(DeviceFault) as caught:
        await printer.print_slip(SLIP)
    assert code_of(caught) == code
    assert desk.sent_nothing
    assert desk.slips == []
    assert desk.port.faults == [(code,)]


async def test_t05_a_roll_near_its_end_prints_and_tells(desk: Desk) -> None:
    """T05: paper low: ticket and alert."""
    printer = await desk.open()
    await desk.emulator.press("paper_near_end")
    await printer.print_slip(SLIP)
    assert desk.slips == [LINES]
    assert desk.port.faults == [("printer.paper_near_end",)]


async def test_a_printer_that_falls_silent_is_unknown_and_gets_nothing(desk: Desk) -> None:
    """Silence is not paper."""
    printer = await desk.open()
    await desk.emulator.press("mute")
    job = asyncio.create_task(printer.print_slip(SLIP))
    await desk.port.fire(1.0)
    with pytest.raises(DeviceFault) as caught:
        await job
    assert code_of(caught) == "device.silent"
    assert desk.sent_nothing
    assert desk.port.faults == [None]


async def test_t06_a_cable_pulled_while_printing_is_a_fault(desk: Desk) -> None:
    """T06: the cable is pulled in the middle: print and session fail, nothing counts as printed; then all is well."""
    printer = await desk.open(chunk_bytes=64)
    running = asyncio.create_task(printer.run())
    await until(lambda: desk.port.faults == [()])
    await desk.emulator.press("cut_cable_after", bytes=120)
    with pytest.raises(LinkLost):
        await printer.print_slip(SLIP)
    with pytest.raises(LinkLost):
        await running
    assert desk.slips == []
    await desk.emulator.press("plug")
    again = await desk.open()
    await again.print_slip(SLIP)
    assert desk.slips == [[*LINES[:2], *LINES]], "what had come out before stays on the paper"


async def press_while_sending(desk: Desk, action: str, after: int) -> None:
    """Presses `action` when so many bytes of the slip were heard."""

    async def tamper(data: bytes) -> bytes:
        if len(desk.links[-1].written) > after:
            desk.links[-1].tamper = None
            await desk.emulator.press(action)
        return data

    desk.links[-1].tamper = tamper


@pytest.mark.parametrize(("action", "code"), [("paper_out", "printer.paper_out"), ("cover_open", "printer.cover_open")])
async def test_t06_a_fault_in_the_middle_is_named(desk: Desk, action: str, code: str) -> None:
    """T06: paper ends or the cover opens during the print: that fault, not a success and not only a time-out."""
    printer = await desk.open(chunk_bytes=64)
    await press_while_sending(desk, action, 80)
    job = asyncio.create_task(printer.print_slip(SLIP))
    await desk.port.fire(2.0)
    with pytest.raises(DeviceFault) as caught:
        await job
    assert code_of(caught) == code
    assert desk.slips == []


async def test_the_late_proof_of_an_earlier_slip_proves_no_other(desk: Desk) -> None:
    printer = await desk.open(chunk_bytes=64)
    await press_while_sending(desk, "paper_out", 80)
    job = asyncio.create_task(printer.print_slip(SLIP))
    await desk.port.fire(2.0)
    with pytest.raises(DeviceFault):
        await job
    await desk.emulator.press("paper_ok")
    second = asyncio.create_task(printer.print_slip(Slip((Text("A013"), Cut()))))
    await desk.port.fire(0.5)
    await second
    assert desk.slips == [LINES, ["A013"]]


async def test_no_proof_and_no_fault_is_unproven(desk: Desk) -> None:
    printer = await desk.open(proof_s=4.0)

    async def drop(data: bytes) -> bytes:
        return b"" if data == b"\x1d\x72\x01" else data

    desk.links[0].tamper = drop
    job = asyncio.create_task(printer.print_slip(SLIP))
    await desk.port.fire(2.0)
    await desk.port.fire(2.0)
    with pytest.raises(DeviceFault) as caught:
        await job
    assert code_of(caught) == "printer.unproven"
    second = asyncio.create_task(printer.print_slip(SLIP))
    await desk.port.fire(4.0)
    with pytest.raises(DeviceFault) as caught:
        await second
    assert code_of(caught) == "printer.unproven"
    assert desk.slips == [LINES]


async def test_silence_after_the_slip_is_unproven_and_unknown(desk: Desk) -> None:
    printer = await desk.open(proof_s=2.0)
    await press_while_sending(desk, "mute", 20)
    job = asyncio.create_task(printer.print_slip(SLIP))
    await desk.port.fire(2.0)
    await desk.port.fire(1.0)
    with pytest.raises(DeviceFault) as caught:
        await job
    assert code_of(caught) == "printer.unproven"
    assert desk.port.faults == [(), None]


async def test_a_recoverable_cutter_is_freed_before_printing(desk: Desk) -> None:
    printer = await desk.open()
    await desk.emulator.press("cutter_jam", held="no")
    job = asyncio.create_task(printer.print_slip(SLIP))
    await desk.port.fire(2.5)
    await job
    assert b"\x10\x05\x02" in desk.links[0].written
    assert desk.slips == [LINES]


async def test_recover_tells_what_remains(desk: Desk) -> None:
    printer = await desk.open()
    await desk.emulator.press("cutter_jam")
    job = asyncio.create_task(printer.recover())
    await desk.port.fire(2.5)
    assert await job == ("printer.cutter",)


async def test_a_cancelled_slip_ends_the_session(desk: Desk) -> None:
    """Half a command in the printer: only a new connection is safe."""
    printer = await desk.open(chunk_bytes=64)
    running = asyncio.create_task(printer.run())
    await until(lambda: desk.port.faults == [()])
    stuck = asyncio.Event()

    async def tamper(data: bytes) -> bytes:
        if len(desk.links[-1].written) > 80:
            stuck.set()
            await asyncio.Event().wait()
        return data

    desk.links[-1].tamper = tamper
    job = asyncio.create_task(printer.print_slip(SLIP))
    await stuck.wait()
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    with pytest.raises(DeviceFault) as caught:
        await running
    assert code_of(caught) == "device.silent"


async def test_the_printers_brake_is_obeyed() -> None:
    """XOFF stops the slip, XON lets it go on."""
    peer, port = ScriptedPrinter(lambda data: _answers(data)), StillPort()
    link = await TcpLink.connect(await peer.start())
    printer = await DRIVER.open(link, EscposOptions(chunk_bytes=64, proof="none"), port)
    assert isinstance(printer, EscposPrinter)
    assert peer.writer is not None
    peer.writer.write(b"\x13")
    await until(lambda: port.answers == 2)
    job = asyncio.create_task(printer.print_slip(SLIP))
    await until(lambda: peer.heard.endswith(b"\x10\x04\x04"))
    await until(lambda: port.answers == 6)
    assert b"\x1b\x40" not in peer.heard
    peer.writer.write(b"\x11")
    await job
    await until(lambda: b"A012" in peer.heard)
    await printer.close()
    await link.close()
    await peer.stop()


def _answers(data: bytes) -> bytes:
    return b"\x12" * data.count(b"\x10\x04")


# ---------------------------------------------------------------- keeping watch


async def test_changes_are_told_once(desk: Desk) -> None:
    printer = await desk.open()
    running = asyncio.create_task(printer.run())
    await until(lambda: desk.port.faults == [()])
    for action in ("paper_near_end", "paper_out"):
        await desk.emulator.press(action)
        await desk.port.fire(5.0)
        await desk.port.fire(5.0)
    await desk.emulator.press("paper_ok")
    await desk.port.fire(5.0)
    await until(lambda: len(desk.port.faults) == 4)
    assert desk.port.faults == [(), ("printer.paper_near_end",), ("printer.paper_out",), ()]
    await stopped(running)


async def test_silence_is_unknown_then_the_link_is_given_up(desk: Desk) -> None:
    printer = await desk.open(silent_polls=3)
    running = asyncio.create_task(printer.run())
    await until(lambda: desk.port.faults == [()])
    await desk.emulator.press("mute")
    await desk.port.fire(5.0)
    await desk.port.fire(1.0)
    for _ in range(2):
        await desk.port.fire(5.0)
        await desk.port.fire(1.0)  # quiet first, so that a late answer is not taken for this one
        await desk.port.fire(1.0)
    with pytest.raises(DeviceFault) as caught:
        await running
    assert code_of(caught) == "device.silent"
    assert desk.port.faults == [(), None]


async def test_it_recovers_from_a_short_silence(desk: Desk) -> None:
    printer = await desk.open()
    running = asyncio.create_task(printer.run())
    await until(lambda: desk.port.faults == [()])
    await desk.emulator.press("mute")
    await desk.port.fire(5.0)
    await desk.port.fire(1.0)
    await until(lambda: desk.port.faults == [(), None])
    await desk.emulator.press("unmute")
    await desk.port.fire(5.0)
    await desk.port.fire(1.0)
    await until(lambda: desk.port.faults == [(), None, ()])
    await stopped(running)


async def test_automatic_status_is_told_at_once(desk: Desk) -> None:
    printer = await desk.open(asb=True)
    running = asyncio.create_task(printer.run())
    await until(lambda: desk.port.faults == [()])
    await desk.emulator.press("cover_open")
    await until(lambda: desk.port.faults == [(), ("printer.cover_open",)])
    await desk.emulator.press("cover_close")
    await until(lambda: desk.port.faults[-1] == ())
    await printer.print_slip(SLIP)
    await desk.emulator.press("paper_near_end")
    await until(lambda: desk.port.faults[-1] == ("printer.paper_near_end",))
    await desk.port.fire(5.0)
    await stopped(running)


async def test_a_jammed_cutter_is_tried_again_now_and_then(desk: Desk) -> None:
    printer = await desk.open()
    running = asyncio.create_task(printer.run())
    await until(lambda: desk.port.faults == [()])
    await desk.emulator.press("cutter_jam", held="no")
    for _ in range(5):
        await desk.port.fire(5.0)
    await desk.port.fire(2.5)
    await until(lambda: desk.port.faults == [(), ("printer.cutter",), ()])
    await stopped(running)


async def test_a_link_that_ends_ends_the_session(desk: Desk) -> None:
    printer = await desk.open()
    running = asyncio.create_task(printer.run())
    await until(lambda: desk.port.faults == [()])
    await desk.emulator.press("unplug")
    with pytest.raises(LinkLost):
        await running
    with pytest.raises(LinkLost):
        await printer.print_slip(SLIP)


async def test_closing_ends_a_running_session(desk: Desk) -> None:
    printer = await desk.open()
    running = asyncio.create_task(printer.run())
    await until(lambda: desk.port.faults == [()])
    await printer.close()
    await printer.close()
    with pytest.raises(LinkLost):
        await running


@pytest.mark.parametrize(
    ("address", "seconds"),
    [("tcp://127.0.0.1:9100", 0), ("serial:///dev/ttyS0?baud=115200", 1.1), ("serial:///dev/ttyS0", 13.2)],
)
def test_a_serial_line_gets_the_time_it_needs(address: str, seconds: float) -> None:
    assert _transfer_s(address, 11520) == pytest.approx(seconds)
