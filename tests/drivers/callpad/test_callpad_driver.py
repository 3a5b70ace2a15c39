"""The driver against emulated pads over a real pty."""

import pytest
from pydantic import ValidationError

from drivers.callpad.driver import DRIVER, CallPadOptions, open_pads
from drivers.callpad.emulator import EMULATOR, CallPadEmulator
from hallctl.devices.contract import CallPad, FaultsSeen, LinkLost, PadKey, WindowDisplay, WindowScreen
from tests.drivers.serial_bench import BenchPort, running, started

CALLING = WindowScreen("calling", "3", "请A012号", "A012", 7)


def pads(emulator: CallPadEmulator) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = emulator.view()["pads"]
    return found


async def test_the_state_is_unknown_until_a_pad_was_heard() -> None:
    emulator, port = CallPadEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as driver:
        assert isinstance(driver, CallPad)
        assert isinstance(driver, WindowDisplay)
        assert port.signals == [FaultsSeen(None)]
        await emulator.press("key", unit=3, key="next")
        await port.until(lambda: port.of(PadKey))
        assert port.signals[1:] == [FaultsSeen(()), PadKey(3, "next")]
        assert port.heards == 1


@pytest.mark.parametrize(
    ("dialect", "key", "signal"),
    [
        ("csharp", "next", PadKey(1, "next")),
        ("csharp", "recall", PadKey(1, "recall")),
        ("csharp", "miss", PadKey(1, "miss")),
        ("csharp", "hold", PadKey(1, "hold")),
        ("csharp", "pause", PadKey(1, "pause")),
        ("csharp", "12+next", PadKey(1, "call", "12")),
        ("mfc", "miss", PadKey(1, "miss")),
        ("mfc", "pause", PadKey(1, "pause")),
        ("mfc", "1042+function", PadKey(1, "login", "1042")),
    ],
)
async def test_keys_of_both_dialects(dialect: str, key: str, signal: PadKey) -> None:
    emulator, port = CallPadEmulator(dialect=dialect), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, dialect=dialect):
        await emulator.press("key", unit=1, key=key)
        await port.until(lambda: port.of(PadKey) and pads(emulator)["1"]["acknowledged"])
        assert port.of(PadKey) == [signal]


async def test_a_pad_that_missed_the_echo_sends_again_and_is_one_key() -> None:
    emulator, port = CallPadEmulator(), BenchPort()
    frame = bytes.fromhex("ff6803036801010c0e16")
    async with started(emulator) as bus, running(DRIVER, bus, port):
        for _ in range(6):
            emulator._end.line.send(frame)
            await port.pass_time(0.1)
        assert port.of(PadKey) == [PadKey(1, "next")]
        echoes = [row for row in emulator.view()["wire"] if row["hex"] == frame.hex(" ")]
        assert len(echoes) == 3, "an adapter that echoes our answers must not be answered for ever"
        await port.pass_time(1)
        emulator._end.line.send(frame)
        await port.until(lambda: len(port.of(PadKey)) == 2)


async def test_displays_results_and_beeps() -> None:
    emulator, port = CallPadEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as driver:
        await driver.show_window(3, WindowScreen("idle", "3", "综合受理", None, 7))
        await port.until(lambda: pads(emulator).get("3", {}).get("display") == "007---")
        await driver.confirm(3, accepted=True)
        await port.until(lambda: pads(emulator)["3"]["beeps"] == 1)
        assert pads(emulator)["3"]["result"] == "ok"
        await driver.show_window(3, CALLING)
        await port.until(lambda: pads(emulator)["3"]["display"] == "007012")
        await driver.show_window(None, WindowScreen("paused", "1", "暂停服务", "A012", 1))
        await port.until(lambda: pads(emulator)["1"]["display"] == "001---")


async def test_waiting_counts_are_coalesced_and_a_call_is_not() -> None:
    emulator, port = CallPadEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as driver:
        for waiting in range(50):
            await driver.show_window(3, WindowScreen("idle", "3", "", None, waiting))
        await driver.show_window(3, CALLING)
        await port.pass_time(3)
        assert pads(emulator)["3"]["display"] == "007012"
        assert len(emulator.view()["wire"]) == 2


async def test_displays_come_back_after_a_confirmation_and_after_a_while() -> None:
    emulator, port = CallPadEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, beep=False, refresh_s=10) as driver:
        await driver.show_window(1, CALLING)
        await port.pass_time(2)
        await driver.confirm(1, accepted=False)
        await port.until(lambda: pads(emulator)["1"]["result"] == "fail")
        await port.pass_time(1.2)
        texts = [row["text"] for row in emulator.view()["wire"]]
        assert texts == ["pad 1 shows 007012", "pad 1: fail", "pad 1 shows 007012"]
        await port.pass_time(10)
        assert len(emulator.view()["wire"]) == 4


async def test_a_key_without_a_meaning_is_refused_at_the_pad_and_a_known_one_of_no_use_is_not() -> None:
    emulator, port = CallPadEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, keymap={"0E": "none"}):
        await emulator.press("key", unit=1, key="77")
        await port.until(lambda: pads(emulator)["1"]["result"] == "fail")
        await emulator.press("key", unit=1, key="cancel")
        await port.until(lambda: pads(emulator)["1"]["acknowledged"])
        await port.pass_time(0.5)
        assert port.of(PadKey) == []
        assert pads(emulator)["1"]["result"] is None


async def test_mfc_display_and_noise() -> None:
    emulator, port = CallPadEmulator(dialect="mfc"), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, dialect="mfc") as driver:
        await driver.show_window(1, CALLING)
        await port.until(lambda: pads(emulator)["1"]["display"] == "012-7")
        await emulator.press("noise")
        await emulator.press("key", unit=1, key="next")
        await port.until(lambda: port.of(PadKey) == [PadKey(1, "next")])


async def test_a_frame_cut_off_by_silence_does_not_swallow_the_next() -> None:
    emulator, port = CallPadEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port):
        emulator._end.line.send(bytes.fromhex("ff68 2020 68"))
        await port.pass_time(0.5)
        await emulator.press("key", unit=1, key="next")
        await port.until(lambda: port.of(PadKey))


async def test_mute_pads_are_silent_and_unplugging_ends_the_run() -> None:
    emulator, port = CallPadEmulator(), BenchPort()
    async with started(emulator) as bus:
        driver = await open_pads(bus.link(), CallPadOptions(), port)
        await emulator.press("mute")
        await emulator.press("key", unit=1, key="next")
        await emulator.press("unplug")
        with pytest.raises(LinkLost):
            await driver.run()
        with pytest.raises(LinkLost):
            await driver.show_window(1, CALLING)
        await driver.close()
        assert port.signals == [FaultsSeen(None)]


@pytest.mark.parametrize("keymap", [{"0x0c": "next"}, {"0c": "dance"}, {"+0c": "next"}])
def test_key_maps_of_the_config_are_checked(keymap: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        CallPadOptions(keymap=keymap)


async def test_unknown_actions_and_keys_are_refused() -> None:
    emulator = EMULATOR.make()
    with pytest.raises(ValueError, match="no action"):
        await emulator.press("dance")
    with pytest.raises(ValueError, match="no key"):
        await emulator.press("key", unit=1, key="dance")
