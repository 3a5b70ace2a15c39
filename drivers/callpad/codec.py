"""Bytes ⇄ messages of FF 68 call pads (硬件叫号器). Sans-IO, stdlib only.

The frame is `drivers.framing.FF68`; data are digits, one a byte (0..9), 0A is a blank. A pad's key frame ends in the
key's byte (0A..13) with the digits typed before it; which function byte a pad uses is in no source, so all are taken
but those the host itself uses. Frames of evaluators (address with bit 80, or function 11) are overheard, not keys.
Resync: see `drivers.framing`. Sources: two hall systems that agree, one in C#, one in MFC (marzlia/HallQueFront).
"""

from dataclasses import dataclass
from typing import Final

from drivers.framing import FF68, FrameScanner, Garbage, PadFrame

SHOW: Final = 0x02
BEEP: Final = 0x03
EVALUATOR: Final = 0x11
EVALUATOR_BIT: Final = 0x80
BLANK: Final = 0x0A


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """Key `key` at pad `unit`, with the digits typed before it; `frame` is to be echoed as it came."""

    unit: int
    digits: str
    key: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Overheard:
    """A sound frame that is no key of a pad: an evaluator's, or the host's own coming back."""

    unit: int
    function: int


Message = KeyPressed | Overheard | Garbage


class PadCodec:
    """One bus of pads. Holds at most one frame (39 bytes)."""

    def __init__(self, *, evaluator_bit: bool = True) -> None:
        """`evaluator_bit`: addresses from 80 (hex) up are evaluators."""
        self._scanner: FrameScanner[PadFrame] = FrameScanner(FF68)
        self._evaluator_bit = evaluator_bit

    @property
    def pending(self) -> int:
        return self._scanner.pending

    def feed(self, data: bytes) -> list[Message]:
        return [self._message(found) for found in self._scanner.feed(data)]

    def flush(self) -> list[Message]:
        """The line is silent: give up what is pending."""
        return [self._message(found) for found in self._scanner.flush()]

    def encode_display(self, unit: int, waiting: int, label: str | None, *, number_first: bool = False) -> bytes:
        """What the pad's digits show: people waiting (at most 999) and the number of a ticket, without its letters.

        Usually 3 digits waiting and 3 of the number, blank without one; `number_first`: the number in full, a blank,
        the count (MFC).
        """
        number = "".join(character for character in label or "" if character in "0123456789")
        count = min(max(waiting, 0), 999)
        if number_first:
            data = [*map(int, number[-8:]), BLANK, *map(int, str(count))]
        else:
            shown = [*map(int, number[-3:].zfill(3))] if number else [BLANK] * 3
            data = [*map(int, f"{count:03}"), *shown]
        return PadFrame(unit, SHOW, bytes(data)).encode()

    def encode_result(self, unit: int, accepted: bool) -> bytes:
        """The pad shows that a key was accepted or refused."""
        return PadFrame(unit, SHOW, bytes((int(accepted),))).encode()

    def encode_beep(self, unit: int) -> bytes:
        return PadFrame(unit, BEEP, b"").encode()

    def _message(self, found: PadFrame | Garbage) -> Message:
        if isinstance(found, Garbage):
            return found
        *digits, key = found.data or (0,)
        evaluator = self._evaluator_bit and found.address & EVALUATOR_BIT
        if evaluator or found.function in (SHOW, BEEP, EVALUATOR) or key < BLANK or any(d > 9 for d in digits):
            return Overheard(found.address, found.function)
        return KeyPressed(found.address, "".join(map(str, digits)), key, found.encode())
