"""A piece of a day on which all devices fail at random; ``python -m tests.chaos`` lives through more of it, and more
days."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hallctl.api.role import Role
from tests.chaos.day import Day, Place, live, place, settle
from tests.chaos.hand import Hand
from tests.chaos.judge import judge
from tests.chaos.leaping import GRID_S, MORNING, leaping, run
from tests.chaos.people import Answers
from tests.chaos.table import days_table
from tests.harness import no_proxy

HOURS, TICKETS = 0.32, 260
BEGINS = MORNING + 25 * 60_000
"""Five minutes before the windows open."""


@pytest.mark.timeout(180)
def test_no_ticket_lost_no_call_delayed_while_all_devices_fail(tmp_path: Path) -> None:
    """H01, T06, V04: every acknowledged ticket is kept once, called as without devices, its slip told right; nobody
    waited for a device; afterwards all is in order by itself."""
    with no_proxy():
        day = run(live(tmp_path, 1, chaos=True, tickets=TICKETS, hours=HOURS, begins=BEGINS), grid_s=GRID_S)
    assert day.problems == []
    assert (day.found.lost, day.found.doubled, day.waited) == (0, 0, 0)
    assert day.found.tickets >= 10
    assert day.found.calls == day.found.tickets
    assert sum(day.faults.values()) >= 20
    assert day.drops + day.answers.dropped > 0
    _would_be_seen(day, tmp_path)
    assert f"| {day.found.tickets} | {day.found.calls} |" in days_table([day])


def _would_be_seen(day: Day, folder: Path) -> None:
    """What must not happen, put into the evidence, is found."""
    forged = Answers(
        [*day.answers.answered, *(replace(known, method="ticket.miss") for known in day.answers.answered[:1])]
    )
    found = judge(folder / "data", folder / "again", forged, day.shown, day.told[:-1], [*day.copies, *day.copies[:1]])
    assert (found.lost, found.doubled) == (1, 1)
    assert [problem for problem in found.problems if "first slips" in problem]
    assert [problem for problem in found.problems if problem.startswith("slip.")]


@pytest.mark.timeout(120)
def test_v04_all_devices_hang_and_every_answer_comes_while_no_timer_can_fire(tmp_path: Path) -> None:
    """V04, T06: the gate is the clock: it stands until all answers have come, so no answer waits for a device, nor for
    the end of anybody's patience with one."""
    with no_proxy():
        waited = run(_all_hang(tmp_path), grid_s=GRID_S)
    assert waited == 0


async def _all_hang(folder: Path) -> int:
    async with place(folder) as at:
        kiosks = [await at.hall.client(Role.KIOSK, kiosk) for kiosk in ("kiosk-1", "kiosk-2")]
        desks = [await at.hall.desk(window) for window in ("1", "2", "3", "4", "5", "6")]
        await settle(at)
        hand = Hand({name: (row[0].driver, row[2]) for name, row in at.hall.stage.emulators.items()}, 1, at.use)
        await hand.stop_all()
        began = leaping().time()
        with leaping().held():
            answers = await _work(at, kiosks, desks)
        assert leaping().time() == began
        assert [answer["seq"] for answer in answers] == sorted({answer["seq"] for answer in answers})
        await hand.heal()
        return leaping().delayed


async def _work(_at: Place, kiosks: list[Any], desks: list[Any]) -> list[dict[str, Any]]:
    """Thirty numbers, then all windows call, start and finish at once, three times; the answers in the hall's order."""
    answers = []
    for number in range(30):
        service = ("consult", "general", "household", "issue", "general")[number % 5]
        answers.append(await kiosks[number % 2].change("ticket.take", service=service))
    for _ in range(3):
        for method in ("ticket.call", "ticket.start", "ticket.finish"):
            answers += await asyncio.gather(*(desk.change(method) for desk in desks))
    return sorted(answers, key=lambda answer: int(answer["seq"]))
