"""Whether a journal is what was written (L01), and whether the rows are what the journal tells.

`chain` walks the hash chain: a record that was changed, removed, swapped or put in is named. What stood at the end
and is gone, or was written anew from some record on, is seen only with a head that was kept elsewhere: a sealed one
(`hallctl seal`). `rows` replays the journal, and at the record that the rows have followed to it compares what is told
with every ticket, figure and other row; what came after must only follow from it.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import func, select

from hallctl.domain.apply import apply
from hallctl.domain.events import TicketTaken
from hallctl.domain.model import Tally
from hallctl.domain.state import HallState, Noted
from hallctl.errors import StoreError
from hallctl.store import journal, loading, tables
from hallctl.store.journal import GENESIS, Head, chained
from hallctl.store.statement import compiled, table_of

Progress = Callable[[int], None]
"""Called now and then with the number of records done."""

Raw = tuple[Any, ...]
"""A journal row as it stands: seq, at, day, actor, type, ticket, window, body, private, sealed, hash."""

FINDINGS_KEPT: Final = 100
"""Findings told one by one; of more only the number."""

STRIDE: Final = 10_000
"""Records between two calls of `Progress`."""

_OPEN: Final = 8
"""The first columns of a row: those that the chain covers as they are."""

_EVENT: Final = table_of(tables.Event)
_TALLY: Final = table_of(tables.Tally)
_ROWS: Final = compiled(select(*journal.RAW).where(_EVENT.c.seq > 0).order_by(_EVENT.c.seq))
_HASH: Final = compiled(select(_EVENT.c.hash).where(_EVENT.c.seq == 0))
_TALLIES: Final = compiled(select(_TALLY))
_TICKETS: Final = compiled(select(func.count()).select_from(table_of(tables.Ticket)))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written; `code` and `params` make its sentence, `seq` is where."""

    code: str
    seq: int
    params: dict[str, str | int] = field(default_factory=dict)


@dataclass(slots=True)
class Verdict:
    """What was found. `head` is the last record's, `latest` the latest moment (ms) in the journal; `emptied` counts the
    records whose personal fields were emptied by rule, which is no finding."""

    records: int = 0
    head: Head = GENESIS
    latest: int = 0
    emptied: int = 0
    findings: list[Finding] = field(default_factory=list)
    more: int = 0
    """Findings beyond those that are listed."""

    @property
    def whole(self) -> bool:
        return not self.findings

    def add(self, code: str, seq: int, **params: str | int) -> None:
        """Note a finding."""
        if len(self.findings) < FINDINGS_KEPT:
            self.findings.append(Finding(code, seq, {"seq": seq, **params}))
        else:
            self.more += 1


def raw_rows(connection: sqlite3.Connection, after: int = 0) -> Iterator[Raw]:
    """The journal's rows after a seq as they stand, in order, streamed."""
    return connection.execute(_ROWS, (after,))


def hash_at(connection: sqlite3.Connection, seq: int) -> bytes | None:
    """The hash of one record, None where there is no such record."""
    row = connection.execute(_HASH, (seq,)).fetchone()
    return row[0] if row else None


def is_next(head: Head, row: Raw) -> bool:
    """Whether the row is the record that was written after `head`, its private part included."""
    return row[0] == head.seq + 1 and chained(head.hash, row[:_OPEN], row[9]) == row[10] and _is_sealed(row[8], row[9])


def _is_sealed(private: Any, sealed: Any) -> bool:
    """Whether the private part is empty or the one that the digest was made of."""
    return private is None or (type(private) is str and sha256(private.encode()).digest() == sealed)


def chain(
    connection: sqlite3.Connection, seals: Iterable[Head] = (), progress: Progress = lambda _done: None
) -> Verdict:
    """Walk the journal from the first record to the last. Read it within one snapshot."""
    verdict = Verdict()
    seq, digest = GENESIS.seq, GENESIS.hash
    latest = emptied = 0
    try:
        for row in connection.execute(_ROWS, (0,)):
            number, private, sealed, stored = row[0], row[8], row[9], row[10]
            if number != seq + 1:
                verdict.add("verify.missing", seq + 1, last=number - 1)
            elif chained(digest, row[:_OPEN], sealed) != stored:
                verdict.add("verify.changed", number)
            if private is not None:
                if not _is_sealed(private, sealed):
                    verdict.add("verify.private", number)
            elif sealed is not None:
                emptied += 1
            latest = max(latest, row[1])
            seq, digest = number, stored if type(stored) is bytes else b""
            verdict.records += 1
            if not verdict.records % STRIDE:
                progress(verdict.records)
    except (sqlite3.Error, UnicodeError, TypeError) as error:  # a torn page, or a value of a kind never written
        verdict.add("verify.unreadable", seq + 1, detail=str(error))
    verdict.head, verdict.latest, verdict.emptied = Head(seq, digest), latest, emptied
    for seal in seals:
        _check_seal(connection, verdict, seal)
    progress(verdict.records)
    return verdict


