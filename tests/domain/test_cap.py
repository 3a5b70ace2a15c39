"""The fairness cap as scripted orders: no stream of privileged people passes over an ordinary one for ever (C03)."""

from tests.domain.orders import Order, layout, plan


def test_c03_of_an_endless_green_stream_every_fourth_call_is_a_normal_one() -> None:
    """C03: at most K = 3 in a row while a normal ticket waits."""
    Order(layout(plan("1", "a"))).play(
        """
        09:00     a            A001
        09:00     a            A002
        09:01     a green      A003
        09:01     a green      A004
        09:01     a green      A005
        09:01     a green      A006
        09:01     a green      A007
        09:02     #1           A003 priority A001:class:14340
        09:03     #1           A004 priority
        09:04     #1           A005 priority
        09:05     #1           A001 cap A006:cap:3
        09:06     #1           A006 priority
        09:07     #1           A007 priority
        09:07     a green      A008
        09:07     a green      A009
        09:08     #1           A008 priority
        09:09     #1           A002 cap A009:cap:3
        09:10     #1           A009 priority
        """
    )


def test_c03_the_cap_counts_over_all_windows_of_a_queue() -> None:
    """C03: with four windows it is still the fourth call, not the fourth of each."""
    windows = [plan(name, "a") for name in "1234"]
    table = "\n".join(["09:00 a A001", *(f"09:01 a green A{number:03d}" for number in range(2, 12))])
    order = Order(layout(*windows))
    order.play(table)
    order.play(
        """
        09:02     #1           A002 priority
        09:02     #2           A003 priority
        09:02     #3           A004 priority
        09:02     #4           A001 cap
        09:03     #1           A005 priority
        """
    )


def test_c03_the_cap_counts_for_a_service_whose_neighbours_are_called() -> None:
    """C03: greens of one service pass over the normal ones of another that the same windows call."""
    Order(layout(plan("1", "a", "b"), plan("2", "a", "b"), plan("3", "a"))).play(
        """
        09:00     b            B001
        09:00     b            B002
        09:01     a green      A001
        09:01     a green      A002
        09:01     a green      A003
        09:01     a green      A004
        09:01     a green      A005
        09:01     a green      A006
        09:02     #1           A001 priority B001:class:14340
        09:02     #2           A002 priority B001:class:14340
        09:02     #3           A003 priority
        09:03     #1           A004 priority B001:class:14340
        09:03     #2           B001 cap A005:cap:3
        09:04     #2           A005 priority
        """
    )


def test_c03_an_ordinary_call_ends_the_row_of_all_queues_that_it_could_have_been_from() -> None:
    """The cap takes one call of four from the privileged, not one for each service of the window."""
    Order(layout(plan("1", "a", "b"))).play(
        """
        09:00     a            A001
        09:00     b            B001
        09:01     a green      A002
        09:01     a green      A003
        09:01     a green      A004
        09:01     a green      A005
        09:02     #1           A002 priority
        09:03     #1           A003 priority
        09:04     #1           A004 priority
        09:05     #1           A001 cap
        09:06     #1           A005 priority
        09:07     #1           B001 priority
        """
    )


def test_c03_an_appointment_in_its_slot_is_under_the_cap_too() -> None:
    """Among ordinary ones the accumulated priority decides."""
    Order(layout(plan("1", "a"), cap=1)).play(
        """
        09:00     a            A001
        09:01     a appointment@09:01 A002
        09:02     a green      A003
        09:02     a green      A004
        09:03     #1           A003 priority
        09:04     #1           A002 cap A004:cap:1 A001:class:1740
        09:05     #1           A004 priority A001:class:14280
        """
    )


def test_c03_one_who_is_meant_for_a_window_is_not_passed_over_there_for_ever() -> None:
    """C03: normal calls of the same queue at other windows do not help who may be called here only."""
    order = Order(layout(plan("1", "a"), plan("2", "a")))
    order.play("\n".join(["09:00 a >1 A001", *(f"09:01 a green A{number:03d}" for number in range(2, 12))]))
    order.play(
        """
        09:02     a            A012
        09:03     #1           A002 priority
        09:03     #1           A003 priority
        09:03     #1           A004 priority
        09:03     #2           A012 cap
        09:04     #1           A001 cap
        """
    )


def test_c03_the_cap_is_for_no_fifo_window() -> None:
    """By time nobody is privileged: greens who came first are called first, and count in no row."""
    Order(layout(plan("1", "a", policy="fifo"), plan("2", "a"))).play(
        """
        09:00     a green      A001
        09:00     a green      A002
        09:00     a green      A003
        09:00     a green      A004
        09:00     a green      A005
        09:01     a            A006
        09:02     #1           A001 fifo
        09:02     #1           A002 fifo
        09:02     #1           A003 fifo
        09:02     #1           A004 fifo
        09:02     #2           A005 priority
        """
    )


def test_c17_an_undone_call_counts_in_no_row() -> None:
    """C17, C03: after the undo of a privileged call the row is shorter again, after that of a normal one full again."""
    Order(layout(plan("1", "a"))).play(
        """
        09:00     a            A001
        09:00     a            A002
        09:01     a green      A003
        09:01     a green      A004
        09:01     a green      A005
        09:01     a green      A006
        09:02     #1           A003 priority
        09:03     #1           A004 priority
        09:03     #1 undo
        09:04     #1           A004 priority
        09:05     #1           A005 priority
        09:06     #1           A001 cap
        09:06     #1 undo
        09:07     #1           A001 cap A006:cap:3
        09:08     #1           A006 priority
        """
    )


def test_c03_who_comes_back_is_under_the_cap() -> None:
    """C03: greens who miss their call and come back do not begin the row anew."""
    Order(layout(plan("1", "a"), cap=2, missed={"a": "requeue_after_k"})).play(
        """
        09:00     a            A001
        09:00     a            A002
        09:01     a green      A003
        09:01     a green      A004
        09:01     a green      A005
        09:02     #1           A003 priority
        09:02     #1 miss
        09:03     #1           A004 priority
        09:03     #1 miss
        09:04     #1           A001 cap A005:cap:2
        09:05     #1           A005 priority
        09:06     #1           A003 returned A002:returned:0
        09:07     #1           A002 cap A004:cap:2
        09:08     #1           A004 returned .
        """
    )
