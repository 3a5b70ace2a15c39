"""The hall's side of a wire whose other end is a real program: a keeper with a real session, and a quicker clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from hallctl.clock import monotonic_s
from hallctl.devices.contract import DriverSpec, Signal, Slip
from hallctl.devices.links import Links
from hallctl.devices.session import Keeper, Surroundings
from tests.devices.fakes import NOON, Told, eventually

FACTOR = 20
"""Seconds of the hall in a real one. Waits for an answer are set so long that a busy machine does not come near."""

PATIENT = {"status_s": 30.0, "proof_s": 120.0, "poll_s": 2.0}
"""Options of a printer: 1.5 and 6 real seconds for an answer, ten looks in a real second."""


class QuickTime:
    """A clock that really passes, only quicker: what a program of its own answers takes real time."""

    def __init__(self) -> None:
        self._began_s = monotonic_s()

    def now(self) -> int:
        return NOON + round((monotonic_s() - self._began_s) * 1000 * FACTOR)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / FACTOR)


@dataclass
class HallSide:
    """A device of the hall under its keeper, and what it has told."""

    keeper: Keeper
    told: Told
    time: QuickTime

    async def is_told(self, state: str, *faults: str) -> None:
        """Wait until the hall has been told exactly this of it."""
        try:
            await eventually(lambda: self.told.states and self.told.states[-1][1:] == (state, faults))
        except AssertionError:
            raise AssertionError(f"never: {state} {faults}, but {self.told.states[-3:]}") from None

    async def print_slip(self, slip: Slip) -> None:
        await self.keeper.run(lambda printer: printer.print_slip(slip), self.time.now() + 600_000)

    def signals(self) -> list[Signal]:
        return [signal for _, signal in self.told.signals]


@asynccontextmanager
async def kept(spec: DriverSpec, url: str, **options: Any) -> AsyncIterator[HallSide]:
    """A device under a keeper; afterwards nothing of it is left."""
    time, told, before = QuickTime(), Told(), asyncio.all_tasks()
    around = Surroundings(Links(time.sleep), time, told.on_signal, told.on_state, time.sleep, lambda: 0.0, open_s=10.0)
    keeper = Keeper("device", spec, spec.options(**options), url, around)
    keeper.start()
    try:
        yield HallSide(keeper, told, time)
    finally:
        await keeper.stop()
    await eventually(lambda: not {task for task in asyncio.all_tasks() - before if not task.done()}, "no task is left")
