"""A county hall's day in a data directory, made by the domain itself in a few seconds: its journal and its rows.

A visit leads to about nine events, as where a slip is printed and proven and people are called more than once: 25,000
events are some 3,200 tickets. Nothing in it is by chance, so every day is the same but for its date.
"""

from collections.abc import Iterable, Iterator
from itertools import count, cycle
from pathlib import Path
from typing import Final

from hallctl.bench.premises import county_config
from hallctl.clock import SystemClock
from hallctl.config import HallConfig, load
from hallctl.domain import calendar
from hallctl.domain import commands as c
from hallctl.domain.decide import decide
from hallctl.domain.layout import Layout
from hallctl.domain.model import Level, RatingState, Stage
from hallctl.domain.state import HallState, merge
from hallctl.engine.follower import PIECE
from hallctl.engine.receipt import asked, receipt
from hallctl.engine.step import take
from hallctl.errors import Refusal, StoreError
from hallctl.store import projection, request
from hallctl.store.database import Database, Write
from hallctl.store.journal import GENESIS, Head
from hallctl.store.request import Request

EVENTS: Final = 25_000
WAITING: Final = 300
"""People who still wait when the day is cut off."""

DAY_MS: Final = 24 * 3_600_000
BEFORE_MS: Final = DAY_MS // 2
"""How long before the moment that is given the day begins."""

PACE_MS: Final = 500
"""Between two commands."""

GUIDE: Final = "导办"
"""A service that asks for an identity card takes a guide's reason instead."""

_DIGEST: Final = "0" * 32

_LEVELS: Final = (Level.VERY_SATISFIED, Level.SATISFIED, Level.VERY_SATISFIED, Level.BASICALLY_SATISFIED)


def write_config(path: Path, port: int) -> Path:
    """The shipped county hall on a port of 127.0.0.1, without its devices."""
    path.write_text(county_config().replace("\nport = 0\n", f"\nport = {port}\n"), encoding="utf-8")
    return path


def business_day(config: HallConfig, now: int) -> str:
    """The day (YYYY-MM-DD) that a daemon started at the moment `now` would open."""
    return calendar.business_day(now, config.tz, calendar.minutes(config.hall.day_starts))


class Day:
    """Carries commands out in memory and gives the rows that are due; `at` is the moment of the last one (ms)."""

    def __init__(self, layout: Layout, at: int, state: HallState | None = None, head: Head = GENESIS) -> None:
        """`state` and the journal's `head` go on from where they are. Every kiosk gets a printer, whatever the config
        has."""
        printers: dict[str, str | None] = {kiosk: f"{kiosk}-printer" for kiosk in layout.kiosk_printers}
        self.state = state or HallState()
        self.state.layout = Layout(layout.services, layout.windows, printers)
        self.at = at
        self.head = head
        self._keys = count(self.state.seq + 1)
        self._noted = self.state.take_noted()
        self._answered: list[Request] = []

    def do(self, command: c.Command) -> Write:
        """The journal's rows of the command; ValueError if the hall refuses it."""
        self.at += PACE_MS
        decision = decide(self.state, command, self.at)
        if isinstance(decision, Refusal):
            raise ValueError(f"{command}: {decision}")
        key = f"county/{next(self._keys):032x}" if command.METHOD else None
        kept = asked(decision, key, _DIGEST) if key is not None else None
        step = take(self.state, decision, "county", self.at, self.head, kept)
        self.head = step.head
        if key is not None:
            answer = receipt(self.state, decision, step.noted, self.at, lambda _ticket: None)
            self._answered.append(Request(key, _DIGEST, self.state.seq, self.at, answer))
        merge(self._noted, step.noted)
        return Write(step.rows)

    @property
    def due(self) -> bool:
        """Whether so much has changed that the rows follow now, as they do in a hall where nothing else waits."""
        return len(self._noted) >= PIECE

    def follow(self) -> Write:
        """The rows that follow all commands since the last time, their answers among them."""
        noted, self._noted = self._noted, {}
        answered, self._answered = self._answered, []
        return Write([*map(request.row, answered), *projection.rows(noted, self.state.seq)])


def staff(layout: Layout) -> Iterator[c.Command]:
    """A clerk for each window, once in the hall's life."""
    for clerk in _clerks(layout).values():
        yield c.SetAccount(clerk, clerk, ("window",), "-")


def morning(day: Day, today: str) -> Iterator[c.Command]:
    """The day is opened, printers answer, everybody sits down."""
    layout = day.state.layout
    yield c.OpenDay(today)
    for printer in layout.kiosk_printers.values():
        yield c.ReportDevice(printer or "", "ready")
    for window, clerk in _clerks(layout).items():
        yield from (c.LoginClerk(window, clerk), c.OpenWindow(window))


