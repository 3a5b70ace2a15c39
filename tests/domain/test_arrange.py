"""Windows that change what they call in the running day (C13, W07): whole or not at all, from the next call on."""

from dataclasses import replace
from typing import Any

import pytest

from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.decide_window import plan_refusal
from hallctl.domain.layout import Mode
from hallctl.domain.model import Stage, WindowPlan
from hallctl.errors import Refusal
from tests.domain.halls import MemoryHall, copy_of
from tests.domain.orders import Order, layout, plan

BUSY = plan("1", "b", help=("a",), mode="busy")


def flexible() -> Order:
    """Window 1 calls a, or in its mode ``busy`` first b; windows 2 and 3 call both."""
    return Order(layout(plan("1", "a"), plan("2", "a", "b"), plan("3", "a", "b"), modes={"1": (Mode("busy", BUSY),)}))


def code(answer: object) -> str:
    assert isinstance(answer, Refusal), answer
    return answer.code


def test_c13_a_switch_counts_from_the_next_call_on() -> None:
    """C13: the running ticket is not touched; the next call is by the new plan; and back."""
    order = flexible()
    order.play(
        """
        09:00     a            A001
        09:00     a            A002
        09:01     b            B001
        09:02     #1           A001 priority
        """
    )
    order.hall.must(c.StartTicket("1"))
    order.play("09:03 #1 = busy")
    active = order.state.active("1")
    assert active is not None
    assert (active.label, active.stage) == ("A001", Stage.SERVING)
    assert order.state.plan("1") == BUSY
    assert list(order.state.serving("b")) == ["1", "2", "3"]
    order.play(
        """
        09:04     #1           B001 priority .
        09:05     #1           A002 priority .
        09:06     b            B002
        09:06     #1 = -
        09:07     #1 -
        09:08     #2           B002 priority
        """
    )
    assert order.state.window("1").plan is None
    assert list(order.state.serving("b")) == ["2", "3"]


def test_c13_the_same_again_is_no_change() -> None:
    order = flexible()
    order.hall.must(c.ArrangeWindows((("1", "busy"),)))
    count = len(order.hall.records)
    order.hall.must(c.ArrangeWindows((("1", "busy"), ("2", None))))
    order.hall.must(c.ArrangeWindows((("2", order.layout.windows["2"]),)))
    assert len(order.hall.records) == count


def test_c13_a_plan_of_the_moment_is_put_to_its_window() -> None:
    """What is sent may not act for another window, zone or mode."""
    order = flexible()
    given = WindowPlan("2", "elsewhere", ("b",), "ratio", ratio=(("b", 2),), mode="busy")
    order.hall.must(c.ArrangeWindows((("1", given),)))
    assert order.state.plan("1") == WindowPlan("1", "main", ("b",), "ratio", ratio=(("b", 2),))
    assert order.state.window("1").arranged_at == order.hall.at


def test_c13_another_plan_begins_with_no_credits_and_no_row() -> None:
    order = Order(layout(plan("1", "a", "b", policy="ratio", ratio={"a": 3, "b": 1})))
    order.play("09:00 a A001\n09:00 b B001\n09:01 a green A002\n09:02 #1 A002 ratio")
    assert order.state.window("1").credits
    assert order.state.window("1").streak == 1
    order.hall.must(c.ArrangeWindows((("1", plan("1", "a", "b", policy="fifo")),)))
    order.play("09:02 #1 undo")
    window = order.state.window("1")
    assert (window.credits, window.streak, window.before) == ((), 0, None)


def test_c13_a_fresh_day_begins_with_the_plans_of_the_config() -> None:
    order = flexible()
    order.hall.must(c.ArrangeWindows((("1", "busy"),)))
    order.hall.must(c.CloseDay())
    order.hall.must(c.OpenDay("2026-11-23"))
    assert order.state.plan("1") == BUSY, "reopened, not a fresh day"
    order.hall.must(c.OpenDay("2026-11-24"))
    assert (order.state.window("1").plan, order.state.window("1").arranged_at) == (None, None)
    assert order.state.arranged == set()


