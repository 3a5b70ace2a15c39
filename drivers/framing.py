"""Frames cut out of a byte stream: a bounded scanner for any frame shape, and the FF 68 frame of the pads. Pure.

Resync, for every shape: bytes before a header are noise; a header whose length or check sum does not hold loses its
first byte only and the rest is searched again, so a good frame inside or behind a bad one is never lost. A frame that
stays incomplete is given up by `flush`, for which the owner of the line decides when it has been silent long enough.

Privacy: `Garbage` keeps no bytes, and what leaves the buffer is overwritten first, as far as Python allows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Garbage:
    """`size` bytes that were no frame; `reason` is noise|length|checksum|cut (a frame that never ended)."""

    size: int
    reason: str


@dataclass(frozen=True, slots=True)
class FrameShape(Generic[T_co]):
    """What the scanner must know of a kind of frame.

    `measure(head)` gives the whole frame's length from its first bytes (which begin with `header`), None while more
    are needed, 0 if this is no frame. A length above `longest` is no frame either. `parse(frame)` gives the message, or
    None if the check fails; it must not keep the view it is handed.
    """

    header: bytes
    longest: int
    measure: Callable[[memoryview], int | None]
    parse: Callable[[memoryview], T_co | None]


class FrameScanner(Generic[T]):
    """Bytes in any pieces → messages and garbage, in order. Holds less than the longest frame between two calls."""

    def __init__(self, *shapes: FrameShape[T]) -> None:
        self._shapes = shapes
        self._longest = max(shape.longest for shape in shapes)
        self._buffer = bytearray()

    @property
    def pending(self) -> int:
        """Bytes of a frame that has begun and not ended."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[T | Garbage]:
        found: list[T | Garbage] = []
        for start in range(0, len(data), self._longest):
            self._buffer += data[start : start + self._longest]
            self._scan(found, final=False)
        return found

    def flush(self) -> list[T | Garbage]:
        """The line is silent: nothing more of the pending frame will come. The buffer is empty afterwards."""
        found: list[T | Garbage] = []
        self._scan(found, final=True)
        return found

    def reset(self) -> None:
        """Forget what is pending."""
        self._wipe(len(self._buffer))

    def _scan(self, found: list[T | Garbage], *, final: bool) -> None:
        while self._buffer:
            start, shape = self._next_header()
            if start:
                self._drop(found, start, "noise")
            elif shape is None:
                if not final:
                    return
                self._drop(found, len(self._buffer), "noise")
            elif not self._take(found, shape, final=final):
                return

    def _next_header(self) -> tuple[int, FrameShape[T] | None]:
        """Where the first header begins and its shape; without one, where the beginning of one stands at the end."""
        places = [(at, shape) for shape in self._shapes if (at := self._buffer.find(shape.header)) >= 0]
        if places:
            return min(places, key=lambda place: place[0])
        for size in range(max(len(shape.header) for shape in self._shapes) - 1, 0, -1):
            tail = bytes(self._buffer[-size:])
            if len(tail) == size and any(shape.header.startswith(tail) for shape in self._shapes):
                return len(self._buffer) - size, None
        return len(self._buffer), None

    def _take(self, found: list[T | Garbage], shape: FrameShape[T], *, final: bool) -> bool:
        """Take or refuse the frame at the buffer's start; False: more bytes are needed."""
        with memoryview(self._buffer) as view:
            size = shape.measure(view)
        if size is not None and not 0 < size <= shape.longest:
            self._drop(found, 1, "length")
        elif size is None or size > len(self._buffer):
            if not final:
                return False
            self._drop(found, 1, "cut")
        else:
            with memoryview(self._buffer) as view, view[:size] as frame:
                message = shape.parse(frame)
            if message is None:
                self._drop(found, 1, "checksum")
            else:
                self._wipe(size)
                found.append(message)
        return True

    def _drop(self, found: list[T | Garbage], size: int, reason: str) -> None:
        """Give up `size` bytes; the noise behind a refused header belongs to the same piece of garbage."""
        self._wipe(size)
        last = found[-1] if found else None
        if isinstance(last, Garbage) and reason in ("noise", last.reason):
            found[-1] = Garbage(last.size + size, last.reason)
        else:
            found.append(Garbage(size, reason))

    def _wipe(self, size: int) -> None:
        self._buffer[:size] = bytes(size)
        del self._buffer[:size]


# ---------------------------------------------------------------- FF 68: call pads and rating pads

FF68_HEADER: Final = b"\xff\x68"
FF68_MOST_DATA: Final = 30
"""Data bytes of the longest frame accepted; the longest one known has 8."""


@dataclass(frozen=True, slots=True)
class PadFrame:
    """``FF 68 L L 68 ADDRESS FUNCTION DATA.. SUM 16``: L counts ADDRESS..DATA, SUM is their sum modulo 256."""

    address: int
    function: int
    data: bytes

    def encode(self) -> bytes:
        body = bytes((self.address, self.function)) + self.data
        return FF68_HEADER + bytes((len(body), len(body), 0x68)) + body + bytes((sum(body) & 0xFF, 0x16))


def _measure_ff68(head: memoryview) -> int | None:
    """Length of an FF 68 frame; the doubled length and the second 68 make a false header improbable."""
    if len(head) < 5:
        return None
    plausible = head[2] == head[3] and head[4] == 0x68 and 2 <= head[2] <= FF68_MOST_DATA + 2
    return 5 + head[2] + 2 if plausible else 0


def _parse_ff68(frame: memoryview) -> PadFrame | None:
    body = bytes(frame[5:-2])
    if frame[-2] != sum(body) & 0xFF or frame[-1] != 0x16:
        return None
    return PadFrame(address=body[0], function=body[1], data=body[2:])


FF68: Final = FrameShape(
    header=FF68_HEADER, longest=5 + 2 + FF68_MOST_DATA + 2, measure=_measure_ff68, parse=_parse_ff68
)
"""The frame of both pads; its sources are two hall systems that agree (see the READMEs of callpad and ratingpad)."""
