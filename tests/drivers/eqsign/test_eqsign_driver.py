"""The driver against emulated cards over a real pty and TCP."""

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from drivers.emulated_port import EmulatedPort
from drivers.eqsign.driver import DRIVER, EqSignOptions, open_signs
from drivers.eqsign.emulator import EMULATOR, EqSignEmulator
from hallctl.devices.contract import DeviceFault, FaultsSeen, LinkLost, WindowDisplay, WindowScreen
from tests.devices.fakes import eventually
from tests.drivers.serial_bench import BenchPort, running, started
from tests.drivers.sign_bench import CALLING, IDLE, SERVING, hall


def area(emulator: EqSignEmulator, card: int = 1, zone: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = emulator.view()["cards"].get(str(card), {"areas": {}})["areas"].get(str(zone), {})
    return found


def text(emulator: EqSignEmulator, card: int = 1, zone: int = 1) -> str:
    return str(area(emulator, card, zone).get("text", ""))


@pytest.mark.parametrize(
    ("state", "shown", "colour"),
    [
        ("idle", "综合受理", "green"),
        ("calling", "请A012号", "red"),
        ("serving", "正在办理A012", "green"),
        ("paused", "暂停服务 午休", "yellow"),
        ("closed", "未开放", "yellow"),
        ("emergency", "紧急撤离", "red"),
    ],
)
async def test_each_state(state: str, shown: str, colour: str) -> None:
    """V04, C16."""
    emulator, port = EqSignEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as driver:
        assert isinstance(driver, WindowDisplay)
        await driver.show_window(3, WindowScreen(state, "3", shown))
        await port.until(lambda: text(emulator, 3) == shown)
        assert area(emulator, 3)["colour"] == colour
        assert emulator.bad_frames == 0
        assert port.signals == [FaultsSeen(None)], "nothing is known of a card that never answers"


async def test_the_last_writer_wins_and_a_call_is_shown_at_once() -> None:
    emulator, port = EqSignEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as driver:
        for number in range(30):
            await driver.show_window(None, WindowScreen("serving", "1", f"正在办理A{number:03}"))
        await driver.show_window(None, CALLING)
        await port.until(lambda: text(emulator) == CALLING.text, 0.5)
        await driver.show_window(None, SERVING)
        await port.until(lambda: text(emulator) == SERVING.text, 1.5)
        assert len(emulator.view()["wire"]) == 3


async def test_one_screen_over_two_windows_and_what_was_on_it_before() -> None:
    """V05."""
    areas = {str(unit): {"area": unit, "x": 64 * (unit - 1), "width": 64, "height": 16} for unit in (1, 2)}
    emulator, port = EqSignEmulator(), BenchPort()
    emulator._hear("!#001%ZI09%ZC0000000000640016%F16%C1旧$$".encode("gbk"))
    async with started(emulator) as bus, running(DRIVER, bus, port, areas=areas) as driver:
        await driver.show_window(1, IDLE)
        await driver.show_window(2, CALLING)
        await port.until(lambda: text(emulator, 1, 2))
        assert [text(emulator, 1, zone) for zone in (1, 2, 9)] == ["综合受理", "请A012号", ""]
        assert area(emulator, 1, 2)["x"] == 64


async def test_a_window_without_a_part_of_a_shared_screen_is_told_of() -> None:
    areas = {"9": {"area": 1, "card": 1, "width": 64, "height": 16}}
    emulator, port = EqSignEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, areas=areas) as driver:
        with pytest.raises(DeviceFault, match=r"display\.no_area"):
            await driver.show_window(1, IDLE)
        assert port.of(FaultsSeen)[-1] == FaultsSeen(("display.no_area",))
    with pytest.raises(ValidationError):
        EqSignOptions.model_validate({"areas": {"1": {"area": 0, "width": 64, "height": 16}}})


