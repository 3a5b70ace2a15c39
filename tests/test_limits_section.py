"""Limits in the config: what they become, and what is refused at load with the key and a sentence (T08)."""

import pytest

from hallctl.bench.premises import county_config
from hallctl.config import parse
from hallctl.domain.layout import Limits, Segment
from hallctl.errors import ConfigError
from tests.harness import SMALL

PARTS = 'segments = [{ time = "09:00-10:00", limit = 30 }, { time = "10:00-11:30", limit = 20 }]'


def small(limits: str, identity: str = "optional", more: str = "") -> str:
    """The small hall, whose pooled service has the limits."""
    return SMALL.replace('prefix = "A"', f'prefix = "A"\nidentity = "{identity}"\nlimits = {{ {limits} }}') + more


def test_limits_as_the_domain_sees_them() -> None:
    services = parse(small(f"day = 200, person = 2, {PARTS}")).layout().services
    assert services["pooled"].limits == Limits(200, 2, (Segment(540, 600, 30), Segment(600, 690, 20)))
    assert services["police"].limits == Limits()


BROKEN = {
    # limits, asks for a card, key, words
    "nobody is known again": (
        "person = 2", "none", "services.0.limits.person", "认不出同一个人", "nobody is known again",
    ),
    "more for one than for all": (
        "day = 1, person = 2", "optional", "services.0.limits.person", "还多", "are more than",
    ),
    "parts that overlap": (
        'segments = [{ time = "10:00-11:00", limit = 1 }, { time = "09:00-10:30", limit = 1 }]',
        "none", "services.0.limits.segments.0.time", "重叠", "overlap",
    ),
    "more in a part than in the day": (f"day = 25, {PARTS}", "none", "services.0.limits.segments.0.limit", "30", "30"),
    "backwards": (
        'segments = [{ time = "11:00-10:00", limit = 1 }]',
        "none", "services.0.limits.segments.0.time", "值不对", "Wrong value",
    ),
    "below nothing": ("day = -1", "none", "services.0.limits.day", "值不对", "Wrong value"),
    "unknown": ("week = 5", "none", "services.0.limits.week", "没有这个设置项", "no such key"),
}  # fmt: skip


@pytest.mark.parametrize(("limits", "identity", "key", "zh", "en"), BROKEN.values(), ids=BROKEN)
def test_contradicting_limits_are_told(limits: str, identity: str, key: str, zh: str, en: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(small(limits, identity))
    [problem] = caught.value.problems
    assert problem.key == key
    assert zh in problem.zh
    assert en in problem.en


def test_hours_of_the_hall_are_checked_with_the_rest() -> None:
    """T11: overlapping sessions, and a service that there is not."""
    hours = '[hours]\nworkdays = ["08:30-12:00", "11:30-17:00"]\n[hours.services.tax]\nworkdays = ["09:00-10:00"]\n'
    with pytest.raises(ConfigError) as caught:
        parse(SMALL + hours)
    assert {problem.key for problem in caught.value.problems} == {"hours.workdays", "hours.services.tax"}


def test_measured_halls_are_open_at_any_hour() -> None:
    """The county hall of the bench and the soak has no hours, nor limits."""
    layout = parse(county_config()).layout()
    assert layout.hours.always
    assert all(service.limits == Limits() for service in layout.services.values())
