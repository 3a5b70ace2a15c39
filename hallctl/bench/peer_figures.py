"""Measured as the peers were, for the page that compares: one issuer and four, one window and twenty, call → display.

Everybody asks again as soon as he is answered. What the peers reached on the same kind of machine stands in the notes.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from hallctl.bench import premises
from hallctl.bench.figure import Figure, Plan, Say
from hallctl.bench.rig import Profile, rig
from hallctl.bench.rounds import Rounds, measure
from hallctl.bench.sample import Sample, answer_numbers
from hallctl.bench.spread import percentile

WINDOWS: Final = 20
DISPLAYS: Final = 1
ISSUERS: Final = 4

CALLS_PER_S: Final = {1: 1000, WINDOWS: 3000}
"""More than so many windows call in a second."""

FQM: Final = "FQM: 45–106 calls/s, display after 0.8–2 s."
FQM_TWICE: Final = "FQM: 17 of 240 numbers issued twice, 42 of 400 tickets called twice."
THEQ: Final = "TheQ: 9–18 calls/s, p99 5 s with 20 windows."

CALL: Final = 0

Result = Mapping[str, Any]


def peers(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Rounds of all of them."""
    with rig(plan, directory, say) as there:
        place = there.premises(premises.hall_config(WINDOWS + 1, services=1), 500)
        ours = there.subject(place)
        issuers = {count: there.press(ours.port, ours.kiosks(count)) for count in (1, ISSUERS)}
        pads = ours.windows(WINDOWS + 1)  # the last one is the window that is measured alone
        windows = {1: there.press(ours.port, pads[WINDOWS:]), WINDOWS: there.press(ours.port, pads[:WINDOWS])}
        displays = there.readers(ours.port, ours.boards(DISPLAYS))

        def issue(count: int) -> Sample:
            return there.run(ours, issuers[count], Profile(count, DISPLAYS, "closed", takes=True), boards=displays)

        def call(count: int) -> Sample:
            profile = Profile(count, DISPLAYS, "closed", calls_per_s=CALLS_PER_S[count])
            return there.run(ours, windows[count], profile, boards=displays)

        found = measure(
            plan.rounds,
            lambda: there.floor(0.0),
            {
                "issue.1": lambda: issue(1),
                "issue.4": lambda: issue(ISSUERS),
                "call.1": lambda: call(1),
                "call.20": lambda: call(WINDOWS),
            },
            say,
        )
    return _figures(found)


def _figures(found: Rounds) -> list[Figure]:
    names = {
        "issue.1": ("numbers a second, 1 kiosk", ""),
        "issue.4": ("numbers a second, 4 kiosks", ""),
        "call.1": ("durable presses a second, 1 window", f"{FQM} {THEQ}"),
        "call.20": ("durable presses a second, 20 windows", f"{FQM} {THEQ}"),
    }
    figures = [_rate(found, part, name, note) for part, (name, note) in names.items()]
    figures.append(
        found.figure(
            "peer.display", "call → display, 1 window, p50", lambda r: _display_ms(r["call.1"], 50),
            lambda r: {f"display_p{p}_ms": _display_ms(r["call.1"], p) for p in (50, 90, 99)}, unit="ms", note=FQM,
        )
    )  # fmt: skip
    return [*figures, *_doubled(found)]


def _rate(found: Rounds, part: str, name: str, note: str) -> Figure:
    return found.figure(
        f"peer.{part}", name, lambda result: float(result[part].rate), lambda result: _absolute(result[part]),
        better="higher", unit="1/s", note=note,
    )  # fmt: skip


def _absolute(sample: Sample) -> dict[str, float]:
    calls = [press for press in sample.presses if press.step == CALL]
    return {**answer_numbers(sample), "calls_per_s": len(calls) / sample.seconds}


def _display_ms(sample: Sample, percent: float) -> float:
    """From the press of a call to the display's whole frame."""
    return percentile(sample.last_boards_s(CALL), percent) * 1000


def _doubled(found: Rounds) -> list[Figure]:
    """Over all rounds together: a number or a call given twice would be in different rounds as well."""
    figures = []
    for row, name, kind in (
        ("peer.issued_twice", "numbers issued twice", "issue"),
        ("peer.called_twice", "tickets called twice", "call"),
    ):
        parts = [part for part in ("issue.1", "issue.4", "call.1", "call.20") if part.startswith(kind)]
        tickets = [press.ticket for result in found.results for part in parts for press in result[part].presses
                   if press.step == CALL]  # fmt: skip
        twice = float(len(tickets) - len(set(tickets)))
        figures.append(
            Figure(
                row,
                f"{name}, of {len(tickets)}",
                [twice],
                must=0.0,
                unit="tickets",
                dropped=found.dropped,
                note=FQM_TWICE,
            )
        )
    return figures
