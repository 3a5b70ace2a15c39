"""The emulated printer's ear: cuts a stream of ESC/POS into commands. Written apart from the driver's codec.

Source: Epson's ESC/POS command reference, and the Chinese mode (FS &) of printers sold in China.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Order:
    """One command or a run of text: `name` as the reference has it, its parameter bytes, and all its bytes."""

    name: str
    parameters: bytes
    raw: bytes


_FIXED: Final[dict[bytes, int]] = {
    **{b"\x1b" + key: 0 for key in (b"@", b"2", b"<", b"i", b"m")},
    **{b"\x1b" + bytes((key,)): 1 for key in b"aEGdJ3tR!-M{V %=Sr"},
    **{b"\x1b" + bytes((key,)): 2 for key in b"$\\cB"},
    b"\x1bp": 3,
    **{b"\x1d" + bytes((key,)): 1 for key in b"!BrIabhwHf/"},
    **{b"\x1d" + bytes((key,)): 2 for key in b"LWP$\\"},
    **{b"\x1c" + key: 0 for key in (b"&", b".")},
    **{b"\x1c" + bytes((key,)): 1 for key in b"!-WC"},
    **{b"\x1c" + bytes((key,)): 2 for key in b"Sp"},
    b"\x10\x04": 1,
    b"\x10\x05": 1,
}
"""Commands of known length: parameter bytes after the two of the command."""

_LEADS: Final = {0x1B: "ESC", 0x1D: "GS", 0x1C: "FS", 0x10: "DLE"}
_SINGLE: Final = {0x0A: "LF", 0x0D: "CR", 0x09: "HT", 0x0C: "FF", 0x18: "CAN"}
_CODES: Final = {0x04: "EOT", 0x05: "ENQ", 0x14: "DC4"}


class Stream:
    """Keeps an unfinished command until its rest comes. Knows whether Chinese mode is on, as that changes lengths."""

    def __init__(self) -> None:
        self._rest = b""
        self.chinese = False

    def feed(self, data: bytes) -> list[Order]:
        """The commands completed by `data`."""
        self._rest += data
        orders: list[Order] = []
        while self._rest:
            size = self._size()
            if size == 0 or size > len(self._rest):
                break
            raw, self._rest = self._rest[:size], self._rest[size:]
            order = self._order(raw)
            orders.append(order)
            if order.name in ("FS &", "FS .", "ESC @"):
                self.chinese = order.name == "FS &"
        return orders

    def _size(self) -> int:
        """Bytes of the command at the front; 0 while that is not known yet."""
        rest = self._rest
        if rest[0] in _SINGLE:
            return 1
        if rest[0] not in _LEADS:
            return self._text_size()
        if len(rest) < 2:
            return 0
        fixed = _FIXED.get(rest[:2])
        if fixed is not None:
            return 2 + fixed
        return _variable_size(rest)

    def _text_size(self) -> int:
        """A run of text up to the next command; a Chinese character is never cut."""
        at = 0
        while at < len(self._rest):
            byte = self._rest[at]
            if byte in _SINGLE or byte in _LEADS:
                break
            wide = self.chinese and 0x81 <= byte <= 0xFE
            if wide and at + 1 == len(self._rest):
                break
            at += 2 if wide else 1
        return at

    def _order(self, raw: bytes) -> Order:
        if raw[0] in _SINGLE:
            return Order(_SINGLE[raw[0]], b"", raw)
        if raw[0] not in _LEADS:
            return Order("text", raw, raw)
        letter = _CODES.get(raw[1]) if raw[0] == 0x10 else chr(raw[1])
        name = f"{_LEADS[raw[0]]} {letter or '?'}"
        known = raw[:2] in _FIXED or len(raw) > 2
        return Order(name if known else f"unknown {raw.hex()}", raw[2:], raw)


def _variable_size(rest: bytes) -> int:
    """Bytes of a command whose length its own parameters tell; 0 while they are not there, 2 for an unknown one."""
    try:
        return _told_size(rest)
    except (IndexError, ValueError):
        return 0


def _told_size(rest: bytes) -> int:
    match rest[:2]:
        case b"\x1dV":
            return 3 if rest[2] in (0, 1, 48, 49) else 4
        case b"\x1dv":
            return 8 + (rest[4] | rest[5] << 8) * (rest[6] | rest[7] << 8)
        case b"\x1d(" | b"\x1c(":
            return 5 + (rest[3] | rest[4] << 8)
        case b"\x1b*":
            return 5 + (rest[3] | rest[4] << 8) * (3 if rest[2] >= 32 else 1)
        case b"\x1dk":
            return 4 + rest[3] if rest[2] >= 65 else rest.index(0, 3) + 1
        case b"\x1bD":
            return rest.index(0, 2) + 1
        case b"\x10\x14":
            return {1: 5, 2: 5, 8: 10}.get(rest[2], 3)
    return 2


def described(order: Order) -> str:
    """An order in words, for a person who watches the wire."""
    if order.name == "text":
        return "“" + characters(order.raw, True) + "”"
    if order.name in ("GS v", "GS ("):
        return f"{order.name} ({len(order.raw)} bytes)"
    return " ".join([order.name, *(str(byte) for byte in order.parameters[:8])])


def characters(raw: bytes, chinese: bool) -> str:
    """What the printer's ROM makes of text: GBK pairs in Chinese mode, else code page 437.

    A pair that GBK does not have comes out as a blot and, like on paper, as the plain sign of its second byte.
    """
    if not chinese:
        return raw.decode("cp437")
    out, at = "", 0
    while at < len(raw):
        if 0x81 <= raw[at] <= 0xFE and at + 1 < len(raw):
            pair = raw[at : at + 2]
            plain = chr(pair[1]) if 0x20 <= pair[1] < 0x7F else ""
            try:
                out += pair.decode("gbk")
            except UnicodeDecodeError:
                out += "▯" + plain
            at += 2
        else:
            out += chr(raw[at]) if raw[at] < 0x80 else "▯"
            at += 1
    return out
