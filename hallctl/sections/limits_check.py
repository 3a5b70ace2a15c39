"""What is wrong with the limits of a service: rules that contradict each other or can never hold (T08)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from hallctl.errors import Problem
from hallctl.sections.queue import LimitsSection, ServiceSection
from hallctl.sections.times import span_minutes


def check_limits(services: Sequence[ServiceSection]) -> list[Problem]:
    """All problems of all services, by ``services.N.limits...``."""
    found: list[Problem] = []
    for i, service in enumerate(services):
        key = f"services.{i}.limits"
        found += [*_check_person(key, service), *_check_overlap(key, service.limits), *_check_sum(key, service.limits)]
    return found


def _check_person(key: str, service: ServiceSection) -> Iterator[Problem]:
    person, day = service.limits.person, service.limits.day
    if person is None:
        return
    if service.identity == "none":
        yield Problem(
            f"{key}.person",
            f"业务“{service.id}”不刷证（identity 是 none），认不出同一个人。请改 identity，或删除这一项。",
            f"The service {service.id!r} asks for no card (identity is none), so nobody is known again. "
            "Change identity or delete this.",
        )
    if day is not None and person > day:
        yield Problem(f"{key}.person", f"每人 {person} 个，比每天总共 {day} 个还多，请改小。",
                      f"{person} for one person are more than {day} for the whole day; lower it.")  # fmt: skip


def _check_overlap(key: str, limits: LimitsSection) -> Iterator[Problem]:
    spans = sorted((*span_minutes(segment.time), i) for i, segment in enumerate(limits.segments))
    for (_begin, end, one), (begin, _end, other) in pairwise(spans):
        if begin < end:
            first, second = limits.segments[one].time, limits.segments[other].time
            yield Problem(f"{key}.segments.{other}.time", f"时段 {second} 和 {first} 重叠，请分开。",
                          f"The parts of the day {second} and {first} overlap; part them.")  # fmt: skip


def _check_sum(key: str, limits: LimitsSection) -> Iterator[Problem]:
    for i, segment in enumerate(limits.segments):
        if limits.day is not None and segment.limit > limits.day:
            yield Problem(
                f"{key}.segments.{i}.limit",
                f"时段 {segment.time} 的 {segment.limit} 个，比每天总共 {limits.day} 个还多，请改小。",
                f"{segment.limit} in {segment.time} are more than {limits.day} for the whole day; lower it.",
            )
