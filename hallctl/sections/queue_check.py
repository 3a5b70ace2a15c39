"""What is wrong with the rules of the queue, told before a hall opens: with the key and a sentence in both languages.

A plan is checked by the very rule that a change in the running day is (`plan_refusal`), so that no hall starts with
what it would refuse an hour later.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from hallctl.domain.decide_window import plan_refusal
from hallctl.domain.layout import Layout
from hallctl.domain.model import WindowPlan
from hallctl.errors import Problem
from hallctl.sections.queue import ModeSection, ServiceSection, WindowSection
from hallctl.sections.times import span_minutes

PLAN_KEYS: Final = {"window.ratio": "ratio", "window.ratio_policy": "ratio", "window.help": "help_from"}
"""Refusal of a plan → the key that it is about."""


HELP: Final = ("help_when", "help_from")
"""Keys that say when a window helps."""


def check_queue(services: Sequence[ServiceSection], windows: Sequence[WindowSection]) -> list[Problem]:
    """All problems of services and windows among themselves; that a window's ``services`` exist is told elsewhere."""
    layout = Layout({service.id: service.plain() for service in services}, {}, {})
    problems = [*_check_steps(services), *_check_served(services, windows, layout)]
    for i, window in enumerate(windows):
        key = f"windows.{i}"
        problems += _check_plan(key, layout, window.plan(), window)
        for j, mode in enumerate(window.modes):
            plan = mode.calling(window.id, window.zone, window.choose, mode.name)
            problems += _check_names(f"{key}.modes.{j}.services", mode.services, layout)
            problems += _check_plan(f"{key}.modes.{j}", layout, plan, mode)
        problems += [*_check_modes(key, window), *_check_times(key, window)]
    return problems


def _check_plan(key: str, layout: Layout, plan: WindowPlan, section: WindowSection | ModeSection) -> Iterator[Problem]:
    unknown = [
        *_check_names(f"{key}.help", section.help, layout),
        *_check_names(f"{key}.ratio", section.ratio, layout),
    ]
    yield from unknown
    given = [name for name in HELP if getattr(section, name) != type(section).model_fields[name].default]
    for name in given if not section.help else ():
        yield Problem(f"{key}.{name}", "没有写 help，这一项不起作用。请补上 help 或删除它。",
                      "Without help this has no meaning; add help or delete it.")  # fmt: skip
    refusal = plan_refusal(layout, plan)
    if refusal is None or unknown or refusal.code == "service.unknown":
        return
    name = PLAN_KEYS.get(refusal.code, "services")
    if refusal.code == "window.plan_twice" and len(set(plan.services)) == len(plan.services):
        name = "help"
    yield Problem(f"{key}.{name}", refusal.sentence("zh"), refusal.sentence("en"))


def _check_names(key: str, names: Sequence[str] | dict[str, int], layout: Layout) -> Iterator[Problem]:
    there = ", ".join(sorted(layout.services))
    for name in names:
        if name not in layout.services:
            yield Problem(key, f"没有“{name}”，可用：{there}。", f"There is no {name!r}; there are: {there}.")


def _check_modes(key: str, window: WindowSection) -> Iterator[Problem]:
    names = [mode.name for mode in window.modes]
    for j, name in enumerate(names):
        if name in names[:j]:
            yield Problem(
                f"{key}.modes.{j}.name",
                f"窗口“{window.id}”的方案“{name}”出现多次，请改名。",
                f"Window {window.id!r} has the mode {name!r} twice; rename one.",
            )


def _check_times(key: str, window: WindowSection) -> Iterator[Problem]:
    """At no moment may the clock ask for two modes."""
    parts = [
        (f"{key}.modes.{j}.times.{k}.time", part, span_minutes(part.time))
        for j, mode in enumerate(window.modes)
        for k, part in enumerate(mode.times)
    ]
    for (_first, one, (begin, end)), (place, other, (its_begin, its_end)) in combinations(parts, 2):
        if set(one.days) & set(other.days) and begin < its_end and its_begin < end:
            yield Problem(
                place,
                f"时段 {other.time} 和同一窗口的 {one.time} 在同一天重叠，请分开。",
                f"{other.time} overlaps {one.time} of the same window on the same day; part them.",
            )


def _check_steps(services: Sequence[ServiceSection]) -> Iterator[Problem]:
    """Next steps that come round again would never end; each circle is told once."""
    after = {service.id: service.then for service in services}
    told: set[str] = set()
    for i, service in enumerate(services):
        way = [service.id]
        while (step := after.get(way[-1])) is not None and step not in way:
            way.append(step)
        if step == service.id and not told & set(way):
            told |= set(way)
            circle = " → ".join((*way, step))
            yield Problem(f"services.{i}.then", f"下一步绕成了圈：{circle}。请去掉一个 then。",
                          f"The next steps go round in a circle: {circle}. Remove one then.")  # fmt: skip


def _check_served(
    services: Sequence[ServiceSection], windows: Sequence[WindowSection], layout: Layout
) -> Iterator[Problem]:
    """A service of which numbers are given has a window that calls them: at first, as help, or in some mode. Where a
    window names a service that is none, that is what is wrong."""
    called = {name for window in windows for part in (window, *window.modes) for name in (*part.services, *part.help)}
    for i, service in enumerate(services):
        if called <= set(layout.services) and service.id not in called:
            yield Problem(
                f"services.{i}.id",
                f"没有窗口办理“{service.id}”，取了号也不会被叫到。请写进某个窗口的 services，或删除这项业务。",
                f"No window calls {service.id!r}: its numbers would wait for ever. "
                "Name it in a window's services, or delete it.",
            )
