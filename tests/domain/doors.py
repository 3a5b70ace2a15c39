"""A hall with hours and limits for tests: one service that asks for a card if one is there, citizens by name."""

from dataclasses import dataclass, field, replace
from typing import Any

from hallctl.domain.commands import (
    CancelTicket,
    FinishTicket,
    LoginClerk,
    OpenDay,
    OpenWindow,
    SetAccount,
    StartTicket,
    TakeTicket,
)
from hallctl.domain.decision import Decision
from hallctl.domain.events import TicketTaken
from hallctl.domain.hours import Hours
from hallctl.domain.layout import Layout, Limits, Segment, Service
from hallctl.domain.model import Person, WindowPlan
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from tests.domain.halls import MemoryHall
from tests.domain.schedule import SHANGHAI, at

MONDAY = "2026-11-23"
"""A working day without a holiday near it."""

ROUND_THE_CLOCK = Hours(SHANGHAI, 180)


def segment(begin: str, end: str, limit: int) -> Segment:
    """A part of the day with its limit: ``segment("09:00", "10:00", 30)``."""
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (begin, end))
    return Segment(first, last, limit)


def person(name: str) -> Person:
    """Somebody: the name is the digest."""
    return Person(name, f"{name[:1]}*", "**************001X", "resident")


@dataclass
class Doors(MemoryHall):
    """A memory hall that gives numbers of ``pooled`` within hours and limits."""

    state: HallState = field(default_factory=HallState)

    @classmethod
    def of(
        cls, limits: Limits | None = None, hours: Hours = ROUND_THE_CLOCK, identity: str = "optional", **more: Any
    ) -> "Doors":
        service = Service("pooled", "A", "main", 300, identity, limits=limits or Limits(), **more)
        police = Service("police", "C", "main", 300, "optional")
        layout = Layout(
            {"pooled": service, "police": police},
            {"1": WindowPlan("1", "main", ("pooled", "police"))},
            {"kiosk-1": None, "kiosk-2": "printer-2"},
            hours=hours,
        )
        return cls(HallState(layout=layout)).on(MONDAY)

    def on(self, day: str, time: str = "08:00") -> "Doors":
        """The day has begun."""
        self.clock(f"{day} {time}")
        self.must(OpenDay(day))
        return self

    def staffed(self) -> "Doors":
        """With a clerk at the window."""
        self.must(SetAccount("101", "clerk", ("window",), "hash"))
        self.must(LoginClerk("1", "101"))
        self.must(OpenWindow("1"))
        return self

    def clock(self, text: str) -> "Doors":
        """Set the clock: ``"09:30"`` of this day, or with its date."""
        self.at = at(text if " " in text else f"{self.state.day or MONDAY} {text}")
        return self

    def ask(self, who: str | None = None, service: str = "pooled", **more: Any) -> Decision | Refusal:
        """Somebody asks for a number."""
        return self.do(TakeTicket(service, person=None if who is None else person(who), **more))

    def gives(self, who: str | None = None, service: str = "pooled", **more: Any) -> TicketTaken:
        """As `ask`, and a new number is given."""
        decision = self.ask(who, service, **more)
        assert isinstance(decision, Decision), decision
        [event] = decision.events
        assert isinstance(event, TicketTaken)
        return event

    def cancel(self, event: TicketTaken) -> None:
        self.must(CancelTicket(event.ticket))

    def serve(self) -> None:
        """Serve who is called, to the end."""
        self.must(StartTicket("1"))
        self.must(FinishTicket("1"))

    def limit(self, **changed: Any) -> None:
        """Change the limits of the pooled service, as another config does."""
        services = self.state.layout.services
        pooled = services["pooled"]
        services["pooled"] = replace(pooled, limits=Limits(**changed))


def refused(answer: Decision | Refusal) -> Refusal:
    """The refusal, which has its sentences."""
    assert isinstance(answer, Refusal), answer
    assert answer.sentence("zh")
    assert answer.sentence("en")
    return answer
