"""A recorded day again: as it was it comes out as it was, and what another setting would have done."""

import contextlib
import json
from pathlib import Path

import pytest
import typer
from msgspec.structs import replace
from typer.testing import CliRunner

from hallctl.domain import events as e
from hallctl.domain.events import Event, Record
from hallctl.domain.model import Priority, Stage
from hallctl.lab import command, replay
from hallctl.lab.case import of_profile, profile_of
from hallctl.lab.day import Day
from hallctl.lab.recorded import Recording, last_day, records
from hallctl.lab.script import DAY, MINUTE_MS, NEVER, Part, Script, Shift
from hallctl.lab.setting import setting
from hallctl.store.database import DATABASE, connect_reader
from hallctl.store.journal import GENESIS
from hallctl.store.rebuild import Rebuild
from tests.lab.days import NINE, layout
from tests.store.halls import raw

ROOT = Path(__file__).parents[2]
CONFIG = (ROOT / "config" / "township.toml").read_text(encoding="utf-8")


def written(directory: Path, found: list[Record], config: str = CONFIG) -> Path:
    """A data directory whose journal has the records, as a daemon of that config would have left it."""
    directory.mkdir(parents=True)
    with contextlib.closing(Rebuild(directory / DATABASE)) as made:
        made.add(raw(found, GENESIS))
    (directory / "last-good.toml").write_text(config, encoding="utf-8")
    return directory


@pytest.fixture(scope="module")
def township(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Day]:
    """A season's day of the township without the fourth window, played and recorded."""
    case = of_profile(profile_of("township"), setting(["day=season", "window.6=issue"]))
    day = Day(case.layout, case.script(3), keep=True)
    day.play()
    config = CONFIG.replace('services = ["issue", "general"]', 'services = ["issue"]')
    assert config != CONFIG
    return written(tmp_path_factory.mktemp("recorded") / "data", day.records, config), day


def invoke(*arguments: str) -> tuple[int, str]:
    app = typer.Typer(pretty_exceptions_enable=False)
    command.install(app)
    replay.install(app)
    result = CliRunner().invoke(app, ["replay", *arguments], catch_exceptions=False)
    return result.exit_code, result.output


def read(directory: Path) -> Recording:
    with contextlib.closing(connect_reader(directory / DATABASE)) as connection:
        day = last_day(connection)
        assert day == DAY
        found = records(connection, day)
    assert [record.seq for record in found] == sorted(record.seq for record in found)
    config = of_profile(profile_of("township"), setting(["window.6=issue"])).config
    return Recording(day, config.layout()).read(found)


def test_recorded_day_comes_out_as_it_was(township: tuple[Path, Day]) -> None:
    """Played again from its own journal every ticket is called at the same moment at the same window."""
    directory, day = township
    recording = read(directory)
    again = Day(recording.layout, recording.script())
    seen = again.play()
    for key, ticket in day.course.seen.tickets.items():
        other = seen.tickets[key]
        assert (ticket.first_called_at, ticket.window, ticket.ended_at) == (
            other.first_called_at, other.window, other.ended_at,
        ), key  # fmt: skip
    assert recording.seen.tickets.keys() == seen.tickets.keys()


def test_reading_leaves_the_journal_alone(township: tuple[Path, Day]) -> None:
    directory, _day = township
    before = (directory / DATABASE).read_bytes()
    read(directory)
    assert (directory / DATABASE).read_bytes() == before


def test_would_the_fourth_window_have_helped(township: tuple[Path, Day]) -> None:
    """``--what-if``: both beside each other, the recorded figures and the replayed ones the same."""
    directory, _day = township
    code, output = invoke(
        "--what-if", str(directory), "--day", DAY, "--window", "6=issue,general@09:30", "--json", "-"
    )  # fmt: skip
    assert code == 0
    body = json.loads(output)
    first, second = (s["figures"]["services"]["general"]["wait_mean_min"] for s in body["settings"])
    assert second < first - 5
    assert body["recorded"]["all"]["wait_sum_min"] == pytest.approx(
        body["settings"][0]["figures"]["all"]["wait_sum_min"]
    )
    assert any("6 号窗口从 09:30 起办理统一发证、综合受理”：综合受理平均等候" in s["zh"] for s in body["sentences"])
    code, output = invoke("--what-if", str(directory), "--window", "6=issue,general@09:30")
    assert code == 0
    assert "当天实际 as it was" in output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--what-if",), 2, "--window"),
        (("--day", "2025-01-01"), 2, "没有取号记录"),
        (("--window", "6=tax@10:00"), 2, "tax"),
        (("--policy", "best"), 2, "policy"),
    ],
)
def test_what_cannot_be_replayed_is_told(
    township: tuple[Path, Day], arguments: tuple[str, ...], code: int, words: str
) -> None:
    directory, _day = township
    found, output = invoke(str(directory), *arguments)
    assert found == code
    assert words in output


def test_no_hall_there(tmp_path: Path) -> None:
    code, output = invoke(str(tmp_path / "nothing"))
    assert code == 2
    assert "nothing" in output


# ------------------------------------------------------------ what a day tells


