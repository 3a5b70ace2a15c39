"""Numbers left out when a hall is restored in the midst of its day (T01, O07).

What was issued after the point of the restore is on paper, and the restored journal does not have it. As long as that
business day goes on, the hall would issue the same numbers again. So those that the rest of the backup knows of are
left out, and the next few of each service, which were issued after its last flush; by events like any other, before
the restored hall is handed over.
"""

import contextlib
import queue
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Final

from hallctl.config import HallConfig
from hallctl.domain import calendar
from hallctl.domain.commands import SkipNumbers
from hallctl.domain.decide import decide
from hallctl.domain.decide_hall import MOST_SKIPPED
from hallctl.domain.layout import Layout, Service
from hallctl.domain.state import HallState
from hallctl.engine.step import take
from hallctl.errors import Refusal, StoreError
from hallctl.sections.hall import HallSection
from hallctl.store import journal, loading
from hallctl.store.database import DATABASE, Database, Write, connect_reader
from hallctl.store.journal import Head
from hallctl.store.restore import Issued

SKIPPED: Final = 50
"""Numbers of each service left out without being asked: more than an archive that flushes every 10 s can lack."""

ACTOR: Final = "restore"

_DAY_STARTS: Final[str] = HallSection.model_fields["day_starts"].default


@dataclass(slots=True)
class Skip:
    """What is to be left out in a restored hall: what the backup knows to have been issued after the point, and `count`
    more of each service; None for the default, 0 for nothing at all. `now` (ms) and `tz` say which day it is; `config`
    may be None where the backup has none. Then `skipped` is what was left out: service → (first, last number)."""

    count: int | None
    now: int
    tz: tzinfo
    config: HallConfig | None = None
    skipped: dict[str, tuple[int, int]] = field(default_factory=dict)

    def carry_out(self, directory: Path, issued: Issued) -> None:
        """Write it into the hall of the directory, which nobody else has open; raises StoreError."""
        with contextlib.closing(connect_reader(directory / DATABASE)) as connection:
            self.count = self.count_for(loading.load(connection).last_day)
        if not self.count:
            return
        told: queue.SimpleQueue[StoreError | None] = queue.SimpleQueue()
        database = Database.open(directory, lambda _batch, error: told.put(error))
        try:
            with database.reading() as connection:
                state, head = loading.load(connection), journal.last_head(connection)
                known = loading.services(connection) if self.config is None else list(self.config.layout().services)
            database.submit(self._writes(state, head, known, issued()))
            error = told.get()
            if error is not None:
                raise error
        finally:
            database.close()

    def _writes(self, state: HallState, head: Head, known: Iterable[str], issued: dict[str, int]) -> list[Write]:
        """The commands for each service, as many as their bounds ask for; one transaction."""
        names = dict.fromkeys([*known, *state.tallies, *issued])
        state.layout = Layout({name: Service(name, "", "") for name in names}, {}, {})
        made: list[Write] = []
        for name in names:
            first = state.tally(name).number + 1
            last = max(issued.get(name, 0), first - 1) + (self.count or 0)
            while (left := last - state.tally(name).number) > 0:
                decision = decide(state, SkipNumbers(min(left, MOST_SKIPPED), name, closed=True), self.now)
                if isinstance(decision, Refusal):
                    raise StoreError("store.unavailable", detail=decision.code)
                step = take(state, decision, ACTOR, self.now, head)
                head = step.head
                made.append(Write(step.rows))
            self.skipped[name] = first, last
        return made

    def count_for(self, last_day: str | None) -> int:
        """How many more are left out of a hall whose last day is this one: what was asked for, else the default while
        that day is in hand. It is so too where the clock is behind it: days never go backwards."""
        if last_day is None:
            return 0
        if self.count is not None:
            return self.count
        starts = self.config.hall.day_starts if self.config is not None else _DAY_STARTS
        today = calendar.business_day(self.now, self.tz, calendar.minutes(starts))
        return SKIPPED if last_day >= today else 0
