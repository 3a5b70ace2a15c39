"""How long a start takes: ``python -m tests.bench_restart``. Figures, no judgement; the goal is 2 s on an idle machine.

Each start is ``python -m hallctl run`` as a user does it, until its first answer to an HTTP request. CPU seconds are
the process's own: on a busy machine they say more than the clock.
"""

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hallctl.api.role import Role
from hallctl.api.views import Views
from hallctl.clock import SystemClock, monotonic_s
from hallctl.config import load
from hallctl.domain import calendar
from hallctl.domain.state import HallState
from hallctl.store import journal, loading
from hallctl.store.database import DATABASE, connect_reader
from tests.e2e import county
from tests.e2e.books import replayed
from tests.e2e.forked import free_port

STARTS = 5
PAUSE_S = 0.002


def started(config: Path, data: Path, port: int, env: dict[str, str]) -> tuple[float, float]:
    """(seconds, CPU seconds) from the start of the process to its first answer."""
    command = [sys.executable, "-m", "hallctl", "run", "--config", str(config), "--data", str(data)]
    began = monotonic_s()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, **env}) as process:
        try:
            while not _answers(port):
                assert process.poll() is None, "it has ended"
                time.sleep(PAUSE_S)
            return monotonic_s() - began, _cpu_s(process.pid)
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request("GET", "/api/v1/health")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_s(work: Callable[[], Any]) -> float:
    """CPU seconds, the least of three."""
    times = []
    for _ in range(3):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def show(name: str, starts: list[tuple[float, float]]) -> None:
    """One line: median and best of the clock, best of the CPU."""
    clock = [start[0] for start in starts]
    cpu = min(start[1] for start in starts)
    line = f"{name:<44} median {statistics.median(clock):5.2f} s   best {min(clock):5.2f} s   cpu {cpu:5.2f} s\n"
    sys.stdout.write(line)


def measure_store(data: Path, config: Path) -> None:
    """What a start and a replay read, without the process around them."""
    parsed, _digest = load(config)
    connection = connect_reader(data / DATABASE)
    try:
        records = list(journal.read(connection))
        state = loading.load(connection)
        state.layout = parsed.layout()
        views = Views(parsed)
        figures = {
            "load the state from the rows": cpu_s(lambda: loading.load(connection)),
            "read the journal": cpu_s(lambda: list(journal.read(connection))),
            "replay it": cpu_s(lambda: replayed(records)),
            "a supervisor's snapshot": cpu_s(lambda: views.snapshot(Role.SUPERVISOR, None, state, 0)),
            "a board's snapshot": cpu_s(lambda: views.snapshot(Role.BOARD, None, state, 0)),
        }
    finally:
        connection.close()
    for name, seconds in figures.items():
        sys.stdout.write(f"  {name:<42} {seconds * 1000:9.1f} ms\n")


def build(data: Path, config: Path) -> HallState:
    parsed, _digest = load(config)
    now = SystemClock().now()
    today = calendar.business_day(now, parsed.tz, calendar.minutes(parsed.hall.day_starts))
    return county.build(data, parsed.layout(), today, now, terminals=[])


def main() -> None:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="hallctl-bench-") as folder:
        work = Path(folder)
        env = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(work / "bytecode")}
        config = county.write_config(work / "hall.toml", port)
        state = build(work / "full", config)
        started(config, work / "empty", port, env)  # bytecode, disk cache, the tables
        for data, name in (("empty", "an empty hall"), ("full", f"{state.seq} events, {len(state.tickets)} open")):
            show(f"start to first answer, {name}", [started(config, work / data, port, env) for _ in range(STARTS)])
        measure_store(work / "full", config)


if __name__ == "__main__":
    main()
