"""The daemon's process and its files at one moment, as the system tells them."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hallctl.store.database import DATABASE

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
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    counted = 0
    with contextlib.suppress(OSError, ValueError, IndexError):
        counted = int(tasks.read_text().split()[0])
    return Vital(
        rss_mib=int(status["VmRSS"].split()[0]) / 1024,
        own_mib=int(status["RssAnon"].split()[0]) / 1024,
        files=len(os.listdir(f"/proc/{pid}/fd")),  # noqa: PTH208 - /proc
        threads=int(status["Threads"]),
        tasks=counted,
        cpu_s=(int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
        wal_mib=_size_mib(data / f"{DATABASE}-wal"),
        data_mib=_size_mib(data / DATABASE),
    )


def _size_mib(path: Path) -> float:
    with contextlib.suppress(OSError):
        return path.stat().st_size / MIB
    return 0.0
