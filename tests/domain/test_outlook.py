"""L05: the look ahead tells waits that can be worked out by hand, and what another plan would change."""

import copy
from typing import Final

import pytest
from msgspec.structs import replace

from hallctl.domain import commands as c
from hallctl.domain.layout import Layout, Service
from hallctl.domain.model import Priority, WindowPlan
from hallctl.domain.outlook import _CHOICES, TURN_S, Outlook, Scene, outlook, play, recent_rates, scene
from hallctl.domain.policy import POLICIES
from hallctl.domain.state import HallState
from tests.domain.watched import WatchedHall

A, B = "a", "b"
SERVE_S: Final = 600 - TURN_S
"""A window needs ten minutes for one."""

NO_RATES: Final[dict[str, float]] = {}


def layout(*plans: WindowPlan, mean_s: int = SERVE_S) -> Layout:
    services = {name: Service(name, name.upper(), "main", mean_s) for name in (A, B)}
    return Layout(services, {plan.id: plan for plan in plans}, {})


def plan(window: str, *services: str, **more: object) -> WindowPlan:
    return replace(WindowPlan(window, "main", services), **more)


def hall_of(*plans: WindowPlan) -> WatchedHall:
    """A hall with these windows, all open."""
    hall = WatchedHall(HallState(layout=layout(*plans)))
    hall.open(*(each.id for each in plans))
    return hall


def crowd(hall: WatchedHall, service: str, count: int) -> WatchedHall:
    """So many come at once."""
    for _ in range(count):
        hall.must(c.TakeTicket(service))
    return hall


def look(hall: WatchedHall, rates: dict[str, float] = NO_RATES, **plans: WindowPlan) -> dict[str, Outlook]:
    return play(scene(hall.state, hall.at, rates), plans)


def test_nobody_waits_and_nobody_comes() -> None:
    assert look(hall_of(plan("1", A))) == {A: Outlook(0, 0, 0, 0), B: Outlook(0, 0, 0, 0)}


@pytest.mark.parametrize(
    ("windows", "people", "mean_min", "longest_min"), [(1, 4, 15, 30), (2, 4, 5, 10), (4, 4, 0, 0)]
)
def test_who_waits_is_called_one_by_one(windows: int, people: int, mean_min: int, longest_min: int) -> None:
    """Ten minutes each: with one window 0, 10, 20, 30 minutes from now."""
    hall = crowd(hall_of(*(plan(str(n), A) for n in range(windows))), A, people)
    assert look(hall)[A] == Outlook(people, mean_min * 60, longest_min * 60, 0)


def test_the_wait_so_far_counts() -> None:
    hall = crowd(hall_of(plan("1", A)), A, 2).pass_min(20)
    assert look(hall)[A] == Outlook(2, 25 * 60, 30 * 60, 0)


def test_the_present_ticket_is_served_first() -> None:
    """Six of its ten minutes are left; of one that takes longer than usual, a quarter of the usual."""
    hall = crowd(hall_of(plan("1", A)), A, 2)
    hall.must(c.CallTicket("1"))
    hall.must(c.StartTicket("1"))
    assert look(hall.pass_min(4))[A].mean_s == (4 + 6) * 60
    assert look(hall.pass_min(36))[A].mean_s == (40 + 2.5) * 60


