"""A running hall whose window 1 has a scanner and serves a ticket."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hallctl.api.role import Role
from hallctl.client import Client
from hallctl.clock import Clock
from hallctl.store import journal
from tests.harness import RunningHall, running_hall, small_config
from tests.scanner import DEVICE, Scanner


class Counter:
    """The clerk at window 1 and what stands beside."""

    def __init__(self, hall: RunningHall, desk: Client, token: str, scanner: Scanner) -> None:
        self.hall = hall
        self.desk = desk
        self.token = token
        self.scanner = scanner

    @property
    def files(self) -> set[str]:
        return self.hall.daemon.context.scans.vault.names()

    @property
    def live(self) -> set[str]:
        """Pages that the journal says have a file."""
        return {page.id for scan in self.hall.daemon.context.state.scans.values() for page in scan.kept}

    async def until(self, fact: Callable[[], Any], what: str) -> Any:
        for _ in range(2000):
            value = fact()
            if value:
                return value
            await asyncio.sleep(0.005)
        raise AssertionError(f"never: {what}")

    async def serve(self) -> str:
        """The next ticket is being served; its id."""
        await self.hall.execute(take())
        await self.desk.change("ticket.call")
        told = await self.desk.change("ticket.start")
        return str(told["ticket"]["id"])

    async def scan(self, *texts: str, **more: Any) -> dict[str, Any]:
        """Scan the sheets; the list when the scan has ended."""
        self.scanner.load(*texts)
        await self.desk.change("page.scan", **more)
        return await self.ended()

    async def ended(self) -> dict[str, Any]:
        run = self.hall.daemon.context.scans.run("1")
        assert run is not None
        await self.until(lambda: run.task is not None and run.task.done(), "the end of the scan")
        await asyncio.sleep(0)
        told: dict[str, Any] = await self.desk.ask("page.list")
        return told

    async def agreed(self) -> None:
        """H05: the files are those of the journal's pages, no more and no less."""
        hall = self.hall.daemon.context.hall
        await self.until(lambda: hall.hub.state.seq == hall.state.seq, "everything told")
        await self.until(lambda: self.files == self.live, f"{self.files} files, {self.live} pages")

    async def events(self) -> list[str]:
        database = self.hall.daemon.context.hall.database
        records = await database.read(lambda c: list(journal.read(c)))
        return [record.event.TYPE for record in records if record.event.TYPE.startswith("page.")]


def take() -> Any:
    from hallctl.domain.commands import TakeTicket

    return TakeTicket("pooled")


@asynccontextmanager
async def counter(
    directory: Path, scanner: Scanner, more: str = "", clock: Clock | None = None, account: str = "101"
) -> AsyncIterator[Counter]:
    config = small_config(DEVICE + more)
    async with running_hall(directory, config, clock, scanner.registry()) as hall:
        token = await hall.clerk(account)
        desk = await hall.client(Role.WINDOW, "1", token)
        if hall.daemon.context.state.window("1").clerk is None:
            await desk.change("clerk.login")
            await desk.change("window.open")
        made = Counter(hall, desk, token, scanner)
        await made.until(lambda: hall.daemon.context.state.devices.get("scanner-1"), "the scanner told")
        await made.until(lambda: hall.daemon.context.state.devices["scanner-1"].state == "ready", "the scanner ready")
        yield made
