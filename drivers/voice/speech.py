"""What is written, as it is to be spoken. Pure; standard library only.

Rules: a ticket's label is read digit by digit (A012 → A零一二), a window and any other number as a number (12 → 十二),
letters one by one. Labels have 0 to 2 letters and at least three digits (A001, AB1000, 003).
"""

import re
from typing import Final

_DIGITS: Final = "零一二三四五六七八九"
_PLACES: Final = ("", "十", "百", "千")
_WORDS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_CJK: Final = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"


def spelled(label: str, yao: bool = False) -> str:
    """A label for a Chinese voice: letters apart, digits one by one; `yao` says 幺 for 一, as telephones do."""
    digits = _DIGITS.replace("一", "幺") if yao else _DIGITS
    letters = " ".join(sign for sign in label if not sign.isdigit())
    return letters + "".join(digits[int(sign)] for sign in label if "0" <= sign <= "9")


def spelled_en(label: str) -> str:
    """A label for an English voice: ``A001`` → ``A zero zero one``."""
    return " ".join(_WORDS[int(sign)] if "0" <= sign <= "9" else sign for sign in label)


def number(digits: str) -> str:
    """A number in Chinese: 3 三, 10 十, 12 十二, 105 一百零五; more than four digits one by one."""
    value = digits.lstrip("0")
    if not value:
        return _DIGITS[0]
    if len(value) > 4:
        return "".join(_DIGITS[int(sign)] for sign in digits)
    spoken = ""
    for place, sign in zip(range(len(value) - 1, -1, -1), value, strict=True):
        if sign != "0":
            spoken += _DIGITS[int(sign)] + _PLACES[place]
        elif not spoken.endswith(_DIGITS[0]):
            spoken += _DIGITS[0]
    spoken = spoken.rstrip(_DIGITS[0])
    return spoken.removeprefix("一") if spoken.startswith("一十") else spoken


def speakable(text: str, label: str = "", yao: bool = False) -> str:
    """A Chinese sentence for the engine: `label` spelled, other numbers read, no spaces that would make a pause.

    A label without letters may look like a window's number; then only the first one is the label.
    """
    if label:
        pattern = rf"(?<![A-Za-z0-9]){re.escape(label)}(?![A-Za-z0-9])"
        text = re.sub(pattern, lambda _: spelled(label, yao), text, count=1 if label.isdigit() else 0)
    text = re.sub(r"(?<![A-Za-z])[A-Z]{2,3}(?![A-Za-z])", lambda found: " ".join(found[0]), text)
    text = re.sub(r"[0-9]+", lambda found: number(found[0]), text)
    return re.sub(rf"\s+(?={_CJK})|(?<={_CJK})\s+", "", text).strip()


def speakable_en(text: str, label: str = "") -> str:
    """An English sentence for the engine: `label` spelled; it reads other numbers itself."""
    if not label:
        return text
    pattern = rf"(?<![A-Za-z0-9]){re.escape(label)}(?![A-Za-z0-9])"
    return re.sub(pattern, lambda _: spelled_en(label), text, count=1 if label.isdigit() else 0)
