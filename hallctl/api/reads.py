"""Handlers of the reading methods, and of logging in and pairing. They look at what is durable only."""

import asyncio
import base64
from typing import Any

import msgspec

from hallctl.api import schemas as s
from hallctl.api.auth import Caller, new_token, token_digest
from hallctl.api.changes import new_terminal_id
from hallctl.api.context import Context, Refused, required_kiosk
from hallctl.api.event_view import facts
from hallctl.api.role import Role
from hallctl.api.views import Json, ticket_view
from hallctl.domain import calendar
from hallctl.domain.commands import PairTerminal
from hallctl.engine import seal as sealing
from hallctl.engine.answer import RequestKey
from hallctl.errors import Refusal, RequestError
from hallctl.sentences import SENTENCES
from hallctl.store import journal, loading, seal, uptime
from hallctl.version import API_VERSION, VERSION

Key = RequestKey | None

NOTICE = "v1"
"""Version of the privacy notice that a kiosk must have shown before a card is read (O14)."""


async def about(context: Context, _caller: Caller, _p: s.Nothing, _key: Key) -> s.About:
    hall = context.config.hall
    return s.About(
        hall=hall.id, name=hall.name, name_en=hall.name_en or hall.name, version=VERSION, api_version=API_VERSION
    )


async def snapshot(context: Context, caller: Caller, _p: s.Nothing, _key: Key) -> s.Subscribed:
    role = caller.role or Role.BOARD
    view = context.views.snapshot(role, caller.place, context.state, context.clock.now())
    return s.Subscribed(seq=context.state.seq, snapshot=view)


async def open_session(context: Context, _caller: Caller, p: s.OpenSession, _key: Key) -> s.SessionOpened:
    token, until = await context.auth.open_session(p.account, p.password)
    account = context.state.accounts[p.account]
    return s.SessionOpened(
        token=token, roles=list(account.roles), account=account.id, name=account.name, expires_at=until
    )


async def claim_pairing(context: Context, caller: Caller, p: s.Claim, _key: Key) -> s.Paired:
    """The code is used up even if the terminal then loses the answer: it asks for a new one."""
    role, place = context.auth.claim(p.code)
    token = new_token()
    command = PairTerminal(new_terminal_id(role), role, place, token_digest(token))
    await context.execute(caller, command, None)
    return s.Paired(token=token, role=role, place=place)


async def offer_pairing(context: Context, _caller: Caller, p: s.Offer, _key: Key) -> s.Code:
    role = Role(p.role)
    places: dict[Role, set[str]] = {
        Role.KIOSK: {kiosk.id for kiosk in context.config.kiosks},
        Role.RATING: {window.id for window in context.config.windows},
        Role.DEVICE: {window.id for window in context.config.windows},
        Role.BOARD: {zone.id for zone in context.config.zones},
    }
    known = places.get(role, set())
    needed = role in {Role.KIOSK, Role.RATING}
    outside = role is Role.PORTAL  # its place is the name it has here, and that of its appointments' source
    if (p.place is None and needed) or (p.place is not None and p.place not in known and not outside):
        raise RequestError("request.invalid_params", problem=f"place must be one of {', '.join(sorted(known))}")
    code, until = context.auth.offer(role, p.place)
    return s.Code(code=code, expires_at=until)


async def show_ticket(context: Context, caller: Caller, p: s.ShowTicket, _key: Key) -> Json:
    """One live ticket; the masks of its person only for the window that has it."""
    ticket = context.state.tickets.get(p.ticket)
    if ticket is None:
        raise Refused(Refusal("ticket.unknown", {"ticket": p.ticket}))
    view = ticket_view(ticket)
    mine = caller.role is Role.WINDOW and ticket.window is not None
    if mine and ticket.person is not None and context.state.window(str(ticket.window)).clerk == caller.account:
        person = ticket.person
        view["person"] = {"name_mask": person.name_mask, "number_mask": person.number_mask, "kind": person.kind}
    return view


async def find_ticket(context: Context, caller: Caller, p: s.FindTicket, _key: Key) -> Json:
    """By the slip's token for anybody (it cannot be guessed), by label for kiosks and staff."""
    if (p.label is None) == (p.token is None):
        raise RequestError("request.invalid_params", problem="give label or token")
    if p.label is not None and caller.role is None:
        raise RequestError("auth.required")
    day = (context.state.last_day or "").replace("-", "")
    named = f"{day}-{p.label.upper().strip()}" if p.label is not None else context.identity.ticket_of(p.token or "")
    ticket = context.state.tickets.get(named or "")
    if ticket is None and named:
        await context.hall.caught_up()
        ticket = await context.hall.database.read(lambda c: loading.find_ticket(c, named))
    if ticket is None:
        raise Refused(Refusal("ticket.unknown", {"ticket": p.label or ""}))
    return context.views.public_ticket(context.state, ticket)


