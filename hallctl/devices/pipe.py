"""One physical link: its URL, and how it is opened, fed and closed. Who shares it is the business of `links`.

``tcp://host:port[?gap_ms=0]``, ``serial:///dev/ttyX[?baud=9600&parity=N|E|O&stop=1|2&gap_ms=20]``,
``input:///dev/input/by-id/X`` (a keyboard, see `input_pipe`), ``none:``.
"""

import asyncio
import contextlib
import os
import socket
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

import serial

from hallctl.devices.input_pipe import InputPipe, open_node
from hallctl.errors import ConfigError, Problem

T = TypeVar("T")

CLOSE_S: Final = 1.0
"""What was written and does not leave within this is given up at the close."""

WRITE_LIMIT: Final = 1024 * 1024
"""Bytes that may wait for a peer that does not take them; more, and the link counts as lost."""

SERIAL_GAP_MS: Final = 20
"""Quiet between two frames on a serial line: well over the 3.5 characters (4 ms at 9600 baud) of RS-485 practice."""

NODES: Final = frozenset({"serial", "input"})
"""Schemes whose place is a node of this machine, which comes and goes with the plug."""

_KEEPALIVE: Final = (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 10_000))
"""A dead TCP peer shows within 10 s of a write and 25 s of silence. Options that the system lacks are left out."""


@dataclass(frozen=True, slots=True)
class Address:
    """A link's URL, parsed. The same `place` is the same piece of wire; `baud` 0 means that the speed is not known."""

    scheme: str
    place: str
    host: str = ""
    port: int = 0
    baud: int = 0
    parity: str = "N"
    stop: int = 1
    gap_ms: int = 0

    @property
    def byte_s(self) -> float:
        """Seconds that a byte takes on the wire: start bit, 8 data bits, parity, stop bits."""
        return (9 + (self.parity != "N") + self.stop) / self.baud if self.baud else 0.0


def parse(url: str) -> Address:
    """The address of a link URL; ConfigError with one Problem of the key ``link`` for another."""
    try:
        split = urlsplit(url)
        given = {key: values[-1] for key, values in parse_qs(split.query, strict_parsing=bool(split.query)).items()}
        address = _SCHEMES[split.scheme](split, given)
    except (KeyError, ValueError):
        raise _bad("例如", "for example") from None
    if given:
        raise _bad(f"没有“{next(iter(given))}”这个参数；例如", f"there is no {next(iter(given))!r}; for example")
    return address


def _bad(zh: str, en: str) -> ConfigError:
    examples = "tcp://192.0.2.1:9100, serial:///dev/ttyUSB0?baud=9600, input:///dev/input/by-id/…-event-kbd, none:"
    row = Problem("link", f"链路地址不对，{zh} {examples}。", f"Not a link: {en} {examples}.")
    return ConfigError("config.invalid", problems=(row,), count=1)


def _tcp(split: Any, given: dict[str, str]) -> Address:
    host, port = split.hostname, split.port
    if not host or not port or split.path not in ("", "/"):
        raise ValueError
    gap_ms = _number(given, "gap_ms", 0, range(1_001))
    return Address("tcp", f"tcp://{host}:{port}", host, port, gap_ms=gap_ms)


def _serial(split: Any, given: dict[str, str]) -> Address:
    if split.netloc or not split.path.startswith("/"):
        raise ValueError
    parity = given.pop("parity", "N").upper()
    if parity not in ("N", "E", "O"):
        raise ValueError
    return Address(
        "serial",
        split.path,
        baud=_number(given, "baud", 9600, range(300, 4_000_001)),
        parity=parity,
        stop=_number(given, "stop", 1, range(1, 3)),
        gap_ms=_number(given, "gap_ms", SERIAL_GAP_MS, range(1_001)),
    )


def _input(split: Any, given: dict[str, str]) -> Address:
    del given
    if split.netloc or not split.path.startswith("/"):
        raise ValueError
    return Address("input", split.path)


