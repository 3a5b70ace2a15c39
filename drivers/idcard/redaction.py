"""Captures of a reader's line without what stands on cards. Pure.

What a reader says is overwritten, except the preamble, LENGTH and SW3, and an answer without data, which stays whole.
Bytes outside a frame are overwritten too, because they may be the rest of a damaged one; so are a SAM id, a card's
serial number, and the check byte of what was overwritten. Requests carry nothing personal and stay.
"""

from typing import Final

from drivers.idcard.codec import PREAMBLE

MASK: Final = 0x2A
"""``*``; four of them are no text that a card can have (U+2A2A is a sign of mathematics)."""

_HEAD: Final = len(PREAMBLE) + 2
_SW3: Final = _HEAD + 2
_NO_DATA: Final = 4
"""LENGTH of an answer that is a status and its check byte only."""


class CardRedaction:
    """One line's filter: fed all bytes in order, in any pieces, it gives as many."""

    def __init__(self) -> None:
        self._at = 0
        self._length = 0

    def __call__(self, data: bytes, from_device: bool) -> bytes:
        if from_device:
            return bytes(self._shown(byte) for byte in data)
        self._at = 0  # whatever is still to come of an older answer counts as noise
        return data

    def _shown(self, byte: int) -> int:
        """The byte, or MASK; moves on to its place in the frame."""
        at = self._at
        if at < len(PREAMBLE):
            return self._in_preamble(byte)
        self._at += 1
        if at < _HEAD:
            self._length = (self._length << 8 | byte) & 0xFFFF
        if self._at == _HEAD + self._length and self._at >= _HEAD:
            self._at = 0
        return byte if at < _HEAD or at == _SW3 or self._length == _NO_DATA else MASK

    def _in_preamble(self, byte: int) -> int:
        if byte == PREAMBLE[self._at]:
            self._at += 1
            return byte
        if byte != PREAMBLE[0]:
            self._at = 0
            return MASK
        self._at = 3 if self._at == 3 else 1  # a fourth AA may be the third of a preamble
        return byte
