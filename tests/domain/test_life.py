"""What happens to a ticket between its call and its end: undo, people who come and go, the day's end, alarm."""

from dataclasses import replace
from typing import Any

import pytest

from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.decision import Decision
from hallctl.domain.effects import ShowQueue, ShowWindow, effects
from hallctl.domain.model import Desk, Priority, Stage, WindowPlan
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from tests.domain.halls import LAYOUT, MemoryHall
from tests.domain.test_hold import held
from tests.domain.test_missed import called, code, hall_with, layout


def standing(hall: MemoryHall) -> object:
    """Who stands where, and all that decides who is next."""
    state = hall.state
    lanes = {
        (*place, of): tuple(lane) for place, classes in state.lanes.items() for of, lane in classes.items() if lane
    }
    fairness = {name: (window.streak, window.credits) for name, window in state.windows.items()}
    tallies = {name: (t.calls, t.called, t.streak, t.wait_sum_ms) for name, t in state.tallies.items()}
    return lanes, fairness, tallies, {t.id: (t.after, t.target, t.for_clerk, t.misses) for t in state.tickets.values()}


# ---------------------------------------------------------------- undo


def test_c17_a_missed_one_that_came_back_stands_again_where_it_stood() -> None:
    """C17: who was to come after three others is still the next to come back, not at the head of the queue."""
    hall = hall_with("requeue_after_k").open("1", "2")
    for _ in range(6):
        hall.take()
    for _ in range(4):
        called(hall, misses=("A001",))
    before = standing(hall)
    assert hall.must(c.CallTicket("1")).label == "A001"  # type: ignore[union-attr]
    hall.must(c.UndoTicket("1"))
    assert standing(hall) == before
    assert [called(hall) for _ in range(3)] == ["A001", "A005", "A006"]


@pytest.mark.parametrize("place", [{"window": "1"}, {"clerk": "101"}])
def test_c17_what_was_meant_for_one_stays_so(place: dict[str, Any]) -> None:
    """C17: back in the lane of its window or clerk."""
    hall = MemoryHall().open("1", "2")
    ticket = hall.take()
    hall.must(c.TransferTicket(ticket.id, **place))
    before = standing(hall)
    hall.must(c.CallTicket("1"))
    hall.must(c.UndoTicket("1"))
    assert standing(hall) == before
    assert code(hall.do(c.CallTicket("2"))) == "queue.empty"


def test_c17_shares_and_rows_are_as_before() -> None:
    """C17: an undone call has used nobody's share, and is no privileged call in a row (C02, C03)."""
    plan = WindowPlan("2", "main", ("pooled", "police"), "ratio", ratio=(("pooled", 2), ("police", 1)))
    hall = MemoryHall().open("2")
    hall.must(c.ArrangeWindows((("2", plan),)))
    for _ in range(6):
        hall.take("pooled")
        hall.take("police")
        hall.must(c.TakeTicket("pooled", Priority.GREEN))
    for _ in range(5):
        before = standing(hall)
        label = hall.must(c.CallTicket("2")).label  # type: ignore[union-attr]
        hall.must(c.UndoTicket("2"))
        assert standing(hall) == before
        assert called(hall, "2") == label


def test_c17_a_call_for_one_who_has_left_goes_to_all() -> None:
    """C17, C12: B took A's window over and undoes A's call of a ticket that was for A: it is nobody's, so it is for
    everybody, at its old place."""
    hall = MemoryHall().open("1", "2")
    ticket = hall.take()
    hall.must(c.TransferTicket(ticket.id, clerk="101"))
    hall.must(c.CallTicket("1"))
    hall.must(c.SetAccount("109", "109", ("window",), "hash"))
    hall.must(c.TakeOverWindow("1", "109"))
    hall.must(c.UndoTicket("1"))
    waiting = hall.state.tickets[ticket.id]
    assert (waiting.stage, waiting.for_clerk, waiting.place) == (Stage.WAITING, None, ticket.place)
    assert hall.must(c.CallTicket("2")).id == ticket.id  # type: ignore[union-attr]


# ---------------------------------------------------------------- people come and go


def leave(hall: MemoryHall, how: str) -> None:
    """The clerk 102 leaves window 2 in one of the ways there are."""
    hall.must(c.TakeOverWindow("2", "101") if how == "take_over" else c.CloseWindow("2"))
    if how == "logout":
        hall.must(c.LogoutClerk("2"))


