"""An identity card reader as native ones are on USB: two bulk endpoints each way, the first 7 bytes of a frame over the
first, the rest over the second. The device is made by FunctionFS, so that its endpoints are files.
"""

import ctypes
import os
import queue
import struct
import threading
from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from drivers.emulated_line import EmulatedLine

USB: Final = "0400:c35a"
SOCKET: Final = "dummy_udc.1"
HEAD: Final = 7

_GADGET: Final = Path("/sys/kernel/config/usb_gadget/cards")
_FILES: Final = Path("/run/cards")
_OUT_1, _IN_1, _OUT_2, _IN_2 = "ep1", "ep2", "ep3", "ep4"


def descriptors() -> bytes:
    """What FunctionFS is told first: one vendor interface with four bulk endpoints, at full and at high speed."""
    interface = struct.pack("<9B", 9, 4, 0, 0, 4, 0xFF, 0, 0, 1)
    speeds = [
        interface + b"".join(struct.pack("<BBBBHB", 7, 5, end, 2, size, 0) for end in (0x01, 0x81, 0x02, 0x82))
        for size in (64, 512)
    ]
    body = struct.pack("<II", 5, 5) + b"".join(speeds)
    return struct.pack("<III", 3, 12 + len(body), 3) + body


def strings() -> bytes:
    body = struct.pack("<H", 0x409) + b"card reader\0"
    return struct.pack("<IIII", 2, 16 + len(body), 1, 1) + body


class SplitLine(EmulatedLine):
    """Where an emulated reader is told of a pty's bytes, it is told of the endpoints'."""

    def __init__(self) -> None:
        super().__init__(0)
        self._hearing: list[Callable[[bytes], None]] = []
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._ends: dict[str, int] = {}

    @property
    def url(self) -> str:
        return f"usb://{USB}?split={HEAD}"

    @property
    def plugged(self) -> bool:
        return bool(self._threads)

    def attach(self, listener: Callable[[bytes], None]) -> None:
        self._hearing.append(listener)

    def detach(self, listener: Callable[[bytes], None]) -> None:
        self._hearing.remove(listener)

    def make(self) -> None:
        """The device, not yet plugged in."""
        for folder in ("strings/0x409", "configs/c.1", "functions/ffs.cards"):
            (_GADGET / folder).mkdir(parents=True)
        for name, text in zip(("idVendor", "idProduct"), USB.split(":"), strict=True):
            (_GADGET / name).write_text(f"0x{text}", encoding="ascii")
        (_GADGET / "configs/c.1/ffs.cards").symlink_to(_GADGET / "functions/ffs.cards")
        _FILES.mkdir()
        library = ctypes.CDLL(None, use_errno=True)
        if library.mount(b"cards", str(_FILES).encode(), b"functionfs", 0, None):
            raise OSError(ctypes.get_errno(), "functionfs cannot be mounted")
        self._ends["ep0"] = os.open(_FILES / "ep0", os.O_RDWR)
        for told in (descriptors(), strings()):
            os.write(self._ends["ep0"], told)
        for name in (_OUT_1, _IN_1, _OUT_2, _IN_2):
            self._ends[name] = os.open(_FILES / name, os.O_RDWR)

    def plug(self) -> None:
        if self.plugged:
            return
        if not self._ends:
            self.make()
        (_GADGET / "UDC").write_text(SOCKET, encoding="ascii")
        loop = get_running_loop()
        self._threads = [threading.Thread(target=self._hear, args=(loop,)), threading.Thread(target=self._say)]
        for thread in self._threads:
            thread.start()

    def unplug(self) -> None:
        if not self.plugged:
            return
        (_GADGET / "UDC").write_text("\n", encoding="ascii")
        self._answers.put(None)
        for thread in self._threads:
            thread.join(10)
        self._threads = []

    def close(self) -> None:
        self.unplug()
        for end in self._ends.values():
            os.close(end)
        self._ends.clear()
        ctypes.CDLL(None).umount2(str(_FILES).encode(), 0)
        (_GADGET / "configs/c.1/ffs.cards").unlink()
        for folder in ("configs/c.1", "functions/ffs.cards", "strings/0x409", "."):
            (_GADGET / folder).rmdir()
        _FILES.rmdir()

    def send(self, data: bytes) -> None:
        self._answers.put(data)

    def _hear(self, loop: AbstractEventLoop) -> None:
        """Until unplugged: a head, then its rest."""
        with suppress(OSError):
            while True:
                head = os.read(self._ends[_OUT_1], 512)
                rest = os.read(self._ends[_OUT_2], 4096)
                if len(head) == HEAD:
                    loop.call_soon_threadsafe(self._deliver, head + rest)

    def _deliver(self, frame: bytes) -> None:
        for listener in tuple(self._hearing):
            listener(frame)

    def _say(self) -> None:
        with suppress(OSError):
            while (frame := self._answers.get()) is not None:
                os.write(self._ends[_IN_1], frame[:HEAD])
                os.write(self._ends[_IN_2], frame[HEAD:])
