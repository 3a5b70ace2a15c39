"""The answer of a changing method: what was done, as the asker needs it. JSON text, kept with its request id."""

from typing import Any

import msgspec

from hallctl.domain import waits
from hallctl.domain.decision import Decision
from hallctl.domain.model import Ticket, Window
from hallctl.domain.state import HallState


def receipt(state: HallState, decision: Decision, before: Ticket | None, now: int, url: str | None) -> str:
    """JSON of ``{seq, at, ticket?, window?}``; `before` is the ticket as it was, for one that has left memory."""
    body: dict[str, Any] = {"seq": state.seq, "at": now}
    if decision.ticket is not None:
        ticket = state.tickets.get(decision.ticket) or before
        if ticket is not None:
            body["ticket"] = _ticket(state, ticket, gone=decision.ticket not in state.tickets)
            if url is not None:
                body["ticket"]["url"] = url
    if decision.window is not None:
        body["window"] = _window(state.window(decision.window))
    return msgspec.json.encode(body).decode()


def _ticket(state: HallState, ticket: Ticket, gone: bool) -> dict[str, Any]:
    waiting = ticket.stage == "waiting" and not gone
    ahead = ticket.ahead if waiting else 0
    return {
        "id": ticket.id,
        "label": ticket.label,
        "service": ticket.service,
        "queue": ticket.queue,
        "priority": ticket.priority,
        "stage": "ended" if gone else ticket.stage,
        "taken_at": ticket.taken_at,
        "ahead": ahead,
        "wait_s": list(waits.expected_wait_s(state, ticket.queue, ahead)) if waiting else [0, 0],
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
