"""A dynamic area of an Onbon card with fonts: where it stands on the screen, and its text (§8.2, §9.1, §11). Pure."""

import struct
from dataclasses import dataclass
from typing import Final

from drivers.glyph import Charset, fit, wrap

MOST_TEXT: Final = 448
"""Bytes of text: a 5K area takes 512 with all that stands around the text."""

_AREA: Final = struct.Struct("<BHHHHBBBHBBBBBBBBBI")
_IN_PIXELS: Final = 0x8000
_TIMEOUT_S: Final = 10
_CENTRED: Final = 0b1010
_ONE_LINE, _LINES = 1, 2
_BREAKS_GIVEN: Final = 1
_STILL, _TO_THE_LEFT = 1, 3
_STAY: Final = 10
"""Half seconds; without meaning for a text that stands still, which is all there is."""

_FONTS: Final = {16: b"000", 24: b"001", 32: b"002"}
_COLOURS: Final = {"red": b"1", "green": b"2", "yellow": b"3"}


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in pixels and its number on the card; `speed` of a moving text is 0 (fastest) to 24."""

    number: int
    x: int
    y: int
    width: int
    height: int
    speed: int = 2

    def encode(self, text: bytes, *, lines: int = 1, moving: bool = False, align: int = _CENTRED) -> bytes:
        """The area with a text as `text_of` makes it."""
        return (
            _AREA.pack(
                0,
                self.x | _IN_PIXELS,
                self.y,
                self.width | _IN_PIXELS,
                self.height,
                self.number,
                0,  # pixels between lines
                0,  # runs for ever
                _TIMEOUT_S,
                0,  # no voice
                0,  # no further parameters
                align,
                _ONE_LINE if lines == 1 else _LINES,
                _BREAKS_GIVEN,
                _TO_THE_LEFT if moving else _STILL,
                0,  # leaves by itself
                self.speed,
                0 if moving else _STAY,
                len(text),
            )
            + text
        )

    def show(self, text: str, colour: str, *, font: int, charset: Charset, scroll: bool) -> bytes:
        """The area with as much of `text` as fits, on as many lines as it is high (V06); too long a text moves to the
        left instead if `scroll`. Empty text makes the area dark."""
        columns, rows = self.width // (font // 2), max(1, self.height // font)
        text = harmless(text)
        whole = fit(text, MOST_TEXT, charset)
        lines = wrap(text, columns, rows, charset)
        if scroll and sum(map(len, lines)) < len(whole):
            return self.encode(_written([whole], colour, font), moving=True)
        return self.encode(_written(_within(lines), colour, font), lines=len(lines))


def harmless(text: str) -> str:
    """The text without what the card takes for a command: a backslash becomes a wide one."""
    return text.replace("\\", "＼")


def _within(lines: list[list[bytes]]) -> list[list[bytes]]:
    """The lines, cut after the last whole character that an area can hold."""
    room = MOST_TEXT
    kept: list[list[bytes]] = []
    for line in lines:
        room -= 2
        kept.append([])
        for one in line:
            room -= len(one)
            if room < 0:
                return kept
            kept[-1].append(one)
    return kept


def _written(lines: list[list[bytes]], colour: str, font: int) -> bytes:
    """Fonts and colour first (§11.2), then the lines; a dark area holds a space, for no text at all is not allowed."""
    written = b"\\n".join(b"".join(line) for line in lines) or b" "
    return b"\\FO%s\\FE%s\\C%s%s" % (_FONTS[font], _FONTS[font], _COLOURS[colour], written)
