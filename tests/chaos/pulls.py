"""H01: one device of a running hall, pulled and plugged again and again.

While it is out the hall goes on: its window is paused for another reason, a number is taken. Looked at: when it is told
that the device is gone and when that it is back, what its screen or paper shows then, one line in the log for each, and
what is left of tasks, files, threads, programs and memory.
"""

import asyncio
import gc
import itertools
import json
import os
import threading
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from structlog.testing import capture_logs

from hallctl import bootstrap
from hallctl.config import parse
from hallctl.devices.contract import DeviceFault
from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.model import SlipState
from hallctl.errors import Refusal
from hallctl.sections.device import DeviceSection
from hallctl.store import journal
from tests.chaos.families import Family, card_reader
from tests.chaos.leaping import LoopClock, leaping, until
from tests.devices.test_card_pipe import READER
from tests.harness import SMALL

TOLD_S: Final = 3.0
"""H01: within this a device that was pulled is shown so."""

BACK_S: Final = 90.0
"""Within this a device that was plugged is ready: an engine that is missing is looked for once a minute."""

SPARE_BYTES: Final = 24 * 1024
"""By which the memory of devices and drivers may have grown after the warm rounds; 100 rounds that each keep one small
object are more."""

SPARE_FILES: Final = 2
"""SQLite's reader threads open the database when they are first asked something."""

DEVICE: Final = "it"

_STEP_S: Final = 0.1
"""How often it is looked what the hall was told; by so much the times are too long."""

_WATCHED: Final = [
    *(tracemalloc.Filter(True, pattern) for pattern in ("*/hallctl/devices/*", "*/drivers/*", "*/asyncio/*")),
    tracemalloc.Filter(False, "*/emulat*"),
]
"""What the emulators keep, paper and the log of the wire, is theirs."""


@dataclass
class Pulled:
    """What came of a family's rounds; without `problems` all is as promised."""

    family: str
    rounds: int
    gone_s: float = 0.0
    """The longest time until it was told that it is gone, by the hall's clock."""
    back_s: float = 0.0
    left: dict[str, int] = field(default_factory=dict)
    """What there is more than after the warm rounds."""
    grown: int = 0
    """Bytes of devices and drivers, after the warm rounds."""
    watched: bool = False
    skipped: str = ""
    problems: list[str] = field(default_factory=list)

    def expect(self, true: object, what: str) -> None:
        if not true:
            self.problems.append(what)


class Rig:
    """The hall, the emulator, and the hand that pulls it."""

    def __init__(self, family: Family, daemon: bootstrap.Daemon, emulator: Any, reader: Any) -> None:
        self.family = family
        self.daemon = daemon
        self.emulator = emulator
        self._reader = reader

    @property
    def state(self) -> str:
        known = self.daemon.context.state.devices.get(DEVICE)
        return known.state if known is not None else "unknown"

    @property
    def is_up(self) -> bool:
        """It is in order, as far as one can know: a pad tells nothing before its first key."""
        return self.state in ("ready", "degraded")

    @property
    def shown(self) -> str:
        assert self.family.shown is not None
        return self.family.shown(self.emulator.view())

    async def execute(self, command: c.Command) -> str:
        answer = await self.daemon.context.hall.execute(command, "test")
        assert not isinstance(answer, Refusal), answer
        return answer

    async def pull(self) -> None:
        if self._reader is not None:
            self._reader.readers = []
        else:
            await self.emulator.press("unplug")
        if self.family.use is not None:
            try:
                until_ms = self.daemon.context.clock.now() + 60_000
                await self.daemon.manager.run(DEVICE, self.family.use, until=until_ms)
            except DeviceFault:
                return

    async def plug(self) -> None:
        if self._reader is not None:
            self._reader.readers = [READER]
        else:
            await self.emulator.press("plug")

    async def carry_on(self, number: int) -> str:
        """The hall goes on; what the device is to show afterwards."""
        await self.execute(c.ResumeWindow("1"))
        await self.execute(c.PauseWindow("1", f"R{number}"))
        await self.execute(c.TakeTicket("pooled"))
        await asyncio.sleep(0)  # the publication
        if self.family.driver == "callpad":
            return f"{self.daemon.context.state.waiting('pooled'):03d}"
        return f"R{number}"

    async def slip(self) -> str:
        """Print one at the kiosk: the label that its paper is to have."""
        ticket = json.loads(await self.execute(c.TakeTicket("pooled", kiosk="kiosk-1")))["ticket"]
        tickets = self.daemon.context.state.tickets

        def printed() -> bool:
            return ticket["id"] in tickets and tickets[ticket["id"]].slip is SlipState.PRINTED

        await until(printed, f"the slip of {ticket['label']}")
        return str(ticket["label"])


