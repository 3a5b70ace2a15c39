"""The commands of scanned pages. Only the window that serves a ticket touches its pages; time and managers aside."""

from collections.abc import Callable
from typing import Any, Final

from hallctl.domain import page_events as p
from hallctl.domain.commands import Command
from hallctl.domain.decision import Decision, ticket_at
from hallctl.domain.event import Event
from hallctl.domain.model import Ticket
from hallctl.domain.page import MEGABYTE, Scan, outlived
from hallctl.domain.page_commands import (
    ArrangePages,
    ExpirePages,
    FinishPages,
    OfferPages,
    RemovePage,
    RestorePage,
    ScanPage,
    ShowPage,
)
from hallctl.domain.state import HallState
from hallctl.errors import Refusal


def served_at(state: HallState, window: str, named: str | None) -> Ticket | Refusal:
    """The ticket whose pages the window may touch: the one it serves, if that is the one `named`."""
    ticket = ticket_at(state, "scan", window)
    if isinstance(ticket, Ticket) and named not in {None, ticket.id}:
        return Refusal("page.other_ticket", {"label": ticket.label})
    return ticket


def full(state: HallState, ticket: Ticket, size: int = 0) -> Refusal | None:
    """Why the ticket may have no more pages, or none of `size` bytes."""
    scan, rules = state.scans.get(ticket.id), state.layout.scans
    if scan is not None and len(scan.pages) >= rules.max_pages:
        return Refusal("page.too_many", {"label": ticket.label, "most": rules.max_pages})
    if (scan.size if scan is not None else 0) + size > rules.max_bytes:
        return Refusal("page.too_much", {"label": ticket.label, "most": rules.max_bytes // MEGABYTE})
    return None


def scan_page(state: HallState, command: ScanPage, _now: int) -> Decision | Refusal:
    ticket = served_at(state, command.window, command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    refusal = full(state, ticket, command.size)
    if refusal is not None:
        return refusal
    picture = (command.size, command.width, command.height, command.dpi, command.digest)
    event = p.PageScanned(ticket.id, command.window, command.page, *picture)
    return Decision((event,), ticket.id, command.window)


def arrange(state: HallState, command: ArrangePages, _now: int) -> Decision | Refusal:
    """Exactly the pages there are: who has not seen a new one yet is told."""
    scan = _scan_at(state, command.window, command.ticket)
    if isinstance(scan, Refusal):
        return scan
    there = tuple(page.id for page in scan.pages)
    if sorted(command.pages) != sorted(there):
        return Refusal("page.other_pages")
    if command.pages == there:
        return Decision((), scan.id, command.window)
    return Decision((p.PagesArranged(scan.id, command.window, command.pages),), scan.id, command.window)


def remove(state: HallState, command: RemovePage, _now: int) -> Decision | Refusal:
    scan = _scan_at(state, command.window, command.ticket)
    if isinstance(scan, Refusal):
        return scan
    place = next((place for place, page in enumerate(scan.pages) if page.id == command.page), None)
    if place is None:
        return Refusal("page.unknown")
    return Decision((p.PageRemoved(scan.id, command.window, command.page, place),), scan.id, command.window)


def restore(state: HallState, command: RestorePage, _now: int) -> Decision | Refusal:
    """Back to where it was, or to the end where there are fewer pages by now."""
    scan = _scan_at(state, command.window, command.ticket)
    if isinstance(scan, Refusal):
        return scan
    place = next((each.place for each in scan.removed if each.page.id == command.page), None)
    if place is None:
        return Refusal("page.unknown")
    if len(scan.pages) >= state.layout.scans.max_pages:
        return Refusal("page.too_many", {"label": scan.label, "most": state.layout.scans.max_pages})
    place = min(place, len(scan.pages))
    return Decision((p.PageRestored(scan.id, command.window, command.page, place),), scan.id, command.window)


def finish(state: HallState, command: FinishPages, _now: int) -> Decision | Refusal:
    """Nothing happens where they are finished already."""
    scan = _scan_at(state, command.window, command.ticket)
    if isinstance(scan, Refusal):
        return scan
    if not scan.pages:
        return Refusal("page.none", {"label": scan.label})
    if scan.finished_at is not None:
        return Decision((), scan.id, command.window)
    event = p.PagesFinished(
        scan.id,
        command.window,
        state.layout.scans.kind,
        tuple(page.id for page in scan.pages),
        sum(page.size for page in scan.pages),
        tuple(each.page.id for each in scan.removed),
    )
    return Decision((event,), scan.id, command.window)


def offer(state: HallState, command: OfferPages, _now: int) -> Decision | Refusal:
    """Only what is finished is handed over."""
    if command.window is not None:
        scan = _scan_at(state, command.window, command.ticket)
    else:
        scan = state.scans.get(command.ticket or "") or Refusal("page.none", {"label": command.ticket or "?"})
    if isinstance(scan, Refusal):
        return scan
    if scan.finished_at is None:
        return Refusal("page.not_finished", {"label": scan.label})
    pages = tuple(page.id for page in scan.pages)
    return Decision((p.PagesOffered(scan.id, command.window, state.layout.scans.kind, pages),), scan.id)


def show(state: HallState, command: ShowPage, _now: int) -> Decision | Refusal:
    scan = state.scans.get(command.ticket)
    if scan is None or all(page.id != command.page for page in scan.kept):
        return Refusal("page.unknown")
    return Decision((p.PageShown(scan.id, command.page),), scan.id)


def expire(state: HallState, command: ExpirePages, now: int) -> Decision | Refusal:
    """Nothing where they are gone already, or where somebody has touched them meanwhile."""
    scan = state.scans.get(command.ticket)
    if scan is None or (command.reason == "old" and not may_go(state, scan, now)):
        return Decision(())
    there = {page.id for page in scan.kept}
    pages = tuple(page for page in command.pages if page in there) if command.pages else tuple(sorted(there))
    return Decision((p.PagesExpired(scan.id, command.reason, pages),) if pages else ())


def may_go(state: HallState, scan: Scan, now: int) -> bool:
    """Whether the pages are kept too long; those of who sits at a window stay, whatever the clock says."""
    ticket = state.tickets.get(scan.id)
    busy = ticket is not None and ticket.window is not None and state.window(ticket.window).ticket == ticket.id
    return not busy and outlived(scan, state.layout.scans, now)


def dropped(state: HallState, ticket: str, reason: str) -> tuple[Event, ...]:
    """The ticket is cancelled or expires: what was scanned and never finished is not wanted any more."""
    scan = state.scans.get(ticket)
    if scan is None or scan.finished_at is not None:
        return ()
    return (p.PagesExpired(ticket, reason, tuple(page.id for page in scan.kept)),)


def _scan_at(state: HallState, window: str, named: str | None) -> Scan | Refusal:
    """What was scanned for the ticket that the window serves; nothing scanned is told as such."""
    ticket = served_at(state, window, named)
    if isinstance(ticket, Refusal):
        return ticket
    return state.scans.get(ticket.id) or Refusal("page.none", {"label": ticket.label})


HANDLERS: Final[dict[type[Command], Callable[[HallState, Any, int], Decision | Refusal]]] = {
    ScanPage: scan_page,
    ArrangePages: arrange,
    RemovePage: remove,
    RestorePage: restore,
    FinishPages: finish,
    OfferPages: offer,
    ShowPage: show,
    ExpirePages: expire,
}
