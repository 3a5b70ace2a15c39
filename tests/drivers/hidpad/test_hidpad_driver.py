"""The driver against emulated keypads: keyboards over a FIFO, serial ones over a real pty (H04)."""

import pytest
from pydantic import ValidationError

from drivers.hidpad.driver import DRIVER, HidPadOptions, open_pad
from drivers.hidpad.emulator import EMULATOR, HidPadEmulator
from hallctl.devices.contract import CallPad, FaultsSeen, LinkLost, PadKey, RatingKey, RatingPad
from tests.drivers.key_bench import keyed
from tests.drivers.serial_bench import BenchPort, running, started

GRADES = {
    "1": "very_satisfied",
    "2": "satisfied",
    "3": "basically_satisfied",
    "4": "dissatisfied",
    "f5": "very_dissatisfied",
}


async def test_a_call_pad_that_is_a_keyboard() -> None:
    emulator, port = HidPadEmulator(), BenchPort()
    async with keyed(emulator) as bus, running(DRIVER, bus, port) as driver:
        assert isinstance(driver, CallPad)
        assert isinstance(driver, RatingPad)
        assert port.signals == [FaultsSeen(())]
        for key in ("enter", "12+enter", "plus", "0+minus"):
            await emulator.press("key", key=key)
            await port.pass_time(0.5)
        assert port.of(PadKey) == [
            PadKey(None, "next"),
            PadKey(None, "call", "12"),
            PadKey(None, "recall"),
            PadKey(None, "pause"),
        ]
        await driver.confirm(None, True)
        await driver.ask_rating(None)


async def test_numlock_makes_no_difference() -> None:
    emulator, port = HidPadEmulator(), BenchPort()
    async with keyed(emulator) as bus, running(DRIVER, bus, port):
        for _ in range(2):
            await emulator.press("numlock")
            await emulator.press("key", key="163+enter")
            await port.pass_time(0.5)
        assert port.of(PadKey) == [PadKey(None, "call", "163")] * 2


async def test_a_key_that_is_held_or_bounces_is_one_press() -> None:
    emulator, port = HidPadEmulator(), BenchPort()
    async with keyed(emulator) as bus, running(DRIVER, bus, port):
        await emulator.press("hold", key="enter")
        await emulator.press("key", key="enter")
        await port.pass_time(1)
        assert port.of(PadKey) == [PadKey(None, "next")]
        await emulator.press("key", key="enter")
        await port.until(lambda: len(port.of(PadKey)) == 2)


async def test_digits_are_forgotten_after_a_while_by_backspace_and_when_keys_were_lost() -> None:
    emulator, port = HidPadEmulator(), BenchPort()
    async with keyed(emulator) as bus, running(DRIVER, bus, port, digits_s=2):
        await emulator.press("key", key="12")
        await port.pass_time(3)
        await emulator.press("key", key="3")
        await emulator.press("key", key="backspace")
        await emulator.press("key", key="4")
        await emulator.press("overflow")
        await emulator.press("key", key="enter")
        await port.until(lambda: port.of(PadKey))
        assert port.of(PadKey) == [PadKey(None, "next")]


async def test_keys_of_the_site_and_keys_without_a_meaning() -> None:
    keymap = {"f1": "next", "enter": "none", "1": "start"}
    emulator, port = HidPadEmulator(), BenchPort()
    async with keyed(emulator) as bus, running(DRIVER, bus, port, keymap=keymap):
        for key in ("enter", "f2", "f1", "1"):
            await emulator.press("key", key=key)
        await port.until(lambda: len(port.of(PadKey)) == 2)
        assert port.of(PadKey) == [PadKey(None, "next"), PadKey(None, "start")]


@pytest.mark.parametrize("frame", ["single", "line", "stx"])
async def test_a_serial_rating_pad_tells_levels_and_rejects_unknown_keys(frame: str) -> None:
    """H04: the key map is the site's; an unknown key is told without a level."""
    emulator, port = HidPadEmulator(kind="serial", frame=frame), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, use="ratings", grades=GRADES):
        assert port.signals == [FaultsSeen(None)]
        for key in ("1", "4", "7"):
            await emulator.press("key", key=key)
        await port.until(lambda: len(port.of(RatingKey)) == 3)
        assert port.signals[1] == FaultsSeen(())
        assert port.of(RatingKey) == [
            RatingKey(None, "very_satisfied", "1"),
            RatingKey(None, "dissatisfied", "4"),
            RatingKey(None, None, "7"),
        ]


async def test_a_rating_pad_that_is_a_keyboard_sends_a_grade_and_enter() -> None:
    emulator, port = HidPadEmulator(), BenchPort()
    async with keyed(emulator) as bus, running(DRIVER, bus, port, use="ratings", grades=GRADES):
        for key in ("2+enter", "f5"):
            await emulator.press("key", key=key)
        await port.until(lambda: len(port.of(RatingKey)) == 2)
        assert [key.level for key in port.of(RatingKey)] == ["satisfied", "very_dissatisfied"]


async def test_a_serial_call_pad_that_frames_every_key() -> None:
    emulator, port = HidPadEmulator(kind="serial", frame="line"), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, framed=True, keymap={"a": "next"}):
        for key in ("12+star", "a", "plus"):
            await emulator.press("key", key=key)
        await port.until(lambda: len(port.of(PadKey)) == 2)
        assert port.of(PadKey) == [PadKey(None, "next"), PadKey(None, "recall")]


@pytest.mark.parametrize("trouble", ["half_key", "noise"])
async def test_trouble_on_the_wire_costs_no_later_key(trouble: str) -> None:
    emulator, port = HidPadEmulator(), BenchPort()
    async with keyed(emulator) as bus, running(DRIVER, bus, port):
        await emulator.press(trouble, key="f3")
        await port.pass_time(0.5)
        await emulator.press("key", key="enter")
        await port.until(lambda: port.of(PadKey) == [PadKey(None, "next")])


async def test_mute_is_silent_and_unplugging_ends_the_run() -> None:
    emulator, port = HidPadEmulator(), BenchPort()
    async with keyed(emulator) as bus:
        driver = await open_pad(bus.link(), HidPadOptions(), port)
        await emulator.press("mute")
        await emulator.press("key", key="enter")
        await emulator.press("unplug")
        with pytest.raises(LinkLost):
            await driver.run()
        await driver.close()
        assert port.signals == [FaultsSeen(())]


@pytest.mark.parametrize(
    "options",
    [
        {"use": "ratings"},
        {"use": "ratings", "grades": {"1": "good"}},
        {"grades": {"kp1": "satisfied"}},
        {"keymap": {"enter": "dance"}},
        {"keymap": {"+": "next"}},
        {"digits_s": 0},
    ],
)
def test_options_of_the_config_are_checked(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        HidPadOptions.model_validate(options)


async def test_unknown_actions_and_keys_are_refused() -> None:
    emulator = EMULATOR.make(units=(3,))
    with pytest.raises(ValueError, match="no action"):
        await emulator.press("dance")
    with pytest.raises(ValueError, match="no key"):
        await emulator.press("key", key="dance")
