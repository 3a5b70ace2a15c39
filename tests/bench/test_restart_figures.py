"""Starts, imports, replay and the year at the size of a thousand events: real daemons, real files."""

import sys
from pathlib import Path

import pytest

from hallctl.bench import commit_figures, local_figures, restart_figures, year_figures
from hallctl.bench.figure import Plan
from tests.bench.tiny import run

pytestmark = pytest.mark.usefixtures("no_guard")


@pytest.fixture(autouse=True)
def compiled_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment forbids to write bytecode, starts shall not compile everything anew for a test."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


IMPORTED = """import time: self [us] | cumulative | imported package
import time:       100 |        100 |   _io
import time:       200 |        400 | encodings
import time:        10 |         10 |   msgspec._core
import time:        10 |         20 | msgspec
hallctl 0.1.0 http://127.0.0.1:1
import time:        10 |         20 | hallctl.bootstrap
import time:         9 |          9 | asyncio
"""


def test_packages_are_those_imported_by_themselves_and_not_pythons_own() -> None:
    assert restart_figures.packages_of(IMPORTED) == ["msgspec", "hallctl.bootstrap"]


def test_row_10_reads_the_same_with_more_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many wait as lead to more events than the visits that are asked for beside them."""
    monkeypatch.setattr(restart_figures, "OPEN", 120_000)
    figures = run(restart_figures.loads, tmp_path, Plan(rounds=1, seconds=0.3, scale=0.005))
    assert figures["10"].absolute.keys() == {"load_50_ms", "load_5000_ms"}
    assert figures["10"].must == 1.3


def test_row_11_imports_what_the_daemon_has_imported(tmp_path: Path) -> None:
    figure = run(restart_figures.imports, tmp_path)["11"]
    assert figure.absolute["import_s"] > 0.1
    assert figure.absolute["start_s"] > 0.1


def test_row_12_commits_a_countys_day(tmp_path: Path) -> None:
    figure = run(commit_figures.commits, tmp_path)["12"]
    assert figure.value >= 1
    assert figure.absolute["commit_max_ms"] >= figure.absolute["commit_p50_ms"]


@pytest.mark.slow
def test_what_is_asked_of_a_year(tmp_path: Path) -> None:
    plan = Plan(rounds=1, seconds=0.6, scale=0.01)
    figures = run(year_figures.over_a_year, tmp_path, plan)
    assert figures.keys() == {
        "restart.start", "restart.start_year", "restart.replay", "restart.replay_year", "restart.question", "memory",
    }  # fmt: skip
    assert figures["restart.start"].absolute.keys() >= {"start_empty_s", "start_day_s", "start_year_s"}
    assert figures["restart.question"].absolute["questions_answered"] >= 1
    assert figures["memory"].value > 10


def test_without_a_year_the_day_is_measured(tmp_path: Path) -> None:
    plan = Plan(rounds=1, seconds=0.3, year=False, scale=0.01)
    assert run(year_figures.over_a_year, tmp_path, plan).keys() == {"restart.start", "restart.replay", "memory"}


def test_every_scenario_is_known_by_its_rows() -> None:
    assert {scenario.__name__ for scenario in local_figures.SCENARIOS} == local_figures.ROWS.keys()
