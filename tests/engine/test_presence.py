"""C11: a window whose clerk has lost the page pauses after a while; its ticket stays, and the clerk goes on."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hallctl.api.role import Role
from hallctl.domain import commands as c
from hallctl.domain.model import Desk, Stage
from hallctl.engine.presence import PAGE_LOST, Presence
from tests.harness import RunningHall, running_hall, small_config

LOST_S = 60


@dataclass
class Due:
    """A call that is due at a moment of the hand's clock."""

    at: float
    call: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class Hand:
    """A clock in the hand."""

    now: float = 0.0
    waiting: list[Due] = field(default_factory=list)

    def later(self, seconds: float, call: Callable[[], None]) -> Due:
        self.waiting.append(Due(self.now + seconds, call))
        return self.waiting[-1]

    async def pass_s(self, seconds: float) -> None:
        """So much time goes by; what is due happens, and is on disk."""
        self.now += seconds
        due = [each for each in self.waiting if each.at <= self.now and not each.cancelled]
        self.waiting = [each for each in self.waiting if each not in due]
        for each in due:
            each.call()
        await asyncio.sleep(0.1 if due else 0)


async def at_work(hall: RunningHall, window: str = "1", clerk: str = "101") -> None:
    """A clerk at the open window; with a pad, no page."""
    await hall.clerk(clerk)
    await hall.execute(c.LoginClerk(window, clerk))
    await hall.execute(c.OpenWindow(window))


def desk(hall: RunningHall, window: str = "1") -> tuple[Desk, str | None]:
    state = hall.daemon.context.hall.state.window(window)
    return state.state, state.reason


OPEN, PAUSED = (Desk.OPEN, None), (Desk.PAUSED, PAGE_LOST)


async def test_c11_it_pauses_after_the_time_and_keeps_its_ticket(tmp_path: Path) -> None:
    """C11: 60 s without a page: paused; the ticket stays with the window, and can be finished there."""
    async with running_hall(tmp_path) as hall:
        hand = Hand()
        presence = Presence(hall.daemon.context.hall, hand.later)
        await at_work(hall)
        await hall.execute(c.TakeTicket("pooled"))
        await hall.execute(c.CallTicket("1"))
        await hall.execute(c.StartTicket("1"))
        presence.came("page", "1", "101")
        presence.went("page")
        await hand.pass_s(LOST_S - 1)
        assert desk(hall) == OPEN
        await hand.pass_s(1)
        assert desk(hall) == PAUSED
        ticket = hall.daemon.context.state.active("1")
        assert ticket is not None
        assert ticket.stage is Stage.SERVING
        await hall.execute(c.FinishTicket("1"))
        await hall.execute(c.ResumeWindow("1"))
        assert desk(hall) == OPEN


async def test_c11_a_page_that_comes_back_in_time_changes_nothing(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall:
        hand = Hand()
        presence = Presence(hall.daemon.context.hall, hand.later)
        await at_work(hall)
        presence.came("first", "1", "101")
        presence.went("first")
        await hand.pass_s(LOST_S - 1)
        presence.came("second", "1", "101")
        await hand.pass_s(10 * LOST_S)
        assert desk(hall) == OPEN
        presence.went("second")
        await hand.pass_s(LOST_S - 1)
        assert desk(hall) == OPEN, "the time begins anew"
        await hand.pass_s(1)
        assert desk(hall) == PAUSED


async def test_c11_the_last_page_counts(tmp_path: Path) -> None:
    """C11: two pages of one clerk: only when both are gone; an unknown connection's end says nothing."""
    async with running_hall(tmp_path) as hall:
        hand = Hand()
        presence = Presence(hall.daemon.context.hall, hand.later)
        await at_work(hall)
        presence.came("one", "1", "101")
        presence.came("two", "1", "101")
        presence.went("one")
        presence.went("board")
        await hand.pass_s(LOST_S)
        assert desk(hall) == OPEN
        presence.went("two")
        await hand.pass_s(LOST_S)
        assert desk(hall) == PAUSED


async def test_c11_who_never_had_a_page_is_not_missed(tmp_path: Path) -> None:
    """C11: worked by a pad only, or after a start before a page has come: not touched."""
    async with running_hall(tmp_path) as hall:
        hand = Hand()
        presence = Presence(hall.daemon.context.hall, hand.later)
        await at_work(hall)
        await at_work(hall, "2", "102")
        presence.came("page", "2", "102")
        presence.went("page")
        await hand.pass_s(LOST_S)
        assert (desk(hall), desk(hall, "2")) == (OPEN, PAUSED)


async def test_c11_a_window_that_is_worked_otherwise_is_left_alone(tmp_path: Path) -> None:
    """C11: the page is gone, but the clerk called by the pad meanwhile."""
    async with running_hall(tmp_path) as hall:
        hand = Hand()
        presence = Presence(hall.daemon.context.hall, hand.later)
        await at_work(hall)
        presence.came("page", "1", "101")
        presence.went("page")
        await hand.pass_s(30)
        await asyncio.sleep(0.01)  # a window's times are in ms: the call is later than its opening
        await hall.execute(c.TakeTicket("pooled"))
        await hall.execute(c.CallTicket("1"))
        await hand.pass_s(LOST_S)
        assert desk(hall) == OPEN


async def test_c11_a_window_that_somebody_else_has_now(tmp_path: Path) -> None:
    """C11, C12: A's page goes after B took the window over; a closed window is not paused either."""
    async with running_hall(tmp_path) as hall:
        hand = Hand()
        presence = Presence(hall.daemon.context.hall, hand.later)
        await at_work(hall)
        await at_work(hall, "2", "102")
        presence.came("a", "1", "101")
        presence.came("c", "2", "102")
        presence.went("a")
        presence.went("c")
        await hall.clerk("103")
        await hall.execute(c.TakeOverWindow("1", "103"))
        await hall.execute(c.CloseWindow("2"))
        await hand.pass_s(LOST_S)
        assert (desk(hall), desk(hall, "2")) == (OPEN, (Desk.CLOSED, None))


async def test_c11_a_stop_pauses_nobody(tmp_path: Path) -> None:
    """C11: the daemon sends all pages away as it stops; that is no loss."""
    async with running_hall(tmp_path) as hall:
        hand = Hand()
        presence = Presence(hall.daemon.context.hall, hand.later)
        await at_work(hall)
        presence.came("page", "1", "101")
        presence.came("other", "1", "101")
        presence.went("page")
        await presence.stop()
        presence.went("other")
        await hand.pass_s(LOST_S)
        assert desk(hall) == OPEN
        assert hand.waiting == []


async def test_c11_over_a_real_line(tmp_path: Path) -> None:
    """C11: the page's line is cut; the window pauses, everybody is told; the clerk logs in again and goes on with the
    same ticket."""
    async with running_hall(tmp_path, small_config("[rules]\nclient_lost_s = 1\n")) as hall:
        board = await hall.client(Role.BOARD)
        page = await hall.desk("1")
        await hall.execute(c.TakeTicket("pooled"))
        called = await page.change("ticket.call")
        await page.__aexit__(None, None, None)
        async for event in board.events():
            if event["type"] == "window.paused":
                assert event["data"]["reason"] == PAGE_LOST
                break
        again = await hall.client(Role.WINDOW, "1", await hall.clerk("101"))
        await again.change("ticket.start")
        finished = await again.change("ticket.finish")
        assert finished["ticket"]["id"] == called["ticket"]["id"]
        await again.change("window.resume")
        assert desk(hall) == OPEN
