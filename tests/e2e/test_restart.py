"""Starting again: with a county's day in the file, after a night, with a moved clock, for clients that waited."""

import asyncio
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from hallctl.api.auth import new_token, token_digest
from hallctl.api.role import Role
from hallctl.api.views import Views
from hallctl.bench import county
from hallctl.client import Client
from hallctl.clock import SystemClock
from hallctl.config import load
from hallctl.domain import calendar
from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.model import OPEN, Stage
from hallctl.engine import timers
from tests.e2e.books import assert_whole, comparable, read_books, replayed
from tests.e2e.forked import forked_daemon, free_port
from tests.harness import FakeClock, RunningHall, running_hall, small_config

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR_S = 3600


def moment(text: str) -> int:
    """Milliseconds of a moment on the hall's own clock, ``"2026-11-23 12:00"``."""
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp() * 1000)


# ---------------------------------------------------------------- a county's day


async def test_t02_a_restart_with_a_county_day_in_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """T02: 25,000 events: the open tickets are there, numbers go on, the rows are what the journal tells."""
    data, port = tmp_path / "data", free_port()
    path = county.write_config(tmp_path / "hall.toml", port)
    config, _digest = load(path)
    now, token = SystemClock().now(), new_token()
    today = calendar.business_day(now, config.tz, calendar.minutes(config.hall.day_starts))
    terminals = [c.PairTerminal("admin-1", Role.ADMIN, None, token_digest(token))]
    built = county.build(data, config.layout(), today, now, terminals=terminals)
    assert built.seq >= county.EVENTS
    with forked_daemon(path, data) as daemon:
        began = time.monotonic()
        daemon.start()
        async with Client(f"ws://127.0.0.1:{port}/ws", role=Role.ADMIN, token=token) as admin:
            answered_s = time.monotonic() - began
            shown = {ticket["id"] for ticket in admin.snapshot["tickets"] if ticket["stage"] in OPEN}
            assert shown == {ticket.id for ticket in built.tickets.values() if ticket.stage in OPEN}
            assert len(shown) >= county.WAITING
            service = config.services[0].id
            receipt = await admin.change("ticket.take", service=service, reason="导办")
            assert receipt["ticket"]["label"].endswith(f"{built.tally(service).number + 1:03d}")
        assert await asyncio.to_thread(daemon.finish) == 0
    books = read_books(data, tmp_path / "books")
    assert_whole(books)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{built.seq} events, {len(shown)} open: answers {answered_s:.2f} s after a preloaded start\n"
        )


# ---------------------------------------------------------------- the night


async def day_at_noon(hall: RunningHall) -> dict[str, str]:
    """Labels by what became of them: waiting, called, serving, missed, done."""
    kiosk = await hall.client(Role.KIOSK, "kiosk-1")
    one, two = await hall.desk("1"), await hall.desk("2")
    labels = [(await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] for _ in range(5)]
    for desk, moves in ((one, ("start", "finish")), (one, ("miss",)), (one, ("start",)), (two, ())):
        await desk.change("ticket.call")
        for move in moves:
            await desk.change(f"ticket.{move}")
    return dict(zip(("done", "missed", "serving", "called", "waiting"), labels, strict=True))


def stages(hall: RunningHall) -> dict[str, Stage]:
    return {ticket.label: ticket.stage for ticket in hall.daemon.context.state.tickets.values()}


async def test_c14_o08_the_machine_was_off_over_the_night(tmp_path: Path) -> None:
    """C14, O08: at the next start the day turns: who waited expires, who was called is missed, who is served stays;
    numbers begin anew."""
    clock = FakeClock(moment("2026-11-23 12:00"))
    async with running_hall(tmp_path / "data", clock=clock) as hall:
        labels = await day_at_noon(hall)
        assert hall.daemon.context.state.day == "2026-11-23"
    clock.at = moment("2026-11-24 08:30")
    async with running_hall(tmp_path / "data", clock=clock) as hall:
        state = hall.daemon.context.state
        assert (state.day, state.tally("pooled").number) == ("2026-11-24", 0)
        assert stages(hall) == {labels["serving"]: Stage.SERVING}
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] == "A001"
        await hall.daemon.context.hall.caught_up()
        ledger = await asyncio.to_thread(hall.daemon.context.reports.ledger, "2026-11-23")
        assert {row.label: row.stage for row in ledger} == {
            labels["done"]: "done", labels["missed"]: "missed", labels["serving"]: "serving",
            labels["called"]: "missed", labels["waiting"]: "expired",
        }  # fmt: skip
    books = read_books(tmp_path / "data", tmp_path / "books")
    assert_whole(books)
    assert [event.day for event in books.of(e.DayOpened)] == ["2026-11-23", "2026-11-24"]


