"""The walk of one ticket over the wire, without any device (T14)."""

from pathlib import Path

import pytest

from hallctl.api.role import Role
from hallctl.client import Refused
from tests.harness import running_hall


async def test_ticket_walks_from_take_to_rating(tmp_path: Path) -> None:
    """T14: issue, call, start, finish, rate and ledger work with no device and no network."""
    async with running_hall(tmp_path) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        board = await hall.client(Role.BOARD)
        desk = await hall.desk("1")
        rating = await hall.client(Role.RATING, "1")
        boss = await hall.client(Role.AUDITOR, token=await hall.clerk("boss", ("auditor",)))

        taken = await kiosk.change("ticket.take", service="pooled")
        assert taken["ticket"]["label"] == "A001"
        called = await desk.change("ticket.call")
        assert called["ticket"]["label"] == "A001"
        await desk.change("ticket.start")
        await desk.change("ticket.finish")
        with pytest.raises(Refused) as refused:
            await desk.change("ticket.rate", level="satisfied")
        assert refused.value.code == "auth.wrong_role"
        await rating.change("ticket.rate", level="satisfied")

        seen = []
        async for event in board.events():
            seen.append(event["type"])
            if event["type"] == "ticket.finished":
                break
        assert [name for name in seen if name.startswith("ticket.")] == [
            "ticket.taken",
            "ticket.called",
            "ticket.started",
            "ticket.finished",
        ]
        day = board.snapshot["hall"]["day"]
        ledger = await boss.ask("report.ledger", day=day)
        assert [(row["label"], row["stage"], row["rating"]) for row in ledger["rows"]] == [("A001", "done", "rated")]
        page = await boss.ask("journal.read", ticket=taken["ticket"]["id"])
        assert [record["type"] for record in page["records"]] == [
            "ticket.rated",
            "ticket.finished",
            "ticket.started",
            "ticket.called",
            "ticket.taken",
        ]


async def test_t01_numbers_are_skipped_over_the_wire(tmp_path: Path) -> None:
    """T01: an administrator leaves numbers out; the same request leaves no more out; everybody is told."""
    async with running_hall(tmp_path) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        board = await hall.client(Role.BOARD)
        admin = await hall.client(Role.ADMIN)
        first = await admin.ask("numbers.skip", count=50, request_id="once")
        assert await admin.ask("numbers.skip", count=50, request_id="once") == first
        assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] == "A051"
        await admin.change("numbers.skip", count=9, service="police")
        assert (await kiosk.change("ticket.take", service="police"))["ticket"]["label"] == "C060"
        told = []
        async for event in board.events():
            if event["type"] == "numbers.skipped":
                told.append((event["data"]["service"], event["data"]["number"]))
            if event["data"].get("service") == "police" and event["type"] == "ticket.taken":
                break
        assert told == [("pooled", 50), ("police", 50), ("police", 59)]
        issued = {service["id"]: service["issued"] for service in board.snapshot["services"]}
        asked = (await board.ask("hall.snapshot"))["snapshot"]["services"]
        assert {service["id"]: service["issued"] for service in asked} == {"pooled": 51, "police": 60} != issued
        for count in (0, 1000):
            with pytest.raises(Refused, match=r"request\.invalid_params"):
                await admin.change("numbers.skip", count=count)
        await admin.change("day.close")
        with pytest.raises(Refused, match=r"numbers\.closed"):
            await admin.change("numbers.skip", count=1)
