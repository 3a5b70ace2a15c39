"""Fills the data directory of a soak's hall in a process of its own, ``python -m tests.soak.furnisher``: a hall takes
the signals of its process for itself. Job: ``furnish``."""

from pathlib import Path
from typing import Any

from hallctl.clock import SystemClock
from tests.harness import FakeClock
from tests.soak.place import Size, furnish
from tests.soak.worker import Jobs, serve


async def _furnish(folder: str, size: dict[str, Any], at: int | None, hall_more: str) -> dict[str, str]:
    """The tokens. `at` (ms) is when it is done, None: now."""
    place = await furnish(Path(folder), Size(**size), SystemClock() if at is None else FakeClock(at), hall_more)
    return place.tokens


def _jobs() -> Jobs:
    return {"furnish": _furnish}


if __name__ == "__main__":
    serve(_jobs)
