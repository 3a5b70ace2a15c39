"""The driver against emulated cards over TCP and a real pty."""

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from drivers.emulated_line import EmulatedLine
from drivers.onbon.driver import DRIVER, open_cards
from drivers.onbon.emulator import EMULATOR, OnbonEmulator
from drivers.onbon.options import OnbonOptions
from hallctl.devices.contract import DeviceFault, FaultsSeen, LinkLost, WindowDisplay, WindowScreen
from tests.devices.fakes import eventually
from tests.drivers.serial_bench import BenchPort, running, started
from tests.drivers.sign_bench import CALLING, IDLE, SERVING, hall, over_tcp, pull_and_plug


def card(emulator: OnbonEmulator, address: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = emulator.view()["cards"][str(address)]
    return found


def text(emulator: OnbonEmulator, address: int = 1, area: int = 0) -> str:
    found: str = card(emulator, address)["areas"].get(str(area), {}).get("text", "")
    return found


def wire(emulator: OnbonEmulator) -> list[str]:
    return [row["text"] for row in emulator.view()["wire"] if row["dir"] == "in"]


def serial(*cards: int, **options: Any) -> OnbonEmulator:
    return OnbonEmulator(line=EmulatedLine(57600), cards=cards, **options)


# ---------------------------------------------------------------- texts


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
    emulator, port = OnbonEmulator(), BenchPort()
    async with over_tcp(emulator) as link, running(DRIVER, link, port) as driver:
        assert isinstance(driver, WindowDisplay)
        assert port.signals == [FaultsSeen(())]
        assert port.heards > 0
        await port.through(driver.show_window(3, WindowScreen(state, "3", shown)))
        area = card(emulator)["areas"]["0"]
        assert (area["text"], area["colour"]) == (shown, colour)
        assert (area["width"], area["height"]) == (128, 32), "as the card says"
        assert emulator.bad_frames == 0


async def test_superseded_texts_never_queue_up() -> None:
    """The last writer wins, also while a slow card still takes an older text."""
    emulator, port = OnbonEmulator(), BenchPort()
    async with over_tcp(emulator) as link, running(DRIVER, link, port) as driver:
        await port.until(lambda: "set clock" in wire(emulator))
        await emulator.press("slow", seconds=0.01)
        before = wire(emulator).count("show")
        shows = [
            asyncio.ensure_future(driver.show_window(3, WindowScreen("calling", "3", f"请A{number:03}号")))
            for number in range(20)
        ]
        shows.append(asyncio.ensure_future(driver.show_window(3, SERVING)))
        await port.until(lambda: all(show.done() for show in shows))
        await port.until(lambda: text(emulator) == SERVING.text)
        await port.pass_time(3)
        assert text(emulator) == SERVING.text
        assert wire(emulator).count("show") - before <= 3


async def test_a_call_flashes_and_then_stays() -> None:
    """V04. A card takes a text a second, so it is dark twice for a second."""
    emulator, port = OnbonEmulator(), BenchPort()
    async with (
        over_tcp(emulator) as link,
        running(DRIVER, link, port, flash=True, colours={"calling": "yellow"}) as sign,
    ):
        await port.through(sign.show_window(3, CALLING))
        assert card(emulator)["areas"]["0"]["colour"] == "yellow"
        await port.until(lambda: text(emulator) == "", 1.5)
        await port.until(lambda: text(emulator) == CALLING.text, 1.5)
        await port.until(lambda: text(emulator) == "", 1.5)
        await port.pass_time(2)
        assert text(emulator) == CALLING.text
        await port.through(sign.show_window(3, IDLE))
        await port.pass_time(4)
        assert text(emulator) == IDLE.text


async def test_a_screen_of_one_colour_shows_everything_in_it() -> None:
    emulator, port = OnbonEmulator(colours=1), BenchPort()
    async with over_tcp(emulator) as link, running(DRIVER, link, port) as driver:
        await port.through(driver.show_window(1, IDLE))
        assert card(emulator)["areas"]["0"]["colour"] == "red"


async def test_one_screen_over_four_windows() -> None:
    """V05: each window has its own part of the screen, which the others leave alone."""
    areas = {str(unit): {"area": unit - 1, "y": 16 * (unit - 1), "width": 128, "height": 16} for unit in range(1, 5)}
    emulator, port = OnbonEmulator(height=64), BenchPort()
    async with over_tcp(emulator) as link, running(DRIVER, link, port, areas=areas) as driver:
        for unit in range(1, 5):
            await port.through(driver.show_window(unit, WindowScreen("calling", str(unit), f"请A{unit:03}号")))
        assert [text(emulator, 1, area) for area in range(4)] == [f"请A{unit:03}号" for unit in range(1, 5)]
        assert [area["y"] for area in card(emulator)["areas"].values()] == [0, 16, 32, 48]
        with pytest.raises(DeviceFault, match=r"display\.no_area"):
            await port.through(driver.show_window(5, IDLE))
        assert port.of(FaultsSeen)[-1] == FaultsSeen(("display.no_area",))


async def test_two_windows_for_one_screen_are_told_of() -> None:
    emulator, port = OnbonEmulator(), BenchPort()
    async with over_tcp(emulator) as link, running(DRIVER, link, port) as driver:
        await port.through(driver.show_window(1, IDLE))
        with pytest.raises(DeviceFault, match=r"display\.no_area"):
            await port.through(driver.show_window(2, CALLING))
        assert text(emulator) == IDLE.text


# ---------------------------------------------------------------- brightness and clock


async def test_clock_and_brightness_are_kept() -> None:
    emulator, port = OnbonEmulator(), BenchPort()
    async with over_tcp(emulator) as link, running(DRIVER, link, port, brightness=6, poll_s=10):
        await port.until(lambda: card(emulator)["brightness"] == 6)
        assert card(emulator)["clock"][:6] == [2026, 2, 2, 1, 10, 40], "Monday, in China"
        emulator._screens[1].brightness = 15
        await port.until(lambda: card(emulator)["brightness"] == 6, 12)
        assert wire(emulator).count("set clock") == 1


async def test_brightness_by_the_time_of_day() -> None:
    emulator, port = OnbonEmulator(), BenchPort()
    times = {"07:00": 12, "18:30": 4}
    async with over_tcp(emulator) as link, running(DRIVER, link, port, brightness_at=times, clock="Asia/Urumqi"):
        levels = card(emulator)["daily"]
        assert bytes.fromhex(levels) == bytes([4] * 14 + [12] * 23 + [4] * 11)
        await port.until(lambda: card(emulator)["clock"][4] == 8)


@pytest.mark.parametrize(
    "options",
    [
        {"brightness": 3, "brightness_at": {"07:00": 3}},
        {"brightness_at": {"07:15": 3}},
        {"brightness_at": {"07:00": 16}},
        {"brightness_at": {"07:00": 3}, "clock": ""},
        {"clock": "Asia/Nowhere"},
        {"clock": "../etc"},
        {"cards": []},
        {"cards": [1, 1]},
        {"cards": [40_000]},
        {"areas": {"1": {"area": 8, "width": 64, "height": 16}}},
        {"areas": {"1": {"area": 0, "width": 64, "height": 16, "card": 2}}},
        {"areas": {unit: {"area": 0, "x": 64 * int(unit), "width": 64, "height": 16} for unit in "12"}},
        {"areas": {unit: {"area": int(unit), "width": 64, "height": 16} for unit in "12"}},
    ],
)
def test_options_that_cannot_be(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OnbonOptions.model_validate(options)


# ---------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (2, "display.unsupported"),
        (3, "display.busy"),
        (4, "display.full"),
        (5, "display.corrupted"),
        (7, "device.refused"),
        (12, "display.no_font"),
    ],
)
async def test_refusals_are_faults_until_they_end(error: int, code: str) -> None:
    emulator, port = OnbonEmulator(), BenchPort()
    async with over_tcp(emulator) as link, running(DRIVER, link, port, poll_s=5) as driver:
        await port.through(driver.show_window(1, IDLE))
        await emulator.press("refuse", error=error)
        with pytest.raises(DeviceFault, match=code.replace(".", r"\.")):
            await port.through(driver.show_window(1, CALLING))
        assert code in port.of(FaultsSeen)[-1].faults
        await emulator.press("refuse", error=0)
        await port.until(lambda: port.of(FaultsSeen)[-1] == FaultsSeen(()), 15)
        await port.until(lambda: text(emulator) == CALLING.text, 5)


