"""The kept holiday data against the notices themselves (T11)."""

import subprocess
import sys
from datetime import date, timedelta

import pytest

from hallctl.holidays import china

# 国务院办公厅关于2026年部分节假日安排的通知 (国办发明电〔2025〕7号), 关于2025年… (国办发明电〔2024〕12号)
NOTICES = {
    2026: (
        [("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"),
         ("09-25", "09-27"), ("10-01", "10-07")],
        ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
    ),
    2025: (
        [("01-01", "01-01"), ("01-28", "02-04"), ("04-04", "04-06"), ("05-01", "05-05"), ("05-31", "06-02"),
         ("10-01", "10-08")],
        ["01-26", "02-08", "04-27", "09-28", "10-11"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_the_data_are_those_of_the_notice(year: int) -> None:
    """T11: each free day and each day worked for it, and no other."""
    ranges, worked = NOTICES[year]
    free = set()
    for first, last in ranges:
        day = date.fromisoformat(f"{year}-{first}")
        while day <= date.fromisoformat(f"{year}-{last}"):
            free.add(day.isoformat())
            day += timedelta(days=1)
    mine = {day: kind for day, kind in china().kinds.items() if day.startswith(f"{year}-")}
    assert {day for day, kind in mine.items() if kind.why == "holiday"} == free
    assert {day for day, kind in mine.items() if kind.why == "makeup"} == {f"{year}-{day}" for day in worked}
    assert all(kind.name and kind.name_en for kind in mine.values())
    assert year in china().years


def test_make_up_days_are_weekend_days() -> None:
    for day, kind in china().kinds.items():
        assert kind.working == (kind.why == "makeup")
        if kind.working:
            assert date.fromisoformat(day).weekday() >= 5, day


def test_nothing_is_guessed_for_a_year_without_a_notice() -> None:
    assert not [day for day in china().kinds if day >= "2040"]
    assert 2040 not in china().years
    assert min(china().years) >= 2004


def test_the_library_is_imported_at_the_first_question_only() -> None:
    """The start of the daemon and of every command stays as short as it is."""
    code = "import sys, hallctl.sections.hours; sys.exit('chinese_calendar' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == 0
