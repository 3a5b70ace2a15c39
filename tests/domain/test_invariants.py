"""Random commands: what must hold of every hall at every moment."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.apply import apply
from hallctl.domain.model import ACTIVE, OPEN, Level, Person, Priority, Stage
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from tests.domain.halls import LAYOUT, MemoryHall, copy_of

WINDOWS = st.sampled_from(["1", "2", "3"])
SERVICES = st.sampled_from(["pooled", "police"])
CLERKS = st.sampled_from(["101", "102", "103"])
PERSONS = st.none() | st.builds(Person, st.sampled_from(["d1", "d2"]), st.just("张*"), st.just("**16"), st.just("x"))

AT_WINDOW = [
    c.RecallTicket, c.StartTicket, c.FinishTicket, c.MissTicket, c.HoldTicket, c.UndoTicket, c.OpenWindow,
    c.ResumeWindow, c.CloseWindow, c.LogoutClerk, c.CallTicket,
]  # fmt: skip


class Halls(RuleBasedStateMachine):
    """Every command in any order; refusals change nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.hall = MemoryHall()
        self.days = 0

    @initialize()
    def begin(self) -> None:
        self.hall.open("1", "2")
        self.hall.must(c.SetAccount("103", "103", ("window",), "hash"))

    def do(self, command: c.Command) -> None:
        before = copy_of(self.hall.state)
        count = len(self.hall.records)
        answer = self.hall.do(command)
        if isinstance(answer, Refusal):
            assert copy_of(self.hall.state) == before
            assert len(self.hall.records) == count

    @rule(seconds=st.integers(-7200, 7200))
    def clock_steps(self, seconds: int) -> None:
        self.hall.at += seconds * 1000

    @rule(service=SERVICES, priority=st.sampled_from(Priority), person=PERSONS)
    def take(self, service: str, priority: Priority, person: Person | None) -> None:
        self.do(c.TakeTicket(service, priority, "kiosk-1", person=person))
        self.hall.at += 1

    @rule(kind=st.sampled_from(AT_WINDOW), window=WINDOWS)
    def at_window(self, kind: Any, window: str) -> None:
        self.do(kind(window))

    @rule(window=WINDOWS)
    def pause(self, window: str) -> None:
        self.do(c.PauseWindow(window, "午休"))

    @rule(window=WINDOWS, clerk=CLERKS, over=st.booleans())
    def sit_down(self, window: str, clerk: str, over: bool) -> None:
        self.do(c.TakeOverWindow(window, clerk) if over else c.LoginClerk(window, clerk))

    @rule(data=st.data(), window=WINDOWS, service=SERVICES, move=st.integers(0, 5))
    def with_ticket(self, data: st.DataObject, window: str, service: str, move: int) -> None:
        known = sorted(self.hall.state.tickets)
        if not known:
            return
        ticket = data.draw(st.sampled_from(known))
        self.do(
            [
                c.CallTicket(window, ticket, "chosen"),
                c.CancelTicket(ticket),
                c.RestoreTicket(ticket),
                c.ResumeTicket(window, ticket),
                c.TransferTicket(ticket, service=service),
                c.TransferTicket(ticket, window=window, by=window),
            ][move]
        )

    @rule(window=WINDOWS, level=st.sampled_from(Level))
    def rate(self, window: str, level: Level) -> None:
        self.do(c.RateTicket(window, level))

    @rule()
    def next_day(self) -> None:
        self.days += 1
        self.do(c.OpenDay(f"2026-12-{self.days:02d}" if self.days < 29 else "2027-01-01"))

    @rule(skip=st.none() | st.builds(c.SkipNumbers, st.integers(0, 1000), st.none() | SERVICES, st.booleans()))
    def close_day_or_skip(self, skip: c.SkipNumbers | None) -> None:
        self.do(skip or c.CloseDay())

    @rule()
    def restart(self) -> None:
        self.do(c.StartHall("test", "digest"))

    # ------------------------------------------------------------ what must hold

    @invariant()
    def at_most_one_active_ticket_per_window(self) -> None:
        state = self.hall.state
        active = [ticket for ticket in state.tickets.values() if ticket.stage in ACTIVE]
        assert len({ticket.window for ticket in active}) == len(active)
        for ticket in active:
            assert state.window(str(ticket.window)).ticket == ticket.id
        for window in state.windows.values():
            if window.ticket is not None:
                assert state.tickets[window.ticket].stage in ACTIVE

    @invariant()
    def each_waiting_ticket_stands_in_one_lane(self) -> None:
        state = self.hall.state
        lanes = [lane for classes in state.lanes.values() for lane in classes.values()]
        standing = Counter(entry[2] for lane in lanes for entry in lane)
        waiting = {ticket.id for ticket in state.tickets.values() if ticket.stage is Stage.WAITING}
        assert set(standing) == waiting
        assert all(count == 1 for count in standing.values())
        for lane in lanes:
            assert list(lane) == sorted(lane)

    @invariant()
    def numbers_are_unique_and_left_out_only_where_told(self) -> None:
        """T01: from 1 on each day, by one, but where numbers were skipped."""
        last: dict[str, int] = {}
        for record in self.hall.records:
            event = record.event
            if isinstance(event, e.DayOpened) and event.fresh:
                last = {}
            elif isinstance(event, e.TicketTaken):
                assert event.number == last.get(event.service, 0) + 1
                last[event.service] = event.number
            elif isinstance(event, e.NumbersSkipped):
                assert last.get(event.service, 0) < event.number <= last.get(event.service, 0) + 999
                last[event.service] = event.number

    @invariant()
    def stages_add_up_to_the_issued(self) -> None:
        """Each ticket is in exactly one stage: live, or gone with a final one."""
        taken = sum(1 for record in self.hall.records if isinstance(record.event, e.TicketTaken))
        gone = sum(1 for r in self.hall.records if isinstance(r.event, e.TicketCancelled | e.TicketExpired))
        finished = sum(1 for record in self.hall.records if isinstance(record.event, e.TicketFinished))
        live = sum(1 for ticket in self.hall.state.tickets.values() if ticket.stage in OPEN)
        missed_and_left = taken - gone - finished - live
        assert 0 <= missed_and_left <= sum(1 for r in self.hall.records if isinstance(r.event, e.TicketMissed))

    @invariant()
    def no_wait_is_negative(self) -> None:
        """O08: steps of the clock make no negative wait."""
        assert all(tally.wait_sum_ms >= 0 and tally.serve_mean_ms >= 0 for tally in self.hall.state.tallies.values())

    def teardown(self) -> None:
        """A replay of the journal gives the live state."""
        replayed = HallState(layout=LAYOUT)
        for record in self.hall.records:
            apply(replayed, record)
        assert copy_of(replayed) == copy_of(self.hall.state)


Halls.TestCase.settings = settings(
    max_examples=60, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)
TestHalls = Halls.TestCase