async def test_a_busy_card_is_asked_again() -> None:
    emulator, port = OnbonEmulator(), BenchPort()
    async with over_tcp(emulator) as link, running(DRIVER, link, port) as driver:
        await emulator.press("refuse", error=3)
        show = asyncio.ensure_future(driver.show_window(1, CALLING))
        await port.pass_time(0.6)
        await emulator.press("refuse", error=0)
        await port.through(show)
        assert text(emulator) == CALLING.text


async def test_a_screen_that_is_off_says_so() -> None:
    emulator, port = OnbonEmulator(), BenchPort()
    async with over_tcp(emulator) as link, running(DRIVER, link, port, poll_s=2):
        await emulator.press("off")
        await port.until(lambda: port.of(FaultsSeen)[-1] == FaultsSeen(("display.off",)), 5)
        await emulator.press("on")
        await port.until(lambda: port.of(FaultsSeen)[-1] == FaultsSeen(()), 5)


@pytest.mark.parametrize("fault", ["noise", "mute"])
async def test_a_text_comes_through_noise_and_a_short_silence(fault: str) -> None:
    emulator, port = serial(1), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as driver:
        await emulator.press(fault)
        show = asyncio.ensure_future(driver.show_window(1, CALLING))
        await port.pass_time(0.5)
        await emulator.press("unmute")
        await port.through(show)
        assert text(emulator) == CALLING.text
        assert port.of(FaultsSeen) == [FaultsSeen(())]


