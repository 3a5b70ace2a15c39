"""How even commits are: the store alone, its own checkpoints among them, with the rows of a county's day (row 12)."""

import itertools
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hallctl.bench import county
from hallctl.bench.child import BenchError
from hallctl.bench.figure import Figure, Plan, Say
from hallctl.bench.premises import county_config
from hallctl.bench.rig import rig
from hallctl.bench.rounds import Rounds, measure
from hallctl.bench.spread import percentile
from hallctl.clock import SystemClock
from hallctl.config import parse
from hallctl.errors import StoreError
from hallctl.store.database import Database, Write

PACE_S: Final = 0.002
"""Between two commands: many times a hall at its busiest, so that checkpoints are met in the time there is, and long
enough for what a command leaves behind (0.6 ms of rows in one of forty, 0.9 ms of checkpoint in one of fifty). In a
hall whose 100 windows press every 10 s one command in some 3,000 meets such work; in the crowded run one in seventy."""

LEAST: Final = 5_000
"""Commits in a round: a hundred checkpoints are among them, and five are slower than p99.9."""

SETTLE_S: Final = 30.0


@dataclass(slots=True)
class TimedWrite(Write):
    """The rows of a command, what follows it if anything, and the moments at which it was handed in and was durable
    (perf_counter)."""

    follow: Write | None = None
    begun: float = 0.0
    done: float = 0.0


class Store:
    """The store of a county hall on its own, and the day's commands that are still to come."""

    def __init__(self, directory: Path) -> None:
        config = parse(county_config())
        now = SystemClock().now()
        today = county.business_day(config, now)
        self._day = county.Day(config.layout(), now - county.BEFORE_MS)
        with county.Filling(directory) as filling:
            for part in (county.staff(config.layout()), county.morning(self._day, today)):
                filling.put(self._day, part)
        self._work = county.work(self._day, 1_000_000)
        self._random = random.Random(12)  # noqa: S311 - the same arrivals in every run
        self._left = 0
        self._settled = threading.Event()
        self._error: StoreError | None = None
        self._database = Database.open(directory, self._committed)

    def close(self) -> None:
        self._database.close()

    def commits_s(self, number: int, *, crowded: bool = False) -> list[float]:
        """Seconds from handing a command in until it is durable, for so many, one every `PACE_S`; `crowded`: on the
        average, at random."""
        made = self._made(number)
        self._left = len(made)
        self._settled.clear()
        due = time.perf_counter()
        for write in made:
            due = max(due + (self._random.expovariate(1 / PACE_S) if crowded else PACE_S), time.perf_counter())
            time.sleep(max(0.0, due - time.perf_counter()))
            write.begun = time.perf_counter()
            self._database.submit([write])
        if not self._settled.wait(SETTLE_S):  # one sleep: who counts here holds up the thread that writes the last
            raise BenchError("the store does not answer")
        if self._error is not None:
            raise BenchError(f"a commit failed: {self._error.detail}")
        return [write.done - write.begun for write in made]

    def _made(self, number: int) -> list[TimedWrite]:
        """So many commands, each with the rows that follow it, if any."""
        made = []
        for command in itertools.islice(self._work, number):
            rows = self._day.do(command).rows
            made.append(TimedWrite(rows, self._day.follow() if self._day.due else None))
        return made

    def _committed(self, batch: Sequence[Write], error: StoreError | None) -> None:
        now = time.perf_counter()
        self._error = self._error or error
        for write in batch:
            if isinstance(write, TimedWrite):
                write.done = now
                self._left -= 1
                if write.follow is not None and error is None:  # as in a hall: when the command has been told
                    self._database.submit([write.follow])
        if self._left == 0:
            self._settled.set()


def commits(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Row 12: the slowest of a thousand commits against the usual one."""
    say("提交的均匀程度  how even commits are")
    number = max(int(plan.seconds / PACE_S), LEAST) if plan.scale >= 1 else max(20, round(LEAST * plan.scale))
    with rig(plan, directory, say) as there:
        store = Store(there.directory / "store")
        try:
            store.commits_s(number // 4)
            found = measure(
                plan.rounds,
                lambda: there.floor(PACE_S),
                {
                    "commits": lambda: store.commits_s(number),
                    "crowded": lambda: store.commits_s(number, crowded=True),
                    "disk": lambda: there.floor(PACE_S, count=number),
                },
                say,
            )
        finally:
            store.close()
    return _figures(found, number)


def _figures(found: Rounds, number: int) -> list[Figure]:
    return [
        found.figure(
            "12",
            "提交 p99.9 / p50（含检查点） · commit p99.9 / p50 with its own checkpointing",
            lambda result: _tail(result["commits"]),
            lambda result: _absolute(result["commits"]) | result["floor"].absolute(),
            must=6.0,
            stretch=3.2,
            note=f"{number} commands of a county's day in a round, one every {PACE_S * 1000:.0f} ms",
        ),
        found.figure(
            "12.crowded",
            "提交 p99.9 / p50（随机到达） · the same where commands come at random and meet each other",
            lambda result: _tail(result["crowded"]),
            lambda result: _absolute(result["crowded"]),
            note=f"as many, {1 / PACE_S:.0f} in a second: hundreds of times a county hall",
        ),
        found.figure(
            "12.limit",
            "写盘 p99.9 / p50（同样次数） · p99.9 / p50 of append + fdatasync alone, as many",
            lambda result: _tail(result["disk"].append),
            lambda result: {"flush_p99.9_ms": percentile(result["disk"].append, 99.9) * 1000},
            note="what the disk itself does in the same minute, without a database",
        ),
    ]


def _tail(took: Sequence[float]) -> float:
    return percentile(took, 99.9) / percentile(took, 50)


def _absolute(took: Sequence[float]) -> dict[str, float]:
    return {f"commit_p{p}_ms": percentile(took, p) * 1000 for p in (50, 99, 99.9)} | {"commit_max_ms": max(took) * 1000}


SCENARIOS: Final = (commits,)
