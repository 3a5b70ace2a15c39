"""C15: the parts of an expected wait: windows and their shares, how long one takes, who still comes, noon."""

import pytest

from hallctl.domain import booking_commands as b
from hallctl.domain import commands as c
from hallctl.domain import waits
from hallctl.domain.booking import SlotRule
from hallctl.domain.estimator import (
    FIRST,
    LATER,
    SHOWS,
    Standing,
    estimate,
    turn_ms,
    with_fewer_windows,
)
from hallctl.domain.hours import Hours, Reduced
from hallctl.domain.model import Priority, Stage
from tests.domain.lines import NINE, TEN_S, A, B, crowd, hall_of, plan, serve, services_until

# ---------------------------------------------------------------- windows


@pytest.mark.parametrize(("windows", "people"), [(1, 0), (1, 3), (4, 3), (4, 20)])
def test_windows_of_one_service(windows: int, people: int) -> None:
    hall = hall_of(*(plan(str(n), A) for n in range(windows)))
    ticket = crowd(hall, A, people + 1)[-1]
    assert services_until(hall, ticket) == pytest.approx((people + FIRST) / windows)


def test_a_pool_is_one_queue() -> None:
    """综合窗口: those ahead for other services at the same windows are before too."""
    hall = hall_of(plan("1", A, B), plan("2", A, B))
    crowd(hall, B, 4)
    ticket = crowd(hall, A, 1)[-1]
    crowd(hall, B, 5)
    assert services_until(hall, ticket) == pytest.approx((4 + FIRST) / 2)


def test_a_shared_window_has_its_share_of_the_other_queue() -> None:
    """机动窗口: of eight for A two fall to window 4, and B waits for these and its own."""
    hall = hall_of(plan("1", A), plan("2", A), plan("3", A), plan("4", B, A))
    crowd(hall, A, 8)
    ticket = crowd(hall, B, 1)[-1]
    assert services_until(hall, ticket) == pytest.approx(8 / 4 + FIRST)
    ticket = crowd(hall, A, 1)[-1]
    assert services_until(hall, ticket) == pytest.approx((8 + FIRST + 1) / 4)


def test_shares_bound_what_others_get_before() -> None:
    """``ratio`` 1:3 for B: of many for A the window calls no more than a third as many."""
    ratio = ((A, 1), (B, 3))
    hall = hall_of(plan("1", A, B, policy="ratio", ratio=ratio))
    crowd(hall, A, 12)
    ticket = crowd(hall, B, 6)[-1]
    assert services_until(hall, ticket) == pytest.approx(5 + FIRST + 6 / 3)


def test_relative_waits_let_the_hurried_service_pass() -> None:
    """``longest_relative_wait``: who aims at five minutes is before those who have just come and aim at an hour."""
    targets = {A: {"target_s": 3600}, B: {"target_s": 300}}
    hall = hall_of(plan("1", A, B, policy="longest_relative_wait"), services=targets)
    crowd(hall, A, 5)
    ticket = crowd(hall, B, 1)[-1]
    assert services_until(hall, ticket) < 1
    ticket = crowd(hall, A, 1)[-1]
    assert services_until(hall, ticket) > 6


def test_a_window_that_helps_out_counts_while_it_does() -> None:
    """W07: help from three on, while at most one waits for its own."""
    hall = hall_of(plan("1", A), plan("2", B, help=(A,), help_when=1, help_from=3))
    ticket = crowd(hall, A, 2)[-1]
    assert services_until(hall, ticket) == pytest.approx(1 + FIRST)
    ticket = crowd(hall, A, 4)[-1]
    assert services_until(hall, ticket) == pytest.approx((5 + FIRST) / 2)
    crowd(hall, B, 2)
    assert services_until(hall, ticket) == pytest.approx(5 + FIRST)


def test_meant_for_a_window_or_its_clerk() -> None:
    """C08: the wait is that of this window, and those who stand behind there wait longer."""
    hall = hall_of(plan("1", A), plan("2", A))
    tickets = crowd(hall, A, 4)
    for ticket in tickets[1:3]:
        hall.must(c.TransferTicket(ticket.id, window="2"))
    meant = hall.state.tickets[tickets[2].id]
    assert waits.position(hall.state, meant, hall.at) == 1
    told = waits.expected(hall.state, meant, hall.at).wait_s
    assert told is not None
    assert told[0] < 20 * 60 < told[1]
    assert services_until(hall, tickets[3]) == pytest.approx((1 + FIRST + 2) / 2)
    hall.must(c.PauseWindow("2", "1"))
    assert waits.expected(hall.state, meant, hall.at).wait_s in (None, told), "paused at once, or after its ticket"


# ---------------------------------------------------------------- how long one takes


def test_today_counts_more_and_more() -> None:
    """The config says ten minutes; today each takes five, and the clerk pauses for one: a turn is six."""
    hall = hall_of(plan("1", A), busy=False)
    crowd(hall, A, 60)
    told = [turn_ms(hall.state, A)]
    for _ in range(50):
        serve(hall, 300, pause_s=60)
        told.append(turn_ms(hall.state, A))
    assert told[0] == TEN_S * 1000
    assert told[10] == pytest.approx(480_000, rel=0.03), "ten of the config's, ten of today's"
    assert told[50] == pytest.approx(400_000, rel=0.03)
    assert hall.state.tally(A).turn_mean_ms == pytest.approx(360_000, rel=0.02)


