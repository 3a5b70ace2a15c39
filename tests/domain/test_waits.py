"""C15, T12: people ahead are those who are called before, and a wait is told as a range that can be kept."""

import random

import pytest

from hallctl.domain import commands as c
from hallctl.domain import waits
from hallctl.domain.estimator import (
    Estimate,
)
from hallctl.domain.hours import Hours, Session, Week
from hallctl.domain.model import Priority, Ticket
from tests.domain.halls import MemoryHall
from tests.domain.lines import TEN_S, A, B, crowd, hall_of, plan

# ---------------------------------------------------------------- never a wrong number


def test_c15_never_zero_while_people_wait() -> None:
    """C15: at once only where a window is idle and nobody is before; while people wait a minute at least is told."""
    hall = hall_of(*(plan(str(n), A) for n in range(40)), busy=False)
    assert waits.expected_wait_s(hall.state, A, hall.at) == (0, 0)
    ticket = hall.take(A)
    low, high = waits.expected_wait_s(hall.state, A, hall.at) or (0, 0)
    assert 60 <= low < high
    assert waits.expected(hall.state, ticket, hall.at).wait_s == (0, 0), "the first one is called at once"


def test_c15_busy_windows_are_a_wait_though_nobody_is_ahead() -> None:
    hall = hall_of(plan("1", A), plan("2", A))
    low, high = waits.expected_wait_s(hall.state, A, hall.at) or (0, 0)
    assert 60 <= low < 0.8 * TEN_S / 2 < high


def test_c15_no_number_while_no_window_is_open() -> None:
    """C15: closed, paused, or calling others only: nobody knows."""
    hall = hall_of(plan("1", A), plan("2", B))
    hall.take(A)
    assert waits.expected_wait_s(hall.state, A, hall.at) is not None
    hall.must(c.FinishTicket("1"))
    hall.must(c.PauseWindow("1", "1"))
    assert waits.expected_wait_s(hall.state, A, hall.at) is None
    assert waits.expected_wait_s(hall.state, B, hall.at) is not None
    hall.must(c.ArrangeWindows((("2", plan("2", A)),)))
    assert waits.expected_wait_s(hall.state, A, hall.at) is not None
    assert waits.expected_wait_s(hall.state, B, hall.at) is None


TOLD = [
    # expected minutes, services until then, what is told in minutes
    (0.2, 0.8, (1, 2)),
    (8, 0.8, (1, 20)),
    (8, 12, (6, 11)),
    (20, 10, (14, 30)),
    (45, 30, (35, 60)),
    (90, 60, (80, 110)),
    (200, 80, (180, 240)),
]


@pytest.mark.parametrize(("minutes", "services", "told"), TOLD)
def test_the_range_is_round_and_narrower_the_more_services_it_is(
    minutes: float, services: float, told: tuple[int, int]
) -> None:
    found = waits.told(Estimate(minutes * 60_000, services))
    assert found is not None
    assert tuple(second / 60 for second in found) == told


# ---------------------------------------------------------------- people ahead


@pytest.mark.parametrize("policy", ["priority", "fifo"])
@pytest.mark.parametrize("seed", range(8))
def test_ahead_is_who_is_called_before(policy: str, seed: int) -> None:
    """C02–C04: head starts, ageing and the cap: if nobody comes any more each is called after just so many."""
    chance = random.Random(seed)
    classes = [Priority.NORMAL] * 4 + [Priority.GREEN, Priority.ELDER, Priority.PREGNANT]
    hall = hall_of(plan("1", A, policy=policy), busy=False)
    tickets = []
    for _ in range(14):
        tickets += crowd(hall, A, 1, chance.choice(classes))
        hall.at += chance.randint(0, 20) * 60_000
    told = {waits.position(hall.state, ticket, hall.at): ticket.id for ticket in tickets}
    called = []
    while (ticket := _next(hall)) is not None:
        called.append(ticket.id)
    assert [told[place] for place in sorted(told)] == called


def _next(hall: MemoryHall) -> Ticket | None:
    if not hall.state.waiting(A):
        return None
    ticket = hall.must(c.CallTicket("1"))
    hall.must(c.StartTicket("1"))
    hall.must(c.FinishTicket("1"))
    return ticket


def test_ahead_of_one_who_comes_now() -> None:
    """What the slip says is what the ticket's page says a moment later."""
    hall = hall_of(plan("1", A))
    crowd(hall, A, 3)
    crowd(hall, A, 2, Priority.GREEN)
    for priority, people in ((Priority.NORMAL, 5), (Priority.ELDER, 2), (Priority.GREEN, 2)):
        assert waits.ahead(hall.state, A, priority, hall.at) == people
    (ticket,) = crowd(hall, A, 1, Priority.ELDER)
    assert ticket.ahead == waits.position(hall.state, ticket, hall.at) == 2


def test_o08_a_clock_that_is_set_back_changes_nothing() -> None:
    """O08: who stands there already is ahead of who comes after the step, and nobody is told two hours for it."""
    hall = hall_of(plan("1", A))
    first = crowd(hall, A, 3)[-1]
    told = waits.expected(hall.state, first, hall.at).wait_s
    hall.at -= 2 * 3_600_000
    assert waits.expected(hall.state, first, hall.at).wait_s == told
    assert waits.ahead(hall.state, A, Priority.NORMAL, hall.at) == 3
    (ticket,) = crowd(hall, A, 1)
    assert ticket.ahead == waits.position(hall.state, ticket, hall.at) == 3
    wait = waits.expected_wait_s(hall.state, A, hall.at)
    assert wait is not None
    assert told is not None
    assert told < wait


def test_ahead_of_one_that_comes_back() -> None:
    """C07: after so many calls, or after those who are there if they are fewer."""
    hall = hall_of(plan("1", A), busy=False, services={A: {"missed": "requeue_after_k"}})
    first = hall.take(A)
    others = crowd(hall, A, 5)
    hall.must(c.CallTicket("1"))
    hall.must(c.MissTicket("1"))
    back = hall.state.tickets[first.id]
    assert back.after is not None
    assert waits.position(hall.state, back, hall.at) == 3
    assert waits.position(hall.state, others[1], hall.at) == 1
    assert waits.position(hall.state, others[4], hall.at) == 5, "the one that comes back is before"
    for ticket in others[2:]:
        hall.must(c.CancelTicket(ticket.id))
    assert waits.position(hall.state, back, hall.at) == 2


# ---------------------------------------------------------------- breaks


def test_t12_the_break_before_the_call_is_told() -> None:
    """T12: half an hour before noon with six ahead, also before any window is open."""
    week = Week(((Session(0, 12 * 60), Session(14 * 60, 24 * 60)),) * 7, ())
    hall = hall_of(plan("1", A), hours=Hours(week=week))
    noon = hall.at - hall.at % 86_400_000 + 12 * 3_600_000
    hall.at = noon - 30 * 60_000
    tickets = crowd(hall, A, 7)
    assert waits.expected(hall.state, tickets[0], hall.at).pause is None
    assert waits.expected(hall.state, tickets[6], hall.at).pause == (noon, noon + 2 * 3_600_000)
    hall.must(c.FinishTicket("1"))
    hall.must(c.PauseWindow("1", "1"))
    assert waits.expected(hall.state, tickets[6], hall.at) == (None, (noon, noon + 2 * 3_600_000))
