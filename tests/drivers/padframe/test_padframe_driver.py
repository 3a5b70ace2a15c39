"""Described pads over a real pty, against an emulator that builds the frames by itself (H04)."""

from typing import Any

import pytest

from drivers.padframe.driver import DRIVER
from drivers.padframe.emulator import EMULATOR, PadFrameEmulator
from hallctl.devices.contract import (
    CallPad,
    FaultsSeen,
    LinkLost,
    PadKey,
    RatingKey,
    RatingPad,
    WindowDisplay,
    WindowScreen,
)
from tests.drivers.padframe.test_padframe_codec import FF68, SHIPPED, options_of
from tests.drivers.serial_bench import BenchPort, running, started

BY_NAME = {path.stem: options_of(path) for path in SHIPPED}
CALLING = WindowScreen("calling", "3", "请A012号", "A012", 7)


def outputs(about: dict[str, Any], **more: str) -> dict[str, Any]:
    return {**about, **more}


async def test_call_pads_on_a_bus_are_answered_and_told_once() -> None:
    emulator, port = PadFrameEmulator(frame=BY_NAME["aa55"]), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, **BY_NAME["aa55"]) as driver:
        assert isinstance(driver, CallPad)
        assert isinstance(driver, RatingPad)
        assert isinstance(driver, WindowDisplay)
        assert port.signals == [FaultsSeen(None)]
        await emulator.press("key", unit=3, key="next")
        await port.until(lambda: emulator.view()["pads"]["3"]["acknowledged"])
        await emulator.press("key", unit=2, key="05")
        await port.until(lambda: len(port.of(PadKey)) == 2)
        await port.pass_time(1)
        assert port.signals[1:] == [FaultsSeen(()), PadKey(3, "next"), PadKey(2, "miss")]


async def test_a_frame_that_comes_again_is_one_press_and_not_answered_for_ever() -> None:
    emulator, port = PadFrameEmulator(frame=BY_NAME["aa55"]), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, **BY_NAME["aa55"]):
        for _ in range(6):
            emulator._end.line.send(bytes.fromhex("aa55030103"))
            await port.pass_time(0.1)
        assert port.of(PadKey) == [PadKey(3, "next")]
        assert emulator.view()["heard"] == ["aa 55 03 01 03"] * 3


@pytest.mark.parametrize(
    ("name", "key", "level"),
    [
        ("digit", "31", "very_satisfied"),
        ("digit", "35", "very_dissatisfied"),
        ("stx", "33", "basically_satisfied"),
        ("stx", "39", None),
    ],
)
async def test_evaluators_tell_levels_and_an_unknown_key_is_no_rating(name: str, key: str, level: str | None) -> None:
    emulator, port = PadFrameEmulator(frame=BY_NAME[name]), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, **BY_NAME[name]):
        await emulator.press("key", key=key)
        await port.until(lambda: port.of(RatingKey))
        assert port.of(RatingKey) == [RatingKey(None, level, key)]


async def test_noise_of_a_pad_without_frames_is_no_unknown_key() -> None:
    emulator, port = PadFrameEmulator(frame=BY_NAME["digit"]), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, **BY_NAME["digit"]):
        emulator._end.line.send(b"\x00\xff9\x07")
        await emulator.press("noise")
        await emulator.press("key", key="satisfied")
        await port.until(lambda: port.of(RatingKey))
        assert port.of(RatingKey) == [RatingKey(None, "satisfied", "32")]


async def test_digits_before_a_key_name_a_number_and_are_forgotten() -> None:
    emulator, port = PadFrameEmulator(frame=BY_NAME["line"]), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, **BY_NAME["line"]):
        for key in ("31", "31", "37", "41"):
            await emulator.press("key", key=key)
        await port.until(lambda: port.of(PadKey))
        await emulator.press("key", key="32")
        await port.pass_time(6)
        await emulator.press("key", key="41")
        await port.until(lambda: len(port.of(PadKey)) == 2)
        assert port.of(PadKey) == [PadKey(None, "call", "117"), PadKey(None, "next")]


