"""What a commit costs beside the cheapest durable thing there is: 200 bytes appended and flushed. Told, not judged.

Rounds of floor and commits take turns in one run, because a disk kept busy answers faster than an idle one; the
figures printed are medians, and the ratio is what carries over to another machine.
"""

import os
import statistics
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from hallctl.clock import monotonic_s
from hallctl.domain import events as e
from hallctl.domain.model import Priority
from hallctl.store import request
from hallctl.store.database import Write
from tests.store.conftest import Store
from tests.store.samples import DAY, Book

ROUNDS = 20
QUEUED = 100


def _timed(action: Callable[[], None]) -> float:
    start = monotonic_s()
    action()
    return monotonic_s() - start


class Taps:
    """Commands as they come from kiosks: a ticket, and the answer that is kept for its request id."""

    def __init__(self) -> None:
        self.book = Book()
        self.number = 0

    def next(self) -> Write:
        self.number += 1
        label = f"A{self.number:03d}"
        ticket = f"{DAY.replace('-', '')}-{label}"
        taken = e.TicketTaken(ticket, "tax", self.number, label, Priority.NORMAL, self.book.at, 3, "k1", True)
        answer = request.Request(f"{self.number:032x}", "0" * 64, self.number, self.book.at, "x" * 300)
        return Write([*self.book.step(taken).rows, request.row(answer)])


def test_what_a_commit_costs(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taps = Taps()
    assert store.write(taps.book.write(e.DayOpened(DAY, fresh=True))) is None
    descriptor = os.open(tmp_path / "floor", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    floors, alone, burst = [], [], []

    def floor() -> None:
        os.write(descriptor, bytes(200))
        os.fdatasync(descriptor)

    def single(write: Write) -> None:
        store.database.submit([write])
        assert store.outcome()[1] is None

    def many(writes: list[Write]) -> None:
        for write in writes:
            store.database.submit([write])
        done = 0
        while done < len(writes):
            batch, error = store.outcome()
            assert error is None
            done += len(batch)

    for _ in range(ROUNDS):
        floors += [_timed(floor) for _ in range(10)]
        writes = [taps.next() for _ in range(10)]
        alone += [_timed(partial(single, write)) for write in writes]
        queued = [taps.next() for _ in range(QUEUED)]
        burst.append(_timed(partial(many, queued)))
    os.close(descriptor)
    floor_s, alone_s, burst_s = map(statistics.median, (floors, alone, burst))
    with capsys.disabled():
        sys.stdout.write(
            f"\nappend+fdatasync {floor_s * 1e6:.0f} us; a commit alone {alone_s / floor_s:.2f} times that"
            f" (p99 {statistics.quantiles(alone, n=100)[98] / floor_s:.1f});"
            f" {QUEUED} queued {burst_s / floor_s:.2f} times, {burst_s / QUEUED * 1e6:.0f} us each\n"
        )
