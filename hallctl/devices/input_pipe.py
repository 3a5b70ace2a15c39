"""A keyboard of the kernel as a pipe: the events of one ``/dev/input/event*`` node, taken for ourselves alone.

What is read are whole ``struct input_event`` as the kernel gives them, in its own byte order; nothing can be written.
The node is grabbed (EVIOCGRAB): as long as it is open no page, no console and no other program hears its keys, and a
node that somebody else has grabbed cannot be had. A FIFO instead of a node carries the same bytes: that is how a device
is emulated. Unplugging ends the pipe (ENODEV; of a FIFO its end).
"""

import asyncio
import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hallctl.devices.contract import DeviceFault, LinkLost

READ_SIZE: Final = 4096
"""Bytes of a read: 170 events; the kernel gives whole ones only."""

LAST_KEY: Final = 0x100
"""Codes from here up are buttons of mice, tablets and remotes: no text."""


@dataclass(frozen=True, slots=True)
class Node:
    """An open node at `path`, links resolved; `release` gives it back."""

    path: str
    file: int
    release: Callable[[], None]


class InputPipe:
    """An open node on the loop's own poll. `feed` takes what comes; `end` is told when nothing more can come."""

    def __init__(self, node: Node, feed: Callable[[bytes], None], end: Callable[[str], None]) -> None:
        self.node = node.path
        self._node: Node | None = node
        self._feed = feed
        self._end = end
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(node.file, self._readable, node.file)

    def _readable(self, file: int) -> None:
        try:
            data = os.read(file, READ_SIZE)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(f"reading failed: {error.strerror}")
            return
        if data:
            self._feed(data)
        else:
            self._end("unplugged")

    def send(self, data: bytes) -> None:
        """Keys go one way only."""
        raise LinkLost(f"a keyboard takes no {len(data)} bytes")

    async def drain(self) -> None:
        """Nothing is ever under way."""

    async def close(self) -> None:
        self.drop()

    def drop(self) -> None:
        """Give the node back, at once; again without effect."""
        node, self._node = self._node, None
        if node is not None:
            self._loop.remove_reader(node.file)
            node.release()


def open_node(path: str) -> Node:
    """The keyboard at `path`, grabbed (may block for a moment); OSError when it cannot be had, DeviceFault
    ``device.wrong_identity`` when it has no keys."""
    path = os.path.realpath(path)
    mode = Path(path).stat().st_mode
    if stat.S_ISFIFO(mode):
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        return Node(path, file, lambda: os.close(file))
    if not stat.S_ISCHR(mode):
        raise _wrong(f"{path} is no input device")
    return _grabbed(path)


def _wrong(detail: str) -> DeviceFault:
    return DeviceFault("device.wrong_identity", transient=False, detail=detail)


def _grabbed(path: str) -> Node:
    from evdev import InputDevice, ecodes  # only where there is such a link: it is a C library of its own

    device, wrong = None, 0
    try:
        device = InputDevice(path, readonly=True)
    except OSError as error:
        wrong = error.errno or errno.ENODEV
    if device is None:  # outside of the handler: the error would keep the half-made device open, and its file
        if wrong in (errno.ENOTTY, errno.EINVAL):
            raise _wrong(f"{path} is no input device")
        raise OSError(wrong, os.strerror(wrong))
    try:
        keys = device.capabilities().get(ecodes.EV_KEY, [])
        if not any(0 < key < LAST_KEY for key in keys if isinstance(key, int)):
            raise _wrong(f"{device.name} has no keys; choose the node that ends in -event-kbd")
        device.grab()
    except (OSError, DeviceFault):
        device.close()
        raise
    return Node(path, device.fd, device.close)