@pytest.mark.parametrize("fault", ["mute", "half", "damage"])
async def test_a_card_that_makes_no_sense_any_more_ends_the_connection(fault: str) -> None:
    emulator, port = OnbonEmulator(), BenchPort()
    async with over_tcp(emulator) as link:
        driver = await port.through(open_cards(link.link(), OnbonOptions(poll_s=2), port))
        run = asyncio.ensure_future(driver.run())
        await emulator.press(fault)
        with pytest.raises(DeviceFault, match=r"device\.silent"):
            await port.through(run)
        with pytest.raises(DeviceFault, match=r"device\.silent"):
            await port.through(
                open_cards(link.link(), OnbonOptions(), port)
            ) if fault == "mute" else await port.through(driver.show_window(1, IDLE))
        await driver.close()


@pytest.mark.parametrize(
    ("fault", "code"), [("mute", "device.silent"), ("half", "device.garbled"), ("damage", "device.garbled")]
)
async def test_what_does_not_answer_is_not_opened(fault: str, code: str) -> None:
    emulator, port = OnbonEmulator(), BenchPort()
    async with over_tcp(emulator) as link:
        await emulator.press(fault)
        with pytest.raises(DeviceFault, match=code.replace(".", r"\.")):
            await port.through(open_cards(link.link(), OnbonOptions(), port))
        assert port.signals == []


async def test_a_card_without_fonts_is_the_wrong_one() -> None:
    emulator, port = OnbonEmulator(model="5E1"), BenchPort()
    async with over_tcp(emulator) as link:
        with pytest.raises(DeviceFault, match=r"device\.wrong_identity") as caught:
            await port.through(open_cards(link.link(), OnbonOptions(), port))
        assert not caught.value.transient


