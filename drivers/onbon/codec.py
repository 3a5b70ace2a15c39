"""Bytes ⇄ messages of Onbon (仰邦) BX-5K/6K cards with fonts (字库卡), user protocol 1.4. Sans-IO, stdlib only.

On the wire: ``A5``×8, then escaped header, data and check, then ``5A``. A receiver takes any number of A5 and begins at
the first other byte (§3). Escapes: A5 → A6 02, A6 → A6 01, 5A → 5B 02, 5B → 5B 01; lengths and checks are of the bytes
before. The header has 14 bytes, 30 with a bar code (§4); the check is CRC-16/ARC, or a sum, or nothing, as the header
says. All numbers are little-endian, moments are BCD. Data: group, command, a flag (in a request whether an answer is
wanted, in an answer the error), two reserved bytes, payload (§5).

Resync: between the lead and the tail no bare A5 stands in a frame, so that one begins a new frame; what ends in a wrong
check or length is garbage. See `drivers.framing`.
"""

import struct
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from drivers.framing import FrameScanner, FrameShape, Garbage

LEAD: Final = 0xA5
TAIL: Final = 0x5A
LEADS: Final = 8
MOST_LEADS: Final = 16
MOST_DATA: Final = 1_100
"""Bytes of data in the largest frame taken; a card's buffer has 1024."""

HOST: Final = 0x8000
"""Our address; programs have 0x8000 to 0xDFFF."""

ANY_TYPE: Final = 0xFE
VERSION: Final = 2
_HEADER: Final = struct.Struct("<HH3xBBBBBH")
_BARCODE: Final = 16
_BARCODE_AT: Final = 8
LONGEST: Final = MOST_LEADS + 2 * (_HEADER.size + _BARCODE + MOST_DATA + 2) + 1

MODELS: Final = {
    0x51: "BX-5K1",
    0x53: "BX-5MK2",
    0x54: "BX-5MK1",
    0x58: "BX-5K2",
    0x61: "BX-6K1",
    0x62: "BX-6K2",
    0x63: "BX-6K3",
    0x64: "BX-6K1-YY",
    0x65: "BX-6K2-YY",
    0x66: "BX-6K3-YY",
    0x67: "BX-6K1&4G",
    0x68: "BX-6K2&4G",
    0x69: "BX-6K4",
}
"""Types of cards with fonts (§4). Graphics cards (5E, 6E, 6M) have the same frames and other commands."""


class Check(IntEnum):
    """How a frame is checked (§4); NONE is known to 6K only."""

    CRC16 = 0
    SUM = 1
    NONE = 2


class Error(IntEnum):
    """Why a card refuses (§6); the others are about files."""

    GROUP = 1
    COMMAND = 2
    BUSY = 3
    MEMORY = 4
    CHECKSUM = 5
    FONT = 12
    FIRMWARE = 13
    DATE_TIME = 14


ACK_GROUP: Final = 0xA0
_ACK: Final = (ACK_GROUP, 0x00)
_NACK: Final = (ACK_GROUP, 0x01)
PING: Final = (0xA2, 0x00)
STATUS: Final = (0xA1, 0x02)
PARAMETERS: Final = (0xA2, 0x0A)
CLOCK: Final = (0xA2, 0x03)
BRIGHTNESS: Final = (0xA3, 0x02)
AREAS: Final = (0xA3, 0x06)

ANSWER_WANTED: Final = 1

# ---------------------------------------------------------------- packets


