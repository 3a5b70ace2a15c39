"""A clock set far ahead must not open a day that can never be taken back (O08)."""

import asyncio
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hallctl.api.role import Role
from hallctl.domain import calendar
from hallctl.engine import timers
from tests.harness import FakeClock, running_hall

DAY_S = 24 * 3600


def noon(day: str) -> FakeClock:
    return FakeClock(calendar.day_start(day, ZoneInfo("Asia/Shanghai"), 12 * 60))


async def test_o08_a_start_years_ahead_waits_for_a_person(tmp_path: Path) -> None:
    """O08: today is not opened by itself, everybody is told why, and an administrator can open it."""
    async with running_hall(tmp_path, clock=noon("2026-11-23")):
        pass
    async with running_hall(tmp_path, clock=noon("2036-11-23")) as hall:
        assert hall.daemon.context.state.last_day == "2026-11-23"
        board = await hall.client(Role.BOARD)
        assert board.snapshot["hall"]["warning"]["code"] == "clock.doubtful"
        admin = await hall.client(Role.ADMIN)
        await admin.change("day.open")
        assert hall.daemon.context.state.day == "2036-11-23"
        assert (await board.ask("hall.snapshot"))["snapshot"]["hall"]["warning"] is None


async def test_o08_long_holidays_are_no_doubt(tmp_path: Path) -> None:
    async with running_hall(tmp_path, clock=noon("2026-11-23")):
        pass
    async with running_hall(tmp_path, clock=noon("2026-12-23")) as hall:
        assert hall.daemon.context.state.day == "2026-12-23"


async def test_o08_a_running_hall_believes_a_skipped_day_only_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O08: a clock that jumps two days ahead and is corrected changes nothing; one that stays there is believed."""
    monkeypatch.setattr(timers, "LOOK_S", 0.01)
    clock = noon("2026-11-23")
    async with running_hall(tmp_path, clock=clock) as hall:
        state = hall.daemon.context.hall.state
        clock.pass_s(2 * DAY_S)
        await asyncio.sleep(0.05)
        clock.pass_s(-2 * DAY_S)
        await asyncio.sleep(0.5)
        assert state.day == "2026-11-23"
        clock.pass_s(2 * DAY_S)
        for _ in range(500):
            await asyncio.sleep(0.01)
            if state.day != "2026-11-23":
                break
        assert state.day == "2026-11-25"