async def test_c14_the_running_hall_turns_the_day_at_its_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C14: not at midnight of an evening that goes on, but at the configured hour; every page gets a snapshot."""
    monkeypatch.setattr(timers, "LOOK_S", 0.01)
    clock = FakeClock(moment("2026-11-23 23:50"))
    async with running_hall(tmp_path, clock=clock) as hall:
        board, kiosk = await hall.client(Role.BOARD), await hall.client(Role.KIOSK, "kiosk-1")
        assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] == "A001"
        clock.at = moment("2026-11-24 02:59")
        assert not await hall.daemon.context.timers.turn()
        assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] == "A002"
        clock.at = moment("2026-11-24 03:00")
        async for event in board.events():
            if event["type"] == "snapshot" and event["data"]["hall"]["day"] == "2026-11-24":
                break
        assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] == "A001"


# ---------------------------------------------------------------- the clock


async def serve_one(desk: Client) -> str:
    label = str((await desk.change("ticket.call"))["ticket"]["label"])
    await desk.change("ticket.start")
    await desk.change("ticket.finish")
    return label


async def test_o08_the_clock_is_moved_by_two_hours_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """O08: ±2 h during the day: no number begins anew, no wait is negative, and people are called as they came."""
    monkeypatch.setattr(timers, "LOOK_S", 0.01)
    clock = FakeClock(moment("2026-11-23 12:00"))
    async with running_hall(tmp_path / "data", clock=clock) as hall:
        kiosk, desk = await hall.client(Role.KIOSK, "kiosk-1"), await hall.desk("2")
        taken: list[str] = []
        for step_h in (2, -4, 2, -2, 2):
            for service in ("pooled", "police"):
                receipt = await kiosk.change("ticket.take", service=service)
                assert min(receipt["ticket"]["wait_s"] or [0]) >= 0
                taken.append(receipt["ticket"]["label"])
            clock.pass_s(step_h * HOUR_S)
            await asyncio.sleep(0.03)  # some looks of the timer
        called = [await serve_one(desk) for _ in taken]
        assert called == taken
        await hall.daemon.context.hall.caught_up()
        ledger = await asyncio.to_thread(hall.daemon.context.reports.ledger, "2026-11-23")
        assert all((row.wait_s or 0) >= 0 and (row.serve_s or 0) >= 0 for row in ledger)
        assert hall.daemon.context.state.tally("pooled").wait_sum_ms >= 0
    books = read_books(tmp_path / "data", tmp_path / "books")
    assert_whole(books)
    assert len(books.of(e.DayOpened)) == 1


async def test_o08_a_start_with_a_clock_that_lost_a_day_goes_on_with_the_last(tmp_path: Path) -> None:
    """O08: a machine whose battery is empty wakes up in the past: no day goes backwards, numbers go on."""
    clock = FakeClock(moment("2026-11-23 12:00"))
    async with running_hall(tmp_path, clock=clock) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        await kiosk.change("ticket.take", service="pooled")
    clock.at = moment("2020-01-01 00:00")
    async with running_hall(tmp_path, clock=clock) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] == "A002"
        assert hall.daemon.context.state.day == "2026-11-23"


# ---------------------------------------------------------------- clients


async def test_o01_a_client_that_waited_for_the_restart_gets_a_snapshot(tmp_path: Path) -> None:
    """O01: the new process does not have what happened before it, nor what its config changed: a snapshot, and what it
    says is what the journal says."""
    async with running_hall(tmp_path / "data") as hall:
        token = await hall.terminal(Role.BOARD)
        board = await hall.client(Role.BOARD, token=token)
        kiosk, desk = await hall.client(Role.KIOSK, "kiosk-1"), await hall.desk("1")
        for _ in range(3):
            await kiosk.change("ticket.take", service="pooled")
        await desk.change("ticket.call")
        since = (await board.ask("hall.snapshot"))["seq"]
    config = small_config('[[kiosks]]\nid = "kiosk-2"\n')
    async with running_hall(tmp_path / "data", config) as hall:
        for known in (since, since - 3, 0):
            fresh = Client(hall.ws, role=Role.BOARD, token=token)
            fresh.seq = known
            await hall.clients.enter_async_context(fresh)
            assert fresh.seq == hall.daemon.context.state.seq
            shown = fresh.snapshot
            assert shown["seq"] == fresh.seq
        records = read_books(tmp_path / "data", tmp_path / "books").records
        state = replayed(records)
        state.layout = config.layout()
        told: dict[str, Any] = Views(config).snapshot(Role.BOARD, None, state, shown["at"])
        assert shown == msgspec.json.decode(msgspec.json.encode(told))
        assert comparable(hall.daemon.context.state) == comparable(state)


async def test_o01_a_request_id_is_remembered_whatever_the_clock_says(tmp_path: Path) -> None:
    """O01, O08: the same answer after a restart, also where the clock was put forward or back meanwhile."""
    clock = FakeClock(moment("2026-11-23 09:00"))
    async with running_hall(tmp_path / "data", clock=clock) as hall:
        token = await hall.terminal(Role.KIOSK, "kiosk-1")
        kiosk = await hall.client(Role.KIOSK, "kiosk-1", token)
        first = await kiosk.change("ticket.take", "1", service="pooled")
    clock.pass_s(2 * HOUR_S)
    async with running_hall(tmp_path / "data", clock=clock) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1", token)
        assert await kiosk.change("ticket.take", "1", service="pooled") == first
    clock.pass_s(-3 * HOUR_S)
    async with running_hall(tmp_path / "data", clock=clock) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1", token)
        assert await kiosk.change("ticket.take", "1", service="pooled") == first
        ids = ("2", "3", "4")
        receipts = await asyncio.gather(*(kiosk.change("ticket.take", number, service="pooled") for number in ids))
        assert [receipt["ticket"]["label"] for receipt in receipts] == ["A002", "A003", "A004"]
    assert_whole(read_books(tmp_path / "data", tmp_path / "books"))
