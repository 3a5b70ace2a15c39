"""H01: readers and keypads that are keyboards, pulled and plugged a hundred times under a keeper: no leak, one name."""

import asyncio
from typing import Any

import pytest

from drivers.barcode.driver import DRIVER as BARCODE
from drivers.barcode.emulator import BarcodeEmulator
from drivers.hidpad.driver import DRIVER as HIDPAD
from drivers.hidpad.emulator import HidPadEmulator
from hallctl.devices.contract import CodeSeen, DriverSpec, PadKey
from hallctl.devices.links import Links
from hallctl.devices.session import Keeper, Surroundings
from tests.devices.fakes import FastTime, Told, eventually, open_files


@pytest.mark.parametrize(
    ("spec", "emulator", "action", "signal"),
    [
        (BARCODE, BarcodeEmulator(kind="keyboard"), "scan", CodeSeen),
        (HIDPAD, HidPadEmulator(), "key", PadKey),
    ],
    ids=["barcode", "hidpad"],
)
async def test_a_hundred_times_pulled_and_plugged(
    spec: DriverSpec, emulator: Any, action: str, signal: type[object]
) -> None:
    time, told = FastTime(), Told()
    around = Surroundings(Links(time.sleep), time, told.on_signal, told.on_state, time.sleep, lambda: 1.0)
    files, tasks = open_files(), asyncio.all_tasks()
    keeper = Keeper("keys", spec, spec.options(), await emulator.start(), around)
    keeper.start()
    for _ in range(100):
        await eventually(lambda: keeper.health.up, "it is open")
        await emulator.press("half")
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