async def arm(context: Context, caller: Caller, p: s.Arm, _key: Key) -> s.Armed:
    if p.notice != NOTICE:
        raise RequestError("card.no_notice")
    return s.Armed(seconds=await context.cards.arm(required_kiosk(caller, p.kiosk)))


async def disarm(context: Context, caller: Caller, p: s.Disarm, _key: Key) -> s.Armed:
    await context.cards.disarm(required_kiosk(caller, p.kiosk))
    return s.Armed(seconds=0)


async def look(context: Context, caller: Caller, p: s.Look, _key: Key) -> s.Armed:
    return s.Armed(seconds=await context.codes.look(required_kiosk(caller, p.kiosk)))


async def preview(context: Context, _caller: Caller, _p: s.Nothing, _key: Key) -> s.Preview:
    return s.Preview(png=base64.b64encode(context.preview()).decode())


async def journal_page(context: Context, _caller: Caller, p: s.ReadJournal, _key: Key) -> s.JournalPage:
    day = p.day.isoformat() if p.day else None
    filters: dict[str, Any] = {"ticket": p.ticket, "window": p.window, "actor": p.actor, "day": day}
    database = context.hall.database
    records = await database.read(lambda c: list(journal.page(c, before=p.before, limit=p.limit, **filters)))
    rows = [
        {
            "seq": record.seq,
            "at": record.at,
            "day": record.day,
            "actor": record.actor,
            "type": record.event.TYPE,
            "data": msgspec.to_builtins(facts(record.event)),
        }
        for record in records
    ]
    return s.JournalPage(records=rows)


async def journal_seal(context: Context, _caller: Caller, p: s.ReadSeal, _key: Key) -> s.Sealed:
    """The head of the day, to be kept on paper (L01)."""
    day = p.day.isoformat() if p.day else None
    made = await context.hall.database.read(lambda c: seal.of_day(c, day))
    if made is None:
        raise Refused(Refusal("seal.no_day", {"day": day or "—"}))
    hall, head = context.config.hall.name, made.head
    return s.Sealed(
        hall=hall,
        day=made.day,
        open=made.open,
        seq=head.seq,
        at=made.at,
        records=made.records,
        hash=head.hash.hex(),
        code=str(head),
        text=sealing.text(made, hall, context.config.tz),
    )


async def ledger(context: Context, _caller: Caller, p: s.ReadLedger, _key: Key) -> s.Ledger:
    await context.hall.caught_up()
    rows = await asyncio.to_thread(context.reports.ledger, p.day.isoformat())
    return s.Ledger(rows=[msgspec.to_builtins(row) for row in rows])


async def device_months(context: Context, _caller: Caller, p: s.ReadMonth, _key: Key) -> s.DeviceMonths:
    """H07. The month that is not over is told up to now."""
    tz, starts_min = context.config.tz, calendar.minutes(context.config.hall.day_starts)
    now = context.clock.now()
    found = await context.hall.database.read(lambda c: uptime.month(c, p.month, tz, starts_min, now))
    return months_view(p.month, found)


def months_view(month: str, found: dict[str, uptime.Uptime]) -> s.DeviceMonths:
    """The month of all devices, with each fault's sentences."""
    return s.DeviceMonths(month=month, devices=[_month_view(name, found[name]) for name in found])


def _month_view(name: str, month: uptime.Uptime) -> s.DeviceMonth:
    faults = [
        {
            "code": code,
            "sentence": list(SENTENCES.get(code, (code, code))),
            "times": fault.times,
            "seconds": fault.ms // 1000,
        }
        for code, fault in sorted(month.faults.items(), key=lambda item: -item[1].ms)
    ]
    return s.DeviceMonth(
        device=name,
        ready_s=month.ready_ms // 1000,
        degraded_s=month.degraded_ms // 1000,
        offline_s=month.offline_ms // 1000,
        downs=month.downs,
        share=month.share,
        faults=faults,
    )


async def agents(context: Context, _caller: Caller, _p: s.Nothing, _key: Key) -> s.Agents:
    return s.Agents(agents=sorted(context.state.agents))


async def accounts(context: Context, _caller: Caller, _p: s.Nothing, _key: Key) -> s.Accounts:
    rows = [{"account": a.id, "name": a.name, "roles": list(a.roles)} for a in context.state.accounts.values()]
    return s.Accounts(accounts=rows)


async def terminals(context: Context, _caller: Caller, _p: s.Nothing, _key: Key) -> s.Terminals:
    rows = [{"terminal": t.id, "role": t.role, "place": t.place} for t in context.state.terminals.values()]
    return s.Terminals(terminals=rows)
