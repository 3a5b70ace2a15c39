"""How the technician's commands reach the devices: through the daemon while it runs, else alone."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from hallctl.client import Client

SYSTEM: Final = Path("/var/lib/hallctl")
HERE: Final = Path("hall-data")
KNOCK_S: Final = 2.0

EVERY: Final = ("*",)
"""In place of names: every device of the config."""


class Unreachable(Exception):
    """The daemon runs, but this account may not speak to it; `zh` and `en` say what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


class Hands(Protocol):
    """Whoever answers ``device.*``: the daemon, or we ourselves."""

    @property
    def running(self) -> bool:
        """It is the daemon."""
        ...

    async def ask(self, method: str, **params: Any) -> Any: ...

    async def change(self, method: str, **params: Any) -> Any: ...


class Daemon:
    """The running daemon's answers."""

    running = True

    def __init__(self, client: "Client") -> None:
        self._client = client

    async def ask(self, method: str, **params: Any) -> Any:
        return await self._client.ask(method, **params)

    async def change(self, method: str, **params: Any) -> Any:
        return await self._client.change(method, **params)


def data_directory(given: Path | None) -> Path:
    """As given, the system's, or ./hall-data."""
    return given if given is not None else SYSTEM if SYSTEM.is_dir() else HERE


def address_of(data: Path) -> tuple[str, str] | None:
    """Address and token of the daemon that runs on the data directory; None where none runs. Raises Unreachable."""
    from hallctl.bootstrap import CONSOLE_ADDRESS, CONSOLE_KEY

    try:
        address = (data / CONSOLE_ADDRESS).read_text(encoding="utf-8")
        token = (data / CONSOLE_KEY).read_text(encoding="utf-8")
    except PermissionError as error:
        raise Unreachable(
            f"没有权限读取 {data}。请加 sudo 再试。", f"{data} cannot be read. Try again with sudo."
        ) from error
    except OSError:
        return None
    place = urlsplit(address)
    try:
        with socket.create_connection((place.hostname, place.port), KNOCK_S):
            return address, token
    except OSError:  # it was killed, and its files stayed
        return None


@asynccontextmanager
async def hands(data: Path, config: Path, *names: str, root: Path = Path("/")) -> AsyncIterator[Hands]:
    """The daemon, or the named devices of the config file (`EVERY`: all) opened by ourselves;
    then `root` is where the machine's own files are."""
    known = await asyncio.to_thread(address_of, data)
    if known is not None:
        from hallctl.client import Client

        address, token = known
        async with Client(address.replace("http", "ws", 1) + "/ws", role="admin", token=token) as client:
            yield Daemon(client)
        return
    from hallctl.devices.machine import Machine
    from hallctl.devices.registry import installed
    from hallctl.technician.alone import Alone

    async with Alone(config, installed(), machine=Machine(root)).open(*names) as alone:
        yield alone


def is_person() -> bool:
    """Somebody sits at a terminal and can be asked."""
    return os.isatty(0) and os.isatty(1)
