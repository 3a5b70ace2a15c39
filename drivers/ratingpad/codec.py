"""Bytes ⇄ messages of FF 68 evaluators (评价器). Sans-IO, stdlib only.

The frame is `drivers.framing.FF68`. Evaluator → host: function 11 with one byte, the grade. Host → evaluator: the same
frame with function 01 answers it; 01 with data 0B starts an evaluation; 02 shows 0..5 stars. Evaluators have the
address of their window's pad with bit 80. Resync: see `drivers.framing`.
Sources: two hall systems that agree, one in C#, one in MFC (marzlia/HallQueFront).
"""

from dataclasses import dataclass
from typing import Final

from drivers.framing import FF68, FrameScanner, Garbage, PadFrame

TO_HOST: Final = 0x11
TO_EVALUATOR: Final = 0x01
STARS: Final = 0x02
START: Final = 0x0B
ADDRESS_BIT: Final = 0x80


@dataclass(frozen=True, slots=True)
class GradeGiven:
    """Key `grade` at evaluator `unit` (its whole address); `frame` tells a retransmission."""

    unit: int
    grade: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Overheard:
    """A sound frame that is no grade: a call pad's, or the host's own coming back."""

    unit: int
    function: int


Message = GradeGiven | Overheard | Garbage


class EvaluatorCodec:
    """One bus of evaluators. Holds at most one frame (39 bytes)."""

    def __init__(self, *, address_bit: bool = True) -> None:
        """`address_bit`: only addresses from 80 (hex) up are evaluators."""
        self._scanner: FrameScanner[PadFrame] = FrameScanner(FF68)
        self._address_bit = ADDRESS_BIT if address_bit else 0

    @property
    def pending(self) -> int:
        return self._scanner.pending

    def feed(self, data: bytes) -> list[Message]:
        return [self._message(found) for found in self._scanner.feed(data)]

    def flush(self) -> list[Message]:
        """The line is silent: give up what is pending."""
        return [self._message(found) for found in self._scanner.flush()]

    def encode_answer(self, given: GradeGiven, *, short: bool = False) -> bytes:
        """The host has the grade. `short` is the MFC system's form: no FF in front, and no grade."""
        data = b"" if short else bytes((given.grade,))
        frame = PadFrame(given.unit, TO_EVALUATOR, data).encode()
        return frame[1:] if short else frame

    def encode_start(self, unit: int) -> bytes:
        """Light up for one evaluation."""
        return PadFrame(unit | self._address_bit, TO_EVALUATOR, bytes((START,))).encode()

    def encode_stars(self, unit: int, stars: int) -> bytes:
        """Show the clerk's 0..5 stars."""
        return PadFrame(unit | self._address_bit, STARS, bytes((stars,))).encode()

    def _message(self, found: PadFrame | Garbage) -> Message:
        if isinstance(found, Garbage):
            return found
        ours = found.address & self._address_bit == self._address_bit
        if not ours or found.function != TO_HOST or len(found.data) != 1:
            return Overheard(found.address, found.function)
        return GradeGiven(found.address, found.data[0], found.encode())
