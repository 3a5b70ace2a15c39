"""A rating that nobody gives lapses by itself: a pause is not a rating (E06)."""

import asyncio
from pathlib import Path

from hallctl.api.role import Role
from hallctl.client import Client
from hallctl.config import HallConfig
from hallctl.store import journal
from tests.harness import RunningHall, running_hall, small_config

PAUSE_S = 0.3


def hasty() -> HallConfig:
    """A hall whose pads wait less than any config may say."""
    config = small_config()
    return config.model_copy(update={"rules": config.rules.model_copy(update={"rating_s": PAUSE_S})})


async def served(desk: Client, kiosk: Client) -> str:
    """One more citizen has been served; the ticket's id."""
    await kiosk.change("ticket.take", service="pooled")
    ticket = (await desk.change("ticket.call"))["ticket"]["id"]
    await desk.change("ticket.start")
    await desk.change("ticket.finish")
    return str(ticket)


async def lapses(hall: RunningHall, count: int) -> list[tuple[str, str]]:
    """(ticket, who let it lapse) of each lapse in the journal, once there are so many and nothing is asked."""
    context = hall.daemon.context
    for _ in range(500):
        records = await context.hall.database.read(lambda connection: list(journal.read(connection)))
        found = [(r.event.ticket, r.actor) for r in records if r.event.TYPE == "rating.lapsed"]
        if len(found) >= count and not context.state.asked:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"{found}, asked {context.state.asked}")


async def test_e06_each_request_lapses_once(tmp_path: Path) -> None:
    """The older one of a window with the next service, the last one by its time; windows do not disturb each other."""
    async with running_hall(tmp_path, hasty()) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        one, two = await hall.desk("1"), await hall.desk("2")
        first = await served(one, kiosk)
        other = await served(two, kiosk)
        second = await served(one, kiosk)
        found = await lapses(hall, 3)
        await asyncio.sleep(2 * PAUSE_S)  # a timer of the first is not to come now
        assert await lapses(hall, 3) == found
    assert sorted(ticket for ticket, _ in found) == sorted([first, other, second])
    assert dict(found)[second] == dict(found)[other] == "timer"


async def test_e06_what_was_asked_before_a_restart_lapses_after_it(tmp_path: Path) -> None:
    async with running_hall(tmp_path, small_config()) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        asked = [await served(await hall.desk(window), kiosk) for window in ("1", "2")]
    async with running_hall(tmp_path, hasty()) as hall:
        assert sorted(await lapses(hall, 2)) == sorted((ticket, "timer") for ticket in asked)
