"""What has happened to scanned pages; see `hallctl.domain.events`. Ids, counts, sizes and digests: no content."""

from typing import ClassVar

from hallctl.domain.event import Event


class PageScanned(Event, frozen=True, gc=False):
    """A page was scanned and stands behind the others; `size` in bytes, `digest` the SHA-256 of its JPEG."""

    TYPE: ClassVar[str] = "page.scanned"
    ticket: str
    window: str
    page: str
    size: int
    width: int
    height: int
    dpi: int | None
    digest: str


class PagesArranged(Event, frozen=True, gc=False):
    """The pages stand in this order now."""

    TYPE: ClassVar[str] = "page.arranged"
    ticket: str
    window: str
    pages: tuple[str, ...]


class PageRemoved(Event, frozen=True, gc=False):
    """A page was taken out from its `place`; its file stays until the pages are finished."""

    TYPE: ClassVar[str] = "page.removed"
    ticket: str
    window: str
    page: str
    place: int


class PageRestored(Event, frozen=True, gc=False):
    """A removed page is back."""

    TYPE: ClassVar[str] = "page.restored"
    ticket: str
    window: str
    page: str
    place: int


class PagesFinished(Event, frozen=True, gc=False):
    """The `pages` are complete, in this order, `size` bytes in all, to be fetched as `kind`; `dropped` are the removed
    ones, whose files go."""

    TYPE: ClassVar[str] = "page.finished"
    ticket: str
    window: str
    kind: str
    pages: tuple[str, ...]
    size: int
    dropped: tuple[str, ...] = ()


class PagesOffered(Event, frozen=True, gc=False):
    """Whoever acted was given the means to fetch the pages, once."""

    TYPE: ClassVar[str] = "page.offered"
    ticket: str
    window: str | None
    kind: str
    pages: tuple[str, ...]


class PageShown(Event, frozen=True, gc=False):
    """A manager has looked at the page (O05)."""

    TYPE: ClassVar[str] = "page.shown"
    ticket: str
    page: str


class PagesExpired(Event, frozen=True, gc=False):
    """The pages are gone, their files too: ``old``, ``lost``, or the ticket was ``cancelled`` or ``expired`` before
    they were finished."""

    TYPE: ClassVar[str] = "page.expired"
    ticket: str
    reason: str
    pages: tuple[str, ...]
