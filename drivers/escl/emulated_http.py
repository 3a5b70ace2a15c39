"""The web server of an emulated scanner: HTTP/1.1 taken apart by hand, with the faults of the line."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

MOST_HEAD = 16 * 1024
MOST_BODY = 64 * 1024

REASONS = {200: "OK", 201: "Created", 301: "Moved", 404: "Not Found", 409: "Conflict", 503: "Unavailable"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request."""

    method: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """An answer; `cut` sends half of the body and hangs up, `chunked` does without Content-Length."""

    code: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    chunked: bool = False


class EmulatedHttp:
    """Serves on 127.0.0.1 at `port`, 0 for a free one, which it keeps. None as an answer: nothing is ever said."""

    def __init__(
        self, answer: Callable[[Asked], Awaitable[Said | None]], port: int, tls: ssl.SSLContext | None = None
    ) -> None:
        self._answer = answer
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = port

    @property
    def origin(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}"

    @property
    def plugged(self) -> bool:
        return self._server is not None

    async def plug(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(
                self._serve, "127.0.0.1", self.port, ssl=self._tls, limit=MOST_HEAD
            )
            self.port = self._server.sockets[0].getsockname()[1]

    async def unplug(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            while await self._turn(reader, writer):
                pass
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            pass  # unplugged
        finally:
            writer.transport.abort()

    async def _turn(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; whether the connection goes on."""
        asked = await _read(reader)
        said = await self._answer(asked)
        if said is None:
            await reader.read()
            return False
        head = f"HTTP/1.1 {said.code} {REASONS.get(said.code, 'Odd')}\r\n"
        lines = dict(said.headers)
        if said.chunked:
            lines["Transfer-Encoding"] = "chunked"
        else:
            lines["Content-Length"] = str(len(said.body))
        writer.write((head + "".join(f"{name}: {text}\r\n" for name, text in lines.items()) + "\r\n").encode())
        if said.cut:
            writer.write(said.body[: len(said.body) // 2])
            await writer.drain()
            writer.close()
            return False
        writer.write(_chunks(said.body) if said.chunked else said.body)
        await writer.drain()
        return True


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, path, _version = first.split(" ")
    headers = {name.strip().lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
    size = int(headers.get("content-length", "0"))
    if size > MOST_BODY:
        raise ValueError("too large")
    return Asked(method, path, await reader.readexactly(size))


def _chunks(body: bytes) -> bytes:
    pieces = [body[at : at + 4096] for at in range(0, len(body), 4096)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
