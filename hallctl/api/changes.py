"""The changing methods: params and caller become a command for the one door. Who may not, is told by RequestError."""

import secrets
from collections.abc import Callable
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
from hallctl.domain.model import Level, Priority, WindowPlan
from hallctl.engine.answer import RequestKey
from hallctl.errors import Refusal, RequestError


def _at_window(command: Callable[[str], c.Command]) -> Callable[[Context, Caller, s.AtWindow], c.Command]:
    """The maker of a command that needs nothing but the window."""

    def make(context: Context, caller: Caller, p: s.AtWindow) -> c.Command:
        return command(window_of(context, caller, p.window))

    return make


recall = _at_window(c.RecallTicket)
start = _at_window(c.StartTicket)
miss = _at_window(c.MissTicket)
undo = _at_window(c.UndoTicket)
open_window = _at_window(c.OpenWindow)
resume_window = _at_window(c.ResumeWindow)
close_window = _at_window(c.CloseWindow)
logout = _at_window(c.LogoutClerk)


def take(context: Context, caller: Caller, p: s.Take) -> c.Command:
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
    return c.TakeTicket(
        p.service, priority, kiosk, p.paperless, person, reason, principals=p.principals, override=bool(reason)
    )


def finish(context: Context, caller: Caller, p: s.Finish) -> c.Command:
    return c.FinishTicket(window_of(context, caller, p.window), p.then, p.outcome)


def cancel(context: Context, caller: Caller, p: s.TicketWithReason) -> c.Command:
    return c.CancelTicket(p.ticket, p.reason, acting_window(context, caller))


def call(context: Context, caller: Caller, p: s.Call) -> c.Command:
    window = window_of(context, caller, p.window)
    return c.CallTicket(window, p.ticket, p.reason)


def hold(context: Context, caller: Caller, p: s.AtWindowWithReason) -> c.Command:
    return c.HoldTicket(window_of(context, caller, p.window), p.reason)


def resume(context: Context, caller: Caller, p: s.Resume) -> c.Command:
    return c.ResumeTicket(window_of(context, caller, p.window), p.ticket)


def transfer(context: Context, caller: Caller, p: s.Transfer) -> c.Command:
    by = acting_window(context, caller)
    return c.TransferTicket(p.ticket, p.service, p.window, p.reason, by, clerk=p.clerk, back=p.back)


def restore(_context: Context, _caller: Caller, p: s.OneTicket) -> c.Command:
    return c.RestoreTicket(p.ticket)


def rate(context: Context, caller: Caller, p: s.Rate) -> c.Command:
    window = window_of(context, caller, p.window)
    return c.RateTicket(window, Level(p.level), p.ticket, p.raw)


def reprint(_context: Context, caller: Caller, p: s.Reprint) -> c.Command:
    return c.ReprintSlip(p.ticket, required_kiosk(caller, p.kiosk))


def pause(context: Context, caller: Caller, p: s.Pause) -> c.Command:
    return c.PauseWindow(window_of(context, caller, p.window), p.reason)


def take_over(_context: Context, caller: Caller, p: s.AtWindow) -> c.Command:
    return c.TakeOverWindow(seat_of(caller, p.window), str(caller.account))


def login(_context: Context, caller: Caller, p: s.AtWindow) -> c.Command:
    return c.LoginClerk(seat_of(caller, p.window), str(caller.account))


def arrange(_context: Context, _caller: Caller, p: s.Arrange) -> c.Command:
    """Plans are given whole: what is left out is the plan's own default."""
    return c.ArrangeWindows(tuple((part.window, _plan(_context, part)) for part in p.arrangements))


def _plan(context: Context, part: s.Arrangement) -> WindowPlan | str | None:
    if part.plan is None or part.mode is not None:
        if part.plan is not None:
            raise RequestError("request.invalid_params", problem="mode or plan, not both")
        return part.mode
    plan, first = part.plan, context.state.layout.windows.get(part.window)
    return WindowPlan(
        part.window,
        first.zone if first else "",
        plan.services,
        plan.policy,
        plan.help,
        plan.help_when,
        plan.help_from,
        tuple(plan.ratio.items()),
        plan.choose,
    )


def declare_emergency(_context: Context, _caller: Caller, p: s.Declare) -> c.Command:
    return c.DeclareEmergency(p.notice)


def end_emergency(_context: Context, _caller: Caller, _p: s.ChangeNothing) -> c.Command:
    return c.EndEmergency()


def set_agent(context: Context, _caller: Caller, p: s.SetAgent) -> c.Command:
    """The card that was read last at the kiosk is an agent's (T10)."""
    return c.SetAgent(p.agent, context.cards.latest(p.kiosk).person.digest)


def remove_agent(_context: Context, _caller: Caller, p: s.Agent) -> c.Command:
    return c.RemoveAgent(p.agent)


def open_day(context: Context, _caller: Caller, p: s.OpenDay) -> c.Command:
    return c.OpenDay(p.day.isoformat() if p.day else context.timers.today())


def close_day(_context: Context, _caller: Caller, _p: s.ChangeNothing) -> c.Command:
    return c.CloseDay()


def skip_numbers(_context: Context, _caller: Caller, p: s.SkipNumbers) -> c.Command:
    return c.SkipNumbers(p.count, p.service)


def request_help(_context: Context, caller: Caller, p: s.AtKiosk) -> c.Command:
    return c.RequestHelp(required_kiosk(caller, p.kiosk))


def answer_help(_context: Context, caller: Caller, p: s.AtKiosk) -> c.Command:
    return c.AnswerHelp(required_kiosk(caller, p.kiosk))


def revoke_terminal(_context: Context, _caller: Caller, p: s.Terminal) -> c.Command:
    return c.RevokeTerminal(p.terminal)


def remove_account(_context: Context, _caller: Caller, p: s.Account) -> c.Command:
    return c.RemoveAccount(p.account)


async def set_account(context: Context, caller: Caller, p: s.SetAccount, key: RequestKey | None) -> str:
    password_hash = None if p.password is None else await context.auth.hash(p.password)
    return await context.execute(caller, c.SetAccount(p.account, p.name, p.roles, password_hash), key)


TERMINAL_ID_BYTES: Final = 4


def new_terminal_id(role: Role) -> str:
    """A name for a newly paired terminal."""
    return f"{role}-{secrets.token_hex(TERMINAL_ID_BYTES)}"
