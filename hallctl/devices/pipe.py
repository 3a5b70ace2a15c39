"""One physical link, opened: what all kinds have in common, and which kind is opened for an address. Who shares a pipe
is the business of `links`; the URLs are those of `address`."""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from hallctl.devices.address import Address
from hallctl.devices.card_pipe import CardPipe
from hallctl.devices.contract import LinkLost
from hallctl.devices.file_pipe import FilePipe, open_port, open_printer
from hallctl.devices.input_pipe import InputPipe, open_node
from hallctl.devices.usb_pipe import UsbPipe

T = TypeVar("T")

CLOSE_S: Final = 1.0
"""What was written and does not leave within this is given up at the close."""

WRITE_LIMIT: Final = 1024 * 1024
"""Bytes that may wait for a peer that does not take them; more, and the link counts as lost."""

_KEEPALIVE: Final = (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 10_000))
"""A dead TCP peer shows within 10 s of a write and 25 s of silence. Options that the system lacks are left out."""


class Receiver(Protocol):
    """Where a pipe delivers."""

    def feed(self, data: bytes) -> None:
        """Bytes have come."""
        ...

    def end(self, detail: str) -> None:
        """The pipe is dead; may be told more than once."""
        ...


class Pipe(Protocol):
    """An open physical link. `send` takes a frame whole, so that a cancelled writer never leaves half of one."""

    @property
    def node(self) -> str:
        """The node of this machine that it is, links resolved; empty for one that is none."""
        ...

    def send(self, data: bytes) -> None:
        """Take all of `data` into the pipe; at once."""
        ...

    async def drain(self) -> None:
        """Wait until the kernel has all that was sent, or the pipe is dead."""
        ...

    async def close(self) -> None:
        """Let what was sent leave, for CLOSE_S at most, then close."""
        ...

    def drop(self) -> None:
        """Close at once."""
        ...


class TcpPipe(asyncio.Protocol):
    """A TCP connection as client."""

    node = ""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._transport: Any = None
        self._sent = asyncio.Event()
        self._sent.set()
        self._ended = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._transport.set_write_buffer_limits(high=0)  # so that drain() means: the kernel has it
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for name, value in _KEEPALIVE:
            if hasattr(socket, name):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def data_received(self, data: bytes) -> None:
        self._receiver.feed(data)

    def pause_writing(self) -> None:
        self._sent.clear()

    def resume_writing(self) -> None:
        self._sent.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended.set()
        self._sent.set()
        self._receiver.end(f"connection lost: {exc}" if exc else "closed by the other side")

    def send(self, data: bytes) -> None:
        if self._transport.get_write_buffer_size() > WRITE_LIMIT:
            self._receiver.end("the peer takes no more bytes")
        else:
            self._transport.write(data)

    async def drain(self) -> None:
        await self._sent.wait()

    async def close(self) -> None:
        self._transport.close()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_S):
                    await self._ended.wait()
        finally:
            self._transport.abort()

    def drop(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class VideoPipe:
    """A camera's node: no bytes, others read its pictures. That it was pulled, `plug` tells."""

    def __init__(self, node: str) -> None:
        self.node = node

    def send(self, data: bytes) -> None:
        """A camera is not written to."""
        raise LinkLost(f"a camera takes no {len(data)} bytes")

    async def drain(self) -> None:
        """Nothing is ever under way."""

    async def close(self) -> None:
        """Nothing was opened."""

    def drop(self) -> None:
        """Nothing was opened."""


def _camera(address: Address) -> VideoPipe:
    """OSError when there is none or when it may not be used."""
    node = os.path.realpath(address.place)
    if Path(node).is_dir() or not Path(node).exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    if not os.access(node, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return VideoPipe(node)


async def open_pipe(address: Address, receiver: Receiver) -> Pipe:
    """Open the physical link of `address` (any scheme but none); OSError or DeviceFault when it cannot be had."""
    match address.scheme:
        case "tcp":
            loop = asyncio.get_running_loop()
            _, pipe = await loop.create_connection(lambda: TcpPipe(receiver), address.host, address.port)
            return pipe
        case "input":
            node = await _in_thread(lambda: open_node(address.place), lambda late: late.release())
            return InputPipe(node, receiver.feed, receiver.end)
        case "usb":
            return await UsbPipe(address, receiver.feed, receiver.end).open()
        case "pcsc":
            return await CardPipe(address.reader, receiver.feed, receiver.end).open()
        case "video":
            return _camera(address)
    opening = open_printer if address.scheme == "usblp" else open_port
    return FilePipe(
        await _in_thread(lambda: opening(address), lambda late: late.release()), receiver.feed, receiver.end
    )


async def _in_thread(opening: Callable[[], T], close: Callable[[T], None]) -> T:
    """A wedged USB adapter can hold open() for seconds: in a thread, and what comes too late is closed."""

    def late(task: "asyncio.Future[T]") -> None:
        if not task.cancelled() and task.exception() is None:
            close(task.result())

    task = asyncio.get_running_loop().run_in_executor(None, opening)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(late)
        raise
