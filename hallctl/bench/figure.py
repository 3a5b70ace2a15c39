"""What a benchmark says: figures, each a ratio to a floor of the same round, with the goal it is held against.

A figure's values are one per round; what counts is their median, shown with the least and the greatest. Absolute times
belong to one machine and are kept for the reader only.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Better = Literal["lower", "higher"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `row` names the goal ("1" … "14" of the bench's rows, or a word: "county.answer"); `values` are the ratios (or plain
    numbers, with `unit` other than "ratio") of the rounds that counted, `dropped` the rounds that noise spoiled.
    `must` and `stretch` are goals; None where the figure is for information. `absolute` are medians by name, with the
    unit in the name (``answer_p50_ms``). `note` says what a reader must know to believe it.
    """

    row: str
    name: str
    values: Sequence[float]
    must: float | None = None
    stretch: float | None = None
    better: Better = "lower"
    unit: str = "ratio"
    dropped: int = 0
    absolute: dict[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def value(self) -> float:
        """The median of the rounds; NaN without any."""
        return statistics.median(self.values) if self.values else float("nan")

    @property
    def met(self) -> bool | None:
        """Whether the `must` holds; None without one. A figure without rounds is not met."""
        return None if self.must is None else self.meets(self.must)

    def meets(self, goal: float) -> bool:
        """Whether the median is as good as `goal`."""
        return self.value <= goal if self.better == "lower" else self.value >= goal

    def as_json(self) -> dict[str, Any]:
        """For the file; `from_json` reads it."""
        return {**asdict(self), "values": list(self.values)}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "Figure":
        """From a file that `as_json` wrote."""
        return cls(**body)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: `rounds` that count, `seconds` of load in a round, whether the year's file is built.

    `flush_delays_us` are added to each flush by the shim, where a C compiler is there; `scale` shrinks the numbers of
    clients.
    """

    rounds: int = 5
    seconds: float = 4.0
    year: bool = True
    flush_delays_us: tuple[int, ...] = (0, 1000, 5000)
    scale: float = 1.0


Say = Callable[[str], None]
"""Tells the person what is measured now; a progress bar's description."""

Scenario = Callable[[Plan, Path, Say], list[Figure]]
"""Measures in a directory (on the disk where the hall's data would be) and gives figures. It starts what it needs,
stops it again, and leaves nothing behind."""