class Book:
    """A day's records, written by hand: minutes after nine and what happened."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def add(self, minute: float, event: Event) -> None:
        at = NINE + round(minute * MINUTE_MS)
        self.records.append(Record(len(self.records) + 1, at, DAY, "test", event))

    def take(self, minute: float, ticket: str, priority: Priority = Priority.NORMAL) -> None:
        at = NINE + round(minute * MINUTE_MS)
        self.add(minute, e.TicketTaken(ticket, "tax", 1, ticket, priority, at, 0))

    def call(self, minute: float, ticket: str, window: str = "1") -> None:
        self.add(minute, e.TicketCalled(ticket, window, "c", "priority"))

    def script(self) -> Script:
        return Recording(DAY, layout(2)).read(self.records).script()


def test_parts_of_a_visit_are_read_from_its_events() -> None:
    """Walk, service without the time on hold, missed calls and the return, rest of the clerk, patience."""
    book = Book()
    book.add(0, e.DayOpened(DAY, fresh=True))
    book.add(0, e.ClerkLoggedIn("1", "c"))
    book.add(0, e.WindowOpened("1"))
    for ticket in ("A1", "A2", "A3", "A4"):
        book.take(1, ticket)
    book.call(2, "A1")
    book.add(2.5, e.TicketStarted("A1", "1"))
    book.add(5.5, e.TicketHeld("A1", "1"))
    book.call(6, "A2")
    book.add(7.5, e.TicketMissed("A2", "1"))
    book.add(10, e.TicketCancelled("A4", "tax"))
    book.add(12, e.TicketResumed("A1", "1", "c"))
    book.add(12, e.TicketStarted("A1", "1"))
    book.add(14, e.TicketFinished("A1", "1", "c"))
    book.add(20, e.TicketRestored("A2"))
    book.call(20, "A2")
    book.add(21, e.TicketStarted("A2", "1"))
    book.add(25, e.TicketFinished("A2", "1", "c"))
    book.call(27, "A3")
    book.add(28, e.TicketMissed("A3", "1"))
    book.add(30, e.WindowClosed("1"))
    first, second, third, fourth = book.script().visits
    assert first.parts == (Part("tax", MINUTE_MS // 2, 5 * MINUTE_MS),)
    assert (second.absent, second.absence_ms, second.returns_ms) == (1, 90_000, 750_000)
    assert second.parts == (Part("tax", MINUTE_MS, 4 * MINUTE_MS),)
    assert second.rest_ms == 2 * MINUTE_MS
    assert (third.absent, third.absence_ms) == (NEVER, MINUTE_MS)
    assert fourth.patience_ms == 9 * MINUTE_MS
    assert fourth.parts[0].serve_ms in {4 * MINUTE_MS, 5 * MINUTE_MS}


def test_transfer_is_a_second_part() -> None:
    book = Book()
    book.add(0, e.WindowOpened("1"))
    book.take(1, "A1")
    book.call(2, "A1")
    book.add(2, e.TicketStarted("A1", "1"))
    book.add(4, e.TicketTransferred("A1", "fund", window="1"))
    book.call(6, "A1", "2")
    book.add(6, e.TicketStarted("A1", "2"))
    book.add(9, e.TicketFinished("A1", "2", "c"))
    (visit,) = book.script().visits
    assert visit.parts == (Part("tax", 0, 2 * MINUTE_MS), Part("fund", 0, 3 * MINUTE_MS))


def test_staffing_is_when_windows_were_open() -> None:
    """A pause is not staffed; a window that nobody opened that day but which called was open before it; the last
    shifts serve out, the morning's does not."""
    book = Book()
    book.add(0, e.DayOpened(DAY, fresh=True))
    book.add(0, e.WindowOpened("1"))
    book.take(1, "A1")
    book.call(2, "A1", "2")
    book.add(60, e.WindowPaused("1", "午休"))
    book.add(90, e.WindowResumed("1"))
    book.add(200, e.WindowClosed("1"))
    book.add(210, e.WindowClosed("2"))
    made = book.script()

    def span(begins: int, ends: int) -> tuple[int, int]:
        return NINE + begins * MINUTE_MS, NINE + ends * MINUTE_MS

    found = {(s.window, (s.begins, s.ends), s.serve_out) for s in made.shifts}
    assert found == {("1", span(0, 60), False), ("1", span(90, 200), True), ("2", span(0, 210), True)}
    assert made.closes_at == NINE + 210 * MINUTE_MS


def test_records_of_other_days_are_left_out() -> None:
    """Who was still served from the day before is not a visit of this one."""
    book = Book()
    book.add(0, e.WindowOpened("1"))
    book.add(1, e.TicketFinished("old", "1", "c"))
    book.take(2, "A1")
    assert len(book.script().visits) == 1


def test_expired_ticket_gets_a_likely_service() -> None:
    book = Book()
    book.add(0, e.WindowOpened("1"))
    book.take(1, "A1")
    book.add(60, e.TicketExpired("A1"))
    made = book.script()
    shifts = tuple(replace(shift, begins=NINE, serve_out=True) for shift in made.shifts) or (
        Shift("1", "c", NINE, NINE),
    )
    (ticket,) = Day(layout(2), replace(made, shifts=shifts)).play().tickets.values()
    assert ticket.stage is Stage.DONE
