"""H05: killed at any moment of scanning, every page has its file, and after the next start every file its page."""

import asyncio
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

from hallctl.domain import commands as c
from hallctl.domain import page_commands as g
from hallctl.domain.page_events import PagesExpired
from hallctl.store import journal
from tests.e2e.forked import PRELOADED
from tests.engine.scanning import counter, take
from tests.scanner import Scanner, sheet

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([*PRELOADED, "tests.engine.scanning"])
ROUNDS = 3
SEED = 20261122


def scan_for_ever(directory: str) -> None:
    """The whole of the child: a hall whose clerk scans, removes, finishes and never stops."""
    asyncio.run(_scan_for_ever(Path(directory)))


async def _scan_for_ever(directory: Path) -> None:
    scanner = Scanner()
    sheets = [sheet(str(number)) for number in range(8)]
    async with counter(directory, scanner) as at:
        for number in range(10_000):
            for command in (c.OpenWindow("1"), take(), c.CallTicket("1"), c.StartTicket("1")):
                await at.hall.execute(command)
            scanner.sheets += sheets
            await at.desk.change("page.scan")
            listed = await at.ended()
            for page in listed["pages"][::2]:
                await at.hall.execute(g.RemovePage("1", page["page"]))
            await at.hall.execute(g.FinishPages("1"))
            await at.hall.execute(c.HoldTicket("1") if number % 2 else c.FinishTicket("1"))
            for held in [t.id for t in at.hall.daemon.context.hall.state.tickets.values() if t.stage == "held"]:
                await at.hall.execute(c.CancelTicket(held))


def _files(directory: Path) -> set[str]:
    folder = directory / "pages"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _until_killed(directory: Path, chance: random.Random) -> None:
    """One life of the child, ended by SIGKILL in the midst of its work."""
    process = CONTEXT.Process(target=scan_for_ever, args=(str(directory),))
    known = _files(directory)
    process.start()
    try:
        until = time.monotonic() + 30
        wanted = chance.randrange(1, 12)
        while len(_files(directory) - known) < wanted:
            assert process.is_alive(), "the child ended by itself"
            assert time.monotonic() < until, "the child scans nothing"
            time.sleep(0.002)
        time.sleep(chance.random() * 0.05)
    finally:
        if process.pid is not None and process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
        process.join(10)
        process.close()


async def test_h05_killed_at_any_moment_each_page_has_its_file_and_each_file_its_page(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    for _ in range(ROUNDS):
        await asyncio.to_thread(_until_killed, tmp_path, chance)
        async with counter(tmp_path, Scanner()) as at:
            context = at.hall.daemon.context
            for scan in context.state.scans.values():
                for page in scan.kept:
                    assert len(context.scans.vault.read(page.id)) == page.size
            await at.agreed()
            records = await context.hall.database.read(lambda connection: list(journal.read(connection)))
            reasons = {record.event.reason for record in records if isinstance(record.event, PagesExpired)}
            assert "lost" not in reasons, "there was a page without a file"
    assert "cancelled" in reasons or len(records) > 20, "the child did something"
