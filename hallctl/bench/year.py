"""A year in a data directory: 250 county days, some six million events in one hash chain, 800,000 tickets.

The first day is worked through by the domain; the days after it are its rows with other dates, numbers and hashes, in
bulk, past the daemon's own store, since such a file is thrown away if it is not finished. Today is worked through by
the domain again, on what stands there: whoever reads the file finds what 250 days of work would have left.
"""

import contextlib
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Integer, Text, bindparam, func, insert, literal, select, table
from sqlalchemy.dialects import sqlite as dialect
from sqlalchemy.sql.expression import TableClause, update

from hallctl.bench import county
from hallctl.bench.figure import Plan, Say
from hallctl.clock import SystemClock
from hallctl.config import load
from hallctl.domain import commands as c
from hallctl.domain.layout import Layout
from hallctl.domain.state import HallState
from hallctl.store import journal, loading
from hallctl.store.database import DATABASE, connect_reader
from hallctl.store.journal import Head
from hallctl.store.statement import Value

DAYS: Final = 250
REQUEST_DAYS: Final = 2
"""Past days whose answers are still kept in the file."""

_PAGE_CACHE_KIB: Final = 262_144
_WEEKEND: Final = 5
_PLACE: Final = re.compile(r'("place":)(\d+)')
_DAYLESS: Final = frozenset({"day.opened", "day.closed"})
"""Events that say the day in their body, as YYYY-MM-DD."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a file is: `days` in all, of so many events each, with so many people waiting at the end."""

    days: int = DAYS
    events: int = county.EVENTS
    waiting: int = county.WAITING


WHOLE: Final = Size()


def size_of(plan: Plan) -> Size:
    """The whole year, smaller where the plan has fewer clients."""
    share = min(1.0, plan.scale)
    return Size(
        max(3, round(DAYS * share)), max(1_200, round(county.EVENTS * share)), max(30, round(county.WAITING * share))
    )


@dataclass(frozen=True, slots=True)
class Template:
    """The first day: its date, and its records' rows (columns as the chain covers them) from `first` to `last`."""

    day: str
    first: int
    last: int
    rows: Sequence[tuple[Any, ...]]
    statement: str

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def build(
    directory: Path, config: Path, say: Say, size: Size = WHOLE, terminals: Iterable[c.PairTerminal] = ()
) -> HallState:
    """Fill the data directory for the config file's hall; the state at the end. Today's day is open and busy.

    Raises StoreError or sqlite3.Error if it could not be written (a whole year needs 3 GB).
    """
    parsed, _digest = load(config)
    layout, now = parsed.layout(), SystemClock().now()
    today = county.business_day(parsed, now)
    past = working_days(today, size.days - 1)
    if past:
        say(f"一年的数据：第 1 天 / {size.days}  a year's file: day 1 of {size.days}")
        template = _first_day(directory, layout, past[0], _shifted(now, today, past[0]), size, terminals)
        with _bulk(directory / DATABASE) as connection:
            _copy_days(connection, template, past, say, size)
        terminals = ()
    return _today(directory, layout, today, now, size, terminals)


def working_days(today: str, number: int) -> list[str]:
    """The last `number` days from Monday to Friday before `today`, in order."""
    found: list[str] = []
    day = date.fromisoformat(today)
    while len(found) < number:
        day -= timedelta(days=1)
        if day.weekday() < _WEEKEND:
            found.append(day.isoformat())
    return found[::-1]


def _shifted(now: int, today: str, day: str) -> int:
    """The same hour on another day."""
    return now - _days(day, today) * county.DAY_MS


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _first_day(
    directory: Path, layout: Layout, day: str, at: int, size: Size, terminals: Iterable[c.PairTerminal]
) -> Template:
    """Work the first day through, from its morning to its end."""
    work = county.Day(layout, at - county.BEFORE_MS)
    with county.Filling(directory) as filling:
        filling.put(work, terminals)
        filling.put(work, county.staff(layout))
        first = work.state.seq + 1
        for part in (county.morning(work, day), county.work(work, size.events, size.waiting), county.evening(work)):
            filling.put(work, part)
    with contextlib.closing(connect_reader(directory / DATABASE)) as connection:
        records = list(journal.read(connection, first - 1))
        rows = journal.rows(records, journal.GENESIS)[0]
    covered = [parameters[:8] for _statement, parameters in rows]
    return Template(day, first, work.state.seq, covered, rows[0][0])


@contextlib.contextmanager
def _bulk(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that writes fast and without care, the indexes of the journal put aside meanwhile."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode=off", "synchronous=off", f"cache_size=-{_PAGE_CACHE_KIB}", "temp_store=memory"):
            connection.execute(f"PRAGMA {pragma}").fetchone()
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'event' AND sql IS NOT NULL"
        ).fetchall()
        connection.execute("BEGIN")
        for name, _text in indexes:
            connection.execute(f"DROP INDEX {name}")
        yield connection
        for _name, text in indexes:
            connection.execute(text)
        connection.execute("COMMIT")


