"""Testing a device: it prints, shows, speaks, reads once, and the technician is told what to look for.

While a part waits for a hand, what the device tells goes to the test and not to the hall: nobody is called, nothing is
rated, no card is kept.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from hallctl.clock import Clock
from hallctl.devices import contract as c
from hallctl.devices.manager import Manager
from hallctl.engine.told import Words, told
from hallctl.errors import DeviceFault
from hallctl.texts.trial import LOOK, SAW, TEST_LINE, TEST_SPEECH

WORK_MS: Final = 15_000
"""What a device is to print, show or speak is done within this."""

SCAN_MS: Final = 60_000
"""A page is scanned within this."""

SHOW_S: Final = 5.0
"""A screen shows the test for so long."""

Show = tuple[int | None, str]
"""A bus address, and the window that it stands for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one part: what to look for, what the device told, or its fault."""

    part: str
    ok: bool
    look: Words
    saw: Words | None = None
    fault: DeviceFault | None = None


class Trial:
    """Tests the devices of a manager, one test of a device at a time."""

    def __init__(
        self,
        manager: Manager,
        clock: Clock,
        *,
        restore: Callable[[str], None] = lambda _device: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`restore(device)` brings its screens back to what the hall has to show."""
        self._manager = manager
        self._clock = clock
        self._restore = restore
        self._sleep = sleep
        self._waiting: dict[str, asyncio.Future[c.Signal]] = {}
        self._tested: set[str] = set()

    def signal(self, device: str, signal: c.Signal) -> bool:
        """A device tells something; True: a test waits for it, and nobody else shall have it."""
        waiting = self._waiting.get(device)
        if waiting is None:
            return False
        if isinstance(signal, c.Spoken):
            return True
        if not waiting.done():
            waiting.set_result(signal)
        return True

    def waits(self, device: str) -> bool:
        """A test waits for what the device tells."""
        return device in self._waiting

    def stop(self) -> None:
        """Nobody waits any longer: what was asked for has not come."""
        for waiting in self._waiting.values():
            waiting.cancel()

    async def run(self, device: str, part: str | None, seconds: float) -> list[Outcome]:
        """The outcome of one part, or of each that the device has; what fails is an outcome too. DeviceFault
        ``device.busy`` while the device is tested already, KeyError for an unknown one."""
        parts = [name for name in self._manager.spec(device).capabilities if part in (None, name)]
        if device in self._tested:
            raise DeviceFault("device.busy")
        self._tested.add(device)
        try:
            return [await self._part(device, name, seconds) for name in parts]
        finally:
            self._tested.discard(device)

    async def _part(self, device: str, part: str, seconds: float) -> Outcome:
        look = LOOK[part]
        try:
            saw = await _PARTS[part](self, device, seconds)
        except DeviceFault as fault:
            return Outcome(part, False, look, fault=fault)
        if saw is None:
            zh, en = SAW["nothing"]
            return Outcome(part, False, look, (zh.format(seconds=int(seconds)), en.format(seconds=int(seconds))))
        return Outcome(part, saw != SAW["no_page"], look, saw)

    # ------------------------------------------------------------ what it does

    async def _print(self, device: str, _seconds: float) -> Words:
        lines: tuple[c.SlipLine, ...] = (
            c.Text(TEST_LINE, width=2, height=2, align="center", bold=True),
            c.Text(device, align="center"),
            c.Rule(),
            c.Text("汉字：政务服务中心 囍㼆·〇 ABC 0123456789"),
            c.Qr("hallctl-test"),
            c.Blank(2),
            c.Cut(),
        )
        await self._work(device, lambda driver: driver.print_slip(c.Slip(lines)))
        return SAW["slip_printer"]

    async def _show(self, device: str, _seconds: float) -> Words:
        units: list[Show] = [(unit, window) for unit, window in self._manager.units_of(device).items()] or [(None, "1")]
        try:
            for unit, window in units:
                screen = c.WindowScreen("calling", window, f"测试{window}", label="A000")
                await self._work(device, _showing(unit, screen))
            await self._sleep(SHOW_S)
        finally:
            self._restore(device)
        shown = ", ".join(window if unit is None else f"{unit} → {window}" for unit, window in units)
        return SAW["window_display"][0].format(units=shown), SAW["window_display"][1].format(units=shown)

    async def _speak(self, device: str, _seconds: float) -> Words:
        announcement = c.Announcement(TEST_SPEECH, None, 1, ticket="", label="", window="", zone="")
        await self._work(device, lambda driver: driver.say(announcement))
        return SAW["speaker"]

    async def _read_card(self, device: str, seconds: float) -> Words | None:
        await self._work(device, lambda driver: driver.arm(seconds))
        try:
            return await self._told(device, seconds)
        finally:
            await self._work(device, lambda driver: driver.disarm())

    async def _read_code(self, device: str, seconds: float) -> Words | None:
        await self._work(device, lambda driver: driver.look(seconds))
        return await self._told(device, seconds)

    async def _press(self, device: str, seconds: float) -> Words | None:
        await self._work(device, _nothing)
        return await self._told(device, seconds)

    async def _ask_rating(self, device: str, seconds: float) -> Words | None:
        units: list[int | None] = [*self._manager.units_of(device)]
        for unit in units or [None]:
            await self._work(device, _asking(unit))
        return await self._told(device, seconds)

    async def _scan(self, device: str, _seconds: float) -> Words:
        """The first page only: the work is given up as soon as it is there."""
        first: asyncio.Future[c.ScannedPage] = asyncio.get_running_loop().create_future()

        async def take(page: c.ScannedPage) -> None:
            if not first.done():
                first.set_result(page)

        job = asyncio.ensure_future(
            self._work(device, lambda driver: driver.scan_pages(c.ScanSettings(), take), SCAN_MS)
        )
        try:
            await asyncio.wait({job, first}, return_when=asyncio.FIRST_COMPLETED)
            if not first.done():
                await job
                return SAW["no_page"]
        finally:
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)
        page = first.result()
        size = {"width": page.width, "height": page.height, "kilobytes": -(-len(page.jpeg) // 1024)}
        return SAW["page_scanner"][0].format(**size), SAW["page_scanner"][1].format(**size)

    # ------------------------------------------------------------ how

    async def _work(self, device: str, work: Callable[[Any], Awaitable[Any]], within_ms: int = WORK_MS) -> Any:
        return await self._manager.run(device, work, until=self._clock.now() + within_ms)

    async def _told(self, device: str, seconds: float) -> Words | None:
        """What the device tells next, in words; None when nothing comes in time. A key is answered, so that the pad's
        own display does not wait."""
        waiting = self._waiting[device] = asyncio.get_running_loop().create_future()
        timer = asyncio.ensure_future(self._sleep(seconds))
        try:
            await asyncio.wait({waiting, timer}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done() or waiting.cancelled():
                return None
            signal = waiting.result()
            if isinstance(signal, c.PadKey):
                await self._work(device, _confirming(signal.unit))
            return told(signal)
        finally:
            timer.cancel()
            del self._waiting[device]


async def _nothing(_driver: Any) -> None:
    """To be reached is all that is asked."""


def _showing(unit: int | None, screen: c.WindowScreen) -> Callable[[Any], Awaitable[Any]]:
    return lambda driver: driver.show_window(unit, screen)


def _asking(unit: int | None) -> Callable[[Any], Awaitable[Any]]:
    return lambda driver: driver.ask_rating(unit)


def _confirming(unit: int | None) -> Callable[[Any], Awaitable[Any]]:
    return lambda driver: driver.confirm(unit, True)


_PARTS: Final[dict[str, Callable[[Trial, str, float], Awaitable[Words | None]]]] = {
    "slip_printer": Trial._print,
    "window_display": Trial._show,
    "speaker": Trial._speak,
    "card_reader": Trial._read_card,
    "code_reader": Trial._read_code,
    "call_pad": Trial._press,
    "rating_pad": Trial._ask_rating,
    "page_scanner": Trial._scan,
}
"""How each capability is tested; complete by test."""
