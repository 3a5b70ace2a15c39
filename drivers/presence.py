"""Which presentation of a card is a new one (H03). Pure.

Readers differ while a card stays on them: most security modules answer "no card" after a good read until it is lifted,
some find it again and again. And a person in doubt swipes twice. So a card counts anew only when another was read, or
when none was found for a while. No number is kept, only a digest with a key that lives as long as this object.
"""

import hashlib
import secrets
from typing import Final

LIFTED_POLLS: Final = 2
"""Polls without a card after which a card that could not be read counts as lifted; one poll misses now and then."""


class Presence:
    """The card on the reader, as far as can be told from poll to poll."""

    def __init__(self, forget_polls: int) -> None:
        """`forget_polls`: polls in a row without a card after which the same card is a new presentation."""
        self._forget_polls = forget_polls
        self._key = secrets.token_bytes(16)
        self.forget()

    def forget(self) -> None:
        """A new person: whatever comes is new."""
        self._card: bytes | None = None
        self._absent = 0
        self._failure_told = False

    def read(self, number: str) -> bool:
        """A card was read; True if that is to be told."""
        card = hashlib.blake2b(number.encode(), key=self._key).digest()
        new = card != self._card
        self._card = card
        self._absent = 0
        self._failure_told = False
        return new

    def failed(self) -> bool:
        """A card was found and could not be read; True if that is to be told."""
        told, self._failure_told = self._failure_told, True
        self._absent = 0
        return not told

    def absent(self) -> None:
        """No card was found."""
        self._absent += 1
        if self._absent >= LIFTED_POLLS:
            self._failure_told = False
        if self._absent >= self._forget_polls:
            self._card = None
