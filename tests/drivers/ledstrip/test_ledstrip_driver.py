"""The driver against emulated strips over a real pty, alone and on a bus with pads."""

import asyncio

import pytest

from drivers.callpad.driver import DRIVER as CALLPAD
from drivers.callpad.emulator import CallPadEmulator
from drivers.emulated_line import EmulatedLine
from drivers.emulated_port import EmulatedPort
from drivers.ledstrip.driver import DRIVER, LedStripOptions, open_strips
from drivers.ledstrip.emulator import EMULATOR, LedStripEmulator
from drivers.ratingpad.driver import DRIVER as RATINGPAD
from drivers.ratingpad.emulator import RatingPadEmulator
from hallctl.devices.contract import DeviceFault, FaultsSeen, LinkLost, PadKey, RatingKey, WindowDisplay, WindowScreen
from tests.devices.fakes import eventually
from tests.drivers.serial_bench import BenchPort, running, started
from tests.drivers.sign_bench import hall, pull_and_plug

IDLE = WindowScreen("idle", "3", "综合受理")
CALLING = WindowScreen("calling", "3", "请A012号", "A012")


def strip(emulator: LedStripEmulator, unit: int = 3) -> dict[str, str]:
    found: dict[str, str] = emulator.view()["strips"].get(str(unit), {})
    return found


@pytest.mark.parametrize(
    ("state", "text", "colour"),
    [
        ("idle", "综合受理", "green"),
        ("calling", "请A012号", "red"),
        ("serving", "正在办理A012", "green"),
        ("paused", "暂停服务 午休", "yellow"),
        ("closed", "未开放", "yellow"),
        ("emergency", "紧急撤离", "red"),
    ],
)
async def test_each_state(state: str, text: str, colour: str) -> None:
    """V04, C16."""
    emulator, port = LedStripEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as driver:
        assert isinstance(driver, WindowDisplay)
        await driver.show_window(3, WindowScreen(state, "3", text))
        await port.until(lambda: strip(emulator) == {"text": text, "colour": colour})
        assert emulator.bad_frames == 0
        assert port.signals == [FaultsSeen(None)]


async def test_long_texts_and_colours_of_the_config() -> None:
    """V06."""
    emulator, port = LedStripEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, columns=9, colours={"calling": "yellow"}) as driver:
        await driver.show_window(None, WindowScreen("calling", "3", "请A012号到3号窗口", "A012"))
        await port.until(lambda: strip(emulator, 1) == {"text": "请A012号", "colour": "yellow"})


async def test_updates_are_coalesced_but_a_call_is_shown_at_once() -> None:
    emulator, port = LedStripEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as driver:
        for number in range(30):
            await driver.show_window(3, WindowScreen("serving", "3", f"正在办理A{number:03}"))
        await driver.show_window(3, CALLING)
        await port.pass_time(0.1)
        assert strip(emulator)["text"] == "请A012号"
        await driver.show_window(3, IDLE)
        await port.pass_time(0.1)
        assert strip(emulator)["text"] == "请A012号"
        await port.until(lambda: strip(emulator)["text"] == "综合受理", 1.2)
        assert len(emulator.view()["wire"]) == 3


async def test_a_call_flashes_for_three_seconds_and_then_stays() -> None:
    """V04."""
    emulator, port = LedStripEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, flash=True) as driver:
        await driver.show_window(3, CALLING)
        await port.pass_time(5)
        texts = [row["text"] for row in emulator.view()["wire"]]
        assert texts == ["strip 3 shows 请A012号"] + ["strip 3 shows ", "strip 3 shows 请A012号"] * 3
        await driver.show_window(3, CALLING)
        await port.pass_time(0.7)
        assert strip(emulator)["text"] == ""
        await driver.show_window(3, IDLE)
        await port.pass_time(3)
        assert strip(emulator)["text"] == "综合受理"


async def test_a_strip_that_lost_its_power_is_written_again() -> None:
    """H01."""
    emulator, port = LedStripEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, refresh_s=10) as driver:
        await driver.show_window(3, IDLE)
        await port.until(lambda: strip(emulator).get("text"))
        await emulator.press("power_cycle")
        assert strip(emulator)["text"] == ""
        await port.until(lambda: strip(emulator)["text"] == "综合受理", 10.5)


@pytest.mark.parametrize("form", ["byte", "frame"])
async def test_acknowledgements_prove_the_strip(form: str) -> None:
    emulator, port = LedStripEmulator(ack=form), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, ack=True, flash=True) as driver:
        await port.through(driver.show_window(3, CALLING))
        assert strip(emulator)["text"] == "请A012号"
        assert port.signals == [FaultsSeen(None), FaultsSeen(())]
        assert port.heards == 1
        assert len(emulator.view()["wire"]) == 2