def _copy_days(connection: sqlite3.Connection, template: Template, past: list[str], say: Say, size: Size) -> None:
    head = journal.last_head(connection)
    kept = past[-REQUEST_DAYS:]
    copied = {name: _copy_text(connection, name) for name in ("ticket", "tally", "request")}
    for number, day in enumerate(past[1:], 2):
        if number % 10 == 0:
            say(f"一年的数据：第 {number} 天 / {size.days}  a year's file: day {number} of {size.days}")
        move = _Move(template, day, (number - 1) * template.length)
        chain = _Chain(head)
        connection.executemany(template.statement, chain.rows(template, move))
        head = chain.head
        for name, text in copied.items():
            if name != "request" or day in kept:
                connection.execute(text, move.parameters)
    last = _Move(template, past[-1], (len(past) - 1) * template.length)
    _move_rest(connection, last)


class _Move:
    """What distinguishes a day from the first: the date in its three forms, the milliseconds, the numbers."""

    def __init__(self, template: Template, day: str, seq: int) -> None:
        self.day = day
        self.seq = seq
        self.ms = _days(template.day, day) * county.DAY_MS
        self.old, self.new = template.day.replace("-", ""), day.replace("-", "")
        self.parameters: dict[str, Value] = {
            "day": day, "first_day": template.day, "first_end": template.rows[-1][1],
            "old": self.old, "new": self.new, "ms": self.ms, "seq": seq,
            "suffix": f"/{self.new}",
        }  # fmt: skip

    def columns(self, row: tuple[Any, ...]) -> tuple[Value, ...]:
        """The columns of a record of the first day as they are on this one."""
        seq, at, day, actor, kind, ticket, window, body = row
        if ticket is not None:
            ticket = ticket.replace(self.old, self.new)
            body = body.replace(self.old, self.new)
            if kind == "ticket.taken":
                body = _PLACE.sub(self._place, body)
        elif kind in _DAYLESS:
            body = body.replace(day, self.day)
        return (seq + self.seq, at + self.ms, self.day, actor, kind, ticket, window, body)

    def _place(self, found: re.Match[str]) -> str:
        return f"{found[1]}{int(found[2]) + self.ms}"


class _Chain:
    """Links a day's rows to the journal's `head`, which moves on as they are drawn."""

    def __init__(self, head: Head) -> None:
        self.head = head

    def rows(self, template: Template, move: _Move) -> Iterator[tuple[Value, ...]]:
        seq, digest = self.head.seq, self.head.hash
        for row in template.rows:
            columns = move.columns(row)
            digest = journal.chained(digest, columns, None)
            yield (*columns, None, None, digest, None)
        self.head = Head(seq + template.length, digest)


def _copy_text(connection: sqlite3.Connection, name: str) -> str:
    """INSERT of the first day's rows of a table as they are on another day."""
    source = table_of(connection, name)
    first = source.c.day == _given("first_day") if "day" in source.c else source.c.at <= _given("first_end")
    written = [part for part in source.c if part.name != "id" or isinstance(part.type, Text)]  # the file numbers rows
    rows = select(*(_moved(part) for part in written)).where(first)
    return text_of(insert(source).from_select([part.name for part in written], rows))


def _move_rest(connection: sqlite3.Connection, move: _Move) -> None:
    """The rows of which there is one for all days: as the last day left them."""
    for name in ("window", "device", "call", "hall"):
        source = table_of(connection, name)
        parts = {part.name: _moved(part) for part in source.c if _moved(part) is not part}
        if name == "hall":
            parts = {"last_day": _given("day"), "rows_seq": source.c.rows_seq + _given("seq")}
        connection.execute(text_of(update(source).values(parts)), move.parameters)
    tickets = table_of(connection, "ticket")
    connection.execute(text_of(update(tickets).values({"live": literal(0, literal_execute=True)})))


def _moved(part: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column's value on another day, by its name."""
    name = getattr(part, "name", "")
    if name == "day":
        return _given("day")
    if name in {"at", "since", "place"} or name.endswith("_at"):
        return part + _given("ms")
    if name == "seq":
        return part + _given("seq")
    if name == "key":
        return part.concat(_given("suffix"))
    if name in {"id", "ticket", "answer"}:
        return func.replace(part, _given("old"), _given("new"))
    return part


def _given(name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=Integer() if name in {"ms", "seq", "first_end"} else Text())


def table_of(connection: sqlite3.Connection, name: str) -> TableClause:
    """The table with the columns that it has, all that is needed to write its name and theirs."""
    found = connection.execute("SELECT name, type FROM pragma_table_info(?)", (name,)).fetchall()
    parts: list[Column[Any]] = [Column(part, Integer() if "INT" in kind else Text()) for part, kind in found]
    return table(name, *parts)


def text_of(statement: Any) -> str:
    return str(
        statement.compile(dialect=dialect.dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True})
    )


def _today(
    directory: Path, layout: Layout, today: str, now: int, size: Size, terminals: Iterable[c.PairTerminal]
) -> HallState:
    """Work today through on what stands in the file."""
    with county.Filling(directory) as filling:
        with contextlib.closing(connect_reader(directory / DATABASE)) as connection:
            state, head = loading.load(connection), journal.last_head(connection)
        day = county.Day(layout, now - county.BEFORE_MS, state, head)
        filling.put(day, terminals)
        if not state.accounts:
            filling.put(day, county.staff(layout))
        for part in (county.morning(day, today), county.work(day, size.events, size.waiting)):
            filling.put(day, part)
    return day.state
