"""Lays a slip out on paper: rows of known width and size, before any byte or dot is made. Pure.

The same rows are printed (`slip`) and drawn (`preview`), so both break lines alike.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from hallctl.devices.contract import Blank, Cut, Qr, Rule, Slip, Text

QUIET: Final = 24
"""Dots of white above a QR code: readers need them, and the row before may stand close."""

_MOST: Final = 4
_SAME: Final = str.maketrans({"¥": "￥", "\u00a0": " ", "\u202f": " ", "\t": " ", "\ufeff": ""})
_NOT_FIRST: Final = frozenset("，。、：；？！）》」』】”’…,.:;?!)]}%")
"""Signs that do not begin a line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row of text; `rom` says that the printer can set it itself, else it is drawn."""

    text: str
    width: int
    height: int
    align: str
    bold: bool
    rom: bool


Placed = Row | Qr | Blank | Cut


def in_rom(character: str) -> bool:
    """Whether the character has one or two bytes in GBK, which Chinese printers have in their ROM.

    Four-byte GB18030 characters and the later two-byte additions (䶮) come out as other signs there.
    """
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def columns(character: str) -> int:
    """Half-width cells of a character: 2 for what has two GBK bytes, 1 for ASCII; others as Unicode says."""
    if in_rom(character):
        return len(character.encode("gbk"))
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cleaned(text: str) -> str:
    """`text` without control characters: a slip's text can never become a command."""
    shown = text.translate(_SAME)
    return "".join(c for c in shown if unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp"))


def place(slip: Slip, width: int, kanji_magnify: int = _MOST) -> list[Placed]:
    """The rows of `slip` on paper of `width` half-width characters, broken where they are too long."""
    placed: list[Placed] = []
    for line in slip.lines:
        if isinstance(line, Text):
            placed += _rows(line, width, kanji_magnify)
        elif isinstance(line, Rule):
            placed.append(Row("-" * width, 1, 1, "left", False, True))
        else:
            placed.append(line)
    return placed


def _rows(line: Text, width: int, kanji_magnify: int) -> Iterable[Row]:
    across, down = _within(line.width), _within(line.height)
    row = Row("", across, down, line.align if line.align in ("center", "right") else "left", line.bold, True)
    text = cleaned(line.text)
    for piece in _balanced(text, width // across) if row.align == "center" else broken(text, width // across):
        large = max(across, down) > kanji_magnify and not piece.isascii()
        yield replace(row, text=piece, rom=not large and all(map(in_rom, piece)))


def broken(text: str, width: int) -> list[str]:
    """`text` in pieces of at most `width` cells; a piece does not begin with a closing sign, a word is not cut."""
    pieces: list[str] = []
    piece, used = "", 0
    for character in text:
        cells = columns(character)
        if piece and used + cells > width:
            if character == " ":
                pieces.append(piece)
                piece, used = "", 0
                continue
            kept, piece = _split(piece, character)
            pieces.append(kept)
            used = sum(map(columns, piece))
        piece += character
        used += cells
    return [*pieces, piece] if piece or not pieces else pieces


def _balanced(text: str, width: int) -> list[str]:
    """Like `broken`, with pieces of about the same length where that takes no more lines: for headings."""
    pieces = broken(text, width)
    even = -(-sum(map(columns, text)) // len(pieces)) + 1
    better = broken(text, min(even, width))
    return better if len(better) == len(pieces) else pieces


def _split(piece: str, following: str) -> tuple[str, str]:
    """Where to end a full piece: what stays, and what moves to the next with `following`."""
    at = len(piece)
    if following in _NOT_FIRST:
        while at > 1 and (piece[at - 1] in _NOT_FIRST or at == len(piece)):
            at -= 1
    elif following.isascii() and piece[-1].isascii() and not piece[-1].isspace():
        while at > 1 and piece[at - 1].isascii() and not piece[at - 1].isspace():
            at -= 1
    if at <= 1 or len(piece) - at > len(piece) // 2:
        at = len(piece)
    return piece[:at].rstrip(" ") or piece[:at], piece[at:]


def _within(magnification: int) -> int:
    return min(max(magnification, 1), _MOST)
