"""Answers and boards at the pace of a hall: rows 1, 2, 3, 4, 6, 7 and 13, and one window alone.

The floor of an answer is one append with fdatasync and one round trip over TCP; that of a board one append with
fdatasync and one frame sent to as many bare sockets. Both at the load's own pacing, in the same round.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from hallctl.bench import premises, shim
from hallctl.bench.child import Child
from hallctl.bench.figure import Figure, Plan, Say
from hallctl.bench.rig import Profile, Rig, rig
from hallctl.bench.rounds import Rounds, measure
from hallctl.bench.sample import Sample, answer_numbers
from hallctl.bench.spread import percentile
from hallctl.bench.subject import Subject

WINDOWS: Final = 100
BOARDS: Final = 1000
FEW_BOARDS: Final = 100
HALL_S: Final = 10.0
"""Seconds between two presses at one window of a busy hall."""

ALONE_S: Final = 0.05
"""Seconds between two presses at one window that is watched closely."""

TAIL_S: Final = 10.0
"""Of load at that pace, at least: the 99th percentile of fewer than a hundred presses is the slowest of them."""

CALLS_PER_S: Final = 1000
"""More than one window calls in a second."""

PROBE_S: Final = 0.5

WAITING: Final = 600

LIMITED: Final = "answer p50 of the stack without a hall, the same"
LIMIT: Final = "uvloop, one frame, one page committed by the same writer, one frame; no rules, no journal, no boards"

Result = Mapping[str, Any]


def hall(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Rows 1, 6 and 13: a hundred windows, a press in ten seconds each, a thousand boards; beside it the comparator,
    and the stack without the hall."""
    with rig(plan, directory, say) as there:
        boards = there.scaled(BOARDS)
        profile = Profile(there.scaled(WINDOWS), boards, "paced", interval_s=HALL_S * plan.scale)
        place = there.premises(premises.hall_config(profile.windows), WAITING)
        ours = there.subject(place)
        other = there.comparator(place.services, WAITING)
        bare = there.bare()
        loads = [
            there.press(ours.port, ours.windows(profile.windows)),
            there.press(bare.port, bare.windows(profile.windows)),
            there.press(other.port, other.windows(place.windows, place.services), plain=True),
        ]
        readers = [
            there.readers(ours.port, ours.boards(boards)),
            there.readers(other.port, [{"speech": "plain", "count": boards}]),
        ]
        size = _frame_bytes(there, ours, loads[0], profile, readers[0])
        found = measure(
            plan.rounds,
            lambda: there.floor(profile.event_s),
            {
                "subject": lambda: there.run(ours, loads[0], profile, boards=readers[0]),
                "limit": lambda: there.run(bare, loads[1], profile),
                "comparator": lambda: there.run(other, loads[2], profile, boards=readers[1]),
                "fan": lambda: there.fan(boards, size, profile.event_s),
            },
            say,
        )
    return [*_hall_answers(found), _boards("6", f"last of {boards} boards", found, 2.5, 1.6)]


def _hall_answers(found: Rounds) -> list[Figure]:
    def against(result: Result) -> float:
        return percentile(result["comparator"].answers_s(), 50) / percentile(result["subject"].answers_s(), 50)

    def beside(result: Result) -> dict[str, float]:
        numbers = answer_numbers(result["comparator"])
        return {f"comparator_{name}": value for name, value in numbers.items()}

    return [
        found.figure("1", "answer p50, hall profile", answer_ratio(50), numbers, must=2.2, stretch=1.7),
        found.figure("1.p99", "answer p99, hall profile", answer_ratio(99), numbers),
        _limit("1.limit", found),
        found.figure(
            "13.answer", "comparator's answer p50 / ours, hall profile", against, beside, must=10.0, better="higher"
        ),
    ]


