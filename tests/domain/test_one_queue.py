"""Code 212: who has an appointment never queues twice for it, in any order of events (A02).

Citizens book, take numbers by card, check in by whatever way, come early, late or not at all; windows call, miss,
restore and finish; days turn, clocks step, notices of emergency come and go.
"""

from collections import Counter
from copy import deepcopy

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hallctl.domain import commands as c
from hallctl.domain.agenda import Agenda
from hallctl.domain.apply import apply
from hallctl.domain.booking import BookingStage
from hallctl.domain.booking_commands import CheckInAppointment, LiftBlock, MissAppointments, SetQuota
from hallctl.domain.booking_events import AppointmentBooked
from hallctl.domain.decision import Decision
from hallctl.domain.events import TicketTaken
from hallctl.domain.model import OPEN, Priority
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from tests.domain.bookings import BookingHall, moment, person

PEOPLE = st.sampled_from(["li", "wang"])
SERVICES = st.sampled_from(["tax", "social"])
TIMES = st.sampled_from(["09:00", "09:30", "10:00", "10:30"])
DAYS = st.integers(0, 2)
WINDOWS = st.sampled_from(["1", "2"])
SCHEDULE = ("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30")


class Citizens(RuleBasedStateMachine):
    """Two citizens who do everything that citizens do."""

    def __init__(self) -> None:
        super().__init__()
        self.hall = BookingHall()
        self.days = 0

    @initialize()
    def begin(self) -> None:
        self.hall.open("1", "2")

    def do(self, command: c.Command) -> Decision | Refusal:
        before = deepcopy((self.hall.state.appointments, self.hall.state.blocks, self.hall.state.quotas))
        answer = self.hall.do(command)
        if isinstance(answer, Refusal):
            assert answer.sentence("zh")
            state = self.hall.state
            assert (state.appointments, state.blocks, state.quotas) == before
        return answer

    @rule(minutes=st.sampled_from([1, 7, 16, 31, 65, -20]))
    def time_passes(self, minutes: int) -> None:
        self.hall.at += minutes * 60_000

    @rule(who=PEOPLE, time=TIMES, ahead=DAYS, service=SERVICES, remote=st.booleans())
    def book(self, who: str, time: str, ahead: int, service: str, remote: bool) -> None:
        day = SCHEDULE[min(self.days + ahead, len(SCHEDULE) - 1)]
        self.hall.ask_for(who, time, day, service, remote, phone=f"p-{who}", tail="1234")

    @rule(who=PEOPLE, service=SERVICES, priority=st.sampled_from([Priority.NORMAL, Priority.ELDER]))
    def take_by_card(self, who: str, service: str, priority: Priority) -> None:
        self.do(c.TakeTicket(service, priority, "kiosk-1", person=person(who)))

    @rule(who=PEOPLE, service=SERVICES)
    def check_in_by_card(self, who: str, service: str) -> None:
        mine = [a.id for a in self.hall.state.appointments.values() if a.who == who and a.service == service]
        for appointment in mine:
            self.do(CheckInAppointment(appointment, person=person(who)))

    @rule(data=st.data(), key=st.sampled_from(["code", "appointment", "tail"]))
    def check_in_otherwise(self, data: st.DataObject, key: str) -> None:
        known = sorted(self.hall.state.appointments)
        if known:
            chosen = self.hall.state.appointments[data.draw(st.sampled_from(known))]
            self.do(CheckInAppointment(**{key: chosen.id if key == "appointment" else getattr(chosen, key)}))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        known = sorted(self.hall.state.appointments)
        if known:
            self.hall.cancel(self.hall.state.appointments[data.draw(st.sampled_from(known))])


