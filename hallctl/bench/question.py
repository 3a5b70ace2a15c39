"""Somebody who asks for the whole year beside the hall: ``python -m hallctl.bench.question``, which reads the file.

It reads as anybody may: with a connection that cannot write, when the processor has nothing else to do (SCHED_IDLE).
Job: ``ask``.
"""

import contextlib
import os
import sqlite3
import time
from pathlib import Path
from typing import Final

from hallctl.bench import child
from hallctl.store.database import connect_reader

QUESTIONS: Final = (
    "SELECT day, service, count(*), avg(first_called_at - taken_at), avg(ended_at - started_at)"
    " FROM ticket GROUP BY day, service",
    "SELECT type, count(*), max(at) FROM event GROUP BY type",
)
"""Waiting and service of each day and service; how often each event happened."""

STEPS: Final = 20_000
"""Instructions of SQLite's machine between two looks at the clock."""


def ask(path: str, seconds: float) -> dict[str, float]:
    """Ask again and again for so many seconds; how many questions were answered whole, and the rows of the last one."""
    until = time.monotonic() + seconds
    whole, rows = 0, 0
    with contextlib.closing(connect_reader(Path(path))) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > until, STEPS)
        with contextlib.suppress(sqlite3.OperationalError):  # interrupted, at its time
            while time.monotonic() < until:
                for question in QUESTIONS:
                    rows = len(connection.execute(question).fetchall())
                    whole += 1
    return {"whole": whole, "rows": rows}


if __name__ == "__main__":
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    child.serve({"ask": ask})
