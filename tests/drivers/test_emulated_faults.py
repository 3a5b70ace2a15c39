"""Every fault that an emulator can be told leads to the state that the hall is promised, and ends with it.

The drivers are in the hands of the real session; time passes only as the bench lets it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from hallctl.devices.contract import Announcement, CodeSeen, DeviceFault, PadKey, RatingKey, WindowScreen
from hallctl.devices.links import Links
from hallctl.devices.registry import installed
from hallctl.devices.session import Keeper, Surroundings
from tests.devices.fakes import Told
from tests.drivers.serial_bench import BenchPort

CALL = Announcement("请 A012 号到 3 号窗口办理", None, 1, "t1", "A012", "3", "hall")
WORKS, NOTHING = "works", "nothing"
"""What becomes of a key, a code, a text or a call: it comes through, or it is lost and nothing else happens."""

OFF = {"mute": "unmute", "unplug": "plug"}
"""How a fault is ended; the others are ended by being told again."""


@dataclass(frozen=True)
class Family:
    """An emulated device as it is tested: how it is made and used, and what each fault leads to. ``(state, fault)`` is
    what the hall is told after a use; else WORKS or NOTHING."""

    driver: str
    use: Callable[["Bench"], Any]
    used: Callable[["Bench"], int]
    faults: dict[str, Any]
    make: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


class Bench:
    """One emulated device and its keeper."""

    def __init__(self, family: Family) -> None:
        self.port = BenchPort()
        self.told = Told()
        self.family = family
        emulator = installed().emulator(family.driver)
        self.emulator: Any = emulator.make(**family.make)
        self.options = {**emulator.options(**family.make), **family.options}
        self.keeper: Keeper
        self.jobs = 0
        self.outcomes: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def state(self) -> tuple[str, str]:
        _, state, faults = self.told.states[-1]
        return state, faults[0] if faults else ""

    def job(self, work: Callable[[Any], Any]) -> None:
        task = asyncio.create_task(self._do(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, work: Callable[[Any], Any]) -> None:
        try:
            await self.keeper.run(work, self.port.now() + 60_000)
            self.outcomes.append("")
        except DeviceFault as fault:
            self.outcomes.append(fault.code)

    def signals(self, *kinds: type[Any]) -> int:
        return sum(isinstance(signal, kinds) for _, signal in self.told.signals)


@asynccontextmanager
async def bench(family: Family) -> AsyncIterator[Bench]:
    its = Bench(family)
    spec = installed().driver(family.driver)
    port, told = its.port, its.told
    around = Surroundings(Links(port.sleep), port, told.on_signal, told.on_state, port.sleep, lambda: 1.0)
    url = await its.emulator.start()
    its.keeper = Keeper("it", spec, spec.options(**its.options), url, around)
    its.keeper.start()
    try:
        await port.until(lambda: its.keeper.health.up and told.states and told.states[-1][1] != "connecting")
        yield its
    finally:
        stop = asyncio.ensure_future(its.keeper.stop())
        await port.until(stop.done)
        await its.emulator.stop()


# ---------------------------------------------------------------- the families


def press(action: str, **params: Any) -> Callable[[Bench], Any]:
    return lambda its: its.emulator.press(action, **params)


async def show(its: Bench) -> None:
    its.jobs += 1
    screen = WindowScreen("calling", "1", f"请A{its.jobs:03}号", f"A{its.jobs:03}")
    its.job(lambda sign: sign.show_window(1, screen))


async def say(its: Bench) -> None:
    its.job(lambda speaker: speaker.say(CALL))


def rated(its: Bench) -> int:
    """Keys that are a rating; what noise makes is an unknown key, and none."""
    return sum(isinstance(signal, RatingKey) and signal.level is not None for _, signal in its.told.signals)


def done(its: Bench) -> int:
    return its.outcomes.count("")


KEYS = {
    "mute": NOTHING,
    "noise": WORKS,
    "half": NOTHING,
    "damage": NOTHING,
    "slow": WORKS,
    "unplug": ("offline", "device.lost"),
}
CODES = {**KEYS, "noise": NOTHING}
SILENT = ("degraded", "device.silent")
ACKNOWLEDGED = {**KEYS, "mute": SILENT, "half": SILENT, "damage": SILENT}
ASKED = {**KEYS, "mute": ("offline", "device.silent"), "half": ("offline", "device.silent")}
FAILED = {"mute": "device.failed", "noise": "device.failed", "half": "device.failed", "damage": "device.failed"}

FAMILIES = {
    "callpad": Family("callpad", press("key", key="next"), lambda its: its.signals(PadKey), KEYS),
    "ratingpad": Family("ratingpad", press("grade", grade=4), rated, KEYS),
    "padframe": Family("padframe", press("key", key="next"), lambda its: its.signals(PadKey), KEYS),
    "hidpad keyboard": Family(
        "hidpad",
        press("key", key="enter"),
        lambda its: its.signals(PadKey),
        {**KEYS, "half": WORKS, "damage": WORKS},  # the key's fall is in the first half; no check sum, the kernel's own
    ),
    "hidpad serial": Family(
        "hidpad",
        press("key", key="5"),
        rated,
        {**KEYS, "half": WORKS, "damage": WORKS},  # without a check sum: half of it is the digit, damaged another digit
        make={"kind": "serial", "frame": "line"},
        options={"use": "ratings", "grades": {"5": "satisfied", "4": "dissatisfied"}},
    ),
    "barcode serial": Family(
        "barcode",
        press("scan", text="A012"),
        lambda its: its.signals(CodeSeen),
        CODES,
        options={"same_code_s": 0.0},
    ),
    "barcode gm65": Family(
        "barcode",
        press("scan", text="A012"),
        lambda its: its.signals(CodeSeen),
        {
            **CODES,
            "mute": ("offline", "device.silent"),
            "half": ("offline", "device.garbled"),
            "damage": ("offline", "device.garbled"),
        },
        make={"kind": "gm65"},
        options={"same_code_s": 0.0},
    ),
    "eqsign": Family("eqsign", show, done, ACKNOWLEDGED, make={"ack": "FOK"}),
    "ledstrip": Family("ledstrip", show, done, ACKNOWLEDGED, make={"ack": "frame"}),
    "onbon": Family("onbon", show, done, {**ASKED, "damage": ("offline", "device.silent")}, options={"poll_s": 2}),
    "voice": Family(
        "voice",
        say,
        done,
        {**FAILED, "slow": WORKS, "unplug": ("offline", "voice.no_engine")},
        options={"engine_s": 60, "cache": 0},
    ),
}
ROWS = [(name, fault) for name, family in FAMILIES.items() for fault in family.faults]


@pytest.mark.parametrize("name", FAMILIES)
def test_every_fault_of_the_table_can_be_told(name: str) -> None:
    family = FAMILIES[name]
    assert set(family.faults) == {"mute", "noise", "half", "damage", "slow", "unplug"}
    assert set(family.faults) <= set(installed().emulator(family.driver).actions)


@pytest.mark.parametrize(("name", "fault"), ROWS, ids=lambda part: part.replace(" ", "-"))
async def test_a_fault_leads_to_what_is_promised_and_ends(name: str, fault: str) -> None:
    family = FAMILIES[name]
    promised = family.faults[fault]
    async with bench(family) as its:
        if promised == NOTHING:
            await its.port.pass_time(1.1)  # after a state was told, the next is held back for a second
        before = its.told.states[-1]
        await its.emulator.press(fault, **({"seconds": "0.005"} if fault == "slow" else {}))
        await family.use(its)
        await met(its, promised)
        if promised == NOTHING:
            await its.port.pass_time(0.6)
            assert family.used(its) == 0
            assert its.told.states[-1] == before
        await its.emulator.press(OFF.get(fault, fault), **({"seconds": "0"} if fault == "slow" else {}))
        its.keeper.retry_now()
        await its.port.until(lambda: its.keeper.health.up, 90)
        await its.port.pass_time(0.5)  # the same key sooner is the same press
        had = family.used(its)
        await family.use(its)
        await its.port.until(lambda: family.used(its) > had)
        await its.port.until(lambda: its.state()[0] in ("ready", "degraded"))


async def met(its: Bench, promised: Any) -> None:
    """Let time pass until what is promised has come."""
    if promised == WORKS:
        await its.port.until(lambda: its.family.used(its) == 1)
    elif isinstance(promised, tuple):
        await its.port.until(lambda: its.state() == promised, 90)
    elif promised != NOTHING:
        await its.port.until(lambda: its.outcomes == [promised])
