"""How much a hall can take: rows 5 and 13, the peers' figures, and the same daemon without its disk.

A hundred windows press without pauses, nobody watches. A press is one durable command of the cycle call, start, finish;
the peers' figure is of calls that close the ticket before in the same request, so calls are told beside the presses.
The floor's disk is flushed as often as the daemon commits: one that is kept busier answers faster.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from hallctl.bench import premises
from hallctl.bench.answer_figures import LIMIT
from hallctl.bench.child import Child
from hallctl.bench.figure import Figure, Plan, Say
from hallctl.bench.rig import Profile, Rig, rig
from hallctl.bench.rounds import Rounds, measure
from hallctl.bench.sample import Sample, answer_numbers
from hallctl.bench.subject import Subject

WINDOWS: Final = 100
WAITING: Final = 2000

MOST_CALLS_PER_S: Final = 8000
"""More than a daemon calls in a second; so many wait for each second of load."""

FQM_CALLS_PER_S: Final = 106
THEQ_CALLS_PER_S: Final = 18
"""The best that the peers reached on one machine."""

ON_ONE_PROCESSOR: Final = "what the hall's own work on one processor leaves room for"

PROBE_S: Final = 0.5

Result = Mapping[str, Any]


def saturation(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Rounds of the daemon, the daemon without its disk, the bare stack, and the comparator."""
    with rig(plan, directory, say) as there:
        profile = Profile(there.scaled(WINDOWS), 0, "closed", calls_per_s=MOST_CALLS_PER_S)
        place = there.premises(premises.hall_config(profile.windows), WAITING)
        ours, unstored = there.subject(place), there.subject(place, stored=False)
        bare = there.bare()
        other = there.comparator(place.services, int(plan.seconds * plan.rounds * MOST_CALLS_PER_S))
        loads = [there.press(server.port, server.windows(profile.windows)) for server in (ours, unstored, bare)]
        commit_s = _commit_s(there, ours, loads[0], profile)
        plain = there.press(other.port, other.windows(place.windows, place.services), plain=True)

        found = measure(
            plan.rounds,
            lambda: there.floor(commit_s),
            {
                "subject": lambda: there.run(ours, loads[0], profile),
                "unstored": lambda: there.run(unstored, loads[1], profile),
                "limit": lambda: there.run(bare, loads[2], profile),
                "comparator": lambda: there.run(other, plain, profile),
            },
            say,
        )
    return _figures(found)


def _commit_s(there: Rig, server: Subject, load: Child, profile: Profile) -> float:
    """Seconds between two of the daemon's commits under this load: as often the floor's disk is asked. One board counts
    them, a frame for each; it hangs up before anything is measured."""
    with there.readers(server.port, server.boards(1)) as board:
        sample = there.run(server, load, profile, boards=board, seconds=PROBE_S)
    return sample.seconds / max(1, len(sample.frames))


def _per_flush(found: Rounds, row: str, what: str, server: str, note: str) -> Figure:
    """Row 5 of one of the other servers that were measured beside."""
    return found.figure(
        row,
        what,
        lambda result: result[server].rate * result["floor"].flush_s,
        lambda result: {"presses_per_s": result[server].rate},
        better="higher",
        note=note,
    )


def _figures(found: Rounds) -> list[Figure]:
    def rate(result: Result) -> float:
        return float(result["subject"].rate)

    def calls(result: Result) -> float:
        sample: Sample = result["subject"]
        return sum(press.step == 0 for press in sample.presses) / sample.seconds

    def absolute(result: Result) -> dict[str, float]:
        return {
            **answer_numbers(result["subject"]),
            **result["floor"].absolute(),
            "calls_per_s": calls(result),
            "unstored_presses_per_s": result["unstored"].rate,
            "comparator_presses_per_s": result["comparator"].rate,
        }

    note = "A press is one durable command; a citizen takes three (call, start, finish)."
    goal = float(max(20 * FQM_CALLS_PER_S, 100 * THEQ_CALLS_PER_S))
    return [
        found.figure(
            "5", "durable commands per append + fdatasync, 100 windows",
            lambda result: rate(result) * result["floor"].flush_s, absolute, must=2.0, stretch=4.0, better="higher",
        ),
        _per_flush(found, "5.limit", "the same of the stack without a hall", "limit", LIMIT),
        _per_flush(found, "5.unstored", "the same of the daemon without its disk", "unstored", ON_ONE_PROCESSOR),
        found.figure(
            "saturation.rate", "durable presses a second, 100 windows, 0 boards", rate, absolute,
            must=goal, better="higher", unit="1/s", note=f"{note} 20 × FQM, 100 × TheQ.",
        ),
        found.figure(
            "saturation.calls", "tickets called a second, in the same load", calls,
            better="higher", unit="1/s", note=note,
        ),
        found.figure(
            "saturation.unstored", "presses a second to those of the same daemon without its disk",
            lambda result: rate(result) / result["unstored"].rate, must=0.5, better="higher",
        ),
        found.figure(
            "13.rate", "presses a second to the comparator's, 100 windows",
            lambda result: rate(result) / result["comparator"].rate, must=40.0, better="higher",
        ),
    ]  # fmt: skip
