"""The wall clock leaps, goes back, is slewed or was never set (O08, C14).

No number begins anew in the day in hand, none is given twice, no wait is negative, people are called as they came, and
no door is barred by it.
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hallctl.api import auth as auth_module
from hallctl.api.auth import LOCK_S, SESSION_MS, TRIES, Auth
from hallctl.api.role import Role
from hallctl.bench import shim
from hallctl.client import Client
from hallctl.config import HallConfig, parse
from hallctl.domain import calendar
from hallctl.domain import events as e
from hallctl.domain.model import Account
from hallctl.domain.state import HallState
from hallctl.engine.timers import LONGEST_OFF, PROOF_LOOKS, Timers
from hallctl.errors import RequestError
from tests.abuse import scenarios
from tests.e2e.books import assert_whole, read_books
from tests.harness import SMALL, RunningHall, running_hall

TZ = ZoneInfo("Asia/Shanghai")
HOUR_S = 3600


def moment(text: str) -> int:
    """``2026-11-23 23:59`` in the hall's zone, as ms."""
    day, _, hhmm = text.partition(" ")
    return calendar.day_start(day, TZ, calendar.minutes(hhmm))


@dataclass
class Hands:
    """A wall clock and the time that really passes; the one may be set."""

    at: int
    elapsed_s: float = 1_000.0

    def now(self) -> int:
        return self.at

    def elapsed(self) -> float:
        return self.elapsed_s

    def pass_s(self, seconds: float, rate: float = 1.0) -> None:
        self.at += round(seconds * rate * 1000)
        self.elapsed_s += seconds

    def put(self, hours: float) -> None:
        self.at += round(hours * HOUR_S * 1000)


def config(day_starts: str) -> HallConfig:
    return parse(SMALL.replace('id = "small"', f'id = "small"\nday_starts = "{day_starts}"'))


class Evening:
    """A hall whose clock is in the test's hands."""

    def __init__(self, hall: RunningHall, hands: Hands) -> None:
        self.hands = hands
        self.context = hall.daemon.context
        self.timers = Timers(self.context.hall, self.context.config, hands, hands.elapsed)

    async def look(self, times: int = 1, rate: float = 1.0) -> int:
        """So many looks of the timer, 30 s apart; how many of them turned the day."""
        turned = 0
        for _ in range(times):
            self.hands.pass_s(30, rate)
            turned += await self.timers.look()
        return turned

    @property
    def day(self) -> str | None:
        return self.context.hall.state.day


async def take(kiosk: Client, service: str = "pooled") -> str:
    receipt = await kiosk.change("ticket.take", service=service)
    assert min(receipt["ticket"]["wait_s"] or [0]) >= 0
    return str(receipt["ticket"]["label"])


async def call(desk: Client) -> str:
    label = str((await desk.change("ticket.call"))["ticket"]["label"])
    await desk.change("ticket.start")
    await desk.change("ticket.finish")
    return label


# ---------------------------------------------------------------- midnight


@pytest.mark.parametrize("starts", ["00:00", "04:00"])
async def test_c14_tickets_around_midnight(tmp_path: Path, starts: str) -> None:
    """C14: numbers begin anew with the business day, at its own hour; who is served over it keeps the number, and
    nobody else gets that label meanwhile."""
    hands = Hands(moment("2026-11-23 23:58"))
    async with running_hall(tmp_path / "data", config(starts), hands) as hall:
        evening = Evening(hall, hands)
        kiosk, desk = await hall.client(Role.KIOSK, "kiosk-1"), await hall.desk("1")
        late = await take(kiosk, "pooled")
        await desk.change("ticket.call")
        await desk.change("ticket.start")
        hands.pass_s(119.999)
        assert not await evening.timers.look()
        hands.pass_s(0.001)
        turned = await evening.timers.look()
        assert turned == (starts == "00:00")
        assert evening.day == ("2026-11-24" if turned else "2026-11-23")
        assert [late, await take(kiosk), await take(kiosk, "police")] == ["A001", "A002", "C001"]
        finished = await desk.change("ticket.finish")
        assert finished["ticket"]["label"] == late
        assert finished["ticket"]["id"].startswith("20261123")
        hands.at = moment("2026-11-24 04:00")
        hands.elapsed_s += 4 * HOUR_S
        assert await evening.timers.look() == (starts == "04:00")
        assert evening.day == "2026-11-24"
    books = read_books(tmp_path / "data", tmp_path / "books")
    assert_whole(books)
    assert [event.day for event in books.of(e.DayOpened)] == ["2026-11-23", "2026-11-24"]


