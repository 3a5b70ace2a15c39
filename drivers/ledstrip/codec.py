"""Bytes ⇄ messages of window strip screens "A0 90" (窗口条屏). Sans-IO, stdlib only.

Frame: ``A0 90 ADDRESS COMMAND LENGTH (16 bit, big-endian) DATA XOR``, XOR over ADDRESS..DATA. Text is GBK, each
character followed by its colour. The one public source (MFC, marzlia/HallQueFront) counts length as n/255, n%255, which
differs from 255 bytes on only; frames here stay below. A strip acknowledges with a single AA or with ``A0 90 ADDRESS A5
AA``: the source has both, and many strips say nothing. Frames of pads on the same bus are taken whole, so that an AA in
them is no acknowledgement. Resync: see `drivers.framing`.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import reduce
from operator import xor
from typing import Final

from drivers import glyph
from drivers.framing import FF68, FrameScanner, FrameShape, Garbage, PadFrame

HEADER: Final = b"\xa0\x90"
MOST_DATA: Final = 254
MOST_COLUMNS: Final = MOST_DATA // 2
ACK: Final = 0xAA


class Command(IntEnum):
    SHOW_ADDRESS = 0xA1
    SET_ADDRESS = 0xA2
    SHOW_TEXT = 0xA5


_COMMANDS: Final = frozenset(int(command) for command in Command)


class Colour(IntEnum):
    RED = 0
    GREEN = 1
    YELLOW = 2


@dataclass(frozen=True, slots=True)
class StripFrame:
    """A command to a strip; heard again where the adapter echoes what is sent."""

    address: int
    command: int
    data: bytes

    def encode(self) -> bytes:
        counted = bytes((self.address, self.command)) + len(self.data).to_bytes(2, "big") + self.data
        return HEADER + counted + bytes((reduce(xor, counted),))


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A strip has taken a command; which one is told by the longer form only."""

    address: int | None


Message = StripFrame | Acknowledged | PadFrame | Garbage


class StripCodec:
    """One bus of strips. Holds at most one frame (261 bytes)."""

    def __init__(self) -> None:
        self._scanner: FrameScanner[StripFrame | Acknowledged | PadFrame] = FrameScanner(_STRIP, _BARE_ACK, FF68)

    @property
    def pending(self) -> int:
        return self._scanner.pending

    def feed(self, data: bytes) -> list[Message]:
        return self._scanner.feed(data)

    def flush(self) -> list[Message]:
        """The line is silent: give up what is pending."""
        return self._scanner.flush()

    def encode_text(self, address: int, text: str, colour: Colour, columns: int) -> bytes:
        """Show as much of `text` as fits `columns` half-width cells, in one colour; empty text blanks the strip."""
        glyphs = fit(text, columns) or [b" "] * min(columns, MOST_COLUMNS)
        return StripFrame(address, Command.SHOW_TEXT, b"".join(glyph + bytes((colour,)) for glyph in glyphs)).encode()

    def encode_show_address(self, address: int) -> bytes:
        """The strip shows its own address: the technician's test."""
        return StripFrame(address, Command.SHOW_ADDRESS, b"").encode()


def fit(text: str, columns: int) -> list[bytes]:
    """The text's characters in GBK, as many whole ones as fit the strip and a frame (V06)."""
    return glyph.fit(text, min(columns, MOST_COLUMNS))


def _measure(head: memoryview) -> int | None:
    if len(head) < 5:
        return None
    if head[3] == Command.SHOW_TEXT and head[4] == ACK:
        return 5
    if len(head) < 6:
        return None
    length = int.from_bytes(head[4:6], "big")
    return 7 + length if head[3] in _COMMANDS and length <= MOST_DATA else 0


def _parse(frame: memoryview) -> StripFrame | Acknowledged | PadFrame | None:
    if len(frame) == 5:
        return Acknowledged(frame[2])
    if reduce(xor, frame[2:-1]) != frame[-1]:
        return None
    return StripFrame(frame[2], frame[3], bytes(frame[6:-1]))


_Found = StripFrame | Acknowledged | PadFrame
_STRIP: Final[FrameShape[_Found]] = FrameShape(header=HEADER, longest=7 + MOST_DATA, measure=_measure, parse=_parse)
_BARE_ACK: Final[FrameShape[_Found]] = FrameShape(
    header=bytes((ACK,)), longest=1, measure=lambda _: 1, parse=lambda _: Acknowledged(None)
)
