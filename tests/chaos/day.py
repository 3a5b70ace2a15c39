"""A working day of the township hall, all devices emulated, at the speed of the machine; with a hand at the devices."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import pytest
import structlog
import uvicorn

from drivers.escpos.emulated_paper import Paper
from hallctl import bootstrap, demo
from hallctl.api.role import Role
from hallctl.client import Client
from hallctl.devices.contract import DeviceFault, WindowScreen
from hallctl.engine import screen
from hallctl.lab.profile import TOWNSHIP
from hallctl.lab.script import Script, draw
from tests.chaos.families import scan
from tests.chaos.hand import Hand
from tests.chaos.judge import Found, judge
from tests.chaos.leaping import MORNING, LoopClock, leaping, middle, until
from tests.chaos.people import Answers, Crowd, drop
from tests.e2e.printer import Copy, Printer
from tests.e2e.stage import StagedHall

RECOVERED_S: Final = 180.0
"""All is in order so long after the last fault has ended, by itself."""

DROP_EVERY_S: Final = 300.0
"""The hall's seconds between two drops of somebody's line."""

HOUR_MS: Final = 3_600_000


@dataclass
class Day:
    """What came of a day; without `problems` all is as promised."""

    seed: int
    chaos: bool
    faults: Counter[str] = field(default_factory=Counter)
    found: Found = field(default_factory=Found)
    answers: Answers = field(default_factory=Answers)
    waited: int = 0
    """Answers that came only when a timer had."""
    drops: int = 0
    recovered_s: float = 0.0
    shown: Any = None
    """The state that the daemon had at its end."""
    told: list[dict[str, Any]] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    took_s: float = 0.0
    hours: float = 0.0

    @property
    def problems(self) -> list[str]:
        return self.found.problems

    @property
    def good(self) -> bool:
        return not (self.problems or self.found.lost or self.found.doubled or self.waited)

    def answer_ms(self, share: float, method: str = "ticket.call") -> float:
        return middle(self.answers.took_ms.get(method, []), share)


class Place:
    """The running hall with its emulators, its clock, and everybody's lines."""

    def __init__(self, hall: StagedHall, clock: LoopClock, printers: list[Printer]) -> None:
        self.hall = hall
        self.clock = clock
        self.printers = printers
        self.best: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.lines: list[Client] = []
        self.told: list[dict[str, Any]] = []

    @property
    def state(self) -> Any:
        return self.hall.daemon.context.state

    def emulator(self, name: str) -> Any:
        return self.hall.stage.emulators[name][2]

    async def watch(self, page: Client) -> None:
        """A page that notes all it is told."""
        async for event in page.events():
            if event["type"].startswith("slip."):
                self.told.append(event)

    async def press(self, window: str, key: str) -> None:
        """The clerk's key pad of the window, whatever it is."""
        if window == "5":
            await self.emulator("keypad-5").press("key", key={"next": "enter", "recall": "plus"}[key])
        elif window == "4":
            await self.emulator("pad-4").press("key", unit=1, key=key)
        else:
            await self.emulator("pads").press("key", unit=window, key=key)

    async def press_all(self) -> None:
        """A key of each pad and evaluator, a code at each reader: they tell nothing before."""
        for window in ("1", "4", "5"):
            await self.press(window, "recall")
        await self.emulator("ratings").press("grade", unit=129, grade=4)
        for reader in ("codes-1", "codes-2"):
            await self.emulator(reader).press("scan", text="99")

    async def use(self, device: str) -> None:
        """Somebody scans a page: only that finds some scanners gone."""
        until_ms = self.clock.now() + 60_000
        with suppress(DeviceFault):
            await self.hall.daemon.manager.run(device, scan, until=until_ms)

    def states(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        return {name: (known.state, known.faults) for name, known in self.state.devices.items()}

    def wrong_screens(self) -> list[str]:
        """Strips, signs and pads that do not show what their window is at now."""
        wrong = []
        for device, section in self.sections.items():
            for unit, window in section.units.items():
                due = screen.window_screen(self.hall.daemon.context.config, self.state, window)
                shown, right = _SHOWN.get(section.driver, _nothing)(self.hall.view(device), unit, due)
                if not right:
                    wrong.append(f"{device} {unit}: {shown}, not {due.text!r}, {due.waiting}")
        return wrong

    @property
    def sections(self) -> dict[str, Any]:
        return {name: row[0] for name, row in self.hall.stage.emulators.items()}


def _strip(view: dict[str, Any], unit: str, due: WindowScreen) -> tuple[str, bool]:
    text = str(view["strips"].get(unit, {}).get("text", "")).strip()
    return text, bool(text) and due.text.startswith(text)


def _sign(view: dict[str, Any], _unit: str, due: WindowScreen) -> tuple[str, bool]:
    text = str(view["cards"])
    return text, due.text[:_GLYPHS].strip() in text


def _pad(view: dict[str, Any], unit: str, due: WindowScreen) -> tuple[str, bool]:
    display = str(view["pads"][unit]["display"])
    return display, display.startswith(f"{due.waiting:03d}")


def _nothing(_view: dict[str, Any], _unit: str, _due: WindowScreen) -> tuple[str, bool]:
    return "", True


_GLYPHS: Final = 6
"""So many characters of a text stand on every sign."""

_SHOWN: Final = {"ledstrip": _strip, "eqsign": _sign, "onbon": _sign, "callpad": _pad}


async def _look_seldom(server: uvicorn.Server) -> None:
    """uvicorn looks ten times a second whether it is to end: 360,000 times in a simulated day."""
    counter = 0
    while not await server.on_tick(counter):
        counter += 10
        await asyncio.sleep(1)


@asynccontextmanager
async def place(folder: Path, begins: int = MORNING) -> AsyncIterator[Place]:
    """The township hall as the demo raises it, on this loop's clock."""
    registry = bootstrap.installed()
    config, _digest = bootstrap.checked(bootstrap.shipped(demo.CONFIG), registry)
    async with AsyncExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(uvicorn.Server, "main_loop", _look_seldom)
        (folder / "data").mkdir()
        config, stage = await demo.raise_stage(config, folder / "data", registry, stack)
        printers = []
        for name, (section, _spec, emulator) in stage.emulators.items():
            if name.startswith("printer"):
                emulator.paper = Paper(48, kept=100_000)  # type: ignore[attr-defined]
                printers.append(Printer(emulator, section.link))  # type: ignore[arg-type]
        clock = LoopClock(leaping(), begins)
        daemon = await bootstrap.compose(config, folder / "data", registry, clock=clock)
        leaping().outside.append(daemon.context.hub.busy)
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(bootstrap.serve(daemon, "test", on_ready=ready.set_result, port=0))
        await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
        hall = StagedHall(daemon, ready.result())
        hall.stage = stage
        try:
            yield Place(hall, clock, printers)
        finally:
            await hall.clients.aclose()
            daemon.finish()
            await serving
            leaping().outside.clear()


async def settle(at: Place) -> None:
    """Before the day: wait for all devices, and note the best that each can be told to be."""
    await until(lambda: len(at.state.devices) == len(at.hall.stage.emulators), "all devices told of")
    await at.press_all()
    await asyncio.sleep(30)
    at.best = at.states()
    wrong = [name for name, (state, _faults) in at.best.items() if state not in ("ready", "degraded")]
    assert not wrong, f"not up at the start: {at.best}"


async def live(
    folder: Path, seed: int, *, chaos: bool, tickets: int = 160, hours: float | None = None, begins: int = MORNING
) -> Day:
    """One day by the seed: `tickets` people by the township's profile, the first `hours` of it or all."""
    day = Day(seed, chaos)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    begun = time.monotonic()
    try:
        async with place(folder, begins) as at:
            day.shown = await _lived(at, day, tickets, hours)
    finally:
        structlog.reset_defaults()
    day.waited = leaping().delayed
    day.told, day.copies = at.told, [copy for printer in at.printers for copy in printer.copies()]
    found = judge(folder / "data", folder / "scratch", day.answers, day.shown, day.told, day.copies)
    found.problems[:0] = day.found.problems
    day.found = found
    day.took_s = time.monotonic() - begun
    return day


async def _lived(at: Place, day: Day, tickets: int, hours: float | None) -> Any:
    """The day itself; the state that the daemon had at its end."""
    config = at.hall.daemon.context.config
    script = draw(TOWNSHIP, config, tickets, day.seed)
    ends = script.closes_at if hours is None else script.opens_at + round(hours * HOUR_MS)
    day.hours = (ends - script.opens_at) / HOUR_MS
    crowd = Crowd(at.clock, day.answers, at.press, at.emulator("ratings"), random.Random(day.seed))
    kiosks, desks, page = await _connected(at, script)
    watching = asyncio.create_task(at.watch(page))
    await settle(at)
    hand = Hand({name: (row[0].driver, row[2]) for name, row in at.hall.stage.emulators.items()}, day.seed, at.use)
    dropping = None
    if day.chaos:
        hand.begin()
        dropping = asyncio.create_task(_drop_lines(at.lines, day, random.Random(day.seed)))
    coming = [
        crowd.come(kiosk, visit) for visit, kiosk in zip(script.visits, cycle(kiosks), strict=False) if visit.at <= ends
    ]
    windows = {shift.window: shift for shift in reversed(script.shifts)}  # they work through the noon
    sitting = [asyncio.create_task(crowd.sit(desks[name], at.state, shift)) for name, shift in windows.items()]
    await asyncio.gather(*coming)
    crowd.ended.set()
    await asyncio.gather(*sitting)
    if dropping is not None:
        dropping.cancel()
    await hand.heal()
    day.faults = hand.befallen
    await _recover(at, day)
    await asyncio.sleep(5)
    watching.cancel()
    return at.state


async def _connected(at: Place, script: Script) -> tuple[list[Client], dict[str, Client], Client]:
    """A page at each kiosk, one at each window that is staffed with its clerk, a board, and one that notes."""
    kiosks = [await at.hall.client(Role.KIOSK, kiosk.id) for kiosk in at.hall.daemon.context.config.kiosks]
    desks = {window: await at.hall.desk(window) for window in sorted({shift.window for shift in script.shifts})}
    board = await at.hall.client(Role.BOARD)
    token = await at.hall.clerk("boss", ("supervisor",))
    page = await at.hall.client(Role.SUPERVISOR, None, token)
    at.lines = [*kiosks, *desks.values(), board]
    return kiosks, desks, page


async def _drop_lines(lines: list[Client], day: Day, chance: random.Random) -> None:
    """Somebody's line drops now and then; pages come again by themselves."""
    while True:
        await asyncio.sleep(chance.expovariate(1 / DROP_EVERY_S))
        day.drops += drop(chance.choice(lines))


async def _recover(at: Place, day: Day) -> None:
    """All is in order again by itself: the devices, the screens, and one more ticket on its whole way."""
    loop = leaping()
    begun = loop.time()
    try:
        await until(lambda: all(s in ("ready", "degraded") for s, _ in at.states().values()), "up", RECOVERED_S)
        await at.press_all()
        await until(lambda: at.states() == at.best, "as good as in the morning", RECOVERED_S)
        await until(lambda: not at.wrong_screens(), "the screens right", RECOVERED_S)
        await until(lambda: not any(t.slip in ("queued", "printing") for t in at.state.tickets.values()), "slips", 600)
    except AssertionError as error:
        day.problems.append(f"{error}: {at.states()} {at.wrong_screens()}")
    day.recovered_s = loop.time() - begun
