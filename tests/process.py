"""A process at one moment, as the system tells it (proc(5))."""

import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Vital:
    """Memory in MiB: resident, of it the process's own (not of files), the most so far; open files, threads, CPU;
    `at` is the moment (monotonic seconds)."""

    rss_mib: float
    own_mib: float
    peak_mib: float
    files: int
    threads: int
    cpu_s: float
    at: float


def vital(pid: int) -> Vital:
    """Look at it; OSError when it has ended."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()

    def mib(name: str) -> float:
        return int(status[name].split()[0]) / 1024

    return Vital(
        rss_mib=mib("VmRSS"),
        own_mib=mib("RssAnon"),
        peak_mib=mib("VmHWM"),
        files=len(os.listdir(f"/proc/{pid}/fd")),  # noqa: PTH208 - /proc
        threads=int(status["Threads"]),
        cpu_s=(int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
        at=time.monotonic(),
    )