WRONG: dict[str, tuple[Any, str]] = {
    "nothing": ((), "window.plan_missing"),
    "unknown window": ((("9", None),), "window.unknown"),
    "unknown mode": ((("1", "calm"),), "window.mode_unknown"),
    "a mode of another window": ((("2", "busy"),), "window.mode_unknown"),
    "a window twice": ((("1", "busy"), ("1", None)), "window.arranged_twice"),
    "no service": ((("1", plan("1")),), "window.plan_empty"),
    "unknown service": ((("1", plan("1", "x")),), "service.unknown"),
    "unknown service to help": ((("1", plan("1", "a", help=("x",))),), "service.unknown"),
    "a service twice": ((("1", plan("1", "a", "a")),), "window.plan_twice"),
    "help with its own service": ((("1", plan("1", "a", help=("a",))),), "window.plan_twice"),
    "unknown policy": ((("1", plan("1", "a", policy="vip")),), "window.policy_unknown"),
    "a share of zero": ((("1", plan("1", "a", policy="ratio", ratio={"a": 0})),), "window.ratio"),
    "a share of a service that it does not call": (
        (("1", plan("1", "a", policy="ratio", ratio={"a": 1, "b": 1})),),
        "window.ratio",
    ),
    "a share of no service": ((("1", plan("1", "a", policy="ratio", ratio={"x": 1})),), "service.unknown"),
    "shares without the policy": ((("1", plan("1", "a", ratio={"a": 1})),), "window.ratio_policy"),
    "the policy without shares": ((("1", plan("1", "a", policy="ratio")),), "window.ratio_policy"),
    "help for nobody": ((("1", plan("1", "a", help=("b",), help_from=0)),), "window.help"),
    "help below zero": ((("1", plan("1", "a", help=("b",), help_when=-1)),), "window.help"),
}


@pytest.mark.parametrize(("arrangements", "expected"), WRONG.values(), ids=WRONG)
def test_c13_what_is_wrong_is_refused_whole(arrangements: Any, expected: str) -> None:
    """C13: a good change beside a wrong one is not made either, and the refusal is a sentence."""
    order = flexible()
    before = copy_of(order.state)
    good = (("3", plan("3", "b")),) if arrangements else ()
    for given in (arrangements, good + arrangements, arrangements + good):
        answer = order.hall.do(c.ArrangeWindows(given))
        assert code(answer) == expected
        assert isinstance(answer, Refusal)
        assert answer.sentence("zh") != answer.sentence("en")
    assert copy_of(order.state) == before


def test_the_event_says_the_plan_and_who_did_it() -> None:
    order = flexible()
    order.hall.do(c.ArrangeWindows((("1", "busy"),)), "supervisor:wang")
    record = order.hall.records[-1]
    assert (record.actor, record.event) == ("supervisor:wang", e.WindowArranged("1", BUSY))


def test_modes_are_plans_that_would_be_taken() -> None:
    for mode in flexible().layout.modes["1"]:
        assert plan_refusal(flexible().layout, mode.plan) is None


def test_c13_who_serves_a_queue_follows_each_arrangement() -> None:
    """C13: asked before and after each change, also where the config is another one meanwhile."""
    hall = MemoryHall().open("1", "2")

    def police() -> list[str]:
        return list(hall.state.serving("police"))

    assert police() == ["2", "3"]
    hall.must(c.ArrangeWindows((("1", WindowPlan("1", "main", ("police",))),)))
    assert (police(), list(hall.state.serving("pooled"))) == (["1", "2", "3"], ["2"])
    hall.must(c.ArrangeWindows((("2", WindowPlan("2", "main", ("pooled",))),)))
    assert (police(), hall.state.open_windows("police")) == (["1", "3"], ["1"])
    hall.state.layout = replace(hall.state.layout, windows=dict(list(hall.state.layout.windows.items())[:2]))
    assert police() == ["1"]
    hall.must(c.ArrangeWindows((("1", None), ("2", None))))
    assert police() == ["2"]
