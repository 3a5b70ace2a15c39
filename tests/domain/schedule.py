"""Halls with opening hours for tests, written as a technician writes them, and moments as a wall clock shows them."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from hallctl.domain.hours import Hours
from hallctl.sections.hours import HoursSection, hours
from hallctl.sections.hours_check import check_hours

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
BERLIN: Final = ZoneInfo("Europe/Berlin")

SERVICES: Final = ("pooled", "police", "tax")

TOWNSHIP: Final[dict[str, Any]] = {"workdays": ["08:30-12:00", "13:30-17:30"]}

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE


def hall(zone: ZoneInfo = SHANGHAI, day_starts_min: int = 180, **keys: Any) -> Hours:
    """The hours of ``[hours]`` with these keys over those of the township; there must be nothing wrong with them."""
    section = HoursSection.model_validate(TOWNSHIP | keys)
    assert check_hours(section, SERVICES, day_starts_min) == []
    return hours(section, zone, day_starts_min)


def at(clock: str, zone: ZoneInfo = SHANGHAI) -> int:
    """The moment (ms) of ``"2026-10-08 08:30"`` in the zone."""
    return int(datetime.strptime(clock, "%Y-%m-%d %H:%M").replace(tzinfo=zone).timestamp()) * 1000


def clock(moment: int | None, zone: ZoneInfo = SHANGHAI) -> str | None:
    """What the wall clock shows at the moment."""
    return None if moment is None else f"{datetime.fromtimestamp(moment / 1000, zone):%Y-%m-%d %H:%M}"
