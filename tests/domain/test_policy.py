"""Who is next, and why: each policy as a scripted order (C02), ageing (C04)."""

import pytest

from hallctl.domain.layout import CLASSES, ClassRule
from hallctl.domain.model import Priority
from tests.domain.orders import Order, layout, plan

# ---------------------------------------------------------------- fifo


def test_c02_fifo_is_by_time_whatever_the_class() -> None:
    """C02: strictly in the order of coming, over all services of the window."""
    Order(layout(plan("1", "a", "b", policy="fifo"))).play(
        """
        09:00     a            A001
        09:01     b elder      B001
        09:02     a green      A002
        09:03     a            A003
        09:10     #1           A001 fifo B001:time:60 A002:time:120
        09:11     #1           B001 fifo A002:time:60 A003:time:120
        09:12     #1           A002 fifo A003:time:60
        09:13     #1           A003 fifo .
        09:14     #1 -
        """
    )


# ---------------------------------------------------------------- priority


def test_c02_priority_is_class_and_waiting() -> None:
    """C02: a class starts so many minutes ahead: green 240, military 180, disabled 150, elder and pregnant 120,
    an appointment 30."""
    Order(layout(plan("1", "a"), cap=20)).play(
        """
        09:00     a            A001
        09:01     a            A002
        09:02     a appointment@09:02 A003
        09:03     a pregnant   A004
        09:04     a elder      A005
        09:05     a disabled   A006
        09:06     a military   A007
        09:07     a green      A008
        09:10     #1           A008 priority A007:class:3540 A006:class:5280 A004:class:6960 A005:class:7020
                               A003:class:12300 A001:class:13980
        09:11     #1           A007 priority A006:class:1740 A004:class:3420 A005:class:3480 A003:class:8760
                               A001:class:10440
        09:12     #1           A006 priority A004:class:1680 A005:class:1740 A003:class:7020 A001:class:8700
        09:13     #1           A004 priority A005:time:60 A003:class:5340 A001:class:7020
        09:14     #1           A005 priority A003:class:5280 A001:class:6960
        09:15     #1           A003 priority A001:class:1680
        09:16     #1           A001 priority .
        09:17     #1           A002 priority .
        """
    )


def test_c04_who_has_waited_half_an_hour_is_before_later_appointments() -> None:
    """C04: 30 minutes of waiting count as much as an appointment; from then on the wait alone decides."""
    Order(layout(plan("1", "a"))).play(
        """
        09:00     a            A001
        09:10     a appointment@09:29 A002
        09:10     a appointment@09:31 A003
        09:29     #1           A002 priority A001:class:60
        09:31     #1           A001 priority A003:age:60
        09:32     #1           A003 priority
        """
    )


def test_c04_a_wait_of_hours_is_before_a_privileged_one_who_has_just_come() -> None:
    """C04: ageing is for all classes: two hours and a minute are more than an elder's start."""
    Order(layout(plan("1", "a"))).play(
        """
        09:00     a            A001
        11:01     a elder      A002
        11:02     #1           A001 priority A002:age:60
        """
    )


def test_c04_a_class_may_gather_faster() -> None:
    """The rate of a class counts its minutes double, so it overtakes by waiting, not at once."""
    classes = layout().classes | {Priority.DISABLED: ClassRule(0, 2000)}
    Order(layout(plan("1", "a"), classes=classes)).play(
        """
        09:00     a            A001
        09:10     a disabled   A002
        09:19     #1           A001 priority A002:age:60
        09:20     a            A003
        09:30     a disabled   A004
        09:41     #1           A002 priority A003:age:2460
        09:42     #1           A004 priority A003:age:120
        """
    )


def test_a02_who_comes_in_the_slot_is_before_all_who_came_after_its_start() -> None:
    """A02: however many appointments there are: the cap is not for them, since their slots have a quota."""
    Order(layout(plan("1", "a"))).play(
        """
        09:00     a appointment@09:00 A001
        09:00     a appointment@09:00 A002
        09:00     a appointment@09:00 A003
        09:01     a            A004
        09:02     a appointment@09:00 A005
        09:03     a appointment@09:00 A006
        09:05     #1           A001 priority
        09:06     #1           A002 priority
        09:07     #1           A003 priority
        09:08     #1           A005 priority
        09:09     #1           A006 priority A004:class:1860
        09:10     #1           A004 priority
        """
    )


def test_a03_who_has_checked_in_early_waits_for_the_slot() -> None:
    """A03: 40 minutes early: called by nobody before, and then before those who came meanwhile."""
    Order(layout(plan("1", "a"))).play(
        """
        08:50     a appointment@09:30 A001
        09:00     #1 -
        09:10     a            A002
        09:20     #1           A002 priority
        09:21     #1 -
        09:25     a            A003
        09:30     #1           A001 priority A003:class:1500
        """
    )


# ---------------------------------------------------------------- ratio


def test_c02_ratio_holds_over_forty_calls() -> None:
    """C02: 3:1 over 40 calls, and over each four of them."""
    order = Order(layout(plan("1", "a", "b", policy="ratio", ratio={"a": 3, "b": 1})))
    for service in "ab":
        order.play("\n".join(f"09:00 {service} {service.upper()}{number:03d}" for number in range(1, 41)))
    called = [order.call("1")[0][0] for _ in range(40)]
    assert called[:8] == list("AABAAABA")
    assert (called.count("A"), called.count("B")) == (30, 10)
    for begin in range(0, 40, 4):
        assert called[begin : begin + 4].count("B") == 1


