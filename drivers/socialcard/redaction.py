"""Captures of a card reader's line without what stands on cards. Pure.

Of an answer the first two bytes stay: tag and length, or the status alone. What follows is overwritten, but for the two
bytes of status behind a record. Commands carry nothing personal and stay; each begins an answer.
"""

from typing import Final

MASK: Final = 0x2A
_HIGHEST_TAG: Final = 0x1F
"""Tags of records are small; what begins otherwise is a status (61..6F, 90) or unknown."""


class AnswerRedaction:
    """One line's filter: fed all bytes in order, in any pieces, it gives as many."""

    def __init__(self) -> None:
        self._at = 0
        self._end = 0

    def __call__(self, data: bytes, from_device: bool) -> bytes:
        if from_device:
            return bytes(self._shown(byte) for byte in data)
        self._at = self._end = 0
        return data

    def _shown(self, byte: int) -> int:
        at, self._at = self._at, self._at + 1
        if at == 0:
            self._end = 0 if byte > _HIGHEST_TAG else -1
        elif at == 1 and self._end < 0:
            self._end = 2 + byte
        return byte if at < 2 or 0 < self._end <= at < self._end + 2 else MASK
