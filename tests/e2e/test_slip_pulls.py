"""H01, T06: the printer's cable is pulled and put in a hundred times while slips are printed.

The cable goes at another byte each time: before the slip, at each place in it, behind its proof. Nothing waits for real
time: the hall's clock is moved between the pulls, and a printer that is back is looked for at once.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from hallctl import bootstrap
from hallctl.config import parse
from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.model import SlipState, Ticket
from hallctl.store import journal
from tests.e2e.printer import Printer, printer
from tests.harness import SMALL, FakeClock

PULLS = 100
STEP = 23
"""Bytes by which the place of the cut moves on; a slip and its questions are some 500."""

LONGEST = 700


NEVER = 10**9


async def until(true: Callable[[], bool], what: str) -> None:
    """Lets the hall work until `true()`."""
    for _ in range(20_000):
        if true():
            return
        await asyncio.sleep(0.001)
    raise AssertionError(f"never: {what}")


class Bench:
    """A hall without pages, its printer, and a hand on the cable."""

    def __init__(self, daemon: bootstrap.Daemon, clock: FakeClock, paper: Printer) -> None:
        self.daemon = daemon
        self.clock = clock
        self.paper = paper

    @property
    def tickets(self) -> dict[str, Ticket]:
        return self.daemon.context.state.tickets

    def is_settled(self, ticket: str) -> bool:
        known = self.tickets.get(ticket)
        return known is not None and known.slip not in {SlipState.QUEUED, SlipState.PRINTING}

    def device(self, state: str) -> bool:
        known = self.daemon.context.state.devices.get("printer-1")
        return known is not None and known.state == state

    async def ready(self) -> None:
        """Put the cable in where it is out; the printer is looked for at once, and its state told at once."""
        self.clock.pass_s(5)
        await self.paper.emulator.press("plug")
        self.daemon.manager.retry("printer-1")
        await until(lambda: self.device("ready"), "ready")
        self.clock.pass_s(5)

    async def take(self) -> str:
        answer = await self.daemon.context.hall.execute(c.TakeTicket("pooled", kiosk="kiosk-1"), "kiosk")
        assert isinstance(answer, str), answer
        return str(json.loads(answer)["ticket"]["id"])

    async def pull(self, after: int) -> None:
        """One number, the cable pulled after so many bytes, put in again, the slip asked for again if need be."""
        await self.paper.emulator.press("cut_cable_after", bytes=after)
        ticket = await self.take()
        await until(lambda: self.device("offline") or self.is_settled(ticket), "pulled, or printed before")
        if self.paper.emulator.plugged:
            await self.paper.emulator.press("unplug")
        await until(lambda: self.device("offline"), "offline")
        await self.paper.emulator.press("cut_cable_after", bytes=NEVER)
        await self.ready()
        await until(lambda: self.is_settled(ticket), "settled")
        if self.tickets[ticket].slip is not SlipState.PRINTED:
            await self.daemon.context.hall.execute(c.ReprintSlip(ticket, "kiosk-1"), "guide")
            await until(lambda: self.tickets[ticket].slip is SlipState.PRINTED, "printed again")

    async def events(self) -> list[e.Event]:
        records = await self.daemon.context.hall.database.read(lambda connection: list(journal.read(connection)))
        return [record.event for record in records]

    def left(self) -> tuple[int, int]:
        """Tasks and open files."""
        return len(asyncio.all_tasks()), len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - no Path for each of them


@asynccontextmanager
async def bench(directory: Path) -> AsyncIterator[Bench]:
    clock = FakeClock()
    async with printer() as paper:
        config = parse(SMALL + paper.section(poll_s=300, proof="gs_h"))
        daemon = await bootstrap.compose(config, directory, bootstrap.installed(), clock=clock)
        await daemon.start("test")
        try:
            bench = Bench(daemon, clock, paper)
            await bench.ready()
            yield bench
        finally:
            await daemon.stop()


async def test_h01_t06_a_hundred_pulls_while_printing(tmp_path: Path) -> None:
    """H01, T06: no number twice, none lost, each slip on paper, a second one marked 补打; no task or file is left."""
    async with bench(tmp_path) as at:
        ticket = await at.take()
        await until(lambda: at.is_settled(ticket), "printed")
        before = at.left()
        for number in range(PULLS):
            await at.pull(1 + number * STEP % LONGEST)
        tasks, files = at.left()
        assert tasks <= before[0] + 1, "a wait for the next look"
        assert files <= before[1]
        events, copies = await at.events(), at.paper.copies()
        labels = [event.label for event in events if isinstance(event, e.TicketTaken)]
        assert labels == [f"A{number:03d}" for number in range(1, PULLS + 2)]
        assert all(ticket.slip is SlipState.PRINTED for ticket in at.tickets.values())

    printed = Counter(copy.label for copy in copies)
    assert set(printed) == set(labels), "each number is on paper, and no other"
    unmarked = Counter(copy.label for copy in copies if not copy.marked)
    assert max(unmarked.values()) == 1, "a second slip that does not say so"
    begun = [(event.ticket, event.copy) for event in events if isinstance(event, e.SlipBegun)]
    assert len(set(begun)) == len(begun)
    doubted = sum(isinstance(event, e.SlipDoubted) for event in events)
    assert doubted > PULLS / 2, "the cable went while it printed"
