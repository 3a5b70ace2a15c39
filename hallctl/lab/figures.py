"""Figures of simulated or recorded days, by the definitions of requirements 4.6. Minutes, with numerator and
denominator kept.

A wait is first called − eligible, over the tickets that were called. Fairness is told by three numbers that a
supervisor can act on: the longest wait, the share that waited more than half an hour, and each class's mean wait as a
part of the normal one. (A Gini coefficient would say as much about how empty the hall was as about who was favoured.)
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from hallctl.bench.spread import percentile
from hallctl.config import HallConfig
from hallctl.domain.model import Priority, Stage
from hallctl.lab.observation import Line, Observation
from hallctl.lab.script import MINUTE_MS

Json = dict[str, Any]

LONG_MIN: Final = 30
"""A wait above this is told apart (武安, 4.3: so many waiting more than 30 min is what windows are opened for)."""

STEP_MIN: Final = 5
"""Minutes between two points of a queue's curve."""

ENDS: Final = {
    Stage.DONE: "done",
    Stage.MISSED: "missed",
    Stage.CANCELLED: "cancelled",
    Stage.EXPIRED: "expired",
}


@dataclass(slots=True)
class Group:
    """Tickets that are told together: how many were issued and how they ended, the waits of those called, the service
    times of those served; `days` are (sum of waits, called) of each day."""

    issued: int = 0
    ends: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*ENDS.values(), "open"), 0))
    waits: list[float] = field(default_factory=list)
    served: list[float] = field(default_factory=list)
    days: list[tuple[float, int]] = field(default_factory=list)

    def add(self, other: "Group") -> None:
        """Another day of the same."""
        self.issued += other.issued
        for end, count in other.ends.items():
            self.ends[end] += count
        self.waits += other.waits
        self.served += other.served
        self.days += other.days

    @property
    def mean(self) -> float:
        """Mean wait in minutes; NaN where nobody was called."""
        return math.fsum(self.waits) / len(self.waits) if self.waits else math.nan

    @property
    def long(self) -> int:
        """How many of those called waited more than `LONG_MIN`."""
        return sum(wait > LONG_MIN for wait in self.waits)

    def as_json(self) -> Json:
        """Numbers of all days together; a rate has its numerator and denominator."""
        called = len(self.waits)
        return {
            "issued": self.issued,
            **self.ends,
            "called": called,
            "wait_sum_min": math.fsum(self.waits),
            "wait_mean_min": self.mean,
            "wait_p50_min": percentile(self.waits, 50),
            "wait_p90_min": percentile(self.waits, 90),
            "wait_max_min": max(self.waits, default=math.nan),
            "over_30_min": {"n": self.long, "of": called},
            "missed_rate": {"n": self.ends["missed"], "of": called},
            "left_rate": {"n": self.ends["cancelled"], "of": self.issued},
            "service_sum_min": math.fsum(self.served),
            "service_mean_min": math.fsum(self.served) / len(self.served) if self.served else math.nan,
            "day_means_min": [total / count if count else math.nan for total, count in self.days],
        }


