"""kill -9 while slips are being printed: nothing is on paper twice without saying so, nobody is left in doubt."""

import asyncio
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from hallctl.api.role import Role
from hallctl.client import Client, Refused
from hallctl.domain import events as e
from hallctl.domain.model import SlipState, Ticket
from tests.e2e.books import assert_whole, read_books
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
            if all(ticket["slip"] != "queued" for ticket in tickets):
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
        assert ticket.slip in {SlipState.PRINTED, SlipState.FAILED}
        assert ticket.slip is not SlipState.PRINTED or on_paper[label], f"{label} is said to be printed and is not"
        assert ticket.slip is not SlipState.FAILED or ticket.slip_fault, label
        assert on_paper[label] <= ticket.copies


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
