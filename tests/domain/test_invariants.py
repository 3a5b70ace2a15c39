"""Random commands: what must hold of every hall at every moment."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from hallctl.domain import commands as c
from hallctl.domain.model import Desk, Level, Person, Priority, Stage
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from tests.domain.halls import LAYOUT, copy_of
from tests.domain.laws import Laws

WINDOWS = st.sampled_from(["1", "2", "3"])
SERVICES = st.sampled_from(["pooled", "police"])
CLERKS = st.sampled_from(["101", "102", "103"])
PERSONS = st.none() | st.builds(Person, st.sampled_from(["d1", "d2"]), st.just("张*"), st.just("**16"), st.just("x"))

MISSED = st.sampled_from(["void", "requeue_after_k", "tail", "staff_restore"])
AIMS = st.one_of(
    SERVICES.map(lambda name: ("service", name)),
    WINDOWS.map(lambda name: ("window", name)),
    CLERKS.map(lambda name: ("clerk", name)),
)

AT_WINDOW = [
    c.RecallTicket, c.StartTicket, c.FinishTicket, c.MissTicket, c.HoldTicket, c.UndoTicket, c.OpenWindow,
    c.ResumeWindow, c.CloseWindow, c.LogoutClerk, c.CallTicket,
]  # fmt: skip

SELDOM: dict[int, c.Command] = {
    1: c.CloseDay(), 2: c.OpenDay("2026-11-23"), 3: c.StartHall("test", "digest"), 4: c.DeclareEmergency("撤离"),
    5: c.EndEmergency(), 6: c.EndEmergency(), 7: c.EndEmergency(),
}  # fmt: skip


def usual(state: HallState, window: str, chance: int) -> c.Command:
    """The next thing to be done at the window, now and then another one."""
    desk, active = state.window(window), state.active(window)
    if desk.clerk is None:
        return c.LoginClerk(window, f"10{window}")
    if desk.state is not Desk.OPEN:
        return c.OpenWindow(window) if desk.state is Desk.CLOSED else c.ResumeWindow(window)
    if active is None:
        held = [t.id for t in state.tickets.values() if t.stage is Stage.HELD and chance == 0]
        return c.ResumeTicket(window, held[0]) if held else c.CallTicket(window)
    if active.stage is Stage.CALLED:
        return (c.MissTicket(window), c.MissTicket(window), c.UndoTicket(window), *(c.StartTicket(window),) * 3)[chance]
    other = "police" if active.queue == "pooled" else "pooled"
    back = c.TransferTicket(active.id, service=other, by=window, back=True)
    return (c.HoldTicket(window), c.FinishTicket(window, then=other), back, *(c.FinishTicket(window),) * 3)[chance]


class Halls(Laws):
    """Every command in any order; refusals change nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.days = 0

    @initialize(missed=st.tuples(MISSED, MISSED), held_at_end=st.sampled_from(["expire", "carry"]))
    def begin(self, missed: tuple[str, str], held_at_end: str) -> None:
        services = {
            name: replace(service, missed=rule, missed_k=2)
            for (name, service), rule in zip(LAYOUT.services.items(), missed, strict=True)
        }
        self.hall.state.layout = replace(LAYOUT, services=services, held_at_end=held_at_end)
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
        last, carried = self.hall.state.tally(service).number, set(self.hall.state.carried)
        self.do(c.TakeTicket(service, priority, "kiosk-1", person=person))
        prefix = LAYOUT.services[service].prefix
        for number in range(last + 1, self.hall.state.tally(service).number):
            assert f"{prefix}{number:03d}" in carried, "left out only because yesterday's is still open"
            self.left_out.add((str(self.hall.state.day), number))
        self.hall.at += 1

    @rule(window=WINDOWS, chance=st.integers(0, 5))
    def work(self, window: str, chance: int) -> None:
        """What a clerk does as a rule."""
        self.do(usual(self.hall.state, window, chance))

    @rule(window=WINDOWS, chance=st.integers(0, 5))
    def work_more(self, window: str, chance: int) -> None:
        self.do(usual(self.hall.state, window, chance))

    @rule(kind=st.sampled_from(AT_WINDOW), window=WINDOWS)
    def at_window(self, kind: Any, window: str) -> None:
        self.do(kind(window))

    @rule(window=WINDOWS)
    def pause(self, window: str) -> None:
        self.do(c.PauseWindow(window, "午休"))

    @rule(window=WINDOWS, clerk=CLERKS, over=st.booleans())
    def sit_down(self, window: str, clerk: str, over: bool) -> None:
        self.do(c.TakeOverWindow(window, clerk) if over else c.LoginClerk(window, clerk))

    @rule(window=WINDOWS, service=SERVICES)
    def step(self, window: str, service: str) -> None:
        self.do(c.FinishTicket(window, then=service))

    @rule(data=st.data(), back=st.booleans(), aim=AIMS)
    def send_on(self, data: st.DataObject, back: bool, aim: tuple[str, str]) -> None:
        known = sorted(self.hall.state.tickets)
        if known:
            ticket = data.draw(st.sampled_from(known))
            by = data.draw(st.none() | WINDOWS)
            self.do(c.TransferTicket(ticket, back=back, by=by, **{aim[0]: aim[1]}))

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

    @rule(
        rare=st.integers(0, 19),
        skip=st.builds(c.SkipNumbers, st.integers(0, 1000), st.none() | SERVICES, st.booleans()),
    )
    def seldom(self, rare: int, skip: c.SkipNumbers) -> None:
        """What stops a hall or changes its day: much of it, and little else would happen."""
        if rare == 0:
            self.days += 1
            self.do(c.OpenDay(f"2026-12-{self.days:02d}" if self.days < 29 else "2027-01-01"))
        elif rare in SELDOM:
            self.do(SELDOM[rare])
        elif rare == 9:
            self.do(skip)


Halls.TestCase.settings = settings(
    max_examples=60, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)
TestHalls = Halls.TestCase
