"""A run of the lab in the terminal: a line for each group and setting, the differences, what they mean."""

import math
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hallctl.bench.spread import percentile
from hallctl.lab import chart
from hallctl.lab.compare import interval
from hallctl.lab.figures import Days, Group
from hallctl.lab.run import Run, title_of

KINDS: Final = ("all", "service", "class")
MARKS: Final = "①②"
"""The settings in the order given."""


def show(run: Run, console: Console) -> None:
    """Everything a supervisor asks for first."""
    console.print(_waits(run))
    for mark, case, days in zip(MARKS, run.cases, run.days, strict=False):
        if len(run.cases) > 1:
            console.print(f"{mark} [bold]{escape(case.title[0])}[/] {escape(case.title[1])}", highlight=False)
        for line in _lines(days):
            console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
    if run.recorded is not None:
        console.print(_recorded(run.recorded, run.days[0]), highlight=False, soft_wrap=True)
    for zh, en in run.sentences():
        console.print(f"• {escape(zh)}\n  {escape(en)}", highlight=False, soft_wrap=True)


def _waits(run: Run) -> Table:
    first = run.cases[0]
    title = f"{run.name} · {first.kind} · {first.tickets} 号 tickets · {len(run.seeds)} 天 days"
    shown = Table(title=title, caption="等候分钟 waits in minutes：首次叫号 − 可叫时刻 first called − eligible")
    shown.add_column("", no_wrap=True)
    if len(run.cases) > 1:
        shown.add_column("", no_wrap=True)
    for name in ("取号 issued", "平均 mean", "±95 %", "P50", "P90", "最长 max", "> 30 min", "过号 missed", "峰值 peak"):
        shown.add_column(name, justify="right", no_wrap=True)
    for kind in KINDS:
        shown.add_section()
        for _kind, name in run.keys((kind,)):
            for mark, case, days in zip(MARKS, run.cases, run.days, strict=False):
                group = days.group(kind, name)
                cells = [" ".join(title_of(case.config, kind, name))]
                if len(run.cases) > 1:
                    cells.append(mark)
                peak = max(days.peaks.get(name, [0])) if kind == "service" else None
                shown.add_row(*map(escape, [*cells, *_cells(group, peak)]))
    return shown


def _recorded(real: Days, replayed: Days) -> str:
    """How near the replay comes to the days as they were."""
    told = []
    for words, days in (("当天实际 as it was", real), ("照样重放 replayed", replayed)):
        waits = days.group("all").waits
        told.append(f"{words}: 平均 mean {number(days.group('all').mean)}, P90 {number(percentile(waits, 90))}")
    return " · ".join(told)


def _cells(group: Group, peak: int | None) -> list[str]:
    called = len(group.waits)
    means = interval([total / count if count else math.nan for total, count in group.days])
    half = means.high - means.mean
    return [
        f"{group.issued}",
        number(group.mean),
        "" if math.isnan(half) else f"±{half:.1f}",
        number(percentile(group.waits, 50)),
        number(percentile(group.waits, 90)),
        number(max(group.waits, default=math.nan)),
        f"{group.long}/{called}",
        f"{group.ends['missed']}/{called}",
        "" if peak is None else f"{peak}",
    ]


def number(minutes: float) -> str:
    """One digit after the point below ten minutes."""
    if math.isnan(minutes):
        return "–"
    return f"{minutes:.1f}" if minutes < 10 else f"{minutes:.0f}"


def _lines(days: Days) -> list[str]:
    serving, there = (sum(pair[i] for pair in days.loads.values()) for i in (0, 1))
    whole = days.group("all")
    ratios = ", ".join(f"{name} {ratio:.2f}" for name, ratio in sorted(days.class_ratios().items()))
    last = chart.clock(max(days.last_served_min)) if days.last_served_min else "–"
    lines = [
        f"窗口负荷 window load {serving:.0f}/{there:.0f} min = {serving / there if there else 0:.0%}",
        f"末次办结 last served {last} · 延时办结 served after closing {days.overtime_served}",
        f"各类等候与普通之比 waits of the classes to the normal one: {ratios}",
        f"离开 left {whole.ends['cancelled']} · 作废 expired {whole.ends['expired']} · 事件 events {days.events:,}",
    ]
    if days.refused:
        lines.append("未受理 refused: " + ", ".join(f"{code} {count}" for code, count in sorted(days.refused.items())))
    return lines
