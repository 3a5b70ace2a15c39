"""H01: readers, keypads and pads pulled and plugged a hundred times under a keeper: no leak, one name."""

import asyncio
from typing import Any

import pytest

from drivers.barcode.driver import DRIVER as BARCODE
from drivers.barcode.emulator import BarcodeEmulator
from drivers.callpad.driver import DRIVER as CALLPAD
from drivers.callpad.emulator import CallPadEmulator
from drivers.hidpad.driver import DRIVER as HIDPAD
from drivers.hidpad.emulator import HidPadEmulator
from drivers.padframe.driver import DRIVER as PADFRAME
from drivers.padframe.emulator import PadFrameEmulator, description
from drivers.ratingpad.driver import DRIVER as RATINGPAD
from drivers.ratingpad.emulator import RatingPadEmulator
from hallctl.devices.contract import CodeSeen, DriverSpec, PadKey, RatingKey
from hallctl.devices.links import Links
from hallctl.devices.session import Keeper, Surroundings
from tests.devices.fakes import FastTime, Told, eventually, open_files


@pytest.mark.parametrize(
    ("spec", "emulator", "trouble", "action", "signal"),
    [
        (BARCODE, BarcodeEmulator(kind="keyboard"), "half_code", "scan", CodeSeen),
        (BARCODE, BarcodeEmulator(), "half_code", "scan", CodeSeen),
        (HIDPAD, HidPadEmulator(), "half_key", "key", PadKey),
        (CALLPAD, CallPadEmulator(), "key", "key", PadKey),
        (RATINGPAD, RatingPadEmulator(), "grade", "grade", RatingKey),
        (PADFRAME, PadFrameEmulator(), "key", "key", PadKey),
    ],
    ids=["barcode", "barcode-serial", "hidpad", "callpad", "ratingpad", "padframe"],
)
async def test_a_hundred_times_pulled_and_plugged(
    spec: DriverSpec, emulator: Any, trouble: str, action: str, signal: type[object]
) -> None:
    time, told = FastTime(), Told()
    around = Surroundings(Links(time.sleep), time, told.on_signal, told.on_state, time.sleep, lambda: 1.0)
    files, tasks = open_files(), asyncio.all_tasks()
    options = spec.options(**(description() if spec is PADFRAME else {}))
    keeper = Keeper("keys", spec, options, await emulator.start(), around)
    keeper.start()
    for _ in range(100):
        await eventually(lambda: keeper.health.up, "it is open")
        await emulator.press(trouble)
        await emulator.press("unplug")
        await eventually(lambda: not keeper.health.up, "it is lost")
        await emulator.press("plug")
    await eventually(lambda: keeper.health.up, "it is open")
    await emulator.press(action)
    await eventually(lambda: [one for _, one in told.signals if isinstance(one, signal)], "it is heard")
    await keeper.stop()
    await emulator.stop()
    await eventually(lambda: open_files() == files, "no file is left open")
    assert asyncio.all_tasks() == tasks
