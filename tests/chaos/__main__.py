"""``python -m tests.chaos``: every family pulled a hundred times, and days in which all devices fail at random.

Exit code 0 if all is as promised.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.day import Day, live
from tests.chaos.families import FAMILIES
from tests.chaos.leaping import GRID_S, run
from tests.chaos.pulls import Pulled, pull_and_plug
from tests.chaos.table import write
from tests.harness import no_proxy

HOURS = 1.0
WARM = 20


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ten pulls, and half an hour of one day")
    parser.add_argument("--pulls", type=int, default=100, help="pulls of each family; 0: none")
    parser.add_argument("--only", nargs="+", default=[], help="families whose name has one of these words")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3], help="seeds of the days; none: no day")
    parser.add_argument("--hours", type=float, default=HOURS, help="how much of each day; 0: all of it")
    parser.add_argument("--tickets", type=int, default=200, help="people who come on a whole day")
    parser.add_argument("--output", type=Path, default=Path("build/chaos"), help="folder of chaos.md and chaos.json")
    given = parser.parse_args()
    if given.quick:
        given.pulls, given.seeds, given.hours = min(given.pulls, 10), given.seeds[:1], 0.5
    return given


def _say(good: bool, name: str, begun: float, problems: list[str]) -> None:
    sys.stdout.write(f"  {'✓' if good else '✗'} {name}  {time.monotonic() - begun:.0f} s\n")
    for problem in problems[:20]:
        sys.stdout.write(f"      {problem}\n")
    sys.stdout.flush()


def _pull(given: argparse.Namespace) -> list[Pulled]:
    rows = []
    for family in FAMILIES:
        if not given.pulls or (given.only and not any(word in family.name for word in given.only)):
            continue
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            warm = min(WARM, given.pulls // 5)
            work = pull_and_plug(family, given.pulls, warm, Path(folder))
            rows.append(run(work, family.pace))
        _say(not rows[-1].problems, family.name, begun, rows[-1].problems)
    return rows


def _live(given: argparse.Namespace) -> list[Day]:
    days = []
    plan = [(seed, True) for seed in given.seeds]
    for seed, chaos in [(given.seeds[0], False), *plan] if plan else []:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            work = live(Path(folder), seed, chaos=chaos, tickets=given.tickets, hours=given.hours or None)
            days.append(run(work, grid_s=GRID_S))
        _say(days[-1].good, f"day {seed}{'' if chaos else ', calm'}", begun, days[-1].problems)
    return days


def main() -> int:
    """Run, print the tables, write the files; the exit code."""
    given = _arguments()
    with no_proxy():
        rows = _pull(given)
        days = _live(given)
    sys.stdout.write("\n" + write(given.output, rows, days))
    return 0 if not any(row.problems for row in rows) and all(day.good for day in days) else 1


if __name__ == "__main__":
    sys.exit(main())
