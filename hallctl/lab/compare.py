"""Two settings side by side over the same days: paired differences with their 95 % confidence interval.

Each seed is a day that both settings were played with, so that the difference of a day is due to the setting; the
interval is Student's t over the days. A sentence is only made of a difference whose interval does not hold zero.
"""

import math
from dataclasses import asdict, dataclass
from statistics import fmean, stdev
from typing import Any, Final

from hallctl.bench.spread import percentile
from hallctl.lab.figures import Days, Group

_T: Final = {
    1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228,
    12: 2.179, 15: 2.131, 20: 2.086, 25: 2.060, 30: 2.042, 40: 2.021, 60: 2.000, 120: 1.980,
}  # fmt: skip
"""The 97.5 % quantile of Student's t by degrees of freedom."""

_NORMAL: Final = 1.960


def t_quantile(freedom: int) -> float:
    """The 97.5 % quantile of Student's t, between the table's rows by 1/freedom, as it is nearly linear in that."""
    if freedom < 1:
        return math.nan
    below = max(n for n in _T if n <= freedom)
    above = min((n for n in _T if n >= freedom), default=None)
    if above == below:
        return _T[below]
    low, high = _T[below], _NORMAL if above is None else _T[above]
    part = (1 / below - 1 / freedom) / (1 / below - (0.0 if above is None else 1 / above))
    return low + (high - low) * part


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over days and its 95 % confidence interval; a single day has none (NaN)."""

    mean: float
    low: float
    high: float
    days: int

    @property
    def sure(self) -> bool:
        """Whether zero is outside."""
        return self.low > 0 or self.high < 0


def interval(values: list[float]) -> Interval:
    """The interval of independent days; values that are NaN (nobody called that day) are left out."""
    told = [value for value in values if not math.isnan(value)]
    if not told:
        return Interval(math.nan, math.nan, math.nan, 0)
    mean = fmean(told)
    if len(told) < 2:
        return Interval(mean, math.nan, math.nan, len(told))
    half = t_quantile(len(told) - 1) * stdev(told) / math.sqrt(len(told))
    return Interval(mean, mean - half, mean + half, len(told))


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of a group under both settings, minutes: means over the days, and second − first."""

    kind: str
    name: str
    figure: str
    first: float
    second: float
    change: Interval

    @property
    def visible(self) -> bool:
        """Whether it is told as a difference: sure (a single day is what it is), and large enough to be felt."""
        sure = self.change.sure or math.isnan(self.change.low)
        return sure and abs(self.change.mean) >= NEGLIGIBLE_MIN

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        return asdict(self)


NEGLIGIBLE_MIN: Final = 0.5
"""A difference smaller than this is told as none, however sure."""

FIGURES: Final = ("wait_mean", "wait_p90", "wait_max")


def _figures(group: Group) -> dict[str, list[float]]:
    """Each figure of the group's days, in their order."""
    per_day: list[list[float]] = []
    at = 0
    for _total, count in group.days:
        per_day.append(group.waits[at : at + count])
        at += count
    return {
        "wait_mean": [fmean(waits) if waits else math.nan for waits in per_day],
        "wait_p90": [percentile(waits, 90) for waits in per_day],
        "wait_max": [max(waits, default=math.nan) for waits in per_day],
    }


def compare(first: Days, second: Days) -> list[Difference]:
    """All groups that both have, the hall first; the days must be of the same seeds in the same order."""
    found = []
    for kind in ("all", "zone", "service", "class"):
        for (of, name), group in first.groups.items():
            other = second.groups.get((of, name))
            if of != kind or other is None or len(other.days) != len(group.days):
                continue
            before, after = _figures(group), _figures(other)
            for figure in FIGURES:
                pairs = [
                    (a, b)
                    for a, b in zip(before[figure], after[figure], strict=True)
                    if not (math.isnan(a) or math.isnan(b))
                ]
                if pairs:
                    change = interval([b - a for a, b in pairs])
                    means = fmean(a for a, _ in pairs), fmean(b for _, b in pairs)
                    found.append(Difference(kind, name, figure, *means, change))
    return found


def sentence(difference: Difference, setting: tuple[str, str], who: tuple[str, str]) -> tuple[str, str]:
    """What the second setting does to the mean wait of `who` (zh, en), as a supervisor reads it."""
    change = difference.change
    low, high = sorted((abs(change.low), abs(change.high)))
    if math.isnan(change.low):
        told = f"{difference.first:.1f} → {difference.second:.1f}"
        return (
            f"“{setting[0]}”：{who[0]}平均等候 {told} 分钟（仅此一天）",
            f"“{setting[1]}”: mean wait of {who[1]} {told} min (this one day)",
        )
    if not difference.visible:
        return (
            f"“{setting[0]}”对{who[0]}的平均等候没有可见影响（{change.low:+.1f} 至 {change.high:+.1f} 分钟，95 %）",
            f"“{setting[1]}” makes no visible difference to the mean wait of {who[1]} "
            f"({change.low:+.1f} to {change.high:+.1f} min, 95 %)",
        )
    zh, en = ("减少", "shortens") if change.mean < 0 else ("增加", "lengthens")
    span = f"{low:.1f}–{high:.1f}" if high < 10 else f"{low:.0f}–{high:.0f}"
    return (
        f"“{setting[0]}”使{who[0]}平均等候{zh} {span} 分钟（95 %）",
        f"“{setting[1]}” {en} the mean wait of {who[1]} by {span} min (95 %)",
    )
