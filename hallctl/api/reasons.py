"""Who would be next at a window and why, and why a ticket was called: what the rules of the queue say, in words."""

from collections.abc import Iterable
from typing import Any

from hallctl.api import schemas as s
from hallctl.api.auth import Caller
from hallctl.api.context import Context, Refused, seat_of
from hallctl.domain import reason
from hallctl.domain.events import TicketCalled
from hallctl.domain.model import Beaten
from hallctl.engine.answer import RequestKey
from hallctl.errors import Refusal, sentence
from hallctl.store import journal

Json = dict[str, Any]

NOBODY = "queue.empty"


async def preview(context: Context, caller: Caller, p: s.AskWindow, _key: RequestKey | None) -> s.Reasoned:
    """Without calling. Nobody to call is an answer too, with its sentence."""
    state = context.state
    window = p.window or seat_of(caller, None)
    seen = reason.preview(state, window, context.clock.now())
    if isinstance(seen, Refusal):
        if seen.code != NOBODY:
            raise Refused(seen)
        zh, en = (sentence(NOBODY, language, {}) for language in ("zh", "en"))
        return s.Reasoned(window=window, why=NOBODY, zh=zh, en=en)
    ticket = state.tickets[seen.choice.ticket]
    who = {"id": ticket.id, "label": ticket.label, "queue": ticket.queue, "priority": ticket.priority.value}
    return s.Reasoned(window=window, ticket=who, among=seen.choice.among, **_words(seen.choice.why, seen.choice.beat))


async def why(context: Context, _caller: Caller, p: s.ShowTicket, _key: RequestKey | None) -> s.Reasoned:
    """Of the ticket's latest call, from the journal: also when it has long been served."""
    records = await context.hall.database.read(
        lambda connection: journal.page(connection, limit=journal.PAGE_LIMIT, ticket=p.ticket)
    )
    for record in records:
        event = record.event
        if isinstance(event, TicketCalled):
            return s.Reasoned(
                window=event.window,
                ticket={"id": event.ticket, "label": reason.label_of(event.ticket)},
                at=record.at,
                reason=event.reason,
                among=event.among,
                **_words(event.why, event.beat, event.reason),
            )
    raise Refused(Refusal("ticket.never_called", {"label": reason.label_of(p.ticket) or p.ticket}))


def _words(rule: str, beat: Iterable[Beaten], given: str | None = None) -> Json:
    """The rule's own sentence, and one for each head that lost."""
    beat = tuple(beat)
    first, *lost = reason.reasons(rule, beat, given)
    rows = [
        {
            "ticket": other.ticket,
            "label": reason.label_of(other.ticket),
            "by": other.by,
            "amount": other.amount,
            "zh": said.sentence("zh"),
            "en": said.sentence("en"),
        }
        for other, said in zip(beat, lost, strict=True)
    ]
    return {"why": rule, "zh": first.sentence("zh"), "en": first.sentence("en"), "beat": rows}
