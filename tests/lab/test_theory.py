"""The simulator against what queueing theory knows: waits whose formulas are exact.

M/M/c: A. K. Erlang's C formula. Two classes at one window, no pre-emption: A. Cobham, Priority assignment in waiting
line problems, Operations Research 2 (1954).
"""

import dataclasses
import math
import random
from statistics import fmean

from hallctl.domain.layout import CLASSES, ClassRule, Layout
from hallctl.domain.model import Priority
from hallctl.lab.compare import Interval, interval
from hallctl.lab.day import Day
from hallctl.lab.script import Visit
from tests.lab.days import layout, script, visit

SEEDS = range(1, 9)
PEOPLE = 2_000
WARM_UP = 300
"""The first people find the hall emptier than it is later."""


def crowd(chance: random.Random, rate: float, serve_min: float, priority: Priority = Priority.NORMAL) -> list[Visit]:
    """People who come as a Poisson process (`rate` a minute) and are served for exponential times."""
    at, found = 0.0, []
    for _ in range(PEOPLE):
        at += chance.expovariate(rate)
        found.append(visit(at, chance.expovariate(1 / serve_min), priority))
    return found


def waits(hall: Layout, visits: list[Visit]) -> dict[Priority, float]:
    """Mean wait in minutes of each class, in the order of arrival without the first."""
    until = max(v.at for v in visits) / 60_000
    seen = Day(hall, script(visits, len(hall.windows), until_min=until)).play()
    found: dict[Priority, list[float]] = {}
    for key, ticket in list(seen.tickets.items())[WARM_UP:]:
        assert ticket.first_called_at is not None
        found.setdefault(ticket.priority, []).append((ticket.first_called_at - seen.eligible[key]) / 60_000)
    return {priority: fmean(part) for priority, part in found.items()}


def erlang_c_wait(windows: int, rate: float, serve_min: float) -> float:
    """Mean wait of M/M/c."""
    load = rate * serve_min
    idle = sum(load**k / math.factorial(k) for k in range(windows))
    full = load**windows / math.factorial(windows) * windows / (windows - load)
    return full / (idle + full) * serve_min / (windows - load)


def assert_near(found: Interval, theory: float) -> None:
    """Theory is inside the interval, and the interval says something."""
    assert found.low <= theory <= found.high, (found, theory)
    assert found.high - found.low < 0.5 * theory


def test_pooled_windows_wait_as_erlang_says() -> None:
    """M/M/3 at 70 %."""
    rate, serve_min = 0.7, 3.0
    means = [waits(layout(3), crowd(random.Random(seed), rate, serve_min))[Priority.NORMAL] for seed in SEEDS]
    assert_near(interval(means), erlang_c_wait(3, rate, serve_min))


def test_two_classes_wait_as_cobham_says() -> None:
    """M/M/1 at 60 %, a third of it urgent, with a head start that no waiting makes up and no fairness cap."""
    serve_min, urgent, normal = 4.0, 0.05, 0.1
    hall = dataclasses.replace(
        layout(1), cap=10**9, classes=CLASSES | {Priority.GREEN: ClassRule(10**12), Priority.NORMAL: ClassRule(0)}
    )
    found = []
    for seed in SEEDS:
        first = crowd(random.Random(f"urgent {seed}"), urgent, serve_min, Priority.GREEN)
        second = crowd(random.Random(f"normal {seed}"), normal, serve_min)
        until = min(first[-1].at, second[-1].at)
        found.append(waits(hall, [v for v in (*first, *second) if v.at < until]))
    load, rest = (urgent + normal) * serve_min, (urgent + normal) * serve_min * serve_min
    assert_near(interval([row[Priority.GREEN] for row in found]), rest / (1 - urgent * serve_min))
    assert_near(interval([row[Priority.NORMAL] for row in found]), rest / ((1 - urgent * serve_min) * (1 - load)))
