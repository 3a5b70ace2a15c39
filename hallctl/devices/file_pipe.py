"""A character device as a pipe, non-blocking on the loop's own poll: a serial port, or a printer behind ``usblp``."""

import asyncio
import contextlib
import errno
import os
import stat
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import serial

from hallctl.devices.address import Address
from hallctl.devices.contract import DeviceFault
from hallctl.devices.node import serial_node

CLOSE_S: Final = 1.0
"""What was written and does not leave within this is given up at the close."""

WRITE_LIMIT: Final = 1024 * 1024
"""Bytes that may wait for a device that does not take them; more, and the link counts as lost."""

READ_SIZE: Final = 4096

LULL_S: Final = 0.05
"""Some printers answer with empty USB packets all the time: after one, the next read waits for so long."""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open file; `release` closes it (which may block). `node` is what it is, links resolved. Where `empty_ends`, an
    empty read is its end; else it is so only when the node is gone."""

    number: int
    node: str
    release: Callable[[], None]
    empty_ends: bool = True


class FilePipe:
    """An open file on the loop. `feed` takes what comes; `end` is told when nothing more can come."""

    def __init__(self, file: OpenFile, feed: Callable[[bytes], None], end: Callable[[str], None]) -> None:
        self.node = file.node
        self._file = file
        self._feed = feed
        self._end = end
        self._open = True
        self._out = bytearray()
        self._sent = asyncio.Event()
        self._sent.set()
        self._loop = asyncio.get_running_loop()
        self._listen()

    def _listen(self) -> None:
        if self._open:
            self._loop.add_reader(self._file.number, self._readable)

    def _readable(self) -> None:
        try:
            data = os.read(self._file.number, READ_SIZE)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(f"reading failed: {error.strerror}")
            return
        if data:
            self._feed(data)
        elif self._file.empty_ends or not Path(self.node).exists():
            self._end("unplugged")
        else:
            self._loop.remove_reader(self._file.number)
            self._loop.call_later(LULL_S, self._listen)

    def _writable(self) -> None:
        try:
            del self._out[: os.write(self._file.number, self._out)]
        except BlockingIOError:
            pass
        except OSError as error:
            self._end(f"writing failed: {error.strerror}")
            return
        if self._out:
            self._sent.clear()
            self._loop.add_writer(self._file.number, self._writable)
        else:
            self._loop.remove_writer(self._file.number)
            self._sent.set()

    def send(self, data: bytes) -> None:
        if len(self._out) > WRITE_LIMIT:
            self._end("the port takes no more bytes")
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
        await asyncio.shield(self._loop.run_in_executor(None, self._file.release))

    def drop(self) -> None:
        self._detach()
        self._file.release()

    def _detach(self) -> None:
        if self._open:
            self._open = False
            self._loop.remove_reader(self._file.number)
            self._loop.remove_writer(self._file.number)
        self._sent.set()


def open_port(address: Address) -> OpenFile:
    """The serial port, configured and locked against other programs (blocks); OSError when it cannot be had,
    DeviceFault ``device.wrong_identity`` when it is no serial port, ``device.ambiguous`` as `serial_node`."""
    node = serial_node(address) if address.usb else os.path.realpath(address.place)
    try:
        port = serial.Serial(
            node, baudrate=address.baud, parity=address.parity, stopbits=address.stop, timeout=0, exclusive=True
        )
    except OSError as error:
        raise _plain(error, node) from error
    # VMIN 1: reading without data is EAGAIN, so that an empty read can only mean the end.
    try:
        settings = termios.tcgetattr(port.fileno())
        settings[6][termios.VMIN] = 1
        termios.tcsetattr(port.fileno(), termios.TCSANOW, settings)
    except termios.error as error:
        port.close()
        raise OSError(*error.args) from error
    return OpenFile(port.fileno(), node, port.close)


def _plain(error: OSError, node: str) -> Exception:
    """pyserial's error with its number, which it does not always keep."""
    cause: Any = error.__context__
    number = error.errno or (cause.args[0] if isinstance(cause, OSError | termios.error) and cause.args else None)
    if number == errno.ENOTTY:
        return DeviceFault("device.wrong_identity", transient=False, detail=f"{node} is no serial port")
    return OSError(number, os.strerror(number)) if isinstance(number, int) else error


def open_printer(address: Address) -> OpenFile:
    """The printer's node (may block for a moment); OSError or DeviceFault ``device.wrong_identity``."""
    node = os.path.realpath(address.place)
    number = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    if not stat.S_ISCHR(os.fstat(number).st_mode):
        os.close(number)
        raise DeviceFault("device.wrong_identity", transient=False, detail=f"{node} is no printer")
    return OpenFile(number, node, lambda: os.close(number), empty_ends=False)
