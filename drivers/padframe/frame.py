"""How the frames of a brand of pads look: a description as plain values, and what can be worked out from it. Pure.

Places are counted in bytes from the frame's beginning, 0 first, or from its end where negative: -1 is the last byte.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

MOST: Final = 255
"""Bytes of the longest frame that can be described; those of known pads have 3 to 20."""

Sentence = tuple[str, str]
"""What is wrong, zh-CN and en."""


@dataclass(frozen=True, slots=True)
class Field:
    """A number of `size` bytes at `at`: high byte first, low byte first (`little`), or `ascii` decimal digits."""

    at: int
    size: int = 1
    little: bool = False
    ascii: bool = False

    def cut(self, frame: bytes) -> bytes:
        """Its bytes in a frame that is long enough."""
        start = self.at % len(frame)
        return frame[start : start + self.size]

    def read(self, frame: bytes) -> int | None:
        """The number; None where its digits are none."""
        data = self.cut(frame)
        if not self.ascii:
            return int.from_bytes(data, "little" if self.little else "big")
        return int(data) if data.isdigit() else None

    def write(self, number: int) -> bytes:
        """The number's bytes; its high part is lost where they have no room for it."""
        if self.ascii:
            return f"{number}".zfill(self.size)[-self.size :].encode("ascii")
        return (number & (1 << 8 * self.size) - 1).to_bytes(self.size, "little" if self.little else "big")


@dataclass(frozen=True, slots=True)
class Count:
    """The field that tells a frame's length; `uncounted` bytes of the frame are not in it."""

    place: Field
    uncounted: int
    longest: int


@dataclass(frozen=True, slots=True)
class Check:
    """A check sum (`kind` is sum8, xor8 or crc16) over the bytes from `first` to `last`, both counted.

    The polynomial is as catalogues write it (8005, 1021); `reflected` turns bits round on the way in and out; `final`
    is combined with the result by xor.
    """

    kind: str
    place: Field
    first: int
    last: int
    polynomial: int = 0x8005
    initial: int = 0xFFFF
    reflected: bool = True
    final: int = 0

    def of(self, frame: bytes) -> int:
        covered = frame[self.first % len(frame) : self.last % len(frame) + 1]
        if self.kind == "sum8":
            return sum(covered) & 0xFF
        if self.kind == "xor8":
            value = 0
            for byte in covered:
                value ^= byte
            return value
        return self._crc(covered)

    def _crc(self, data: bytes) -> int:
        value = self.initial
        for byte in data:
            value ^= (_reverse(byte, 8) if self.reflected else byte) << 8
            for _ in range(8):
                value = (value << 1 ^ self.polynomial if value & 0x8000 else value << 1) & 0xFFFF
        return (_reverse(value, 16) if self.reflected else value) ^ self.final


def _reverse(value: int, bits: int) -> int:
    return int(f"{value:0{bits}b}"[::-1], 2)


@dataclass(frozen=True, slots=True)
class Frame:
    """A pad's frame: `length` bytes, or as `count` tells; `fixed` are bytes that always stand at their places.

    `keys` are the values that the key may have; they matter only where neither header nor check sum tells a frame from
    noise.
    """

    key: Field
    length: int = 0
    count: Count | None = None
    header: bytes = b""
    tail: bytes = b""
    fixed: Mapping[int, int] = field(default_factory=dict)
    address: Field | None = None
    check: Check | None = None
    keys: frozenset[bytes] = frozenset()

    @property
    def longest(self) -> int:
        return self.count.longest if self.count is not None else self.length

    @property
    def shortest(self) -> int:
        """Bytes that every frame has at least: all its parts."""
        return self.length if self.count is None else room(self.parts())

    def parts(self) -> list["Part"]:
        """Its parts in the order in which they are described."""
        parts = [Part("header", 0, len(self.header)), Part("tail", -len(self.tail), len(self.tail))]
        if self.count is not None:
            parts.append(Part("count", self.count.place.at, self.count.place.size))
        parts += [Part(f"fixed.{at}", at, 1) for at in self.fixed]
        check = self.check.place if self.check is not None else None
        named = (("address", self.address), ("key", self.key), ("checksum", check))
        parts += [Part(name, place.at, place.size) for name, place in named if place is not None]
        return [part for part in parts if part.size]


# ---------------------------------------------------------------- descriptions that cannot be


@dataclass(frozen=True, slots=True)
class Part:
    """A named piece of a frame."""

    name: str
    at: int
    size: int

    def span(self, length: int) -> range:
        """The bytes that it takes in a frame of `length`; those of a negative place from its end."""
        start = self.at if self.at >= 0 else length + self.at
        return range(start, start + self.size)


def room(parts: Sequence[Part]) -> int:
    """Bytes of the shortest frame that has all parts."""
    front = max((part.at + part.size for part in parts if part.at >= 0), default=0)
    return front + max((-part.at for part in parts if part.at < 0), default=0)


def misplaced(parts: Sequence[Part], length: int) -> Sentence | None:
    """What is wrong with the places in a frame of `length` (0: as long as its parts); None where nothing is."""
    for number, part in enumerate(parts):
        if part.at < 0 < part.at + part.size:
            return f"{part.name} 超出帧尾", f"{part.name} goes over the end of the frame"
        span = part.span(length or room(parts))
        if length and not (span.start >= 0 and span.stop <= length):
            return f"{part.name} 不在 {length} 字节的帧内", f"{part.name} lies outside of a frame of {length} bytes"
        for other in parts[:number]:
            theirs = other.span(length or room(parts))
            if span.start < theirs.stop and theirs.start < span.stop:
                return f"{part.name} 与 {other.name} 占用同一字节", f"{part.name} and {other.name} take the same byte"
    return None


def uncovered(check: Check, length: int) -> Sentence | None:
    """What is wrong with the bytes that a check sum covers in a frame of `length`; None where nothing is."""
    first, last = (at if at >= 0 else length + at for at in (check.first, check.last))
    if not 0 <= first <= last < length or check.first < 0 <= check.last:
        return "校验和没有覆盖任何字节，请改 first、last", "the check sum covers no byte; change first and last"
    place = Part("", check.place.at, check.place.size).span(length)
    if first < place.stop and place.start <= last:
        return "校验和覆盖了它自己，请改 last", "the check sum covers itself; change last"
    return None
