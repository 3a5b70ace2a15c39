"""Slots that contradict each other, the windows, the limits or the hours: told at load with the key (A01)."""

from collections.abc import Iterator, Sequence

from hallctl.domain.appointment import capacity
from hallctl.domain.booking import SlotRule
from hallctl.errors import Problem
from hallctl.sections.hours import HoursSection, week_of
from hallctl.sections.queue import ServiceSection, WindowSection


def check_slots(
    services: Sequence[ServiceSection], windows: Sequence[WindowSection], hours: HoursSection
) -> Iterator[Problem]:
    """Every problem of the services' slots."""
    for i, service in enumerate(services):
        key = f"services.{i}.slots"
        rules = [section.plain() for section in service.slots]
        most = sum(_may_serve(window, service.id) for window in windows)
        for j, rule in enumerate(rules):
            yield from _check_rule(f"{key}.{j}", rule, service, most)
            yield from _check_overlap(f"{key}.{j}.time", rule, rules[:j], key)
            yield from _check_hours(f"{key}.{j}.time", rule, hours)
        yield from _check_limits(key, rules, service)


def _may_serve(window: WindowSection, service: str) -> bool:
    """Whether the window serves it in any of its modes."""
    return any(service in (*plan.services, *plan.help) for plan in (window, *window.modes))


def _check_rule(key: str, rule: SlotRule, service: ServiceSection, windows: int) -> Iterator[Problem]:
    """Pieces of one length, and no more people in one than the windows can serve."""
    if (rule.to_min - rule.from_min) % rule.slot_min:
        yield Problem(
            f"{key}.slot_min",
            f"时间段 {_text(rule)} 不能按每 {rule.slot_min} 分钟分完，请改时间段或时长。",
            f"{_text(rule)} cannot be cut into slots of {rule.slot_min} minutes; change one of the two.",
        )
    most = capacity(service.plain(), windows, rule.slot_min)
    if rule.quota > most:
        yield Problem(
            f"{key}.quota",
            f"{windows} 个窗口 {rule.slot_min} 分钟按每人 {service.mean_s} 秒最多办 {most} 人，少于名额 {rule.quota}。"
            "请减少名额、延长时段或增加窗口。",
            f"{windows} windows serve {most} people in {rule.slot_min} minutes at {service.mean_s} s each, fewer than "
            f"the quota of {rule.quota}. Lower the quota, make the slot longer or add windows.",
        )


def _check_overlap(key: str, rule: SlotRule, others: Sequence[SlotRule], under: str) -> Iterator[Problem]:
    for j, other in enumerate(others):
        days = sorted(set(rule.days) & set(other.days))
        if days and rule.from_min < other.to_min and other.from_min < rule.to_min:
            yield Problem(
                key,
                f"{_text(rule)} 与 {under}.{j} 的 {_text(other)} 在星期 {_days(days)} 重叠，请错开。",
                f"{_text(rule)} overlaps {_text(other)} of {under}.{j} on weekdays {_days(days)}; part them.",
            )


def _check_hours(key: str, rule: SlotRule, hours: HoursSection) -> Iterator[Problem]:
    """A run of slots of which the hall is never open for one."""
    week = week_of(hours)
    if week is None:
        return
    starts = range(rule.from_min, rule.to_min - rule.slot_min + 1, rule.slot_min)
    sessions = [session for day in rule.days for session in week.days[day - 1]]
    if starts and not any(s.start <= at and at + rule.slot_min <= s.end for s in sessions for at in starts):
        yield Problem(
            key,
            f"{_text(rule)} 这段时间大厅不开放，永远约不到。请改时间或开放时间。",
            f"The hall is never open for a slot of {_text(rule)}. Change it, or the hours.",
        )


def _check_limits(key: str, rules: Sequence[SlotRule], service: ServiceSection) -> Iterator[Problem]:
    """Appointments have their place within the limits of the service: they must fit in."""
    limits = service.limits.plain()
    for day in range(1, 8):
        starts = [
            (at, rule.quota)
            for rule in rules
            if day in rule.days
            for at in range(rule.from_min, rule.to_min - rule.slot_min + 1, rule.slot_min)
        ]
        parts = [(0, 24 * 60, limits.day)] if limits.day is not None else []
        parts += [(part.from_min, part.to_min, part.limit) for part in limits.segments]
        for begin, end, limit in parts:
            booked = sum(quota for at, quota in starts if begin <= at < end)
            if limit is not None and booked > limit:
                text = f"{begin // 60:02d}:{begin % 60:02d}-{end // 60:02d}:{end % 60:02d}"
                yield Problem(
                    key,
                    f"星期 {day} {text} 的预约名额共 {booked}，超过限号 {limit}。请减少名额或提高限号。",
                    f"Weekday {day}, {text}: the quotas are {booked} in all, the limit is {limit}. Lower the quotas or "
                    "raise the limit.",
                )
                return


def _days(days: Sequence[int]) -> str:
    return "、".join(map(str, days))


def _text(rule: SlotRule) -> str:
    begin, end = rule.from_min, rule.to_min
    return f"{begin // 60:02d}:{begin % 60:02d}-{end // 60:02d}:{end % 60:02d}"
