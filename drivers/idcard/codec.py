"""Bytes ⇄ messages of the SDT protocol (SAM_V security module) of identity card readers. Sans-IO, stdlib only.

Frame, both ways: ``AA AA AA 96 69 | LENGTH (16 bit, big-endian) | BODY | XOR``. LENGTH counts BODY and XOR; XOR runs
over LENGTH and BODY. A request's body is CMD PARA [data], an answer's SW1 SW2 SW3 [data]; an answer does not name its
request. Sources: five independent public readers of it that agree, among them hevz/hev-idcard-reader.

The CVR-100AU speaks a dialect: other commands in the same frame, and as check byte what makes the sum of LENGTH, BODY
and check zero (modulo 256). Source: the constants under ``CVR_100AU_NJ`` in the public THID_CVR_IDCard.c; that program
does not check its answers, so an answer may have either check.

Resync: see `drivers.framing`; a fourth leading AA is noise. Photo and fingerprint never leave the codec: only the 256
bytes of text are copied out of the buffer, the rest is overwritten.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from operator import xor
from typing import Final

from drivers.framing import FrameScanner, FrameShape, Garbage

PREAMBLE: Final = b"\xaa\xaa\xaa\x96\x69"
_HEAD: Final = len(PREAMBLE) + 2
_TEXT: Final = 256
_LEAST: Final = 4
_MOST: Final = 0x090A
"""LENGTH of the longest answer: text, photo and fingerprint."""


class Request(Enum):
    """What is asked of the reader; the value is CMD PARA (and fixed data)."""

    RESET = b"\x10\xff"
    STATUS = b"\x11\xff"
    SAM_ID = b"\x12\xff"
    FIND = b"\x20\x01"
    SELECT = b"\x20\x02"
    READ = b"\x30\x01"
    READ_FINGERPRINT = b"\x30\x10"
    READ_NEW_ADDRESS = b"\x30\x03"
    SET_BAUD = b"\x60"
    SET_MAX_RF = b"\x61\xff"


SDT: Final = "sdt"
CVR100AU: Final = "cvr100au"

CVR100AU_REQUESTS: Final[Mapping[Request, bytes]] = {
    Request.STATUS: b"\x00\x01",
    Request.FIND: b"\x00\x81",
    Request.SELECT: b"\x00\x82",
    Request.READ: b"\x00\x83",
}
"""All that the dialect is known to have; its status is the maker's "init"."""

OK: Final = 0x90
FOUND: Final = 0x9F
UNKNOWN_COMMAND: Final = 0x21
NO_CONTENT: Final = 0x91

FAULTS: Final[Mapping[int, str]] = {
    0x10: "device.garbled",  # check sum of the request
    0x11: "device.garbled",  # length of the request
    0x21: "device.refused",  # bad command
    0x24: "device.refused",  # unrecognised
    0x31: "card.unauthorised",  # the card rejects the reader
    0x32: "card.unauthorised",  # the reader rejects the card
    0x33: "card.unauthorised",  # the record does not verify
    0x40: "card.wrong_kind",  # a kind of card it does not know
    0x41: "card.read_failed",
    0x47: "card.read_failed",  # no random number from the card
    0x60: "reader.fault",  # self-test failed, accepts nothing
    0x66: "reader.unauthorised",  # the module itself has no authorisation
    0x80: "card.no_card",
    0x81: "card.read_failed",  # selecting failed
}
"""SW3 → code of a sentence. Not in it: 90 done, 9F found, 91 no content."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is SW3; `data` what follows: 16 bytes of SAM id, 70 of a new address (personal, so not in the repr)."""

    status: int
    data: bytes = field(default=b"", repr=False)

    @property
    def fault(self) -> str | None:
        """The sentence's code of a bad status; None if it is a good one."""
        return None if self.status in (OK, FOUND, NO_CONTENT) else FAULTS.get(self.status, "device.refused")


