"""Params and results of the methods of scanned pages; see `hallctl.api.schemas`.

A clerk acts at the own `window`; `ticket`, where a clerk gives it, is the one that is meant: another one there by now
is refused. A manager names the `ticket`.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hallctl.api.schemas import Change, Name, Params

PageId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]


class ScanPages(Change, frozen=True, kw_only=True):
    """`source`: the device's first unless given. `dpi` and `color`: the config's unless given; for sheets only."""

    window: Name | None = None
    ticket: Name | None = None
    source: Literal["camera", "flatbed", "feeder"] | None = None
    dpi: Annotated[int, Meta(ge=75, le=600)] | None = None
    color: bool | None = None
    straighten: bool = False
    crop: bool = False


class ArrangePages(Change, frozen=True, kw_only=True):
    """`pages`: all of them in the new order."""

    pages: Annotated[list[PageId], Meta(max_length=500)]
    window: Name | None = None
    ticket: Name | None = None


class OnePage(Change, frozen=True, kw_only=True):
    page: PageId
    window: Name | None = None
    ticket: Name | None = None


class TicketPages(Change, frozen=True, kw_only=True):
    window: Name | None = None
    ticket: Name | None = None


class AskPages(Params, frozen=True, kw_only=True):
    window: Name | None = None
    ticket: Name | None = None


class ShowPage(Params, frozen=True, kw_only=True):
    """`side`: the most dots each way."""

    page: PageId
    side: Annotated[int, Meta(ge=64, le=2400)] = 320
    window: Name | None = None
    ticket: Name | None = None


# ---------------------------------------------------------------- results


class PageList(msgspec.Struct, kw_only=True):
    """What was scanned for `ticket` (null: the window serves nobody); `pages` in their order, `removed` can be put
    back. `scan` tells of the window's scanner; see README.md."""

    ticket: str | None
    label: str | None
    pages: list[dict[str, Any]]
    removed: list[dict[str, Any]]
    finished_at: int | None
    kind: str
    max_pages: int
    straighten: bool
    scan: dict[str, Any] | None = None


class PagePicture(msgspec.Struct, kw_only=True):
    """`jpeg` is base64."""

    page: str
    jpeg: str


class PageOffers(msgspec.Struct, kw_only=True):
    """Each `token` fetches its file once, within `seconds`."""

    ticket: str
    seconds: int
    files: list[dict[str, Any]]