def _none(split: Any, given: dict[str, str]) -> Address:
    del given
    if split.netloc or split.path:
        raise ValueError
    return Address("none", "none:")


def _number(given: dict[str, str], key: str, default: int, allowed: range) -> int:
    number = int(given.pop(key, str(default)))
    if number not in allowed:
        raise ValueError
    return number


_SCHEMES: Final[dict[str, Callable[[Any, dict[str, str]], Address]]] = {
    "tcp": _tcp,
    "serial": _serial,
    "input": _input,
    "none": _none,
}


def present(address: Address) -> bool:
    """Whether there is something to open: False only for a device of this machine whose node is missing."""
    return address.scheme not in NODES or Path(address.place).exists()


# ---------------------------------------------------------------- pipes: one physical link each


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


class SerialPipe:
    """A serial port (or pty), non-blocking on the loop's own poll."""

    def __init__(self, port: Any, receiver: Receiver) -> None:
        self._port = port
        self._fd: int = port.fileno()
        self._receiver = receiver
        self._out = bytearray()
        self._sent = asyncio.Event()
        self._sent.set()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._fd, self._readable)

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, 4096)
        except BlockingIOError:
            return
        except OSError as error:
            self._receiver.end(f"reading failed: {error.strerror}")
            return
        if data:
            self._receiver.feed(data)
        else:
            self._receiver.end("unplugged")

    def _writable(self) -> None:
        try:
            del self._out[: os.write(self._fd, self._out)]
        except BlockingIOError:
            pass
        except OSError as error:
            self._receiver.end(f"writing failed: {error.strerror}")
            return
        if self._out:
            self._sent.clear()
            self._loop.add_writer(self._fd, self._writable)
        else:
            self._loop.remove_writer(self._fd)
            self._sent.set()

    def send(self, data: bytes) -> None:
        if len(self._out) > WRITE_LIMIT:
            self._receiver.end("the port takes no more bytes")
            return
        waiting = bool(self._out)
        self._out += data
        if not waiting:
            self._writable()

    async def drain(self) -> None:
        await self._sent.wait()

    async def close(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._sent.wait()
        self._detach()
        # The kernel drains before it closes, which can block: in a thread.
        await asyncio.shield(self._loop.run_in_executor(None, self._port.close))

    def drop(self) -> None:
        self._detach()
        self._port.close()

    def _detach(self) -> None:
        if self._port.is_open:
            self._loop.remove_reader(self._fd)
            self._loop.remove_writer(self._fd)
        self._sent.set()


def _open_port(address: Address) -> Any:
    """Open and configure the port (blocks), locked against other programs; OSError when it cannot be had."""
    port = serial.Serial(
        address.place,
        baudrate=address.baud,
        parity=address.parity,
        stopbits=address.stop,
        timeout=0,
        exclusive=True,
    )
    # VMIN 1: reading without data is EAGAIN, so that an empty read can only mean the end.
    try:
        settings = termios.tcgetattr(port.fileno())
        settings[6][termios.VMIN] = 1
        termios.tcsetattr(port.fileno(), termios.TCSANOW, settings)
    except termios.error as error:
        port.close()
        raise OSError(*error.args) from error
    return port


async def open_pipe(address: Address, receiver: Receiver) -> Pipe:
    """Open the physical link of `address` (tcp, serial or input); OSError when it cannot be had."""
    if address.scheme == "tcp":
        loop = asyncio.get_running_loop()
        _, pipe = await loop.create_connection(lambda: TcpPipe(receiver), address.host, address.port)
        return pipe
    if address.scheme == "input":
        node = await _in_thread(lambda: open_node(address.place), lambda late: late.release())
        return InputPipe(node, receiver.feed, receiver.end)
    return SerialPipe(await _in_thread(lambda: _open_port(address), lambda late: late.close()), receiver)


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
