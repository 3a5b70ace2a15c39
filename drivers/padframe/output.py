"""Frames that are sent to described pads: hex bytes and words in braces. Pure.

``AA 55 {address} 02 {waiting:3} {check}``. Words: ``{address}`` the pad, ``{key}`` the key that is acknowledged,
``{length}`` and ``{check}`` by the rules of the pad's own frames, ``{waiting:3}`` and ``{number:3}`` so many digits of
the people waiting and of the ticket's number: a byte each, 00 to 09, or ASCII with ``a`` behind (``{number:3a}``).
Without a number its digits are blank: 0A, or a space.
"""

import re
from dataclasses import dataclass
from typing import Final

from drivers.padframe.frame import MOST, Frame, Sentence, uncovered

_PIECE: Final = re.compile(r"(?P<hex>[0-9a-fA-F]{2})|\{(?P<word>[a-z]+)(?::(?P<size>[1-8])(?P<ascii>a)?)?\}|\s+")
_DIGITS: Final = ("waiting", "number")
_PLAIN: Final = ("address", "key", "length", "check")


@dataclass(frozen=True, slots=True)
class Values:
    """What the words of a frame stand for now; `number` are a ticket's digits, empty without one."""

    unit: int = 0
    key: bytes = b""
    waiting: int = 0
    number: str = ""


def problem(text: str, frame: Frame, *, acknowledges: bool = False) -> Sentence | None:
    """What is wrong with the text of a frame to send; None where nothing is."""
    at = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        wrong = _bad_piece(text[at : at + 12], piece, frame, acknowledges=acknowledges)
        if wrong is not None or piece is None:
            return wrong
        at = piece.end()
    size = len(render(text, frame, Values(key=bytes(frame.key.size))))
    if size > MOST:
        return f"超过 {MOST} 字节", f"it has more than {MOST} bytes"
    if "{check}" in text and frame.check is not None:
        if size < frame.check.place.size + 1:
            return "校验和没有覆盖任何字节", "the check sum covers no byte"
        return uncovered(frame.check, size)
    return None


def _bad_piece(text: str, piece: re.Match[str] | None, frame: Frame, *, acknowledges: bool) -> Sentence | None:
    if piece is None:
        return f"“{text}”不是十六进制字节或 {{词}}", f"{text!r} is neither a byte in hex nor a word in braces"
    word = piece["word"]
    if word is None:
        return None
    if word not in (*_DIGITS, *_PLAIN) or (word in _DIGITS) != (piece["size"] is not None):
        known = ", ".join((*(f"{{{name}}}" for name in _PLAIN), *(f"{{{name}:3}}" for name in _DIGITS)))
        return f"没有 {piece[0]}，可用：{known}", f"there is no {piece[0]}; there are: {known}"
    described = {"address": frame.address, "length": frame.count, "check": frame.check}
    if described.get(word, frame) is None or (word == "key" and not acknowledges):
        return f"{piece[0]} 在这里没有意义：没有描述它", f"{piece[0]} means nothing here: it is not described"
    return None


def render(text: str, frame: Frame, values: Values) -> bytes:
    """The bytes of a text for which `problem` found nothing; the length and the check sum are right."""
    data = bytearray()
    places: dict[str, int] = {}
    for piece in _PIECE.finditer(text):
        if piece["hex"]:
            data += bytes.fromhex(piece["hex"])
        elif piece["word"]:
            places[piece["word"]] = len(data)
            data += _word(piece, frame, values)
    if "length" in places and frame.count is not None:
        field = frame.count.place.write(max(0, len(data) - frame.count.uncounted))
        data[places["length"] : places["length"] + len(field)] = field
    if "check" in places and frame.check is not None:
        field = frame.check.place.write(frame.check.of(bytes(data)))
        data[places["check"] : places["check"] + len(field)] = field
    return bytes(data)


def _word(piece: re.Match[str], frame: Frame, values: Values) -> bytes:
    match piece["word"]:
        case "address" if frame.address is not None:
            return frame.address.write(values.unit)
        case "key":
            return values.key
        case "length" if frame.count is not None:
            return bytes(frame.count.place.size)
        case "check" if frame.check is not None:
            return bytes(frame.check.place.size)
        case "waiting":
            return _digits(piece, str(min(max(values.waiting, 0), 10 ** int(piece["size"]) - 1)))
        case "number":
            return _digits(piece, values.number)
    return b""


def _digits(piece: re.Match[str], number: str) -> bytes:
    size = int(piece["size"])
    if not number:
        return (b" " if piece["ascii"] else b"\x0a") * size
    shown = number[-size:].zfill(size)
    return shown.encode("ascii") if piece["ascii"] else bytes(map(int, shown))
