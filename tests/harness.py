"""A whole hall in this process, on real sockets and a real disk; and the same as a process of its own."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hallctl import bootstrap
from hallctl.api.auth import new_token, token_digest
from hallctl.api.role import Role
from hallctl.client import Client
from hallctl.clock import Clock, SystemClock
from hallctl.config import HallConfig, parse
from hallctl.domain import commands as c

SMALL = """
[hall]
id = "small"
name = "测试大厅"
[[zones]]
id = "main"
name = "综合区"
[[services]]
id = "pooled"
name = "综合受理"
prefix = "A"
zone = "main"
[[services]]
id = "police"
name = "公安户籍"
prefix = "C"
zone = "main"
[[windows]]
id = "1"
zone = "main"
services = ["pooled"]
[[windows]]
id = "2"
zone = "main"
services = ["pooled", "police"]
[[windows]]
id = "3"
zone = "main"
services = ["police"]
policy = "fifo"
[[kiosks]]
id = "kiosk-1"
"""


def small_config(more: str = "") -> HallConfig:
    """Three windows, two services, one kiosk, no device."""
    return parse(SMALL + more)


@dataclass
class FakeClock:
    """A clock that stands until it is moved."""

    at: int = 1_790_000_000_000

    def now(self) -> int:
        return self.at

    def pass_s(self, seconds: float) -> None:
        self.at += int(seconds * 1000)


_HASHES: dict[str, str] = {}


@dataclass
class RunningHall:
    """A hall that serves at `address`; tokens are made as an administrator would."""

    daemon: bootstrap.Daemon
    address: str
    clients: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @property
    def ws(self) -> str:
        return self.address.replace("http", "ws", 1) + "/ws"

    async def execute(self, command: c.Command) -> Any:
        answer = await self.daemon.context.hall.execute(command, "test")
        await asyncio.sleep(0)
        return json.loads(answer) if isinstance(answer, str) else answer

    async def terminal(self, role: Role, place: str | None = None) -> str:
        token = new_token()
        name = f"{role}-{place or 'hall'}-{token[:6]}"
        await self.execute(c.PairTerminal(name, role, place, token_digest(token)))
        return token

    async def clerk(self, account: str, roles: tuple[str, ...] = ("window",), password: str = "secret123") -> str:
        if password not in _HASHES:  # argon2 takes its time on purpose: once per password is enough here
            _HASHES[password] = await self.daemon.context.auth.hash(password)
        await self.execute(c.SetAccount(account, account, roles, _HASHES[password]))
        token, _until = self.daemon.context.auth.session(self.daemon.context.state.accounts[account])
        return token

    async def client(self, role: Role, place: str | None = None, token: str | None = None) -> Client:
        token = token or await self.terminal(role, place)
        return await self.clients.enter_async_context(Client(self.ws, role=role, token=token, place=place))

    async def desk(self, window: str, account: str | None = None) -> Client:
        """A clerk logged in at the open window."""
        account = account or f"10{window}"
        token = await self.clerk(account)
        client = await self.client(Role.WINDOW, window, token)
        await client.change("clerk.login")
        await client.change("window.open")
        return client


@asynccontextmanager
async def running_hall(
    directory: Path, config: HallConfig | None = None, clock: Clock | None = None, registry: Any = None
) -> AsyncIterator[RunningHall]:
    """Serve a hall until the block ends."""
    registry = registry or bootstrap.installed()
    daemon = await bootstrap.compose(config or small_config(), directory, registry, clock=clock or SystemClock())
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(bootstrap.serve(daemon, "test", on_ready=ready.set_result, port=0))
    await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        await serving
    hall = RunningHall(daemon, ready.result())
    try:
        yield hall
    finally:
        await hall.clients.aclose()
        daemon.finish()
        await serving


@contextlib.contextmanager
def no_proxy() -> Iterator[None]:
    """Loopback must not go through a proxy of the environment."""
    saved = {name: os.environ.pop(name) for name in list(os.environ) if name.lower().endswith("_proxy")}
    try:
        yield
    finally:
        os.environ.update(saved)


async def start_process(
    *arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None
) -> asyncio.subprocess.Process:
    """``python -m hallctl ...`` as a process of its own, in its own group; `env` is added to the environment."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "hallctl",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        start_new_session=True,
    )


async def end_process(process: asyncio.subprocess.Process, number: int = signal.SIGTERM) -> int:
    """Signal the process, if it still runs, and wait for its end."""
    if process.returncode is None:
        process.send_signal(number)
    return await asyncio.wait_for(process.wait(), 20)
