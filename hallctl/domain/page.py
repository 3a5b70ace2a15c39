"""Scanned pages of a ticket, and for how long they are kept. Of the pictures only sizes and digests are here.

A page's `id` is also the name of its file, made of random bytes: nobody guesses it.
"""

from typing import Final

from msgspec import Struct

MEGABYTE: Final = 1024 * 1024
DAY_MS: Final = 24 * 3600 * 1000


class ScanRules(Struct, frozen=True):
    """The hall's own: days that finished pages are kept, `kind` pdf|jpeg of what is handed over, the most that one
    ticket may have. `dpi` and `color` are what a clerk scans with unless told otherwise."""

    keep_days: int = 3
    kind: str = "pdf"
    max_pages: int = 50
    max_bytes: int = 32 * MEGABYTE
    dpi: int = 200
    color: bool = True


class Page(Struct, frozen=True, gc=False):
    """One scanned page: `size` in bytes, `digest` the SHA-256 (hex) of its JPEG, `dpi` None where nobody knows."""

    id: str
    at: int
    size: int
    width: int
    height: int
    dpi: int | None
    digest: str


class Removed(Struct, frozen=True):
    """A page that was taken out, and the place in the order to which it goes back."""

    place: int
    page: Page


class Scan(Struct, frozen=True):
    """What was scanned for one ticket: `id` is the ticket's. `pages` in their order; those `removed` can be put back
    until it is finished. `changed_at` is the last change of any kind."""

    id: str
    label: str
    changed_at: int
    pages: tuple[Page, ...] = ()
    removed: tuple[Removed, ...] = ()
    finished_at: int | None = None

    @property
    def kept(self) -> tuple[Page, ...]:
        """Every page that has a file."""
        return (*self.pages, *(each.page for each in self.removed))

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(page.size for page in self.kept)


def outlived(scan: Scan, rules: ScanRules, now: int) -> bool:
    """Whether the rule lets the pages be kept no longer: so many days after they were finished, or last touched."""
    since = scan.changed_at if scan.finished_at is None else scan.finished_at
    return now >= since + rules.keep_days * DAY_MS
