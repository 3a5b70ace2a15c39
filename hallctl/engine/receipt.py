"""The answer of a changing method: what was done, as the asker needs it. JSON text, kept with its request id."""

from typing import Any

import msgspec

from hallctl.domain import waits
from hallctl.domain.booking import Appointment
from hallctl.domain.decision import Decision, Line
from hallctl.domain.model import Ticket, Window
from hallctl.domain.state import HallState
from hallctl.errors import Refusal


def receipt(state: HallState, decision: Decision, before: Ticket | None, now: int, url: str | None) -> str:
    """JSON of ``{seq, at, ticket?, window?, appointment?, rows?, notice?}``; `before` is the ticket as it was, for one
    that has left memory."""
    body: dict[str, Any] = {"seq": state.seq, "at": now}
    if decision.ticket is not None:
        ticket = state.tickets.get(decision.ticket) or before
        if ticket is not None:
            body["ticket"] = _ticket(state, ticket, now, gone=decision.ticket not in state.tickets)
            if url is not None:
                body["ticket"]["url"] = url
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
