"""What proves a slip, and what must not: other echoes, earlier answers, noise, halves of answers."""

import asyncio

import pytest

from hallctl.devices.contract import Cut, DeviceFault, Slip, Text

from .wire import LINES, SLIP, Desk, code_of, until

OTHER = Slip((Text("A013"), Cut()))


async def unproven(desk: Desk, job: "asyncio.Task[None]", *alarms: float) -> None:
    for seconds in alarms:
        await desk.port.fire(seconds)
    with pytest.raises(DeviceFault) as caught:
        await job
    assert code_of(caught) == "printer.unproven"


# ---------------------------------------------------------------- begin


async def test_it_is_begun_right_before_the_first_byte(desk: Desk) -> None:
    """T02: what is made durable at the beginning is true: nothing of the slip was sent before."""
    printer, seen = await desk.open(), []

    async def begin() -> None:
        seen.append(desk.sent_nothing)

    await printer.print_slip(SLIP, begin)
    assert seen == [True]
    assert desk.slips == [LINES]


async def test_a_fault_beforehand_is_before_the_beginning(desk: Desk) -> None:
    printer = await desk.open()
    await desk.emulator.press("paper_out")

    async def begin() -> None:
        raise AssertionError("begun without paper")

    with pytest.raises(DeviceFault) as caught:
        await printer.print_slip(SLIP, begin)
    assert code_of(caught) == "printer.paper_out"


async def test_a_beginning_that_is_refused_sends_nothing(desk: Desk) -> None:
    printer = await desk.open()

    async def refuse() -> None:
        raise DeviceFault("device.refused")

    with pytest.raises(DeviceFault) as caught:
        await printer.print_slip(SLIP, refuse)
    assert code_of(caught) == "device.refused"
    assert desk.sent_nothing
    await printer.print_slip(OTHER)
    assert desk.slips == [["A013"]]


# ---------------------------------------------------------------- GS ( H


async def test_an_echo_of_another_job_is_no_proof(desk: Desk) -> None:
    """The printer returns a number, but not this job's."""
    printer = await desk.open(proof="gs_h", proof_s=2.0)

    async def change(data: bytes) -> bytes:
        head, mark, job = data.partition(b"\x1d\x28\x48\x06\x00\x30\x30")
        return head + mark + f"{(int(job) + 1) % 10_000:04d}".encode() if mark else data

    desk.links[0].tamper = change
    await unproven(desk, asyncio.create_task(printer.print_slip(SLIP)), 2.0)
    desk.links[0].tamper = None
    await printer.print_slip(OTHER)
    assert desk.slips == [LINES, ["A013"]]


async def test_each_job_has_its_number(desk: Desk) -> None:
    printer = await desk.open(proof="gs_h")
    for _ in range(3):
        await printer.print_slip(OTHER)
    jobs = [piece[:4] for piece in desk.links[0].written.split(b"\x1d\x28\x48\x06\x00\x30\x30")[1:]]
    assert [(int(job) - int(jobs[0])) % 10_000 for job in jobs] == [0, 1, 2]


async def test_half_an_echo_is_no_proof(desk: Desk) -> None:
    printer = await desk.open(proof="gs_h", proof_s=2.0)
    await desk.emulator.press("half")
    await unproven(desk, asyncio.create_task(printer.print_slip(SLIP)), 2.0)


# ---------------------------------------------------------------- GS r


async def test_the_answer_for_a_slip_of_an_earlier_connection_proves_no_other(desk: Desk) -> None:
    """T06: the printer kept an interrupted slip and its question while the connection was made anew."""
    first = await desk.open(chunk_bytes=64)
    await desk.emulator.press("paper_out_after", lines=1)
    job = asyncio.create_task(first.print_slip(SLIP))
    await desk.port.fire(2.0)
    with pytest.raises(DeviceFault) as caught:
        await job
    assert code_of(caught) == "printer.paper_out"
    await first.close()
    await desk.links[0].close()

    second = await desk.open(proof_s=4.0)
    await desk.emulator.press("paper_ok")
    await second.print_slip(OTHER)
    assert desk.slips == [LINES, ["A013"]], "the interrupted slip comes out whole, once"
    questions = desk.links[1].written.split(b"A013")[0].count(b"\x1d\x72\x01")
    assert questions == 2, "at the opening, and before the slip, as the first was not answered"


async def test_noise_is_no_proof(desk: Desk) -> None:
    printer = await desk.open()
    await desk.emulator.press("noise")
    await unproven(desk, asyncio.create_task(printer.print_slip(SLIP)))
    await desk.emulator.press("noise")
    await printer.print_slip(OTHER)
    assert desk.slips == [LINES, ["A013"]]


async def test_a_clone_that_answers_behind_its_data_only(desk: Desk) -> None:
    """Ready it is like any other; with paper out it is silent, so nothing is known: not printed, not failed."""
    printer = await desk.open(proof_s=2.0)
    await desk.emulator.press("queue_status")
    await printer.print_slip(SLIP)
    assert desk.slips == [LINES]
    await desk.emulator.press("paper_out_after", lines=1)
    await unproven(desk, asyncio.create_task(printer.print_slip(SLIP)), 2.0, 1.0)
    assert desk.port.faults[-1] is None


async def test_t06_paper_out_in_the_midst_is_failed_and_not_doubled(desk: Desk) -> None:
    """T06: the roll ends in the slip: that is told; with a new roll the same slip ends, no second one comes."""
    printer = await desk.open()
    await desk.emulator.press("paper_out_after", lines=1)
    job = asyncio.create_task(printer.print_slip(SLIP))
    await desk.port.fire(2.0)
    with pytest.raises(DeviceFault) as caught:
        await job
    assert code_of(caught) == "printer.paper_out"
    assert desk.slips == []
    await desk.emulator.press("paper_ok")
    await until(lambda: desk.slips == [LINES])
    await printer.print_slip(OTHER)
    assert desk.slips == [LINES, ["A013"]]


async def test_a_slow_printer_is_waited_for(desk: Desk) -> None:
    printer = await desk.open()
    await desk.emulator.press("slow", seconds="0.005")
    await printer.print_slip(SLIP)
    assert desk.slips == [LINES]
