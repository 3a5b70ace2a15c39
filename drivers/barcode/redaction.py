"""Captures of a reader without what its codes say. Pure."""

from typing import Final

from drivers.framing import Garbage
from drivers.keystroke import EVENT, KeyStream

MASK: Final = 0x2A
_TABLE: Final = bytes(byte if byte < 0x20 else MASK for byte in range(256))


class CodeRedaction:
    """Of what the reader sends only control bytes stay; of one that is a keyboard nothing stays but how much it was.

    A link carries a keyboard's events if the first bytes that are enough for one are one.
    """

    def __init__(self) -> None:
        self._keyboard: bool | None = None

    def __call__(self, data: bytes, from_device: bool) -> bytes:
        if not from_device or not data:
            return data
        if self._keyboard is None and len(data) >= EVENT.size:
            self._keyboard = _is_event(data[: EVENT.size])
        return bytes(len(data)) if self._keyboard else data.translate(_TABLE)


def _is_event(head: bytes) -> bool:
    """Whether the bytes can be an event of a keyboard: what is none loses its first byte."""
    stream = KeyStream()
    return not any(isinstance(found, Garbage) for found in stream.feed(head)) and not stream.pending
