"""Figures by the definitions of 4.6, on a day small enough to reckon by hand; comparisons with their intervals."""

import math

import pytest
from msgspec.structs import replace

from hallctl.domain.model import Priority
from hallctl.lab.case import of_profile, profile_of
from hallctl.lab.compare import compare, interval, sentence, t_quantile
from hallctl.lab.day import Day
from hallctl.lab.figures import STEP_MIN, Days, Group, curve, of_day, pooled
from hallctl.lab.observation import Line
from hallctl.lab.run import Run
from hallctl.lab.script import MINUTE_MS, NEVER, Clock, Part, Script, Shift, Visit
from hallctl.lab.setting import Setting, setting
from tests.lab.days import NINE, script, visit

HALL = of_profile(profile_of("village"), Setting())


def village(visits: list[Visit], until_min: float = 180) -> Days:
    """A morning of the village from nine on, at its one window."""
    made = script([replace(v, parts=tuple(replace(p, service="general") for p in v.parts)) for v in visits],
                  until_min=until_min)  # fmt: skip
    seen = Day(HALL.layout, made).play()
    return of_day(seen, HALL.config, Clock(made.day, HALL.config.tz).minute, made.closes_at)


def test_waits_are_first_called_minus_eligible() -> None:
    """L04: one waits for 65 minutes, which counts 65, and one for none; numerators and denominators are kept."""
    days = village([visit(0, serve_min=70), visit(5, serve_min=10)])
    group = days.group("all")
    assert group.waits == [0, 65]
    body = group.as_json()
    assert (body["wait_sum_min"], body["called"], body["wait_mean_min"]) == (65, 2, 32.5)
    assert (body["wait_p50_min"], body["wait_p90_min"], body["wait_max_min"]) == (0, 65, 65)
    assert body["over_30_min"] == {"n": 1, "of": 2}
    assert (body["service_sum_min"], body["service_mean_min"]) == (80, 40)


def test_who_was_never_called_is_not_in_the_mean() -> None:
    """L04: not the sum over all tickets; who left and who was missed have rates with their own denominators."""
    left = replace(visit(1), patience_ms=2 * MINUTE_MS)
    missed = replace(visit(2), absent=NEVER, absence_ms=90_000)
    days = village([visit(0, serve_min=10), left, missed])
    body = days.group("all").as_json()
    assert (body["issued"], body["called"], body["done"], body["missed"], body["cancelled"]) == (3, 2, 1, 1, 1)
    assert body["wait_mean_min"] == pytest.approx(4)
    assert body["missed_rate"] == {"n": 1, "of": 2}
    assert body["left_rate"] == {"n": 1, "of": 3}


def test_load_is_serving_over_open() -> None:
    """窗口负荷: the walk to the window and the idle hour are open, not serving."""
    walking = replace(visit(0), parts=(Part("tax", MINUTE_MS, 29 * MINUTE_MS),))
    days = village([walking], until_min=60)
    assert days.loads["1"] == (29, 60)


def test_overtime_is_what_was_served_after_closing() -> None:
    days = village([visit(0, serve_min=50), visit(1, serve_min=30)], until_min=60)
    assert days.last_served_min == [9 * 60 + 80]
    assert days.overtime_min == [20]
    assert days.overtime_served == 1


def test_classes_are_told_as_parts_of_the_normal_wait() -> None:
    visits = [visit(0, serve_min=20), visit(1, serve_min=10), visit(2, priority=Priority.GREEN)]
    days = village(visits)
    assert days.group("class", "green").waits == [18]
    assert days.group("class", "normal").waits == [0, 24]
    assert days.class_ratios() == {"normal": 1, "green": 1.5}


def test_queue_curve_is_the_mean_over_each_step() -> None:
    """Two wait from minute 1 to 3, one to minute 7."""
    line = Line()
    for minute, by in ((1, 1), (1, 1), (3, -1), (7, -1)):
        line.step(NINE + minute * MINUTE_MS, by)
    found = curve(line, NINE, NINE + 10 * MINUTE_MS)
    assert STEP_MIN == 5
    assert found == pytest.approx([(2 * 2 + 2 * 1) / 5, 2 * 1 / 5, 0])
    assert line.peak == 2


