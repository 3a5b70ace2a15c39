"""One step of a hall: a decision carried out in memory, with the rows that make it durable.

Everybody who drives a hall goes through here: the daemon's one door, a simulated day, a test's book.
"""

from dataclasses import dataclass

from hallctl.domain.apply import apply
from hallctl.domain.decision import Decision
from hallctl.domain.events import DayOpened, Record
from hallctl.domain.state import HallState, Noted
from hallctl.store import journal, projection
from hallctl.store.journal import Head
from hallctl.store.statement import Latest, Row


@dataclass(slots=True)
class Step:
    """The records of one command, what they changed in the state, and their rows; `head` is the journal's after it."""

    records: list[Record]
    noted: Noted
    rows: list[Row]
    latest: Latest
    head: Head


def take(state: HallState, decision: Decision, actor: str, now: int, head: Head) -> Step:
    """Apply the decision's events to `state`, which has told of all changes before; `head` is the journal's so far."""
    records: list[Record] = []
    for event in decision.events:
        day = event.day if isinstance(event, DayOpened) else state.day
        record = Record(state.seq + 1, now, day, actor, event)
        apply(state, record)
        records.append(record)
    noted = state.take_noted()
    written, head = journal.rows(records, head)
    tickets, latest = projection.rows(noted)
    return Step(records, noted, [*written, *tickets, *projection.other_rows(records)], latest, head)
