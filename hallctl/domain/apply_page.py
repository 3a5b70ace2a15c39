"""`apply` for scanned pages. A scan without a page is none: it leaves the state."""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from hallctl.domain import page_events as p
from hallctl.domain.event import Event, Record
from hallctl.domain.page import Page, Removed, Scan
from hallctl.domain.state import HallState


def _scanned(state: HallState, record: Record, event: p.PageScanned) -> None:
    scan = state.scans.get(event.ticket)
    if scan is None:
        scan = Scan(event.ticket, state.tickets[event.ticket].label, record.at)
    page = Page(event.page, record.at, event.size, event.width, event.height, event.dpi, event.digest)
    _put(state, record, replace(scan, pages=(*scan.pages, page), finished_at=None))


def _arranged(state: HallState, record: Record, event: p.PagesArranged) -> None:
    scan = state.scans[event.ticket]
    named = {page.id: page for page in scan.pages}
    _put(state, record, replace(scan, pages=tuple(named[page] for page in event.pages), finished_at=None))


def _removed(state: HallState, record: Record, event: p.PageRemoved) -> None:
    scan = state.scans[event.ticket]
    page = scan.pages[event.place]
    pages = (*scan.pages[: event.place], *scan.pages[event.place + 1 :])
    _put(
        state, record, replace(scan, pages=pages, removed=(*scan.removed, Removed(event.place, page)), finished_at=None)
    )


def _restored(state: HallState, record: Record, event: p.PageRestored) -> None:
    scan = state.scans[event.ticket]
    page = next(each.page for each in scan.removed if each.page.id == event.page)
    removed = tuple(each for each in scan.removed if each.page.id != event.page)
    pages = (*scan.pages[: event.place], page, *scan.pages[event.place :])
    _put(state, record, replace(scan, pages=pages, removed=removed, finished_at=None))


def _finished(state: HallState, record: Record, event: p.PagesFinished) -> None:
    _put(state, record, replace(state.scans[event.ticket], removed=(), finished_at=record.at))


def _told(_state: HallState, _record: Record, _event: Event) -> None:
    """Somebody looked or fetched: the journal has it, the pages are as they were."""


def _expired(state: HallState, _record: Record, event: p.PagesExpired) -> None:
    scan, gone = state.scans[event.ticket], set(event.pages)
    pages = tuple(page for page in scan.pages if page.id not in gone)
    removed = tuple(each for each in scan.removed if each.page.id not in gone)
    left = replace(scan, pages=pages, removed=removed)
    state.change("scan", event.ticket, left if left.kept else None)


def _put(state: HallState, record: Record, scan: Scan) -> None:
    state.change("scan", scan.id, replace(scan, changed_at=record.at))


APPLIERS: Final[dict[type[Event], Callable[[HallState, Record, Any], None]]] = {
    p.PageScanned: _scanned,
    p.PagesArranged: _arranged,
    p.PageRemoved: _removed,
    p.PageRestored: _restored,
    p.PagesFinished: _finished,
    p.PagesOffered: _told,
    p.PageShown: _told,
    p.PagesExpired: _expired,
}
