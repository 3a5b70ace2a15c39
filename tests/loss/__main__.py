"""``python -m tests.loss``: the whole loss table. Exit code 0 if every row ends as it must."""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from tests.loss.scenario import SCENARIOS, Scenario, run
from tests.loss.shimmed import COMPILER, MISSING
from tests.loss.table import Row, markdown, write


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.loss", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the sizes of make test")
    parser.add_argument("--cuts", type=int, help="power cuts of each kind")
    parser.add_argument("--kills", type=int, help="rounds of kill -9")
    parser.add_argument("--only", nargs="+", choices=[scenario.name for scenario in SCENARIOS], help="these rows")
    parser.add_argument("--output", type=Path, default=Path("build/loss"), help="folder of loss.json and loss.md")
    return parser.parse_args()


def _sizes(scenario: Scenario, given: argparse.Namespace) -> dict[str, int]:
    sizes = dict(scenario.quick if given.quick else scenario.full)
    if given.cuts is not None and scenario.name in ("dropped", "torn"):
        sizes["cuts"] = given.cuts
    if given.kills is not None and scenario.name == "kill":
        sizes["rounds"] = given.kills
    return sizes


def _say(text: str) -> None:
    sys.stdout.write(f"  {text}\n")
    sys.stdout.flush()


def main() -> int:
    """Run, print the table, write the files; the exit code."""
    given = _arguments()
    if COMPILER is None:
        sys.stderr.write(f"{MISSING}\n")
        return 2
    rows: list[Row] = []
    for scenario in SCENARIOS:
        if given.only and scenario.name not in given.only:
            continue
        begun = time.monotonic()
        row = asyncio.run(run(scenario, _sizes(scenario, given), _say))
        rows.append(row)
        _say(f"{'✓' if row.good else '✗'} {scenario.name}  {time.monotonic() - begun:.0f} s")
        for problem in [] if row.good else row.problems[:20]:
            _say(f"    {problem}")
        write(rows, given.output)
    sys.stdout.write(markdown(rows))
    return 0 if all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
