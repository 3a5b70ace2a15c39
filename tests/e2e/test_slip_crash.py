"""kill -9 while slips are being printed: nothing is on paper twice without saying so, nobody is left in doubt."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hallctl.api.role import Role
from hallctl.client import Client, Refused
from hallctl.domain import events as e
from hallctl.domain.model import SlipState, Ticket
from tests.e2e.books import Books, assert_whole, read_books
from tests.e2e.forked import ForkedDaemon, forked_daemon, free_port
from tests.e2e.load import Load, People, furnish, write_config
from tests.e2e.printer import Copy, Printer, printer

ROUNDS = 6
LONGEST_S = 9
SEED = 20261123


async def take_slips(load: Load, client: Client) -> None:
    """A busy kiosk: people come as long as the printer is not known to be away."""
    while not load.done:
        try:
            await load.change(client, "ticket.take", service="pooled")
        except Refused as refused:
            assert refused.code == "printer.offline", refused  # noqa: PT017 - any other code is the failure
        await asyncio.sleep(0.02 + load.chance.random() * 0.1)


async def until_printed(paper: Printer, people: People, daemon: ForkedDaemon, more: int) -> None:
    """Wait until so many more slips are on the paper."""
    goal = paper.emulator.paper.printed + more
    async with asyncio.timeout(30):
        while paper.emulator.paper.printed < goal:
            people.check()
            assert daemon.process.is_alive(), daemon.log.read_text()
            await asyncio.sleep(0.001)


async def until_settled(desk: Client) -> None:
    """Wait until every slip is either proven or known to have failed."""
    async with asyncio.timeout(30):
        while True:
            tickets = (await desk.ask("hall.snapshot"))["snapshot"]["tickets"]
            if all(ticket["slip"] not in {"queued", "printing"} for ticket in tickets):
                return
            await asyncio.sleep(0.05)


def assert_told(tickets: dict[str, Ticket], copies: list[Copy]) -> None:
    """What is on the paper and what the hall says of it agree."""
    on_paper = Counter(copy.label for copy in copies)
    known = {ticket.label: ticket for ticket in tickets.values()}
    assert set(on_paper) <= set(known), "a printed number is unknown"
    first: set[str] = set()
    for copy in copies:
        assert copy.marked or copy.label not in first, f"{copy.label} is on paper twice and does not say so"
        first.add(copy.label)
    for label, ticket in known.items():
        assert ticket.slip in {SlipState.PRINTED, SlipState.FAILED, SlipState.UNKNOWN}
        assert ticket.slip is not SlipState.PRINTED or on_paper[label], f"{label} is said to be printed and is not"
        assert ticket.slip is SlipState.PRINTED or ticket.slip_fault, label
        assert on_paper[label] <= ticket.copies


def assert_marked_where_begun(books: Books) -> None:
    """A copy is sent once: what was begun is never begun again, and only what was begun is followed by another copy."""
    begun = Counter((event.ticket, event.copy) for event in books.of(e.SlipBegun))
    assert all(count == 1 for count in begun.values()), begun
    for event in books.of(e.SlipReprinted):
        assert begun[event.ticket, event.copy - 1], f"{event.ticket} is marked 补打 and was not begun before"


class OneLife:
    """A daemon with one kiosk and its printer, which is killed and comes back."""

    def __init__(self, paper: Printer, daemon: ForkedDaemon, kiosk: Client, desk: Client) -> None:
        self.paper = paper
        self.daemon = daemon
        self.kiosk = kiosk
        self.desk = desk

    async def take(self) -> str:
        """A number at the kiosk, as soon as its printer is known to be ready."""
        async with asyncio.timeout(30):
            while True:
                try:
                    return str((await self.kiosk.change("ticket.take", service="pooled"))["ticket"]["label"])
                except Refused:
                    await asyncio.sleep(0.01)

    async def until_slip(self, state: str) -> None:
        """Wait for the state of the newest slip; the desk's line drops with the daemon."""
        async with asyncio.timeout(30):
            while True:
                if await self._slip() == state:
                    return
                await asyncio.sleep(0.01)

    async def until_on_paper(self, slips: int) -> None:
        """Wait until so many slips are printed and cut off."""
        async with asyncio.timeout(30):
            while True:
                if self.paper.emulator.paper.printed >= slips:
                    return
                await asyncio.sleep(0.01)

    async def _slip(self) -> str | None:
        try:
            tickets = (await self.desk.ask("hall.snapshot"))["snapshot"]["tickets"]
        except ConnectionError:
            return None
        return str(tickets[-1]["slip"])

    def again(self) -> None:
        self.daemon.kill()
        self.daemon.start()


