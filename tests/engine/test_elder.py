"""Who is an elder by the card (C05): from the birthday of the configured age on, and nobody keeps the date."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hallctl.api.role import Role
from hallctl.config import HallConfig, parse
from hallctl.devices.contract import CardSeen
from hallctl.domain import calendar
from hallctl.domain import commands as c
from hallctl.engine.identity import priority_of
from tests.engine.told import told
from tests.harness import SMALL, FakeClock, running_hall

BORN = "19611123"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def hall_of(elder_age: int) -> HallConfig:
    return parse(
        SMALL.replace('prefix = "A"', 'prefix = "A"\nidentity = "optional"') + f"[rules]\nelder_age = {elder_age}"
    )


@pytest.mark.parametrize(
    ("birth", "today", "age", "expected"),
    [
        ("19661123", date(2026, 11, 22), 60, "normal"),
        ("19661123", date(2026, 11, 23), 60, "elder"),
        ("19611124", date(2026, 11, 23), 65, "normal"),
        ("19611123", date(2026, 11, 23), 65, "elder"),
        ("19600229", date(2025, 2, 28), 65, "normal"),
        ("19600229", date(2025, 3, 1), 65, "elder"),
        ("20300101", date(2026, 11, 23), 60, "normal"),
        ("00000000", date(2026, 11, 23), 60, "normal"),
        ("", date(2026, 11, 23), 60, "normal"),
    ],
)
def test_c05_elder_from_the_birthday_on(birth: str, today: date, age: int, expected: str) -> None:
    """C05: on the day itself, not the day before; a card that says nothing makes nobody older."""
    assert priority_of(birth, today, age) == expected


@pytest.mark.parametrize(
    ("age", "time", "expected"), [(65, "23:59", "normal"), (65, "24:00", "elder"), (60, "08:30", "elder")]
)
async def test_c05_the_day_is_the_halls_and_the_age_the_configs(
    tmp_path: Path, age: int, time: str, expected: str
) -> None:
    """C05: at midnight in the hall's zone; the class is the ticket's, and no file keeps the date of birth."""
    clock = FakeClock(calendar.day_start("2026-11-22", SHANGHAI, 0) + calendar.minutes(time) * 60_000)
    async with running_hall(tmp_path, hall_of(age), clock) as hall:
        cards = hall.daemon.context.cards
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        cards.seen("kiosk-1", CardSeen("resident", "张测试", f"999999{BORN}001X", BORN))
        seen = await told(kiosk, "card.seen")
        assert seen["priority"] == expected
        taken = await kiosk.change("ticket.take", service="pooled", claim=seen["claim"])
        ticket = hall.daemon.context.hall.state.tickets[taken["ticket"]["id"]]
        assert ticket.priority == expected
        assert ticket.person is not None
        await hall.execute(c.CloseDay())
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert ticket.person.digest.encode() in kept
    assert BORN.encode() not in kept
    assert b"1961-11-23" not in kept
