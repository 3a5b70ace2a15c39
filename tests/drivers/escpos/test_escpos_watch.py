"""Keeping watch: what the driver tells of a printer's state, and when it gives the link up."""

import asyncio

import pytest

from hallctl.devices.contract import DeviceFault, LinkLost

from .wire import SLIP, Desk, code_of, stopped, until


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