LEAVINGS = [
    # who it was meant for, how the clerk left, whether it is for all then
    ({"clerk": "102"}, "close", True),
    ({"clerk": "102"}, "logout", True),
    ({"clerk": "102"}, "take_over", True),
    ({"window": "2"}, "close", True),
    ({"window": "2"}, "logout", True),
    ({"window": "2"}, "take_over", False),
]


@pytest.mark.parametrize(("place", "how", "free"), LEAVINGS)
def test_c08_nobody_waits_for_one_who_has_left(place: dict[str, Any], how: str, free: bool) -> None:
    """C08: what waited for a clerk or window that leaves waits in its queue, at its old place; a window that is taken
    over is still there."""
    hall = MemoryHall().open("1", "2")
    ticket = hall.take()
    hall.must(c.TransferTicket(ticket.id, **place))
    later = hall.take()
    leave(hall, how)
    waiting = hall.state.tickets[ticket.id]
    assert (waiting.target is None and waiting.for_clerk is None) == free
    assert (waiting.stage, waiting.place, waiting.queue) == (Stage.WAITING, ticket.place, "pooled")
    assert hall.must(c.CallTicket("1")).id == (ticket if free else later).id  # type: ignore[union-attr]


def test_c08_a_clerk_with_another_window_is_still_there() -> None:
    hall = MemoryHall().open("1", "2")
    hall.must(c.LoginClerk("3", "102"))
    hall.must(c.OpenWindow("3"))
    ticket = hall.take()
    hall.must(c.TransferTicket(ticket.id, clerk="102"))
    hall.must(c.CloseWindow("2"))
    assert hall.state.tickets[ticket.id].for_clerk == "102"
    hall.must(c.PauseWindow("3", "午休"))
    assert hall.state.tickets[ticket.id].for_clerk == "102", "a pause ends"
    hall.must(c.CloseWindow("3"))
    assert hall.state.tickets[ticket.id].for_clerk is None


def test_c08_put_back_after_its_clerk_has_left() -> None:
    """C07, C08: missed, then the clerk leaves, then the staff put it back: it waits for all."""
    hall = MemoryHall().open("1", "2")
    ticket = hall.take()
    hall.must(c.TransferTicket(ticket.id, clerk="102"))
    hall.must(c.CallTicket("2"))
    hall.must(c.MissTicket("2"))
    hall.must(c.CloseWindow("2"))
    hall.must(c.RestoreTicket(ticket.id))
    assert hall.must(c.CallTicket("1")).id == ticket.id  # type: ignore[union-attr]


def test_a_window_that_is_not_in_the_config_any_more_loses_nobody() -> None:
    """C08: the daemon starts with a config that lacks the window that somebody waited for."""
    hall = MemoryHall().open("1", "2")
    ticket = hall.take()
    hall.must(c.TransferTicket(ticket.id, window="2"))
    windows = {name: plan for name, plan in LAYOUT.windows.items() if name != "2"}
    hall.state.layout = replace(LAYOUT, windows=windows)
    hall.must(c.StartHall("v", "d"))
    assert hall.must(c.CallTicket("1")).id == ticket.id  # type: ignore[union-attr]


def test_c12_first_in_then_out() -> None:
    """C12, W20: who comes in first, who goes out then; both intervals are told, the running ticket is kept, and who
    was relieved can work elsewhere at once."""
    hall = MemoryHall().open("1", "2")
    ticket = hall.ticket_in(Stage.SERVING)
    since = hall.at
    hall.at += 600_000
    hall.must(c.TakeOverWindow("1", "102"))
    hall.must(c.LoginClerk("3", "101"))
    hall.must(c.OpenWindow("3"))
    hall.at += 60_000
    done = hall.must(c.FinishTicket("1"))
    assert done is not None
    assert (done.id, done.first_clerk, done.clerk) == (ticket.id, "101", "102")
    assert hall.state.window("2").clerk == "102", "still at the window that B came from"
    told = [
        (record.event.TYPE, record.event.clerk, getattr(record.event, "previous", None), record.at >= since)
        for record in hall.records
        if getattr(record.event, "window", "") == "1" and isinstance(record.event, e.ClerkLoggedIn | e.WindowTakenOver)
    ]
    assert told == [("clerk.logged_in", "101", None, False), ("window.taken_over", "102", "101", True)]


