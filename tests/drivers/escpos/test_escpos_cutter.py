"""A jammed cutter is freed when that can help, a hot head by itself; and what the printer tells by itself is believed
only as long as it agrees with what it answers."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from drivers.escpos.driver import EscposPrinter

from .wire import LINES, SLIP, Desk, stopped, until

JAM = ("printer.cutter",)
RECOVER = b"\x10\x05\x02"


class Watched:
    """A printer that is being watched."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._running: asyncio.Task[None] | None = None

    async def begin(self, **options: bool | int) -> EscposPrinter:
        printer = await self.desk.open(**options)
        self._running = asyncio.create_task(printer.run())
        await self.told(())
        return printer

    async def told(self, faults: tuple[str, ...]) -> None:
        await until(lambda: self.desk.port.faults[-1:] == [faults])

    async def press(self, *actions: str, **params: str) -> None:
        for action in actions:
            await self.desk.emulator.press(action, **params)

    @property
    def attempts(self) -> int:
        return self.desk.links[-1].written.count(RECOVER)

    async def end(self) -> None:
        if self._running is not None:
            await stopped(self._running)


@pytest.fixture
async def watched(desk: Desk) -> AsyncIterator[Watched]:
    watched = Watched(desk)
    yield watched
    await watched.end()


async def test_a_cutter_is_freed_when_the_cover_was_opened_and_closed(watched: Watched) -> None:
    """As it reports by itself: at once, and only then."""
    printer = await watched.begin(asb=True)
    await watched.press("cutter_jam", held="cover")
    await watched.told(JAM)
    await watched.desk.port.fire(5.0)
    await watched.press("cover_open")
    await watched.told(("printer.cover_open", "printer.cutter"))
    assert watched.attempts == 0
    await watched.press("cover_close")
    await watched.desk.port.fire(2.5)
    await watched.told(())
    assert watched.attempts == 1
    await printer.print_slip(SLIP)
    assert watched.desk.slips == [LINES]


async def test_the_same_where_it_has_to_be_asked(watched: Watched) -> None:
    await watched.begin()
    await watched.press("cutter_jam", held="cover")
    await watched.press("cover_open")
    await watched.desk.port.fire(5.0)
    await watched.told(("printer.cover_open", "printer.cutter"))
    await watched.press("cover_close")
    await watched.desk.port.fire(5.0)
    await watched.desk.port.fire(2.5)
    await watched.told(())


async def test_a_cutter_that_stays_jammed_stays_told(watched: Watched) -> None:
    await watched.begin(asb=True)
    await watched.press("cutter_jam", held="yes")
    await watched.told(JAM)
    await watched.press("cover_open", "cover_close")
    await watched.desk.port.fire(2.5)
    await watched.told(JAM)
    assert watched.attempts == 1
    for _ in range(3):
        await watched.desk.port.fire(5.0)
    assert watched.attempts == 1, "not again before it is time for it"


async def test_it_is_freed_before_a_slip_is_printed(watched: Watched) -> None:
    """Whoever prints again asks for it."""
    printer = await watched.begin()
    await watched.press("cutter_jam", held="no")
    job = asyncio.create_task(printer.print_slip(SLIP))
    await watched.desk.port.fire(2.5)
    await job
    assert watched.desk.slips == [LINES]


async def test_nothing_is_freed_where_that_is_not_wanted(watched: Watched) -> None:
    await watched.begin(recover_cutter=False, asb=True)
    await watched.press("cutter_jam", held="no")
    await watched.press("cover_open", "cover_close")
    for _ in range(7):
        await watched.desk.port.fire(5.0)
    assert watched.attempts == 0
    assert watched.desk.port.faults[-1] == JAM


async def test_a_hot_head_is_told_and_cools_down_by_itself(watched: Watched) -> None:
    await watched.begin(asb=True)
    await watched.press("head_hot")
    await watched.told(("printer.head_hot",))
    await watched.press("head_cool")
    await watched.told(())
    assert watched.attempts == 0


async def test_a_report_that_was_lost_is_found_by_looking(watched: Watched) -> None:
    """It says off-line and has not said why: it is asked for all."""
    await watched.begin(asb=True)
    watched.desk.emulator.state.paper = "out"
    await watched.desk.port.fire(5.0)
    await watched.told(("printer.paper_out",))
    watched.desk.emulator.state.paper = "ok"
    await watched.desk.port.fire(5.0)
    await watched.told(())


async def test_a_printer_that_does_not_report_is_asked(desk: Desk, watched: Watched) -> None:
    """GS a is not known to it; `asb` is on all the same."""
    await watched.begin(asb=True)
    desk.emulator._reports = False
    desk.links[0].tamper = None
    printer = desk.printers[0]
    printer._talk.reports = 0
    await watched.press("paper_near_end")
    await desk.port.fire(5.0)
    await watched.told(("printer.paper_near_end",))
