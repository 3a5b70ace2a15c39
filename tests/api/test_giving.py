"""Hours and limits over the wire: what pages are shown, told and refused (T08–T13)."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from hallctl.api.role import Role
from hallctl.client import Client, Refused
from hallctl.config import HallConfig, parse
from hallctl.devices.contract import CardSeen
from hallctl.domain import commands as c
from hallctl.domain.model import Person
from hallctl.engine import giving
from hallctl.store.database import DATABASE
from tests.domain.schedule import at
from tests.harness import SMALL, FakeClock, RunningHall, running_hall

MONDAY = "2026-11-23"
AGENT = Person("ab" * 32, "李*", "*************001X", "resident")

HOURS = """
[hours]
workdays = ["08:30-12:00", "14:30-17:30"]
overtime_min = 60
"""
SEGMENTS = '{ segments = [{ time = "09:00-10:00", limit = 2 }, { time = "10:00-11:00", limit = 5 }] }'


def config(limits: str = "{}") -> HallConfig:
    """The small hall with hours; the pooled service asks for a card and has the limits."""
    return parse(SMALL.replace('prefix = "A"', f'prefix = "A"\nidentity = "optional"\nlimits = {limits}') + HOURS)


@asynccontextmanager
async def open_hall(directory: Path, time: str, limits: str = "{}") -> AsyncIterator[tuple[RunningHall, FakeClock]]:
    clock = FakeClock(at(f"{MONDAY} {time}"))
    async with running_hall(directory, config(limits), clock) as hall:
        yield hall, clock


async def services_of(client: Client) -> dict[str, dict[str, Any]]:
    """The services as a page asks for them now."""
    snapshot = (await client.ask("hall.snapshot"))["snapshot"]
    return {service["id"]: service for service in snapshot["services"]}


async def told(client: Client, kind: str) -> dict[str, Any]:
    """The next of the kind that the client is told."""
    async for event in client.events():
        if event["type"] == kind:
            data: dict[str, Any] = event["data"]
            return data
    raise AssertionError(kind)


async def test_t11_lunch_is_shown_refused_and_passed_by_the_guide_with_a_reason(tmp_path: Path) -> None:
    """T09, T11: the tile's facts, the refusal with the time it opens again, the staff's ticket and what the journal
    holds of it."""
    async with open_hall(tmp_path, "12:30") as (hall, _clock):
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        pooled = (await services_of(kiosk))["pooled"]
        assert (pooled["open"], pooled["remaining"]) == (False, None)
        assert pooled["closed"] == {
            "code": "hours.lunch",
            "zh": "现在是午休，暂停取号。下次取号时间：14:30。",
            "en": "This is the lunch break. Numbers are given again at 14:30.",
            "opens_at": at(f"{MONDAY} 14:30"),
        }
        with pytest.raises(Refused) as refused:
            await kiosk.change("ticket.take", service="pooled", reason="赶时间")
        assert refused.value.code == "hours.lunch"
        guide = await hall.client(Role.GUIDE, token=await hall.clerk("2001", ("guide",)))
        with pytest.raises(Refused, match="hours.lunch"):
            await guide.change("ticket.take", service="pooled")
        ticket = (await guide.change("ticket.take", service="pooled", reason="行动不便"))["ticket"]
        assert ticket["break"] == {"from": at(f"{MONDAY} 12:00"), "to": at(f"{MONDAY} 14:30")}
        boss = await hall.client(Role.AUDITOR, token=await hall.clerk("boss", ("auditor",)))
        [record] = (await boss.ask("journal.read", ticket=ticket["id"]))["records"]
        assert "2001" in record["actor"]
        assert (record["data"]["override"], record["data"]["reason"]) == (True, "行动不便")


async def test_t11_tiles_open_by_the_clock_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T11: nothing happens but that time passes; whoever was away meanwhile takes a snapshot."""
    monkeypatch.setattr(giving, "LOOK_S", 0.01)
    async with open_hall(tmp_path, "12:30") as (hall, clock):
        board = await hall.client(Role.BOARD)
        seq, epoch = board.seq, (await board.ask("hall.subscribe"))["epoch"]
        clock.at = at(f"{MONDAY} 14:30")
        data = await asyncio.wait_for(told(board, "hall.services"), 10)
        assert data["at"] == clock.at
        assert [(row["id"], row["open"]) for row in data["services"]] == [("pooled", True), ("police", True)]
        assert hall.daemon.context.state.seq == seq
        again = await board.ask("hall.subscribe", since=seq, epoch=epoch)
        assert "snapshot" in again
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] == "A001"


async def test_a_clock_that_is_set_back_is_told_too(tmp_path: Path) -> None:
    async with open_hall(tmp_path, "09:00") as (hall, clock):
        context = hall.daemon.context
        watch = giving.Giving(context.hub, context.state.layout, clock, lambda: [])
        assert not watch.look()
        clock.pass_s(-3600)
        assert watch.look()
        assert not watch.look()
        clock.pass_s(1800)
        assert watch.look(), "08:30 comes again"


async def test_t08_what_is_left_is_told_with_each_ticket(tmp_path: Path) -> None:
    """T08: `remaining` in the events, the refusal of the one too many, and a restart that knows it all."""
    async with open_hall(tmp_path, "09:15", SEGMENTS) as (hall, _clock):
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        assert (await services_of(kiosk))["pooled"]["remaining"] == 2
        for left in (1, 0):
            await kiosk.change("ticket.take", service="pooled")
            [service] = (await told(kiosk, "ticket.taken"))["services"]
            assert (service["remaining"], service["open"]) == (left, left > 0)
        assert service["closed"]["code"] == "limit.segment"
        with pytest.raises(Refused) as refused:
            await kiosk.change("ticket.take", service="pooled")
        assert "10:00 起还有 5 个" in refused.value.zh
        await kiosk.change("ticket.take", service="police")
    async with open_hall(tmp_path, "09:20", SEGMENTS) as (hall, clock):
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        with pytest.raises(Refused, match="limit.segment"):
            await kiosk.change("ticket.take", service="pooled")
        clock.at = at(f"{MONDAY} 10:00")
        assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] == "A003"


