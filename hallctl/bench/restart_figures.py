"""What a start takes at least: the state from the rows (row 10), the packages (row 11); and what a replay takes."""

import contextlib
import re
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert

from hallctl.bench import child, county, history, year
from hallctl.bench.figure import Figure, Plan, Say
from hallctl.bench.history import Start, Timed
from hallctl.bench.premises import Premises
from hallctl.bench.rig import rig
from hallctl.bench.rounds import measure
from hallctl.domain.apply import apply
from hallctl.domain.state import HallState
from hallctl.store import journal, loading
from hallctl.store.database import DATABASE, connect_reader

OPEN: Final = 4_000
FEW, MANY = 10_000, 1_000_000
LOADS: Final = 5

TICKETS_A_DAY: Final = 4_000

EVENTS_A_NUMBER: Final = 3
"""Taken, its slip begun and proven; what is beyond these are whole visits."""

IMPORTED: Final = re.compile(r"^import time: +\d+ \| +\d+ \| (?! )(?P<name>[\w.]+)", re.MULTILINE)
"""A line of ``-X importtime`` for what was imported by itself, not within another import."""


# ------------------------------------------------------------ row 10


def loads(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Row 10: reading the state with a million tickets behind it against ten thousand."""
    waiting, few, many = (max(10, round(number * min(1.0, plan.scale))) for number in (OPEN, FEW, MANY))
    with rig(plan, directory, say) as there:
        files = {}
        for number in (few, many):
            say(f"准备 {number} 张旧票  {number} tickets of history")
            files[number] = _with_history(there.directory / str(number), waiting, number)
        parts = {str(number): _load_time(path) for number, path in files.items()}
        found = measure(plan.rounds, lambda: there.floor(0.0), parts, say)
    return [
        found.figure(
            "10",
            f"启动读取：{many} 张旧票 / {few} 张 · load with {many} tickets of history / {few}",
            lambda result: result[str(many)] / result[str(few)],
            lambda result: {f"load_{number}_ms": result[number] * 1000 for number in parts},
            must=1.3,
            note=f"{waiting} people wait in both",
        )
    ]


def _with_history(folder: Path, waiting: int, number: int) -> Path:
    """A data directory with `waiting` open tickets and `number` ended ones of earlier days; its database."""
    folder.mkdir()
    config = county.write_config(folder / "hall.toml", history.free_port())
    county.build_today(folder / "data", config, events=EVENTS_A_NUMBER * waiting + 500, waiting=waiting)
    path = folder / "data" / DATABASE
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=off")
        table = year.table_of(connection, "ticket")
        names = [part.name for part in table.c]
        row = connection.execute("SELECT * FROM ticket WHERE stage = 'done' AND NOT live LIMIT 1").fetchone()
        connection.execute("BEGIN")
        connection.executemany(year.text_of(insert(table)), _old_tickets(dict(zip(names, row, strict=True)), number))
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return path


def _old_tickets(ticket: Mapping[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """Copies of an ended ticket, in the order of their days."""
    days = year.working_days("2020-01-01", number // TICKETS_A_DAY + 1)
    for copy in range(number):
        day, place = days[copy // TICKETS_A_DAY], copy % TICKETS_A_DAY
        label = f"X{place:04d}"
        named = {"id": f"{day.replace('-', '')}-{label}", "day": day, "number": place, "label": label, "service": "x"}
        yield {**ticket, **named, "live": 0}


def _load_time(path: Path) -> Callable[[], float]:
    def load() -> float:
        """Seconds, the median of some."""
        times = []
        with contextlib.closing(connect_reader(path)) as connection:
            for _ in range(LOADS):
                began = time.perf_counter()
                loading.load(connection)
                times.append(time.perf_counter() - began)
        return statistics.median(times)

    return load


# ------------------------------------------------------------ row 11


def imports(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Row 11: the start of an empty hall against the import of what it has imported by then."""
    with rig(plan, directory, say) as there:
        hall, log = history.empty(there.directory / "hall"), there.directory / "imports.log"
        env = bytecode(there.directory)
        names = _packages(hall, there.server_cpus, env)
        parts: dict[str, Callable[[], float]] = {
            "start": lambda: _start_s(hall, there.server_cpus, env),
            "import": lambda: _import_s(names, there.server_cpus, log, env),
        }
        for part in parts.values():
            part()  # the bytecode is written, the disk's pages are in memory
        found = measure(plan.rounds, lambda: there.floor(0.0), parts, say)
    return [
        found.figure(
            "11",
            "启动到首个应答 / 导入其软件包 · start to first answer / import of its packages",
            lambda result: result["start"] / result["import"],
            lambda result: {f"{name}_s": result[name] for name in parts},
            must=1.3,
            stretch=1.15,
            note="to the first HTTP answer, which is later than the first accepted socket; bytecode is there",
        )
    ]


def bytecode(folder: Path) -> dict[str, str]:
    """The environment in which compiled modules are kept, so that a second start finds them; usually as it is."""
    if not sys.dont_write_bytecode:
        return {}
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def _packages(there: Premises, cpus: set[int], env: dict[str, str]) -> list[str]:
    """The modules of hallctl and others that a daemon imports until it is ready, in their order."""
    with Start(there, cpus, ("-X", "importtime"), env) as start:
        told = start.whole_log()
    return packages_of(told)


def packages_of(told: str) -> list[str]:
    """The names in the output of ``-X importtime``, without Python's own modules."""
    names = [match["name"] for match in IMPORTED.finditer(told)]
    return [name for name in names if name.partition(".")[0] not in sys.stdlib_module_names]


def _start_s(there: Premises, cpus: set[int], env: dict[str, str]) -> float:
    with Start(there, cpus, env=env) as start:
        return start.answered_s


def _import_s(names: Sequence[str], cpus: set[int], log: Path, env: dict[str, str]) -> float:
    process = Timed([sys.executable, "-m", "hallctl.bench.imports", *names], cpus, log, env)
    try:
        told = process.popen.stdout.read(1) if process.popen.stdout is not None else b""
        took = time.perf_counter() - process.began
    finally:
        process.end()
    if not told:
        raise child.BenchError(f"the imports fail: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
    return took


# ------------------------------------------------------------ a replay


_OPENED: Final = "SELECT seq FROM event WHERE type = 'day.opened' ORDER BY seq DESC LIMIT 1"


def replay_s(path: Path) -> float:
    """Seconds to read the journal's last day and to apply it to an empty state."""
    with contextlib.closing(connect_reader(path)) as connection:
        connection.execute("BEGIN")
        (first,) = connection.execute(_OPENED).fetchone()
        began = time.perf_counter()
        state = HallState(seq=first - 1)
        for record in journal.read(connection, first - 1):
            apply(state, record)
            state.noted.clear()
        return time.perf_counter() - began


SCENARIOS: Final = (loads, imports)
