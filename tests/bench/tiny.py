"""The bench's own world in small: three windows, five boards, loads of a third of a second."""

import contextlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path

from hallctl.bench.figure import Figure, Plan
from hallctl.bench.rig import Rig, rig

PLAN = Plan(rounds=1, seconds=0.3, year=False, scale=0.03)

WINDOWS = 3
BOARDS = 5


def silent(_text: str) -> None:
    """Nobody is told."""


@contextlib.contextmanager
def tiny_rig(directory: Path) -> Iterator[Rig]:
    """A rig that says nothing."""
    with rig(PLAN, directory, silent) as there:
        yield there


def run(scenario: Callable[..., list[Figure]], directory: Path, plan: Plan = PLAN) -> dict[str, Figure]:
    """The figures by row; every value is a finite number, and nothing is left in the directory."""
    figures = scenario(plan, directory, silent)
    for figure in figures:
        assert figure.values, figure
        assert all(math.isfinite(value) and value >= 0 for value in figure.values), figure
        assert all(math.isfinite(value) for value in figure.absolute.values()), figure
    assert list(directory.iterdir()) == []
    assert len({figure.row for figure in figures}) == len(figures)
    return {figure.row: figure for figure in figures}