async def test_t10_t11_the_ledger_has_principals_and_overtime(tmp_path: Path) -> None:
    """T10, T11: for how many an agent came, and that it was served after the close."""
    async with open_hall(tmp_path, "17:00") as (hall, clock):
        await hall.execute(c.SetAgent("村代办员 李", AGENT.digest))
        await hall.execute(c.TakeTicket("pooled", person=AGENT, principals=5))
        await hall.execute(c.TakeTicket("pooled", person=AGENT, principals=3))
        await hall.execute(c.TakeTicket("pooled"))
        desk = await hall.desk("1")
        for time in ("17:20", "17:50"):
            await desk.change("ticket.call")
            await desk.change("ticket.start")
            clock.at = at(f"{MONDAY} {time}")
            await desk.change("ticket.finish")
        boss = await hall.client(Role.AUDITOR, token=await hall.clerk("boss", ("auditor",)))
        rows = (await boss.ask("report.ledger", day=MONDAY))["rows"]
        assert [(row["principals"], row["served"]) for row in rows] == [(5, "regular"), (3, "overtime"), (None, None)]
        assert (await services_of(boss))["pooled"]["overtime"] == 1


async def test_t10_an_agent_at_the_kiosk(tmp_path: Path) -> None:
    """T10: the card is known as an agent's, waits nowhere already, and takes one number after the other."""
    async with open_hall(tmp_path, "09:00") as (hall, _clock):
        cards, kiosk = hall.daemon.context.cards, await hall.client(Role.KIOSK, "kiosk-1")
        card = CardSeen("resident", "李测试", "99999919900101001X", "19900101")
        cards.seen("kiosk-1", card)
        stranger = await told(kiosk, "card.seen")
        assert not stranger["agent"]
        with pytest.raises(Refused, match="agent.only"):
            await kiosk.change("ticket.take", service="pooled", claim=stranger["claim"], principals=2)
        await hall.execute(c.SetAgent("村代办员 李", cards.claim(stranger["claim"], "kiosk-1").person.digest))
        labels = []
        for count in (1, 8):
            cards.seen("kiosk-1", card)
            agent = await told(kiosk, "card.seen")
            assert (agent["agent"], agent["existing"]) == (True, None)
            taken = await kiosk.change("ticket.take", service="pooled", claim=agent["claim"], principals=count)
            labels.append(taken["ticket"]["label"])
        assert labels == ["A001", "A002"]


async def test_t12_the_holder_is_told_of_lunch(tmp_path: Path) -> None:
    """T12: with the receipt, and when the ticket is looked up."""
    async with open_hall(tmp_path, "11:50") as (hall, clock):
        await hall.desk("1")
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        first = (await kiosk.change("ticket.take", service="pooled"))["ticket"]
        assert first["break"] is None
        for _ in range(3):
            last = (await kiosk.change("ticket.take", service="pooled"))["ticket"]
        lunch = {"from": at(f"{MONDAY} 12:00"), "to": at(f"{MONDAY} 14:30")}
        assert last["break"] == lunch
        assert (await kiosk.ask("ticket.find", label=last["label"]))["break"] == lunch
        clock.at = at(f"{MONDAY} 14:30")
        assert (await kiosk.ask("ticket.find", label=last["label"]))["break"] is None


async def test_t13_a_day_without_identity_leaves_none_in_the_database(tmp_path: Path) -> None:
    """T13: no service asks for a card; a whole day leaves no personal column filled, though cards were shown."""
    clock = FakeClock(at(f"{MONDAY} 09:00"))
    async with running_hall(tmp_path, parse(SMALL), clock) as hall:
        desk, rating = await hall.desk("2"), await hall.client(Role.RATING, "2")
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        for service in ("pooled", "police", "pooled"):
            await kiosk.change("ticket.take", service=service)
            await hall.execute(c.TakeTicket(service, person=AGENT))
        for _ in range(3):
            await desk.change("ticket.call")
            await desk.change("ticket.start")
            await desk.change("ticket.finish")
            await rating.change("ticket.rate", level="satisfied")
        await desk.change("ticket.call")
        await desk.change("ticket.miss")
        await hall.execute(c.CloseDay())
    with closing(sqlite3.connect(tmp_path / DATABASE)) as rows:
        assert rows.execute("SELECT count(*) FROM ticket").fetchone() == (6,)
        columns = [row[1] for row in rows.execute("PRAGMA table_info(ticket)") if row[1].startswith("person_")]
        assert len(columns) == 4
        for column in columns:
            assert not any(row[0] for row in rows.execute(f"SELECT {column} FROM ticket"))  # noqa: S608 - a column's name
        assert rows.execute("SELECT count(private) FROM event WHERE type LIKE 'ticket.%'").fetchone() == (0,)
    content = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert AGENT.digest.encode() not in content
    assert AGENT.name_mask.encode() not in content


async def test_t11_holidays_that_are_not_known_are_told_to_those_who_can_see_to_it(tmp_path: Path) -> None:
    """T11: a year without data has weekends only; boards and kiosks need not know."""
    async with running_hall(tmp_path, config(), FakeClock(at("2050-06-01 09:00"))) as hall:
        admin, board = await hall.client(Role.ADMIN), await hall.client(Role.BOARD)
        assert admin.snapshot["hall"]["warning"]["code"] == "calendar.no_data"
        assert board.snapshot["hall"]["warning"] is None
