"""Scripted orders: who comes when, who is called when, and why, as a table that a hall manager can read.

A row is a time and what happens at it::

    09:00     a elder     A001             takes a number of service a (class normal if none is named)
    09:00     a appointment@09:30  A002    has checked in for the slot of 09:30
    09:00     a >2        A003             and is meant for window 2 (@1 for the clerk 101)
    09:10     #1          A001 priority    window 1 calls: A001 is next, by which rule
              A002:class:1200              ... and why not each other head: by, amount (. says that there was none)
    09:20     #1 -                         window 1 calls and nobody may be called
    09:20     #1 undo | #1 miss            the last call of window 1 is taken back, or nobody comes
    09:30     #1 = busy                    window 1 is switched to its mode of that name (- for its first plan)
    09:40     clock -120                   the clock is set by so many minutes
    09:50     - A001                       A001 is cancelled

A window that calls again has finished what it had.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain import policy
from hallctl.domain.layout import CLASSES, ClassRule, Layout, Mode, Service
from hallctl.domain.model import Beaten, Priority, Stage, WindowPlan
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from tests.domain.halls import MemoryHall

MIDNIGHT = 1_795_363_200_000
"""2026-11-23 00:00 in Shanghai; the tables' times count from it."""

MINUTE_MS = 60_000
SERVICES = {"a": "A", "b": "B", "q": "Q", "s": "S"}


def plan(window: str, *services: str, **more: object) -> WindowPlan:
    """A window's plan; `ratio` as a dict."""
    ratio = more.pop("ratio", {})
    assert isinstance(ratio, dict)
    return WindowPlan(window, "main", services, ratio=tuple(ratio.items()), **more)  # type: ignore[arg-type] # by name


def layout(*plans: WindowPlan, modes: dict[str, tuple[Mode, ...]] | None = None, **rules: object) -> Layout:
    """A hall of services a, b, q (即办), s; `target` and `missed` are by service. It gives appointments a head start of
    half an hour, so that their class can be seen; the built-in one is none (`test_policy`)."""
    targets, missed = rules.pop("target", {}), rules.pop("missed", {})
    assert isinstance(targets, dict)
    assert isinstance(missed, dict)
    services = {
        name: Service(name, prefix, "main", target_s=targets.get(name, 1200), missed=missed.get(name, "staff_restore"))
        for name, prefix in SERVICES.items()
    }
    windows = {each.id: each for each in plans}
    rules = {"classes": CLASSES | {Priority.APPOINTMENT: ClassRule(30 * MINUTE_MS)}, **rules}
    return replace(Layout(services, windows, {}, modes=modes or {}), **rules)  # type: ignore[arg-type] # by name


@dataclass
class Called:
    """What a row of the table says of a call, and what it was."""

    row: str
    expected: tuple[str, str, tuple[str, ...]]
    found: tuple[str, str, tuple[str, ...]]


@dataclass
class Order:
    """A hall that a table is played in."""

    layout: Layout
    hall: MemoryHall = field(init=False)
    skew_min: int = 0

    def __post_init__(self) -> None:
        self.hall = MemoryHall(HallState(layout=self.layout), at=MIDNIGHT)
        self.hall.open(*self.layout.windows)

    @property
    def state(self) -> HallState:
        return self.hall.state

    def play(self, table: str) -> None:
        """Play the rows; the first call that is not as told fails."""
        for called in self.calls(table):
            assert called.found == called.expected, called.row

    def calls(self, table: str) -> Iterator[Called]:
        for row in _rows(table):
            time, what, *rest = row.split()
            self.hall.at = MIDNIGHT + _ms(time) + self.skew_min * MINUTE_MS
            if what == "clock":
                self.skew_min += int(rest[0])
            elif what == "-":
                self.hall.must(c.CancelTicket(self.id_of(rest[0])))
            elif what.startswith("#"):
                called = self._window(row, what[1:], rest)
                if called is not None:
                    yield called
            else:
                self._take(row, what, rest)

    def id_of(self, label: str) -> str:
        return f"20261123-{label}"

    def _take(self, row: str, service: str, rest: list[str]) -> None:
        *how, label = rest
        priority, slot, target, clerk = Priority.NORMAL, None, None, None
        for word in how:
            if word.startswith(">"):
                target = word[1:]
            elif word.startswith("@"):
                clerk = f"10{word[1:]}"
            else:
                name, _, at = word.partition("@")
                priority = Priority(name)
                slot = MIDNIGHT + _ms(at) if at else None
        number = self.state.tally(service).number + 1
        assert label == f"{SERVICES[service]}{number:03d}", row
        place = self.state.place(self.hall.at) if slot is None else slot
        taken = e.TicketTaken(self.id_of(label), service, number, label, priority, place, 0)
        self.hall.tell(taken)
        if target is not None or clerk is not None:
            self.hall.tell(e.TicketTransferred(taken.ticket, service, target, for_clerk=clerk))

    def _window(self, row: str, window: str, rest: list[str]) -> Called | None:
        match rest:
            case ["undo"]:
                self.hall.must(c.UndoTicket(window))
            case ["miss"]:
                self.hall.must(c.MissTicket(window))
            case ["=", mode]:
                self.hall.must(c.ArrangeWindows(((window, None if mode == "-" else mode),)))
            case ["-"]:
                return Called(row, ("-", "", ()), self.call(window))
            case [label, why, *beaten]:
                found = self.call(window)
                expected = (label, why, () if beaten == ["."] else tuple(beaten))
                return Called(row, expected, found if beaten else (*found[:2], ()))
            case _:
                raise ValueError(row)
        return None

    def call(self, window: str) -> tuple[str, str, tuple[str, ...]]:
        """(label, why, the beaten) of the window's next call; it has finished what it had."""
        self.finish(window)
        previewed = policy.choose(self.state, self.state.plan(window), self.hall.at)
        answer = self.hall.do(c.CallTicket(window))
        if isinstance(answer, Refusal):
            assert answer.code == "queue.empty"
            assert previewed is None
            return ("-", "", ())
        event = answer.events[0]
        assert isinstance(event, e.TicketCalled)
        assert previewed is not None
        assert (event.ticket, event.why, event.beat) == (previewed.ticket, previewed.why, previewed.beat)
        return (event.ticket[9:], event.why, tuple(map(_beaten, event.beat)))

    def finish(self, window: str) -> None:
        """The window's ticket is served to the end, if it has one."""
        active = self.state.active(window)
        if active is not None:
            if active.stage is Stage.CALLED:
                self.hall.must(c.StartTicket(window))
            self.hall.must(c.FinishTicket(window))


def _beaten(other: Beaten) -> str:
    return f"{other.ticket[9:]}:{other.by}:{other.amount}"


def _rows(table: str) -> Iterator[str]:
    """Rows, each with the indented lines that go on with it."""
    row = ""
    for line in table.strip().splitlines():
        text = line.strip()
        if text[:1].isdigit():
            if row:
                yield row
            row = text
        else:
            row = f"{row} {text}"
    yield row


def _ms(time: str) -> int:
    hours, minutes, *seconds = map(int, time.split(":"))
    return (hours * 3600 + minutes * 60 + sum(seconds)) * 1000
