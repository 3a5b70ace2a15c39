"""H04: evaluators with three, four, five and seven keys, and those on a call pad; each key one level, others none."""

from typing import Any

import pytest

from drivers.hidpad.emulator import HidPadEmulator
from drivers.padframe.emulator import PadFrameEmulator
from drivers.ratingpad.emulator import RatingPadEmulator
from hallctl.devices.contract import PadKey, RatingKey
from hallctl.devices.registry import installed
from tests.drivers.key_bench import keyed
from tests.drivers.serial_bench import BenchPort, running, started

BEST = ["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"]

# name, options, what each key means: by the key's number on the pad
FF68: list[tuple[str, dict[str, Any], dict[int, str | None]]] = [
    ("mfc, five keys from worst to best", {}, dict(enumerate(reversed(BEST))) | {5: None}),
    (
        "csharp, four keys, the two worst swapped",
        {"dialect": "csharp"},
        {0: "dissatisfied", 1: "very_dissatisfied", 2: "satisfied", 3: "very_satisfied", 4: None},
    ),
    (
        "three keys",
        {"grades": {"1": "satisfied", "2": "basically_satisfied", "3": "dissatisfied"}},
        {0: None, 1: "satisfied", 2: "basically_satisfied", 3: "dissatisfied", 4: None},
    ),
    (
        "seven keys, the last two call somebody",
        {"grades": {str(key): level for key, level in enumerate(BEST, 1)}},
        dict(enumerate(BEST, 1)) | {6: None, 7: None},
    ),
]


@pytest.mark.parametrize(("options", "meanings"), [row[1:] for row in FF68], ids=[row[0] for row in FF68])
async def test_ff68_evaluators(options: dict[str, Any], meanings: dict[int, str | None]) -> None:
    emulator, port = RatingPadEmulator(), BenchPort()
    async with started(emulator) as bus, running(installed().driver("ratingpad"), bus, port, **options):
        for number, key in enumerate(meanings, 1):
            await emulator.press("grade", unit=129, grade=key)
            await port.until(lambda count=number: len(port.of(RatingKey)) == count)
        assert port.of(RatingKey) == [RatingKey(129, level, str(key)) for key, level in meanings.items()]


@pytest.mark.parametrize("levels", [BEST[1:4], BEST[:4], BEST], ids=["three", "four", "five"])
async def test_described_evaluators(levels: list[str]) -> None:
    """A brand of its own, by its frames; a key beyond its map is told without a level."""
    keys = {f"{number:02x}": level for number, level in enumerate(levels, 1)}
    about = {
        "header": "AA 55",
        "length": 5,
        "address": {"at": 2},
        "key": {"at": 3},
        "checksum": {"kind": "xor8", "at": 4, "first": 2, "last": 3},
        "keys": keys,
        "samples": [{"hex": "AA 55 07 01 06", "key": levels[0], "unit": 7}],
    }
    emulator, port = PadFrameEmulator(frame=about), BenchPort()
    async with started(emulator) as bus, running(installed().driver("padframe"), bus, port, **about):
        pressed = [*keys, "06", "07"]
        for number, key in enumerate(pressed, 1):
            await emulator.press("key", unit=7, key=key)
            await port.until(lambda count=number: len(port.of(RatingKey)) == count)
        assert port.of(RatingKey) == [RatingKey(7, keys.get(key), key) for key in pressed]


async def test_levels_on_a_clerks_pad_are_ratings_and_an_unknown_key_is_none() -> None:
    """The pad form: one pad for both, the citizen's keys among the clerk's."""
    about = {
        "length": 1,
        "key": {"at": 0},
        "header": "",
        "keys": {"41": "next", "31": "very_satisfied", "32": "dissatisfied"},
        "samples": [{"hex": "41", "key": "next"}],
    }
    emulator, port = PadFrameEmulator(frame=about), BenchPort()
    async with started(emulator) as bus, running(installed().driver("padframe"), bus, port, **about):
        for key in ("41", "32", "39"):
            await emulator.press("key", key=key)
            await port.pass_time(0.5)
        assert port.of(PadKey) == [PadKey(None, "next")]
        assert port.of(RatingKey) == [RatingKey(None, "dissatisfied", "32")]


@pytest.mark.parametrize("count", [3, 4, 5, 7])
async def test_keypads_as_evaluators(count: int) -> None:
    grades = dict(zip("12345", BEST[:count], strict=False))
    emulator, port = HidPadEmulator(), BenchPort()
    async with keyed(emulator) as bus, running(installed().driver("hidpad"), bus, port, use="ratings", grades=grades):
        pressed = [str(key) for key in range(1, count + 1)]
        for key in pressed:
            await emulator.press("key", key=key)
            await port.pass_time(0.1)
        assert port.of(RatingKey) == [RatingKey(None, grades.get(key), key) for key in pressed]
