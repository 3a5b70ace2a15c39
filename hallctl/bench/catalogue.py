"""All scenarios of the bench, with the rows that each gives: what `--only` chooses from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hallctl.bench import answer_figures, board_figures, county_figures, local_figures, peer_figures, saturation_figures
from hallctl.bench.figure import Scenario


@dataclass(frozen=True, slots=True)
class Chapter:
    """A scenario, what is said while it runs (zh and en), and a word for each group of its rows.

    A row belongs to a chapter by its name or by what stands before its first dot: ``2.1000us`` is of row 2.
    """

    rows: tuple[str, ...]
    title: str
    scenario: Scenario

    def has(self, row: str) -> bool:
        """Whether the chapter gives this row."""
        return row in self.rows or row.partition(".")[0] in self.rows


WIRE: Final = (
    Chapter(("1", "6", "13"), "大厅节奏 hall profile", answer_figures.hall),
    Chapter(("2",), "较慢的磁盘 slower disk", answer_figures.delayed),
    Chapter(("3", "alone"), "一个窗口 one window, paced", answer_figures.alone),
    Chapter(("4",), "二十个窗口同时 burst of windows", answer_figures.burst),
    Chapter(("5", "13", "saturation"), "满负荷 saturation", saturation_figures.saturation),
    Chapter(("7",), "广播的开销 cost of fan-out", answer_figures.fan_out),
    Chapter(("8", "stuck"), "不读的客户端 stuck readers", board_figures.stuck),
    Chapter(("closed",), "不停顿 closed loop", answer_figures.closed),
    Chapter(("county",), "县级大厅 08:30 county hall", county_figures.county),
    Chapter(("peer",), "与同类软件相同的测法 measured as the peers", peer_figures.peers),
)


TITLES: Final = {
    "decisions": "选号 choosing a ticket",
    "loads": "读取大厅 loading the hall",
    "imports": "启动 start",
    "commits": "提交 commits",
    "snapshots": "快照 snapshot",
    "storm": "同时重连 all pages at once",
    "rest": "空闲 at rest",
    "devices": "设备 devices",
    "over_a_year": "一年之后 after a year",
}
"""Of the scenarios without a load on the wire, by name."""


def chapters() -> tuple[Chapter, ...]:
    """Every chapter, in the order of the table."""
    names = [scenario.__name__ for scenario in local_figures.SCENARIOS]
    local = tuple(
        Chapter(local_figures.ROWS[name], TITLES.get(name, name), scenario)
        for name, scenario in zip(names, local_figures.SCENARIOS, strict=True)
    )
    return (*WIRE, *local)


def rows() -> list[str]:
    """The words that `chosen` knows."""
    return sorted({row for chapter in chapters() for row in chapter.rows})


def chosen(rows: Sequence[str]) -> list[Chapter]:
    """The chapters that give any of the rows, all without rows; ValueError names a row that nobody gives."""
    there = chapters()
    for row in rows:
        if not any(chapter.has(row) for chapter in there):
            raise ValueError(row)
    return [chapter for chapter in there if not rows or any(chapter.has(row) for row in rows)]
