"""Two runs of the bench side by side: what got slower, what faster, and what only seems so.

Figures are told apart by row and name. A change counts where it is larger than the noise: half the spread between the
rounds of both runs, put together as independent errors are, and never less than `LEAST_NOISE`.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from rich.table import Table

from hallctl.bench.figure import Figure
from hallctl.bench.run import Json, figures_of

Verdict = Literal["slower", "faster", "within noise", "new", "gone"]

LEAST_NOISE: Final = 0.05
"""Two runs on one machine differ by so much at least, however close their rounds are."""

WORDS: Final[dict[Verdict, tuple[str, str]]] = {
    "slower": ("变慢", "red"),
    "faster": ("变快", "green"),
    "within noise": ("误差之内", ""),
    "new": ("新增", "cyan"),
    "gone": ("已无", "yellow"),
}

_SAME_MACHINE: Final = ("kind", "cpu", "cores", "filesystem", "sqlite", "python")
"""What must not differ between two machines whose ratios are compared."""

_FLUSH_DIFFERS: Final = 1.5


@dataclass(frozen=True, slots=True)
class Change:
    """One figure in both runs. `change` is new median / old median - 1, `noise` what it must exceed; both None where
    one run does not have the figure, or no round of it."""

    row: str
    name: str
    unit: str
    old: float | None
    new: float | None
    change: float | None
    noise: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """All figures, those of the new run first, in its order. `notes` say why the two may not be comparable."""

    changes: list[Change]
    notes: list[str]

    @property
    def slower(self) -> list[Change]:
        """What got worse beyond the noise: where there is any, the command ends with exit code 1."""
        return [change for change in self.changes if change.verdict == "slower"]

    def as_json(self) -> Json:
        """``{"slower": number, "changes": [...], "notes": [...]}``, for scripts."""
        return {"slower": len(self.slower), "changes": [asdict(change) for change in self.changes], "notes": self.notes}


def compare(old: Json, new: Json) -> Comparison:
    """Two runs as `run.read` gives them."""
    before = {_key(figure): figure for figure in figures_of(old)}
    after = {_key(figure): figure for figure in figures_of(new)}
    changes = [_change(before.get(key), figure) for key, figure in after.items()]
    changes += [_change(figure, None) for key, figure in before.items() if key not in after]
    return Comparison(changes, _notes(old, new))


def noise(figure: Figure) -> float:
    """Half the spread of the rounds as a part of the median."""
    if len(figure.values) == 0 or figure.value == 0:
        return 0.0
    return (max(figure.values) - min(figure.values)) / 2 / abs(figure.value)


def table(comparison: Comparison) -> Table:
    """For the terminal."""
    shown = Table(title="与上次相比 compared with the older run")
    shown.add_column("#", no_wrap=True)
    shown.add_column("指标 figure")
    for name in ("旧 old", "新 new", "变化 change", "误差 noise"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("结论 verdict", no_wrap=True)
    for change in comparison.changes:
        zh, colour = WORDS[change.verdict]
        shown.add_row(
            change.row,
            change.name,
            _number(change.old, change.unit),
            _number(change.new, change.unit),
            "" if change.change is None else f"{change.change:+.0%}" if math.isfinite(change.change) else "∞",
            "" if change.noise is None else f"±{change.noise:.0%}",
            f"{zh} {change.verdict}",
            style=colour or None,
        )
    return shown


def _key(figure: Figure) -> tuple[str, str]:
    return figure.row, figure.name


def _change(old: Figure | None, new: Figure | None) -> Change:
    known = new or old
    if known is None:
        raise ValueError("a change needs a figure")
    before, after = _median(old), _median(new)
    if before is None or after is None or old is None or new is None:
        verdict: Verdict = "gone" if after is None else "new"
        return Change(known.row, known.name, known.unit, before, after, None, None, verdict)
    change = after / before - 1 if before else (0.0 if after == before else math.inf)
    limit = max(LEAST_NOISE, math.hypot(noise(old), noise(new)))
    worse = change > 0 if new.better == "lower" else change < 0
    verdict = "within noise" if abs(change) <= limit else "slower" if worse else "faster"
    return Change(known.row, known.name, known.unit, before, after, change, limit, verdict)


def _median(figure: Figure | None) -> float | None:
    """None where there is no round."""
    return figure.value if figure is not None and figure.values else None


def _notes(old: Json, new: Json) -> list[str]:
    before, after = old.get("machine", {}), new.get("machine", {})
    differing = [name for name in _SAME_MACHINE if before.get(name) != after.get(name)]
    notes = [
        f"{name}: {before.get(name)} → {after.get(name)}；机器不同，仅供参考 another machine: ratios carry over in part"
        for name in differing
    ]
    flushes = before.get("flush_p50_ms"), after.get("flush_p50_ms")
    if all(flushes) and max(flushes) / min(flushes) > _FLUSH_DIFFERS:
        notes.append(
            f"flush: {flushes[0]:.2f} → {flushes[1]:.2f} ms；磁盘快慢不同，比值随之变化 "
            "the disk differs, and ratios with it"
        )
    plans: tuple[Any, Any] = (old.get("plan"), new.get("plan"))
    if plans[0] != plans[1]:
        notes.append("测量计划不同（轮数、时长或规模） the plans differ (rounds, seconds or scale)")
    return notes


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:.3g}×" if unit == "ratio" else f"{value:.3g} {unit}"
