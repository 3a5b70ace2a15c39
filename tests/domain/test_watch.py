"""L05: each rule tells once, and takes back once what it has told (hysteresis)."""

import pytest
from msgspec.structs import replace

from hallctl.domain import commands as c
from hallctl.domain.hours import Hours
from hallctl.domain.model import Desk
from hallctl.domain.state import HallState
from hallctl.domain.threshold import QueueLine, Watching
from hallctl.domain.watch import RULES, longest_since, overdue, watch
from hallctl.domain.watch_commands import DismissAlert, RaiseAlert
from tests.domain.schedule import at
from tests.domain.schedule import hall as hours_of
from tests.domain.watched import WATCHING, WatchedHall, township


def opened(*windows: str, watching: Watching = WATCHING) -> WatchedHall:
    hall = WatchedHall(HallState(layout=township(watching)))
    hall.open(*windows)
    return hall


def rules_now(hall: WatchedHall) -> set[str]:
    """The rules whose line is reached at this moment."""
    return {row.rule for row in watch(hall.state, hall.at) if row.over}


def serve(hall: WatchedHall, count: int, window: str = "1") -> None:
    for _ in range(count):
        hall.must(c.CallTicket(window))
        hall.must(c.StartTicket(window))
        hall.must(c.FinishTicket(window))


def test_a_quiet_hall_says_nothing() -> None:
    hall = opened("1", "2", "3", "5", "6").take_many(4)
    assert watch(hall.state, hall.at) == [(*("waiting", "general", None), 4, 5, False)]
    assert hall.settled() == []


def test_waiting_is_told_once_and_taken_back_once() -> None:
    """From 5 on for a minute; back at 60 % of 5 for a minute, not before: one person more or less changes nothing."""
    hall = opened("1", "2").take_many(5)
    assert hall.look() == []
    assert hall.pass_min(0.9).look() == []
    assert hall.pass_min(0.1).look() == ["waiting"]
    assert hall.settled() == ["waiting"]
    alert = hall.alert("waiting")
    assert (alert.service, alert.window, alert.value, alert.line, alert.stage) == ("general", None, 5, 5, "raised")
    serve(hall, 2)
    assert hall.settled() == ["waiting"], "3 of 5 is not below 60 %"
    hall.take_many(3)
    assert hall.settled() == ["waiting"]
    serve(hall, 4)
    assert hall.look() == ["waiting"]
    assert hall.pass_min(1).look() == []
    assert hall.told() == ["alert.raised", "alert.cleared"]


def test_what_does_not_last_is_not_told() -> None:
    hall = opened("1", "2").take_many(5)
    hall.look()
    serve(hall, 1)
    hall.pass_min(0.9).look()
    hall.take_many(1)
    hall.look()
    assert hall.pass_min(0.5).look() == [], "the minute began anew"


def test_a_clock_set_back_only_delays() -> None:
    """O08: with a moment that lies ahead the minute would never be over."""
    hall = opened("1", "2").take_many(5)
    hall.look()
    hall.at -= 3_600_000
    hall.look()
    assert hall.pass_min(1).look() == ["waiting"]


def test_many_windows_bear_many_people() -> None:
    """The line grows with the open windows, unless the service has a line of its own."""
    hall = opened("1", "2", watching=Watching(waiting=5, per_window=4)).take_many(7)
    assert "waiting" not in rules_now(hall)
    hall.take_many(1)
    assert "waiting" in rules_now(hall)
    own = Watching(waiting=5, per_window=4, services={"general": QueueLine(waiting=9, wait_s=60)})
    hall = opened("1", "2", watching=own).take_many(8)
    assert rules_now(hall) == set()
    assert rules_now(hall.pass_min(1)) == {"wait"}


def test_a_long_wait() -> None:
    """30 minutes of the one who waits longest, whatever class and place; those who were called do not count."""
    hall = opened("1", "2").take_many(2, every_s=600)
    assert longest_since(hall.state, "general") == hall.at - 1_200_000
    assert rules_now(hall.pass_min(9)) == set()
    assert rules_now(hall.pass_min(1)) == {"wait"}
    hall.must(c.CallTicket("1"))
    assert rules_now(hall) == set()
    assert longest_since(hall.state, "police") is None


def test_many_who_wait_too_long_in_the_whole_hall() -> None:
    """武安: the number of people waiting longer than 30 minutes reaches a line."""
    hall = opened("1", "2", "3", "5").take_many(2)
    hall.take_many(1, "police")
    assert "overdue" not in rules_now(hall.pass_min(29))
    assert "overdue" in rules_now(hall.pass_min(2))
    assert [overdue(hall.state, service, hall.at) for service in hall.state.layout.services] == [2, 0, 1]
    hall.settled()
    alert = hall.alert("overdue")
    assert (alert.service, alert.window, alert.value) == (None, None, 3)