@asynccontextmanager
async def rig(family: Family, folder: Path) -> AsyncIterator[Rig]:
    """The hall with the one device, ready; its window is open and paused."""
    registry = bootstrap.installed()
    spec = registry.emulator(family.driver)
    with ExitStack() as stack:
        made = {**family.make, **stack.enter_context(family.around())}
        if family.driver in ("voice", "sane"):
            made["folder"] = str(folder / family.driver)
        emulator: Any = spec.make(**made)
        reader = stack.enter_context(card_reader(emulator)) if family.reader else None
        link = "pcsc:" if family.reader else await emulator.start()
        fitting = emulator.options if hasattr(emulator, "options") else spec.options(**made)
        section = {"name": DEVICE, "driver": family.driver, "link": link, **family.section}
        device = DeviceSection.model_validate({**section, "options": {**fitting, **family.options}})
        config = parse(SMALL).model_copy(update={"devices": [device]})
        clock = LoopClock(leaping())
        daemon = await bootstrap.compose(config, folder / "data", registry, clock=clock)
        try:
            await daemon.start("test")
            at = Rig(family, daemon, emulator, reader)
            leaping().outside.append(daemon.context.hub.busy)
            await at.execute(c.SetAccount("1001", "1001", ("window",), "x"))
            for command in (c.LoginClerk("1", "1001"), c.OpenWindow("1"), c.PauseWindow("1", "R0")):
                await at.execute(command)
            await until(lambda: at.is_up, "ready at the start", BACK_S)
            yield at
        finally:
            await daemon.stop()
            if not family.reader:
                await emulator.stop()
            leaping().outside.clear()


async def pull_and_plug(family: Family, rounds: int, warm: int, folder: Path, *, memory: bool = True) -> Pulled:
    """So many rounds, of which the first `warm` count for nothing that may be left; `memory` is watched (slower)."""
    row = Pulled(family.name, rounds, watched=memory)
    if family.missing:
        row.skipped = family.missing
        return row
    async with rig(family, folder) as at:
        with capture_logs() as lines:
            for number in range(1, warm + 1):
                await _round(at, number, row, lines)
            left = await _left()
            if memory:
                tracemalloc.start()
            for number in range(warm + 1, rounds + 1):
                await _round(at, number, row, lines)
                if memory and number == warm + (rounds - warm) // 5:
                    row.grown = -_watched()
            if memory:
                row.grown += _watched()
                tracemalloc.stop()
        await _judge(at, row, left)
    return row


async def _round(at: Rig, number: int, row: Pulled, lines: list[Any]) -> None:
    """One pull and one plug."""
    lines.clear()
    loop = leaping()
    begun = loop.time()
    await at.pull()
    try:
        await until(lambda: at.state == "offline", "offline", 30, _STEP_S)
        row.gone_s = max(row.gone_s, loop.time() - begun)
        due = await at.carry_on(number)
        begun = loop.time()
        await at.plug()
        row.back_s = max(row.back_s, await until(lambda: at.is_up, "ready", BACK_S, _STEP_S))
        if at.family.driver == "escpos":
            due = await at.slip()
        if at.family.shown is not None:
            await until(lambda: due in at.shown, f"{due!r} shown", 30)
    except AssertionError as error:
        raise AssertionError(f"{at.family.name}, round {number}: {error}; {at.state}") from error
    told = Counter(line["event"] for line in lines if str(line["event"]).startswith("device."))
    row.expect(told == {"device.down": 1, "device.up": 1}, f"round {number}: log lines {dict(told)}")


async def _judge(at: Rig, row: Pulled, before: Counter[str]) -> None:
    """All rounds are over: what is left, and what the journal was told."""
    row.expect(row.gone_s <= TOLD_S, f"told gone after {row.gone_s:.1f} s")
    for _ in range(200):
        now = await _left()
        row.left = {what: now[what] - before[what] for what in now if now[what] > before[what]}
        if row.left.get("files", 0) <= SPARE_FILES and set(row.left) <= {"files"}:
            break
        await asyncio.sleep(0.05)
    else:
        row.problems.append(f"left: {row.left}")
    row.expect(row.grown <= SPARE_BYTES, f"{row.grown} bytes grown")
    records = await at.daemon.context.hall.database.read(lambda connection: list(journal.read(connection)))
    told = [record.event.state == "offline" for record in records if isinstance(record.event, e.DeviceReported)]
    alerts = sum(gone and not before for before, gone in itertools.pairwise(told))
    row.expect(alerts == row.rounds, f"{alerts} alerts in the journal")
    row.expect(not told[-1], "the alert is left")


async def _left() -> Counter[str]:
    """What may leak, as it is now."""
    await asyncio.sleep(0.05)
    gc.collect()
    threads = [thread for thread in threading.enumerate() if thread.name.startswith(("usb", "pcsc", "waitpid"))]
    return Counter(
        tasks=len(asyncio.all_tasks()),
        files=len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - no Path for each of them
        threads=len(threads),
        programs=len(children()),
    )


def children() -> list[int]:
    """Programs that this process has started and that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            found.append(int(stat.parent.name))
    return found


def _watched() -> int:
    gc.collect()
    snapshot = tracemalloc.take_snapshot().filter_traces(_WATCHED)
    return sum(trace.size for trace in snapshot.traces)
