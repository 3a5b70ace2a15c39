"""The daemon's process and its files at one moment, as the system tells them."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hallctl.store.database import DATABASE
from tests.process import vital as process_vital

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Vital:
    """`own_mib` is what is the process's own of its resident memory (not of files); `tasks` are asyncio's."""

    rss_mib: float
    own_mib: float
    files: int
    threads: int
    tasks: int
    cpu_s: float
    wal_mib: float
    data_mib: float


def vital(pid: int, data: Path, tasks: Path) -> Vital:
    """Look at it; OSError when it has ended."""
    process = process_vital(pid)
    counted = 0
    with contextlib.suppress(OSError, ValueError, IndexError):
        counted = int(tasks.read_text().split()[0])
    return Vital(
        rss_mib=process.rss_mib,
        own_mib=process.own_mib,
        files=process.files,
        threads=process.threads,
        tasks=counted,
        cpu_s=process.cpu_s,
        wal_mib=_size_mib(data / f"{DATABASE}-wal"),
        data_mib=_size_mib(data / DATABASE),
    )


def _size_mib(path: Path) -> float:
    with contextlib.suppress(OSError):
        return path.stat().st_size / MIB
    return 0.0