def test_a_pause_while_nobody_waits_is_no_turn() -> None:
    """Nor is one of more than five minutes, a call that is undone, or a ticket that somebody forgot for hours."""
    hall = hall_of(plan("1", A), busy=False)
    hall.at += 60_000
    hall.take(A)
    serve(hall, 300)
    assert hall.state.tally(A).turn_mean_ms == 300_000
    crowd(hall, A, 2)
    serve(hall, 300, pause_s=301)
    assert hall.state.tally(A).turn_mean_ms == 300_000
    hall.must(c.CallTicket("1"))
    hall.at += 9_000
    hall.must(c.UndoTicket("1"))
    assert hall.state.tally(A).turn_mean_ms == 300_000
    serve(hall, 5 * 3600)
    assert hall.state.tally(A).turn_mean_ms < 300_000 + 3_600_000 / 3


def test_who_does_not_come_takes_a_turn_too() -> None:
    hall = hall_of(plan("1", A), busy=False)
    hall.take(A)
    hall.must(c.CallTicket("1"))
    hall.at += 90_000
    hall.must(c.MissTicket("1"))
    assert hall.state.tally(A).turn_mean_ms == 90_000


# ---------------------------------------------------------------- who still comes


def test_the_privileged_who_will_come_are_counted_in() -> None:
    """Half of today's share: where every second one is privileged a normal one waits a quarter longer or so."""
    hall = hall_of(plan("1", A), busy=False)
    for _ in range(20):
        hall.take(A)
        crowd(hall, A, 1, Priority.GREEN)
        serve(hall, TEN_S)
        serve(hall, TEN_S)
    assert hall.state.tally(A).privileged == 20
    ticket = crowd(hall, A, 8)[-1]
    green = crowd(hall, A, 1, Priority.GREEN)[-1]
    share = LATER * 20.5 / 50
    people = waits.position(hall.state, ticket, hall.at)
    assert people == 8
    found = estimate(hall.state, Standing(A, ticket.priority, ticket.place, ticket.seq, 20), hall.at)
    assert found is not None
    assert found.wait_ms == pytest.approx((20 + FIRST) * TEN_S * 1000 / (1 - share))
    found = estimate(hall.state, Standing(A, green.priority, green.place, green.seq, 20), hall.at)
    assert found is not None
    assert found.wait_ms == pytest.approx((20 + FIRST) * TEN_S * 1000)


def test_appointments_of_the_hour_are_counted_in() -> None:
    """A02: six have booked the half hour that has just begun; most of them come, before who takes a number now."""
    slots = (SlotRule((1, 2, 3, 4, 5, 6, 7), 0, 24 * 60, 30, 6),)
    hall = hall_of(plan("1", A), services={A: {"slots": slots}})
    begins = hall.at - hall.at % 1_800_000 + 1_800_000
    for number in range(6):
        wish = b.Wish(service=A, start=begins, codes=(f"{number:06d}",), phone=f"p{number}")
        hall.must(b.BookAppointment(wish=wish, source="test"))
    hall.at = begins
    ticket = crowd(hall, A, 12)[-1]
    assert services_until(hall, ticket) == pytest.approx(11 + FIRST + 6 * SHOWS, rel=0.01)


def test_checked_in_early_is_not_called_before_the_slot() -> None:
    """A03: forty minutes early with a window that is idle: forty minutes at least."""
    slots = (SlotRule((1, 2, 3, 4, 5, 6, 7), 0, 24 * 60, 30, 6),)
    hall = hall_of(plan("1", A), busy=False, services={A: {"slots": slots}})
    begins = hall.at - hall.at % 1_800_000 + 2 * 1_800_000
    hall.must(b.BookAppointment(wish=b.Wish(service=A, start=begins, codes=("123456",), phone="p"), source="test"))
    hall.at = begins - 40 * 60_000
    hall.must(b.CheckInAppointment(code="123456"))
    ticket = next(ticket for ticket in hall.state.tickets.values() if ticket.stage is Stage.WAITING)
    low, high = waits.expected(hall.state, ticket, hall.at).wait_s or (0, 0)
    assert low == 40 * 60 < high


# ---------------------------------------------------------------- fewer windows


NOON = [
    # at, minutes of waiting with four windows, what they become with one from 12:00 to 13:00
    ("09:00", 60, 60),
    ("11:40", 20, 20),
    ("11:40", 30, 20 + 10 * 4),
    ("11:40", 35, 20 + 15 * 4),
    ("11:40", 60, 80 + 25 - 6),
    ("12:30", 20, 20),
    ("12:30", 70, 30 + 40 / 4 - 6),
]


@pytest.mark.parametrize(("time", "minutes", "becomes"), NOON)
def test_fewer_windows_over_noon(time: str, minutes: float, becomes: float) -> None:
    """C15: the windows that open again call at once: who waits until then waits for most of a service less."""
    hours = Hours(reduced=(Reduced(720, 780, 0.25),))
    hour, minute = map(int, time.split(":"))
    now = NINE - 9 * 3_600_000 + (hour * 60 + minute) * 60_000
    count = 1 if time == "12:30" else 4
    found = with_fewer_windows(hours, now, minutes * 60_000, count, 10 * 60_000)
    assert found / 60_000 == pytest.approx(becomes)
