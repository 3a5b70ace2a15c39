"""The walk of a ticket through real bytes at every device: by pads, and by HTTP only; the same events."""

import asyncio
import wave
from pathlib import Path

import httpx

from hallctl.api.role import Role
from hallctl.demo import CLIPS
from tests.e2e.stage import StagedHall, staged_hall

WALK = [
    "clerk.logged_in", "window.opened", "ticket.taken", "slip.begun", "slip.confirmed", "ticket.called",
    "ticket.recalled", "ticket.started", "ticket.finished", "ticket.rated",
]  # fmt: skip


async def sit_down(hall: StagedHall, window: str, account: str) -> None:
    desk = await hall.client(Role.WINDOW, window, await hall.clerk(account))
    await desk.change("clerk.login")
    await desk.change("window.open")


def strip(hall: StagedHall, unit: str) -> str:
    return str(
        hall.view("strips")["strips"].get(unit, hall.view("strips")["strips"].get(int(unit), {})).get("text", "")
    )


async def test_the_walk_by_pads_reaches_paper_strip_voice_and_rating(tmp_path: Path) -> None:
    async with staged_hall(tmp_path) as hall:
        await hall.devices_ready("printer-1", "reader-1")
        board = await hall.client(Role.BOARD)
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        await sit_down(hall, "2", "2002")
        taken = (await kiosk.change("ticket.take", service="general"))["ticket"]
        slips = await hall.until(lambda: hall.view("printer-1")["slips"], "a slip")
        text = "\n".join(slips[-1]["text"])
        assert taken["label"] in text
        assert "综合受理" in text
        assert slips[-1]["qr"], "a QR code"
        state = hall.daemon.context.state
        await hall.until(lambda: state.tickets[taken["id"]].slip == "printed", "the slip proven")

        await hall.press("pads", "key", unit=2, key="next")
        await hall.until(lambda: state.window("2").ticket, "the call")
        await hall.until(lambda: taken["label"] in strip(hall, "2"), "the strip")
        await hall.until(lambda: list((tmp_path / CLIPS).glob("*.wav")), "the voice")
        captions = []
        async for event in board.events():
            if event["type"] == "hall.caption":
                captions.append(event["data"])
                break
        assert captions[0]["label"] == taken["label"]
        assert taken["label"] in captions[0]["text"]
        with wave.open(str(next((tmp_path / CLIPS).glob("*.wav")))) as clip:
            assert clip.getnframes() / clip.getframerate() > 1.0
            assert max(clip.readframes(clip.getnframes())) > 0

        await recall(hall)
        await hall.press("pads", "key", unit=2, key="start")
        await hall.until(lambda: state.tickets[taken["id"]].stage == "serving", "the start")
        await hall.press("pads", "key", unit=2, key="finish")
        await hall.until(lambda: state.asked.get("2"), "the question")
        await hall.press("ratings", "grade", unit=130, grade=4)
        await hall.until(lambda: not state.asked, "the rating")
        assert await hall.journal() == WALK


async def recall(hall: StagedHall) -> None:
    """Press recall too soon, which is refused, and again after the shipped gap of 5 s."""
    await hall.press("pads", "key", unit=2, key="recall")
    await asyncio.sleep(5.1)
    calls = hall.daemon.context.state.calls
    assert [call.count for call in calls.values()] == [1]
    await hall.press("pads", "key", unit=2, key="recall")
    await hall.until(lambda: [call.count for call in calls.values()] == [2], "the recall")


async def test_the_same_walk_by_http_gives_the_same_events(tmp_path: Path) -> None:
    async with staged_hall(tmp_path) as hall, httpx.AsyncClient(trust_env=False) as http:
        await hall.devices_ready("printer-1")
        await sit_down(hall, "2", "2002")
        tokens = {
            "kiosk": await hall.terminal(Role.KIOSK, "kiosk-1"),
            "device": await hall.terminal(Role.DEVICE, "2"),
        }
        count = 0

        async def post(role: str, method: str, **params: str) -> int:
            nonlocal count
            count += 1
            answer = await http.post(
                f"{hall.address}/api/v1/{method}",
                json={"request_id": str(count), **params},
                headers={"authorization": f"Bearer {tokens[role]}"},
            )
            return answer.status_code

        assert await post("kiosk", "ticket/take", service="general") == 200
        state = hall.daemon.context.state
        await hall.until(lambda: any(t.slip == "printed" for t in state.tickets.values()), "the slip proven")
        assert await post("device", "ticket/call") == 200
        await asyncio.sleep(5.1)  # the shipped gap between two calls
        assert await post("device", "ticket/recall") == 200
        assert await post("device", "ticket/start") == 200
        assert await post("device", "ticket/finish") == 200
        assert await post("device", "ticket/rate", level="very_satisfied") == 200
        assert await hall.journal() == WALK
