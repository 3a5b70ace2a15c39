"""``python -m tests.soak``: the county hall for days and for an hour, with faults, and whether anything is left behind.

Exit code 1 when a sum is wrong, memory grows by more than the bound that is told, or something unexpected happens;
how fast it was is told, not judged. Ctrl-C ends everything in order and still writes what was measured.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from hallctl.bench import run as bench_run
from tests.soak import audit, part, report
from tests.soak.part import Plan, Run
from tests.soak.place import COUNTY, SMALL

FAILED: Final = 1
STOPPED: Final = 130

out = Console(stderr=True)


def plans(given: argparse.Namespace) -> list[Plan]:
    """What is to be run: the days first."""
    size = SMALL if given.quick else COUNTY
    ends = part.later("08:20", given.minutes)
    days = Plan("days", size, "08:20", "17:30", days=given.days, speed=given.speed, seed=given.seed, **DAYS_TROUBLE)
    hour = Plan("hour", size, "08:20", ends, seed=given.seed)
    if given.quick:
        days = dataclasses.replace(
            days, ends="09:20", days=min(2, given.days), speed=max(200.0, given.speed), sample_s=1
        )
        hour = dataclasses.replace(hour, ends=part.later("08:20", min(1, given.minutes)), early_speed=300.0)
    return [plan for plan in (days, hour) if given.only in (None, plan.name)]


DAYS_TROUBLE: Final[dict[str, Any]] = {
    "fault_every_s": 40.0,
    "fault_lasts_s": 2.0,
    "drop_every_s": 1.0,
    "drop_lasts_s": 3.0,
}


async def run_all(wanted: list[Plan], folder: Path, into: Path, note: str) -> tuple[bool, bool]:
    """(everything held, it was broken off)."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, stopping, number)
    good = True
    for plan in wanted:
        if stopping.is_set():
            break
        async with _shown(plan) as say:
            run = await part.soak(plan, folder / plan.name, say, stopping)
            say("checking the books", 1.0)
            good = await asyncio.to_thread(_judge, run, folder / plan.name, into, note) and good
    return good, stopping.is_set()


def _stop(stopping: asyncio.Event, number: int) -> None:
    out.print(f"停止中 stopping ({signal.Signals(number).name})", highlight=False)
    stopping.set()


def _judge(run: Run, folder: Path, into: Path, note: str) -> bool:
    told = json.loads(json.dumps(dataclasses.asdict(run)))
    (folder / "raw.json").write_text(json.dumps(told), encoding="utf-8")
    return judge(told, folder, into, note)


def judge(told: dict[str, Any], folder: Path, into: Path, note: str) -> bool:
    """Check what is kept of a run, print the verdict, write the results; whether everything holds."""
    checks = audit.audit(told, folder)
    machine = bench_run.machine(folder, (0.0, 0.0))
    machine = {key: value for key, value in machine.items() if not key.startswith("flush")} | {"note": note}
    result = report.put(into, told, checks, machine)
    for check in checks:
        mark = {True: "[green]✓[/]", False: "[bold red]✗[/]", None: "·"}[check.holds]
        out.print(f"{mark} {check.zh} {check.en}: ", end="", highlight=False)
        out.print(check.found, markup=False, highlight=False)
    return bool(result["good"])


@contextlib.asynccontextmanager
async def _shown(plan: Plan) -> AsyncIterator[part.Say]:
    """A progress bar on a terminal, a line now and then elsewhere."""
    zh, en = report.NAMES[plan.name]
    with Progress(
        TextColumn(f"{zh} {en}"), BarColumn(), TextColumn("{task.percentage:5.1f} %"), TimeElapsedColumn(),
        TextColumn("{task.description}"), console=out, disable=not out.is_terminal,
    ) as progress:  # fmt: skip
        task = progress.add_task("", total=1.0)
        shown = -1

        def say(text: str, done: float) -> None:
            nonlocal shown
            progress.update(task, completed=done, description=text)
            if not out.is_terminal and int(done * 20) > shown:
                shown = int(done * 20)
                out.print(f"{plan.name} {done:4.0%} {text}", highlight=False)

        yield say


def arguments() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=8, help="simulated days (8)")
    parser.add_argument("--speed", type=float, default=150.0, help="how many times faster those run at most (150)")
    parser.add_argument("--minutes", type=int, default=60, help="of the real hour (60)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("days", "hour"))
    parser.add_argument("--out", type=Path, default=report.RESULTS, help="folder of the results")
    parser.add_argument("--keep", type=Path, help="folder for the data directories, which is kept; default: a new one")
    parser.add_argument("--judge", type=Path, metavar="RAW", help="only judge the raw.json of a run that was kept")
    parser.add_argument("--note", default="", help="a sentence about the machine, for the results")
    parser.add_argument("--quick", action="store_true", help="a small hall for a minute or two")
    return parser


def main() -> None:
    given = arguments().parse_args()
    if given.judge is not None:
        told = json.loads(given.judge.read_text(encoding="utf-8"))
        there = given.keep or given.judge.parent
        good, broken = judge(told, there, given.out, given.note), False
    else:
        with contextlib.ExitStack() as stack:
            folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hallctl-soak-")))
            folder.mkdir(parents=True, exist_ok=True)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                good, broken = runner.run(run_all(plans(given), folder, given.out, given.note))
    if given.out.resolve() == report.RESULTS.resolve():
        report.put_readme()
    out.print(f"→ {os.path.relpath(given.out)}", highlight=False)
    sys.exit(STOPPED if broken else 0 if good else FAILED)


if __name__ == "__main__":
    main()
