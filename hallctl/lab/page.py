"""A run of the lab as one HTML page: what differs, waits, queues over the day, windows, classes. No script, no network.

It is dressed as the bench's page is. Everything is told in words and numbers beside each chart.
"""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Final

from hallctl.bench.page import STYLE
from hallctl.bench.spread import percentile
from hallctl.lab import chart
from hallctl.lab.chart import Series
from hallctl.lab.figures import LONG_MIN, STEP_MIN, Days, Group
from hallctl.lab.run import Run, title_of

MORE: Final = """
svg.chart { height: auto; margin: .4rem 0; }
svg.chart text { fill: var(--soft); font-size: 13px; }
svg .grid { stroke: var(--line); }
svg polyline { fill: none; stroke-width: 2.5px; vector-effect: non-scaling-stroke; }
:root { --s0: #2f6fb5; --s1: #b5562f; }
@media (prefers-color-scheme: dark) { :root { --s0: #7aa7e0; --s1: #e39a7a; } }
svg rect.s0 { fill: var(--s0); } svg rect.s1 { fill: var(--s1); }
svg polyline.s0 { stroke: var(--s0); } svg polyline.s1 { stroke: var(--s1); stroke-dasharray: 7 4; }
.key { display: inline-block; width: 1.6rem; height: .7rem; margin-right: .4rem; }
.key.s0 { background: var(--s0); } .key.s1 { background: var(--s1); }
.strips svg.strip { height: 22px; }
li.said { font-size: 1.1rem; }
"""

WORDS: Final = {
    "title": ("大厅模拟", "The hall in the lab"),
    "said": ("结论", "What it shows"),
    "waits": ("等候时长（分钟）", "Waits (minutes)"),
    "classes": ("按类别", "By class"),
    "queues": ("一天中的等候人数", "People waiting over the day"),
    "longer": ("等候超过 x 分钟的人所占比例", "Share of people who wait longer than x minutes"),
    "windows": ("窗口负荷：办理 ÷ 登录未暂停", "Window load: serving ÷ logged in and not paused"),
    "sums": ("合计", "Totals"),
    "bars": ("条为平均，细线到 P90。", "The bar is the mean, the line reaches to P90."),
}
"""word → (zh-CN, en)."""

LEAST_CURVE: Final = 0.5
"""Queues that never have so many waiting on average are left out of the curves."""


def write_html(run: Run, path: Path) -> None:
    """Write the page."""
    path.write_text(page(run), encoding="utf-8")


def page(run: Run) -> str:
    """The page as text."""
    body = [
        _head(run),
        _section("said", _said(run)),
        _section("waits", f"<p>{_both('bars')}</p>" + _waits(run, ("all", "service"))),
        _section("classes", _waits(run, ("class",))),
        _section("queues", _queues(run)),
        _section("longer", _longer(run)),
        _section("windows", _windows(run)),
        _section("sums", _sums(run)),
    ]
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>hallctl simulate – {escape(run.name)}</title>\n<style>\n{STYLE}{MORE}</style>\n</head>\n"
        "<body>\n<main>\n" + "\n".join(part for part in body if part) + "\n</main>\n</body>\n</html>\n"
    )


def _both(word: str) -> str:
    return _pair(WORDS[word])


def _pair(words: tuple[str, str]) -> str:
    return f'{escape(words[0])} <span class="en" lang="en">{escape(words[1])}</span>'


def _section(word: str, body: str) -> str:
    return f'<section id="{word}"><h2>{_both(word)}</h2>{body}</section>' if body else ""


def _head(run: Run) -> str:
    settings = "".join(
        f'<li><span class="key s{i}"></span>{_pair(case.title)} · {case.kind} · {case.tickets} 号 tickets · '
        f"{case.staffed} 窗口 windows · {days.days} 天 days</li>"
        for i, (case, days) in enumerate(zip(run.cases, run.days, strict=True))
    )
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in run.notes)
    return f"<header><h1>{_both('title')}</h1><p>{escape(run.name)}</p><ul>{settings}</ul>{notes}</header>"


def _said(run: Run) -> str:
    lines = "".join(f'<li class="said">{_pair(told)}</li>' for told in run.sentences())
    return f"<ul>{lines}</ul>" if lines else ""


# ------------------------------------------------------------ waits


