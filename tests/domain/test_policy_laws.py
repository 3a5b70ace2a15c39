"""What holds of every choice, whatever the plans are and whoever comes: work conservation, order, the cap, no
starvation, determinism."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain import policy
from hallctl.domain.model import ORDINARY, Priority, Stage, Ticket, WindowPlan
from hallctl.domain.state import HallState, entry, place_of
from hallctl.errors import Refusal
from tests.domain.halls import copy_of
from tests.domain.orders import Order, layout, plan

QUEUES = ("a", "b", "q")
WINDOWS = ("1", "2", "3")
PRIVILEGED = [priority for priority in Priority if priority not in ORDINARY]


@st.composite
def plans(draw: st.DrawFn, window: str) -> WindowPlan:
    """Any plan that a hall may have."""
    served = draw(st.permutations(QUEUES).map(lambda names: names[: draw(st.integers(1, 3))]))
    own = draw(st.integers(1, len(served)))
    policy_name = draw(st.sampled_from(sorted(policy.POLICIES)))
    ratio = {name: draw(st.integers(1, 5)) for name in served} if policy_name == "ratio" else {}
    return plan(
        window, *served[:own], policy=policy_name, help=tuple(served[own:]), ratio=ratio,
        help_when=draw(st.integers(0, 2)), help_from=draw(st.integers(1, 3)),
    )  # fmt: skip


def eligible(state: HallState, ticket: Ticket, window: WindowPlan, now: int) -> bool:
    """Whether the window may call the ticket now: said of one ticket, by looking at everybody."""
    if ticket.stage is not Stage.WAITING or _early(ticket, now):
        return False
    if ticket.after is None and (ticket.target is not None or ticket.for_clerk is not None):
        return ticket.target == window.id or (
            ticket.target is None and ticket.for_clerk == state.window(window.id).clerk
        )
    if ticket.queue in window.services:
        return True
    if ticket.queue not in window.help:
        return False
    mine = [other for other in state.tickets.values() if _counts_for(state, other, window, now)]
    theirs = [
        other for other in state.tickets.values()
        if other.stage is Stage.WAITING and place_of(other) == ("service", ticket.queue) and not _early(other, now)
    ]  # fmt: skip
    return len(mine) <= window.help_when and len(theirs) >= window.help_from


def _early(ticket: Ticket, now: int) -> bool:
    return ticket.priority is Priority.APPOINTMENT and ticket.after is None and ticket.place > now


def _counts_for(state: HallState, ticket: Ticket, window: WindowPlan, now: int) -> bool:
    """Whether the ticket is one of those who wait for the window's own services."""
    if ticket.stage is not Stage.WAITING or _early(ticket, now):
        return False
    kind, name = place_of(ticket)
    if kind in {"service", "returning"}:
        return name in window.services
    return (kind, name) in {("window", window.id), ("clerk", state.window(window.id).clerk)}


