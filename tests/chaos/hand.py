"""What befalls the devices of the hall: a hand that pulls, mutes, garbles, slows, jams, and puts in order again."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from hallctl.devices.contract import Emulator
from tests.soak.devices import PRINTER_FAULTS, Fault

_WIRE: Final[tuple[Fault, ...]] = (
    ("mute", {}, "unmute"),
    ("noise", {}, "noise"),
    ("half", {}, "half"),
    ("damage", {}, "damage"),
    ("slow", {"seconds": 1}, "slow"),
    ("unplug", {}, "plug"),
    ("unplug", {}, "plug"),
)

FAULTS: Final[Mapping[str, tuple[Fault, ...]]] = {
    "escpos": (
        *PRINTER_FAULTS,
        ("noise", {}, "noise"),
        ("half", {}, "half"),
        ("head_hot", {}, "head_cool"),
        ("queue_status", {}, "queue_status"),
        ("paper_out_after", {"lines": 4}, "paper_ok"),
        ("cut_cable_after", {"bytes": 400}, "plug"),
    ),
    "idcard": (*_WIRE, ("fail_self_test", {"status": "60"}, "pass_self_test")),
    "voice": (
        ("mute", {}, "unmute"),
        ("noise", {}, "noise"),
        ("half", {}, "half"),
        ("damage", {}, "damage"),
        ("slow", {"seconds": 0.05}, "slow"),
        ("unplug", {}, "plug"),
    ),
    "camera": (("unplug", {}, "plug"),),
    "sane": (("unplug", {}, "plug"), ("busy", {}, "well"), ("jam", {}, "well")),
    "escl": (("unplug", {}, "plug"), ("mute", {}, "clear"), ("cover_open", {}, "clear"), ("garbage", {}, "clear")),
}
"""Faults by driver: what begins each, with what, and what ends it. All others have those of the wire."""

EVERY_S: Final = 420.0
"""The hall's seconds between two faults of a device, in the mean."""

SELDOM_S: Final = 2_400.0
"""The same of a device that is a program: real time passes in it."""

PROGRAMS: Final = ("camera", "sane")

NEVER: Final = 10**9

LASTS_S: Final = 90.0
LONGEST_S: Final = 600.0


_STUCK: Final = {"camera": ("frozen", "well"), "sane": ("slow", "fast"), "escl": ("mute", "clear")}
"""What makes a device that has no `mute` hang, and what ends it."""


class Hand:
    """Acts on all emulators, each by a chance of its own; `befallen` counts by kind of fault."""

    def __init__(
        self, emulators: Mapping[str, tuple[str, Emulator]], seed: int, use: Callable[[str], Awaitable[None]]
    ) -> None:
        """`emulators` are (driver, emulator) by the device's name; `use` is somebody who scans with it."""
        self._use = use
        self.befallen: Counter[str] = Counter()
        self._emulators = emulators
        self._seed = seed
        self._ends: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        for name, (driver, _emulator) in self._emulators.items():
            chance = random.Random(f"{self._seed}/{name}")
            befall = self._befall(name, FAULTS.get(driver, _WIRE), chance)
            self._tasks.append(asyncio.create_task(befall, name=f"hand {name}"))

    async def heal(self) -> None:
        """Put everything in order, for good."""
        for task in self._tasks:
            task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
        self._tasks.clear()
        for name in list(self._ends):
            await self._mend(name)

    async def stop_all(self) -> None:
        """Every device hears nothing and says nothing from now on; `heal` ends it."""
        for name in self._emulators:
            await self._mend(name)
            action, end = _STUCK.get(self._emulators[name][0], ("mute", "unmute"))
            await self._press(name, action, {})
            self._ends[name] = end

    async def _befall(self, name: str, faults: tuple[Fault, ...], chance: random.Random) -> None:
        while True:
            await asyncio.sleep(chance.expovariate(1 / (SELDOM_S if self._is_program(name) else EVERY_S)))
            begin, parameters, end = chance.choice(faults)
            self.befallen[begin] += 1
            self._ends[name] = end
            await self._press(name, begin, parameters)
            if self._is_program(name):
                await self._use(name)
            await asyncio.sleep(min(LONGEST_S, 5 + chance.expovariate(1 / LASTS_S)))
            await self._mend(name)

    def _is_program(self, name: str) -> bool:
        return self._emulators[name][0] in PROGRAMS

    async def _mend(self, name: str) -> None:
        end = self._ends.pop(name, None)
        if end is None:
            return
        await self._press(name, end, {"seconds": 0} if end == "slow" else {})
        if self._emulators[name][0] == "escpos" and end == "plug":
            await self._press(name, "cut_cable_after", {"bytes": NEVER})  # a cable that was to be cut later
        elif self._emulators[name][0] == "escpos" and end == "paper_ok":
            await self._press(name, "paper_out_after", {"lines": NEVER})

    async def _press(self, name: str, action: str, parameters: Mapping[str, Any]) -> None:
        await self._emulators[name][1].press(action, **parameters)