async def test_a_silent_strip_is_tried_three_times_and_told() -> None:
    emulator, port = LedStripEmulator(ack="none"), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, ack=True, flash=True) as driver:
        with pytest.raises(DeviceFault, match=r"device\.silent"):
            await port.through(driver.show_window(3, CALLING))
        assert len(emulator.view()["wire"]) == 3
        assert port.of(FaultsSeen)[-1] == FaultsSeen(("device.silent",))
        with pytest.raises(DeviceFault, match=r"device\.silent"):
            await port.through(driver.show_window(3, CALLING))
        assert len(emulator.view()["wire"]) == 4, "a dead strip is tried once a time"
        emulator._ack = "byte"
        await port.pass_time(1)
        await port.through(driver.show_window(3, CALLING))
        assert port.of(FaultsSeen)[-1] == FaultsSeen(())


async def test_noise_mute_and_unplugging() -> None:
    emulator, port = LedStripEmulator(ack="byte"), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, ack=True) as driver:
        await emulator.press("noise")
        await port.through(driver.show_window(3, IDLE))
        await emulator.press("mute")
        await port.pass_time(2)
        with pytest.raises(DeviceFault, match=r"device\.silent"):
            await port.through(driver.show_window(3, CALLING))
        await emulator.press("unmute")
        await port.pass_time(2)
        await port.through(driver.show_window(3, IDLE))
        assert port.of(FaultsSeen)[-1] == FaultsSeen(())
    async with started(emulator) as bus:
        driver = await open_strips(bus.link(), LedStripOptions(), port)
        await emulator.press("unplug")
        with pytest.raises(LinkLost):
            await driver.run()
        with pytest.raises(LinkLost):
            await driver.show_window(3, CALLING)
        await driver.close()


async def test_one_bus_carries_pads_evaluators_and_strips() -> None:
    """Three drivers read the same line, three devices write to it; nobody loses his own."""
    line, port = EmulatedLine(9600), BenchPort()
    pads = CallPadEmulator(line=line, units=(3,))
    evaluators = RatingPadEmulator(line=line, units=(131,))
    strips = LedStripEmulator(line=line, ack="frame")
    async with (
        started(pads) as bus,
        running(CALLPAD, bus, port, alone=False) as callpad,
        running(RATINGPAD, bus, port, alone=False) as ratingpad,
        running(DRIVER, bus, port, alone=False, ack=True) as ledstrip,
    ):
        await evaluators.start()
        await strips.start()
        for round_ in range(5):
            await pads.press("key", unit=3, key="next")
            await evaluators.press("grade", unit=131, grade=round_ % 5)
            shown = asyncio.ensure_future(ledstrip.show_window(3, CALLING if round_ % 2 else IDLE))
            await callpad.show_window(3, CALLING)
            await ratingpad.ask_rating(132)
            await port.through(shown)
            await port.pass_time(1.2)
        assert [key.action for key in port.of(PadKey)] == ["next"] * 5
        assert [key.raw for key in port.of(RatingKey)] == ["0", "1", "2", "3", "4"]
        assert strip(strips)["text"] == "综合受理"
        assert strips.bad_frames == 0
        assert pads.view()["pads"]["3"]["acknowledged"]
        assert list(pads.view()["pads"]) == ["3"]
        assert evaluators.view()["pads"]["132"]["lamp"] == "asked"
    await strips.stop()
    await evaluators.stop()


@pytest.mark.parametrize("ack", ["none", "frame"])
async def test_the_first_refresh_of_thirty_strips_on_one_bus_reaches_them_all(ack: str) -> None:
    """H01, V04: each strip of a line is a sign of its own, none gives way to another."""
    emulator = LedStripEmulator(line=EmulatedPort(), ack=ack)
    async with hall("ledstrip", emulator, units=30, ack=ack != "none") as its:
        for times in range(3):
            await eventually(lambda: len(emulator.view()["strips"]) == 30)
            await eventually(lambda: all(strip(emulator, unit).get("text") == "综合受理" for unit in range(1, 31)))
            assert set(its.faults) <= {"device.lost"}, times
            await emulator.press("unplug")
            await its.state("offline")
            await emulator.press("power_cycle")
            await emulator.press("plug")


async def test_pulled_and_plugged() -> None:
    """H01."""
    emulator = LedStripEmulator(ack="byte", units=(1,))
    async with hall("ledstrip", emulator, ack=True) as its:
        await pull_and_plug(its, emulator, lambda: strip(emulator, 1).get("text", ""), 5)


async def test_the_emulator_checks_what_it_gets() -> None:
    emulator = LedStripEmulator()
    emulator._hear(
        bytes.fromhex("ff6803036803010c1016 a09001a10000a0 a09001a500034100b056 a09001a50002410099 a09001a5ffff")
    )
    assert strip(emulator, 1)["text"] == "001"
    assert emulator.bad_frames == 2
    with pytest.raises(ValueError, match="no action"):
        await EMULATOR.make().press("dance")
