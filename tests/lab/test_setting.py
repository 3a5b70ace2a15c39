"""Settings in words, profiles from files, and the scripts that they make."""

from pathlib import Path

import pytest

from hallctl.domain.model import Priority
from hallctl.errors import ConfigError
from hallctl.lab.case import of_profile, profile_of
from hallctl.lab.profile import COUNTY, PROFILES, TOWNSHIP, VILLAGE, load, shared
from hallctl.lab.script import MINUTE_MS, Clock, draw
from hallctl.lab.setting import Change, Setting, changed, hall_of, setting

PROFILE = """
id = "small"
name = "小厅"
arrivals = [{ begins = "09:00", ends = "11:00", weight = 1 }]
hours = [{ begins = "09:00", ends = "12:00", serve_out = true }]
queues = [
    { service = "tax", tickets = 20, mean_min = 6, windows = 2, prefix = "A", name = "税务" },
    { service = "fund", tickets = 10, mean_min = 4 },
]
[kinds.plain]
tickets = 30
[classes]
elder = 0.5
"""


def problems_of(error: ConfigError) -> list[str]:
    return [problem.key for problem in error.problems]


def test_shipped_profiles_are_those_of_the_requirements() -> None:
    assert [kind.tickets for kind in VILLAGE.kinds.values()] == [15, 28]
    assert [kind.tickets for kind in TOWNSHIP.kinds.values()] == [80, 160, 200]
    assert sum(queue.windows for queue in COUNTY.queues) == 96
    assert sum(queue.tickets for queue in COUNTY.queues) == COUNTY.kinds["plain"].tickets == 3000
    assert all(sum(slot.weight for slot in profile.arrivals) == 100 for profile in (TOWNSHIP, COUNTY))


@pytest.mark.parametrize("windows", [60, 96, 120])
def test_county_is_made_with_other_numbers_of_windows(windows: int) -> None:
    """Profile C: each zone keeps its share, none is empty."""
    config = changed(hall_of(COUNTY), setting([f"windows={windows}"]), {})
    assert len(config.windows) == windows
    per_zone = {zone.id: sum(window.zone == zone.id for window in config.windows) for zone in config.zones}
    expected = {queue.service: queue.windows * windows / 96 for queue in COUNTY.queues}
    assert all(abs(per_zone[name] - share) <= 1 for name, share in expected.items())


def test_shares_are_whole_and_complete() -> None:
    assert shared(10, [1, 1, 1]) == [4, 3, 3]
    assert shared(200, [14, 46, 11, 9]) == [35, 115, 28, 22]
    assert shared(3, [100, 1, 1], least=1) == [1, 1, 1]


def test_setting_is_made_of_words() -> None:
    first = setting(["day=season", "window.6=issue", "policy=fifo", "rules.cap=5"])
    made = setting(["window.6=issue, general@10:00-11:30"], first)
    assert (made.day, made.policy, made.rules) == ("season", "fifo", {"cap": 5})
    assert made.changes == (Change("6", ("issue", "general"), 600, 690),)
    assert made.words == ("day=season", "policy=fifo", "rules.cap=5", "window.6=issue, general@10:00-11:30")
    zh, en = made.title(hall_of(TOWNSHIP), first)
    assert zh == "6 号窗口10:00-11:30办理统一发证、综合受理"
    assert en == "window 6 serving Collection of results and General services 10:00-11:30"


@pytest.mark.parametrize(
    "pair",
    [
        "policy",
        "tickets=0",
        "tickets=many",
        "colour=red",
        "window.6=",
        "window.6=tax@25:00",
        "window.6=tax@11:00-10:00",
    ],
)
def test_what_is_no_setting_is_refused(pair: str) -> None:
    with pytest.raises(ConfigError):
        setting([pair])


