"""Charts as SVG: curves over the day, bars with a whisker, columns. No script; words stand beside, in HTML.

Coordinates are of a box of `WIDTH` × `HEIGHT`; colours come from the page's style by class (``s0`` the first setting,
``s1`` the second).
"""

import math
from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

WIDTH: Final = 1000
HEIGHT: Final = 260
LEFT, RIGHT, BOTTOM, TOP = 46, 20, 24, 10


class Series(NamedTuple):
    """A line of a chart: its class, and its points (x, y) in the chart's own units."""

    style: str
    points: Sequence[tuple[float, float]]


def nice(greatest: float) -> float:
    """The end of an axis that holds the value: 1, 2 or 5 times a power of ten."""
    if not greatest > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(greatest))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= greatest)


def clock(minute: float) -> str:
    """ "HH:MM" of minutes after midnight."""
    return f"{int(minute) // 60:02d}:{int(minute) % 60:02d}"


def curves(words: str, lines: Sequence[Series], ticks: Sequence[tuple[float, str]], unit: str) -> str:
    """Lines over a common axis; `ticks` are (x, words) below it."""
    xs = [x for line in lines for x, _ in line.points]
    if not xs:
        return ""
    low, high = min(xs), max(max(xs), min(xs) + 1e-9)
    most = nice(max(y for line in lines for _, y in line.points))

    def place(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (x - low) / (high - low) * (WIDTH - LEFT - RIGHT)
        return across, HEIGHT - BOTTOM - y / most * (HEIGHT - BOTTOM - TOP)

    parts = _grid(most, unit)
    for at, text in ticks:
        if low <= at <= high:
            x, _ = place(at, 0)
            parts.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}"/>')
            parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(text)}</text>')
    for line in lines:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line.points))
        parts.append(f'<polyline class="{line.style}" points="{path}"/>')
    return _svg(parts, words)


def columns(words: str, values: Sequence[Sequence[float]], unit: str) -> str:
    """Groups of columns side by side, one for each setting."""
    most = nice(max((value for group in values for value in group), default=0.0))
    room = (WIDTH - LEFT - RIGHT) / max(1, len(values))
    parts = _grid(most, unit)
    for i, group in enumerate(values):
        wide = room * 0.8 / max(1, len(group))
        for j, value in enumerate(group):
            tall = value / most * (HEIGHT - BOTTOM - TOP)
            x = LEFT + i * room + room * 0.1 + j * wide
            parts.append(
                f'<rect class="s{j}" x="{x:.1f}" y="{HEIGHT - BOTTOM - tall:.1f}" width="{wide:.1f}" '
                f'height="{tall:.1f}"/>'
            )
    return _svg(parts, words)


def bar(words: str, style: str, mean: float, whisker: float, most: float) -> str:
    """One bar to the mean and a whisker to a percentile, on a strip that stretches with the page."""
    across, reach = (min(1.0, value / most) * WIDTH if most and value == value else 0.0 for value in (mean, whisker))
    parts = [
        f'<rect class="{style}" x="0" y="8" width="{across:.1f}" height="14"/>',
        f'<line class="whisker" x1="{across:.1f}" y1="15" x2="{reach:.1f}" y2="15"/>',
        f'<line class="whisker" x1="{reach:.1f}" y1="9" x2="{reach:.1f}" y2="21"/>',
    ]
    return (
        f'<svg class="strip" role="img" aria-label="{escape(words)}" viewBox="0 0 {WIDTH} 30" '
        f'preserveAspectRatio="none">{"".join(parts)}</svg>'
    )


def _grid(most: float, unit: str) -> list[str]:
    """Four lines across with their values."""
    parts = []
    for step in range(5):
        y = HEIGHT - BOTTOM - step / 4 * (HEIGHT - BOTTOM - TOP)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{most * step / 4:g}{escape(unit)}</text>')
    return parts


def _svg(parts: list[str], words: str) -> str:
    return (
        f'<svg class="chart" role="img" aria-label="{escape(words)}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"{''.join(parts)}</svg>"
    )