def test_nobody_there_to_serve_them() -> None:
    """A service without an open window; people sent to one window that has paused for more than five minutes."""
    hall = opened("1", "2", "3")
    ticket = hall.take("general")
    hall.must(c.TransferTicket(ticket.id, window="2"))
    assert rules_now(hall) == set()
    hall.must(c.PauseWindow("2", "开会"))
    assert rules_now(hall.pass_min(4)) == set()
    (meant,) = [row for row in watch(hall.state, hall.pass_min(1).at) if row.rule == "unstaffed"]
    assert (meant.service, meant.window, meant.value) == (None, "2", 1)
    hall.take("police")
    assert hall.settled() == ["unstaffed", "unstaffed"]
    assert {(a.service, a.window) for a in hall.state.alerts.values()} == {("police", None), (None, "2")}
    hall.must(c.SetAccount("105", "clerk 5", ("window",), "hash"))
    hall.must(c.LoginClerk("5", "105"))
    hall.must(c.OpenWindow("5"))
    assert hall.settled() == ["unstaffed"]


def test_a_long_pause_is_told_at_once_and_over_at_once() -> None:
    hall = opened("1", "2")
    hall.must(c.PauseWindow("1", "短暂离开"))
    assert hall.pass_min(14).look() == []
    assert hall.pass_min(1).look() == ["pause"]
    hall.must(c.ResumeWindow("1"))
    assert hall.look() == []


def test_a_pause_begins_when_the_citizen_has_gone() -> None:
    hall = opened("1")
    hall.take("general")
    hall.must(c.CallTicket("1"))
    hall.must(c.StartTicket("1"))
    hall.must(c.PauseWindow("1", "开会"))
    assert "pause" not in rules_now(hall.pass_min(20))
    hall.must(c.FinishTicket("1"))
    assert "pause" not in rules_now(hall.pass_min(14))
    assert "pause" in rules_now(hall.pass_min(1))


def test_a_long_service_is_three_times_the_usual() -> None:
    """540 s in the config; once the day has its own figures they count, but never less than 15 minutes."""
    hall = opened("1", "2").take_many(8)
    hall.must(c.CallTicket("1"))
    hall.must(c.StartTicket("1"))
    assert "serving" not in rules_now(hall.pass_min(26))
    assert "serving" in rules_now(hall.pass_min(1))
    hall.look()
    assert hall.alert("serving").window == "1"
    serve(hall, 5, "2")
    hall.must(c.FinishTicket("1"))
    hall.look()
    assert "alert.cleared" in hall.told()
    hall.must(c.CallTicket("1"))
    hall.must(c.StartTicket("1"))
    assert "serving" in rules_now(hall.pass_min(15)), "the usual is far shorter today"


def hall_with_hours(moment: str) -> WatchedHall:
    hours: Hours = hours_of()
    hall = WatchedHall(HallState(layout=township()))
    object.__setattr__(hall.state.layout, "hours", hours)
    hall.at = at(moment)
    hall.open("1", "2")
    return hall


def test_breaks_are_no_reason_to_warn() -> None:
    """Over lunch people wait for the hour and windows pause as they should; a long service is one at any time."""
    hall = hall_with_hours("2026-11-23 11:50").take_many(5)
    hall.must(c.PauseWindow("1", "午休"))
    hall.must(c.CallTicket("2"))
    hall.must(c.StartTicket("2"))
    hall.at = at("2026-11-23 13:00")
    assert rules_now(hall) == {"serving"}
    hall.at = at("2026-11-23 13:31")
    assert rules_now(hall) == {"wait", "overdue", "pause", "serving"}
    hall.at = at("2026-11-23 17:40")
    assert "pause" in rules_now(hall), "after the last session people are still to be served"


def test_what_stands_stays_through_a_break() -> None:
    hall = hall_with_hours("2026-11-23 11:55").take_many(5)
    assert hall.settled() == ["waiting"]
    hall.at = at("2026-11-23 12:30")
    assert hall.settled() == ["waiting"]


def test_a_closed_day_takes_everything_back() -> None:
    hall = opened("1", "2").take_many(6)
    assert hall.settled() == ["waiting"]
    hall.must(c.CloseDay())
    assert watch(hall.state, hall.at) == []
    assert hall.settled() == []


def test_who_dismissed_it_is_left_alone_until_it_is_twice_as_bad() -> None:
    hall = opened("1", "2").take_many(5)
    hall.settled()
    hall.must(DismissAlert(hall.alert("waiting").id, "知道了"))
    hall.take_many(4)
    hall.settled()
    assert hall.alert("waiting").stage == "dismissed"
    hall.take_many(1)
    hall.look()
    alert = hall.alert("waiting")
    assert (alert.stage, alert.value, alert.reason) == ("raised", 10, None)
    assert hall.told() == ["alert.raised", "alert.dismissed", "alert.advised"]


def test_what_a_service_left_behind_is_taken_back() -> None:
    """Another config after a restart: the alert of a service that is no more goes by itself."""
    hall = opened("1", "2")
    hall.must(RaiseAlert("waiting", "gone", None, 9, 5))
    hall.must(RaiseAlert("rule of another version", None, None, 9, 5))
    hall.look()
    assert hall.pass_min(1).look() == []


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_stumbles_over_an_empty_hall(rule: str) -> None:
    hall = opened()
    assert list(RULES[rule].look(hall.state, hall.at)) == []


def test_a_window_that_is_closed_has_no_pause() -> None:
    hall = opened("1")
    hall.must(c.CloseWindow("1"))
    closed = replace(hall.state.window("1"), state=Desk.CLOSED, since=0)
    hall.state.put_window(closed)
    assert rules_now(hall) == set()
