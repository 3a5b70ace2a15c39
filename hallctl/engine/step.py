"""One step of a hall: a decision carried out in memory, with the journal's rows that make it durable.

Everybody who drives a hall goes through here: the daemon's one door, a simulated day, a test's book. What the tables'
constraints forbid is refused here already: the rows follow when everybody has been answered, which is too late.
"""

from dataclasses import dataclass

from hallctl.domain.apply import apply
from hallctl.domain.decision import Decision
from hallctl.domain.events import DayOpened, Record, TicketTaken
from hallctl.domain.model import ACTIVE
from hallctl.domain.state import HallState, Noted
from hallctl.errors import StoreError
from hallctl.store import journal, request
from hallctl.store.journal import Head
from hallctl.store.request import Asked, Request
from hallctl.store.statement import Row


@dataclass(slots=True)
class Step:
    """The records of one command, what they changed in the state, and the journal's rows; `head` is that after it,
    `answered` the answer whose row follows."""

    records: list[Record]
    noted: Noted
    rows: list[Row]
    head: Head
    answered: Request | None = None

    def follows(self, state: HallState) -> bool:
        """Whether the state has everything before the step, and the step is next."""
        return state.seq == self.head.seq - len(self.records)


def take(state: HallState, decision: Decision, actor: str, now: int, head: Head, asked: Asked | None = None) -> Step:
    """Apply the decision's events to `state`, which has told of all changes before; `head` is the journal's so far,
    `asked` what it keeps of the request.

    Raises StoreError where a number would be given twice or a window would have two tickets (a defect in the rules, or
    a config that gives two services one prefix); then half of it is in the state, which has to be made anew.
    """
    records: list[Record] = []
    for event in decision.events:
        day = event.day if isinstance(event, DayOpened) else state.day
        if isinstance(event, TicketTaken):
            _check_new(state, event)
        record = Record(state.seq + 1, now, day, actor, event)
        apply(state, record)
        records.append(record)
    noted = state.take_noted()
    _check_windows(state, noted)
    written, head = journal.rows(records, head, asked.text() if asked is not None else None)
    return Step(records, noted, written + request.lapsed(records), head)


def _check_new(state: HallState, event: TicketTaken) -> None:
    """T01: no id and no number twice a day."""
    if event.ticket in state.issued or event.number <= state.tally(event.service).number:
        raise StoreError("store.unavailable", detail=f"ticket {event.ticket} exists already")


def _check_windows(state: HallState, noted: Noted) -> None:
    """A window has one active ticket: the one that it names."""
    for (kind, key), (old, new) in noted.items():
        if kind == "ticket":
            holds = new.stage not in ACTIVE or state.window(new.window).ticket == key
        elif kind == "window" and old is not None and old.ticket is not None:
            left = state.tickets.get(old.ticket)
            holds = left is None or left.stage not in ACTIVE or state.window(left.window or "").ticket == left.id
        else:
            continue
        if not holds:
            raise StoreError("store.unavailable", detail=f"a second active ticket, {kind} {key}")
