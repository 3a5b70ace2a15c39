"""What a day has left: the journal, the people's memory, the paper, and the hall that had no devices."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.apply import apply
from hallctl.domain.decide import decide
from hallctl.domain.decision import Decision
from hallctl.domain.events import Record
from hallctl.domain.layout import Layout
from hallctl.domain.model import SlipState
from hallctl.domain.state import HallState
from hallctl.store.verify import comparable
from tests.chaos.people import Answers
from tests.e2e.books import Books, assert_whole, read_books, replayed
from tests.e2e.load import EVENT_OF
from tests.e2e.printer import Copy

EVENTS: Final[dict[str, type[e.Event]]] = {
    **EVENT_OF,
    "ticket.recall": e.TicketRecalled,
    "ticket.miss": e.TicketMissed,
}
"""What each acknowledged request must have left in the journal."""

OF_DEVICES: Final = (
    e.DeviceReported,
    e.SlipBegun,
    e.SlipConfirmed,
    e.SlipFailed,
    e.SlipDoubted,
    e.SlipReprinted,
    e.SlipRequeued,
)
"""Events that a hall without devices does not have."""


@dataclass
class Found:
    """What one look at the books found."""

    tickets: int = 0
    calls: int = 0
    lost: int = 0
    doubled: int = 0
    slips: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def expect(self, true: object, what: str) -> None:
        if not true:
            self.problems.append(what)


def judge(
    data: Path, scratch: Path, answers: Answers, shown: HallState, told: list[dict[str, Any]], copies: list[Copy]
) -> Found:
    """The books of a daemon that does not run, against what people were told (`told`: the events a page was shown), the
    paper of all printers, and the state that the daemon had (`shown`)."""
    found = Found()
    books = read_books(data, scratch)
    try:
        assert_whole(books)
    except AssertionError as error:
        found.problems.append(f"the books are not whole: {str(error).splitlines()[0][:200]}")
    again = replayed(books.records)
    found.expect(comparable(again) == comparable(shown), "a replay of the journal gives another state")
    _acknowledged(answers, books, found)
    _called_alike(books.records, shown.layout, found)
    _slips(books, copies, told, found)
    return found


def _acknowledged(answers: Answers, books: Books, found: Found) -> None:
    """All that was acknowledged stands in the journal, at its place and once."""
    places = Counter(known.receipt["seq"] for known in answers.answered)
    for known in answers.answered:
        seq = known.receipt["seq"]
        event = books.records[seq - 1].event if seq <= len(books.records) else None
        if type(event) is not EVENTS[known.method] or event.ticket != known.receipt["ticket"]["id"]:
            found.lost += 1
    found.doubled += sum(count - 1 for count in places.values())
    taken = books.of(e.TicketTaken)
    found.tickets = len(taken)
    found.calls = len(books.of(e.TicketCalled))
    asked = sum(known.method == "ticket.take" for known in answers.answered)
    found.doubled += len(taken) - asked  # numbers come from the kiosks' pages only
    labels = Counter(event.label for event in taken)
    found.doubled += sum(count - 1 for count in labels.values())


def _called_alike(records: list[Record], layout: Layout, found: Found) -> None:
    """Each call fell on the ticket that a hall without devices would have called then, for the same reason."""
    state = HallState(layout=layout)
    for record in records:
        event = record.event
        if isinstance(event, OF_DEVICES):
            continue
        if isinstance(event, e.TicketCalled) and event.reason is None:
            decision = decide(state, c.CallTicket(event.window), record.at)
            same = isinstance(decision, Decision) and any(
                isinstance(made, e.TicketCalled) and (made.ticket, made.why) == (event.ticket, event.why)
                for made in decision.events
            )
            found.expect(same, f"call at {record.seq}: another ticket without devices")
        apply(state, record)


_SLIP: Final[dict[type[e.Event], SlipState]] = {
    e.SlipBegun: SlipState.PRINTING,
    e.SlipConfirmed: SlipState.PRINTED,
    e.SlipFailed: SlipState.FAILED,
    e.SlipDoubted: SlipState.UNKNOWN,
    e.SlipReprinted: SlipState.QUEUED,
    e.SlipRequeued: SlipState.QUEUED,
}
"""What becomes of a slip by each event; tickets that are closed have left the state."""


def _slips(books: Books, copies: list[Copy], told: list[dict[str, Any]], found: Found) -> None:
    """Each slip has come to an end that was told; what is told printed is on paper, no first slip is there twice."""
    slips: dict[str, SlipState] = {}
    labels: dict[str, str] = {}
    for record in books.records:
        event: Any = record.event
        if isinstance(event, e.TicketTaken):
            slips[event.ticket] = SlipState.QUEUED if event.printing else SlipState.NONE
            labels[event.ticket] = event.label
        elif type(event) in _SLIP:
            slips[event.ticket] = _SLIP[type(event)]
    found.slips = Counter(slip.value for slip in slips.values())
    for open_ in (SlipState.QUEUED, SlipState.PRINTING):
        found.expect(open_.value not in found.slips, f"{found.slips[open_.value]} slips still {open_.value}")
    for kind in (e.SlipFailed, e.SlipDoubted, e.SlipConfirmed):
        known = sorted(event.ticket for event in books.of(kind))
        seen = sorted(row["data"]["ticket"] for row in told if row["type"] == kind.TYPE)
        found.expect(known == seen, f"{kind.TYPE}: {len(known)} in the journal, {len(seen)} told")
    first = Counter(copy.label for copy in copies if not copy.marked)
    for label, count in first.items():
        found.expect(label in labels.values(), f"{label} is on paper and no ticket")
        found.expect(count == 1, f"{label} has {count} first slips")
    on_paper = {copy.label for copy in copies}
    for ticket, slip in slips.items():
        if slip is SlipState.PRINTED:
            found.expect(labels[ticket] in on_paper, f"{labels[ticket]} is told printed and is not on paper")
