"""The one frame that nearly every request is: whole, small, text, masked. Recognised without a parser's state.

Source: RFC 6455, 5.2 and 5.3. Anything else is the parser's: fragments, control frames, binary, reserved bits, a frame
without a mask or with more or less behind it, lengths written longer than need be, text that is no UTF-8.
"""

from functools import lru_cache
from typing import Final

try:  # as the library itself does
    from websockets.speedups import apply_mask
except ImportError:  # built without a compiler
    from websockets.utils import apply_mask

_WHOLE_TEXT: Final = 0x81
_MASKED: Final = 0x80
_LONGER: Final = 126
"""Told in place of a size: it stands in the two bytes behind."""

_MASK: Final = 4


def whole_text(data: bytes) -> bytes | None:
    """The message (UTF-8) in data that is exactly one such frame of less than 64 KiB, else None."""
    if len(data) < 2 + _MASK or data[0] != _WHOLE_TEXT:
        return None
    size, begin = data[1] - _MASKED, 2 + _MASK
    if size == _LONGER:
        size, begin = data[2] << 8 | data[3], 4 + _MASK
        if size < _LONGER:
            return None
    elif not 0 <= size < _LONGER:
        return None
    if len(data) != begin + size:
        return None
    message = apply_mask(data[begin:], data[begin - _MASK : begin])
    return message if message.isascii() or is_utf8(message) else None


def is_utf8(message: bytes) -> bool:
    """Whether the bytes are text."""
    try:
        message.decode()
    except UnicodeDecodeError:
        return False
    return True


def framed(text: bytes) -> bytes:
    """The text as one unmasked frame (RFC 6455 5.2)."""
    size = len(text)
    if size < 126:
        return b"\x81" + size.to_bytes(1, "big") + text
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + text
    return b"\x81\x7f" + size.to_bytes(8, "big") + text


framed_once = lru_cache(maxsize=16)(framed)
"""The same for a text that goes to many."""
