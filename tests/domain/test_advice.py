"""L05: which change is suggested, by what it is expected to do; and that a confirmation does just that, whole."""

from typing import Final

import pytest
from msgspec.structs import replace

from hallctl.domain import commands as c
from hallctl.domain.advice import EASE, Option, best, options
from hallctl.domain.alert import ACTIONS, Alert, Suggestion
from hallctl.domain.layout import Mode
from hallctl.domain.model import Desk, WindowPlan
from hallctl.domain.outlook import scene
from hallctl.domain.state import HallState
from hallctl.domain.watch_commands import AdviseAlert, ClearAlert, ConfirmAlert, DismissAlert, RaiseAlert
from hallctl.errors import Refusal
from tests.domain.halls import copy_of
from tests.domain.watched import WatchedHall, township

RATES: Final = {"general": 20.0, "issue": 6.0}


def opened(*windows: str) -> WatchedHall:
    hall = WatchedHall(HallState(layout=township()))
    hall.open(*windows)
    return hall


def advised(hall: WatchedHall, queue: str = "general", rates: dict[str, float] = RATES) -> Suggestion | None:
    return best(scene(hall.state, hall.at, rates), queue, options(hall.state, queue, hall.at))


def actions(hall: WatchedHall, queue: str = "general") -> list[tuple[str, str]]:
    return [(option.window, option.action) for option in options(hall.state, queue, hall.at)]


def busy(hall: WatchedHall) -> WatchedHall:
    """Twenty wait for 综合受理, every half minute one more had come."""
    return hall.take_many(20, every_s=30)


# ---------------------------------------------------------------- what could be done


def test_every_action_has_its_weight() -> None:
    assert set(EASE) == set(ACTIONS)


def test_the_flexible_window_can_be_switched() -> None:
    """W07: window 6 has a mode that calls the queue; those that call it anyway can do no more."""
    hall = opened("2", "3", "6")
    assert actions(hall) == [("6", "mode"), ("1", "staff")]
    assert actions(hall, "issue") == []


def test_a_switched_window_can_go_back() -> None:
    hall = opened("1", "2", "3", "6")
    hall.must(c.ArrangeWindows((("6", "general"),)))
    assert actions(hall, "issue") == [("6", "own")]


def test_a_window_that_helps_sometimes_can_help_always() -> None:
    hall = opened("1", "2", "3", "5")
    (option,) = [each for each in options(hall.state, "general", hall.at) if each.window == "5"]
    assert option.action == "plan"
    assert (option.works.services, option.works.help, option.works.mode) == (("police", "general"), (), None)


def test_windows_that_are_not_open() -> None:
    """A long pause can be ended, a window opened where its clerk is; else somebody must go there."""
    hall = opened("1", "2", "3")
    hall.must(c.PauseWindow("2", "开会"))
    assert ("2", "resume") not in actions(hall), "who has just gone is back soon"
    hall.pass_min(5)
    assert ("2", "resume") in actions(hall)
    hall.must(c.CloseWindow("2"))
    assert ("2", "open") in actions(hall)
    hall.must(c.LogoutClerk("2"))
    assert actions(hall) == [("2", "staff"), ("6", "staff")]
    (six,) = [option for option in options(hall.state, "general", hall.at) if option.window == "6"]
    assert six.plan is not None
    assert six.plan.mode == "general"


def test_of_windows_that_are_alike_one_is_looked_at() -> None:
    hall = opened("3")
    assert actions(hall) == [("1", "staff"), ("6", "staff")], "2 is like 1"


# ---------------------------------------------------------------- what is suggested


def test_the_flexible_window_is_suggested_with_its_effect_and_its_cost() -> None:
    """``把 6 号窗口切换到综合受理，预计综合受理等候从 … 降到 …，发证增加 …``"""
    hall = busy(opened("1", "2", "3", "6"))
    found = advised(hall, rates=RATES | {"issue": 28.0})
    assert found is not None
    assert (found.window, found.action) == ("6", "mode")
    assert found.plan == hall.state.layout.modes["6"][0].plan
    before, after = found.effect.before_s, found.effect.after_s
    assert before is not None
    assert after is not None
    assert after < before * 0.7
    assert [row.queue for row in found.cost] == ["issue"]
    assert (found.cost[0].after_s or 0) > (found.cost[0].before_s or 0)
    assert (found.longest.after_s or 0) < (found.longest.before_s or 0)


