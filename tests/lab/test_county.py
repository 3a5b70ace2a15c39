"""Profile C as §10 expects it of any scheduler, and how fast its day goes by."""

import pytest

from hallctl.domain.model import Stage
from hallctl.lab.case import Case, of_profile, profile_of
from hallctl.lab.day import Day
from hallctl.lab.figures import Days, of_day, pooled
from hallctl.lab.observation import Observation
from hallctl.lab.script import Clock
from hallctl.lab.setting import setting

SEEDS = (1, 4)


def played(case: Case) -> tuple[list[Observation], Days]:
    """The days as they were seen, and their figures together."""
    seen, days = [], []
    for seed in SEEDS:
        script = case.script(seed)
        seen.append(Day(case.layout, script).play())
        days.append(of_day(seen[-1], case.config, Clock(script.day, case.config.tz).minute, script.closes_at))
    return seen, pooled(days)


@pytest.fixture(scope="module")
def usual() -> tuple[list[Observation], Days]:
    """Two days of 3,000 tickets at 96 windows."""
    return played(of_profile(profile_of("county"), setting([])))


def test_every_ticket_has_one_end(usual: tuple[list[Observation], Days]) -> None:
    """C14: sum of states = tickets issued, and all were served or missed."""
    _seen, days = usual
    whole = days.group("all")
    assert whole.issued == 3_000 * len(SEEDS) == sum(whole.ends.values())
    assert whole.ends["done"] + whole.ends["missed"] == whole.issued
    assert not days.refused


def test_green_channel_is_fast_in_every_zone(usual: tuple[list[Observation], Days]) -> None:
    """C03: mean wait below 2.5 minutes."""
    seen, _days = usual
    waits: dict[str, list[float]] = {}
    for day in seen:
        for key, ticket in day.tickets.items():
            if ticket.priority == "green" and ticket.first_called_at is not None:
                waits.setdefault(ticket.service, []).append((ticket.first_called_at - day.eligible[key]) / 60_000)
    means = {zone: sum(part) / len(part) for zone, part in waits.items()}
    assert len(means) == 8
    assert max(means.values()) < 2.5, means


def test_appointments_wait_for_about_half_as_long(usual: tuple[list[Observation], Days]) -> None:
    """A02: 40–65 % of the normal wait, and everybody who had a slot was checked in for it."""
    seen, days = usual
    assert 0.40 <= days.class_ratios()["appointment"] <= 0.65
    booked = [t for day in seen for t in day.tickets.values() if t.priority == "appointment" and t.appointment]
    assert len(booked) > 0.85 * days.group("class", "appointment").issued


def test_nobody_waits_for_three_hours_but_where_a_zone_is_overloaded_on_purpose() -> None:
    """No ticket > 3 h at 3,000: on each day in every zone but the housing fund, which has more work than windows by the
    profile; there on all days but one of these (183 minutes with seed 2), since no order of calling makes work less."""
    case = of_profile(profile_of("county"), setting([]))
    longest: list[float] = []
    for seed in range(1, 7):
        days = case.play(seed)
        others = [group.waits for (kind, zone), group in days.groups.items() if kind == "service" and zone != "fund"]
        assert len(others) == 7
        assert max(wait for waits in others for wait in waits) < 180
        longest.append(max(days.group("all").waits))
    assert sum(wait >= 180 for wait in longest) <= 1, longest
    assert max(longest) < 190


def test_waits_are_near_those_of_the_other_program(usual: tuple[list[Observation], Days]) -> None:
    """16.3 minutes told, ours within a third; the housing fund is overloaded on purpose."""
    _seen, days = usual
    assert 11 < days.group("all").mean < 22
    fund = days.group("service", "fund").mean
    assert fund > 1.5 * days.group("all").mean


def test_heavy_day_ends() -> None:
    """3,600 tickets: nobody for more than four hours."""
    seen, days = played(of_profile(profile_of("county"), setting(["day=heavy"])))
    assert max(days.group("all").waits) < 240
    assert all(t.stage in (Stage.DONE, Stage.MISSED) for day in seen for t in day.tickets.values())


def test_fewer_windows_wait_longer() -> None:
    """60, 96 and 120 windows on the same light day."""
    means = []
    for windows in (60, 96, 120):
        case = of_profile(profile_of("county"), setting(["day=light", f"windows={windows}"]))
        means.append(case.play(1).group("all").mean)
    assert means[0] > 3 * means[1] > 3 * means[2]