class Halls(Citizens):
    """... in a hall with appointments, whose staff do everything that a hall does."""

    @rule()
    def miss(self) -> None:
        self.do(MissAppointments(0))

    @rule()
    def lift(self) -> None:
        for block in list(self.hall.state.blocks.values()):
            self.do(LiftBlock(block.appointment or ""))

    @rule(time=TIMES, quota=st.none() | st.integers(0, 4))
    def set_quota(self, time: str, quota: int | None) -> None:
        self.do(SetQuota("tax", moment(time, SCHEDULE[self.days]), quota))

    @rule(window=WINDOWS, end=st.sampled_from(["finish", "miss", "undo", "hold", "transfer"]))
    def call(self, window: str, end: str) -> None:
        self.do(c.CallTicket(window))
        ticket = self.hall.state.window(window).ticket
        if ticket is None:
            return
        if end in {"finish", "hold", "transfer"}:
            self.do(c.StartTicket(window))
        ends: dict[str, c.Command] = {
            "finish": c.FinishTicket(window),
            "miss": c.MissTicket(window),
            "undo": c.UndoTicket(window),
            "hold": c.HoldTicket(window),
            "transfer": c.TransferTicket(ticket, service="plain"),
        }
        self.do(ends[end])

    @rule(data=st.data(), cancelled=st.booleans())
    def by_the_staff(self, data: st.DataObject, cancelled: bool) -> None:
        known = sorted(self.hall.state.tickets)
        if known:
            ticket = data.draw(st.sampled_from(known))
            self.do(c.CancelTicket(ticket) if cancelled else c.RestoreTicket(ticket))

    @rule()
    def the_day_turns(self) -> None:
        if self.days + 1 < len(SCHEDULE):
            self.days += 1
            self.hall.at = max(self.hall.at, moment("08:00", SCHEDULE[self.days]))
            self.do(c.OpenDay(SCHEDULE[self.days]))

    @rule()
    def the_day_closes_and_opens_again(self) -> None:
        self.do(c.CloseDay())
        self.do(c.OpenDay(SCHEDULE[self.days]))

    @rule()
    def emergency(self) -> None:
        self.do(c.DeclareEmergency("火警"))
        self.do(c.TakeTicket("tax", person=person("li")))
        self.do(c.EndEmergency())

    # ------------------------------------------------------------ what must hold

    @invariant()
    def an_appointment_is_one_way_to_one_number(self) -> None:
        """No two live tickets name one appointment, and whoever still has one to come has taken no number since."""
        state = self.hall.state
        named = Counter(t.appointment for t in state.tickets.values() if t.appointment is not None)
        assert not [appointment for appointment, times in named.items() if times > 1]
        for appointment in state.appointments.values():
            assert (appointment.stage is BookingStage.CHECKED_IN) == (appointment.ticket is not None)
            if appointment.stage is BookingStage.BOOKED and appointment.day == state.day:
                numbers = [
                    ticket.id
                    for ticket in state.tickets.values()
                    if ticket.person is not None and ticket.person.digest == appointment.who
                    and ticket.service == appointment.service and ticket.day == appointment.day
                ]  # fmt: skip
                assert [number for number in numbers if taken(self, number) > booked(self, appointment.id)] == []

    @invariant()
    def nobody_stands_twice_in_a_queue(self) -> None:
        state = self.hall.state
        for appointment in state.appointments.values():
            if appointment.stage is not BookingStage.CHECKED_IN or appointment.day != state.day:
                continue
            own = state.tickets.get(appointment.ticket or "")
            mine = [
                ticket.id
                for ticket in state.tickets.values()
                if ticket.person is not None and ticket.person.digest == appointment.who
                and ticket.service == ticket.queue == appointment.service and ticket.stage in OPEN
            ]  # fmt: skip
            if own is not None and own.id in mine:
                assert [other for other in mine if taken(self, other) > taken(self, own.id)] == []

    @invariant()
    def quotas_hold(self) -> None:
        state = self.hall.state
        for (service, start), count in state.agenda.filled.items():
            own = state.quotas.get(f"{service}@{start}")
            assert count <= (own.quota if own is not None else 2) or self.days > 0

    @invariant()
    def indexes_are_those_of_the_appointments(self) -> None:
        agenda = Agenda()
        for appointment in self.hall.state.appointments.values():
            agenda.change(None, appointment)
        assert agenda == self.hall.state.agenda

    def teardown(self) -> None:
        """What a replay of the journal gives is the same."""
        again = HallState()
        for record in self.hall.records:
            apply(again, record)
        state = self.hall.state
        assert (again.appointments, again.blocks, again.quotas) == (state.appointments, state.blocks, state.quotas)
        assert again.tickets == state.tickets


def taken(halls: Citizens, ticket: str) -> int:
    """The record by which the number was given."""
    return next(r.seq for r in halls.hall.records if isinstance(r.event, TicketTaken) and r.event.ticket == ticket)


def booked(halls: Citizens, appointment: str) -> int:
    """The record by which the appointment was made."""
    made = (r for r in halls.hall.records if isinstance(r.event, AppointmentBooked))
    return next(record.seq for record in made if record.event.appointment == appointment)


TestHalls = Halls.TestCase
TestHalls.settings = settings(max_examples=40, stateful_step_count=60, deadline=None)