async def test_a_bouncing_key_is_one_press() -> None:
    emulator, port = PadFrameEmulator(frame=BY_NAME["line"]), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, **BY_NAME["line"]):
        for _ in range(2):
            await emulator.press("key", key="recall")
        await port.pass_time(1)
        await emulator.press("key", key="recall")
        await port.until(lambda: len(port.of(PadKey)) == 2)


async def test_displays_lamps_and_results_of_pads_that_have_them() -> None:
    about = outputs(
        FF68,
        acknowledge="FF 68 {length} 03 68 {address} 01 {key} {check} 16",
        show="FF 68 {length} 08 68 {address} 02 {waiting:3} {number:3} {check} 16",
        accepted="FF 68 {length} 03 68 {address} 02 01 {check} 16",
        refused="FF 68 {length} 03 68 {address} 02 00 {check} 16",
        ask="FF 68 {length} 03 68 {address} 01 0B {check} 16",
    )
    emulator, port = PadFrameEmulator(frame=about, units=(3,)), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, **about) as driver:
        await driver.show_window(3, CALLING)
        await driver.confirm(3, accepted=True)
        await driver.ask_rating(3)
        await port.until(lambda: len(emulator.view()["heard"]) >= 2)
        await port.pass_time(2)
        sent = bytes.fromhex("".join(emulator.view()["heard"]))
        for frame in (
            "ff6808086803020000070001020f16",  # 7 wait, number 012, as captured of a real hall system's rule
            "ff68030368030201 06 16",
            "ff68030368 03010b 0f16",
        ):
            assert bytes.fromhex(frame.replace(" ", "")) in sent
        await emulator.press("key", unit=3, key="0c")
        await port.until(lambda: emulator.view()["pads"]["3"]["acknowledged"])
        await emulator.press("key", unit=3, key="77")
        await port.until(lambda: "ff 68 03 03 68 03 02 00 05 16" in " ".join(emulator.view()["heard"]))
        assert port.of(PadKey) == [PadKey(3, "next")]


async def test_pads_without_display_and_lamp_take_what_the_hall_says() -> None:
    emulator, port = PadFrameEmulator(frame=BY_NAME["stx"]), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, **BY_NAME["stx"]) as driver:
        await driver.show_window(1, CALLING)
        await driver.ask_rating(None)
        await driver.confirm(None, accepted=False)
        await port.pass_time(0.5)
        assert emulator.view()["heard"] == []


async def test_a_display_is_blank_without_a_number_and_in_ascii_where_it_is() -> None:
    about = outputs(BY_NAME["stx"], show="02 {waiting:2a} {number:4a} 03")
    emulator, port = PadFrameEmulator(frame=about), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, **about) as driver:
        await driver.show_window(None, WindowScreen("idle", "1", "综合受理", None, 123))
        await port.until(lambda: emulator.view()["heard"])
        assert bytes.fromhex(emulator.view()["heard"][0]) == b"\x0299    \x03"


async def test_unplugging_ends_the_run() -> None:
    emulator, port = PadFrameEmulator(frame=BY_NAME["stx"]), BenchPort()
    async with started(emulator) as bus:
        driver = await DRIVER.open(bus.link(), DRIVER.options(**BY_NAME["stx"]), port)
        await emulator.press("unplug")
        with pytest.raises(LinkLost):
            await driver.run()
        await driver.close()


async def test_the_emulator_knows_its_keys_and_reads_the_shipped_files() -> None:
    emulator = EMULATOR.make(frame=str(SHIPPED[0]), units=(3,))
    with pytest.raises(ValueError, match="there are"):
        await emulator.press("key", unit=3, key="dance")
    with pytest.raises(ValueError, match="no action"):
        await emulator.press("dance")
    assert EMULATOR.options(frame=str(SHIPPED[0]))["header"] == "AA 55"