async def test_a_call_flashes_for_three_seconds_and_then_stays() -> None:
    """V04."""
    emulator, port = EqSignEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, flash=True) as driver:
        await driver.show_window(1, CALLING)
        await port.pass_time(5)
        told = [row["text"] for row in emulator.view()["wire"]]
        assert told == ["card 1 shows 1: 请A012号"] + ["card 1 shows 1: ", "card 1 shows 1: 请A012号"] * 3


@pytest.mark.parametrize("ack", ["FOK", "KOK"])
async def test_answers_prove_the_card(ack: str) -> None:
    emulator, port = EqSignEmulator(ack=ack), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, ack=True) as driver:
        await port.through(driver.show_window(1, CALLING))
        assert text(emulator) == CALLING.text
        assert (port.of(FaultsSeen), port.heards) == ([FaultsSeen(None), FaultsSeen(())], 1)


@pytest.mark.parametrize("fault", ["mute", "half", "damage"])
async def test_a_card_that_makes_no_sense_is_silent_until_it_does(fault: str) -> None:
    emulator, port = EqSignEmulator(ack="FOK"), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, ack=True) as driver:
        await emulator.press(fault)
        with pytest.raises(DeviceFault, match=r"device\.silent"):
            await port.through(driver.show_window(1, IDLE))
        assert port.of(FaultsSeen)[-1] == FaultsSeen(("device.silent",))
        await emulator.press("unmute" if fault == "mute" else fault)
        await port.pass_time(1)
        await port.through(driver.show_window(1, CALLING))
        assert text(emulator) == CALLING.text
        assert port.of(FaultsSeen)[-1] == FaultsSeen(())


@pytest.mark.parametrize("fault", ["noise", "slow"])
async def test_noise_and_a_slow_card_are_borne(fault: str) -> None:
    emulator, port = EqSignEmulator(ack="FOK"), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, ack=True) as driver:
        await emulator.press(fault, seconds=0.005)
        await port.through(driver.show_window(1, CALLING))
        assert port.of(FaultsSeen)[-1] == FaultsSeen(())


async def test_a_card_that_lost_its_power_is_written_again() -> None:
    """H01."""
    emulator, port = EqSignEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, refresh_s=10) as driver:
        await driver.show_window(1, IDLE)
        await port.until(lambda: text(emulator))
        await emulator.press("power_cycle")
        assert text(emulator) == ""
        await port.until(lambda: text(emulator) == IDLE.text, 10.5)


async def test_unplugging_ends_it() -> None:
    emulator, port = EqSignEmulator(), BenchPort()
    async with started(emulator) as bus:
        driver = await open_signs(bus.link(), EqSignOptions(), port)
        run = asyncio.ensure_future(driver.run())
        await emulator.press("unplug")
        with pytest.raises(LinkLost):
            await port.through(run)
        with pytest.raises(LinkLost):
            await driver.show_window(1, CALLING)
        await driver.close()


async def test_pulled_and_plugged() -> None:
    """H01: over a serial server's port; a card that answers is ready again with its first text."""
    emulator = EqSignEmulator(line=EmulatedPort(), ack="FOK", units=(1,))
    async with hall("eqsign", emulator, ack=True) as its:
        await its.state("ready")
        await eventually(lambda: text(emulator) == IDLE.text)
        for _ in range(5):
            await emulator.press("unplug")
            await its.state("offline")
            await emulator.press("power_cycle")
            await emulator.press("plug")
            await its.state("ready")
            await eventually(lambda: text(emulator) == IDLE.text)


async def test_the_emulator_checks_what_it_gets() -> None:
    emulator = EqSignEmulator()
    emulator._hear(b"noise!#0x1$$!#001%Q$$!#001%C9A$$!#001%C1\xc7$$ !#002%ZA04%ZS1")
    emulator._hear(b"2OK$$")
    assert emulator.bad_frames == 4
    assert text(emulator, 2) == "OK"
    with pytest.raises(ValueError, match="no action"):
        await EMULATOR.make().press("dance")
