"""The loss table: what was done to the hall, how often, and what it cost."""

import json
import os
import platform
import sqlite3
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from hallctl.version import VERSION
from tests.loss.ledger import Verdict

COLUMNS: Final = ("fault", "rounds", "acknowledged", "lost", "doubled", "recovered without a person", "note")


@dataclass
class Row:
    """One fault. `acknowledged` counts promises that were looked at again, in every round anew. `must_lose` marks the
    control, which shows that the test can see a loss."""

    fault: str
    rounds: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    recovered: str = "yes"
    note: str = ""
    must_lose: bool = False
    problems: list[str] = field(default_factory=list)

    def add(self, verdict: Verdict, where: str = "") -> None:
        """Count one round."""
        self.rounds += 1
        self.acknowledged += verdict.acknowledged
        self.lost += verdict.lost
        self.doubled += verdict.doubled
        self.problems += [f"{where}: {problem}" if where else problem for problem in verdict.problems]
        if verdict.lost or verdict.doubled:
            self.problems.append(f"{where}: lost {verdict.lost}, doubled {verdict.doubled}")

    def expect(self, holds: bool, problem: str) -> None:
        """Note what is wrong, if it is; the round goes on."""
        if not holds:
            self.problems.append(problem)

    @property
    def good(self) -> bool:
        """Whether the fault ended as it must: the control loses, everything else loses nothing and nothing is wrong."""
        return self.lost > 0 if self.must_lose else not (self.lost or self.doubled or self.problems)


def markdown(rows: list[Row]) -> str:
    """The table for the documents."""
    lines = [f"| {' | '.join(COLUMNS)} |", "|" + " --- |" * len(COLUMNS)]
    for row in rows:
        cells = (row.fault, row.rounds, row.acknowledged, row.lost, row.doubled, row.recovered, _note(row))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def _note(row: Row) -> str:
    return row.note if row.good else f"**NOT AS PROMISED** {row.note}".strip()


def machine() -> dict[str, str | int]:
    """Where it was run."""
    return {
        "hallctl": VERSION,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "kernel": platform.release(),
        "machine": platform.machine(),
        "cpus": os.cpu_count() or 0,
    }


def write(rows: list[Row], folder: Path) -> None:
    """``loss.json`` and ``loss.md``."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"machine": machine(), "good": all(row.good for row in rows)}
    told |= {"rows": [asdict(row) | {"good": row.good} for row in rows]}
    (folder / "loss.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "loss.md").write_text(markdown(rows), encoding="utf-8")