@dataclass(slots=True)
class Days:
    """Figures of so many days under one setting. Groups by ("all", ""), ("service", id), ("zone", id), ("class", name).

    `curves` are people waiting, by service, at each `STEP_MIN` from `begins_min`, summed over the days. `peaks` and the
    lists below have a value per day; `loads` are (serving, open and not paused) minutes of each window.
    """

    days: int = 0
    begins_min: float = 0.0
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    curves: dict[str, list[float]] = field(default_factory=dict)
    peaks: dict[str, list[int]] = field(default_factory=dict)
    loads: dict[str, tuple[float, float]] = field(default_factory=dict)
    last_served_min: list[float] = field(default_factory=list)
    overtime_min: list[float] = field(default_factory=list)
    overtime_served: int = 0
    agents: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    events: int = 0

    def group(self, kind: str, name: str = "") -> Group:
        """The group; an empty one where there is none."""
        return self.groups.get((kind, name)) or Group()

    def class_ratios(self) -> dict[str, float]:
        """Mean wait of each class as a part of the normal one's."""
        normal = self.group("class", Priority.NORMAL.value).mean
        if not normal:
            return {}
        return {name: group.mean / normal for (kind, name), group in self.groups.items() if kind == "class"}

    def add(self, other: "Days") -> None:
        """More days under the same setting."""
        self.begins_min = other.begins_min
        for key in [*self.groups, *(key for key in other.groups if key not in self.groups)]:
            whole = self.groups.setdefault(key, Group(days=[(0.0, 0)] * self.days))
            whole.add(other.groups.get(key) or Group(days=[(0.0, 0)] * other.days))
        for name, curve in other.curves.items():
            own = self.curves.setdefault(name, [])
            own += [0.0] * (len(curve) - len(own))
            for i, length in enumerate(curve):
                own[i] += length
        for name, peaks in other.peaks.items():
            self.peaks.setdefault(name, []).extend(peaks)
        for window, (serving, there) in other.loads.items():
            had = self.loads.get(window, (0.0, 0.0))
            self.loads[window] = (had[0] + serving, had[1] + there)
        for code, count in other.refused.items():
            self.refused[code] = self.refused.get(code, 0) + count
        self.last_served_min += other.last_served_min
        self.overtime_min += other.overtime_min
        self.overtime_served += other.overtime_served
        self.agents += other.agents
        self.days += other.days
        self.events += other.events

    def as_json(self) -> Json:
        """Everything, for the file."""
        kinds: dict[str, Json] = {}
        for (kind, name), group in self.groups.items():
            kinds.setdefault(kind, {})[name] = group.as_json()
        queues = {
            name: {
                "peaks": self.peaks.get(name, []),
                "step_min": STEP_MIN,
                "begins_min": self.begins_min,
                "curve": [length / self.days for length in curve],
            }
            for name, curve in self.curves.items()
        }
        loads = {window: {"serving_min": n, "open_min": of} for window, (n, of) in sorted(self.loads.items())}
        return {
            "days": self.days,
            "events": self.events,
            "all": kinds.get("all", {}).get(""),
            "zones": kinds.get("zone", {}),
            "services": kinds.get("service", {}),
            "classes": kinds.get("class", {}),
            "class_ratios": self.class_ratios(),
            "queues": queues,
            "windows": loads,
            "last_served_min": self.last_served_min,
            "overtime_min": self.overtime_min,
            "overtime_served": self.overtime_served,
            "agent_rate": {"n": self.agents, "of": self.group("all").issued},
            "refused": self.refused,
        }


def of_day(seen: Observation, config: HallConfig, minute: Callable[[int], float], closes_at: int) -> Days:
    """The figures of one day that was seen; `minute` tells the minute after midnight of a moment."""
    zones = {service.id: service.zone for service in config.services}
    groups: dict[tuple[str, str], Group] = {}
    last, late = 0, 0
    for key, ticket in seen.tickets.items():
        wait = None
        if ticket.first_called_at is not None:
            wait = max(0, ticket.first_called_at - seen.eligible[key]) / MINUTE_MS
        ended = ticket.ended_at if ticket.stage is Stage.DONE else None
        served = None
        if ended is not None and ticket.started_at is not None:
            served = max(0, ended - ticket.started_at - ticket.held_ms) / MINUTE_MS
            last, late = max(last, ended), late + (ended > closes_at)
        names = (("all", ""), ("service", ticket.service), ("class", ticket.priority.value))
        for name in (*names, ("zone", zones.get(ticket.service, ""))):
            _count(groups.setdefault(name, Group()), ENDS.get(ticket.stage, "open"), wait, served)
    for group in groups.values():
        group.days = [(math.fsum(group.waits), len(group.waits))]
    begins = min((line.changes[0][0] for line in seen.lines.values() if line.changes), default=closes_at)
    begins -= begins % (STEP_MIN * MINUTE_MS)
    return Days(
        days=1,
        begins_min=minute(begins),
        groups=groups,
        curves={name: curve(line, begins, seen.ended_at) for name, line in sorted(seen.lines.items())},
        peaks={name: [line.peak] for name, line in sorted(seen.lines.items())},
        loads={name: (d.serving_ms / MINUTE_MS, d.open_ms / MINUTE_MS) for name, d in seen.desks.items()},
        last_served_min=[minute(last)] if last else [],
        overtime_min=[max(0, last - closes_at) / MINUTE_MS] if last else [],
        overtime_served=late,
        agents=seen.agents,
        refused={code: count for code, count in seen.refused.items() if count},
        events=seen.events,
    )


def _count(group: Group, end: str, wait: float | None, served: float | None) -> None:
    group.issued += 1
    group.ends[end] += 1
    if wait is not None:
        group.waits.append(wait)
    if served is not None:
        group.served.append(served)


def curve(line: Line, begins: int, ends: int) -> list[float]:
    """People waiting at each step from `begins` to `ends`: the mean over the step, so that no burst is left out."""
    step = STEP_MIN * MINUTE_MS
    sums = [0.0] * (max(0, ends - begins) // step + 1)
    changes = [*line.changes, (ends, 0)]
    for (since, length), (until, _) in pairwise(changes):
        at = since
        while length and at < until:
            i = (at - begins) // step
            stop = min(until, begins + (i + 1) * step)
            sums[i] += length * (stop - at) / step
            at = stop
    return sums


def pooled(days: Iterable[Days]) -> Days:
    """Days of one setting together."""
    whole = Days()
    for day in days:
        whole.add(day)
    return whole
