"""The soak in small: part of two days of a few windows at high speed, with faults and drops, and all its checks.

The full one is ``make soak``. What it shows here: O06 (nothing lost), T01 and T02 (numbers), C14 (the day turns).
"""

import asyncio
import dataclasses
import json
from pathlib import Path

import pytest

from tests.soak import audit, part, report
from tests.soak.clock import SharedClock, make_clock
from tests.soak.part import Plan
from tests.soak.place import SMALL

QUICK = Plan(
    "days",
    dataclasses.replace(SMALL, tickets=900),
    "08:20",
    "08:40",
    days=2,
    speed=1_200.0,
    sample_s=0.4,
    settle_s=1.5,
    fault_every_s=6.0,
    fault_lasts_s=0.4,
    drop_every_s=0.4,
    drop_lasts_s=0.3,
)


@pytest.mark.slow
async def test_o06_two_days_with_faults_and_drops_leave_right_sums(tmp_path: Path) -> None:
    """Some 20 clients; everything that is judged holds, and the page can be made."""
    async with asyncio.timeout(50):
        run = await part.soak(QUICK, tmp_path / "days", lambda _text, _done: None)
    told = json.loads(json.dumps(dataclasses.asdict(run)))
    checks = await asyncio.to_thread(audit.audit, told, tmp_path / "days")
    assert [check for check in checks if check.holds is False] == []
    assert run.whole
    assert run.sums["acknowledged"]["ticket.take"] > 10
    result = report.put(tmp_path / "out", told, checks, {"kind": "machine", "cpu": "", "cores": 2, "memory_mib": 1}
                        | dict.fromkeys(("kernel", "python", "sqlite", "hallctl"), ""))  # fmt: skip
    assert "<svg" in report.page(result)
    assert "| ✓ |" in report.markdown([result])


def test_a_clock_of_two_processes_goes_on_where_it_was_set(tmp_path: Path) -> None:
    clock = make_clock(tmp_path / "clock", 1_000_000, 0.0)
    assert clock.now() == 1_000_000
    clock.set(5_000_000, 0.0)
    assert SharedClock(tmp_path / "clock").now() == 5_000_000
    assert clock.elapsed_s() == 5_000


def test_a_growth_is_seen_in_a_line_of_least_squares() -> None:
    assert audit.slope([(1, 100.0), (2, 103.0), (3, 106.0)]) == pytest.approx(3.0)
    assert audit.slope([(1, 100.0)]) == 0.0


def _days(growth: float) -> dict[str, object]:
    plan = {"begins": "08:20", "ends": "17:30", "days": 8, "speed": 100.0}
    begin = part.midnight_of(1_772_500_000_000) + 9 * 3_600_000
    rows = [{"day": day, "moment": begin, "rss_mib": 100.0, "own_mib": 80.0 + growth * day} for day in range(1, 9)]
    figures = {"tasks": 1, "files": 1, "threads": 1}
    return {"plan": plan, "samples": rows, "days": [row | figures for row in rows]}


def test_memory_that_grows_with_the_days_is_no_pass() -> None:
    assert [check.holds for check in audit._memory(_days(0.5))] == [None, True]
    assert [check.holds for check in audit._memory(_days(5.0))] == [None, False]


@pytest.mark.parametrize(("left", "busy", "holds"), [(0, 0, True), (0, 300, True), (4, 0, False), (4, 300, False)])
def test_what_is_left_behind_each_day_is_seen_beside_what_comes_and_goes(left: int, busy: int, holds: bool) -> None:
    run = _days(0.0)
    counts = {"files": 1, "threads": 1, "day": 1}
    run["days"] = [counts | {"day": day, "tasks": 400 + left * day + busy * (day == 8)} for day in range(1, 9)]
    run["samples"] = [counts | {"day": day, "tasks": 400 + left * day + 5} for day in range(1, 9)]
    assert [check.holds for check in audit._left_behind(run)] == [holds, True, True]