async def test_o08_a_leap_over_midnight_and_back_changes_nothing(tmp_path: Path) -> None:
    """O08: +2 h at 23:00 does not end the evening; corrected within ten minutes nothing has happened."""
    hands = Hands(moment("2026-11-23 23:00"))
    async with running_hall(tmp_path / "data", config("00:00"), hands) as hall:
        evening = Evening(hall, hands)
        kiosk, desk = await hall.client(Role.KIOSK, "kiosk-1"), await hall.desk("1")
        taken = [await take(kiosk)]
        await evening.look()
        hands.put(2)
        assert await evening.look(PROOF_LOOKS - 1) == 0
        assert evening.timers.doubt() == "clock.doubtful"
        taken.append(await take(kiosk))
        hands.put(-2)
        assert await evening.look(10) == 0
        assert evening.timers.doubt() is None
        taken.append(await take(kiosk))
        assert taken == ["A001", "A002", "A003"]
        assert [await call(desk) for _ in taken] == taken
        hands.at, hands.elapsed_s = moment("2026-11-24 00:00"), hands.elapsed_s + 49 * 60
        assert await evening.timers.look()
    assert_whole(read_books(tmp_path / "data", tmp_path / "books"))


async def test_o08_a_leap_that_stays_is_believed_after_ten_minutes(tmp_path: Path) -> None:
    hands = Hands(moment("2026-11-23 22:30"))
    async with running_hall(tmp_path, config("00:00"), hands) as hall:
        evening = Evening(hall, hands)
        hands.put(2)
        assert await evening.look(PROOF_LOOKS) == 1
        assert evening.day == "2026-11-24"
        assert await evening.look(PROOF_LOOKS) == 0


async def test_o08_back_over_midnight_no_number_is_given_twice(tmp_path: Path) -> None:
    """O08: the new day has begun, then the clock goes back before midnight and comes again."""
    hands = Hands(moment("2026-11-23 23:59"))
    async with running_hall(tmp_path / "data", config("00:00"), hands) as hall:
        evening = Evening(hall, hands)
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        first = [await take(kiosk), await take(kiosk)]
        assert await evening.look(2) == 1
        second = [await take(kiosk)]
        hands.put(-2)
        assert await evening.look(PROOF_LOOKS + 5) == 0
        second.append(await take(kiosk))
        assert await evening.look(260) == 0  # midnight comes again
        second.append(await take(kiosk))
        assert (first, second) == (["A001", "A002"], ["A001", "A002", "A003"])
        assert evening.day == "2026-11-24"
    assert_whole(read_books(tmp_path / "data", tmp_path / "books"))


@pytest.mark.parametrize("rate", [1 - 500e-6, 1 + 500e-6])
async def test_o08_slewing_for_days_is_no_leap(tmp_path: Path, rate: float) -> None:
    """O08: at the fastest that NTP slews the day turns once, at its first look after midnight, without a doubt."""
    hands = Hands(moment("2026-11-23 12:00"))
    async with running_hall(tmp_path, config("00:00"), hands) as hall:
        evening = Evening(hall, hands)
        assert await evening.look(2 * 24 * 60, rate) == 1
        assert evening.timers.doubt() is None
        assert await evening.look(12 * 2 * 60, 1.0) + (hands.at < moment("2026-11-25 00:00")) == 1


async def test_o08_a_machine_that_slept_over_the_night_wakes_into_the_day(tmp_path: Path) -> None:
    """Sleep is no leap: the elapsed time counts it."""
    hands = Hands(moment("2026-11-23 20:00"))
    async with running_hall(tmp_path, config("00:00"), hands) as hall:
        evening = Evening(hall, hands)
        await evening.look()
        hands.pass_s(12 * HOUR_S)
        assert await evening.timers.look()


# ---------------------------------------------------------------- a clock that was never set


@pytest.mark.parametrize("wrong", ["1970-01-01 00:01", "2099-12-31 12:00"])
async def test_o08_the_first_start_with_a_clock_that_was_never_set(tmp_path: Path, wrong: str) -> None:
    """O08: no day is opened that could not be taken back; the pages say why; once it is set the hall opens."""
    hands = Hands(moment(wrong))
    async with running_hall(tmp_path, config("00:00"), hands) as hall:
        evening = Evening(hall, hands)
        assert evening.day is None
        board = await hall.client(Role.BOARD)
        assert board.snapshot["hall"]["warning"]["code"] == "clock.doubtful"
        hands.at = moment("2026-11-23 08:00")
        assert await evening.look() == 1
        assert await take(await hall.client(Role.KIOSK, "kiosk-1")) == "A001"


async def test_o08_a_start_in_1970_goes_on_and_believes_the_clock_once_it_is_set(tmp_path: Path) -> None:
    """O08: after a weekend the machine wakes up in 1970, NTP sets the clock a minute later: the day opens at once."""
    hands = Hands(moment("2026-11-20 12:00"))
    async with running_hall(tmp_path, config("00:00"), hands) as hall:
        await take(await hall.client(Role.KIOSK, "kiosk-1"))
    hands.at = moment("1970-01-01 08:00")
    async with running_hall(tmp_path, config("00:00"), hands) as hall:
        evening = Evening(hall, hands)
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        assert await take(kiosk) == "A002"
        await evening.look()
        hands.at = moment("2026-11-23 08:00")
        assert await evening.look() == 1
        assert await take(kiosk) == "A001"