@dataclass(frozen=True, slots=True)
class Packet:
    """One frame in either direction. `flag`: in a request 1 answer, 2 do not; in an answer the error, 0 for none.

    `above` is the display mode 1: dynamic areas stand over the card's stored programmes.
    """

    destination: int
    source: int
    group: int
    command: int
    flag: int
    payload: bytes = b""
    reserved: bytes = b"\x00\x00"
    device_type: int = ANY_TYPE
    above: bool = False
    check: Check = Check.CRC16

    def encode(self) -> bytes:
        data = bytes((self.group, self.command, self.flag)) + self.reserved + self.payload
        header = _HEADER.pack(
            self.destination, self.source, 0, self.check, self.above, self.device_type, VERSION, len(data)
        )
        body = header + data
        return bytes((LEAD,)) * LEADS + escape(body + _checked(self.check, body)) + bytes((TAIL,))

    @property
    def is_answer(self) -> bool:
        """From a card to us; our own requests, heard again from an adapter that echoes, are not."""
        return self.destination == HOST and self.source != HOST

    def answers(self, request: "Packet") -> bool:
        """Whether it can be the answer to the request: an acknowledgement, a refusal, or data of the same command."""
        kind = (self.group, self.command)
        return self.is_answer and kind in (_ACK, _NACK, (request.group, request.command))

    @property
    def error(self) -> int:
        """0, or why the card refuses; a refusal without a reason is -1."""
        return -1 if (self.group, self.command) == _NACK and not self.flag else self.flag


def checksum(data: bytes) -> int:
    """CRC-16/ARC: polynomial 0x8005 reflected, from 0, no final inversion (appendix)."""
    crc = 0
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def _table_entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0xA001 if byte & 1 else 0)
    return byte


_TABLE: Final = tuple(_table_entry(byte) for byte in range(256))


def escape(data: bytes) -> bytes:
    escaped = data.replace(b"\xa6", b"\xa6\x01").replace(b"\xa5", b"\xa6\x02")
    return escaped.replace(b"\x5b", b"\x5b\x01").replace(b"\x5a", b"\x5b\x02")


def unescape(data: bytes) -> bytes | None:
    """The bytes before escaping; None where an escape is none."""
    found = bytearray()
    rest = iter(data)
    for byte in rest:
        if byte in _ESCAPED:
            pair = _ESCAPED[byte].get(next(rest, -1))
            if pair is None:
                return None
            found.append(pair)
        else:
            found.append(byte)
    return bytes(found)


_ESCAPED: Final = {0xA6: {1: 0xA6, 2: 0xA5}, 0x5B: {1: 0x5B, 2: 0x5A}}


def _checked(check: Check, body: bytes) -> bytes:
    value = {Check.CRC16: checksum(body), Check.SUM: sum(body) & 0xFFFF, Check.NONE: 0}[check]
    return value.to_bytes(2, "little")


# ---------------------------------------------------------------- requests


def ping(card: int) -> Packet:
    """Are you there (§8.7)? Changes nothing on any card."""
    return _request(card, PING)


def ask_status(card: int) -> Packet:
    """§8.4; the answer is a `Status`."""
    return _request(card, STATUS)


def ask_parameters(card: int) -> Packet:
    """§8.21; the answer is `Parameters`."""
    return _request(card, PARAMETERS)


def set_clock(card: int, moment: datetime) -> Packet:
    """§8.10: `moment` as a clock on the wall has it. As in the example, the reserved bytes count the eight."""
    century, year = divmod(moment.year, 100)
    parts = (year, century, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.isoweekday())
    return _request(card, CLOCK, bytes(map(_bcd, parts)), reserved=b"\x08\x00")


def set_brightness(card: int, level: int) -> Packet:
    """§8.17: 0 to 15 (brightest), at all hours."""
    return _request(card, BRIGHTNESS, bytes((1, level)))


def set_daily_brightness(card: int, levels: bytes) -> Packet:
    """§8.17: a level for each of the day's 48 half hours, by the card's own clock."""
    return _request(card, BRIGHTNESS, bytes((2, 0)) + levels)


def show_area(card: int, area: bytes, *, above: bool) -> Packet:
    """§8.2: put one dynamic area (`drivers.onbon.area`) on the screen; the others stay as they are."""
    return _request(card, AREAS, b"\x00\x01" + len(area).to_bytes(2, "little") + area, above=above)


def _request(
    card: int, kind: tuple[int, int], payload: bytes = b"", *, reserved: bytes = b"\x00\x00", above: bool = False
) -> Packet:
    return Packet(card, HOST, *kind, ANSWER_WANTED, payload, reserved, above=above)


def _bcd(number: int) -> int:
    return number // 10 << 4 | number % 10