def end(connection: sqlite3.Connection, records: int) -> int | None:
    """The first of the last `records` records that is not the one written after its predecessor, None if all are."""
    last = journal.last_head(connection)
    first = max(0, last.seq - records)
    before = GENESIS if first == 0 else Head(first, hash_at(connection, first) or b"")
    for row in raw_rows(connection, first):
        if not is_next(before, row):
            return before.seq + 1
        before = Head(row[0], row[10])
    return None if before == last else before.seq + 1


def _check_seal(connection: sqlite3.Connection, verdict: Verdict, seal: Head) -> None:
    """Whether the sealed record stands where it stood, as it stood: then all before it does."""
    if seal.seq > verdict.head.seq:
        verdict.add("verify.cut", seal.seq, last=verdict.head.seq)
        return
    try:
        same = hash_at(connection, seal.seq) == seal.hash
    except sqlite3.Error:
        same = False
    if not same:
        verdict.add("verify.seal", seal.seq)


def file(connection: sqlite3.Connection, verdict: Verdict) -> None:
    """Whether SQLite finds its own file in order."""
    try:
        told = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
    except sqlite3.Error as error:
        told = [str(error)]
    for line in told:
        if line != "ok":
            verdict.add("verify.file", 0, detail=line)


def rows(connection: sqlite3.Connection, verdict: Verdict, progress: Progress = lambda _done: None) -> None:
    """Replay the journal, whose chain is whole, and compare with the rows; within the same snapshot."""
    try:
        loaded = loading.rows(connection)
    except StoreError as error:
        verdict.add("verify.rows", 0, what=error.detail)
        return
    if not loaded.seq:
        _compare(connection, verdict, HallState(), {}, loaded, 0)
    state = HallState()
    tallies: dict[tuple[str, str], Tally] = {}
    taken = 0
    for record in journal.read(connection):
        try:
            apply(state, record)
        except (KeyError, AttributeError, TypeError) as error:  # an event that this program does not know
            verdict.add("verify.replay", record.seq, detail=f"{record.event.TYPE}: {error!r}")
            return
        if record.seq <= loaded.seq:
            taken += isinstance(record.event, TicketTaken)
            _check_noted(connection, verdict, state.take_noted(), tallies)
        if record.seq == loaded.seq:
            _compare(connection, verdict, state, tallies, loaded, taken)
        if not record.seq % STRIDE:
            progress(record.seq)


def _compare(
    connection: sqlite3.Connection,
    verdict: Verdict,
    state: HallState,
    tallies: dict[tuple[str, str], Tally],
    loaded: HallState,
    taken: int,
) -> None:
    """The rows against the replay at the record that they are as of."""
    stored = {(day, service): Tally(*figures) for day, service, *figures in connection.execute(_TALLIES)}
    _check_equal(verdict, "tally", tallies, stored)
    (count,) = connection.execute(_TICKETS).fetchone()
    if count != taken:
        verdict.add("verify.rows", 0, what=f"ticket: {count} ≠ {taken}")
    _check_state(verdict, comparable(state), comparable(loaded))


def _check_noted(
    connection: sqlite3.Connection, verdict: Verdict, noted: Noted, tallies: dict[tuple[str, str], Tally]
) -> None:
    """A ticket that leaves memory has its last value: it must be the row's. Figures are kept until the end."""
    for (kind, key), (_old, new) in noted.items():
        if kind == "tally":
            tallies[key] = new
        elif kind == "ticket" and not new.live and loading.find_ticket(connection, key) != new:
            verdict.add("verify.rows", 0, what=f"ticket {key}")


def _check_state(verdict: Verdict, told: HallState, loaded: HallState) -> None:
    for name in ("tickets", "windows", "devices", "accounts", "terminals", "lanes"):
        _check_equal(verdict, name, getattr(told, name), getattr(loaded, name))
    for name in ("day", "last_day", "helps", "persons", "targets", "asked"):
        if getattr(told, name) != getattr(loaded, name):
            verdict.add("verify.rows", 0, what=name)
    if list(told.calls) != list(loaded.calls):
        verdict.add("verify.rows", 0, what="calls")


def _check_equal(verdict: Verdict, name: str, told: dict[Any, Any], stored: dict[Any, Any]) -> None:
    for key in sorted({*told, *stored}, key=str):
        if told.get(key) != stored.get(key):
            verdict.add("verify.rows", 0, what=f"{name} {key}")


def comparable(state: HallState) -> HallState:
    """The state without the layout, and without lanes that nobody stands in."""
    standing = (((*place, of), lane) for place, classes in state.lanes.items() for of, lane in classes.items())
    lanes: dict[Any, Any] = {place: list(lane) for place, lane in standing if len(lane)}
    return replace(state, layout=HallState().layout, lanes=lanes)