def test_days_add_up() -> None:
    """Two days together are their tickets together; a class that came on one day only has no mean of the other."""
    first, second = village([visit(0, serve_min=9), visit(1)]), village([visit(0, priority=Priority.GREEN)])
    both = pooled([first, second])
    assert both.days == 2
    assert both.group("all").waits == [0, 8, 0]
    assert both.group("all").days == [(8, 2), (0, 1)]
    assert both.group("class", "green").days == [(0, 0), (0, 1)]
    assert both.peaks["general"] == [1, 1]
    assert both.events == first.events + second.events


# ------------------------------------------------------------ comparing


@pytest.mark.parametrize(("freedom", "value"), [(1, 12.706), (9, 2.262), (14, 2.145), (50, 2.009), (10_000, 1.960)])
def test_student_t(freedom: int, value: float) -> None:
    """Against printed tables."""
    assert t_quantile(freedom) == pytest.approx(value, abs=0.002)


def test_interval_of_known_numbers() -> None:
    found = interval([1.0, 2.0, 3.0, 4.0, math.nan])
    assert found.mean == 2.5
    assert found.high - found.mean == pytest.approx(3.182 * 1.290994 / 2, rel=1e-4)
    assert not interval([-1.0, 1.0]).sure
    assert math.isnan(interval([3.0]).low)
    assert interval([]).days == 0


def grouped(*days: list[float]) -> Days:
    """So many days of one group with these waits."""
    return pooled(
        Days(days=1, groups={("all", ""): Group(issued=len(day), waits=day, days=[(sum(day), len(day))])})
        for day in days
    )


def test_difference_is_paired_by_day() -> None:
    """Days differ by much, the setting by 2 each day: the pairs see it."""
    first, second = grouped([10, 12], [50, 52], [90]), grouped([8, 10], [48, 50], [88])
    mean = next(d for d in compare(first, second) if d.figure == "wait_mean")
    assert mean.change.mean == -2
    assert (mean.change.low, mean.change.high) == (-2, -2)
    assert mean.visible


def test_sentences_say_what_a_supervisor_asks() -> None:
    setting_words, who = ("第 4 窗口", "the 4th window"), ("综合受理", "General services")
    better = compare(grouped([30.0], [40.0], [50.0]), grouped([12.0], [24.0], [38.0]))[0]
    assert sentence(better, setting_words, who)[0] == "“第 4 窗口”使综合受理平均等候减少 8–23 分钟（95 %）"
    worse = compare(grouped([1.0], [2.0]), grouped([3.0], [4.1]))[0]
    assert sentence(worse, setting_words, who)[1].startswith("“the 4th window” lengthens the mean wait of General")
    unsure = compare(grouped([1.0], [2.0], [3.0]), grouped([2.0], [1.0], [3.0]))[0]
    assert "没有可见影响" in sentence(unsure, setting_words, who)[0]
    single = compare(grouped([31.0]), grouped([19.0]))[0]
    assert sentence(single, setting_words, who)[0] == "“第 4 窗口”：综合受理平均等候 31.0 → 19.0 分钟（仅此一天）"


def test_fourth_window_helps_in_the_season() -> None:
    """Profile T, 220 tickets: without the flexible window the pooled queue waits for an hour, with it much less."""
    first = setting(["day=season", "tickets=220", "window.6=issue"])
    made = [of_profile(profile_of("T"), first)]
    made.append(of_profile(profile_of("T"), setting(["window.6=issue,general"], first), start=first))
    seeds = list(range(1, 9))
    run = Run("T", seeds, made, [pooled(case.days(seeds)) for case in made])
    change = next(d for d in run.differences if (d.name, d.figure) == ("general", "wait_mean"))
    assert change.first > 40
    assert change.second < 0.6 * change.first
    assert change.change.high < -10
    assert any("综合受理平均等候减少" in zh for zh, _ in run.sentences())


def test_empty_day_has_figures() -> None:
    """Nobody comes: nothing is divided by nothing."""
    made = Script("2026-11-23", NINE, NINE + MINUTE_MS, (), (Shift("1", "a", NINE, NINE + MINUTE_MS),))
    seen = Day(HALL.layout, made).play()
    days = of_day(seen, HALL.config, Clock(made.day, HALL.config.tz).minute, made.closes_at)
    assert math.isnan(days.group("all").mean)
    assert days.as_json()["all"] is None
