"""Two kiosks that print for each other: where a slip comes out, what is told, and that it never comes out twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hallctl.api.role import Role
from hallctl.client import Client, Refused
from hallctl.config import parse
from hallctl.domain import events as e
from hallctl.store import journal
from tests.e2e.printer import Copy, Printer, printer
from tests.harness import SMALL, RunningHall, running_hall

KIOSKS = SMALL.replace('id = "kiosk-1"\n', 'id = "kiosk-1"\nreroute = ["kiosk-2"]\n[[kiosks]]\nid = "kiosk-2"\n')


class Pair:
    """A hall with a printer in each of two kiosks; a page stands at the first."""

    def __init__(self, hall: RunningHall, own: Printer, other: Printer, kiosk: Client) -> None:
        self.hall = hall
        self.own = own
        self.other = other
        self.kiosk = kiosk

    @property
    def state(self) -> Any:
        return self.hall.daemon.context.state

    async def until(self, device: str, state: str, *faults: str) -> None:
        async with asyncio.timeout(20):
            while True:
                known = self.state.devices.get(device)
                if known is not None and (known.state, known.faults) == (state, faults):
                    return
                await asyncio.sleep(0.005)

    async def take(self) -> str:
        return str((await self.kiosk.change("ticket.take", service="pooled"))["ticket"]["id"])

    async def slip(self, ticket: str) -> tuple[str, str | None, str | None]:
        """State, kiosk and fault of the slip, once it is settled."""
        async with asyncio.timeout(20):
            while True:
                now = self.state.tickets[ticket]
                if now.slip not in {"queued", "printing"}:
                    return now.slip, now.slip_kiosk, now.slip_fault
                await asyncio.sleep(0.005)

    async def journal(self) -> list[e.Event]:
        records = await self.hall.daemon.context.hall.database.read(lambda c: list(journal.read(c)))
        return [record.event for record in records if record.event.TYPE.startswith("slip.")]


@asynccontextmanager
async def pair(directory: Path, **options: Any) -> AsyncIterator[Pair]:
    async with printer() as own, printer() as other:
        config = parse(KIOSKS + own.section(**options) + other.section(number=2))
        async with running_hall(directory, config) as hall:
            two = Pair(hall, own, other, await hall.client(Role.KIOSK, "kiosk-1"))
            await two.until("printer-1", "ready")
            await two.until("printer-2", "ready")
            yield two


async def first(client: Client, kind: str) -> dict[str, Any]:
    """The first event of the kind that the client is told."""
    async for event in client.events():
        if event["type"] == kind:
            data: dict[str, Any] = event["data"]
            return data
    raise AssertionError(f"never: {kind}")


async def test_t05_known_to_be_out_of_paper_it_comes_out_next_door(tmp_path: Path) -> None:
    """T05: a number is given; the page is told where; the printer's own fault stands. Both out: refused."""
    async with pair(tmp_path) as two:
        await two.own.emulator.press("paper_out")
        await two.until("printer-1", "degraded", "printer.paper_out")
        ticket = await two.take()
        assert await two.slip(ticket) == ("printed", "kiosk-2", None)
        assert (two.own.copies(), two.other.copies()) == ([], [Copy("A001", marked=False)])
        begun = await first(two.kiosk, "slip.begun")
        assert (begun["ticket"], begun["kiosk"], begun["device"]) == (ticket, "kiosk-2", "printer-2")
        snapshot = (await two.kiosk.ask("hall.snapshot"))["snapshot"]
        assert [row["reroute"] for row in snapshot["kiosks"]] == [["kiosk-2"], []]
        assert two.state.devices["printer-1"].faults == ("printer.paper_out",)

        await two.other.emulator.press("cover_open")
        await two.until("printer-2", "degraded", "printer.cover_open")
        with pytest.raises(Refused) as refused:
            await two.take()
        assert refused.value.code == "printer.paper_out"
        bare = (await two.kiosk.change("ticket.take", service="pooled", paperless=True))["ticket"]
        assert (bare["label"], bare["slip"]) == ("A002", "none")


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("paper_out", ("degraded", "printer.paper_out")),
        ("mute", ("degraded", "device.unproven")),
        ("unplug", ("offline", "device.lost")),
    ],
)
async def test_t06_found_out_before_the_slip_was_begun(tmp_path: Path, action: str, told: tuple[str, str]) -> None:
    """T06: the hall believed in the printer; it could not print, and nothing was sent: the slip goes to the other."""
    async with pair(tmp_path, asb=False, poll_s=300) as two:
        await two.own.emulator.press(action)
        ticket = await two.take()
        assert await two.slip(ticket) == ("printed", "kiosk-2", None)
        assert (two.own.copies(), two.other.copies()) == ([], [Copy("A001", marked=False)])
        assert [type(event) for event in await two.journal()] == [e.SlipBegun, e.SlipConfirmed]
        await two.until("printer-1", *told)


async def test_t06_once_begun_it_stays(tmp_path: Path) -> None:
    """T06: the roll ends in the slip: failed, and not printed elsewhere by itself; who asks again gets 补打 there."""
    async with pair(tmp_path) as two:
        await two.own.emulator.press("paper_out_after", lines=2)
        ticket = await two.take()
        assert await two.slip(ticket) == ("failed", "kiosk-1", "printer.paper_out")
        assert two.other.copies() == []
        await two.until("printer-1", "degraded", "printer.paper_out")
        await two.kiosk.change("slip.reprint", ticket=ticket, kiosk="kiosk-1")
        assert await two.slip(ticket) == ("printed", "kiosk-2", None)
        assert two.other.copies() == [Copy("A001", marked=True)]

        desk = await two.hall.desk("1")
        await desk.change("slip.reprint", ticket=ticket, kiosk="kiosk-2")
        assert await two.slip(ticket) == ("printed", "kiosk-2", None)
        assert two.other.copies() == [Copy("A001", marked=True)] * 2
        assert two.state.tickets[ticket].copies == 3


async def test_where_none_can_print_the_first_fault_is_told(tmp_path: Path) -> None:
    async with pair(tmp_path, asb=False, poll_s=300) as two:
        await two.own.emulator.press("cover_open")
        await two.other.emulator.press("paper_out")
        await two.until("printer-2", "degraded", "printer.paper_out")
        ticket = await two.take()
        assert await two.slip(ticket) == ("failed", None, "printer.cover_open")
        (event,) = await two.journal()
        assert isinstance(event, e.SlipFailed)
        assert event.device == "printer-1"