@asynccontextmanager
async def one_life(directory: Path, **options: Any) -> AsyncIterator[OneLife]:
    """One ticket is printed first, so that all is known to work; then the block, then a stop in order."""
    port = free_port()
    async with printer() as paper:
        config, data = write_config(directory / "hall.toml", port, paper.section(**options)), directory / "data"
        tokens = await furnish(data, config)
        with forked_daemon(config, data) as daemon:
            daemon.start()
            people = People(port, Load(random.Random(SEED)))
            try:
                kiosk = await people.join(Role.KIOSK, "kiosk-1", tokens.kiosks["kiosk-1"])
                desk = await people.join(Role.ADMIN, None, tokens.admin)
                life = OneLife(paper, daemon, kiosk, desk)
                await life.take()
                await life.until_slip("printed")
                yield life
            finally:
                await people.leave()
            assert daemon.finish() == 0, daemon.log.read_text()
        books = read_books(data, directory / "books")
        assert_told(books.loaded.tickets, paper.copies())
        assert_marked_where_begun(books)


@pytest.mark.slow
async def test_t02_killed_before_it_was_begun(tmp_path: Path) -> None:
    """T02: the printer has got nothing of the slip: after the restart it is printed once, without 补打."""
    async with one_life(tmp_path) as life:
        await life.paper.emulator.press("mute")
        label = await life.take()
        life.again()
        await life.paper.emulator.press("unmute")
        await life.until_slip("printed")
        assert [copy for copy in life.paper.copies() if copy.label == label] == [Copy(label, marked=False)]


@pytest.mark.slow
async def test_t06_killed_while_it_was_printing(tmp_path: Path) -> None:
    """T06: the slip was sent and its proof had not come when the daemon was killed: it is told as unknown and printed
    again, marked 补打."""
    async with one_life(tmp_path, proof="gs_h", proof_s=60) as life:
        await life.paper.emulator.press("half")
        label = await life.take()
        await life.until_on_paper(2)
        await life.until_slip("printing")
        life.again()
        await life.paper.emulator.press("half")
        await life.until_slip("printed")
        copies = [copy for copy in life.paper.copies() if copy.label == label]
        assert copies == [Copy(label, marked=False), Copy(label, marked=True)]


@pytest.mark.slow
async def test_t02_t06_killed_while_printing(tmp_path: Path) -> None:
    """T02, T06: no printed number is unknown; a second copy says 补打; an uncertain slip is told as such."""
    port = free_port()
    async with printer() as paper:
        config, data = write_config(tmp_path / "hall.toml", port, paper.section()), tmp_path / "data"
        tokens = await furnish(data, config)
        load = Load(random.Random(SEED))
        until = time.monotonic() + LONGEST_S
        with forked_daemon(config, data) as daemon:
            daemon.start()
            people = People(port, load)
            try:
                kiosk = await people.join(Role.KIOSK, "kiosk-1", tokens.kiosks["kiosk-1"])
                desk = await people.join(Role.ADMIN, None, tokens.admin)
                people.work(take_slips(load, kiosk))
                for _ in range(ROUNDS):
                    await until_printed(paper, people, daemon, load.chance.randrange(1, 8))
                    await asyncio.sleep(load.chance.random() * 0.02)
                    daemon.kill()
                    daemon.start()
                    if time.monotonic() > until:
                        break
                await until_printed(paper, people, daemon, 3)
                await people.end_work()
                await until_settled(desk)
            finally:
                await people.leave()
            assert daemon.finish() == 0, daemon.log.read_text()
        books = read_books(data, tmp_path / "books")
        assert_whole(books)
        load.assert_kept(books)
        assert len(books.of(e.TicketTaken)) == len(load.answered)
        assert_told(books.loaded.tickets, paper.copies())
        assert_marked_where_begun(books)
