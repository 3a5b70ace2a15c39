"""The driver against emulated evaluators over a real pty."""

from typing import Any

import pytest
from pydantic import ValidationError

from drivers.ratingpad.driver import DRIVER, RatingPadOptions, open_pads
from drivers.ratingpad.emulator import EMULATOR, RatingPadEmulator
from hallctl.devices.contract import FaultsSeen, LinkLost, RatingKey, RatingPad
from tests.drivers.serial_bench import BenchPort, running, started

LEVELS = ["very_dissatisfied", "dissatisfied", "basically_satisfied", "satisfied", "very_satisfied"]


def lamp(emulator: RatingPadEmulator, unit: int = 131) -> dict[str, object]:
    found: dict[str, object] = emulator.view()["pads"].get(str(unit), {})
    return found


async def test_asked_rated_acknowledged() -> None:
    emulator, port = RatingPadEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as driver:
        assert isinstance(driver, RatingPad)
        assert port.signals == [FaultsSeen(None)]
        await driver.ask_rating(131)
        await port.until(lambda: lamp(emulator).get("lamp") == "asked")
        await emulator.press("grade", unit=131, grade=4)
        await port.until(lambda: lamp(emulator)["acknowledged"])
        assert port.signals[1:] == [FaultsSeen(()), RatingKey(131, "very_satisfied", "4")]
        assert lamp(emulator)["lamp"] == "idle"
        await driver.ask_rating(None)
        await port.until(lambda: lamp(emulator, 129)["lamp"] == "asked")


@pytest.mark.parametrize(
    ("options", "levels"),
    [
        ({}, [*LEVELS, None]),
        ({"dialect": "csharp"}, ["dissatisfied", "very_dissatisfied", "satisfied", "very_satisfied", None, None]),
        (
            {"grades": {"1": "satisfied", "2": "basically_satisfied", "3": "dissatisfied"}},
            [None, "satisfied", "basically_satisfied", "dissatisfied", None, None],
        ),
    ],
)
async def test_key_map_per_model_and_unknown_keys_have_no_level(
    options: dict[str, Any], levels: list[str | None]
) -> None:
    """H04."""
    emulator, port = RatingPadEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, **options):
        for grade in range(6):
            await emulator.press("grade", unit=131, grade=grade)
            await port.until(lambda: lamp(emulator)["acknowledged"])
        assert port.of(RatingKey) == [RatingKey(131, level, str(grade)) for grade, level in enumerate(levels)]


async def test_a_retransmission_is_one_rating() -> None:
    emulator, port = RatingPadEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port):
        for _ in range(5):
            emulator._end.line.send(bytes.fromhex("ff680303688311029616"))
            await port.pass_time(0.1)
        assert port.of(RatingKey) == [RatingKey(131, "basically_satisfied", "2")]


async def test_the_short_acknowledgement_of_the_mfc_system() -> None:
    emulator, port = RatingPadEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, answer="short"):
        await emulator.press("grade", unit=131, grade=0)
        await port.until(lambda: lamp(emulator)["acknowledged"])
        assert emulator.view()["wire"][-1]["hex"] == "68 02 02 68 83 01 84 16"


async def test_noise_mute_and_unplugging() -> None:
    emulator, port = RatingPadEmulator(), BenchPort()
    async with started(emulator) as bus:
        driver = await open_pads(bus.link(), RatingPadOptions(), port)
        await emulator.press("mute")
        await driver.ask_rating(131)
        await emulator.press("unmute")
        await emulator.press("unplug")
        with pytest.raises(LinkLost):
            await driver.run()
        await driver.close()
    async with started(emulator) as bus, running(DRIVER, bus, port):
        await emulator.press("noise")
        await emulator.press("grade", unit=131, grade=3)
        await port.until(lambda: port.of(RatingKey))


@pytest.mark.parametrize("grades", [{"x": "satisfied"}, {"01": "satisfied"}, {"256": "satisfied"}, {"1": "fine"}])
def test_grade_maps_of_the_config_are_checked(grades: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        RatingPadOptions.model_validate({"grades": grades})


async def test_unknown_actions_and_values_are_refused() -> None:
    emulator = EMULATOR.make()
    with pytest.raises(ValueError, match="no action"):
        await emulator.press("dance")
    with pytest.raises(ValueError, match="bytes"):
        await emulator.press("grade", unit=131, grade=300)
