"""What a bar or QR code is, told by its form and its check characters (H06).

Three kinds are a hall's own. A slip's says the ticket's token, alone or at the end of an address; its check characters
are a digest that only the hall can make. Where an appointment or a receipt (受理凭证) is given out as a code, it has a
mark of two letters, a check character of ISO 7064 MOD 37,36, and the number: ``YYH-12345678``. The bare code of an
appointment, as portals show it, is six to eight digits, alone or at the end of an address; without a check character it
is only looked up. All else is nobody's: payment and health codes, goods, identity numbers. Of those nothing is kept,
not even the text; unless the hall has named a code of another system (a health card's, say) as one by which a person
shows who they are where a card is asked for.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

MOST: Final = 512
"""Characters of the longest text that is looked at."""

_CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class CodeKind(StrEnum):
    """What a code leads to."""

    TICKET = "ticket"
    APPOINTMENT = "appointment"
    RECEIPT = "receipt"
    UNKNOWN = "unknown"


class Code(NamedTuple):
    """A code, told apart: the token of a ticket (whose digest is still to be checked), the code of an appointment, the
    number of a receipt; nothing of an unknown one."""

    kind: CodeKind
    value: str = ""


MARKS: Final = {
    "YY": (CodeKind.APPOINTMENT, re.compile(r"[0-9]{6,8}")),
    "SL": (CodeKind.RECEIPT, re.compile(r"[0-9A-Z]{6,24}")),
}
"""Mark → what it marks, and the form of the number behind it: 预约 and 受理."""

_MARKED: Final = re.compile(r"([A-Z]{2})([0-9A-Z])-([0-9A-Z]+)")
_ADDRESS: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[0-9]{8}-[A-Z]{0,2}[0-9]{1,7}\.[0-9a-f]{20}")
_DIGITS: Final = re.compile(r"[0-9]{6,8}")
_LAST: Final = re.compile(r"[^/#=]+$")
"""What an address ends with: the piece behind the last slash, hash or equals sign."""


HOLDER: Final = "holder"
"""The group of an identity code's pattern that stands for the person."""

_SHORTEST: Final = 6
"""Characters of the shortest key that can tell people apart."""


class IdentityCode(NamedTuple):
    """A code of another system that stands for a person: its name, and what its whole text looks like."""

    name: str
    pattern: re.Pattern[str]


class Holder(NamedTuple):
    """Whose code it is: the name of the code, and what always stands in it for this person. Personal."""

    kind: str
    key: str

    def __repr__(self) -> str:
        return f"Holder(kind={self.kind!r}, ...)"


def check_character(text: str) -> str:
    """ISO 7064 MOD 37,36 over digits and capital letters: finds every wrong character and nearly every swapped pair."""
    product = 36
    for character in text:
        product = (product + _CHARACTERS.index(character)) % 36 or 36
        product = product * 2 % 37
    return _CHARACTERS[(37 - product) % 36]


def marked(mark: str, number: str) -> str:
    """The text of a bar or QR code for the number, with its mark and check character."""
    return f"{mark}{check_character(mark + number)}-{number}"


def told_apart(text: str) -> Code:
    """What the text of a code is; UNKNOWN for what is none of the hall's, or was misread."""
    text = text.strip()
    if len(text) > MOST:
        return Code(CodeKind.UNKNOWN)
    by_mark = _MARKED.fullmatch(text)
    if by_mark is not None:
        return _by_mark(by_mark[1], by_mark[3], text)
    last = _LAST.search(text) if _ADDRESS.fullmatch(text) else None
    value = last[0] if last is not None else text
    if _TOKEN.fullmatch(value):
        return Code(CodeKind.TICKET, value)
    if _DIGITS.fullmatch(value):
        return Code(CodeKind.APPOINTMENT, value)
    return Code(CodeKind.UNKNOWN)


def _by_mark(mark: str, number: str, text: str) -> Code:
    kind, form = MARKS.get(mark, (CodeKind.UNKNOWN, None))
    if form is None or not form.fullmatch(number) or text != marked(mark, number):
        return Code(CodeKind.UNKNOWN)
    return Code(kind, number)


def holder_of(text: str, codes: Sequence[IdentityCode]) -> Holder | None:
    """Whose identity code the text is; None for one of the hall's own codes and for all else."""
    text = text.strip()
    if len(text) > MOST or told_apart(text).kind is not CodeKind.UNKNOWN:
        return None
    for code in codes:
        found = code.pattern.fullmatch(text)
        key = found[HOLDER] if found is not None else None
        if key is not None and len(key) >= _SHORTEST:
            return Holder(code.name, key)
    return None