@dataclass(frozen=True, slots=True)
class CardText:
    """A card was read: its 256 bytes of text, personal. Photo and fingerprint are gone."""

    text: bytes = field(repr=False)


Message = Answer | CardText | Garbage


class SdtCodec:
    """One reader's stream. Holds at most one frame (2321 bytes)."""

    def __init__(self, dialect: str = SDT) -> None:
        self._requests = CVR100AU_REQUESTS if dialect == CVR100AU else {request: request.value for request in Request}
        self._check = _negative_sum if dialect == CVR100AU else _exclusive_or
        self._scanner: FrameScanner[Answer | CardText] = FrameScanner(_SHAPES[dialect])

    @property
    def pending(self) -> int:
        return self._scanner.pending

    def feed(self, data: bytes) -> list[Message]:
        return self._scanner.feed(data)

    def reset(self) -> None:
        """Before a request: what is left of an older answer is overwritten and forgotten."""
        self._scanner.reset()

    def encode(self, request: Request, data: bytes = b"") -> bytes:
        """The frame of a request; `data` is the byte of SET_BAUD (0 = 115200 .. 4 = 9600) or SET_MAX_RF.

        KeyError for a request that the dialect does not have.
        """
        body = self._requests[request] + data
        counted = (len(body) + 1).to_bytes(2, "big") + body
        return PREAMBLE + counted + bytes((self._check(counted),))


def sam_id_text(data: bytes) -> str | None:
    """``05.01-20200101-0012345678-0987654321`` of the 16 bytes of a SAM id; None if it is another size."""
    if len(data) != 16:
        return None
    major, minor = (int.from_bytes(data[at : at + 2], "little") for at in (0, 2))
    day, first, second = (int.from_bytes(data[at : at + 4], "little") for at in (4, 8, 12))
    return f"{major:02}.{minor:02}-{day:08}-{first:010}-{second:010}"


def _measure(head: memoryview) -> int | None:
    if len(head) < _HEAD:
        return None
    length = int.from_bytes(head[len(PREAMBLE) : _HEAD], "big")
    return _HEAD + length if _LEAST <= length <= _MOST else 0


def _exclusive_or(counted: bytes | memoryview) -> int:
    return reduce(xor, counted)


def _negative_sum(counted: bytes | memoryview) -> int:
    return -sum(counted) & 0xFF


def _parser(*checks: Callable[[memoryview], int]) -> Callable[[memoryview], Answer | CardText | None]:
    """Parses a frame whose check byte is right by one of `checks`."""

    def parse(frame: memoryview) -> Answer | CardText | None:
        if not any(check(frame[len(PREAMBLE) : -1]) == frame[-1] for check in checks):
            return None
        status, data = frame[_HEAD + 2], frame[_HEAD + 3 : -1]
        if len(data) <= _TEXT:
            return Answer(status, bytes(data))
        text = _text_of(data)
        return CardText(text) if text and status == OK else None

    return parse


def _text_of(data: memoryview) -> bytes:
    """The text among the parts of a card; empty unless the part sizes at the front account for every byte.

    Two parts (text, photo) are announced by 4 bytes, three (and fingerprint) by 6; the text is always 256 bytes.
    """
    for parts in (2, 3):
        sizes = [int.from_bytes(data[at : at + 2], "big") for at in range(0, 2 * parts, 2)]
        if sizes[0] == _TEXT and 2 * parts + sum(sizes) == len(data):
            return bytes(data[2 * parts : 2 * parts + _TEXT])
    return b""


_SHAPES: Final[Mapping[str, FrameShape[Answer | CardText]]] = {
    dialect: FrameShape(header=PREAMBLE, longest=_HEAD + _MOST, measure=_measure, parse=_parser(*checks))
    for dialect, checks in {SDT: (_exclusive_or,), CVR100AU: (_exclusive_or, _negative_sum)}.items()
}
