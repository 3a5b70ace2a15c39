"""Each scenario in small: the rows it promises, finite ratios, nothing doubled, nothing left behind. No timing."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from hallctl.bench import (
    answer_figures,
    board_figures,
    catalogue,
    county_figures,
    peer_figures,
    rounds,
    saturation_figures,
    shim,
)
from hallctl.bench.figure import Plan
from tests.bench.tiny import PLAN, run


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few people wait; a busy machine shall not make a test longer."""
    monkeypatch.setattr(rounds, "NOISE", math.inf)
    for module in (answer_figures, board_figures, county_figures, saturation_figures):
        monkeypatch.setattr(module, "WAITING", 100)
    monkeypatch.setattr(board_figures, "FILLING", 200)
    monkeypatch.setattr(county_figures, "BURSTS", 4)
    monkeypatch.setattr(county_figures, "BURST_S", 0.15)


def test_hall(tmp_path: Path) -> None:
    figures = run(answer_figures.hall, tmp_path)
    assert set(figures) == {"1", "1.p99", "1.limit", "6", "13.answer"}
    assert (figures["1"].must, figures["1"].stretch) == (2.2, 1.7)
    assert (figures["6"].must, figures["6"].stretch) == (2.5, 1.6)
    assert (figures["13.answer"].must, figures["13.answer"].better) == (10.0, "higher")
    assert figures["1.limit"].must is None
    assert figures["6"].absolute["gaps"] == figures["6"].absolute["behind"] == 0
    assert figures["1"].absolute["answer_p50_ms"] <= figures["1"].absolute["answer_p99_ms"]


def test_fan_out(tmp_path: Path) -> None:
    """Two daemons' CPU is subtracted: in this size the figure itself is noise."""
    fan_out = answer_figures.fan_out(PLAN, tmp_path, lambda _text: None)
    assert [figure.row for figure in fan_out] == ["7"]
    assert fan_out[0].absolute["raw_cpu_us_per_event"] > 0


def test_a_slower_disk(tmp_path: Path) -> None:
    if shim.compiler() is None:
        pytest.skip(shim.MISSING)
    plan = replace(PLAN, flush_delays_us=(1000,))
    figures = run(answer_figures.delayed, tmp_path, plan)
    assert (figures["2.1000us"].must, figures["2.1000us"].stretch) == (1.3, 1.12)
    assert figures["2.1000us"].absolute["flush_p50_ms"] >= 1
    assert figures["2.1000us.limit"].must is None
    assert figures["2.1000us.limit"].absolute["answer_p50_ms"] >= 1, "its disk is slower, too"


def test_without_a_compiler_the_line_to_type_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    plan = Plan(rounds=1, seconds=0.1, scale=0.01, flush_delays_us=(1000, 5000))
    figures = [*answer_figures.delayed(plan, tmp_path, lambda _text: None)]
    figures += answer_figures.burst(plan, tmp_path, lambda _text: None)
    assert [figure.row for figure in figures] == ["2.1000us", "2.5000us", "4"]
    assert all(figure.met is False and "apt-get install gcc libc6-dev" in figure.note for figure in figures)


def test_saturation(tmp_path: Path) -> None:
    figures = run(saturation_figures.saturation, tmp_path)
    assert set(figures) == {
        "5",
        "5.limit",
        "5.unstored",
        "saturation.rate",
        "saturation.calls",
        "saturation.unstored",
        "13.rate",
    }
    assert figures["saturation.rate"].must == max(20 * 106, 100 * 18)
    assert figures["saturation.calls"].value < figures["saturation.rate"].value


def test_stuck(tmp_path: Path) -> None:
    figures = run(board_figures.stuck, tmp_path)
    assert set(figures) == {"8", "stuck.three", "8.late", "8.memory"}
    assert figures["8.late"].value == 0


def test_county(tmp_path: Path) -> None:
    figures = run(county_figures.county, tmp_path)
    assert {row: figure.must for row, figure in figures.items()} == {
        "county.answer": 50.0,
        "county.board": 100.0,
        "county.answer_ratio": None,
        "county.board_ratio": None,
    }
    assert figures["county.answer"].absolute["behind"] == 0


def test_peers(tmp_path: Path) -> None:
    """T01: nothing is issued or called twice."""
    figures = run(peer_figures.peers, tmp_path)
    assert figures["peer.issued_twice"].value == figures["peer.called_twice"].value == 0
    assert {"peer.issue.1", "peer.issue.4", "peer.call.1", "peer.call.20", "peer.display"} < set(figures)


def test_every_row_is_chosen_by_its_word() -> None:
    rows = {"1", "2", "3", "4", "5", "6", "7", "8", "13", "county", "peer", "closed", "alone", "stuck", "saturation"}
    assert rows <= set(catalogue.rows())
    assert [chapter.scenario for chapter in catalogue.chosen(["2.1000us"])] == [answer_figures.delayed]
    assert [c.scenario for c in catalogue.chosen(["13"])] == [answer_figures.hall, saturation_figures.saturation]
    with pytest.raises(ValueError, match="nothing"):
        catalogue.chosen(["nothing"])
