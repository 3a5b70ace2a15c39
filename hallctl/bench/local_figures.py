"""The scenarios that need no load on the wire, and the rows that each gives."""

from typing import Final

from hallctl.bench import (
    commit_figures,
    decision_figures,
    device_figures,
    footprint_figures,
    restart_figures,
    year_figures,
)
from hallctl.bench.figure import Scenario

SCENARIOS: Final[tuple[Scenario, ...]] = (
    *decision_figures.SCENARIOS,
    *restart_figures.SCENARIOS,
    *commit_figures.SCENARIOS,
    *footprint_figures.SCENARIOS,
    *device_figures.SCENARIOS,
    *year_figures.SCENARIOS,
)

ROWS: Final[dict[str, tuple[str, ...]]] = {
    "decisions": ("9",),
    "loads": ("10",),
    "imports": ("11",),
    "commits": ("12",),
    "snapshots": ("snapshot",),
    "storm": ("storm",),
    "rest": ("idle",),
    "devices": ("device",),
    "over_a_year": ("restart", "memory"),
}
"""By the scenario's name: the words that ``--only`` knows."""
