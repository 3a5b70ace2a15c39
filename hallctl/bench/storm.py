"""A hall's pages that all come back at once, ``python -m hallctl.bench.storm``. Job: ``subscribe``.

Every client opens its connection and sends hello and subscribe as soon as it may, without waiting for another; the
time is that until the last of them has its whole snapshot.
"""

import contextlib
import select
import socket
import time
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from hallctl.bench import child, wire
from hallctl.version import API_VERSION

STORM_S: Final = 60.0
READ: Final = 1 << 18
HELLO, SUBSCRIBE = 1, 2
UPGRADE: Final = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class _Snapshot(msgspec.Struct):
    seq: int


class _Answer(msgspec.Struct):
    id: int | None = None
    result: Any = None
    error: Any = None


@dataclass(slots=True)
class Page:
    """A client: its greeting, and what it has been told so far."""

    line: socket.socket
    greeting: bytes
    head: bytes = b""
    entered: bool = False
    frames: wire.Frames = field(default_factory=wire.Frames)
    size: int = 0
    seq: int | None = None

    def read(self) -> bool:
        """Take what has come; True once the snapshot is whole."""
        data = self.line.recv(READ)
        if not data:
            raise wire.WireError("closed")
        if not self.entered:
            self.head += data
            head, found, data = self.head.partition(b"\r\n\r\n")
            if not found:
                return False
            if not head.startswith(b"HTTP/1.1 101"):
                raise wire.WireError(f"no websocket: {head[:60]!r}")
            self.entered = True
            self.line.sendall(self.greeting)
        self.size += len(data)
        for text in wire.texts_of(self.line, self.frames.feed(data)):
            self._told(text)
        return self.seq is not None

    def _told(self, text: bytes) -> None:
        answer = msgspec.json.decode(text, type=_Answer) if len(text) < READ else _Answer(SUBSCRIBE)
        if answer.error is not None:
            raise wire.WireError(f"refused: {answer.error}")
        if answer.id == SUBSCRIBE:
            self.seq = msgspec.json.decode(text, type=_Subscribed).result.seq


class _Subscribed(msgspec.Struct):
    result: _Snapshot


def subscribe(port: int, clients: list[dict[str, Any]]) -> dict[str, float]:
    """Connect them all: a client is ``{"role", "token", "place", "count"}``. Seconds to the last snapshot, bytes of all
    of them, and how many different moments of the hall (`seq`) they show: 1 if they agree."""
    began = time.monotonic()
    with contextlib.ExitStack() as stack, select.epoll() as poll:
        pages: dict[int, Page] = {}
        for client in clients:
            for _ in range(client["count"]):
                line = stack.enter_context(wire.connect(port))
                line.sendall(UPGRADE)
                pages[line.fileno()] = Page(line, _greeting(client))
                poll.register(line, select.EPOLLIN)
        all_pages = list(pages.values())
        while pages:
            if time.monotonic() - began > STORM_S:
                raise child.BenchError(f"{len(pages)} of {len(all_pages)} clients have no snapshot")
            for descriptor, _event in poll.poll(1.0):
                if descriptor in pages and pages[descriptor].read():
                    poll.unregister(descriptor)
                    del pages[descriptor]
        seconds = time.monotonic() - began
    moments = {page.seq for page in all_pages}
    return {"seconds": seconds, "bytes": sum(page.size for page in all_pages), "moments": len(moments)}


def _greeting(client: dict[str, Any]) -> bytes:
    hello = {"api_version": API_VERSION, "role": client["role"], "token": client["token"]}
    if client.get("place"):
        hello["place"] = client["place"]
    asked = [(HELLO, "hello", hello), (SUBSCRIBE, "hall.subscribe", {})]
    bodies = [{"jsonrpc": "2.0", "id": number, "method": name, "params": params} for number, name, params in asked]
    return b"".join(wire.client_frame(msgspec.json.encode(body)) for body in bodies)


if __name__ == "__main__":
    child.serve({"subscribe": subscribe})
