"""Handlers of the changing methods: params and caller become a command for the one door."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from hallctl.api import schemas as s
from hallctl.api.auth import Caller
from hallctl.api.context import (
    Context,
    Refused,
    acting_window,
    kiosk_of,
    required_kiosk,
    seat_of,
    window_of,
)
from hallctl.api.role import Role
from hallctl.domain import commands as c
from hallctl.domain.model import Level, Priority
from hallctl.engine.answer import RequestKey
from hallctl.errors import Refusal

Key = RequestKey | None


def _at_window(command: Callable[[str], c.Command]) -> Callable[[Context, Caller, s.AtWindow, Key], Awaitable[str]]:
    """The handler of a command that needs nothing but the window."""

    async def handle(context: Context, caller: Caller, p: s.AtWindow, key: Key) -> str:
        return await context.execute(caller, command(window_of(context, caller, p.window)), key)

    return handle


recall = _at_window(c.RecallTicket)
start = _at_window(c.StartTicket)
finish = _at_window(c.FinishTicket)
miss = _at_window(c.MissTicket)
undo = _at_window(c.UndoTicket)
open_window = _at_window(c.OpenWindow)
resume_window = _at_window(c.ResumeWindow)
close_window = _at_window(c.CloseWindow)
logout = _at_window(c.LogoutClerk)


async def take(context: Context, caller: Caller, p: s.Take, key: Key) -> str:
    """A kiosk takes for itself; the class comes from the card or, with the staff, by hand."""
    kiosk = kiosk_of(caller, p.kiosk)
    priority, person, by_card = Priority(p.priority), None, Priority.NORMAL
    if p.claim is not None:
        claim = context.cards.claim(p.claim, kiosk)
        person, by_card = claim.person, claim.priority
        priority = by_card if priority is Priority.NORMAL else priority
    if caller.role is Role.KIOSK and priority is not by_card:
        raise Refused(Refusal("priority.fixed"))
    reason = None if caller.role is Role.KIOSK else p.reason
    command = c.TakeTicket(p.service, priority, kiosk, p.paperless, person, reason)
    return await context.execute(caller, command, key)


async def cancel(context: Context, caller: Caller, p: s.TicketWithReason, key: Key) -> str:
    command = c.CancelTicket(p.ticket, p.reason, acting_window(context, caller))
    return await context.execute(caller, command, key)


async def call(context: Context, caller: Caller, p: s.Call, key: Key) -> str:
    window = window_of(context, caller, p.window)
    return await context.execute(caller, c.CallTicket(window, p.ticket, p.reason), key)


async def hold(context: Context, caller: Caller, p: s.AtWindowWithReason, key: Key) -> str:
    return await context.execute(caller, c.HoldTicket(window_of(context, caller, p.window), p.reason), key)


async def resume(context: Context, caller: Caller, p: s.Resume, key: Key) -> str:
    return await context.execute(caller, c.ResumeTicket(window_of(context, caller, p.window), p.ticket), key)


async def transfer(context: Context, caller: Caller, p: s.Transfer, key: Key) -> str:
    command = c.TransferTicket(p.ticket, p.service, p.window, p.reason, acting_window(context, caller))
    return await context.execute(caller, command, key)


async def restore(context: Context, caller: Caller, p: s.OneTicket, key: Key) -> str:
    return await context.execute(caller, c.RestoreTicket(p.ticket), key)


async def rate(context: Context, caller: Caller, p: s.Rate, key: Key) -> str:
    window = window_of(context, caller, p.window)
    return await context.execute(caller, c.RateTicket(window, Level(p.level), p.ticket, p.raw), key)


async def reprint(context: Context, caller: Caller, p: s.Reprint, key: Key) -> str:
    return await context.execute(caller, c.ReprintSlip(p.ticket, required_kiosk(caller, p.kiosk)), key)


async def pause(context: Context, caller: Caller, p: s.Pause, key: Key) -> str:
    return await context.execute(caller, c.PauseWindow(window_of(context, caller, p.window), p.reason), key)


async def take_over(context: Context, caller: Caller, p: s.AtWindow, key: Key) -> str:
    command = c.TakeOverWindow(seat_of(caller, p.window), str(caller.account))
    return await context.execute(caller, command, key)


async def login(context: Context, caller: Caller, p: s.AtWindow, key: Key) -> str:
    return await context.execute(caller, c.LoginClerk(seat_of(caller, p.window), str(caller.account)), key)


async def open_day(context: Context, caller: Caller, p: s.OpenDay, key: Key) -> str:
    return await context.execute(caller, c.OpenDay(p.day.isoformat() if p.day else context.timers.today()), key)


async def close_day(context: Context, caller: Caller, _p: s.ChangeNothing, key: Key) -> str:
    return await context.execute(caller, c.CloseDay(), key)


async def request_help(context: Context, caller: Caller, p: s.AtKiosk, key: Key) -> str:
    return await context.execute(caller, c.RequestHelp(required_kiosk(caller, p.kiosk)), key)


async def answer_help(context: Context, caller: Caller, p: s.AtKiosk, key: Key) -> str:
    return await context.execute(caller, c.AnswerHelp(required_kiosk(caller, p.kiosk)), key)


async def revoke_terminal(context: Context, caller: Caller, p: s.Terminal, key: Key) -> str:
    return await context.execute(caller, c.RevokeTerminal(p.terminal), key)


async def set_account(context: Context, caller: Caller, p: s.SetAccount, key: Key) -> str:
    password_hash = None if p.password is None else await context.auth.hash(p.password)
    return await context.execute(caller, c.SetAccount(p.account, p.name, p.roles, password_hash), key)


async def remove_account(context: Context, caller: Caller, p: s.Account, key: Key) -> str:
    return await context.execute(caller, c.RemoveAccount(p.account), key)


TERMINAL_ID_BYTES: Final = 4


def new_terminal_id(role: Role) -> str:
    """A name for a newly paired terminal."""
    return f"{role}-{secrets.token_hex(TERMINAL_ID_BYTES)}"
