"""C14: a hall that serves over midnight: the day ends at its hour, not at midnight, and not under whoever is served."""

from pathlib import Path
from zoneinfo import ZoneInfo

from hallctl.domain import calendar
from hallctl.domain import commands as c
from hallctl.domain.model import Stage
from hallctl.engine.timers import PROOF_LOOKS
from tests.harness import FakeClock, RunningHall, running_hall

MINUTE_S = 60


async def serve_one(hall: RunningHall) -> str:
    """Take, call and serve; the label."""
    label = str((await hall.execute(c.TakeTicket("pooled")))["ticket"]["label"])
    for command in (c.CallTicket("1"), c.StartTicket("1"), c.FinishTicket("1")):
        await hall.execute(command)
    return label


async def test_c14_midnight_is_no_end(tmp_path: Path) -> None:
    """C14: 延时服务 from 23:50 on: numbers and figures run on past midnight; at 03:00 who waits expires, who was called
    is missed, who is served is served to the end, and the numbers start again."""
    late = FakeClock(calendar.day_start("2026-11-23", ZoneInfo("Asia/Shanghai"), 23 * 60 + 50))
    async with running_hall(tmp_path, clock=late) as hall:
        daemon = hall.daemon
        state, timers = daemon.context.hall.state, daemon.context.timers
        for window in ("1", "2"):
            await hall.clerk(f"10{window}")
            await hall.execute(c.LoginClerk(window, f"10{window}"))
            await hall.execute(c.OpenWindow(window))
        assert await serve_one(hall) == "A001"
        late.pass_s(20 * MINUTE_S)
        assert await timers.turn() is False
        assert await serve_one(hall) == "A002"
        assert (state.day, state.tally("pooled").done) == ("2026-11-23", 2)
        for _ in range(3):
            await hall.execute(c.TakeTicket("pooled"))
        for command in (c.CallTicket("1"), c.StartTicket("1"), c.CallTicket("2")):
            await hall.execute(command)
        late.pass_s(169 * MINUTE_S)
        assert await timers.turn() is False, "02:59"
        late.pass_s(MINUTE_S)
        assert await timers.turn() is True, "03:00"
        old = {ticket.label: ticket.stage for ticket in state.tickets.values() if ticket.day == "2026-11-23"}
        assert old["A003"] is Stage.SERVING
        assert "A005" not in old, "it waited, and has expired"
        assert Stage.CALLED not in old.values(), "it was called, and is missed"
        assert state.day == "2026-11-24"
        assert (state.tally("pooled").number, state.tally("pooled").done) == (0, 0)
        assert (await hall.execute(c.TakeTicket("pooled")))["ticket"]["label"] == "A001"
        await hall.execute(c.FinishTicket("1"))
        assert state.tally("pooled").done == 1
        await daemon.context.hall.caught_up()
        rows = {row.label: row.stage for row in daemon.context.reports.ledger("2026-11-23")}
        assert rows == {"A001": "done", "A002": "done", "A003": "done", "A004": "missed", "A005": "expired"}


async def test_c14_the_hour_is_looked_at_by_itself(tmp_path: Path) -> None:
    """C14: as it passes in the running hall; a clock that jumped there is doubted for a while (O08)."""
    late = FakeClock(calendar.day_start("2026-11-24", ZoneInfo("Asia/Shanghai"), 2 * 60 + 59))
    async with running_hall(tmp_path, clock=late) as hall:
        timers = hall.daemon.context.timers
        state = hall.daemon.context.hall.state
        assert state.day == "2026-11-23"
        late.pass_s(2 * MINUTE_S)
        looks = [await timers.look() for _ in range(PROOF_LOOKS + 1)]
        assert looks.count(True) == 1
        assert state.day == "2026-11-24"
