"""A hall that was started from a config file, which its administrator may change."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hallctl import bootstrap
from hallctl.api.role import Role
from hallctl.client import Client
from hallctl.devices.contract import Emulator
from hallctl.store import journal
from tests.harness import SMALL, RunningHall

COMMENT = "# 这一行注释要留下 this comment is to stay\n"


@dataclass
class Place:
    """A hall that was started from a file, and its administrator."""

    hall: RunningHall
    path: Path
    admin: Client

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    async def state(self, device: str) -> dict[str, Any]:
        rows = (await self.admin.ask("device.list"))["devices"]
        return next((dict(row) for row in rows if row["name"] == device), {})

    async def becomes(self, device: str, state: str) -> None:
        async with asyncio.timeout(10):
            while (await self.state(device)).get("state") != state:  # noqa: ASYNC110 - asked over the wire
                await asyncio.sleep(0.02)

    async def events(self) -> list[tuple[str, str, Any]]:
        database = self.hall.daemon.context.hall.database
        records = await database.read(lambda c: list(journal.page(c, limit=500)))
        return [(record.event.TYPE, record.actor, record.event) for record in records]


@asynccontextmanager
async def place(tmp_path: Path, more: str = "") -> AsyncIterator[Place]:
    path = tmp_path / "hall.toml"
    path.write_text(SMALL + COMMENT + more, encoding="utf-8")
    config, digest = bootstrap.checked(path, bootstrap.installed())
    daemon = await bootstrap.compose(config, tmp_path / "data", bootstrap.installed(), path=path)
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(bootstrap.serve(daemon, digest, on_ready=ready.set_result, port=0))
    hall = RunningHall(daemon, await ready)
    try:
        yield Place(hall, path, await hall.client(Role.ADMIN))
    finally:
        await hall.clients.aclose()
        daemon.finish()
        await serving


@asynccontextmanager
async def emulated(emulator: Emulator) -> AsyncIterator[str]:
    link = await emulator.start()
    try:
        yield link
    finally:
        await emulator.stop()