async def test_a_card_that_tells_nothing_of_itself() -> None:
    """Old firmware: neither parameters nor status. Then the config must say how large the screen is."""
    emulator, port = OnbonEmulator(model="5K1"), BenchPort()
    emulator.knows_parameters = emulator.knows_status = False
    async with over_tcp(emulator) as link:
        async with running(DRIVER, link, port, poll_s=2) as driver:
            with pytest.raises(DeviceFault, match=r"display\.size_unknown"):
                await port.through(driver.show_window(1, IDLE))
        async with running(DRIVER, link, port, width=64, height=16, brightness=3, poll_s=2) as driver:
            await port.through(driver.show_window(1, IDLE))
            await port.pass_time(5)
            assert (text(emulator), card(emulator)["brightness"]) == (IDLE.text, 3)
            assert port.of(FaultsSeen)[-1] == FaultsSeen(())


# ---------------------------------------------------------------- many cards


async def test_a_bus_of_cards_of_which_one_is_dead() -> None:
    emulator, port = serial(1, 2, 3), BenchPort()
    emulator.deaf = {1}
    async with started(emulator) as bus, running(DRIVER, bus, port, cards=[1, 2, 3], poll_s=5) as driver:
        for unit in (2, 3):
            await port.through(driver.show_window(unit, WindowScreen("idle", str(unit), f"{unit}号窗口")))
            assert text(emulator, unit) == f"{unit}号窗口"
        with pytest.raises(DeviceFault, match=r"device\.silent"):
            await port.through(driver.show_window(1, CALLING))
        assert port.of(FaultsSeen)[-1] == FaultsSeen(("device.silent",))
        with pytest.raises(DeviceFault, match=r"display\.no_area"):
            await port.through(driver.show_window(9, CALLING))
        emulator.deaf = set()
        await port.until(lambda: text(emulator, 1) == CALLING.text, 15)
        emulator.deaf = {1, 2, 3}
        await port.pass_time(1)


async def test_a_card_that_lost_its_power_gets_its_text_again() -> None:
    """H01: it says itself that the area is gone, long before the next refresh."""
    emulator, port = serial(1), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, poll_s=2, refresh_s=3600) as driver:
        await port.through(driver.show_window(None, IDLE))
        await emulator.press("power_cycle")
        assert text(emulator) == ""
        await port.until(lambda: text(emulator) == IDLE.text, 4)


async def test_unplugging_ends_it() -> None:
    emulator, port = serial(1), BenchPort()
    async with started(emulator) as bus:
        driver = await port.through(open_cards(bus.link(), OnbonOptions(), port))
        run = asyncio.ensure_future(driver.run())
        await port.pass_time(0.2)
        await emulator.press("unplug")
        with pytest.raises(LinkLost):
            await port.through(run)
        with pytest.raises(LinkLost):
            await port.through(driver.show_window(1, CALLING))
        await driver.close()


# ---------------------------------------------------------------- the life of a session


@pytest.mark.parametrize("over", ["tcp", "serial"])
async def test_pulled_and_plugged(over: str) -> None:
    """H01."""
    emulator = OnbonEmulator() if over == "tcp" else serial(1)
    async with hall("onbon", emulator) as its:
        await pull_and_plug(its, emulator, lambda: text(emulator), 5)
        assert set(its.faults) <= {"device.lost"}


async def test_a_muted_card_is_offline_and_comes_back() -> None:
    emulator = OnbonEmulator()
    async with hall("onbon", emulator, poll_s=2) as its:
        await its.state("ready")
        await emulator.press("mute")
        await its.state("offline", "device.silent")
        its.show(1, CALLING)
        await emulator.press("unmute")
        await its.state("ready")
        await eventually(lambda: text(emulator) == CALLING.text)


async def test_the_emulator_checks_what_it_gets() -> None:
    emulator = OnbonEmulator()
    frame = bytes.fromhex("a5a5a5a501000080000000000000fe020500a20001000068f85a")
    emulator._hear(b"\x00\x5a" + frame[:-3] + b"\x00\x00\x5a" + frame[:9] + frame + b"\xa5\x01\x5a")
    assert emulator.bad_frames == 2
    assert wire(emulator)[1] == "ping"
    assert set(EMULATOR.make(units=(1, 2)).view()["cards"]) == {"1"}
    with pytest.raises(ValueError, match="no action"):
        await emulator.press("dance")
