"""The run in the documents: between ``<!-- NAME -->`` and ``<!-- /NAME -->`` stands what the bench has measured.

Nobody copies a figure by hand: `fill` writes what is between the marks and leaves all else as it is.
"""

import re
from pathlib import Path
from typing import Any, Final

from hallctl.bench import run as runs
from hallctl.bench.figure import Figure

_MARKS: Final = re.compile(r"<!-- (figures|ours)( [\w.]+)? -->.*?<!-- /\1 -->", re.DOTALL)


def fill(run: dict[str, Any], path: Path) -> int:
    """Write the run's figures between the marks of the file; how many places there were."""
    text = path.read_text(encoding="utf-8")
    figures = {figure.row: figure for figure in runs.figures_of(run)}

    def filled(found: re.Match[str]) -> str:
        mark, name = found[1], (found[2] or "").strip()
        made = _table(run) if mark == "figures" else _cell(run, figures, name)
        gap = "\n" if mark == "figures" or name == "run" else ""
        return f"<!-- {mark}{found[2] or ''} -->{gap}{made}{gap}<!-- /{mark} -->"

    text, count = _MARKS.subn(filled, text)
    path.write_text(text, encoding="utf-8")
    return count


def _table(run: dict[str, Any]) -> str:
    """The machine, then a line for each figure."""
    lines = [
        "",
        _told(run),
        "",
        "| row | what | median | min..max | must | stretch | met | absolute |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *map(_line, runs.figures_of(run)),
        "",
    ]
    notes = [*run["notes"], *(f"`{figure.row}`: {figure.note}" for figure in runs.figures_of(run) if figure.note)]
    return "\n".join([*lines, *(f"- {note}" for note in notes), ""])


def _told(run: dict[str, Any]) -> str:
    plan = run["plan"]
    return (
        f"Measured {run['at']}, {plan['rounds']} rounds of {plan['seconds']:g} s: {runs.machine_line(run['machine'])}."
    )


def _line(figure: Figure) -> str:
    sign = "≤" if figure.better == "lower" else "≥"
    unit = "" if figure.unit == "ratio" else f" {figure.unit}"
    goals = ["–" if goal is None else f"{sign} {goal:g}" for goal in (figure.must, figure.stretch)]
    low, high = min(figure.values, default=float("nan")), max(figure.values, default=float("nan"))
    dropped = f" ({figure.dropped} dropped)" if figure.dropped else ""
    absolute = ", ".join(f"{name} {number(value)}" for name, value in list(figure.absolute.items())[:4])
    mark = {True: "yes", False: "**no**", None: ""}[figure.met]
    cells = [f"`{figure.row}`", figure.name, f"{number(figure.value)}{unit}", f"{number(low)}..{number(high)}{dropped}"]
    return f"| {' | '.join([*cells, *goals, mark, absolute])} |"


def _cell(run: dict[str, Any], figures: dict[str, Figure], name: str) -> str:
    """What stands in a cell of the comparison; a dash where the run has not measured it."""
    if name == "run":
        return _told(run)
    if name == "twice":
        pairs = [figures.get(f"peer.{row}") for row in ("issued_twice", "called_twice")]
        return ", ".join(f"{figure.value:.0f} {figure.name}" for figure in pairs if figure is not None) or "–"
    figure = figures.get(f"peer.{name}")
    if figure is None:
        return "–"
    if name == "display":
        return f"{number(figure.value)} ms"
    if name.startswith("issue"):
        return f"{number(figure.value)} numbers/s"
    calls = figure.absolute.get("calls_per_s", float("nan"))
    p99 = figure.absolute.get("answer_p99_ms", float("nan"))
    return f"{number(calls)} calls/s ({number(figure.value)} presses/s, p99 {number(p99)} ms)"


def number(value: float) -> str:
    """Three digits are enough to read; a rate keeps its whole part."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
