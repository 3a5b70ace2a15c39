"""The times of 机动窗口 by a clock in the hand (W07, C13): 2026-11-23 is a Monday."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from hallctl.domain import commands as c
from hallctl.domain.hours import Hours
from hallctl.domain.layout import Layout, Mode
from hallctl.domain.schedule import Switch, due
from tests.domain.orders import MIDNIGHT, Order, layout, plan

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY_MS = 24 * 3600 * 1000
EVERY = (1, 2, 3, 4, 5, 6, 7)

MARKET = Mode("market", plan("1", "b", mode="market"), (((1, 3), 9 * 60, 11 * 60),))
NOON = Mode("noon", plan("1", "a", "b", mode="noon"), ((EVERY, 11 * 60, 13 * 60),))
LATE = Mode("late", plan("1", "q", mode="late"), ((EVERY, 23 * 60, 24 * 60),))


def hall(*modes: Mode) -> Order:
    plans = layout(plan("1", "a"), plan("2", "a", "b", "q"), modes={"1": modes} if modes else {})
    return Order(replace(plans, hours=Hours(tz=SHANGHAI, day_starts_min=180)))


def at(order: Order, time: str, day: int = 0) -> tuple[Switch, ...]:
    """What is due then; it is carried out."""
    hours, minutes = map(int, time.split(":"))
    order.hall.at = MIDNIGHT + day * DAY_MS + (hours * 60 + minutes) * 60_000
    if day and hours >= 3 and order.state.day == "2026-11-23":
        order.hall.must(c.OpenDay("2026-11-24"))
    switches = due(order.state, order.hall.at)
    if switches:
        order.hall.must(c.ArrangeWindows(switches))
    return switches


def switch(order: Order, mode: str | None) -> None:
    """A person switches window 1."""
    order.hall.must(c.ArrangeWindows((("1", mode),)))


def test_w07_a_window_switches_to_its_modes_and_back() -> None:
    """W07: once at each turn; the end of one time may be the beginning of another."""
    order = hall(MARKET, NOON)
    told = {time: at(order, time) for time in ("08:59", "09:00", "09:01", "10:59", "11:00", "12:59", "13:00", "17:00")}
    assert {time: switches for time, switches in told.items() if switches} == {
        "09:00": (("1", "market"),),
        "11:00": (("1", "noon"),),
        "13:00": (("1", None),),
    }


def test_w07_times_are_for_their_weekdays() -> None:
    """Market is on Mondays and Wednesdays only."""
    order = hall(MARKET)
    assert at(order, "09:30") == (("1", "market"),)
    assert at(order, "11:30") == (("1", None),)
    assert at(order, "09:30", day=1) == ()


def test_c13_a_switch_by_a_person_holds_until_the_next_turn() -> None:
    """C13: back at 10:00, and at 11:00 the clock has its way again."""
    order = hall(MARKET, NOON)
    at(order, "09:00")
    at(order, "10:00")
    switch(order, None)
    assert at(order, "10:01") == ()
    assert at(order, "10:59") == ()
    assert at(order, "11:00") == (("1", "noon"),)


def test_c13_a_switch_by_a_person_between_times_holds_until_the_next_one_begins() -> None:
    order = hall(MARKET)
    at(order, "08:00")
    switch(order, "market")
    assert at(order, "08:59") == ()
    assert at(order, "09:00") == ()
    assert order.state.plan("1") == MARKET.plan
    assert at(order, "11:00") == (("1", None),)


def test_c13_a_switch_by_a_person_ends_with_the_business_day_not_at_midnight() -> None:
    order = hall(NOON)
    at(order, "20:00")
    switch(order, "noon")
    assert at(order, "00:30", day=1) == ()
    assert order.state.plan("1") == NOON.plan
    assert at(order, "03:00", day=1) == ()
    assert order.state.window("1").plan is None, "a fresh day begins with the config's plans"


def test_c13_a_fresh_day_begins_by_the_clock() -> None:
    """A hall that is switched on at ten is in the mode of ten."""
    order = hall(replaced := replace_times(NOON, 9 * 60))
    assert at(order, "10:00", day=1) == (("1", replaced.name),)


def replace_times(mode: Mode, begin: int) -> Mode:
    return Mode(mode.name, mode.plan, ((EVERY, begin, 13 * 60),))


@pytest.mark.parametrize(("time", "expected"), [("08:00", ()), ("09:30", (("1", "market"),)), ("11:30", ())])
def test_a_machine_that_was_off_at_the_turn_looks_at_the_clock(time: str, expected: tuple[Switch, ...]) -> None:
    assert at(hall(MARKET), time) == expected


def test_a_time_may_last_until_midnight_in_a_day_that_goes_on() -> None:
    order = hall(LATE)
    assert at(order, "23:30") == (("1", "late"),)
    assert at(order, "00:00", day=1) == (("1", None),)
    assert at(order, "00:01", day=1) == ()


def test_o08_a_clock_that_was_set_back_is_followed() -> None:
    """O08: at two o'clock by a wrong clock the window was switched back; by the right one it is market still."""
    order = hall(MARKET)
    at(order, "09:00")
    assert at(order, "14:00") == (("1", None),)
    assert at(order, "10:00") == (("1", "market"),)
    assert at(order, "11:00") == (("1", None),)


def test_nothing_is_switched_while_the_day_is_closed() -> None:
    order = hall(MARKET)
    order.hall.must(c.CloseDay())
    assert at(order, "09:30") == ()


def test_windows_without_times_are_left_alone() -> None:
    order = hall(Mode("free", plan("1", "b", mode="free")))
    assert at(order, "09:30") == ()
    switch(order, "free")
    assert at(order, "12:00") == ()
    assert order.state.plan("1").mode == "free"


CHANGED: dict[str, tuple[Layout, tuple[Switch, ...]]] = {
    "the mode calls something else now": (hall(Mode("busy", plan("1", "q", mode="busy"))).layout, (("1", "busy"),)),
    "the mode is no more": (hall().layout, (("1", None),)),
    "another mode is on": (hall(MARKET).layout, (("1", "market"),)),
}


@pytest.mark.parametrize(("changed", "expected"), CHANGED.values(), ids=CHANGED)
def test_a_mode_is_what_the_config_says_now(changed: Layout, expected: tuple[Switch, ...]) -> None:
    """After a restart with another config no window goes on by a plan that is written nowhere."""
    order = hall(Mode("busy", plan("1", "b", mode="busy")))
    at(order, "09:30")
    switch(order, "busy")
    order.state.layout = changed
    assert at(order, "09:31") == expected
    assert at(order, "09:32") == ()


def test_a_plan_of_the_moment_whose_service_is_no_more_ends() -> None:
    order = hall()
    order.hall.must(c.ArrangeWindows((("1", plan("1", "b")),)))
    assert at(order, "09:31") == ()
    services = {name: service for name, service in order.layout.services.items() if name != "b"}
    order.state.layout = replace(order.layout, services=services, windows={"1": plan("1", "a"), "2": plan("2", "a")})
    assert at(order, "09:32") == (("1", None),)