def delayed(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Row 2: one window at the hall's rate of presses, a thousand boards, on a disk that flushes slower."""
    goals = {1000: (1.3, 1.12), 5000: (1.12, 1.06)}
    figures = []
    for delay_us in plan.flush_delays_us:
        must, stretch = goals.get(delay_us, (None, None))
        name = f"answer p50, 1 window, flush + {delay_us / 1000:g} ms"
        row = f"2.{delay_us}us"
        profile = Profile(1, BOARDS, "paced", interval_s=HALL_S / WINDOWS)
        found = _slowed(plan, directory, say, profile, delay_us)
        if found is None:
            figures.append(Figure(row, name, [], must, stretch, note=shim.MISSING))
        else:
            figures.append(found.figure(row, name, answer_ratio(50), numbers, must=must, stretch=stretch))
            figures.append(_limit(f"{row}.limit", found))
    return figures


def burst(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Row 4: twenty windows press at once, on a disk that flushes 5 ms slower."""
    name = "answer p50, burst of 20 windows, flush + 5 ms"
    profile = Profile(20, FEW_BOARDS, "burst", interval_s=0.25)
    found = _slowed(plan, directory, say, profile, 5000)
    if found is None:
        return [Figure("4", name, [], 2.5, 2.0, note=shim.MISSING)]
    return [found.figure("4", name, answer_ratio(50), numbers, must=2.5, stretch=2.0)]


def _slowed(plan: Plan, directory: Path, say: Say, profile: Profile, delay_us: int) -> Rounds | None:
    """Rounds of the profile on a slower disk, floor, daemon and bare stack alike; None without a compiler."""
    with rig(plan, directory, say) as there:
        library = shim.build(there.directory) if delay_us else None
        if library is None and delay_us:
            return None
        env = shim.slower(library, delay_us) if library else {}
        place = there.premises(premises.hall_config(profile.windows), WAITING)
        ours = there.subject(place, env=env)
        load = there.press(ours.port, ours.windows(profile.windows))
        readers = there.readers(ours.port, ours.boards(there.scaled(profile.boards)))
        bare = there.bare(env)
        bare_load = there.press(bare.port, bare.windows(profile.windows))
        return measure(
            plan.rounds,
            lambda: there.floor(profile.event_s, env),
            {
                "subject": lambda: there.run(ours, load, profile, boards=readers),
                "limit": lambda: there.run(bare, bare_load, profile),
            },
            say,
        )


def alone(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Row 3, and one window every 50 ms before 100 boards: answer and last board."""
    seconds = max(plan.seconds, TAIL_S) if plan.scale >= 1 else plan.seconds
    with rig(replace(plan, seconds=seconds), directory, say) as there:
        boards = there.scaled(FEW_BOARDS)
        found = _one_window(there, Profile(1, boards, "paced", interval_s=ALONE_S), limit=True)
    name = f"1 window every 50 ms, {boards} boards"
    return [
        found.figure("3", f"answer p99, {name}", answer_ratio(99), numbers, must=5.0, stretch=3.0),
        found.figure("alone.answer", f"answer p50, {name}", answer_ratio(50), numbers, must=2.1),
        _limit("alone.limit", found),
        _boards("alone.board", f"last board, {name}", found, 2.0, None),
    ]


def closed(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """One window without pauses before 1,000 boards: the answer, while the last frames are still being sent."""
    with rig(plan, directory, say) as there:
        boards = there.scaled(BOARDS)
        found = _one_window(there, Profile(1, boards, "closed", calls_per_s=CALLS_PER_S))
    name = f"closed loop, 1 window, {boards} boards"
    return [found.figure("closed.answer", f"answer p50, {name}", answer_ratio(50), numbers, must=5.0)]


def fan_out(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Row 7: the server's CPU for an event to 1,000 boards, less what it costs without them, to that of a bare loop."""
    with rig(plan, directory, say) as there:
        boards = there.scaled(BOARDS)
        found = _one_window(there, Profile(1, boards, "paced", interval_s=ALONE_S), without=True)

    def ratio(result: Result) -> float:
        return float((result["subject"].cpu_us - result["without"].cpu_us) / (result["fan"].cpu_s * 1e6))

    def absolute(result: Result) -> dict[str, float]:
        return {
            "cpu_us_per_event": result["subject"].cpu_us,
            "cpu_us_per_event_without_boards": result["without"].cpu_us,
            "raw_cpu_us_per_event": result["fan"].cpu_s * 1e6,
        }

    return [found.figure("7", f"fan-out CPU per event, {boards} boards", ratio, absolute, must=1.6, stretch=1.2)]


def _one_window(there: Rig, profile: Profile, *, without: bool = False, limit: bool = False) -> Rounds:
    """Rounds of one window that presses; `without`: also with no board at all, `limit`: also at the bare stack."""
    place = there.premises(premises.hall_config(1), WAITING)
    ours = there.subject(place)
    load = there.press(ours.port, ours.windows(1))
    readers = there.readers(ours.port, ours.boards(profile.boards))
    size = _frame_bytes(there, ours, load, profile, readers)
    event_s = profile.event_s or _answer_s(there.run(ours, load, profile, boards=readers, seconds=PROBE_S))
    parts: dict[str, Any] = {
        "subject": lambda: there.run(ours, load, profile, boards=readers),
        "fan": lambda: there.fan(profile.boards, size, event_s),
    }
    if without:
        unseen = there.subject(place)
        unseen_load = there.press(unseen.port, unseen.windows(1))
        parts["without"] = lambda: there.run(unseen, unseen_load, profile)
    if limit:
        bare = there.bare()
        bare_load = there.press(bare.port, bare.windows(1))
        parts["limit"] = lambda: there.run(bare, bare_load, profile)
    return measure(there.plan.rounds, lambda: there.floor(event_s), parts, there.say)


def _answer_s(sample: Sample) -> float:
    """Seconds between two presses of a load without pauses: the pacing of its floor."""
    return sample.seconds / len(sample.presses)


def answer_ratio(percent: float, who: str = "subject") -> Any:
    """Of a round: the answers of one of its parts to append + fdatasync + round trip."""
    return lambda result: percentile(result[who].answers_s(), percent) / result["floor"].answer_s


def _limit(row: str, found: Rounds) -> Figure:
    """The answers of a stack that knows no hall, under the same load in the same rounds."""

    def absolute(result: Result) -> dict[str, float]:
        times = percentile(result["subject"].answers_s(), 50) / percentile(result["limit"].answers_s(), 50)
        return {**answer_numbers(result["limit"]), "daemon_times": times}

    return found.figure(row, LIMITED, answer_ratio(50, "limit"), absolute, note=LIMIT)


def numbers(result: Result) -> dict[str, float]:
    """Of a round: the subject's answers and the floor's parts."""
    return {**answer_numbers(result["subject"]), **result["floor"].absolute()}


def _boards(row: str, name: str, found: Rounds, must: float, stretch: float | None) -> Figure:
    """The last board to append + fdatasync + raw fan-out; both medians over the events."""

    def ratio(result: Result) -> float:
        floor = result["floor"].flush_s + percentile(result["fan"].last_s, 50)
        return float(percentile(result["subject"].last_boards_s(), 50) / floor)

    def absolute(result: Result) -> dict[str, float]:
        last = result["subject"].last_boards_s()
        first = result["subject"].first_boards_s()
        return {
            **{f"last_board_p{p}_ms": percentile(last, p) * 1000 for p in (50, 90, 99)},
            "first_board_p50_ms": percentile(first, 50) * 1000,
            "raw_fan_out_p50_ms": percentile(result["fan"].last_s, 50) * 1000,
            "flush_p50_ms": result["floor"].flush_s * 1000,
            "gaps": result["subject"].gaps,
            "behind": result["subject"].behind,
        }

    return found.figure(row, name, ratio, absolute, must=must, stretch=stretch)


def _frame_bytes(there: Rig, server: Subject, load: Child, profile: Profile, readers: Child) -> int:
    """Bytes of the frame that tells of one press: what the raw fan-out sends. A few presses, unmeasured."""
    few = replace(profile, how="paced", interval_s=0.05 * profile.windows)
    sample = there.run(server, load, few, boards=readers, seconds=5.0, count=6)
    return int(percentile([frame.size for frame in sample.frames], 50))