def test_nothing_is_suggested_where_nothing_helps_enough() -> None:
    hall = opened("1", "2", "3", "6").take_many(2)
    assert advised(hall, rates={}) is None
    assert advised(opened("1", "2", "3", "6"), rates={"general": 12.0, "issue": 6.0}) is None


def test_nobody_is_made_to_wait_longer_than_those_who_are_helped() -> None:
    """The only window of another queue is not taken from its people."""
    hall = opened("1", "2", "6")
    busy(hall).take_many(10, "issue")
    found = advised(hall)
    assert found is None or found.window != "6"


def test_a_click_is_preferred_to_a_walk_but_not_at_any_price() -> None:
    hall = busy(opened("1", "3", "6"))
    found = advised(hall)
    assert found is not None
    assert (found.window, found.action) == ("6", "mode"), "2 could be staffed as well"
    tried = [option for option in options(hall.state, "general", hall.at) if option.action == "staff"]
    assert best(scene(hall.state, hall.at, RATES), "general", tried) is not None


def test_a_queue_that_nobody_calls_gets_its_first_window() -> None:
    hall = opened("3", "6")
    busy(hall)
    found = advised(hall, rates={})
    assert found is not None
    assert found.window == "6"
    assert found.effect.before_s is None
    assert found.effect.after_s is not None


# ---------------------------------------------------------------- confirmed, dismissed


def alarmed(hall: WatchedHall, suggestion: Suggestion | None) -> Alert:
    hall.must(RaiseAlert("waiting", "general", None, 20, 5))
    alert = hall.alert("waiting")
    hall.must(AdviseAlert(alert.id, 20, suggestion))
    return hall.alert("waiting")


def suggested(hall: WatchedHall, *, window: str, action: str) -> Suggestion:
    """What a look ahead gives for this option."""
    tried = [o for o in options(hall.state, "general", hall.at) if (o.window, o.action) == (window, action)]
    found = best(scene(hall.state, hall.at, RATES), "general", tried)
    assert found is not None
    return found


def test_a_confirmation_is_one_step() -> None:
    hall = busy(opened("1", "2", "3", "6"))
    alert = alarmed(hall, advised(hall))
    told = len(hall.records)
    hall.do(ConfirmAlert(alert.id, "6", "mode"), "clerk:boss")
    assert [record.event.TYPE for record in hall.records[told:]] == ["window.arranged", "alert.confirmed"]
    assert hall.state.plan("6").services == ("general",)
    now = hall.alert("waiting")
    assert (now.stage, now.by, now.at, now.waiting) == ("confirmed", "clerk:boss", hall.at, 20)
    assert now.suggestion == alert.suggestion
    assert hall.do(ConfirmAlert(alert.id)) == Refusal("alert.settled")


@pytest.mark.parametrize(
    ("window", "action", "events"),
    [
        ("2", "resume", ["window.resumed", "alert.confirmed"]),
        ("6", "open", ["window.arranged", "window.opened", "alert.confirmed"]),
        ("1", "staff", ["alert.confirmed"]),
    ],
)
def test_each_action_does_what_it_says(window: str, action: str, events: list[str]) -> None:
    """A person who must go somewhere is asked by a person: the journal only knows that it was agreed."""
    hall = busy(opened("1", "2", "3", "6"))
    hall.must(c.PauseWindow("2", "开会"))
    for closed in ("6", "1"):
        hall.must(c.CloseWindow(closed))
    hall.must(c.LogoutClerk("1"))
    hall.pass_min(6)
    alert = alarmed(hall, suggested(hall, window=window, action=action))
    told = len(hall.records)
    hall.must(ConfirmAlert(alert.id))
    assert [record.event.TYPE for record in hall.records[told:]] == events
    assert hall.state.window(window).state is (Desk.CLOSED if action == "staff" else Desk.OPEN)


def test_back_to_the_config() -> None:
    hall = opened("1", "3", "6")
    hall.must(c.ArrangeWindows((("6", "general"),)))
    hall.take_many(30, "issue", every_s=10)
    found = best(scene(hall.state, hall.at, {"issue": 40.0}), "issue", options(hall.state, "issue", hall.at))
    assert found is not None
    assert (found.action, found.plan) == ("own", None)
    alert = alarmed(hall, found)
    hall.must(ConfirmAlert(alert.id))
    assert hall.state.window("6").plan is None


