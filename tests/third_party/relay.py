"""A wire between the hall and a TCP device that keeps what passes and can be stopped where a slip begins."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

SLIP: bytes = b"\x1b@"
"""ESC @: how a slip begins, and nothing else that is sent."""


class Relay:
    """Relays one connection after the other; `before_slip` is awaited each time a slip is about to pass."""

    def __init__(self, url: str) -> None:
        self._device = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self.before_slip: Callable[[], Awaitable[None]] | None = None
        self.sent = b""

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"tcp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in self._writers:
                writer.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, device = await asyncio.open_connection(self._device.hostname, self._device.port)
        self._writers += [writer, device]
        back = asyncio.create_task(_copy(answers, writer))
        while data := await reader.read(65536):
            if SLIP in data and self.before_slip is not None:
                await self.before_slip()
            self.sent += data
            device.write(data)
        device.close()
        writer.close()
        await back


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
