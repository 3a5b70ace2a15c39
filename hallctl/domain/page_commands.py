"""What may be asked about scanned pages; see `hallctl.domain.commands`. A clerk works on the ticket that is served at
`window`; `ticket`, where given, is the one that the asker means: another one there by now is refused."""

from typing import ClassVar

from hallctl.domain.commands import Command


class ScanPage(Command, frozen=True, gc=False):
    """A page is in its file, whole and durable: it belongs to the ticket from now on."""

    METHOD: ClassVar[str] = "page.scan"
    window: str
    page: str
    size: int
    width: int
    height: int
    dpi: int | None
    digest: str
    ticket: str | None = None


class ArrangePages(Command, frozen=True, gc=False):
    """All pages in another order."""

    METHOD: ClassVar[str] = "page.arrange"
    window: str
    pages: tuple[str, ...]
    ticket: str | None = None


class RemovePage(Command, frozen=True, gc=False):
    """Take a page out; it can be put back until the pages are finished."""

    METHOD: ClassVar[str] = "page.remove"
    window: str
    page: str
    ticket: str | None = None


class RestorePage(Command, frozen=True, gc=False):
    """Put a removed page back to its place."""

    METHOD: ClassVar[str] = "page.restore"
    window: str
    page: str
    ticket: str | None = None


class FinishPages(Command, frozen=True, gc=False):
    """The pages are complete: they may be fetched, removed ones are gone. A later change opens them again."""

    METHOD: ClassVar[str] = "page.finish"
    window: str
    ticket: str | None = None


class OfferPages(Command, frozen=True, gc=False):
    """Somebody is given the means to fetch the finished pages: the clerk at `window`, or, without one, a manager."""

    METHOD: ClassVar[str] = "page.offer"
    window: str | None
    ticket: str | None = None


class ShowPage(Command, frozen=True, gc=False):
    """A manager looks at a page, which stands in the journal (O05)."""

    ticket: str
    page: str


class ExpirePages(Command, frozen=True, gc=False):
    """Pages are let go: ``old`` after the days of the rule, ``lost`` because their files are gone (a restored hall has
    none). `pages` empty: all of the ticket."""

    ticket: str
    reason: str
    pages: tuple[str, ...] = ()