def test_c10_a_pause_needs_a_reason_and_gets_no_call() -> None:
    """C10: no call goes there; who is there is served to the end; to resume brings all back."""
    hall = MemoryHall().open("1", "2")
    ticket = hall.ticket_in(Stage.SERVING)
    hall.take()
    assert code(hall.do(c.PauseWindow("1", ""))) == "ticket.reason_required"
    hall.must(c.PauseWindow("1", "会议"))
    assert (hall.state.window("1").state, hall.state.window("1").reason) == (Desk.PAUSED, "会议")
    assert hall.state.open_windows("pooled") == ["2"]
    hall.must(c.FinishTicket("1"))
    assert code(hall.do(c.CallTicket("1"))) == "window.paused"
    hall.must(c.ResumeWindow("1"))
    assert hall.state.window("1").reason is None
    assert hall.must(c.CallTicket("1")).id != ticket.id  # type: ignore[union-attr]


# ---------------------------------------------------------------- what is shown


def shown(hall: "MarkedHall") -> set[str]:
    """The queues and windows that the last command's events bring up to date."""
    return {
        effect.queue if isinstance(effect, ShowQueue) else f"window {effect.window}"
        for record in hall.records[hall.mark :]
        for effect in effects(hall.state, record)
        if isinstance(effect, ShowQueue | ShowWindow)
    }


class MarkedHall(MemoryHall):
    """A hall that knows where the last command's records begin."""

    mark = 0

    def do(self, command: c.Command, actor: str = "test") -> Decision | Refusal:
        self.mark = len(self.records)
        return super().do(command, actor)


def test_screens_follow_whoever_moves() -> None:
    """V04: numbers of people on the pads, labels on the strips: after a transfer, a step, a miss that waits again."""
    hall = MarkedHall(HallState(layout=layout("tail")))
    hall.open("1", "2")
    ticket = hall.take()
    hall.must(c.TransferTicket(ticket.id, service="police"))
    assert shown(hall) == {"pooled", "police"}
    hall.must(c.CallTicket("2"))
    assert shown(hall) == {"police", "window 2"}
    hall.must(c.MissTicket("2"))
    assert shown(hall) == {"police", "window 2"}
    hall.must(c.CallTicket("2"))
    hall.must(c.StartTicket("2"))
    hall.must(c.FinishTicket("2", then="pooled"))
    assert shown(hall) == {"pooled", "window 2"}
    for command in (c.DeclareEmergency("撤离"), c.EndEmergency(), c.CloseDay()):
        hall.must(command)
        assert shown(hall) == {"window 1", "window 2", "window 3"}


# ---------------------------------------------------------------- the day's end


def test_c14_expired_and_missed_are_two_figures() -> None:
    """C14: who waited expires, who was called is missed; both are counted, apart."""
    hall = MemoryHall().open("1", "2")
    hall.ticket_in(Stage.SERVING)
    for _ in range(4):
        hall.take()
    hall.must(c.CallTicket("2"))
    hall.must(c.CloseDay())
    tally = hall.state.tally("pooled")
    assert (tally.expired, tally.missed, tally.done) == (3, 1, 0)
    hall.must(c.FinishTicket("1"))
    assert hall.state.tally("pooled").done == 1


# ---------------------------------------------------------------- emergency

FORBIDDEN = [
    c.TakeTicket("pooled"),
    c.CallTicket("2"),
    c.CallTicket("2", "20261123-A003", "急"),
    c.RecallTicket("3"),
    c.ResumeTicket("2", "20261123-A001"),
]


def test_c16_stops_issuing_and_calling_and_keeps_everything() -> None:
    """C16: one command; nothing is issued or called, nothing is lost, and its end brings all back."""
    hall = MemoryHall().open("1", "2", "3")
    held(hall)
    serving = hall.ticket_in(Stage.SERVING)
    hall.take()
    hall.take("police")
    hall.must(c.CallTicket("3"))
    hall.at += 10_000
    before = dict(hall.state.tickets)
    hall.must(c.DeclareEmergency("请立即有序撤离"))
    for command in FORBIDDEN:
        assert code(hall.do(command)) == "hall.emergency", command
    assert code(hall.do(c.MissTicket("3"))) == "hall.emergency", "who was called may be on the way out"
    assert hall.state.tickets == before
    hall.must(c.FinishTicket("1"))
    assert hall.state.tickets[serving.id].stage is Stage.DONE, "who is served may be let go"
    assert code(hall.do(c.DeclareEmergency(" "))) == "emergency.notice_missing"
    hall.must(c.EndEmergency())
    assert code(hall.do(c.EndEmergency())) == "emergency.none"
    for command in FORBIDDEN[:2]:
        hall.must(command)
    hall.must(c.RecallTicket("3"))
