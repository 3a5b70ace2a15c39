"""What stands over the windows when they do not call: a pause (C10), an emergency (C16); and a next step (T17)."""

import asyncio
from pathlib import Path

from hallctl.api.role import Role
from hallctl.demo import CLIPS
from hallctl.domain.model import Stage
from tests.e2e.stage import StagedHall, staged_hall
from tests.e2e.test_devices_walk import sit_down, strip

NOTICE = "紧急撤离"


def strips(hall: StagedHall) -> list[str]:
    """The texts over all windows; the fourth has a sign of another make."""
    sign = hall.view("sign-4")["cards"]["1"]["areas"].get("1", {}).get("text", "")
    return [strip(hall, unit) if unit != "4" else sign for unit in ("1", "2", "3", "4", "5", "6")]


async def test_c10_a_pause_and_its_reason_stand_over_the_window(tmp_path: Path) -> None:
    """C10: 暂停服务 and the reason, at once, or as soon as who is served has gone; and back again."""
    async with staged_hall(tmp_path) as hall:
        await hall.devices_ready("printer-1")
        await sit_down(hall, "2", "2002")
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        admin = await hall.client(Role.ADMIN)
        ticket = (await kiosk.change("ticket.take", service="general", paperless=True))["ticket"]
        await admin.change("ticket.call", window="2")
        await hall.until(lambda: ticket["label"] in strip(hall, "2"), "the call")
        await admin.change("window.pause", window="2", reason="会议")
        await asyncio.sleep(0.1)
        assert ticket["label"] in strip(hall, "2"), "who is there is served first"
        await admin.change("ticket.start", window="2")
        await admin.change("ticket.finish", window="2")
        await hall.until(lambda: "暂停服务" in strip(hall, "2"), "the pause")
        assert "会议" in strip(hall, "2")
        await hall.press("pads", "key", unit=2, key="next")
        await asyncio.sleep(0.2)
        assert hall.daemon.context.state.active("2") is None
        await admin.change("window.resume", window="2")
        await hall.until(lambda: "暂停服务" not in strip(hall, "2"), "the end of the pause")


async def test_c16_the_notice_stands_over_every_window_and_is_spoken(tmp_path: Path) -> None:
    """C16: every strip shows it, the loudspeaker says it, pads are refused, tickets are kept; then all is as before."""
    async with staged_hall(tmp_path) as hall:
        await hall.devices_ready("printer-1")
        await sit_down(hall, "2", "2002")
        await sit_down(hall, "3", "2003")
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        admin = await hall.client(Role.ADMIN)
        for _ in range(2):
            await kiosk.change("ticket.take", service="general", paperless=True)
        await hall.press("pads", "key", unit=2, key="next")
        state = hall.daemon.context.state
        await hall.until(lambda: state.active("2"), "the call")
        called = state.active("2")
        assert called is not None
        await hall.until(lambda: called.label in strip(hall, "2"), "the strip")
        posts = {w.id: w.post for w in hall.daemon.context.config.windows}
        before = ["未开放", f"请{called.label}号", posts["3"], "未开放", "未开放", "未开放"]
        await hall.until(lambda: strips(hall) == before, "all strips")
        await admin.change("emergency.declare", notice=NOTICE)
        await hall.until(lambda: set(strips(hall)) == {NOTICE}, "the notice over every window")
        clips = tmp_path / CLIPS
        await hall.until(lambda: [p for p in clips.glob("*.wav") if called.label not in p.name], "the notice spoken")
        await hall.press("pads", "key", unit=3, key="next")
        await hall.press("pads", "key", unit=2, key="recall")
        await asyncio.sleep(0.3)
        assert state.active("3") is None
        assert state.tickets[called.id].calls == 1
        assert [t.stage for t in state.tickets.values()] == [Stage.CALLED, Stage.WAITING]
        await admin.change("emergency.end")
        await hall.until(lambda: strips(hall) == before, "all as it was")
        await hall.press("pads", "key", unit=3, key="next")
        await hall.until(lambda: state.active("3"), "the next call")


async def test_t17_the_next_step_is_called_with_the_same_label(tmp_path: Path) -> None:
    """T17: 受理 done, the board's line goes; 出件 calls the same number on its own strip; one rating, at the end."""
    async with staged_hall(tmp_path) as hall:
        await sit_down(hall, "2", "2002")
        state = hall.daemon.context.state
        last = next(w for w, plan in state.layout.windows.items() if "issue" in plan.services)
        await sit_down(hall, last, "2003")
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        admin = await hall.client(Role.ADMIN)
        board = await hall.client(Role.BOARD)
        ticket = (await kiosk.change("ticket.take", service="general", paperless=True))["ticket"]
        for method in ("ticket.call", "ticket.start"):
            await admin.change(method, window="2")
        await admin.change("ticket.finish", window="2", then="issue")
        shown = await kiosk.ask("ticket.find", label=ticket["label"])
        assert (shown["stage"], shown["queue"], shown["label"]) == ("waiting", "issue", ticket["label"])
        assert (await board.ask("hall.snapshot"))["snapshot"]["calls"] == []
        assert state.asked == {}
        for method in ("ticket.call", "ticket.start"):
            await admin.change(method, window=last)
        await hall.until(lambda: ticket["label"] in strip(hall, last), "the strip of the second window")
        await admin.change("ticket.finish", window=last)
        await hall.until(lambda: state.asked == {last: ticket["id"]}, "one question")
