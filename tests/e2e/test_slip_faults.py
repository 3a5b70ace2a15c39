"""A printer's troubles as the people at the kiosk meet them: no paper, little paper, the cable pulled in mid-print."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hallctl.api.role import Role
from hallctl.client import Client, Refused
from hallctl.config import HallConfig, parse
from hallctl.domain import events as e
from hallctl.store import journal
from tests.e2e.printer import Copy, Printer, printer
from tests.harness import SMALL, RunningHall, running_hall


async def until(fact: Callable[[], Any], what: str) -> Any:
    """Wait for what a device brings about."""
    for _ in range(1500):
        value = fact()
        if value:
            return value
        await asyncio.sleep(0.01)
    raise AssertionError(f"never: {what}")


def device(hall: RunningHall) -> tuple[str, tuple[str, ...]]:
    known = hall.daemon.context.state.devices.get("printer-1")
    return (known.state, known.faults) if known else ("unknown", ())


async def is_ready(hall: RunningHall) -> None:
    await until(lambda: device(hall) == ("ready", ()), "printer ready")


async def slip_is(hall: RunningHall, ticket: str, state: str) -> None:
    await until(lambda: hall.daemon.context.state.tickets[ticket].slip == state, f"slip {state}")


async def shown_printer(kiosk: Client) -> dict[str, Any]:
    """The kiosk's printer as its page sees it."""
    snapshot = (await kiosk.ask("hall.snapshot"))["snapshot"]
    shown: dict[str, Any] = next(row for row in snapshot["kiosks"] if row["id"] == "kiosk-1")["printer"]
    return shown


async def taken(hall: RunningHall) -> list[str]:
    records = await hall.daemon.context.hall.database.read(lambda c: list(journal.read(c)))
    return [record.event.label for record in records if isinstance(record.event, e.TicketTaken)]


def hall_with(paper: Printer, **options: Any) -> HallConfig:
    return parse(SMALL + paper.section(**options))


async def test_t06_the_cable_is_pulled_in_mid_print(tmp_path: Path) -> None:
    """T06: the ticket is marked with the fault, a reprint is the same number marked 补打, nothing is issued twice."""
    async with printer() as paper, running_hall(tmp_path, hall_with(paper)) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        await is_ready(hall)
        await paper.emulator.press("cut_cable_after", bytes=150)
        ticket = (await kiosk.change("ticket.take", service="pooled"))["ticket"]
        await slip_is(hall, ticket["id"], "unknown")
        assert hall.daemon.context.state.tickets[ticket["id"]].slip_fault == "device.lost"
        failed = [row async for row in told(kiosk, "slip.doubted")]
        assert failed[0]["data"]["fault"] == "device.lost"
        assert failed[0]["data"]["zh"]
        assert [copy.label for copy in paper.copies()] == []
        await until(lambda: device(hall)[0] == "offline", "printer offline")
        with pytest.raises(Refused) as refused:
            await kiosk.change("slip.reprint", ticket=ticket["id"], kiosk="kiosk-1")
        assert refused.value.code == "printer.offline"

        await paper.emulator.press("plug")
        await is_ready(hall)
        again = (await kiosk.change("slip.reprint", ticket=ticket["id"], kiosk="kiosk-1"))["ticket"]
        assert (again["label"], again["copies"]) == (ticket["label"], 2)
        await slip_is(hall, ticket["id"], "printed")
        assert paper.copies()[-1] == Copy(ticket["label"], marked=True)
        assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] == "A002"
        assert await taken(hall) == ["A001", "A002"]


async def told(client: Client, kind: str) -> Any:
    """The first event of the kind that the client is told."""
    async for event in client.events():
        if event["type"] == kind:
            yield event
            return


async def test_t05_no_paper_no_ticket_unless_paperless(tmp_path: Path) -> None:
    """T05: paper out → no ticket, the kiosk says so; without paper on request; near the end → ticket and fault."""
    async with printer() as paper, running_hall(tmp_path, hall_with(paper)) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        await is_ready(hall)
        await paper.emulator.press("paper_out")
        await until(lambda: "printer.paper_out" in device(hall)[1], "paper out known")
        with pytest.raises(Refused) as refused:
            await kiosk.change("ticket.take", service="pooled")
        assert refused.value.code == "printer.paper_out"
        assert "纸" in refused.value.zh
        assert await taken(hall) == []
        shown = await shown_printer(kiosk)
        assert "printer.paper_out" in shown["faults"]
        assert {row["code"] for row in shown["sentences"]} == set(shown["faults"])

        bare = (await kiosk.change("ticket.take", service="pooled", paperless=True))["ticket"]
        assert (bare["label"], bare["slip"], bare["copies"]) == ("A001", "none", 0)
        assert paper.copies() == []

        await paper.emulator.press("paper_near_end")
        await until(lambda: device(hall)[1] == ("printer.paper_near_end",), "near end known")
        low = (await kiosk.change("ticket.take", service="pooled"))["ticket"]
        await slip_is(hall, low["id"], "printed")
        assert paper.copies() == [Copy("A002", marked=False)]
        assert (await shown_printer(kiosk))["faults"] == ["printer.paper_near_end"]


async def test_t06_paper_that_ended_unseen(tmp_path: Path) -> None:
    """T06: the hall believed in paper that had ended: the ticket stays, its slip failed with the reason."""
    async with printer() as paper, running_hall(tmp_path, hall_with(paper, asb=False, poll_s=300)) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        await is_ready(hall)
        await paper.emulator.press("paper_out")
        ticket = (await kiosk.change("ticket.take", service="pooled"))["ticket"]
        await slip_is(hall, ticket["id"], "failed")
        assert hall.daemon.context.state.tickets[ticket["id"]].slip_fault == "printer.paper_out"
        assert paper.copies() == []
        await until(lambda: "printer.paper_out" in device(hall)[1], "paper out known")
