"""The clock switches windows through the one door: told to everybody, and the same after a restart (W07, C13)."""

from pathlib import Path
from zoneinfo import ZoneInfo

from hallctl.api.role import Role
from hallctl.domain import calendar
from hallctl.domain import commands as c
from hallctl.engine.arranger import Arranger
from tests.engine.told import told
from tests.harness import FakeClock, RunningHall, running_hall, small_config

MODES = """
[[windows.modes]]
name = "market"
services = ["pooled"]
times = [{ days = [1], time = "09:00-11:00" }]
"""
"""Of the last window, which calls police else."""

SHANGHAI = ZoneInfo("Asia/Shanghai")


def clock_at(hhmm: str, day: str = "2026-11-23") -> FakeClock:
    return FakeClock(calendar.day_start(day, SHANGHAI, calendar.minutes(hhmm)))


def mode_of(hall: RunningHall) -> str | None:
    plan = hall.daemon.context.hall.state.window("3").plan
    return plan.mode if plan is not None else None


async def test_w07_the_clock_switches_and_a_restart_follows_it(tmp_path: Path) -> None:
    """W07: on at 09:00, off while the machine is off, everybody is told; a person's switch outlives a restart."""
    config = small_config(MODES)
    clock = clock_at("08:50")
    async with running_hall(tmp_path, config, clock) as hall:
        arranger = Arranger(hall.daemon.context.hall, clock)
        await arranger.look()
        assert mode_of(hall) is None
        supervisor = await hall.client(Role.SUPERVISOR)
        clock.pass_s(10 * 60)
        await arranger.look()
        assert mode_of(hall) == "market"
        assert (await told(supervisor, "window.arranged"))["window"] == "3"
        await hall.execute(c.ArrangeWindows((("3", None),)))
    clock.pass_s(60)
    async with running_hall(tmp_path, config, clock) as hall:
        await Arranger(hall.daemon.context.hall, clock).look()
        assert mode_of(hall) is None, "a person has switched it back in this time"
        await hall.execute(c.ArrangeWindows((("3", "market"),)))
    clock.pass_s(2 * 3600)
    async with running_hall(tmp_path, config, clock) as hall:
        await Arranger(hall.daemon.context.hall, clock).look()
        assert mode_of(hall) is None, "the time was over while the machine was off"


async def test_a_running_daemon_switches_at_its_start(tmp_path: Path) -> None:
    """Nobody has to ask: the daemon's own timer looks at once."""
    async with running_hall(tmp_path, small_config(MODES), clock_at("10:00")) as hall:
        supervisor = await hall.client(Role.SUPERVISOR)
        if mode_of(hall) is None:
            await told(supervisor, "window.arranged")
        assert mode_of(hall) == "market"
