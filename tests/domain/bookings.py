"""A hall that takes appointments, for tests: Monday to Friday 09:00–11:00 in slots of half an hour, two people each."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from hallctl.domain.booking import Appointment, BookingRules, SlotRule
from hallctl.domain.booking_commands import (
    BookAppointment,
    CancelAppointment,
    CheckInAppointment,
    MissAppointments,
    Wish,
)
from hallctl.domain.commands import CallTicket, FinishTicket, OpenDay, StartTicket, TakeTicket
from hallctl.domain.decision import Decision
from hallctl.domain.hours import Hours
from hallctl.domain.layout import Layout, Service
from hallctl.domain.model import Person, Priority, Ticket, WindowPlan
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from tests.domain.halls import MemoryHall

TZ = ZoneInfo("Asia/Shanghai")
MONDAY, TUESDAY = "2026-11-23", "2026-11-24"
SLOTS = (SlotRule((1, 2, 3, 4, 5), 9 * 60, 11 * 60, 30, 2),)


def layout(
    rules: BookingRules | None = None, slots: tuple[SlotRule, ...] = SLOTS, missed: str = "staff_restore"
) -> Layout:
    """Two services with appointments, one without; three windows that serve everything."""
    services = ("tax", "social", "plain")
    return Layout(
        services={
            name: Service(name, prefix, "main", 300, "optional", missed=missed, slots=() if name == "plain" else slots)
            for name, prefix in zip(services, "ABC", strict=True)
        },
        windows={name: WindowPlan(name, "main", services) for name in ("1", "2", "3")},
        kiosk_printers={"kiosk-1": None},
        hours=Hours(TZ, 180),
        booking=rules or BookingRules(),
        miss_after_s=0,
    )


def moment(time: str, day: str = MONDAY) -> int:
    """``"09:30"`` or ``"09:30:15"`` of the date, ms."""
    return int(datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=TZ).timestamp() * 1000)


def person(name: str) -> Person:
    """Somebody: the name is the digest."""
    return Person(name, f"{name[:1]}*", "**************001X", "resident")


def refused(answer: Decision | Refusal) -> str:
    """The code of a refusal that has its sentences."""
    assert isinstance(answer, Refusal), answer
    assert answer.sentence("zh")
    assert answer.sentence("en")
    return answer.code


@dataclass
class BookingHall(MemoryHall):
    """A memory hall on its Monday at 08:00; citizens come by name."""

    state: HallState = field(default_factory=lambda: HallState(layout=layout()))
    at: int = moment("08:00")
    codes: "count[int]" = field(default_factory=lambda: count(10_000_001))
    since: int = 0

    @classmethod
    def with_rules(cls, rules: BookingRules | None = None, **changed: Any) -> "BookingHall":
        hall = cls(HallState(layout=layout(rules, **changed)))
        return hall.on(MONDAY)

    def on(self, day: str, time: str = "08:00") -> "BookingHall":
        """The day has begun."""
        self.at = moment(time, day)
        self.must(OpenDay(day))
        return self

    def clock(self, time: str, day: str | None = None) -> "BookingHall":
        self.at = moment(time, day or self.state.day or MONDAY)
        return self

    def wish(self, who: str | None, time: str, day: str | None = None, service: str = "tax", **more: Any) -> Wish:
        holder = None if who is None else person(who)
        return Wish(
            service, moment(time, day or self.state.day or MONDAY), (str(next(self.codes)),), holder=holder, **more
        )

    def book(
        self, who: str | None, time: str, day: str | None = None, service: str = "tax", **more: Any
    ) -> Appointment:
        decision = self.ask_for(who, time, day, service, **more)
        assert isinstance(decision, Decision), decision
        return self.state.appointments[str(decision.appointment)]

    def ask_for(
        self, who: str | None, time: str, day: str | None = None, service: str = "tax", remote: bool = True, **more: Any
    ) -> Decision | Refusal:
        return self.do(BookAppointment(self.wish(who, time, day, service, **more), "portal:web", remote))

    def check_in(self, appointment: Appointment, **more: Any) -> Decision | Refusal:
        return self.do(CheckInAppointment(code=appointment.code, **more))

    def order(self, window: str = "1") -> list[str]:
        """Labels in the order in which the window calls everybody who may be called now."""
        labels = []
        while isinstance(self.do(CallTicket(window)), Decision):
            labels.append(self.state.tickets[str(self.state.window(window).ticket)].label)
            self.must(StartTicket(window))
            self.must(FinishTicket(window))
        return labels

    def ticket_of(self, decision: Decision | Refusal) -> Ticket:
        assert isinstance(decision, Decision), decision
        return self.state.tickets[str(decision.ticket)]

    def take_as(
        self, who: str | None, service: str = "tax", priority: Priority = Priority.NORMAL
    ) -> Decision | Refusal:
        return self.do(TakeTicket(service, priority, person=None if who is None else person(who)))

    def miss(self) -> Decision | Refusal:
        return self.do(MissAppointments(self.since))

    def cancel(self, appointment: Appointment, **more: Any) -> Decision | Refusal:
        return self.do(CancelAppointment(appointment.id, **more))

    def now(self, appointment: Appointment) -> Appointment:
        """The appointment as it is now."""
        return self.state.appointments[appointment.id]
