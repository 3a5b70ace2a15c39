"""Pools, help and those who are meant for one window, as scripted orders (W06, W07, C07)."""

from hallctl.domain import commands as c
from hallctl.domain.reason import Preview, preview
from tests.domain.orders import Order, layout, plan

# ---------------------------------------------------------------- help, pools, fast pool


def test_w07_a_window_helps_out_only_while_its_own_queues_are_short() -> None:
    """W07: main first; the other service only while nobody waits for its own and at least two for the other."""
    Order(layout(plan("1", "a", help=("b",), help_from=2))).play(
        """
        09:00     b            B001
        09:01     #1 -
        09:02     b            B002
        09:03     a            A001
        09:04     #1           A001 priority
        09:05     #1           B001 priority
        09:06     #1 -
        """
    )


def test_help_that_begins_early_competes_by_the_policy() -> None:
    """With help_when above zero the longer wait of the other service is preferred while few wait for its own."""
    Order(layout(plan("1", "a", help=("b",), help_when=1))).play(
        """
        09:00     b            B001
        09:01     a            A001
        09:02     a            A002
        09:03     #1           A001 priority .
        09:03     #1           B001 priority A002:time:120
        09:04     #1           A002 priority .
        """
    )


def test_help_is_not_kept_back_by_an_appointment_that_is_early() -> None:
    """A03: who may not be called yet keeps no window from helping."""
    Order(layout(plan("1", "a", help=("b",)))).play(
        """
        09:00     a appointment@10:00 A001
        09:01     b            B001
        09:02     #1           B001 priority
        10:00     b            B002
        10:00     #1           A001 priority
        """
    )


def test_two_windows_that_help_each_other_leave_nobody() -> None:
    Order(layout(plan("1", "a", help=("b",)), plan("2", "b", help=("a",)))).play(
        """
        09:00     a            A001
        09:00     a            A002
        09:01     #2           A001 priority
        09:02     #1           A002 priority
        09:03     b            B001
        09:04     #1           B001 priority
        09:05     #2 -
        """
    )


def test_w06_a_fast_pool_stands_beside_the_general_one() -> None:
    """W06: 即办 windows take quick items first and the general pool when idle; general windows help with quick ones
    when three wait."""
    windows = (plan("1", "a", help=("q",), help_from=3), plan("2", "q", help=("a",)))
    Order(layout(*windows)).play(
        """
        09:00     a            A001
        09:00     a            A002
        09:01     q            Q001
        09:02     #2           Q001 priority
        09:02     #1           A001 priority
        09:03     #2           A002 priority
        09:04     q            Q002
        09:04     q            Q003
        09:04     #1 -
        09:05     q            Q004
        09:05     #1           Q002 priority
        09:06     #1 -
        09:06     #2           Q003 priority
        """
    )


def test_w06_a_pool_is_one_queue_for_all_its_windows() -> None:
    """无差别: whoever is free takes the next."""
    Order(layout(plan("1", "a"), plan("2", "a"), plan("3", "a"))).play(
        """
        09:00     a            A001
        09:01     a            A002
        09:02     a            A003
        09:03     #3           A001 priority .
        09:04     #1           A002 priority .
        09:05     #3           A003 priority .
        """
    )


# ---------------------------------------------------------------- meant for one, coming back


def test_who_is_meant_for_a_window_or_clerk_is_called_there_only() -> None:
    Order(layout(plan("1", "a"), plan("2", "a"))).play(
        """
        09:00     a >2         A001
        09:01     a @1         A002
        09:02     a            A003
        09:03     #1           A002 priority A003:time:60
        09:04     #1           A003 priority
        09:05     #1 -
        09:06     #2           A001 priority
        """
    )


def test_c07_who_was_put_back_by_the_staff_stands_at_the_old_place() -> None:
    """Before those who were first of the queue meanwhile."""
    order = Order(layout(plan("1", "a"), plan("2", "a")))
    order.play(
        """
        09:00     a            A001
        09:01     a            A002
        09:02     a            A003
        09:03     #1           A001 priority
        09:04     #1 miss
        09:05     #2           A002 priority
        """
    )
    shown = preview(order.state, "1", order.hall.at)
    assert isinstance(shown, Preview)
    assert shown.label == "A003"
    order.hall.must(c.RestoreTicket(order.id_of("A001")))
    order.play("09:06 #1 A001 priority .")


def test_c07_who_comes_back_is_the_fourth_next() -> None:
    """C07: with requeue_after_k and k = 3 three others are called first, whatever the policy would say."""
    Order(layout(plan("1", "a"), missed={"a": "requeue_after_k"})).play(
        """
        09:00     a            A001
        09:01     a            A002
        09:02     a            A003
        09:03     a            A004
        09:04     a            A005
        09:05     #1           A001 priority
        09:06     #1 miss
        09:06     #1           A002 priority
        09:07     #1           A003 priority
        09:08     #1           A004 priority
        09:09     #1           A001 returned A005:returned:0
        09:10     #1           A005 priority
        """
    )


def test_c07_who_comes_back_and_is_alone_does_not_wait_for_nobody() -> None:
    """Where nobody else is left in the queue it waits like any other, and its window is not told that it is empty."""
    Order(layout(plan("1", "a", "b"), missed={"a": "requeue_after_k"})).play(
        """
        09:00     a            A001
        09:04     b            B001
        09:05     #1           A001 priority
        09:06     #1 miss
        09:07     #1           A001 priority B001:time:240
        09:08     #1           B001 priority
        """
    )
