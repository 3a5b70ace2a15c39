"""Text in the font of an LED sign: whole characters, as many as fit, in GBK or GB2312. Pure.

A character of one byte is one cell wide, one of two bytes two cells: half the font's height, and its height.
"""

import unicodedata
from typing import Final, Literal

Charset = Literal["gbk", "gb2312"]

GETA: Final = "〓".encode("gb2312")
"""Stands for a character that the sign's font does not have, as printers have always shown it."""


def glyph(character: str, charset: Charset = "gbk") -> bytes:
    """One character's bytes. Marks without a width of their own are empty, control characters spaces, others that the
    charset does not have 〓."""
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return b""
    if category == "Cc":
        return b" "
    if character.isascii():
        return character.encode("ascii")
    encoded = character.encode("gbk", errors="ignore")
    return encoded if len(encoded) == 2 and (charset == "gbk" or _in_gb2312(encoded)) else GETA


def _in_gb2312(encoded: bytes) -> bool:
    """Whether GB2312 has a character at that place. Asked of the bytes: Python gives · and — other places in GB2312."""
    try:
        return bool(encoded.decode("gb2312"))
    except UnicodeDecodeError:
        return False


def fit(text: str, columns: int, charset: Charset = "gbk") -> list[bytes]:
    """The text's characters, as many whole ones as fit `columns` cells (V06)."""
    return wrap(text, columns, 1, charset)[0]


def wrap(text: str, columns: int, lines: int, charset: Charset = "gbk") -> list[list[bytes]]:
    """The text's characters on at most `lines` lines of `columns` cells; what does not fit is left out (V06).

    There is always one line, which may be empty. No line begins with spaces that the line before had no room for.
    """
    found: list[list[bytes]] = [[]]
    room = columns
    for character in text:
        one = glyph(character, charset)
        if len(one) > room:
            if len(found) == lines or len(one) > columns:
                break
            found.append([])
            room = columns
        if one and (one != b" " or found[-1] or len(found) == 1):
            found[-1].append(one)
            room -= len(one)
    if not found[-1] and len(found) > 1:
        found.pop()
    return found
