"""Abuse in full size: ``python -m tests.abuse [--quick] [--json FILE] [NAME ...]``; some four minutes.

Prints one row of the loss table for each fault, and writes the same as JSON.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

from tests.abuse import scenarios
from tests.loss.table import Row, machine, markdown

Scenario = Callable[[Path], Awaitable[Row]]

FULL: Final[dict[str, Scenario]] = {
    "flood": partial(scenarios.flood, rate=1_000, seconds=10.0),
    "slowloris": partial(scenarios.slowloris, count=200, seconds=36.0),
    "crowd": partial(scenarios.crowd, count=2_000, seconds=10.0, descriptors=256),
    "packed": partial(scenarios.crowd, count=6_000, seconds=15.0, descriptors=1_024),
    "storm": partial(scenarios.storm, seconds=10.0),
    "leaps": partial(scenarios.leaps, rounds=5),
}
QUICK: Final[dict[str, Scenario]] = {
    "flood": scenarios.flood,
    "slowloris": scenarios.slowloris,
    "crowd": scenarios.crowd,
    "storm": scenarios.storm,
    "leaps": scenarios.leaps,
}


async def run(names: list[str], sizes: dict[str, Scenario]) -> list[Row]:
    """The rows of the named scenarios, of all by default; each is told as soon as it has ended."""
    rows = []
    for name in names or sizes:
        with tempfile.TemporaryDirectory(prefix="hallctl-abuse-") as folder:
            row = await sizes[name](Path(folder))
        rows.append(row)
        for problem in row.problems:
            sys.stderr.write(f"{name}: {problem}\n")
        sys.stderr.write(f"{name}: {'good' if row.good else 'NOT AS PROMISED'}\n")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.abuse")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FULL))
    parser.add_argument("--quick", action="store_true", help="the sizes of the tests")
    parser.add_argument("--json", type=Path, default=None, help="write the rows here")
    given = parser.parse_args()
    rows = asyncio.run(run(given.names, QUICK if given.quick else FULL))
    sys.stdout.write(markdown(rows))
    told = {"machine": machine(), "rows": [asdict(row) | {"good": row.good} for row in rows]}
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    if given.json is None:
        sys.stdout.write(text)
    else:
        given.json.write_text(text, encoding="utf-8")
    sys.exit(0 if all(row.good for row in rows) else 1)


if __name__ == "__main__":
    main()
