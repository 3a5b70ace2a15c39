"""The commands of the hall as a whole: its day, its devices, its terminals and accounts, calls for help."""

from collections.abc import Callable
from typing import Any, Final

from hallctl.domain import events as e
from hallctl.domain.commands import (
    AnswerHelp,
    ChangeDevices,
    CloseDay,
    Command,
    DeclareEmergency,
    EndEmergency,
    OpenDay,
    PairTerminal,
    RemoveAccount,
    RemoveAgent,
    ReportDevice,
    RequestHelp,
    RevokeTerminal,
    SetAccount,
    SetAgent,
    SkipNumbers,
    StartHall,
)
from hallctl.domain.decide_page import dropped
from hallctl.domain.decide_slip import after_restart
from hallctl.domain.decision import Decision
from hallctl.domain.lifecycle import ticket_after
from hallctl.domain.model import Stage
from hallctl.domain.release import released_by
from hallctl.domain.state import HallState
from hallctl.errors import Refusal

MOST_SKIPPED: Final = 999
"""Numbers that one command leaves out at most: a slip of the finger must not use a day's labels up."""


def start_hall(state: HallState, command: StartHall, now: int) -> Decision | Refusal:
    """The slips under way when the daemon ended are looked after. Nobody waits for a window that is not in the config
    any more."""
    started = e.HallStarted(command.version, command.config_digest)
    return Decision((started, *after_restart(state, now), *released_by(state)))


def open_day(state: HallState, command: OpenDay, now: int) -> Decision | Refusal:
    """Open a day, closing another that is still open; days never go backwards, whatever the clock does (O08)."""
    if state.day == command.day:
        return Refusal("day.open", {"day": command.day})
    if state.last_day is not None and command.day < state.last_day:
        return Refusal("day.past", {"day": command.day, "current": state.last_day})
    opened = e.DayOpened(command.day, fresh=command.day != state.last_day)
    if state.day is None:
        return Decision((*_day_end(state), opened) if opened.fresh else (opened,))
    closing = close_day(state, CloseDay(), now)
    return closing if isinstance(closing, Refusal) else Decision((*closing.events, opened))


def close_day(state: HallState, _command: CloseDay, _now: int) -> Decision | Refusal:
    """Day end (C14): who waits expires, who was called is missed, who is served is served to the end."""
    if state.day is None:
        return Refusal("day.closed")
    return Decision((*_day_end(state), e.DayClosed(state.day)))


def _day_end(state: HallState) -> list[e.Event]:
    """What becomes of the open tickets. Who is on hold expires too, or is kept for one day more, as the hall wants it
    (C09); one who was put on hold after the close is met again before the next day opens."""
    events: list[e.Event] = []
    for ticket in state.tickets.values():
        if ticket.stage is Stage.HELD and state.layout.held_at_end == "carry" and ticket.day == state.last_day:
            continue
        if ticket_after("expire", ticket.stage) is not None:
            events += (e.TicketExpired(ticket.id), *dropped(state, ticket.id, "expired"))
        elif ticket_after("close", ticket.stage) is not None:
            events.append(e.TicketMissed(ticket.id, ticket.window))
    return events


def skip_numbers(state: HallState, command: SkipNumbers, _now: int) -> Decision | Refusal:
    """One event for each service that is configured or has figures of the day; a service by name must be one of
    these."""
    if state.day is None and not (command.closed and state.last_day is not None):
        return Refusal("numbers.closed")
    if not 1 <= command.count <= MOST_SKIPPED:
        return Refusal("numbers.count", {"most": MOST_SKIPPED})
    known = list(dict.fromkeys([*state.layout.services, *state.tallies]))
    if command.service is not None and command.service not in known:
        return Refusal("service.unknown", {"service": command.service})
    services = known if command.service is None else [command.service]
    return Decision(tuple(e.NumbersSkipped(name, state.tally(name).number + command.count) for name in services))


def declare_emergency(state: HallState, command: DeclareEmergency, _now: int) -> Decision | Refusal:
    """Nothing is issued or called from now on; tickets stay as they are (C16)."""
    if not command.notice.strip():
        return Refusal("emergency.notice_missing")
    if state.emergency == command.notice:
        return Decision(())
    return Decision((e.EmergencyDeclared(command.notice),))