@pytest.mark.parametrize(
    ("pairs", "key"),
    [
        (["window.99=general"], "window.99"),
        (["window.6=tax"], "window.6"),
        (["windows=1"], "windows"),
        (["policy=best"], "windows.0.policy"),
        (["rules.cup=3"], "rules.cup"),
        (["day=sunday"], "day"),
    ],
)
def test_what_does_not_fit_the_hall_is_refused_with_its_key(pairs: list[str], key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        of_profile(TOWNSHIP, setting(pairs))
    assert key in problems_of(refused.value)


def test_profile_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(PROFILE, encoding="utf-8")
    case = of_profile(load(path), Setting())
    assert [window.services for window in case.config.windows] == [["tax"], ["tax"], ["fund"]]
    assert case.play(1).group("all").issued == 30
    assert case.play(1).group("class", "elder").issued > 0


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("mean_min = 6", "mean_min = 0", "queues[0]"),
        ('ends = "12:00"', 'ends = "08:00"', "(file)"),
        ("elder = 0.5", "elder = 1.5", "(file)"),
        ("elder = 0.5", "vip = 0.5", "classes"),
        ("weight = 1", "wait = 1", "arrivals[0]"),
        ("id =", "id", "(file)"),
    ],
)
def test_profile_file_that_is_wrong_is_told(tmp_path: Path, old: str, new: str, key: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(PROFILE.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load(path)
    assert refused.value.problems
    assert problems_of(refused.value)[0].startswith(key.partition("[")[0])


def test_unknown_profile_is_told() -> None:
    assert profile_of("C") is PROFILES["county"]
    with pytest.raises(ConfigError):
        profile_of("city")


# ------------------------------------------------------------ scripts


def test_same_people_under_every_setting() -> None:
    """Common random numbers: with other windows, policy and rules the same visits come."""
    plain = of_profile(TOWNSHIP, setting(["day=market"])).script(4)
    other = of_profile(TOWNSHIP, setting(["day=market", "policy=fifo", "windows=9", "window.6=general@10:00"])).script(
        4
    )
    assert plain.visits == other.visits
    assert plain.visits != of_profile(TOWNSHIP, setting(["day=market"])).script(5).visits


def test_more_tickets_are_more_people_and_the_same_ones() -> None:
    few = of_profile(VILLAGE, setting(["tickets=15"])).script(1).visits
    many = of_profile(VILLAGE, setting(["tickets=28"])).script(1).visits
    assert set(few) < set(many)


def test_people_come_and_are_served_as_the_profile_says() -> None:
    """Profile C: shares of the classes, means and spread of the service times, nobody at noon."""
    hall = hall_of(COUNTY)
    clock = Clock("2026-11-23", hall.tz)
    visits = draw(COUNTY, hall, 12_000, 1).visits
    for priority, share in COUNTY.classes.items():
        assert sum(v.priority is priority for v in visits) / len(visits) == pytest.approx(share, abs=0.01)
    estate = [(v.parts[0].reach_ms + v.parts[0].serve_ms) / MINUTE_MS for v in visits if v.parts[0].service == "estate"]
    mean = sum(estate) / len(estate)
    assert mean == pytest.approx(14, rel=0.05)
    assert (sum((x - mean) ** 2 for x in estate) / len(estate)) ** 0.5 / mean == pytest.approx(0.7, rel=0.1)
    assert not [v for v in visits if 720 < clock.minute(v.at) < 810]
    absent = [v for v in visits if v.priority is Priority.NORMAL and v.absent]
    assert len(absent) / len(visits) == pytest.approx(0.06 * 0.84, abs=0.01)


def test_windows_are_staffed_as_the_profile_says() -> None:
    """Profile C: 80 % in the morning, 25 % at lunch, 75 % in the afternoon, by zone."""
    hall = hall_of(COUNTY)
    made = draw(COUNTY, hall, 10, 1)
    clock = Clock(made.day, hall.tz)

    def staffed(minute: int) -> int:
        return sum(shift.begins <= clock.at(minute) < shift.ends for shift in made.shifts)

    assert [staffed(600), staffed(740), staffed(900)] == [77, 25, 73]
    assert all(shift.serve_out == (shift.ends == made.closes_at) for shift in made.shifts)


def test_window_opened_at_ten_is_staffed_from_then_on() -> None:
    """Not at lunch, when the whole hall is closed."""
    hall = hall_of(TOWNSHIP)
    clock = Clock("2026-11-23", hall.tz)
    made = draw(TOWNSHIP, hall, 10, 1, (Change("6", ("general",), 600, None),))
    assert [switch.window for switch in made.switches] == ["6"]
    own = [(clock.minute(s.begins), clock.minute(s.ends)) for s in made.shifts if s.window == "6"]
    assert own == [(510, 720), (870, 1050)]
    other = [shift for shift in made.shifts if shift.window != "6"]
    alone = draw(TOWNSHIP, hall, 10, 1).shifts
    assert other == [shift for shift in alone if shift.window != "6"]


def test_zone_shares_its_people_by_windows() -> None:
    """A profile's queue that names a zone: its services get what their windows can take."""
    config = Path(__file__).parents[2] / "config" / "county.toml"
    made = of_profile(COUNTY, setting(["tickets=3000"]), config)
    issued = made.play(1)
    assert issued.group("zone", "social").issued == 760
    assert issued.group("service", "social-security").issued > issued.group("service", "employment").issued > 0
