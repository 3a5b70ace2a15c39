"""A run of the bench as one HTML page: bars against their goals, percentiles, machine and notes. No script, no network.

Every strip is an SVG that stretches with the page while its words are HTML, so that it is read on a phone as well.
A strip's goal stands at the same place for all: left of the line is good. Where more is better the strip is turned
round, its numbers are not.
"""

import math
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, Final

from hallctl.bench.figure import Figure
from hallctl.bench.page import STYLE, WORDS
from hallctl.bench.run import Json, figures_of

WIDTH: Final = 1000
HEIGHT: Final = 30
MUST_AT: Final = 640
"""Where on a strip the goal stands; what is beyond 1000 / 640 of it is cut off, with an arrow."""

_PERCENTILE: Final = re.compile(r"^(?P<name>.+)_(?P<part>p\d+|max)_(?P<unit>us|ms|s)$")


def write_html(run: Json, path: Path) -> None:
    """Write the page of a run, as `run.as_json` gives it or `run.read` has read it."""
    path.write_text(page(run), encoding="utf-8")


def page(run: Json) -> str:
    """The page as text."""
    figures = figures_of(run)
    held = [figure for figure in figures if figure.must is not None]
    told = [figure for figure in figures if figure.must is None]
    body = [
        _head(run, held),
        _section("goals", "".join(_card(figure) for figure in held)),
        _section("information", "".join(_card(figure) for figure in told)) if told else "",
        _percentiles(figures),
        _section("absolute", _table(figures)),
        _section("machine", _facts(run.get("machine", {})) + _facts(run.get("plan", {}))),
        _section("notes", _notes(run.get("notes", []))),
    ]
    title = "hallctl bench"
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def number(value: float | None, unit: str = "ratio") -> str:
    """A value for people: three figures, and its unit."""
    if value is None or math.isnan(value):
        return "–"
    shown = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{shown}×" if unit == "ratio" else f"{shown} {unit}"


# ------------------------------------------------------------ parts of the page


def _both(word: str) -> str:
    zh, en = WORDS[word]
    return f'{escape(zh)} <span class="en" lang="en">{escape(en)}</span>'


def _head(run: Json, held: list[Figure]) -> str:
    met = sum(bool(figure.met) for figure in held)
    reached = sum(figure.stretch is not None and figure.meets(figure.stretch) for figure in held)
    at = escape(str(run.get("at", "")))
    return (
        f'<header><h1>{_both("title")}</h1><p><time datetime="{at}">{at}</time></p>'
        f'<p class="sum"><b>{met}</b> / {len(held)} {_both("met")} · <b>{reached}</b> {_both("stretched")}</p>'
        f"<p>{_both('reading')}</p></header>"
    )


def _section(word: str, body: str) -> str:
    return f'<section id="{word}"><h2>{_both(word)}</h2>{body}</section>' if body else ""


def _card(figure: Figure) -> str:
    """A figure: its name, its value in words, its strip, what is to be known of it."""
    low, high = (min(figure.values), max(figure.values)) if figure.values else (None, None)
    words = [f'<b class="value">{number(figure.value, figure.unit)}</b>']
    words.append(f'<span class="range">{number(low, figure.unit)} … {number(high, figure.unit)}</span>')
    for word, goal in (("must", figure.must), ("stretch", figure.stretch)):
        if goal is not None:
            sign = "≤" if figure.better == "lower" else "≥"
            words.append(f'<span class="goal">{_both(word)} {sign} {number(goal, figure.unit)}</span>')
    state = _state(figure)
    if state:
        words.append(f'<span class="state {state}">{"✗" if state == "missed" else "✓"} {_both(state)}</span>')
    note = f'<p class="note">{escape(figure.note)}</p>' if figure.note else ""
    dropped = f'<p class="note">{figure.dropped} {_both("dropped")}</p>' if figure.dropped else ""
    return (
        f'<article class="{state}"><h3><span class="row">{escape(figure.row)}</span> {escape(figure.name)}</h3>'
        f'<p class="words">{" ".join(words)}</p>{_strip(figure)}{note}{dropped}</article>'
    )


def _state(figure: Figure) -> str:
    """missed, reached or stretched; empty without a goal."""
    if figure.met is None:
        return ""
    if not figure.met:
        return "missed"
    return "stretched" if figure.stretch is not None and figure.meets(figure.stretch) else "reached"


