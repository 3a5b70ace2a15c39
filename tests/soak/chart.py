"""Line charts as inline SVG: one picture a figure, over the real time or the days of a soak. No script, no network."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH: Final = 1000
HEIGHT: Final = 220
LEFT: Final = 64
BOTTOM: Final = 26
TOP: Final = 10
MOST_POINTS: Final = 400

Points = list[tuple[float, float]]

STYLE: Final = """
figure { margin: 0 0 1.2rem; }
figcaption { font-weight: 600; margin: 0 0 .2rem; }
figure svg { height: auto; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
figure svg text { fill: var(--soft); font-size: 13px; stroke: none; }
figure svg .grid { stroke: var(--line); }
figure svg .mark { stroke: var(--line); stroke-dasharray: 3 3; }
figure svg polyline { fill: none; stroke-width: 1.6px; vector-effect: non-scaling-stroke; }
.c0 { stroke: #2f7fd0; } .c1 { stroke: #d0762f; } .c2 { stroke: #b03a3a; } .c3 { stroke: #3a9a5a; }
.key { display: inline-block; width: 1.4rem; height: 0; border-top: 3px solid; margin: 0 .3rem .2rem .8rem; }
.k0 { border-color: #2f7fd0; } .k1 { border-color: #d0762f; } .k2 { border-color: #b03a3a; }
.k3 { border-color: #3a9a5a; }
td.good { color: var(--good); font-weight: 600; } td.bad { color: var(--bad); font-weight: 600; }
"""


@dataclass(frozen=True)
class Chart:
    """`lines` by their words; `marks` are vertical lines with a word each; `log` makes the scale logarithmic."""

    zh: str
    en: str
    unit: str
    lines: dict[str, Points]
    marks: tuple[tuple[float, str], ...] = ()
    across: str = "min"
    log: bool = False


def figure(chart: Chart) -> str:
    """The chart with its caption as HTML."""
    lines = {name: _thinned(points) for name, points in chart.lines.items() if points}
    if not lines:
        return ""
    xs = [x for points in lines.values() for x, _y in points]
    ys = [y for points in lines.values() for _x, y in points if y > 0 or not chart.log]
    x_low, x_high = min(xs), max(max(xs), min(xs) + 1e-9)
    ticks = list(_log_ticks(min(ys), max(ys)) if chart.log else _ticks(max(ys)))
    scale = _Scale(x_low, x_high, ticks[0], ticks[-1], chart.log)
    parts = [_grid(scale, tick) for tick in ticks]
    parts += [_mark(scale, x, word) for x, word in chart.marks if x_low <= x <= x_high]
    parts += [_across(scale, x, chart.across) for x in _across_ticks(x_low, x_high)]
    parts += [_line(scale, number, points) for number, points in enumerate(lines.values())]
    keys = "".join(f'<span class="key k{n}"></span>{escape(name)}' for n, name in enumerate(lines))
    words = f'{escape(chart.zh)} <span class="en" lang="en">{escape(chart.en)}, {escape(chart.unit)}</span>{keys}'
    label = escape(f"{chart.zh} {chart.en}", quote=True)
    svg = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    return f"<figure><figcaption>{words}</figcaption>{svg}</figure>\n"


@dataclass(frozen=True)
class _Scale:
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    log: bool

    def x(self, value: float) -> float:
        return LEFT + (WIDTH - LEFT - 8) * (value - self.x_low) / (self.x_high - self.x_low)

    def y(self, value: float) -> float:
        if self.log:
            part = math.log(max(value, self.y_low) / self.y_low) / math.log(self.y_high / self.y_low)
        else:
            part = (value - self.y_low) / (self.y_high - self.y_low)
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * min(1.0, part)


def _thinned(points: Points) -> Points:
    """At most `MOST_POINTS`: of each stretch its highest, so that no peak is lost."""
    stride = math.ceil(len(points) / MOST_POINTS)
    return [max(points[at : at + stride], key=lambda point: point[1]) for at in range(0, len(points), stride)]


def _ticks(highest: float) -> Iterator[float]:
    step = 10 ** math.floor(math.log10(highest)) if highest > 0 else 1.0
    step = next(step * part for part in (0.2, 0.5, 1, 2, 5) if highest <= step * part * 5 or part == 5)
    for number in range(math.ceil(max(highest, step) / step) + 1):
        yield number * step


def _log_ticks(lowest: float, highest: float) -> Iterator[float]:
    first, last = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))
    for power in range(first, max(last, first + 1) + 1):
        yield 10.0**power


def _across_ticks(low: float, high: float) -> Iterator[float]:
    step = next(step for step in (0.1, 0.5, 1, 2, 5, 10, 20, 60, 120, 300) if (high - low) / step <= 12 or step == 300)
    at = math.ceil(low / step) * step
    while at <= high:
        yield at
        at += step


def _grid(scale: _Scale, tick: float) -> str:
    y = scale.y(tick)
    line = f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - 8}" y2="{y:.1f}"/>'
    return f'{line}<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'


def _mark(scale: _Scale, at: float, word: str) -> str:
    x = scale.x(at)
    line = f'<line class="mark" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}"/>'
    return f'{line}<text x="{x + 3:.1f}" y="{TOP + 11}">{escape(word)}</text>'


def _across(scale: _Scale, at: float, unit: str) -> str:
    return f'<text x="{scale.x(at):.1f}" y="{HEIGHT - 8}" text-anchor="middle">{at:g} {escape(unit)}</text>'


def _line(scale: _Scale, number: int, points: Points) -> str:
    there = " ".join(f"{scale.x(x):.1f},{scale.y(y):.1f}" for x, y in points)
    return f'<polyline class="c{number}" points="{there}"/>'