@dataclass
class Laws:
    """Plays random steps and checks every call against what it knows by itself."""

    order: Order
    rows: dict[str, int] = field(default_factory=dict)
    """queue → privileged calls in a row that passed over an ordinary ticket of it, reckoned apart from the state."""

    @property
    def state(self) -> HallState:
        return self.order.state

    def call(self, window: str) -> Ticket | None:
        """A call, with all that must hold of it."""
        self.order.finish(window)
        state, now = self.state, self.order.hall.at
        its = state.plan(window)
        before = copy_of(state)
        choice = policy.choose(state, its, now)
        assert policy.choose(state, its, now) == choice
        assert copy_of(state) == before
        may = [ticket for ticket in state.tickets.values() if eligible(state, ticket, its, now)]
        if choice is None:
            assert may == [], "work conservation"
            assert isinstance(self.order.hall.do(c.CallTicket(window)), Refusal)
            return None
        chosen = state.tickets[choice.ticket]
        assert chosen in may
        self._in_order(chosen)
        self._told(choice, may)
        self._count(choice, chosen, its, may)
        self.order.hall.must(c.CallTicket(window))
        return chosen

    def _in_order(self, chosen: Ticket) -> None:
        """Nobody of the same class who stands at the same place before it waits on."""
        for other in self.state.tickets.values():
            if (
                other.stage is Stage.WAITING
                and other.priority is chosen.priority
                and place_of(other) == place_of(chosen)
            ):
                assert entry(chosen) <= entry(other)

    def _told(self, choice: policy.Choice, may: list[Ticket]) -> None:
        """Reasons name others who could have been called, each once, and no amount is negative."""
        named = [other.ticket for other in choice.beat]
        assert len(named) == len(set(named)) == min(policy.BEATEN_KEPT, choice.among - 1)
        assert choice.ticket not in named
        assert set(named) <= {ticket.id for ticket in may}
        assert all(other.amount >= 0 for other in choice.beat), choice

    def _count(self, choice: policy.Choice, chosen: Ticket, its: WindowPlan, may: list[Ticket]) -> None:
        """The cap: no privileged call where it is reached for an ordinary ticket that could have been called."""
        if its.policy == "fifo":
            rows = [chosen.queue] if chosen.priority in ORDINARY else []
        elif its.policy == "ratio" and choice.why != "returned":
            rows = [chosen.queue]
        else:
            rows = [ticket.queue for ticket in may]
        for queue in set(rows):
            if chosen.priority in ORDINARY:
                self.rows[queue] = 0
            elif any(ticket.queue == queue and ticket.priority in ORDINARY for ticket in may):
                assert self.rows.get(queue, 0) < self.state.layout.cap, "the cap"
                self.rows[queue] = self.rows.get(queue, 0) + 1

    def come(self, service: str, priority: Priority, where: str, in_min: int) -> None:
        """Somebody comes; an appointment's slot begins in so many minutes."""
        hall = self.order.hall
        number = self.state.tally(service).number + 1
        label = f"{service.upper()}{number:03d}"
        slot = hall.at + in_min * 60_000
        place = slot if priority is Priority.APPOINTMENT else self.state.place(hall.at)
        hall.tell(e.TicketTaken(self.order.id_of(label), service, number, label, priority, place, 0))
        if where:
            target, clerk = (where[1:], None) if where[0] == ">" else (None, f"10{where[1:]}")
            hall.tell(e.TicketTransferred(self.order.id_of(label), service, target, for_clerk=clerk))

    def restore(self) -> None:
        """Everybody who has missed a call stands at the old place again."""
        for ticket in [ticket for ticket in self.state.tickets.values() if ticket.stage is Stage.MISSED]:
            self.order.hall.do(c.RestoreTicket(ticket.id))


STEPS = st.one_of(
    st.tuples(
        st.just("come"), st.sampled_from(QUEUES), st.sampled_from([*Priority, Priority.NORMAL, Priority.NORMAL]),
        st.sampled_from(["", "", "", "", ">1", ">2", "@3"]), st.integers(-20, 40),
    ),
    st.tuples(st.just("call"), st.sampled_from(WINDOWS)),
    st.tuples(st.just("call"), st.sampled_from(WINDOWS)),
    st.tuples(st.just("miss"), st.sampled_from(WINDOWS)),
    st.tuples(st.just("restore")),
    st.tuples(st.just("wait"), st.integers(0, 3600)),
    st.tuples(st.just("clock"), st.integers(-7200, 7200)),
)  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    hall=st.tuples(*(plans(window) for window in WINDOWS)), steps=st.lists(STEPS, max_size=60), cap=st.integers(1, 3)
)
def test_every_choice_keeps_the_laws(hall: tuple[WindowPlan, ...], steps: list[Any], cap: int) -> None:
    """C02, C03: for any plans and any order of events: a window that asks is not told that nobody waits while somebody
    does whom it may call; the order inside a class stands; the cap holds; a choice is a pure function."""
    missed = {"a": "requeue_after_k", "b": "tail"}
    laws = Laws(Order(layout(*hall, cap=cap, missed=missed, target={"a": 600, "b": 1800})))
    for kind, *rest in steps:
        match kind:
            case "come":
                laws.come(*rest)
            case "call":
                laws.call(*rest)
            case "miss":
                laws.order.hall.do(c.MissTicket(*rest))
            case "restore":
                laws.restore()
            case _:
                laws.order.hall.at += rest[0] * 1000