def test_people_come_at_their_rate() -> None:
    """Twelve an hour where six are served: every five minutes one, and each waits five minutes longer."""
    hall = hall_of(plan("1", A))
    seen = look(hall, {A: 12.0})[A]
    assert seen == Outlook(12, 55 * 60 // 2, 55 * 60, 0)
    assert look(hall, {A: 6.0})[A] == Outlook(6, 0, 0, 0), "just as many as are served"


def test_a_queue_without_a_window_waits_to_the_end_of_the_look() -> None:
    hall = crowd(hall_of(plan("1", B)), A, 3)
    assert look(hall, {A: 2.0})[A] == Outlook(5, (3 * 180 + 165 + 135) * 60 // 5, 180 * 60, 5)


def test_windows_that_are_not_open_do_not_call() -> None:
    hall = crowd(hall_of(plan("1", A), plan("2", A)), A, 4)
    hall.must(c.PauseWindow("2", "开会"))
    assert look(hall)[A].mean_s == 15 * 60
    assert play(scene(hall.state, hall.at, NO_RATES), opened=("2",))[A].mean_s == 5 * 60


def test_another_plan_for_a_window() -> None:
    """What would be if window 2 called the other queue too, or instead."""
    hall = crowd(hall_of(plan("1", A), plan("2", B)), A, 4)
    assert (look(hall)[A].mean_s, look(hall, **{"2": plan("2", B, A)})[A].mean_s) == (900, 300)
    hall.at += 1
    crowd(hall, B, 1)
    shared = look(hall, **{"2": plan("2", B, A)})
    assert (shared[A].mean_s, shared[B].mean_s) == (300, 1200), "two at once, the oldest first: a a, a a, b"
    instead = look(hall, **{"2": plan("2", A)})
    assert (instead[A].mean_s, instead[B].left) == (300, 1)


def test_the_oldest_is_next_whatever_the_queue() -> None:
    hall = hall_of(plan("1", A, B))
    for service in (A, B, B, A):
        hall.take(service)
    seen = look(hall)
    assert (seen[A].longest_s, seen[B].longest_s) == (30 * 60 + 1, 20 * 60 + 2)


def test_shares_are_kept() -> None:
    """3:1 over eight calls: six of a, two of b, the second of b fifth or later."""
    hall = crowd(crowd(hall_of(plan("1", A, B, policy="ratio", ratio=((A, 3), (B, 1)))), A, 6), B, 2)
    seen = look(hall)
    assert seen[A].longest_s == 70 * 60 or seen[B].longest_s == 70 * 60
    assert seen[A].mean_s < seen[B].mean_s + 600
    assert seen[B].longest_s >= 4 * 600


def test_the_relative_wait_decides() -> None:
    """b aims at a tenth of the wait of a: it is called first though it came later."""
    hall = hall_of(plan("1", A, B, policy="longest_relative_wait"))
    hall.state.layout.services[B] = Service(B, "B", "main", SERVE_S, target_s=120)
    crowd(hall, A, 2).pass_min(5)
    crowd(hall, B, 1).pass_min(5)
    assert look(hall)[B].mean_s == 300


def test_help_comes_while_its_own_queue_is_short() -> None:
    helping = plan("2", B, help=(A,), help_when=0, help_from=3)
    hall = crowd(hall_of(plan("1", A), helping), A, 4)
    assert look(hall)[A].mean_s == 7.5 * 60, "0, 10, 20 minutes at window 1; one at once at window 2, then too few wait"
    crowd(hall, B, 2)
    assert look(hall)[B].mean_s == 5 * 60, "its own first"


def test_those_meant_for_a_window_are_its_load() -> None:
    hall = crowd(hall_of(plan("1", A), plan("2", A)), A, 2)
    ticket = next(iter(hall.state.tickets))
    hall.must(c.TransferTicket(ticket, window="2"))
    view = scene(hall.state, hall.at, NO_RATES)
    assert (view.desks["1"] - hall.at, view.desks["2"] - hall.at) == (0, 600_000)
    assert len(view.queues[A]) == 1


def test_who_has_checked_in_early_comes_with_the_slot() -> None:
    hall = crowd(hall_of(plan("1", A)), A, 1)
    ticket = next(iter(hall.state.tickets.values()))
    early = replace(ticket, priority=Priority.APPOINTMENT, place=hall.at + 600_000)
    hall.state.put(early)
    assert look(hall)[A] == Outlook(1, 0, 0, 0)


def test_how_many_come_is_judged_by_those_who_came_of_late() -> None:
    hall = hall_of(plan("1", A)).take_many(10, A, every_s=60)
    hall.take_many(1, B, every_s=60)
    assert recent_rates(hall.state, hall.at) == {A: 20, B: 2}
    assert recent_rates(hall.state, hall.at + 3_600_000) == {}
    assert outlook(hall.state, hall.at)[A].people == 10 + 20


def test_the_same_hall_gives_the_same_answer_and_is_left_as_it_is() -> None:
    hall = crowd(hall_of(plan("1", A, B), plan("2", B)), A, 20)
    crowd(hall, B, 20)
    view = scene(hall.state, hall.at, {A: 20.0, B: 10.0})
    before = copy.deepcopy(view)
    assert play(view, {"2": plan("2", A)}) == play(view, {"2": plan("2", A)})
    assert view == before


def test_a_service_that_is_no_more_is_left_out() -> None:
    """A plan that was arranged before the config was changed still works for the rest."""
    hall = crowd(hall_of(plan("1", A)), A, 2)
    assert look(hall, **{"1": plan("1", "gone", A, help=("gone too",), help_when=9)})[A].mean_s == 300


def test_every_policy_is_known() -> None:
    assert set(_CHOICES) == set(POLICIES)


def test_a_look_at_a_county_is_bounded() -> None:
    """96 windows, 40 services, 600 waiting, 2,000 coming: steps, not time, are what is counted."""
    services = {f"s{n}": Service(f"s{n}", f"{n}", "main", 480) for n in range(40)}
    names = list(services)
    windows = {str(n): WindowPlan(str(n), "main", (names[n % 40], names[(n + 7) % 40])) for n in range(96)}
    view = Scene(
        0,
        Layout(services, windows, {}),
        {name: [-1000 * n for n in range(15, 0, -1)] for name in names},
        dict.fromkeys(names, 510_000),
        dict.fromkeys(names, 72_000),
        dict.fromkeys(windows, 0),
        windows,
    )
    seen = play(view)
    assert sum(row.people for row in seen.values()) == 40 * (15 + 50)
