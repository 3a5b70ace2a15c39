"""The daemon's HTTP server: uvicorn, listening and stopping in this hall's way."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Generator
from typing import Final

import structlog
import uvicorn
from fastapi import FastAPI

from hallctl.api.context import Context
from hallctl.api.guard import BACKLOG, Guard, Room, raise_descriptor_limit
from hallctl.api.line import MESSAGE_LIMIT, Settings, SocketLine
from hallctl.api.request_line import HttpLine
from hallctl.errors import StoreError

log = structlog.get_logger()

GRACE_S: Final = 2
"""Seconds that connected clients have to take their last answers at a stop."""

LOOK_S: Final = 0.01
"""Pause between two looks whether the clients have agreed to the close."""

SEND_BUFFER: Final = 128 * 1024
"""Bytes the kernel keeps for a client that does not read; without a limit it would grow to megabytes each."""


class Server(uvicorn.Server):
    """uvicorn without its own signal handling. `failure` is why it has stopped by itself."""

    def __init__(self, context: Context, app: FastAPI, on_stop: Callable[[], None]) -> None:
        self.guard = Guard(Room.within(raise_descriptor_limit()))
        super().__init__(_settings(app, self.guard))
        self.failure: StoreError | None = None
        self._on_stop = on_stop
        self._context = context
        self._ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()

    async def on_tick(self, counter: int) -> bool:
        """Every 0.1 s; the guard looks at all lines once a second. True: it is time to stop."""
        if counter % 10 == 0:
            self.guard.sweep(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    async def serves(self, serving: asyncio.Task[None]) -> bool:
        """Wait until requests are answered; False if `serving` has ended instead."""
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        return not serving.done()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin nothing new, answer what was begun, close every connection (1012: the service restarts, come again)."""
        self._on_stop()
        for server in self.servers:
            server.close()
        self._context.stopping = True
        self._context.hub.notify("hall.stopping", {}, lambda _subscriber: True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await self._context.hall.idle.wait()
                await asyncio.gather(*(connection.depart() for connection in self._context.connections))
                await self._agreed()
        await super().shutdown(sockets)

    async def _agreed(self) -> None:
        """Wait for the clients' own close frames: hanging up before could lose them the last answers."""
        loop = asyncio.get_running_loop()
        while any(getattr(known, "close_sent", False) for known in self.server_state.connections):
            turn = loop.create_future()
            timer = loop.call_later(LOOK_S, turn.set_result, None)
            try:
                await turn
            finally:
                timer.cancel()  # where the time is up, nobody waits for the turn any more

    def finish(self) -> None:
        self.should_exit = True

    def fail(self, error: StoreError) -> None:
        """The disk is lost: stop, so that a restart recovers from the file."""
        fresh, self.failure = self.failure is None, self.failure or error
        self.should_exit = True
        if fresh:
            with contextlib.suppress(MemoryError):
                log.error("store.fatal", code=error.code, detail=error.detail)


def _settings(app: FastAPI, guard: Guard) -> Settings:
    """The sans-IO websocket protocol is as fast as bare websockets; compression would double the cost in a hall."""
    settings = Settings(
        app,
        http=HttpLine,
        ws=SocketLine,
        ws_per_message_deflate=False,
        ws_max_size=MESSAGE_LIMIT,
        backlog=guard.room.backlog,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    settings.guard = guard
    return settings


def url_host(host: str) -> str:
    """The host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def listen(host: str, port: int) -> socket.socket:
    """The socket of the hall; OSError names the address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"{url_host(host)}:{port}: {error.strerror}") from error
    listener.setblocking(False)
    return listener
