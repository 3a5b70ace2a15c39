"""L05: the watcher tells through the one door, advises beside the loop, and nothing is told twice after a restart."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hallctl import bootstrap
from hallctl.config import parse
from hallctl.domain import commands as c
from hallctl.domain.alert import Alert
from hallctl.domain.state import HallState
from hallctl.domain.watch_commands import ConfirmAlert, DismissAlert
from hallctl.engine.hall import Hall
from hallctl.engine.watcher import ADVISE_S, WORKS_S, Arrivals, Watcher
from hallctl.errors import StoreError
from tests.harness import SMALL, FakeClock

WATCHED = (
    SMALL
    + """
[[windows]]
id = "6"
zone = "main"
services = ["police"]
[[windows.modes]]
name = "pooled"
title = "综合受理"
services = ["pooled"]
[watch]
waiting = 5
per_window = 0
"""
)


class Eyes:
    """A hall on a disk, with a clock in the hand and a watcher that looks when told."""

    def __init__(self, hall: Hall, clock: FakeClock) -> None:
        self.hall = hall
        self.clock = clock
        self.watcher = Watcher(hall, clock)

    @property
    def state(self) -> HallState:
        return self.hall.state

    async def do(self, *commands: c.Command) -> None:
        for command in commands:
            answer = await self.hall.execute(command, "test")
            assert isinstance(answer, str), answer

    async def open(self, *windows: str) -> None:
        for window in windows:
            clerk = f"10{window}"
            await self.do(
                c.SetAccount(clerk, clerk, ("window",), "x"), c.LoginClerk(window, clerk), c.OpenWindow(window)
            )

    async def crowd(self, count: int, service: str = "pooled") -> None:
        for _ in range(count):
            await self.do(c.TakeTicket(service))
            self.clock.pass_s(20)

    async def look(self, seconds: float = 0) -> list[Alert]:
        self.clock.pass_s(seconds)
        await self.watcher.look()
        return list(self.state.alerts.values())

    async def settled(self) -> list[Alert]:
        await self.look()
        return await self.look(60)


@asynccontextmanager
async def eyes(directory: Path, clock: FakeClock | None = None, text: str = WATCHED) -> AsyncIterator[Eyes]:
    clock = clock or FakeClock()
    daemon = await bootstrap.compose(parse(text), directory, bootstrap.installed(), clock=clock)
    await daemon.start("test")
    try:
        yield Eyes(daemon.context.hall, clock)
    finally:
        await daemon.stop()


def told(records: list[Alert], rule: str) -> list[tuple[str | None, str]]:
    return [(alert.service, alert.stage) for alert in records if alert.rule == rule]


async def test_an_alert_with_its_suggestion_confirmed_and_cleared(tmp_path: Path) -> None:
    """The whole way: told after a minute, advised at once, confirmed, not advised anew at once, taken back."""
    async with eyes(tmp_path) as watched:
        await watched.open("1", "3", "6")
        await watched.crowd(12)
        assert await watched.look() == []
        (alert,) = await watched.look(60)
        assert (alert.rule, alert.value, alert.stage) == ("waiting", 12, "raised")
        assert alert.suggestion is not None
        assert (alert.suggestion.window, alert.suggestion.action) == ("6", "mode")
        await watched.do(ConfirmAlert(alert.id, "6", "mode"))
        assert watched.state.plan("6").services == ("pooled",)
        assert [alert.stage for alert in await watched.look(ADVISE_S)] == ["confirmed"]
        for window in ("1", "6") * 5:
            await watched.do(c.CallTicket(window), c.StartTicket(window), c.FinishTicket(window))
        assert len(await watched.look()) == 1
        assert await watched.look(60) == []


async def test_what_stands_survives_a_restart_and_is_not_told_again(tmp_path: Path) -> None:
    clock = FakeClock()
    async with eyes(tmp_path, clock) as watched:
        await watched.open("1", "3", "6")
        await watched.crowd(12)
        before = await watched.settled()
        assert before[0].suggestion is not None
    async with eyes(tmp_path, clock) as watched:
        assert list(watched.state.alerts.values()) == before
        assert [alert.id for alert in await watched.look()] == [before[0].id]
        assert [alert.id for alert in await watched.settled()] == [before[0].id]


async def test_one_suggestion_for_a_queue_however_many_rules_see_it(tmp_path: Path) -> None:
    async with eyes(tmp_path) as watched:
        await watched.open("1", "3", "6")
        await watched.crowd(12)
        await watched.settled()
        watched.clock.pass_s(1800)
        alerts = await watched.settled()
        assert {alert.rule for alert in alerts} == {"waiting", "wait", "overdue"}
        assert [alert.rule for alert in alerts if alert.suggestion is not None] == ["waiting"]


async def test_the_whole_hall_is_advised_on_where_it_is_worst(tmp_path: Path) -> None:
    """Where the queue's own alerts were dismissed, the hall's still tells what would help."""
    async with eyes(tmp_path) as watched:
        await watched.open("1", "3", "6")
        await watched.crowd(12)
        await watched.settled()
        watched.clock.pass_s(1800)
        for alert in await watched.settled():
            if alert.service is not None:
                await watched.do(DismissAlert(alert.id, "知道"))
        alerts = await watched.look(ADVISE_S)
        (hall,) = [alert for alert in alerts if alert.rule == "overdue"]
        assert hall.suggestion is not None
        assert hall.suggestion.effect.queue == "pooled"


async def test_a_suggestion_goes_when_it_does_not_help_any_more(tmp_path: Path) -> None:
    async with eyes(tmp_path) as watched:
        await watched.open("1", "3", "6")
        await watched.crowd(12)
        (alert,) = await watched.settled()
        assert alert.suggestion is not None
        await watched.open("2")
        await watched.do(c.ArrangeWindows((("6", "pooled"),)))
        (alert,) = await watched.look(ADVISE_S)
        assert alert.suggestion is None


async def test_a_confirmed_change_has_time_to_work_before_the_next_is_suggested(tmp_path: Path) -> None:
    async with eyes(tmp_path) as watched:
        await watched.open("1", "3", "6")
        await watched.crowd(30)
        (alert, *_others) = await watched.settled()
        await watched.do(ConfirmAlert(alert.id))
        await watched.do(c.ArrangeWindows((("6", None),)))
        await watched.look(WORKS_S - 60)
        assert watched.state.alerts[alert.id].stage == "confirmed"
        await watched.look(120)
        again = watched.state.alerts[alert.id]
        assert again.stage == "raised"
        assert again.suggestion is not None


async def test_nothing_is_judged_in_an_emergency(tmp_path: Path) -> None:
    """C16: nothing is called, so every queue grows; when it is over, what is so then counts."""
    async with eyes(tmp_path) as watched:
        await watched.open("1")
        await watched.do(c.DeclareEmergency("火警"))
        assert await watched.settled() == []
        await watched.do(c.EndEmergency())
        await watched.crowd(6)
        assert told(await watched.settled(), "waiting") == [("pooled", "raised")]
        await watched.do(c.DeclareEmergency("火警"), c.CloseDay())
        assert len(await watched.settled()) == 1


async def test_a_hall_that_does_not_want_it_is_left_alone(tmp_path: Path) -> None:
    """enabled = false: what stood is taken back, nothing is told."""
    clock = FakeClock()
    async with eyes(tmp_path, clock) as watched:
        await watched.open("1")
        await watched.crowd(6)
        assert await watched.settled() != []
    async with eyes(tmp_path, clock, WATCHED + "enabled = false\n") as watched:
        assert await watched.settled() == []
        assert await watched.settled() == []


async def test_a_disk_that_fails_does_not_end_the_watching(tmp_path: Path) -> None:
    """One look fails; the next one tells it."""
    async with eyes(tmp_path) as watched:
        await watched.open("1")
        await watched.crowd(6)
        await watched.look()
        watched.hall._failure = StoreError("store.unavailable")
        with pytest.raises(StoreError, match="store.unavailable"):
            await watched.look(60)
        watched.hall._failure = None
        assert told(await watched.look(), "waiting") == [("pooled", "raised")]


async def test_how_many_come_is_counted_not_guessed(tmp_path: Path) -> None:
    """Over half an hour, by those who were called and those who wait; numbers that were left out are nobody."""
    async with eyes(tmp_path) as watched:
        await watched.open("1", "3")
        arrivals = Arrivals()
        arrivals.note(watched.state, watched.clock.now())
        await watched.crowd(30)
        watched.clock.pass_s(600)
        await watched.do(c.SkipNumbers(50))
        await watched.do(c.CallTicket("1"), c.StartTicket("1"), c.FinishTicket("1"))
        rates = arrivals.rates(watched.state, watched.clock.now())
        assert rates == {"pooled": 90.0, "police": 0.0}
        watched.clock.pass_s(-3600)
        arrivals.note(watched.state, watched.clock.now())
        assert arrivals.rates(watched.state, watched.clock.now()).get("police", 0.0) == 0.0