def test_what_the_hall_refuses_changes_nothing() -> None:
    """The window was opened meanwhile: whole or not at all."""
    hall = busy(opened("1", "2", "3"))
    hall.must(c.PauseWindow("2", "开会"))
    hall.pass_min(6)
    alert = alarmed(hall, suggested(hall, window="2", action="resume"))
    hall.must(c.ResumeWindow("2"))
    before = copy_of(hall.state)
    refused = hall.do(ConfirmAlert(alert.id))
    assert isinstance(refused, Refusal)
    assert refused.code == "window.not_paused"
    assert copy_of(hall.state) == before
    assert hall.alert("waiting").stage == "raised"


def test_what_is_so_already_is_only_confirmed() -> None:
    hall = busy(opened("1", "2", "3", "6"))
    alert = alarmed(hall, advised(hall))
    hall.must(c.ArrangeWindows((("6", "general"),)))
    told = len(hall.records)
    hall.must(ConfirmAlert(alert.id))
    assert [record.event.TYPE for record in hall.records[told:]] == ["alert.confirmed"]


def test_another_suggestion_than_the_one_shown_is_not_done() -> None:
    hall = busy(opened("1", "2", "3", "6"))
    alert = alarmed(hall, advised(hall))
    for wrong in (ConfirmAlert(alert.id, window="5"), ConfirmAlert(alert.id, action="staff")):
        assert hall.do(wrong) == Refusal("alert.other_suggestion")
    assert hall.state.plan("6").services == ("issue",)


def test_what_cannot_be_confirmed_or_dismissed() -> None:
    hall = busy(opened("1", "2"))
    alert = alarmed(hall, None)
    assert hall.do(ConfirmAlert("none")) == Refusal("alert.unknown")
    assert hall.do(DismissAlert("none", "x")) == Refusal("alert.unknown")
    assert hall.do(ConfirmAlert(alert.id)) == Refusal("alert.no_suggestion")
    assert hall.do(DismissAlert(alert.id, " ")) == Refusal("ticket.reason_required")
    hall.must(DismissAlert(alert.id, "午后有人来"))
    assert hall.do(DismissAlert(alert.id, "再次")) == Refusal("alert.settled")
    assert hall.do(ConfirmAlert(alert.id)) == Refusal("alert.settled")
    dismissed = hall.alert("waiting")
    assert (dismissed.reason, dismissed.by, dismissed.suggestion) == ("午后有人来", "test", None)


def test_a_confirmed_alert_may_be_dismissed_and_asks_again_with_new_advice() -> None:
    hall = busy(opened("1", "2", "3", "6"))
    first = advised(hall)
    alert = alarmed(hall, first)
    hall.must(ConfirmAlert(alert.id))
    hall.must(AdviseAlert(alert.id, 25, None))
    again = hall.alert("waiting")
    assert (again.stage, again.value, again.suggestion, again.by, again.waiting) == ("raised", 25, None, None, None)
    assert again.since == alert.since
    hall.must(DismissAlert(alert.id, "够了"))
    assert hall.alert("waiting").stage == "dismissed"


def test_what_is_no_news_is_not_journalled() -> None:
    hall = busy(opened("1", "2", "3", "6"))
    alert = alarmed(hall, advised(hall))
    told = len(hall.records)
    hall.must(RaiseAlert("waiting", "general", None, 21, 5))
    hall.must(AdviseAlert(alert.id, 21, alert.suggestion))
    hall.must(AdviseAlert("gone", 21, None))
    hall.must(ClearAlert("gone"))
    assert len(hall.records) == told
    hall.must(ClearAlert(alert.id))
    assert hall.state.alerts == {}


def test_ids_are_not_given_twice() -> None:
    hall = opened("1", "2")
    names = set()
    for _ in range(3):
        hall.must(RaiseAlert("waiting", "general", None, 20, 5))
        alert = hall.alert("waiting")
        names.add(alert.id)
        hall.must(ClearAlert(alert.id))
    assert len(names) == 3


def test_a_mode_that_the_window_has_already_is_no_option() -> None:
    hall = opened("1", "2", "3", "6")
    same = replace(hall.state.layout.windows["6"], services=("general", "issue"))
    hall.state.layout.modes["6"] = (Mode("both", same), *hall.state.layout.modes["6"])
    hall.must(c.ArrangeWindows((("6", same),)))
    found = options(hall.state, "general", hall.at)
    assert [option.plan.mode for option in found if option.action == "mode" and option.plan] == ["general"]
    assert all(isinstance(option, Option) for option in found)
    assert isinstance(found[0].works, WindowPlan)