def _forty(service: str) -> str:
    return "\n".join(f"09:00 {service} {service.upper()}{number:03d}" for number in range(1, 41))


@pytest.mark.parametrize(("empty", "calls"), [("b", 12), ("a", 4)])
def test_c02_a_service_without_people_keeps_its_credit(empty: str, calls: int) -> None:
    """C02: what it was owed meanwhile it gets when people come: 3:1 over all 40 calls ±1, first of the other side."""
    order = Order(layout(plan("1", "a", "b", policy="ratio", ratio={"a": 3, "b": 1})))
    full = "b" if empty == "a" else "a"
    order.play(_forty(full))
    first = [order.call("1")[0][0] for _ in range(calls)]
    assert set(first) == {full.upper()}
    order.play(_forty(empty))
    rest = [order.call("1")[0][0] for _ in range(40 - calls)]
    assert rest[0] == empty.upper()
    assert (first + rest).count("A") in {29, 30, 31}


def test_c02_credit_is_bounded() -> None:
    """A service that had no people for a whole morning is owed three calls, not a hundred."""
    order = Order(layout(plan("1", "a", "b", policy="ratio", ratio={"a": 1, "b": 1})))
    order.play("\n".join(f"09:00 a A{number:03d}" for number in range(1, 121)))
    assert {order.call("1")[0][0] for _ in range(100)} == {"A"}
    order.play("\n".join(f"10:00 b B{number:03d}" for number in range(1, 21)))
    assert "".join(order.call("1")[0][0] for _ in range(12)) == "BBBBBBABABAB"
    assert order.state.window("1").credits == (("a", 0), ("b", 0))


def test_c02_ratio_tells_what_was_owed() -> None:
    Order(layout(plan("1", "a", "b", policy="ratio", ratio={"a": 3, "b": 1}))).play(
        """
        09:00     b            B001
        09:01     a            A001
        09:02     a elder      A002
        09:10     #1           A002 ratio A001:class:7140 B001:share:500
        09:11     #1           B001 ratio A001:share:0
        09:12     #1           A001 ratio .
        """
    )


def test_c03_the_cap_holds_inside_a_service_under_ratio() -> None:
    """Between services the shares rule, inside one the cap."""
    Order(layout(plan("1", "a", "b", policy="ratio", ratio={"a": 1, "b": 1}), cap=1)).play(
        """
        09:00     a            A001
        09:00     b            B001
        09:00     b            B002
        09:01     a green      A002
        09:01     a green      A003
        09:02     #1           A002 ratio A001:class:14340 B001:share:0
        09:03     #1           B001 ratio A003:share:1000 A001:share:1000
        09:04     #1           A001 cap A003:cap:1 B002:share:0
        09:05     #1           B002 ratio A003:share:1000
        """
    )


def test_c17_an_undone_call_by_ratio_gives_the_credit_back() -> None:
    order = Order(layout(plan("1", "a", "b", policy="ratio", ratio={"a": 3, "b": 1})))
    for service in "ab":
        order.play("\n".join(f"09:00 {service} {service.upper()}{number:03d}" for number in range(1, 21)))
    order.play("09:01 #1 A001 ratio")
    before = order.state.window("1").credits
    order.play("09:02 #1 A002 ratio\n09:02 #1 undo")
    assert order.state.window("1").credits == before
    order.play("09:03 #1 A002 ratio\n09:04 #1 B001 ratio")


# ---------------------------------------------------------------- longest relative wait


def test_c02_longest_relative_wait_is_wait_by_target() -> None:
    """C02: 6 of 10 minutes are more than 10 of 20."""
    Order(layout(plan("1", "a", "b", policy="longest_relative_wait"), target={"a": 1200, "b": 600})).play(
        """
        09:00     a            A001
        09:04     b            B001
        09:05     b            B002
        09:10     #1           B001 longest_relative_wait A001:relative:100
        09:10     #1           A001 longest_relative_wait B002:relative:0
        09:11     #1           B002 longest_relative_wait
        """
    )


def test_longest_relative_wait_knows_classes_inside_a_service() -> None:
    Order(layout(plan("1", "a", policy="longest_relative_wait"))).play(
        """
        09:00     a            A001
        09:05     a elder      A002
        09:10     #1           A002 longest_relative_wait A001:class:6900
        """
    )


# ---------------------------------------------------------------- clocks


def test_o08_after_the_clock_was_set_back_the_order_stays_and_nobody_is_stuck() -> None:
    """O08: who came before the step stands before who came after it; classes still count, waits are not negative."""
    Order(layout(plan("1", "a"))).play(
        """
        11:00     a            A001
        11:01     a            A002
        11:02     clock        -120
        11:02     a            A003
        11:03     a elder      A004
        11:04     #1           A004 priority A001:class:7140
        11:05     #1           A001 priority
        11:06     #1           A002 priority
        11:07     #1           A003 priority
        11:08     #1 -
        """
    )


def test_a02_c04_by_itself_a_class_of_appointments_starts_with_its_slot() -> None:
    """A02, C04: the built-in rule: before all who come after the slot's start, behind those who have waited since
    before it; between the two it is the time that decides, and is told so."""
    Order(layout(plan("1", "a"), classes=CLASSES)).play(
        """
        08:50  a  appointment@09:30  A001
        09:10  a  normal             A002
        09:31  a  normal             A003
        09:32  #1                    A002 priority A001:time:1200
        09:33  #1                    A001 priority A003:time:60
        09:34  #1                    A003 priority
        """
    )