# ---------------------------------------------------------------- answers


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a card says of its screen: `device_type` as in `MODELS`, size in pixels, whether it has one colour only."""

    device_type: int
    width: int
    height: int
    one_colour: bool

    @classmethod
    def parse(cls, payload: bytes) -> "Parameters | None":
        """From an answer's payload (§8.21: address 2, type, baud, width 2, height 2, colour); None if too short."""
        if len(payload) < 9:
            return None
        width, height = struct.unpack_from("<HH", payload, 4)
        return cls(payload[2], width, height, payload[8] == 1)


@dataclass(frozen=True, slots=True)
class Status:
    """How a card stands: `moment` by its own clock (None: makes no sense), `areas` the dynamic areas it shows (None:
    the answer does not tell)."""

    on: bool
    brightness: int
    moment: datetime | None
    areas: frozenset[int] | None

    @classmethod
    def parse(cls, payload: bytes) -> "Status | None":
        """From an answer's payload (§8.4); None if it is too short."""
        if len(payload) < 10:
            return None
        return cls(payload[0] != 2, payload[1], _moment(payload[2:10]), _area_ids(payload))


def _moment(data: bytes) -> datetime | None:
    """Year (2), month, day, weekday, hour, minute, second: another order than when it is set. The year's bytes come
    either way round: the table has 20 11, the example of setting 11 20."""
    try:
        first, second, month, day, _, hour, minute, seconds = (int(f"{byte:02x}") for byte in data)
        year = 2000 + (first if second == 20 else second)
        return datetime.fromisoformat(f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{seconds:02}")
    except ValueError:
        return None


_TRAILER: Final = 16 + 12
"""Bar code and the site's own id at the end of a status."""


def _area_ids(payload: bytes) -> frozenset[int] | None:
    """The ids behind their number. Before it stand two bytes of a special area, which BX-5K1 leaves out."""
    for at in (17, 15):
        if len(payload) > at:
            end = at + 1 + payload[at]
            if len(payload) in (end, end + _TRAILER):
                return frozenset(payload[at + 1 : end])
    return None


# ---------------------------------------------------------------- the stream


class CardCodec:
    """One line of cards. Holds less than one frame."""

    def __init__(self) -> None:
        self._scanner: FrameScanner[Packet] = FrameScanner(_FRAME)

    @property
    def pending(self) -> int:
        return self._scanner.pending

    def feed(self, data: bytes) -> list[Packet | Garbage]:
        return self._scanner.feed(data)

    def flush(self) -> list[Packet | Garbage]:
        """The line is silent: give up what is pending."""
        return self._scanner.flush()


def _measure(head: memoryview) -> int | None:
    frame = bytes(head)
    leads = len(frame) - len(frame.lstrip(b"\xa5"))
    if leads > MOST_LEADS:
        return 0
    tail, next_lead = frame.find(TAIL, leads), frame.find(LEAD, leads)
    if tail >= 0 and (next_lead < 0 or tail < next_lead):
        return tail + 1
    return 0 if next_lead >= 0 or len(frame) >= LONGEST else None


def _parse(frame: memoryview) -> Packet | None:
    body = unescape(bytes(frame[:-1]).lstrip(b"\xa5"))
    if body is None or len(body) < _HEADER.size + 5 + 2:
        return None
    if body[7] & 1:
        if len(body) < _HEADER.size + _BARCODE + 5 + 2:
            return None
        plain = body[:_BARCODE_AT] + body[_BARCODE_AT + _BARCODE :]
    else:
        plain = body
    destination, source, _, check, mode, device_type, version, length = _HEADER.unpack_from(plain)
    data = plain[_HEADER.size : -2]
    if length != len(data) or version != VERSION or check not in _CHECKS or not _holds(Check(check), body):
        return None
    return Packet(
        destination, source, data[0], data[1], data[2], data[5:], data[3:5], device_type, mode == 1, Check(check)
    )


_CHECKS: Final = frozenset(int(check) for check in Check)


def _holds(check: Check, body: bytes) -> bool:
    return check is Check.NONE or body[-2:] == _checked(check, body[:-2])


_FRAME: Final = FrameShape(header=bytes((LEAD,)), longest=LONGEST, measure=_measure, parse=_parse)