async def test_o08_1970_and_2099_while_running(tmp_path: Path) -> None:
    """O08: numbers go on, people are called as they came, waits are not negative, whatever the clock says."""
    hands = Hands(moment("2026-11-23 10:00"))
    async with running_hall(tmp_path / "data", config("00:00"), hands) as hall:
        evening = Evening(hall, hands)
        kiosk, desk = await hall.client(Role.KIOSK, "kiosk-1"), await hall.desk("2")
        taken = []
        for wrong in (
            "1970-01-01 00:01",
            "2099-12-31 12:00",
            "2026-11-23 10:01",
            "1970-01-02 00:00",
            "2026-11-23 10:02",
        ):
            hands.at = moment(wrong)
            assert await evening.look(PROOF_LOOKS + 1) == 0
            taken += [await take(kiosk), await take(kiosk, "police")]
        called = [await call(desk) for _ in taken]
        assert called == taken
        await hall.daemon.context.hall.caught_up()
        ledger = await asyncio.to_thread(hall.daemon.context.reports.ledger, "2026-11-23")
        assert all((row.wait_s or 0) >= 0 and (row.serve_s or 0) >= 0 for row in ledger)
        tally = hall.daemon.context.state.tally("pooled")
        assert tally.wait_sum_ms >= 0
        assert tally.serve_mean_ms >= 0
    books = read_books(tmp_path / "data", tmp_path / "books")
    assert_whole(books)
    assert len(books.of(e.DayOpened)) == 1
    assert LONGEST_OFF < 365


# ---------------------------------------------------------------- doors


async def test_o03_o08_a_clock_that_is_set_neither_bars_nor_opens_a_door() -> None:
    """O03, O08: locks and pairing codes last as long as they should, however the clock is set."""
    hands = Hands(moment("2026-11-23 10:00"))
    auth = Auth(HallState, hands, "k" * 32, monotonic=hands.elapsed)
    code, _until = auth.offer(Role.BOARD, None)
    late, _until = auth.offer(Role.GUIDE, None)
    for hours in (2, -4):
        hands.put(hours)
    assert auth.claim(code) == (Role.BOARD, None)
    for _ in range(TRIES):
        with pytest.raises(RequestError, match="bad_code"):
            auth.claim("0")
    hands.put(-2)
    with pytest.raises(RequestError, match="locked") as locked:
        auth.claim(late)
    assert 0 < int(locked.value.params["seconds"]) <= LOCK_S
    hands.put(100)
    with pytest.raises(RequestError, match="locked"):
        auth.claim(late)
    hands.pass_s(LOCK_S)
    assert auth.claim(late) == (Role.GUIDE, None)


async def test_o03_o08_a_session_outlives_a_leap_but_not_a_wrong_century() -> None:
    """O03: ±2 h end nobody's session; one that was made in 2099 does not last until then."""
    hands = Hands(moment("2026-11-23 10:00"))
    state = HallState()
    state.accounts["101"] = Account("101", "101", ("window",), "-", 1)
    auth = Auth(lambda: state, hands, "k" * 32)
    token, until = auth.session(state.accounts["101"])
    assert until - hands.at == SESSION_MS
    for hours in (2, -4, 2):
        hands.put(hours)
        assert auth.caller(token, Role.WINDOW, "1").account == "101"
    hands.at = moment("2099-01-01 00:00")
    wrong, _until = auth.session(state.accounts["101"])
    hands.at = moment("2026-11-23 12:00")
    with pytest.raises(RequestError, match="bad_token"):
        auth.caller(wrong, Role.WINDOW, "1")
    hands.put(SESSION_MS / HOUR_S / 1000)
    with pytest.raises(RequestError, match="bad_token"):
        auth.caller(token, Role.WINDOW, "1")


async def test_o03_a_flood_of_wrong_passwords_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """O03: argon2 costs on purpose; more than a hall's clerks at once are told to wait, and cost nothing."""
    monkeypatch.setattr(auth_module, "CHECKS_WAITING", 4)
    hands = Hands(moment("2026-11-23 10:00"))
    auth = Auth(HallState, hands, "k" * 32)
    asked = await asyncio.gather(
        *(auth.open_session(f"nobody-{number}", "wrong") for number in range(300)), return_exceptions=True
    )
    codes = [error.code for error in asked if isinstance(error, RequestError)]
    assert len(codes) == 300
    assert codes.count("request.too_many") == 296


# ---------------------------------------------------------------- the whole daemon


@pytest.mark.skipif(shim.compiler() is None, reason="needs a C compiler")
async def test_o08_the_daemons_own_clock_leaps(tmp_path: Path) -> None:
    """O08: ±2 h, 1970 and 2099 under the daemon, people at work, killed once in between."""
    row = await scenarios.leaps(tmp_path)
    assert row.good, json.dumps(row.problems, ensure_ascii=False)
