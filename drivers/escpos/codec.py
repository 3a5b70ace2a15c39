"""ESC/POS status bytes ⇄ messages, without IO.

Source: Epson's ESC/POS reference (DLE EOT, DLE ENQ, GS a, GS r, GS ( H, GS I); replies captured from emupos 0.4.0
stand in ``tests/captures/escpos_status.json``. What a printer sends back shares one stream and is told apart by
fixed bits:

===================  =======================================================================
DLE EOT reply        one byte, ``0xx1xx10``: ``b & 0x93 == 0x12``; it does not say which n it answers
automatic status     four bytes; the first ``0xx1xx00``: ``b & 0x93 == 0x10``; the others ``b & 0x90 == 0``
flow control         ``0x11`` XON, ``0x13`` XOFF; may stand inside an automatic status
GS r reply           one byte ``0x00``–``0x0F``
GS ( H reply         ``37 22 d1 d2 d3 d4 00``, each d printable
GS I reply           ``5F`` text ``00``
===================  =======================================================================

Resync: a byte that fits nothing is `Garbage` and the next byte is looked at afresh. A group whose next byte breaks
its pattern is `Garbage` as a whole, since its digits and letters would look like statuses; the byte that broke it is
looked at again. At most `LONGEST` bytes are kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 80
"""Bytes of the longest group accepted (a GS I text)."""

STATUSES: Final = (1, 2, 3, 4)
"""The n of DLE EOT: printer, cause of offline, cause of error, paper."""

PAPER_OUT: Final = "printer.paper_out"
NEAR_END: Final = "printer.paper_near_end"
COVER_OPEN: Final = "printer.cover_open"
CUTTER: Final = "printer.cutter"
OFFLINE: Final = "printer.offline"
ERROR: Final = "printer.error"
HEAD_HOT: Final = "printer.head_hot"

_ORDER: Final = (PAPER_OUT, COVER_OPEN, CUTTER, ERROR, HEAD_HOT, OFFLINE, NEAR_END)
_READER: Final = b"\xaa\xaa\xaa\x96\x69"
"""How each answer of an identity-card reader begins."""

BLOCKING: Final = frozenset(_ORDER) - {NEAR_END}
"""Faults with which nothing can be printed."""


# ---------------------------------------------------------------- requests


def status_request(n: int) -> bytes:
    """DLE EOT n (n 1..4): answered at once, also while offline."""
    if n not in STATUSES:
        raise ValueError(f"DLE EOT {n}")
    return bytes((0x10, 0x04, n))


def recover_request() -> bytes:
    """DLE ENQ 2: recover from a recoverable error and clear the buffers."""
    return b"\x10\x05\x02"


def auto_status_request(enabled: bool) -> bytes:
    """GS a: report every change by itself, or no more. ESC @ may switch it off again."""
    return b"\x1d\x61\xff" if enabled else b"\x1d\x61\x00"


def paper_request() -> bytes:
    """GS r 1: answered when all data before it has been processed, so the answer proves the print."""
    return b"\x1d\x72\x01"


def process_request(job: int) -> bytes:
    """GS ( H fn 48 with four digits of `job`; the printer returns them when all data before it is printed."""
    return b"\x1d\x28\x48\x06\x00\x30\x30" + f"{job % 10000:04d}".encode("ascii")


def identity_request(n: int = 67) -> bytes:
    """GS I n (65 firmware, 66 maker, 67 model)."""
    return bytes((0x1D, 0x49, n))


# ---------------------------------------------------------------- replies


@dataclass(frozen=True, slots=True)
class RealTime:
    """The answer to DLE EOT; which n it answers only the asker knows."""

    value: int


@dataclass(frozen=True, slots=True)
class AutoStatus:
    """An automatic status of four bytes."""

    value: bytes


@dataclass(frozen=True, slots=True)
class Flow:
    """XON or XOFF."""

    may_send: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """The answer to GS r 1."""

    near_end: bool
    end: bool


@dataclass(frozen=True, slots=True)
class Processed:
    """The answer to GS ( H: everything before this job number is on paper."""

    job: int


@dataclass(frozen=True, slots=True)
class Identity:
    """The answer to GS I, ASCII."""

    text: str


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that fit no pattern."""

    value: bytes


Reply = RealTime | AutoStatus | Flow | Paper | Processed | Identity | Garbage


class ReplyParser:
    """Cuts the printer's stream into replies; keeps at most `LONGEST` bytes of an unfinished group."""

    def __init__(self) -> None:
        self._group = bytearray()

    @property
    def pending(self) -> int:
        """Bytes of an unfinished group."""
        return len(self._group)

    def feed(self, data: bytes) -> list[Reply]:
        """The replies completed by `data`; never raises."""
        replies: list[Reply] = []
        for byte in data:
            self._take(byte, replies)
        return replies

    def _take(self, byte: int, replies: list[Reply]) -> None:
        if not self._group:
            self._begin(byte, replies)
            return
        if self._group[0] & 0x93 == 0x10 and byte in (0x11, 0x13):
            replies.append(Flow(byte == 0x11))
            return
        self._group.append(byte)
        if _is_broken(self._group):
            replies.append(Garbage(bytes(self._group[:-1])))
            self._group.clear()
            self._begin(byte, replies)
            return
        reply = _complete(self._group)
        if reply is not None:
            replies.append(reply)
            self._group.clear()

    def _begin(self, byte: int, replies: list[Reply]) -> None:
        if byte & 0x93 == 0x12:
            replies.append(RealTime(byte))
        elif byte in (0x11, 0x13):
            replies.append(Flow(byte == 0x11))
        elif byte <= 0x0F:
            replies.append(Paper(near_end=bool(byte & 0x03), end=bool(byte & 0x0C)))
        elif byte & 0x93 == 0x10 or byte in (0x37, 0x5F):
            self._group.append(byte)
        else:
            replies.append(Garbage(bytes((byte,))))


def _is_broken(group: bytearray) -> bool:
    """Whether the last byte of the group does not belong to it."""
    first, last, size = group[0], group[-1], len(group)
    if first == 0x37:
        if size == 2:
            return last != 0x22
        return last != 0 if size == 7 else not 0x30 <= last <= 0x39
    if first == 0x5F:
        ends = last == 0
        return size > LONGEST or (ends and size == 2) or not (ends or 0x20 <= last <= 0x7E)
    return last & 0x90 != 0


def _complete(group: bytearray) -> Reply | None:
    first, last, size = group[0], group[-1], len(group)
    if first == 0x37:
        return Processed(int(group[2:6])) if size == 7 else None
    if first == 0x5F:
        return Identity(group[1:-1].decode("ascii")) if last == 0 else None
    return AutoStatus(bytes(group)) if size == 4 else None


# ---------------------------------------------------------------- what a status means


def faults_of_status(n: int, value: int) -> frozenset[str]:
    """The fault codes in one DLE EOT n reply."""
    if n == 1:
        return _codes({OFFLINE: value & 0x28})
    if n == 2:
        return _codes({COVER_OPEN: value & 0x04, OFFLINE: value & 0x08, PAPER_OUT: value & 0x20, ERROR: value & 0x40})
    if n == 3:
        return _codes({CUTTER: value & 0x08, ERROR: value & 0x24, HEAD_HOT: _cools_down(value)})
    return _codes({NEAR_END: value & 0x0C, PAPER_OUT: value & 0x60})


def faults_of_auto_status(status: AutoStatus) -> tuple[str, ...]:
    """The fault codes in an automatic status, the one to act on first."""
    first, error, paper, _ = status.value
    return arranged(
        _codes(
            {
                OFFLINE: first & 0x08 or error & 0x03,
                COVER_OPEN: first & 0x20,
                CUTTER: error & 0x08,
                ERROR: error & 0x24,
                HEAD_HOT: _cools_down(error),
                NEAR_END: paper & 0x03,
                PAPER_OUT: paper & 0x0C,
            }
        )
    )


def arranged(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes in the order in which a person acts on them, without those that another explains.

    Offline says nothing when its cause is known; an error without more is the cutter's when the cutter is jammed, and
    the head's when that is too hot; near the end says nothing when the paper is out.
    """
    known = set(codes)
    if known & {PAPER_OUT, COVER_OPEN, CUTTER, ERROR, HEAD_HOT}:
        known.discard(OFFLINE)
    if known & {CUTTER, HEAD_HOT}:
        known.discard(ERROR)
    if PAPER_OUT in known:
        known.discard(NEAR_END)
    return tuple(code for code in _ORDER if code in known)


def can_recover(faults: Iterable[str], error_status: int) -> bool:
    """Whether DLE ENQ may mend it: a jammed cutter, no unrecoverable error (DLE EOT 3), and the cover closed."""
    known = set(faults)
    return CUTTER in known and COVER_OPEN not in known and not error_status & 0x20


def _cools_down(error_status: int) -> int:
    """The bit of an error that passes by itself (the head is too hot), unless one does not."""
    return 0 if error_status & 0x20 else error_status & 0x40


def is_foreign(garbage: bytes) -> bool:
    """Whether what fits no pattern is another device's: the preamble of a card reader, or readable text (a scanner's
    code, a server's banner). Else the line garbles a printer's answers, as the wrong speed does."""
    text = garbage.rstrip(b"\r\n")
    return _READER in garbage or (len(text) >= 4 and all(0x20 <= byte <= 0x7E for byte in text))


def _codes(flags: dict[str, int]) -> frozenset[str]:
    return frozenset(code for code, bit in flags.items() if bit)
