"""What is kept of a person: a keyed digest and masks, never the number, the name or the photo.

The key is a file of mode 0600 in the data directory; without it digests and slip tokens mean nothing
(requirements 7.2: HMAC instead of the number; the same key signs slip tokens and sessions under other labels).
"""

import hashlib
import hmac
import re
import secrets
from datetime import date
from pathlib import Path
from typing import Final

from hallctl.domain.model import Person, Priority
from hallctl.errors import StoreError
from hallctl.store.file import write_whole

KEY_FILE = "secret.key"
PAGES_KEY = "pages.key"
"""Scanned pages are encrypted with a key of their own, which no backup has."""

KEY_BYTES = 32
ELDER_AGE = 60

PHONE_NOISE: Final = re.compile(r"[\s\-‐–()（）.]")
PHONE_CHINA: Final = re.compile(r"^(\+|00)86(?=1\d{10}$)|^\+")
"""The country's own prefix before a mobile number: with or without it is the same number."""


class Identity:
    """Digests, masks and tokens under the hall's own key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._request_key = hmac.digest(key, b"request", "sha256")

    def person(self, *, kind: str, name: str, number: str) -> Person:
        """What may be kept of a card."""
        return Person(self.number_digest(number), mask_name(name), mask_number(number), kind)

    def holder(self, *, kind: str, key: str) -> Person:
        """What may be kept of a code that stands for a person: no number is made up from it, and no name known."""
        digest = self._mac("holder", f"{kind}\0{key}")[:32]
        return Person(digest, "", mask_number(key), kind)

    def number_digest(self, number: str) -> str:
        """The digest alone, to find somebody by."""
        return self._mac("person", number.strip().upper())[:32]

    def phone(self, text: str) -> tuple[str, str] | None:
        """What may be kept of a telephone number: a digest and the last four digits; None for what is none."""
        digits = PHONE_NOISE.sub("", text)
        digits = PHONE_CHINA.sub("", digits)
        if not (digits.isascii() and digits.isdigit() and 5 <= len(digits) <= 15):
            return None
        return self._mac("phone", digits)[:32], digits[-4:]

    def sealed(self, sent: bytes) -> str:
        """A digest of what a person sent, under the key: from it alone nobody can guess a number or a password.

        BLAKE2b with a key (RFC 7693, 2.9) instead of HMAC: every command pays for it, a third of the time.
        """
        return hashlib.blake2b(sent, key=self._request_key, digest_size=16).hexdigest()

    def slip_token(self, ticket: str) -> str:
        """What a slip's QR carries: the ticket's id and 20 hex characters that nobody can guess from it."""
        return f"{ticket}.{self._mac('slip', ticket)[:20]}"

    def ticket_of(self, token: str) -> str | None:
        """The ticket id of a genuine slip token, else None."""
        ticket, _, _mac = token.rpartition(".")
        return ticket if hmac.compare_digest(self.slip_token(ticket).encode(), token.encode()) else None

    def session_key(self) -> str:
        """Key for signing clerk sessions."""
        return self._mac("session", "")

    def _mac(self, label: str, text: str) -> str:
        return hmac.digest(self._key, f"{label}\0{text}".encode(), "sha256").hex()


def load_key(directory: Path, name: str = KEY_FILE) -> bytes:
    """The key in that file of the data directory, made at the first start (32 random bytes, mode 0600), whole or not
    at all.

    Raises StoreError where it can be neither read nor made, or is not a key.
    """
    path = directory / name
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            write_whole(path, secrets.token_bytes(KEY_BYTES))
        key = path.read_bytes()
    except OSError as error:
        raise StoreError("store.unavailable", detail=f"{path}: {error}") from error
    if len(key) < KEY_BYTES:
        raise StoreError("store.unavailable", detail=f"{path}: {len(key)} bytes are no key; restore it from the backup")
    return key


def mask_name(name: str) -> str:
    """张三 → 张*; a name with "·" or Latin letters keeps its first character only."""
    name = name.strip()
    if not name:
        return ""
    return name[0] + "*" * min(3, max(1, len(name) - 1))


def mask_number(number: str) -> str:
    """All but the last four characters are hidden; a number of eight or fewer keeps two."""
    number = number.strip().upper()
    shown = 4 if len(number) > 8 else 2
    return "*" * max(0, len(number) - shown) + number[-shown:]


def priority_of(birth: str, today: date, elder_age: int = ELDER_AGE) -> Priority:
    """``elder`` from the birthday of that age on (C05); `birth` is YYYYMMDD and is not kept. Who was born on 29
    February has the birthday of a common year on 1 March."""
    try:
        born = date(int(birth[:4]), int(birth[4:6]), int(birth[6:8]))
    except ValueError:
        return Priority.NORMAL
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    age = today.year - born.year - (0 if had_birthday else 1)
    return Priority.ELDER if age >= elder_age else Priority.NORMAL
