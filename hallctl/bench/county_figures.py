"""The county hall at 08:30: 96 windows press next within 50 ms, 320 clients watch.

The clients are the pages of such a hall: 96 windows, each pressing and watching on one connection, 8 kiosks, 96 rating
pads, and boards for the rest. The bursts of calls count; those that start and finish the tickets are between them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from hallctl.bench import premises
from hallctl.bench.figure import Figure, Plan, Say
from hallctl.bench.rig import Profile, rig
from hallctl.bench.rounds import Rounds, measure
from hallctl.bench.sample import NS, Press, Sample
from hallctl.bench.spread import percentile
from hallctl.bench.subject import Subject

CLIENTS: Final = 320
SPREAD_S: Final = 0.05
BURST_S: Final = 0.25
"""Seconds between two bursts."""

BURSTS: Final = 12
"""Bursts of a round at least: four of them are calls."""

CALL: Final = 0
"""Index of the call in the cycle of presses."""

WAITING: Final = 1000

NOTE: Final = "The clients that are told are those that do not press; the windows read the same frames."

Result = Mapping[str, Any]


def county(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Rounds of bursts."""
    with rig(plan, directory, say) as there:
        place = there.premises(premises.county_config(), WAITING)
        ours = there.subject(place)
        windows = ours.windows(len(place.windows), subscribe=True, role="window")
        pages = _pages(ours, there.scaled(CLIENTS) - len(windows))
        clients = len(windows) + len(pages)
        load, readers = there.press(ours.port, windows), there.readers(ours.port, pages)
        profile = Profile(len(windows), clients, "burst", interval_s=BURST_S, spread_s=SPREAD_S)
        seconds = max(plan.seconds, BURSTS * BURST_S)
        size = _frame_bytes(there.run(ours, load, profile, boards=readers, seconds=BURST_S * 3))

        found = measure(
            plan.rounds,
            lambda: there.floor(profile.event_s),
            {
                "subject": lambda: there.run(ours, load, profile, boards=readers, seconds=seconds),
                "fan": lambda: there.fan(len(pages), size, profile.event_s),
            },
            say,
        )
    return _figures(found, len(windows), clients)


def _figures(found: Rounds, windows: int, clients: int) -> list[Figure]:
    name = f"of {windows} windows that press next within 50 ms, {clients} clients"
    return [
        found.figure(
            "county.answer",
            f"last answer {name}, worst burst",
            lambda r: _last(r, _answer) * 1000,
            _absolute,
            must=50.0,
            unit="ms",
        ),
        found.figure(
            "county.board",
            f"last client told {name}, worst burst",
            lambda r: _last(r, _told) * 1000,
            must=100.0,
            unit="ms",
            note=NOTE,
        ),
        found.figure(
            "county.answer_ratio",
            "last answer / (append + fdatasync + round trip)",
            lambda r: _last(r, _answer) / r["floor"].answer_s,
        ),
        found.figure(
            "county.board_ratio",
            "last client told / (append + fdatasync + raw fan-out)",
            lambda r: _last(r, _told) / (r["floor"].flush_s + percentile(r["fan"].last_s, 50)),
        ),
    ]


def _pages(ours: Subject, count: int) -> list[dict[str, Any]]:
    """Who watches and does not press: kiosks, rating pads, and boards for the rest."""
    tokens, there = ours.premises.tokens, ours.premises
    places = [("kiosk", kiosk) for kiosk in there.kiosks] + [("rating", window) for window in there.windows]
    pages: list[dict[str, Any]] = [
        {"speech": "hall", "role": role, "token": tokens[f"{role} {place}"], "place": place, "count": 1}
        for role, place in places[: max(0, count)]
    ]
    boards = [{"speech": "hall", "role": "board", "token": tokens["board"], "count": 1}]
    return pages + boards * max(1, count - len(pages))


def _answer(sample: Sample) -> dict[Press, float]:
    return {press: press.answer_s for press in sample.presses}


def _told(sample: Sample) -> dict[Press, float]:
    return {press: (max(f.last_ns for f in telling) - press.sent_ns) * NS for press, telling in sample.told()}


def _last(result: Result, seconds_of: Any, percent: float = 100) -> float:
    """The slowest of each burst of calls, in seconds: the worst burst of a round, or the `percent`-th of them."""
    sample: Sample = result["subject"]
    calls = {press: seconds for press, seconds in seconds_of(sample).items() if press.step == CALL}
    slowest: list[float] = []
    began = 0
    for press in sorted(calls, key=lambda press: press.sent_ns):
        if press.sent_ns - began > BURST_S / NS / 2:
            began = press.sent_ns
            slowest.append(0.0)
        slowest[-1] = max(slowest[-1], calls[press])
    return percentile(slowest, percent)


def _absolute(result: Result) -> dict[str, float]:
    sample: Sample = result["subject"]
    answers = sample.answers_s(CALL)
    told = [seconds for press, seconds in _told(sample).items() if press.step == CALL]
    return {
        "usual_last_answer_ms": _last(result, _answer, 50) * 1000,
        "usual_last_client_ms": _last(result, _told, 50) * 1000,
        **{f"answer_p{p}_ms": percentile(answers, p) * 1000 for p in (50, 90, 99)},
        **{f"last_client_p{p}_ms": percentile(told, p) * 1000 for p in (50, 90, 99)},
        "cpu_us_per_press": sample.cpu_us,
        "behind": sample.behind,
        "skipped": sample.skipped,
        "gaps": sample.gaps,
        **result["floor"].absolute(),
        "raw_fan_out_p50_ms": percentile(result["fan"].last_s, 50) * 1000,
    }


def _frame_bytes(sample: Sample) -> int:
    return int(percentile([frame.size for frame in sample.frames], 50))
