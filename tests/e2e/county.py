"""A county hall's day in a data directory, made by the domain itself in a few seconds: its journal and its rows."""

import itertools
import random
import re
from collections.abc import Iterator
from pathlib import Path

from hallctl.bootstrap import shipped
from hallctl.domain import commands as c
from hallctl.domain.decide import decide
from hallctl.domain.model import Layout, Level
from hallctl.domain.state import HallState
from hallctl.engine.step import take
from hallctl.errors import Refusal, StoreError
from hallctl.store.database import Database, Write
from hallctl.store.journal import GENESIS

EVENTS = 25_000
WAITING = 300
"""People who still wait when the day is cut off."""


def write_config(path: Path, port: int) -> Path:
    """The shipped county hall on a port of 127.0.0.1, without its devices."""
    text = shipped("county.toml").read_text(encoding="utf-8").partition("[[devices]]")[0]
    text, count = re.subn(r"(?m)^\[server\][^\[]*", f"[server]\nport = {port}\n", text)
    path.write_text(text if count else f"{text}\n[server]\nport = {port}\n", encoding="utf-8")
    return path


class Day:
    """Carries commands out in memory and keeps the rows that are due; `at` is the moment of the last one (ms)."""

    def __init__(self, layout: Layout, at: int) -> None:
        self.state = HallState(layout=layout)
        self.at = at
        self.head = GENESIS

    def do(self, command: c.Command) -> Write:
        """The rows of the command; it must not be refused."""
        self.at += 200
        decision = decide(self.state, command, self.at)
        assert not isinstance(decision, Refusal), (command, decision)
        step = take(self.state, decision, "test", self.at, self.head)
        self.head = step.head
        return Write(step.rows, step.latest)


def commands(day: Day, today: str, events: int, terminals: list[c.PairTerminal]) -> Iterator[c.Command]:
    """A day's work: kiosks issue, every window calls, starts, finishes, and most are rated."""
    chance = random.Random(1)
    windows = list(day.state.layout.windows)
    yield from (*terminals, c.OpenDay(today))
    for number, window in enumerate(windows):
        clerk = f"{1000 + number}"
        yield from (c.SetAccount(clerk, clerk, ("window",), "-"), c.LoginClerk(window, clerk), c.OpenWindow(window))
    services = itertools.cycle(sorted({plan.services[0] for plan in day.state.layout.windows.values()}))
    kiosks = itertools.cycle(day.state.layout.kiosk_printers)
    for _ in range(WAITING):
        yield c.TakeTicket(next(services), kiosk=next(kiosks), paperless=True, reason="导办")
    for window in itertools.cycle(windows):
        if day.state.seq >= events:
            return
        yield c.TakeTicket(next(services), kiosk=next(kiosks), paperless=True, reason="导办")
        if any(day.state.waiting(service) for service in day.state.layout.windows[window].services):
            yield from (c.CallTicket(window), c.StartTicket(window), c.FinishTicket(window))
            if chance.random() < 0.8:
                yield c.RateTicket(window, chance.choice(list(Level)))


def build(
    directory: Path, layout: Layout, today: str, at: int, *, events: int = EVENTS, terminals: list[c.PairTerminal]
) -> HallState:
    """Fill the data directory with `today`'s events up to the moment `at` (ms); the state that they led to."""
    errors: list[StoreError | None] = []
    database = Database.open(directory, lambda _batch, error: errors.append(error))
    day = Day(layout, at - 12 * 3_600_000)
    for command in commands(day, today, events, terminals):
        database.submit(day.do(command))
    database.close()
    assert set(errors) == {None}
    assert day.at < at
    return day.state
