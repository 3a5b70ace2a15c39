"""Clients that stop reading, among a thousand that read: row 8, and three of them.

Three daemons are measured in turn within a round, two of them with stuck clients whose buffers were filled beforehand.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from hallctl.bench import premises
from hallctl.bench.child import Child
from hallctl.bench.figure import Figure, Plan, Say
from hallctl.bench.rig import Profile, Rig, rig
from hallctl.bench.rounds import Rounds, measure
from hallctl.bench.sample import Sample
from hallctl.bench.spread import percentile
from hallctl.bench.subject import Subject

BOARDS: Final = 1000
WINDOWS: Final = 20
PACE_S: Final = 0.05
"""Seconds between two presses of the hall."""

FILLING: Final = 1500
"""Presses without pauses beforehand; together they are more than all buffers of a stuck client."""

WAITING: Final = 1500
STUCK_KIB: Final = 64 + 128
"""What a stuck client may cost: its queue of broadcasts, and as much as a socket's buffer."""

Result = Mapping[str, Any]


def stuck(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """A daemon without stuck clients, one with three, one with 3 %."""
    boards = max(1, round(BOARDS * plan.scale))
    counts = {"calm": 0, "three": 3, "many": max(1, boards * 3 // 100)}
    with rig(plan, directory, say) as there:
        place = there.premises(premises.hall_config(WINDOWS), WAITING)
        servers = {name: there.subject(place) for name in counts}
        profile = Profile(WINDOWS, boards, "paced", interval_s=PACE_S * WINDOWS)
        parts: dict[str, Callable[[], Sample]] = {}
        grown: dict[str, int] = {}
        for name, server in servers.items():
            readers = there.readers(server.port, server.boards(boards))
            there.readers(server.port, server.boards(counts[name], stuck=True))
            load = there.press(server.port, server.windows(WINDOWS))
            say("填满缓冲区 filling the buffers of those who do not read")
            grown[name] = _fill(there, server, load, readers)
            parts[name] = partial(there.run, server, load, profile, boards=readers, each_reader=True)
        found = measure(plan.rounds, lambda: there.floor(profile.event_s), parts, say)
    return _figures(found, boards, max(0.0, (grown["many"] - grown["calm"]) / 1024 / counts["many"]))


def _figures(found: Rounds, boards: int, grown_kib: float) -> list[Figure]:
    samples = [result[name] for result in found.results for name in ("three", "many")]
    late = [float(sample.behind + sample.gaps + sample.skipped + sample.closed) for sample in samples]
    return [
        found.figure("8", f"healthy boards' p99, 3 % of {boards} stuck", _ratio("many"), _absolute, must=1.3),
        found.figure("stuck.three", f"healthy boards' p99, 3 of {boards} stuck", _ratio("three"), _absolute, must=1.1),
        Figure("8.late", "healthy boards that missed or skipped a frame", late, must=0.0, unit="boards"),
        Figure(
            "8.memory", "daemon's memory for each stuck client", [grown_kib], must=STUCK_KIB, unit="KiB",
            note="Resident memory grown while the buffers were filled, beyond that of the daemon without them.",
        ),
    ]  # fmt: skip


def _fill(there: Rig, server: Subject, load: Child, readers: Child) -> int:
    """Press without pauses until every buffer of a stuck client is full; bytes that the daemon has grown."""
    filling = Profile(WINDOWS, 0, "closed", calls_per_s=FILLING)
    there.stock(server, FILLING)
    before = server.process.resident_bytes()
    there.run(server, load, filling, boards=readers, seconds=60.0, count=FILLING)
    return server.process.resident_bytes() - before


def _ratio(name: str) -> Callable[[Result], float]:
    """Of a round: the p99 of the healthy boards beside stuck ones to that without."""

    def ratio(result: Result) -> float:
        beside, calm = (percentile(result[part].reader_delays_s(), 99) for part in (name, "calm"))
        return beside / calm

    return ratio


def _absolute(result: Result) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for name in ("calm", "three", "many"):
        delays = result[name].reader_delays_s()
        numbers |= {f"{name}_board_p{p}_ms": percentile(delays, p) * 1000 for p in (50, 90, 99)}
    return numbers
