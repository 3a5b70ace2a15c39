"""The answer of a changing method: what was done, as the asker needs it. JSON text, kept with its request id."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from hallctl.domain import waits
from hallctl.domain.booking import Appointment
from hallctl.domain.decision import Decision, Line
from hallctl.domain.model import Ticket, Window
from hallctl.domain.state import HallState, Noted
from hallctl.errors import Refusal
from hallctl.store.request import Asked, Request

Url = Callable[[str], str | None]
"""Where a ticket's holder sees it, by the ticket's id; None where there is no such page."""

_NOT_NOTED: Final = (None, None)


def receipt(state: HallState, decision: Decision, noted: Noted, now: int, url: Url) -> str:
    """JSON of ``{seq, at, ticket?, window?, appointment?, rows?, notice?}``; `noted` has the ticket as it ended, for
    one that has left memory."""
    body: dict[str, Any] = {"seq": state.seq, "at": now}
    if decision.ticket is not None:
        live = state.tickets.get(decision.ticket)
        ticket = live or noted.get(("ticket", decision.ticket), _NOT_NOTED)[1]
        if ticket is not None:
            body["ticket"] = _ticket(state, ticket, now, gone=live is None)
            address = url(ticket.id)
            if address is not None:
                body["ticket"]["url"] = address
    if decision.window is not None:
        body["window"] = _window(state.window(decision.window))
    appointment = state.appointments.get(decision.appointment or "")
    if appointment is not None:
        body["appointment"] = _appointment(appointment, decision)
    if decision.lines:
        body["rows"] = [_row(line) for line in decision.lines]
    if decision.notice is not None:
        body["notice"] = _words(decision.notice)
    return msgspec.json.encode(body).decode()


def asked(decision: Decision, key: str, digest: str) -> Asked | None:
    """What the journal keeps of the request that led to the decision; None where the state after its last record does
    not tell all that the answer does."""
    if not decision.events or decision.lines or decision.notice is not None:
        return None
    return Asked(key, digest, decision.ticket, decision.window, decision.appointment)


def again(state: HallState, request: Asked, now: int, url: Url) -> Request:
    """What was answered to a request in the journal, made of the state as its last record left it at `now`; what has
    left memory is still noted."""
    decision = Decision((), request.ticket, request.window, request.appointment)
    return Request(request.key, request.digest, state.seq, now, receipt(state, decision, state.noted, now, url))


def _ticket(state: HallState, ticket: Ticket, now: int, gone: bool) -> dict[str, Any]:
    waiting = ticket.stage == "waiting" and not gone
    ahead = waits.position(state, ticket, now) if waiting else 0
    wait_s, pause = waits.expected(state, ticket, now, ahead) if waiting else waits.NO_WAIT
    return {
        "id": ticket.id,
        "label": ticket.label,
        "service": ticket.service,
        "queue": ticket.queue,
        "priority": ticket.priority,
        "stage": "ended" if gone else ticket.stage,
        "taken_at": ticket.taken_at,
        "ahead": ahead,
        "wait_s": wait_s,
        "break": {"from": pause[0], "to": pause[1]} if pause is not None else None,
        "window": ticket.window,
        "calls": ticket.calls,
        "slip": ticket.slip,
        "copies": ticket.copies,
    }


def _window(window: Window) -> dict[str, Any]:
    return {
        "id": window.id,
        "state": window.state,
        "clerk": window.clerk,
        "ticket": window.ticket,
        "reason": window.reason,
    }


def _appointment(appointment: Appointment, decision: Decision) -> dict[str, Any]:
    """What the holder keeps; the code only where it was asked for by whoever booked, not at the check-in."""
    return {
        "id": appointment.id,
        "code": appointment.code if decision.ticket is None else None,
        "service": appointment.service,
        "day": appointment.day,
        "start": appointment.start,
        "end": appointment.end,
        "stage": appointment.stage,
        "late": appointment.late,
        "external": appointment.external,
    }


def _row(line: Line) -> dict[str, Any]:
    return {
        "line": line.number,
        "appointment": line.appointment,
        "code": line.code,
        "known": line.known,
        "refusal": _words(line.refusal) if line.refusal is not None else None,
    }


def _words(said: Refusal) -> dict[str, Any]:
    return {"code": said.code, "zh": said.sentence("zh"), "en": said.sentence("en")}
