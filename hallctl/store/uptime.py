"""How long each device of the hall worked in a month, and what was wrong with it (H07): a reading of the journal.

Time counts while the hall ran and knew the device: from a report of its state to the next one, or to the last record
before a start of the hall; while it connects, nothing is known of it. A fault lasts from the report that names it to
the first one that does not. Moments are cut to the month, in the hall's time zone.
"""

import sqlite3
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cache
from typing import Final

from sqlalchemy import select, text

from hallctl.domain import calendar
from hallctl.domain.event import Record
from hallctl.domain.events import DeviceReported, DevicesChanged, HallStarted
from hallctl.store import journal, tables
from hallctl.store.statement import compiled, table_of

KNOWN: Final = ("ready", "degraded", "offline")

_EVENT: Final = table_of(tables.Event)
_TOLD: Final = text(f"type IN ('{DeviceReported.TYPE}', '{DevicesChanged.TYPE}', '{HallStarted.TYPE}')")


@dataclass(slots=True)
class FaultTime:
    """How often a fault came in the month, and for how long in all, in ms."""

    times: int = 0
    ms: int = 0


@dataclass(slots=True)
class Uptime:
    """A device's month, in ms: working, working with a fault of its own, not to be reached; `downs` times it went
    from working to not to be reached."""

    ready_ms: int = 0
    degraded_ms: int = 0
    offline_ms: int = 0
    downs: int = 0
    faults: dict[str, FaultTime] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """Per cent of the time that counts in which it was ready; None if none does."""
        known_ms = self.ready_ms + self.degraded_ms + self.offline_ms
        return round(100 * self.ready_ms / known_ms, 2) if known_ms else None


@dataclass(slots=True)
class _Now:
    """What is known of a device since `at`; `named` are the faults that count already."""

    state: str
    faults: tuple[str, ...]
    at: int


def month(connection: sqlite3.Connection, name: str, tz: tzinfo, starts_min: int, now: int) -> dict[str, Uptime]:
    """The devices by name in the month `name` (YYYY-MM) of business days that begin `starts_min` minutes after
    midnight; of the month that is not over, until `now` (ms)."""
    year, number = map(int, name.split("-"))
    first, after = f"{name}-01", f"{year + number // 12}-{number % 12 + 1:02d}-01"
    begin, end = (calendar.day_start(day, tz, starts_min) for day in (first, after))
    opened, ended = journal.opening(connection, first), journal.opening(connection, after)
    if opened is None:
        return {}
    count = _Count(begin, min(end, now))
    for told in _before(connection, opened):
        count.take(*told)
    for told in _told(connection, opened, ended or sys.maxsize):
        count.take(*told)
    count.close()
    return dict(sorted(count.devices.items()))


def last_moment(connection: sqlite3.Connection) -> int:
    """When the newest record was made (ms), 0 in an empty journal: a hall that does not run did so until then."""
    row = connection.execute(_at_text(), (journal.last_seq(connection),)).fetchone()
    return row[0] if row else 0


class _Count:
    """Goes through the records of a month."""

    def __init__(self, begin: int, end: int) -> None:
        self.devices: dict[str, Uptime] = {}
        self._begin, self._end = begin, end
        self._now: dict[str, _Now] = {}

    def take(self, record: Record, before: int) -> None:
        """A record, and the moment of the one before it: up to then the hall had run."""
        event = record.event
        if isinstance(event, HallStarted):
            self._forget(list(self._now), before)
        elif isinstance(event, DevicesChanged):
            self._forget([*event.changed, *event.removed], record.at)
        elif isinstance(event, DeviceReported):
            self._report(event, record.at)

    def close(self) -> None:
        """The month is over."""
        self._forget(list(self._now), self._end)

    def _report(self, event: DeviceReported, at: int) -> None:
        last = self._now.get(event.device)
        self._add(event.device, at)
        self._now[event.device] = _Now(event.state, event.faults, at)
        if not self._begin <= at <= self._end:
            return
        month = self.devices.setdefault(event.device, Uptime())
        if event.state == "offline" and last is not None and last.state in ("ready", "degraded"):
            month.downs += 1
        for fault in event.faults:
            if last is None or fault not in last.faults:
                month.faults.setdefault(fault, FaultTime()).times += 1

    def _forget(self, devices: Iterable[str], at: int) -> None:
        for device in devices:
            self._add(device, at)
            self._now.pop(device, None)

    def _add(self, device: str, until: int) -> None:
        """The time since the last report belongs to what it told; a clock that was set back adds none (O08)."""
        now = self._now.get(device)
        if now is None or now.state not in KNOWN:
            return
        ms = min(until, self._end) - max(now.at, self._begin)
        if ms <= 0:
            return
        month = self.devices.setdefault(device, Uptime())
        name = f"{now.state}_ms"
        setattr(month, name, getattr(month, name) + ms)
        for fault in now.faults:
            month.faults.setdefault(fault, FaultTime()).ms += ms


def _told(connection: sqlite3.Connection, first: int, end: int) -> Iterator[tuple[Record, int]]:
    """The records that tell of devices among those of [first, end)."""
    for row in connection.execute(_told_text(), (first, end)):
        yield _with_before(connection, row)


def _before(connection: sqlite3.Connection, first: int) -> list[tuple[Record, int]]:
    """What was last told before the month, back to the last start of the hall, in order."""
    found = []
    for row in connection.execute(_back_text(), (first,)):
        found.append(_with_before(connection, row))
        if row[4] == HallStarted.TYPE:
            break
    return found[::-1]


def _with_before(connection: sqlite3.Connection, row: tuple[int, int, str, str, str, str]) -> tuple[Record, int]:
    seq, at, day, actor, name, body = row
    event = journal.decode(name, body)
    before = at
    if isinstance(event, HallStarted):
        found = connection.execute(_at_text(), (seq - 1,)).fetchone()
        before = found[0] if found else at
    return Record(seq, at, day, actor, event), before


_COLUMNS: Final = (_EVENT.c.seq, _EVENT.c.at, _EVENT.c.day, _EVENT.c.actor, _EVENT.c.type, _EVENT.c.body)


@cache
def _told_text() -> str:
    """Parameters: the first seq, the seq before which it ends."""
    statement = select(*_COLUMNS).where(_EVENT.c.seq >= 0, _EVENT.c.seq < 0, _TOLD)
    return compiled(statement.order_by(_EVENT.c.seq))


@cache
def _back_text() -> str:
    """Parameter: the seq before which is looked."""
    return compiled(select(*_COLUMNS).where(_EVENT.c.seq < 0, _TOLD).order_by(_EVENT.c.seq.desc()))


@cache
def _at_text() -> str:
    return compiled(select(_EVENT.c.at).where(_EVENT.c.seq == 0))
