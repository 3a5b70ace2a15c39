"""One client's connection to the hall, as the soak's people have it: bytes on a socket, read as they come.

It checks what it is told: frames follow one another without a gap, nothing comes twice. It can be cut, and be deaf for
a while; then it comes back as pages do, with what it saw last.
"""

import asyncio
import base64
import itertools
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from hallctl.bench import wire
from hallctl.version import API_VERSION

Json = dict[str, Any]

PAUSES_S: Final = (0.05, 0.2, 0.5, 1.0)
CONNECT_S: Final = 20.0
ANSWER_S: Final = 60.0
"""An answer that takes longer is a defect."""

HEARD: Final[dict[bytes, Json]] = {}
"""Frames of notifications, decoded once for all who are told the same."""


class Refusal(Exception):
    """The hall said no; `code` tells why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Cut(ConnectionError):
    """The line is gone before the answer came."""


@dataclass
class Seen:
    """What a line was told over all its connections."""

    frames: int = 0
    gaps: int = 0
    """Frames that begin too late: something is missing."""
    overlaps: int = 0
    """Frames that begin too early: something is told again."""
    snapshots: int = 0
    renewed: int = 0
    """Snapshots that were not asked for."""
    resumed: int = 0
    closed: int = 0
    """Times that the hall or the system ended the connection, not we."""
    cut: int = 0
    deaf: int = 0
    odd: list[str] = field(default_factory=list)
    """The first frames that did not follow, in words."""


@dataclass
class Told:
    """The moments (monotonic ns) of the frames since the last look: (from, to) → first, last, how many lines."""

    frames: dict[tuple[int, int], list[int]] = field(default_factory=dict)

    def note(self, first: int, last: int, now: int) -> None:
        seen = self.frames.get((first, last))
        if seen is None:
            self.frames[first, last] = [now, now, 1]
        else:
            seen[1] = now
            seen[2] += 1


class _Socket(asyncio.Protocol):
    """The handshake, then messages to the line that owns it."""

    def __init__(self, line: "Line") -> None:
        self._line = line
        self._frames = wire.Frames()
        self._head = b""
        self.open = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        if not self.open:
            self._head += data
            head, end, data = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            self.open = head.startswith(b"HTTP/1.1 101")
            if not self.opened.done():
                self.opened.set_result(None)
            if not self.open or not data:
                return
        for opcode, payload in self._frames.feed(data):
            self._line.received(self, opcode, payload, now)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's shape
        if not self.opened.done():
            self.opened.set_exception(Cut("in the handshake"))
            self.opened.exception()
        self._line.lost(self)


class Line:
    """A client that stays: `live` connects for ever. `on_events` gets what it is told, decoded; boards give none."""

    def __init__(
        self,
        port: int,
        role: str,
        place: str | None,
        told: Told | None,
        *,
        on_events: Callable[[Json], None] | None = None,
        small: bool = False,
    ) -> None:
        """`told` gets the moments of its frames, if any. `small`: the kernel keeps little for it, so that the hall
        notices soon that it does not read."""
        self.role, self.place = role, place
        self.seen = Seen()
        self.seq = 0
        self.online = asyncio.Event()
        self.token = ""
        self._port = port
        self._told = told
        self._on_events = on_events
        self._small = small
        self._epoch: str | None = None
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[tuple[Any, int]]] = {}
        self._socket: _Socket | None = None
        self._transport: asyncio.Transport | None = None
        self._gone = asyncio.Event()
        self._ours = False
        self._renewed = False

    # ------------------------------------------------------------ life

    async def live(self) -> None:
        """Connect, subscribe, and again whenever the line is lost; until it is cancelled."""
        failures = 0
        try:
            while True:
                try:
                    await self.enter()
                    failures = 0
                    await self._gone.wait()
                except (OSError, TimeoutError):
                    failures += 1
                self._close()
                await asyncio.sleep(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
        finally:
            self._close()

    async def enter(self) -> None:
        """Connect, say hello with `token`, subscribe from where it was."""
        await self.connect()
        hello = {"api_version": API_VERSION, "role": self.role, "token": self.token}
        await self.ask("hello", hello | ({"place": self.place} if self.place else {}))
        since = {"since": self.seq, "epoch": self._epoch} if self._epoch else {}
        await self.ask("hall.subscribe", since)  # the answer is taken in its turn among the frames, see `received`
        self.online.set()

    async def connect(self) -> None:
        """A websocket, nothing said yet."""
        loop = asyncio.get_running_loop()
        raw = socket.socket()
        raw.setblocking(False)
        if self._small:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._gone.clear()
        self._ours = self._renewed = False
        try:
            await loop.sock_connect(raw, ("127.0.0.1", self._port))
            self._transport, self._socket = await loop.create_connection(lambda: _Socket(self), sock=raw)
        except OSError:
            raw.close()
            raise
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        async with asyncio.timeout(CONNECT_S):
            await self._socket.opened

    def cut(self) -> None:
        """The connection is gone without a word."""
        if self._transport is not None and self.online.is_set():
            self.seen.cut += 1
            self._ours = True
            self._transport.abort()

    async def be_deaf(self, seconds: float) -> None:
        """Read nothing for so many real seconds, then go on reading."""
        transport = self._transport
        if transport is None or not self.online.is_set():
            return
        self.seen.deaf += 1
        transport.pause_reading()
        await asyncio.sleep(seconds)
        if transport is self._transport and not transport.is_closing():
            transport.resume_reading()

    def leave(self) -> None:
        """Go, as a page does that is closed."""
        self._ours = True
        self._close()

    def _close(self) -> None:
        self.online.clear()
        transport, self._transport, self._socket = self._transport, None, None
        if transport is not None:
            transport.abort()
        answers, self._answers = self._answers, {}
        for answer in answers.values():
            if not answer.done():
                answer.set_exception(Cut("the line is gone"))
                answer.exception()
        self._gone.set()

    def lost(self, socket_: _Socket) -> None:
        """The connection has ended."""
        if socket_ is self._socket:
            if not self._ours:
                self.seen.closed += 1
            self._close()

    # ------------------------------------------------------------ asking

    async def ask(self, method: str, params: Json) -> Json:
        """The result of one request."""
        result: Json
        result, _sent, _answered = await self.timed(method, params)
        return result

    async def timed(self, method: str, params: Json) -> tuple[Any, int, int]:
        """(result, sent ns, answered ns); raises Refusal, or Cut when the line goes."""
        transport = self._transport
        if transport is None:
            raise Cut("not connected")
        number = next(self._ids)
        answer: asyncio.Future[tuple[Any, int]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        data = wire.client_frame(msgspec.json.encode(body))
        sent = time.monotonic_ns()
        transport.write(data)
        async with asyncio.timeout(ANSWER_S):
            result, answered = await answer
        return result, sent, answered

    # ------------------------------------------------------------ hearing

    def received(self, socket_: _Socket, opcode: int, payload: bytes, now: int) -> None:
        """A whole message."""
        if socket_ is not self._socket or self._transport is None:
            return
        if opcode == wire.OP_TEXT:
            if b'"method":' in payload[:32]:
                self._notified(payload, now)
            else:
                self._answered(payload, now)
        elif opcode == wire.OP_PING:
            self._transport.write(wire.client_frame(payload, wire.OP_PONG))

    def _notified(self, payload: bytes, now: int) -> None:
        head = payload[:96]
        if b'"hall.events"' in head:
            first, last = _number(payload, b'"from":'), _number(payload, b'"to":')
            self.seen.frames += 1
            if first != self.seq + 1:
                self._odd(first, last)
            self._renewed = False
            self.seq = max(self.seq, last)
            if self._told is not None:
                self._told.note(first, last, now)
            if self._on_events is not None:
                self._on_events(_decoded(payload))
        elif b'"hall.snapshot"' in head:
            self.seen.renewed += 1
            self.seen.snapshots += 1
            self._renewed = True
            self.seq = _number(payload, b'"seq":')

    def _odd(self, first: int, last: int) -> None:
        """A frame that does not follow: something is missing, or told twice."""
        if first > self.seq + 1:
            self.seen.gaps += 1
        else:
            self.seen.overlaps += 1
        if len(self.seen.odd) < 3:
            after = "snapshot" if self._renewed else "frame"
            self.seen.odd.append(f"{self.role}: {first}..{last} after {after} {self.seq}")

    def _answered(self, payload: bytes, now: int) -> None:
        message = msgspec.json.decode(payload)
        answer = self._answers.pop(message.get("id"), None)
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(Refusal(message["error"].get("data", {}).get("code", "unknown")))
            return
        result = message["result"]
        if isinstance(result, dict) and "epoch" in result:
            self._take_up(result)
        answer.set_result((result, now))

    def _take_up(self, result: Json) -> None:
        """A subscription's answer: what follows it follows its seq."""
        if "snapshot" in result:
            self.seen.snapshots += 1
        else:
            self.seen.resumed += 1
            if self._on_events is not None:
                self._on_events({"events": result["events"]})
        self._epoch, self.seq = result["epoch"], result["seq"]


def _decoded(payload: bytes) -> Json:
    params = HEARD.get(payload)
    if params is None:
        if len(HEARD) > 64:
            HEARD.clear()
        params = HEARD[payload] = msgspec.json.decode(payload)["params"]
    return params


def _number(text: bytes, key: bytes) -> int:
    at = text.index(key) + len(key)
    end = at
    while text[end : end + 1].isdigit():
        end += 1
    return int(text[at:end])