def end_emergency(state: HallState, _command: EndEmergency, _now: int) -> Decision | Refusal:
    return Decision((e.EmergencyEnded(),)) if state.emergency is not None else Refusal("emergency.none")


def set_agent(state: HallState, command: SetAgent, _now: int) -> Decision | Refusal:
    """One person is one agent: the same card under another name is refused."""
    for known in state.agents.values():
        if known.digest == command.digest and known.id != command.agent:
            return Refusal("agent.known", {"agent": known.id})
    return Decision((e.AgentSet(command.agent, command.digest),))


def remove_agent(state: HallState, command: RemoveAgent, _now: int) -> Decision | Refusal:
    if command.agent not in state.agents:
        return Refusal("agent.unknown", {"agent": command.agent})
    return Decision((e.AgentRemoved(command.agent),))


def report_device(state: HallState, command: ReportDevice, _now: int) -> Decision | Refusal:
    """Journal what has changed of a device, nothing if it is as it was."""
    known = state.devices.get(command.device)
    if known is not None and (known.state, known.faults) == (command.state, command.faults):
        return Decision(())
    return Decision((e.DeviceReported(command.device, command.state, command.faults),))


def change_devices(_state: HallState, command: ChangeDevices, _now: int) -> Decision | Refusal:
    """The config was checked before; here it is only told."""
    return Decision((e.DevicesChanged(command.added, command.changed, command.removed, command.config_digest),))


def request_help(state: HallState, command: RequestHelp, _now: int) -> Decision | Refusal:
    if command.kiosk not in state.layout.kiosk_printers:
        return Refusal("kiosk.unknown", {"kiosk": command.kiosk})
    if command.kiosk in state.helps:
        return Decision(())
    return Decision((e.HelpRequested(command.kiosk),))


def answer_help(state: HallState, command: AnswerHelp, _now: int) -> Decision | Refusal:
    if command.kiosk not in state.helps:
        return Refusal("help.none", {"kiosk": command.kiosk})
    return Decision((e.HelpAnswered(command.kiosk),))


def pair_terminal(_state: HallState, command: PairTerminal, _now: int) -> Decision | Refusal:
    event = e.TerminalPaired(command.terminal, command.role, command.place, command.token_digest)
    return Decision((event,))


def revoke_terminal(state: HallState, command: RevokeTerminal, _now: int) -> Decision | Refusal:
    if command.terminal not in state.terminals:
        return Refusal("terminal.unknown", {"terminal": command.terminal})
    return Decision((e.TerminalRevoked(command.terminal),))


def set_account(state: HallState, command: SetAccount, _now: int) -> Decision | Refusal:
    known = state.accounts.get(command.account)
    if known is None and command.password_hash is None:
        return Refusal("account.no_password")
    if "admin" not in command.roles and _is_last_admin(state, command.account):
        return Refusal("account.last_admin")
    return Decision((e.AccountSet(command.account, command.name, command.roles, command.password_hash),))


def remove_account(state: HallState, command: RemoveAccount, _now: int) -> Decision | Refusal:
    if command.account not in state.accounts:
        return Refusal("account.unknown", {"account": command.account})
    if _is_last_admin(state, command.account):
        return Refusal("account.last_admin")
    return Decision((e.AccountRemoved(command.account),))


def _is_last_admin(state: HallState, account: str) -> bool:
    admins = [other.id for other in state.accounts.values() if "admin" in other.roles]
    return admins == [account]


HANDLERS: Final[dict[type[Command], Callable[[HallState, Any, int], Decision | Refusal]]] = {
    StartHall: start_hall,
    OpenDay: open_day,
    CloseDay: close_day,
    SkipNumbers: skip_numbers,
    DeclareEmergency: declare_emergency,
    EndEmergency: end_emergency,
    SetAgent: set_agent,
    RemoveAgent: remove_agent,
    ReportDevice: report_device,
    ChangeDevices: change_devices,
    RequestHelp: request_help,
    AnswerHelp: answer_help,
    PairTerminal: pair_terminal,
    RevokeTerminal: revoke_terminal,
    SetAccount: set_account,
    RemoveAccount: remove_account,
}