@settings(max_examples=60, deadline=None)
@given(
    mine=plans("1"),
    before=st.lists(st.sampled_from(QUEUES), max_size=5),
    queue=st.sampled_from(QUEUES),
    stream=st.sampled_from(PRIVILEGED),
    cap=st.integers(1, 3),
)
def test_nobody_starves(mine: WindowPlan, before: list[str], queue: str, stream: Priority, cap: int) -> None:
    """C03: privileged people come to every service without end; one ordinary ticket and those before it are called
    within a number of calls that depends on the plan only."""
    laws = Laws(Order(layout(mine, plan("2", *QUEUES), cap=cap, target={"a": 60, "b": 14_400})))
    for service in [*before, queue]:
        laws.come(service, Priority.NORMAL, "", 0)
    last = list(laws.state.tickets)[-1]
    if queue not in mine.services or mine.policy == "fifo":
        return
    shares = sum(share for _name, share in mine.ratio) or 1
    bound = (len(before) + 2) * (cap + 1) * shares + 2 * len(QUEUES) * policy.CREDIT_CALLS * shares
    for _ in range(bound):
        for service in QUEUES:
            laws.come(service, stream, "", 0)
        laws.order.hall.at += 1000
        laws.call("1")
        if laws.state.tickets[last].stage is not Stage.WAITING:
            return
    pytest.fail(f"not called in {bound} calls")


@settings(max_examples=60, deadline=None)
@given(arrivals=st.lists(st.tuples(st.sampled_from(QUEUES), st.sampled_from(Priority)), min_size=1, max_size=30))
def test_fifo_is_the_order_of_coming(arrivals: list[tuple[str, Priority]]) -> None:
    laws = Laws(Order(layout(plan("1", *QUEUES, policy="fifo"))))
    for service, priority in arrivals:
        laws.come(service, priority, "", 0)
    taken = list(laws.state.tickets)
    assert [called.id for _ in taken if (called := laws.call("1"))] == taken


@settings(max_examples=100, deadline=None)
@given(mine=plans("1"), arrivals=st.lists(st.tuples(st.sampled_from(QUEUES), st.sampled_from(Priority)), max_size=20),
       calls=st.integers(0, 6))  # fmt: skip
def test_an_undo_leaves_no_trace_in_the_rules(
    mine: WindowPlan, arrivals: list[tuple[str, Priority]], calls: int
) -> None:
    """C17: rows, credits and the next choice are as if the call had never been made."""
    laws = Laws(Order(layout(mine)))
    for service, priority in arrivals:
        laws.come(service, priority, "", 0)
    for _ in range(calls):
        laws.call("1")
    laws.order.finish("1")
    fair = _fair(laws.state)
    choice = policy.choose(laws.state, mine, laws.order.hall.at)
    if choice is None:
        return
    laws.order.hall.must(c.CallTicket("1"))
    laws.order.hall.must(c.UndoTicket("1"))
    assert _fair(laws.state) == fair
    assert policy.choose(laws.state, mine, laws.order.hall.at) == choice


def _fair(state: HallState) -> object:
    window = state.window("1")
    return (window.streak, window.credits, {queue: state.tally(queue).streak for queue in QUEUES})


@settings(max_examples=60, deadline=None)
@given(shares=st.fixed_dictionaries({name: st.integers(1, 9) for name in QUEUES}))
def test_c02_shares_hold_within_one_call(shares: dict[str, int]) -> None:
    """C02: with people in all services each gets its share of any number of calls, give or take one."""
    laws = Laws(Order(layout(plan("1", *QUEUES, policy="ratio", ratio=shares))))
    for service in QUEUES:
        for _ in range(45):
            laws.come(service, Priority.NORMAL, "", 0)
    got = dict.fromkeys(QUEUES, 0)
    for calls in range(1, 41):
        called = laws.call("1")
        assert called is not None
        got[called.queue] += 1
        for name in QUEUES:
            assert abs(got[name] - calls * shares[name] / sum(shares.values())) <= 1
