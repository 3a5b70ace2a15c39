"""The methods of scanned pages. The clerk who serves the ticket works on them; a manager may look and fetch, and each
look and each offer of a manager stands in the journal (O05)."""

import asyncio
import base64
from collections.abc import AsyncGenerator
from typing import Any

from hallctl.api import schemas_page as s
from hallctl.api.auth import Caller
from hallctl.api.context import Context, Refused, window_of
from hallctl.api.role import Role
from hallctl.devices.contract import ScanSettings
from hallctl.domain import page_commands as c
from hallctl.domain.decide_page import served_at
from hallctl.domain.page import Page
from hallctl.engine import picture
from hallctl.engine.answer import RequestKey
from hallctl.engine.offers import LIFE_S, Offer
from hallctl.engine.scans import Order, progress
from hallctl.errors import Refusal, RequestError, StoreError


def arrange(context: Context, caller: Caller, p: s.ArrangePages) -> c.ArrangePages:
    return c.ArrangePages(window_of(context, caller, p.window), tuple(p.pages), p.ticket)


def remove(context: Context, caller: Caller, p: s.OnePage) -> c.RemovePage:
    return c.RemovePage(window_of(context, caller, p.window), p.page, p.ticket)


def restore(context: Context, caller: Caller, p: s.OnePage) -> c.RestorePage:
    return c.RestorePage(window_of(context, caller, p.window), p.page, p.ticket)


def finish(context: Context, caller: Caller, p: s.TicketPages) -> c.FinishPages:
    return c.FinishPages(window_of(context, caller, p.window), p.ticket)


async def scan(context: Context, caller: Caller, p: s.ScanPages, key: RequestKey | None) -> s.PageList:
    """Begins the scan and returns: a feeder takes its time."""
    window = window_of(context, caller, p.window)
    if context.stopping:
        raise StoreError("store.stopping")
    rules = context.state.layout.scans
    dpi, color = p.dpi or rules.dpi, rules.color if p.color is None else p.color
    order = Order(window, p.ticket, ScanSettings(p.source or "", color, dpi), p.straighten, p.crop)
    refusal = context.scans.begin(order, caller.name, key.key if key is not None else p.request_id)
    if refusal is not None:
        raise Refused(refusal)
    return _listed(context, window, _ticket_at(context, window))


async def stop(context: Context, caller: Caller, p: s.AskPages, _key: RequestKey | None) -> s.PageList:
    window = window_of(context, caller, p.window)
    context.scans.stop_scan(window)
    return _listed(context, window, _ticket_at(context, window))


async def listed(context: Context, caller: Caller, p: s.AskPages, _key: RequestKey | None) -> s.PageList:
    """The pages of the ticket served at the clerk's window, or of the one that a manager names."""
    if caller.role is not Role.WINDOW:
        return _listed(context, None, _named(p.ticket))
    window = window_of(context, caller, p.window)
    return _listed(context, window, _ticket_at(context, window))


async def show(context: Context, caller: Caller, p: s.ShowPage, _key: RequestKey | None) -> s.PagePicture:
    if caller.role is Role.WINDOW:
        ticket = served_at(context.state, window_of(context, caller, p.window), p.ticket)
        if isinstance(ticket, Refusal):
            raise Refused(ticket)
        named = ticket.id
    else:
        named = _named(p.ticket)
        await context.execute(caller, c.ShowPage(named, p.page), None)
    known = context.state.scans.get(named)
    if known is None or all(page.id != p.page for page in known.kept):
        raise Refused(Refusal("page.unknown"))
    jpeg = await asyncio.to_thread(lambda: picture.small(context.scans.vault.read(p.page), p.side))
    return s.PagePicture(page=p.page, jpeg=base64.b64encode(jpeg).decode())


async def offer(context: Context, caller: Caller, p: s.TicketPages, key: RequestKey | None) -> s.PageOffers:
    """New tokens each time; the journal has each request once."""
    window = window_of(context, caller, p.window) if caller.role is Role.WINDOW else None
    named = p.ticket or (_ticket_at(context, window) if window is not None else None)
    await context.execute(caller, c.OfferPages(window, _named(named)), key)
    known = context.state.scans.get(_named(named))
    if known is None:
        raise Refused(Refusal("page.unknown"))
    made = context.scans.offers.make(known, context.state.layout.scans.kind)
    files = [_offered(token, each) for token, each in made]
    return s.PageOffers(ticket=known.id, seconds=LIFE_S, files=files)


async def frames(context: Context, caller: Caller) -> AsyncGenerator[bytes, None]:
    """The live picture of the scanner at the clerk's window, for as long as this clerk serves this ticket there."""
    if caller.role is None:
        raise RequestError("auth.required")
    if caller.role is not Role.WINDOW:
        raise RequestError("auth.wrong_role", role=caller.role, method="page.preview")
    window = window_of(context, caller, None)
    ticket = served_at(context.state, window, None)
    device = context.scans.scanner(window)
    if isinstance(ticket, Refusal) or device is None:
        raise Refused(ticket if isinstance(ticket, Refusal) else Refusal("page.no_scanner"))

    def still() -> bool:
        served = served_at(context.hall.state, window, ticket.id)
        clerk = context.hall.state.window(window).clerk
        return not context.stopping and not isinstance(served, Refusal) and clerk == caller.account

    return context.scans.finder.frames(window, device, still)


def _ticket_at(context: Context, window: str) -> str | None:
    active = context.state.active(window)
    return active.id if active is not None else None


def _named(ticket: str | None) -> str:
    if ticket is None:
        raise RequestError("request.invalid_params", problem="ticket is required")
    return ticket


def _listed(context: Context, window: str | None, ticket: str | None) -> s.PageList:
    known = context.state.scans.get(ticket or "")
    live = context.state.tickets.get(ticket or "")
    run = context.scans.run(window) if window is not None else None
    rules = context.state.layout.scans
    return s.PageList(
        ticket=ticket,
        label=known.label if known is not None else live.label if live is not None else None,
        pages=[_page(page) for page in known.pages] if known is not None else [],
        removed=[_page(each.page) for each in known.removed] if known is not None else [],
        finished_at=known.finished_at if known is not None else None,
        kind=rules.kind,
        max_pages=rules.max_pages,
        straighten=picture.can_straighten(),
        scan=progress(run) if run is not None and run.ticket == ticket else None,
    )


def _page(page: Page) -> dict[str, Any]:
    return {"page": page.id, "at": page.at, "size": page.size, "width": page.width, "height": page.height}


def _offered(token: str, each: Offer) -> dict[str, Any]:
    return {"token": token, "name": each.name, "type": each.media_type, "pages": len(each.pages)}