def _waits(run: Run, kinds: Iterable[str]) -> str:
    keys = run.keys(kinds)
    most = chart.nice(max((_p90(days.group(*key)) for key in keys for days in run.days), default=0.0))
    cards = []
    for key in keys:
        strips = []
        for i, days in enumerate(run.days):
            group = days.group(*key)
            if not group.waits:
                continue
            words = (
                f"平均 mean {group.mean:.1f} · P50 {percentile(group.waits, 50):.0f} · P90 {_p90(group):.0f} · "
                f"最长 max {max(group.waits):.0f} · >{LONG_MIN} min {group.long}/{len(group.waits)}"
            )
            strips.append(f'<p class="words">{escape(words)}</p>')
            strips.append(chart.bar(words, f"s{i}", group.mean, _p90(group), most))
        if strips:
            name = _pair(title_of(run.cases[0].config, *key))
            cards.append(f'<article class="strips"><h3>{name}</h3>{"".join(strips)}</article>')
    return "".join(cards)


def _p90(group: Group) -> float:
    return percentile(group.waits, 90) if group.waits else 0.0


def _longer(run: Run) -> str:
    """The share that waits longer, from none to the greatest P99."""
    waits = [sorted(days.group("all").waits) for days in run.days]
    most = chart.nice(max((percentile(part, 99) for part in waits if part), default=0.0))
    lines = [
        Series(f"s{i}", [(x, 100 * _above(part, x)) for x in _steps(most, 60)]) for i, part in enumerate(waits) if part
    ]
    ticks = [(x, f"{x:g}") for x in _steps(most, 5)]
    return chart.curves(WORDS["longer"][1], lines, ticks, "%")


def _above(waits: Sequence[float], least: float) -> float:
    return sum(wait > least for wait in waits) / len(waits)


def _steps(most: float, count: int) -> list[float]:
    return [most * i / count for i in range(count + 1)]


# ------------------------------------------------------------ queues and windows


def _queues(run: Run) -> str:
    """One chart for each service that has a queue at all."""
    names = [service.id for service in run.cases[0].config.services]
    cards = []
    for name in names:
        lines = [
            Series(f"s{i}", [(days.begins_min + j * STEP_MIN, n / days.days) for j, n in enumerate(days.curves[name])])
            for i, days in enumerate(run.days)
            if name in days.curves
        ]
        if max((y for line in lines for _, y in line.points), default=0.0) < LEAST_CURVE:
            continue
        title = title_of(run.cases[0].config, "service", name)
        peaks = " / ".join(f"{max(days.peaks.get(name, [0]))}" for days in run.days)
        svg = chart.curves(title[0], lines, _hours(run.days), "")
        cards.append(f"<article><h3>{_pair(title)} · 最多 at most {peaks}</h3>{svg}</article>")
    return "".join(cards)


def _hours(days: Sequence[Days]) -> list[tuple[float, str]]:
    first = int(min(day.begins_min for day in days)) // 60
    return [(hour * 60.0, chart.clock(hour * 60.0)) for hour in range(first, first + 16)]


def _windows(run: Run) -> str:
    names = sorted({name for days in run.days for name in days.loads}, key=lambda name: (len(name), name))

    def load(days: Days, name: str) -> float:
        serving, there = days.loads.get(name, (0.0, 0.0))
        return 100 * serving / there if there else 0.0

    values = [[load(days, name) for days in run.days] for name in names]
    whole = [
        f"{sum(n for n, _ in days.loads.values()):.0f}/{sum(of for _, of in days.loads.values()):.0f} min"
        for days in run.days
    ]
    shown = ", ".join(f"{run.cases[0].config.window_label(n)} {v[0]:.0f} %" for n, v in zip(names, values, strict=True))
    return (
        f'<p class="words">{escape(" · ".join(whole))}</p>{chart.columns(WORDS["windows"][1], values, "%")}'
        f'<p class="note">{escape(shown)}</p>'
    )


# ------------------------------------------------------------ totals


def _sums(run: Run) -> str:
    rows: list[tuple[str, Callable[[Days], str]]] = [
        ("取号 issued", lambda days: f"{days.group('all').issued}"),
        *((f"{zh} {end}", _end(end)) for end, zh in ENDS.items()),
        ("末次办结 last served", lambda days: _late(days.last_served_min)),
        ("延时分钟 overtime minutes", lambda days: f"{sum(days.overtime_min) / max(1, days.days):.0f}"),
        ("延时办结 served after closing", lambda days: f"{days.overtime_served}"),
        ("事件 events", lambda days: f"{days.events:,}"),
    ]
    body = "".join(
        f"<tr><td>{escape(name)}</td>{''.join(f'<td class=number>{escape(tell(days))}</td>' for days in run.days)}</tr>"
        for name, tell in rows
    )
    return f'<div class="wide"><table><tbody>{body}</tbody></table></div>'


ENDS: Final = {"done": "办结", "missed": "过号", "cancelled": "离开", "expired": "作废", "open": "未了"}


def _end(end: str) -> Callable[[Days], str]:
    return lambda days: f"{days.group('all').ends[end]}"


def _late(minutes: Sequence[float]) -> str:
    return f"{chart.clock(max(minutes))}" if minutes else "–"
