"""The same daemon without its disk, ``python -m hallctl.bench.unstored CONFIG DATA``: for one ratio only.

What is submitted counts as durable at the end of the loop's turn, so that commands of one turn are still one batch.
Reading, migrations and everything above the store are the daemon's own. Never run a hall with it.
"""

import asyncio
import runpy
import sys
from pathlib import Path
from typing import Any

from hallctl.engine import hall
from hallctl.store.database import Database, OnCommit, OnFlush, Write


class Unstored:
    """Stands where the engine expects the `Database`: writes nothing, passes on everything else."""

    def __init__(self, database: Database, on_commit: OnCommit) -> None:
        self._database = database
        self._on_commit = on_commit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    @classmethod
    def open(cls, directory: Path, on_commit: OnCommit, _on_flush: OnFlush) -> "Unstored":
        """As `Database.open`; nothing is flushed."""
        return cls(Database.open(directory, on_commit), on_commit)

    def submit(self, writes: list[Write]) -> None:
        """Nothing is kept."""
        asyncio.get_running_loop().call_soon(self._on_commit, writes, None)


def main(config: str, data: str) -> None:
    """Run the hall until SIGTERM."""
    vars(hall)["Database"] = Unstored
    sys.argv = ["hallctl", "run", "--config", config, "--data", data]
    runpy.run_module("hallctl", run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
