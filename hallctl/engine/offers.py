"""Finished pages, to be fetched once: a token that nobody guesses, for a minute, for one time.

Of a token only its digest is kept here, in memory: a restart ends every offer. Documents are made when they are
fetched, two at a time at most, and never touch the disk in the clear.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from hallctl.clock import monotonic_s
from hallctl.domain.page import Page, Scan
from hallctl.engine import picture
from hallctl.store.vault import Vault

LIFE_S: Final = 60
MOST: Final = 1_000
"""Offers that may stand at once; the oldest give way."""

SLICE: Final = 64 * 1024
AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class Offer:
    """What one token fetches: a file `name` of the pages, as `kind` pdf|jpeg."""

    name: str
    kind: str
    pages: tuple[Page, ...]

    @property
    def media_type(self) -> str:
        return "application/pdf" if self.kind == "pdf" else "image/jpeg"


class Offers:
    """The offers of a running hall."""

    def __init__(self, vault: Vault, monotonic: Callable[[], float] = monotonic_s) -> None:
        self._vault = vault
        self._monotonic = monotonic
        self._standing: dict[bytes, tuple[Offer, float]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)

    def make(self, scan: Scan, kind: str) -> list[tuple[str, Offer]]:
        """Tokens with what they fetch: one PDF of all pages, or each page by itself."""
        if kind == "pdf":
            files = [Offer(f"{scan.label}.pdf", kind, scan.pages)]
        else:
            files = [Offer(f"{scan.label}-{n:02d}.jpg", kind, (page,)) for n, page in enumerate(scan.pages, 1)]
        now = self._monotonic()
        self._standing = {digest: row for digest, row in self._standing.items() if row[1] > now}
        made: list[tuple[str, Offer]] = []
        for offer in files:
            token = secrets.token_urlsafe(32)
            self._standing[_digest(token)] = (offer, now + LIFE_S)
            made.append((token, offer))
        while len(self._standing) > MOST:
            del self._standing[next(iter(self._standing))]
        return made

    def redeem(self, token: str) -> Offer | None:
        """What the token fetches, which it does not do again; None for a used, an old and a wrong one alike."""
        offer, until = self._standing.pop(_digest(token), (None, 0.0))
        return offer if until > self._monotonic() else None

    async def content(self, offer: Offer) -> AsyncGenerator[bytes, None]:
        """The file in slices, the first of which comes once it is whole; raises StoreError ``page.unreadable``."""
        async with self._room:
            content = memoryview(await asyncio.to_thread(self._made, offer))
            for start in range(0, len(content), SLICE):
                yield bytes(content[start : start + SLICE])

    def _made(self, offer: Offer) -> bytes:
        pages = [(self._vault.read(page.id), page.dpi) for page in offer.pages]
        return picture.pdf(pages) if offer.kind == "pdf" else pages[0][0]


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
