"""The limit of the stack: ``python -m hallctl.bench.bare DIRECTORY``, a server that knows no hall.

The same loop, the same frames in and out, the same JSON, the same writer thread with `synchronous=FULL`; one row of one
page is committed for each request, and then it is answered in a receipt's size, a single one by the thread that has
committed it, in a frame that was made while the disk worked. No rules, roles, journal, broadcast.
What the product takes beyond it is the product's; what this takes beyond the floor is what Python, its loop and SQLite
take on this machine. A child of the bench, ended by SIGTERM; never a server for anything else.
"""

import asyncio
import base64
import hashlib
import socket
import sys
from pathlib import Path
from typing import Final, cast

import uvloop

from hallctl.api import rpc
from hallctl.api.frame import framed, whole_text
from hallctl.api.wire import Parcel, Wire
from hallctl.errors import StoreError
from hallctl.store import request
from hallctl.store.database import Database, Write
from hallctl.store.request import Request

GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455, 1.3."""

PAD: Final = "x" * 300
"""What makes an answer as long as a receipt."""


class Pressed(Write):
    """A request on its way to the disk: who asked, its id, its number."""

    def __init__(self, line: "Line", number: int | str | None, seq: int) -> None:
        super().__init__([request.row(Request(f"bare/{seq}", "", seq, 0, PAD))])
        self.line, self.number, self.seq = line, number, seq
        self.parcel: Parcel | None = None

    def prepare(self) -> None:
        """Make the answer."""
        self.parcel = Parcel(framed(rpc.result_frame(self.number, {"seq": self.seq, "pad": PAD})))


class Bare:
    """All there is between the lines and the disk."""

    def __init__(self, directory: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self._queued: list[Write] = []
        self.seq = 0
        self.database = Database.open(directory, self._committed, self._flushing)

    def press(self, line: "Line", number: int | str | None) -> None:
        """One commit for what a turn of the loop brings."""
        self.seq += 1
        if not self._queued:
            self._loop.call_soon(self._submit)
        self._queued.append(Pressed(line, number, self.seq))

    def _submit(self) -> None:
        queued, self._queued = self._queued, []
        self.database.submit(queued)

    def _flushing(self, batch: list[Write]) -> None:
        self._loop.call_soon_threadsafe(self._prepare, batch)

    def _prepare(self, batch: list[Write]) -> None:
        for write in batch:
            if isinstance(write, Pressed):
                write.prepare()

    def _committed(self, batch: list[Write], error: StoreError | None) -> None:
        alone = batch[0] if len(batch) == 1 else None
        if error is None and isinstance(alone, Pressed) and alone.parcel is not None:
            alone.line.wire.write_early(alone.parcel)
        self._loop.call_soon_threadsafe(self._answer, batch, error)

    def _answer(self, batch: list[Write], error: StoreError | None) -> None:
        for write in batch:
            if not isinstance(write, Pressed):
                continue
            if error is not None:  # perhaps before there was anything to flush
                write.line.wire.write(framed(rpc.error_frame(write.number, error)))
            elif write.parcel is not None:
                write.line.wire.write_late(write.parcel)


class Line(asyncio.Protocol):
    """One client: the upgrade, then frames."""

    def __init__(self, bare: Bare) -> None:
        self._bare = bare
        self._upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.wire = Wire(self._transport)

    def data_received(self, data: bytes) -> None:
        if not self._upgraded:
            self._upgrade(data)
            return
        message = whole_text(data)
        if message is None:  # pings, closes: nothing that the load sends
            self._transport.close()
            return
        asked = rpc.parse(message)
        if asked.method == "hello":
            self.wire.write(framed(rpc.result_frame(asked.id, {})))
        else:
            self._bare.press(self, asked.id)

    def connection_lost(self, _error: Exception | None) -> None:
        self.wire.end()

    def _upgrade(self, head: bytes) -> None:
        key = head.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
        accept = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
        self._transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self._upgraded = True


async def serve(directory: str) -> None:
    """Serve on a free port of 127.0.0.1, which is printed, until SIGTERM."""
    bare = Bare(Path(directory) / "data")
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    server = await asyncio.get_running_loop().create_server(lambda: Line(bare), sock=listener)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:]))