def work(day: Day, events: int, waiting: int = WAITING) -> Iterator[c.Command]:
    """First `waiting` people come, then for each who comes one is served, until the journal has `events` more."""
    last = day.state.seq + events
    layout = day.state.layout
    services = cycle(sorted({plan.services[0] for plan in layout.windows.values()}))
    kiosks = cycle(layout.kiosk_printers)
    for _ in range(waiting):
        yield from _come(day, next(services), next(kiosks))
    for number, (window, plan) in enumerate(cycle(layout.windows.items())):
        if day.state.seq >= last:
            return
        yield from _come(day, plan.services[0], next(kiosks))
        yield from _visit(day, window, number)


def evening(day: Day) -> Iterator[c.Command]:
    """Ratings lapse, windows close, who still waits expires."""
    for ticket in [t.id for t in day.state.tickets.values() if t.rating is RatingState.ASKED]:
        yield c.LapseRating(ticket)
    for window in day.state.layout.windows:
        yield from (c.CloseWindow(window), c.LogoutClerk(window))
    yield c.CloseDay()


def build(
    directory: Path,
    layout: Layout,
    today: str,
    at: int,
    *,
    events: int = EVENTS,
    waiting: int = WAITING,
    terminals: Iterable[c.PairTerminal] = (),
) -> HallState:
    """Fill the data directory with `today`'s events up to the moment `at` (ms); the state that they led to.

    Raises StoreError if it could not be written, ValueError if there are more events than fit into half a day.
    """
    with Filling(directory) as filling:
        day = Day(layout, at - BEFORE_MS)
        for part in (terminals, staff(layout), morning(day, today), work(day, events, waiting)):
            filling.put(day, part)
    if day.at >= at:
        raise ValueError(f"{events} events reach beyond the moment")
    return day.state


def build_today(
    directory: Path,
    config: Path,
    *,
    events: int = EVENTS,
    waiting: int = WAITING,
    terminals: Iterable[c.PairTerminal] = (),
) -> HallState:
    """`build` for the config file's hall on the machine's own day, until now."""
    parsed, _digest = load(config)
    now = SystemClock().now()
    today = business_day(parsed, now)
    return build(directory, parsed.layout(), today, now, events=events, waiting=waiting, terminals=terminals)


class Filling:
    """The open store of a data directory that is being filled; StoreError at its end if anything was not written."""

    def __init__(self, directory: Path) -> None:
        self._errors: set[StoreError] = set()
        self.database = Database.open(directory, self._committed)

    def __enter__(self) -> "Filling":
        return self

    def __exit__(self, *_raised: object) -> None:
        self.database.close()
        for error in self._errors:
            raise error

    def put(self, day: Day, work: Iterable[c.Command]) -> None:
        """Carry the commands out, one after the other, and write them and the rows that follow."""
        for command in work:
            self.database.submit([day.do(command)])
            if day.due:
                self.database.submit([day.follow()])
        self.database.submit([day.follow()])

    def _committed(self, _batch: list[Write], error: StoreError | None) -> None:
        if error is not None:
            self._errors.add(error)


def _clerks(layout: Layout) -> dict[str, str]:
    return {window: f"{1000 + number}" for number, window in enumerate(layout.windows)}


def _come(day: Day, service: str, kiosk: str) -> Iterator[c.Command]:
    """Somebody takes a number, and the printer proves the slip."""
    yield c.TakeTicket(service, kiosk=kiosk, reason=GUIDE, override=True)
    number = day.state.tally(service).number
    ticket = f"{(day.state.day or '').replace('-', '')}-{day.state.layout.services[service].prefix}{number:03d}"
    yield c.BeginSlip(ticket, f"{kiosk}-printer", kiosk, 1)
    yield c.ConfirmSlip(ticket, f"{kiosk}-printer", 1)


def _visit(day: Day, window: str, number: int) -> Iterator[c.Command]:
    """The window calls who is next; what then happens follows from `number`."""
    if number % 8 == 7:
        yield from (c.PauseWindow(window, "暂离"), c.ResumeWindow(window))
    yield c.CallTicket(window)
    for _ in range(1 + number % 2):
        yield from _recall(day, window)
    if number % 16 == 9:
        yield c.MissTicket(window)
        return
    yield c.StartTicket(window)
    ticket = day.state.active(window)
    if number % 8 == 3 and ticket is not None and ticket.stage is Stage.SERVING:
        yield from (c.HoldTicket(window, "补材料"), c.ResumeTicket(window, ticket.id), c.StartTicket(window))
    yield c.FinishTicket(window)
    if number % 5 < 4:
        yield c.RateTicket(window, _LEVELS[number % len(_LEVELS)])


def _recall(day: Day, window: str) -> Iterator[c.Command]:
    day.at += day.state.layout.recall_gap_s * 1000
    yield c.RecallTicket(window)
