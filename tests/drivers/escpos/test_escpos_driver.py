"""Identity and printing, against the emulated printer over real TCP; time stands still unless a test fires an alarm."""

import asyncio

import pytest

from drivers.escpos.driver import DRIVER, EscposPrinter
from drivers.escpos.options import EscposOptions
from drivers.escpos.proof import transfer_s
from hallctl.devices.contract import CAPABILITIES, Cut, DeviceFault, LinkLost, Slip, Text

from .wire import LINES, SLIP, Desk, ScriptedPrinter, StillPort, TcpLink, code_of, until

# ---------------------------------------------------------------- identity


async def test_opening_proves_a_printer(desk: Desk) -> None:
    printer = await desk.open(proof="status")
    assert isinstance(printer, CAPABILITIES["slip_printer"])
    await until(lambda: desk.port.models == ["HC-80"])
    assert desk.port.answers == 2
    assert desk.links[0].written == b"\x10\x04\x01" + b"\x1d\x49\x43"


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
    opening = asyncio.ensure_future(DRIVER.open(link, EscposOptions(), port))
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
    await printer.print_slip(Slip((Text("A013"), Cut())))
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
    await desk.port.fire(2.0)
    await desk.port.fire(2.0)
    with pytest.raises(DeviceFault) as caught:
        await second
    assert code_of(caught) == "printer.unproven"
    assert desk.slips == [LINES, LINES]
    third = asyncio.create_task(printer.print_slip(SLIP))
    await desk.port.fire(2.0)  # not waited for again before the slip
    await desk.port.fire(2.0)
    with pytest.raises(DeviceFault) as caught:
        await third
    assert desk.slips == [LINES, LINES, LINES]


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


@pytest.mark.parametrize(
    ("address", "seconds"),
    [("tcp://127.0.0.1:9100", 0), ("serial:///dev/ttyS0?baud=115200", 1.1), ("serial:///dev/ttyS0", 13.2)],
)
def test_a_serial_line_gets_the_time_it_needs(address: str, seconds: float) -> None:
    assert transfer_s(address, 11520) == pytest.approx(seconds)
