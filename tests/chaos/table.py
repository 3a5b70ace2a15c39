"""The two tables of the chaos program, as Markdown and as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.chaos.day import Day
from tests.chaos.pulls import Pulled


def pulls_table(rows: Sequence[Pulled]) -> str:
    """One line for each family."""
    lines = [
        "| family | pulls | told gone (s) | back (s) | left over | grown (KiB) | as promised |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        if row.skipped:
            lines.append(f"| {row.family} | – | – | – | – | – | skipped: {row.skipped} |")
            continue
        left = ", ".join(f"{count} {what}" for what, count in row.left.items()) or "nothing"
        good = "; ".join(row.problems[:3]) or "yes"
        grown = f"{max(0, row.grown) / 1024:.0f}" if row.watched else "–"
        lines.append(
            f"| {row.family} | {row.rounds} | {row.gone_s:.1f} | {row.back_s:.1f} | {left} | {grown} | {good} |"
        )
    return "\n".join(lines) + "\n"


def days_table(days: Sequence[Day]) -> str:
    """One line for each day, calm or not."""
    lines = [
        "| seed | hours | faults | lines dropped | tickets | calls | slips | lost | doubled | answers that waited "
        "| all in order after (s) | answer to a call p50 / p99 (ms) | as promised |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for day in days:
        found = day.found
        faults = ", ".join(f"{kind} {count}" for kind, count in sorted(day.faults.items())) or "none (calm)"
        slips = ", ".join(f"{state} {count}" for state, count in sorted(found.slips.items()))
        good = "yes" if day.good else "; ".join(day.problems[:3]) or "NO"
        lines.append(
            f"| {day.seed} | {day.hours:.1f} | {faults} | {day.drops + day.answers.dropped} | {found.tickets} "
            f"| {found.calls} | {slips} | {found.lost} | {found.doubled} | {day.waited} | {day.recovered_s:.0f} "
            f"| {day.answer_ms(0.5):.0f} / {day.answer_ms(0.99):.0f} | {good} |"
        )
    return "\n".join(lines) + "\n"


def machine() -> str:
    """What it ran on, and how much else ran meanwhile."""
    name = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} processors ({name}), Python {platform.python_version()}, load {load} at the end"


def write(folder: Path, pulls: Sequence[Pulled], days: Sequence[Day]) -> str:
    """``chaos.md`` and ``chaos.json`` in the folder; the Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    text = f"{machine()}\n\n{pulls_table(pulls)}\n{days_table(days)}"
    (folder / "chaos.md").write_text(text, encoding="utf-8")
    rows: dict[str, Any] = {
        "machine": machine(),
        "pulls": [
            {"family": row.family, "rounds": row.rounds, "gone_s": row.gone_s, "back_s": row.back_s, "left": row.left,
             "grown": row.grown, "skipped": row.skipped, "problems": row.problems}
            for row in pulls
        ],
        "days": [
            {"seed": day.seed, "chaos": day.chaos, "hours": day.hours, "faults": day.faults,
             "tickets": day.found.tickets, "calls": day.found.calls, "slips": day.found.slips,
             "lost": day.found.lost, "doubled": day.found.doubled, "waited": day.waited,
             "recovered_s": day.recovered_s, "problems": day.problems, "took_s": day.took_s,
             "answer_ms": {m: [day.answer_ms(0.5, m), day.answer_ms(0.99, m)] for m in day.answers.took_ms}}
            for day in days
        ],
    }  # fmt: skip
    (folder / "chaos.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return text
