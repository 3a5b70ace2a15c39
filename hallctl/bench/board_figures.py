"""Clients that stop reading, among a thousand that read: row 8, and three of them.

Two daemons are measured in turn within a round, one of them with stuck clients whose buffers were filled beforehand.
"""

from collections.abc import Mapping
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
    """3 % stuck, then three."""
    boards = max(1, round(BOARDS * plan.scale))
    many, grown_kib = _rounds(plan, directory, say, boards, max(1, boards * 3 // 100))
    few, _grown = _rounds(plan, directory, say, boards, 3)
    late = [float(sample.behind + sample.gaps + sample.skipped + sample.closed) for sample in _tried(many, few)]
    return [
        many.figure("8", f"healthy boards' p99, 3 % of {boards} stuck", _ratio, _absolute, must=1.3),
        few.figure("stuck.three", f"healthy boards' p99, 3 of {boards} stuck", _ratio, _absolute, must=1.1),
        Figure("8.late", "healthy boards that missed or skipped a frame", late, must=0.0, unit="boards"),
        Figure(
            "8.memory", "daemon's memory for each stuck client", [grown_kib], must=STUCK_KIB, unit="KiB",
            note="Resident memory grown while the buffers were filled, beyond that of the daemon without them.",
        ),
    ]  # fmt: skip


def _tried(*found: Rounds) -> list[Sample]:
    return [result["tried"] for rounds in found for result in rounds.results]


def _rounds(plan: Plan, directory: Path, say: Say, boards: int, stuck: int) -> tuple[Rounds, float]:
    """The rounds, and KiB grown for each stuck client."""
    profile = Profile(WINDOWS, boards, "paced", interval_s=PACE_S * WINDOWS)
    with rig(plan, directory, say) as there:
        place = there.premises(premises.hall_config(WINDOWS), WAITING)
        calm, tried = there.subject(place), there.subject(place)
        readers = {server.port: there.readers(server.port, server.boards(boards)) for server in (calm, tried)}
        there.readers(tried.port, tried.boards(stuck, stuck=True))
        loads = {server.port: there.press(server.port, server.windows(WINDOWS)) for server in (calm, tried)}
        say("填满缓冲区 filling the buffers of those who do not read")
        grown = [_fill(there, server, loads[server.port], readers[server.port]) for server in (calm, tried)]

        def one(server: Subject) -> Sample:
            return there.run(server, loads[server.port], profile, boards=readers[server.port], each_reader=True)

        found = measure(
            plan.rounds,
            lambda: there.floor(profile.event_s),
            {"calm": lambda: one(calm), "tried": lambda: one(tried)},
            say,
        )
    return found, max(0.0, (grown[1] - grown[0]) / 1024 / stuck)


def _fill(there: Rig, server: Subject, load: Child, readers: Child) -> int:
    """Press without pauses until every buffer of a stuck client is full; bytes that the daemon has grown."""
    filling = Profile(WINDOWS, 0, "closed", calls_per_s=FILLING)
    there.stock(server, FILLING)
    before = server.process.resident_bytes()
    there.run(server, load, filling, boards=readers, seconds=60.0, count=FILLING)
    return server.process.resident_bytes() - before


def _ratio(result: Result) -> float:
    tried, calm = (percentile(result[name].reader_delays_s(), 99) for name in ("tried", "calm"))
    return tried / calm


def _absolute(result: Result) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for name in ("calm", "tried"):
        delays = result[name].reader_delays_s()
        numbers |= {f"{name}_board_p{p}_ms": percentile(delays, p) * 1000 for p in (50, 90, 99)}
    return numbers
