"""Two runs side by side: a change counts where it is larger than the noise of both."""

import io
from typing import Any

import pytest
from rich.console import Console

from hallctl.bench import compare, run
from hallctl.bench.figure import Better, Figure, Plan

MACHINE = {
    "kind": "machine",
    "cpu": "x",
    "cores": 2,
    "filesystem": "ext4",
    "sqlite": "3",
    "python": "3",
    "flush_p50_ms": 0.3,
}


def of(*figures: Figure, machine: dict[str, Any] | None = None) -> dict[str, Any]:
    return run.as_json(machine or MACHINE, Plan(), list(figures), [])


def verdict(old: list[float], new: list[float], better: Better = "lower") -> str:
    one, two = Figure("1", "a", old, better=better), Figure("1", "a", new, better=better)
    (change,) = compare.compare(of(one), of(two)).changes
    return change.verdict


@pytest.mark.parametrize(
    ("old", "new", "better", "told"),
    [
        ([2.0, 2.0, 2.0], [2.5, 2.5, 2.5], "lower", "slower"),
        ([2.0, 2.0, 2.0], [1.5, 1.5, 1.5], "lower", "faster"),
        ([2.0, 2.0, 2.0], [2.05, 2.05, 2.05], "lower", "within noise"),
        ([1.5, 2.0, 2.5], [2.0, 2.4, 2.8], "lower", "within noise"),
        ([100.0], [80.0], "higher", "slower"),
        ([100.0], [130.0], "higher", "faster"),
        ([0.0, 0.0], [0.0, 0.0], "lower", "within noise"),
        ([0.0, 0.0], [0.5, 0.5], "lower", "slower"),
        ([], [1.0], "lower", "new"),
        ([1.0], [], "lower", "gone"),
    ],
)
def test_verdicts(old: list[float], new: list[float], better: Better, told: str) -> None:
    assert verdict(old, new, better) == told


def test_noise_is_of_both_runs() -> None:
    calm, wild = Figure("1", "a", [2.0, 2.0, 2.0]), Figure("1", "a", [1.0, 2.0, 3.0])
    assert compare.noise(calm) == 0
    assert compare.noise(wild) == 0.5
    (change,) = compare.compare(of(calm), of(wild)).changes
    assert change.noise == 0.5


def test_figures_that_come_and_go_are_told_and_hurt_nobody() -> None:
    same = Figure("1", "same", [1.0])
    found = compare.compare(of(same, Figure("2", "old", [1.0])), of(Figure("2", "new", [9.0]), same))
    assert [(change.name, change.verdict) for change in found.changes] == [
        ("new", "new"), ("same", "within noise"), ("old", "gone"),
    ]  # fmt: skip
    assert found.slower == []


def test_slower_figures_are_counted_for_the_exit_code() -> None:
    found = compare.compare(of(Figure("1", "a", [1.0])), of(Figure("1", "a", [2.0])))
    assert found.as_json()["slower"] == len(found.slower) == 1
    assert found.as_json()["changes"][0]["change"] == 1.0


def test_another_machine_or_disk_is_said() -> None:
    figure = Figure("1", "a", [1.0])
    assert compare.compare(of(figure), of(figure)).notes == []
    other = {**MACHINE, "cpu": "y", "flush_p50_ms": 3.0}
    notes = compare.compare(of(figure), of(figure, machine=other)).notes
    assert [note.partition(":")[0] for note in notes] == ["cpu", "flush"]


def test_the_table_has_a_line_each() -> None:
    found = compare.compare(
        of(Figure("1", "a", [1.0]), Figure("2", "b", [0.0])), of(Figure("1", "a", [2.0]), Figure("2", "b", [1.0]))
    )
    console = Console(width=140, record=True, file=io.StringIO())
    console.print(compare.table(found))
    text = console.export_text()
    assert "+100%" in text
    assert "∞" in text
    assert text.count("slower") == 2
