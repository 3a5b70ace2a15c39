"""The halls of requirements §10: the waits told there, by another program, beside ours. Fills the README's table."""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hallctl.bench.spread import percentile
from hallctl.lab.case import of_profile, profile_of
from hallctl.lab.compare import interval
from hallctl.lab.figures import Days, pooled
from hallctl.lab.run import title_of
from hallctl.lab.setting import setting
from hallctl.lab.table import number


@dataclass(frozen=True, slots=True)
class Told:
    """What requirements §10 tells of a group, minutes; None: nothing."""

    mean: float
    p90: float | None = None
    peak: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: whose waits, what is told, and our days."""

    title: str
    told: Told
    days: Days
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A hall and a setting, and what is told of the whole hall ("") or of a service."""

    title: str
    profile: str
    pairs: tuple[str, ...]
    told: dict[str, Told]

    def play(self, seeds: list[int]) -> list[Row]:
        """Our days beside what is told."""
        case = of_profile(profile_of(self.profile), setting(self.pairs))
        days = pooled(case.days(seeds))
        rows = []
        for name, told in self.told.items():
            kind = "service" if name else "all"
            title = f"{self.title}：{title_of(case.config, kind, name)[0]}" if name else self.title
            rows.append(Row(title, told, days, kind, name))
        return rows


SCENES: Final = (
    Scene("村 V 平日 plain", "village", (), {"": Told(4.5, 13, 5)}),
    Scene("村 V 忙日 busy", "village", ("day=busy",), {"": Told(23, 59, 10)}),
    Scene("乡镇 T 平日 plain", "township", (), {"": Told(2, 7)}),
    Scene("乡镇 T 赶集日 market", "township", ("day=market",), {"": Told(9, 29)}),
    Scene("乡镇 T 医保季 season, 4 窗", "township", ("day=season",), {"": Told(11, 34)}),
    Scene(
        "乡镇 T 220 号，无第 4 窗 without",
        "township",
        ("day=season", "tickets=220", "window.6=issue"),
        {"general": Told(67)},
    ),
    Scene("县 C 2,200", "county", ("day=light",), {"": Told(2.5, 8)}),
    Scene(
        "县 C 3,000",
        "county",
        (),
        {
            "": Told(16.3, 40),
            "social": Told(13, 34, 96),
            "estate": Told(14, 36, 55),
            "police": Told(19, 48, 88),
            "market": Told(11, 35, 36),
            "general": Told(19, 47, 73),
            "fund": Told(42, 110, 46),
            "utility": Told(19, 46, 44),
            "desk": Told(6, 18, 26),
        },
    ),
    Scene("县 C 3,600", "county", ("day=heavy",), {"": Told(37, 86), "fund": Told(82)}),
)


def table(scenes: list[list[Row]], seeds: list[int]) -> str:
    """Markdown: mean and P90, told and ours; the spread is that of single days, the 5th to the 95th of a hundred."""
    lines = [
        "",
        f"{len(seeds)} days each, seeds {seeds[0]}–{seeds[-1]}; minutes.",
        "",
        "| hall and day | told: mean (P90, peak) | ours: mean ± 95 % | single days, P5–P95 | P90 | peak, P5–P95 |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_line(row) for rows in scenes for row in rows),
        "",
    ]
    return "\n".join(lines)


def _line(row: Row) -> str:
    group = row.days.group(row.kind, row.name)
    means = [total / count for total, count in group.days if count]
    found = interval(means)
    half = "" if math.isnan(found.high) else f" ± {number(found.high - found.mean)}"
    more = [f"{value:g}" for value in (row.told.p90, row.told.peak) if value is not None]
    told = f"{row.told.mean:g}" + (f" ({', '.join(more)})" if more else "")
    service = row.name or next(iter(row.days.peaks)) if len(row.days.peaks) == 1 or row.name else ""
    peaks = [float(peak) for peak in row.days.peaks.get(service, [])]
    cells = [
        row.title,
        told,
        f"{number(group.mean)}{half}",
        f"{number(percentile(means, 5))}–{number(percentile(means, 95))}",
        number(percentile(group.waits, 90)),
        f"{percentile(peaks, 5):.0f}–{percentile(peaks, 95):.0f}" if peaks else "",
    ]
    return f"| {' | '.join(cells)} |"


def fill(text: str, path: Path, mark: str = "waits") -> int:
    """Write the table between the marks of the file; how many places there were."""
    marks = re.compile(rf"(<!-- {mark} -->).*?(<!-- /{mark} -->)", re.DOTALL)
    filled, count = marks.subn(lambda found: f"{found[1]}\n{text}\n{found[2]}", path.read_text(encoding="utf-8"))
    path.write_text(filled, encoding="utf-8")
    return count
