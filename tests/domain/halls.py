"""A hall in memory for tests of the domain: no disk, no loop, a clock in the hand."""

from dataclasses import dataclass, field

from hallctl.domain.apply import apply
from hallctl.domain.commands import (
    CallTicket,
    Command,
    FinishTicket,
    HoldTicket,
    LoginClerk,
    MissTicket,
    OpenDay,
    OpenWindow,
    SetAccount,
    StartTicket,
    TakeTicket,
)
from hallctl.domain.decide import decide
from hallctl.domain.decision import Decision
from hallctl.domain.events import DayOpened, Event, Record
from hallctl.domain.layout import Layout, Service
from hallctl.domain.model import Stage, Ticket, WindowPlan
from hallctl.domain.state import HallState
from hallctl.errors import Refusal

LAYOUT = Layout(
    services={
        "pooled": Service("pooled", "A", "main", 540, "optional"),
        "police": Service("police", "C", "main", 600, "optional"),
    },
    windows={
        "1": WindowPlan("1", "main", ("pooled",)),
        "2": WindowPlan("2", "main", ("pooled", "police")),
        "3": WindowPlan("3", "main", ("police",), "fifo"),
    },
    kiosk_printers={"kiosk-1": None, "kiosk-2": "printer-2"},
)


@dataclass
class MemoryHall:
    """decide and apply, and the journal they make."""

    state: HallState = field(default_factory=lambda: HallState(layout=LAYOUT))
    records: list[Record] = field(default_factory=list)
    at: int = 1_790_000_000_000

    def do(self, command: Command, actor: str = "test") -> Decision | Refusal:
        """Decide, and apply unless refused."""
        decision = decide(self.state, command, self.at)
        if isinstance(decision, Decision):
            for event in decision.events:
                self.tell(event, actor)
        return decision

    def must(self, command: Command) -> Ticket | None:
        """As `do`; a refusal fails the test. The ticket it was about, if it is live."""
        decision = self.do(command)
        assert isinstance(decision, Decision), decision
        return self.state.tickets.get(decision.ticket or "")

    def tell(self, event: Event, actor: str = "test") -> None:
        day = event.day if isinstance(event, DayOpened) else self.state.day
        record = Record(self.state.seq + 1, self.at, day, actor, event)
        apply(self.state, record)
        self.records.append(record)

    def open(self, *windows: str) -> "MemoryHall":
        """A day, with a clerk at each window given."""
        self.must(OpenDay("2026-11-23"))
        for window in windows:
            self.must(SetAccount(f"10{window}", f"clerk {window}", ("window",), "hash"))
            self.must(LoginClerk(window, f"10{window}"))
            self.must(OpenWindow(window))
        return self

    def take(self, service: str = "pooled") -> Ticket:
        ticket = self.must(TakeTicket(service))
        assert ticket is not None
        self.at += 1000
        return ticket

    def ticket_in(self, stage: Stage) -> Ticket:
        """A ticket of window 1 in the stage; done means: its rating is asked."""
        ticket = self.take()
        steps: dict[Stage, list[Command]] = {
            Stage.WAITING: [],
            Stage.CALLED: [CallTicket("1")],
            Stage.SERVING: [CallTicket("1"), StartTicket("1")],
            Stage.HELD: [CallTicket("1"), StartTicket("1"), HoldTicket("1")],
            Stage.MISSED: [CallTicket("1"), MissTicket("1")],
            Stage.DONE: [CallTicket("1"), StartTicket("1"), FinishTicket("1")],
        }
        for command in steps[stage]:
            self.must(command)
        return self.state.tickets[ticket.id]


def copy_of(state: HallState) -> tuple[object, ...]:
    """Everything in the state that a refusal must not touch."""
    standing = (((*place, of), lane) for place, classes in state.lanes.items() for of, lane in classes.items())
    lanes = {place: tuple(lane) for place, lane in standing if len(lane)}
    return (
        state.seq,
        state.day,
        state.last_day,
        dict(state.tickets),
        dict(state.windows),
        dict(state.tallies),
        dict(state.devices),
        dict(state.accounts),
        dict(state.terminals),
        list(state.calls.values()),
        set(state.helps),
        lanes,
        dict(state.persons),
        set(state.targets),
        dict(state.asked),
        dict(state.appointments),
        dict(state.blocks),
        dict(state.quotas),
        dict(state.scans),
    )