def _strip(figure: Figure) -> str:
    """The bar to the median, a whisker from the least to the greatest, a tick per round, lines at the goals."""
    if figure.must is None or not figure.values:
        return ""
    places = [_place(figure, value) for value in figure.values]
    middle = _place(figure, figure.value)
    y = HEIGHT / 2
    parts = [f'<rect class="bar" x="0" y="8" width="{min(middle, WIDTH):.1f}" height="{HEIGHT - 16}"/>']
    parts.append(_line("whisker", min(places), y, max(places), y))
    parts += [_line("round", place, y - 5, place, y + 5) for place in places]
    if figure.unit == "ratio" and figure.better == "lower":
        parts.append(_line("floor", _place(figure, 1.0), 2, _place(figure, 1.0), HEIGHT - 2))
    if figure.stretch is not None:
        parts.append(_line("stretch", _place(figure, figure.stretch), 2, _place(figure, figure.stretch), HEIGHT - 2))
    parts.append(_line("must", MUST_AT, 0, MUST_AT, HEIGHT))
    if middle > WIDTH:
        parts.append(f'<path class="beyond" d="M{WIDTH - 18} 4 L{WIDTH} {y} L{WIDTH - 18} {HEIGHT - 4} Z"/>')
    return _svg(parts, f"{figure.name}: {number(figure.value, figure.unit)}, must {number(figure.must, figure.unit)}")


def _place(figure: Figure, value: float) -> float:
    """Where a value stands on the strip: the goal at `MUST_AT`, what is good left of it."""
    must = figure.must or 1.0
    part = value / must if figure.better == "lower" else (must / value if value > 0 else math.inf)
    return min(part * MUST_AT, 2.0 * WIDTH)


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _svg(parts: list[str], words: str) -> str:
    return (
        f'<svg role="img" aria-label="{escape(words)}" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none">'
        f"{''.join(parts)}</svg>"
    )


# ------------------------------------------------------------ percentiles


def _percentiles(figures: list[Figure]) -> str:
    """Latencies from the median to the greatest on one logarithmic scale, a strip each."""
    found = [(figure, name, spread) for figure in figures for name, spread in _spreads(figure)]
    values = [value for _figure, _name, spread in found for value in spread.values() if value > 0]
    if not values:
        return ""
    low, high = 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values)))
    scale = f'<p class="scale"><span>{_span(low)}</span><span>{_span(high)}</span></p>'
    rows = [_percentile_row(figure, name, spread, low, max(high, low * 10)) for figure, name, spread in found]
    return _section("percentiles", scale + "".join(rows) + scale)


def _spreads(figure: Figure) -> Iterator[tuple[str, dict[str, float]]]:
    """(name, {"p50": seconds, ...}) of each group of percentiles among the absolutes."""
    groups: dict[str, dict[str, float]] = {}
    factors = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
    for key, value in figure.absolute.items():
        match = _PERCENTILE.match(key)
        if match is not None and value is not None and not math.isnan(value):
            groups.setdefault(match["name"], {})[match["part"]] = value * factors[match["unit"]]
    yield from ((name, spread) for name, spread in groups.items() if len(spread) > 1)


def _percentile_row(figure: Figure, name: str, spread: dict[str, float], low: float, high: float) -> str:
    places = {part: _log_place(value, low, high) for part, value in spread.items()}
    y = HEIGHT / 2
    parts = [_line("whisker", min(places.values()), y, max(places.values()), y)]
    parts += [_line(f"percentile {part}", place, 6, place, HEIGHT - 6) for part, place in places.items()]
    decades = round(math.log10(high / low))
    parts += [_line("decade", WIDTH * n / decades, 0, WIDTH * n / decades, HEIGHT) for n in range(1, decades)]
    words = " · ".join(f"{part} {_span(value)}" for part, value in spread.items())
    title = f"{escape(figure.row)} {escape(figure.name)} – {escape(name)}"
    return f'<article class="spread"><h3>{title}</h3><p class="words">{words}</p>{_svg(parts, words)}</article>'


def _log_place(value: float, low: float, high: float) -> float:
    return WIDTH * math.log10(max(value, low) / low) / math.log10(high / low)


def _span(seconds: float) -> str:
    """A time in the unit that suits it."""
    for unit, factor in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= factor:
            return f"{seconds / factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


# ------------------------------------------------------------ tables


def _table(figures: list[Figure]) -> str:
    """A heading for each figure, a line for each of its absolutes."""
    told = [figure for figure in figures if figure.absolute]
    if not told:
        return ""
    titles = "".join(f"<th>{_both(word)}</th>" for word in ("quantity", "median"))
    return (
        f'<p>{_both("absolutes")}</p><div class="wide"><table><thead><tr>{titles}</tr></thead>'
        f"{''.join(map(_absolutes, told))}</table></div>"
    )


def _absolutes(figure: Figure) -> str:
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="number">{number(value, "")}</td></tr>'
        for name, value in figure.absolute.items()
    )
    title = f'<span class="row">{escape(figure.row)}</span> {escape(figure.name)}'
    return f'<tbody><tr><th colspan="2" scope="rowgroup">{title}</th></tr>{rows}</tbody>'


def _facts(facts: dict[str, Any]) -> str:
    """Keys and values, those that have words with their words."""
    rows = [
        f"<div><dt>{_both(key) if key in WORDS else escape(key)}</dt><dd>{escape(_fact(value))}</dd></div>"
        for key, value in facts.items()
    ]
    return f"<dl>{''.join(rows)}</dl>" if rows else ""


def _fact(value: Any) -> str:
    if isinstance(value, float):
        return number(value, "").strip()
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _notes(notes: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul>" if notes else ""
