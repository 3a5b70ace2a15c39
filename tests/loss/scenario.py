"""All faults of the loss table in order, and how large each is in the quick and in the full run."""

import asyncio
import sqlite3
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hallctl.client import Refused
from hallctl.errors import HallctlError
from tests.loss import damage, fault, kill, power, pressure
from tests.loss.power import Progress
from tests.loss.table import Row

Sizes = dict[str, int]

QUICK_S: Final = 90
FULL_S: Final = 3600


@dataclass(frozen=True)
class Scenario:
    """One row of the table: `run` takes a folder, `say` and the sizes."""

    name: str
    run: Callable[..., Awaitable[Row]]
    quick: Sizes = field(default_factory=dict)
    full: Sizes = field(default_factory=dict)


SCENARIOS: Final = (
    Scenario("kill", kill.kill_rounds, {"rounds": 5}, {"rounds": 200}),
    Scenario("dropped", power.dropped, {"cuts": 12, "answers": 60}, {"cuts": 200, "answers": 600}),
    Scenario("torn", power.torn, {"cuts": 12, "answers": 60}, {"cuts": 200, "answers": 600}),
    Scenario("control", power.control, {"cuts": 24, "answers": 30}, {"cuts": 50, "answers": 300}),
    Scenario("full_disk", fault.full_disk),
    Scenario("full_for_a_moment", fault.full_for_a_moment),
    Scenario("read_only", fault.read_only),
    Scenario("failing_sync", fault.failing_sync, {"cuts": 5}, {"cuts": 100}),
    Scenario("failing_write", fault.failing_write),
    Scenario("failing_checkpoint", fault.failing_checkpoint),
    Scenario("failing_read", fault.failing_read),
    Scenario("bad_pages", damage.bad_pages, {"pages": 4}, {"pages": 60}),
    Scenario("bad_log", damage.bad_log, {"rounds": 1}, {"rounds": 10}),
    Scenario("wrong_files", damage.wrong_files),
    Scenario("older_copy", damage.older_copy),
    Scenario("another_history", damage.page_of_another_history),
    Scenario("copy_beside_log", damage.copy_beside_log),
    Scenario("stale_lock", damage.stale_lock),
    Scenario("little_memory", pressure.little_memory, {"rounds": 2}, {"rounds": 30}),
    Scenario("no_memory_at_commit", pressure.no_memory_at_commit),
    Scenario("no_descriptors", pressure.no_descriptors),
)


async def run(scenario: Scenario, sizes: Sizes, say: Progress, most_s: int = FULL_S) -> Row:
    """Its row, in a temporary folder; one that breaks off is a row with that problem."""
    with tempfile.TemporaryDirectory(prefix="hallctl-loss-") as folder:
        try:
            async with asyncio.timeout(most_s):
                return await scenario.run(Path(folder), say=say, **sizes)
        except (AssertionError, TimeoutError, OSError, sqlite3.Error, HallctlError, Refused) as error:
            where = traceback.extract_tb(error.__traceback__)[-1]  # an assertion may have no other word
            problem = f"broke off: {type(error).__name__}: {error} ({where.filename}:{where.lineno})"
            return Row(scenario.name, recovered="no", problems=[problem[:2000]])
