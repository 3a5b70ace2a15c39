"""A run of the bench as a file: the machine, the plan, the figures, and what else a reader must know.

The JSON is ``{"version": 2, "at": ISO 8601, "machine": {...}, "plan": {...}, "figures": [Figure.as_json() ...],
"notes": [str ...]}``. Charts need nothing more: a figure's `values` are its rounds, and percentiles stand in its
`absolute` under names that differ in the percentile only (``answer_p50_ms``, ``answer_p90_ms``, ``answer_p99_ms``,
``answer_max_ms``; ``flush_p50_ms``, ``flush_p99_ms``; ``last_board_p50_ms`` …).
"""

import json
import os
import platform
import sqlite3
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from hallctl.bench.figure import Figure, Plan
from hallctl.clock import SystemClock
from hallctl.version import VERSION

VERSION_OF_FILE: Final = 2

Json = dict[str, Any]


def as_json(machine: Json, plan: Plan, figures: list[Figure], notes: list[str]) -> Json:
    """The run of now, for the file."""
    at = datetime.fromtimestamp(SystemClock().now() / 1000, UTC).isoformat(timespec="seconds")
    return {
        "version": VERSION_OF_FILE,
        "at": at,
        "machine": machine,
        "plan": asdict(plan),
        "figures": [figure.as_json() for figure in figures],
        "notes": notes,
    }


def figures_of(run: Json) -> list[Figure]:
    """The figures of a run that was read from a file."""
    return [Figure.from_json(body) for body in run["figures"]]


def write(run: Json, path: Path) -> None:
    """Write the file; a NaN (a figure without rounds has none in it, an absolute may) is written as null."""
    path.write_text(json.dumps(_without_nan(run), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> Json:
    """Read a file that `write` wrote; ValueError if it is none, OSError if it cannot be read."""
    run = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(run, dict) or run.get("version") != VERSION_OF_FILE:
        raise ValueError(f"{path}: not a run of hallctl bench, version {VERSION_OF_FILE}")
    return run


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and value != value else value


def machine(data: Path, flush_s: tuple[float, float]) -> Json:
    """What was measured on: keys kind, cpu, cores, memory_mib, kernel, filesystem, python, sqlite, hallctl,
    flush_p50_ms, flush_p99_ms. No name of a host. `flush_s` are p50 and p99 of append + fdatasync, in seconds."""
    cpu = _cpu()
    return {
        "kind": cpu["kind"],
        "cpu": cpu["name"],
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1024 * 1024),
        "kernel": f"{platform.system()} {platform.release()}",
        "filesystem": filesystem(data),
        "python": _python(),
        "sqlite": sqlite3.sqlite_version,
        "hallctl": VERSION,
        "flush_p50_ms": flush_s[0] * 1000,
        "flush_p99_ms": flush_s[1] * 1000,
    }


def machine_line(body: Json) -> str:
    """The machine in one line."""
    return (
        f"{body['kind']}, {body['cpu']}, {body['cores']} cores, {body['memory_mib']} MiB, {body['kernel']}, "
        f"{body['filesystem']}, SQLite {body['sqlite']}, Python {body['python']}, "
        f"flush p50 {body['flush_p50_ms']:.2f} ms p99 {body['flush_p99_ms']:.2f} ms"
    )


def _python() -> str:
    """The version, and whether it is the system's own: one built otherwise, without a profile, is a seventh slower."""
    return f"{platform.python_version()} ({'system' if sys.base_prefix == '/usr' else 'not the system'}'s)"


def _cpu() -> dict[str, str]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    virtual = "hypervisor" in fields.get("flags", "").split()
    name = fields.get("model name", platform.machine())
    return {"kind": "virtual machine" if virtual else "machine", "name": " ".join(name.split())}


def filesystem(path: Path) -> str:
    """The type of the file system that holds `path`, from /proc/self/mounts; "unknown" if it is not told."""
    try:
        rows = [line.split() for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return "unknown"
    there = path.resolve()
    found = [(len(row[1]), row[2]) for row in rows if there.is_relative_to(row[1].replace("\\040", " "))]
    return max(found)[1] if found else "unknown"
