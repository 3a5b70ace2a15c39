"""What a year in the file changes: starts, a replay, memory, and a question over all of it beside the hall's work.

The year's file is made once; empty hall, hall in the midst of its day, and the same day with a year behind it are
started in turn (issue's scenarios 7 and 8).
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from hallctl.bench import history, year
from hallctl.bench.child import Child
from hallctl.bench.figure import Figure, Plan, Say
from hallctl.bench.history import Start
from hallctl.bench.premises import Premises
from hallctl.bench.restart_figures import bytecode, replay_s
from hallctl.bench.rig import Profile, Rig, rig
from hallctl.bench.rounds import Rounds, measure
from hallctl.bench.spread import percentile
from hallctl.store.database import DATABASE

MIB: Final = 1024 * 1024

BESIDE: Final = Profile(windows=32, boards=0, how="paced", interval_s=0.8)
"""The hall's work beside the question: 40 presses a second."""

Result = Mapping[str, Any]
Numbers = Callable[[Result], dict[str, float]]


def over_a_year(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Scenarios 7 and 8: starts, replay, memory and the question; where the plan leaves the year out, without it."""
    size = year.size_of(plan)
    with rig(plan, directory, say) as there:
        halls = {
            "empty": history.empty(there.directory / "empty"),
            "day": history.county_day(there.directory / "day", say, size),
        }
        if plan.year:
            halls["year"] = history.with_year(there.directory / "year", say, size)
        figures = [*_start_figures(there, halls), *_replay_figures(there, halls, size)]
        if plan.year:
            figures.append(_question(there, halls["year"], size))
    return figures


# ------------------------------------------------------------ starts and memory


def _start_figures(there: Rig, halls: dict[str, Premises]) -> list[Figure]:
    env = bytecode(there.directory)
    parts = {name: partial(_started, there, hall, env) for name, hall in halls.items()}
    for part in parts.values():
        part()  # the bytecode is written, the tables are there
    found = measure(there.plan.rounds, lambda: there.floor(0.0), parts, there.say)
    last = list(halls)[-1]
    figures = [
        found.figure(
            "restart.start",
            "启动到首个应答 · process start to first answer",
            lambda result: result[last]["start_s"],
            _each(halls, "start_s", "start_cpu_s"),
            must=2.0,
            unit="s",
            note=f"hall: {last}",
        ),
        found.figure(
            "memory",
            "常驻内存 · resident memory of the daemon",
            lambda result: result[last]["memory_mib"],
            _each(halls, "memory_mib"),
            unit="MiB",
            note=f"hall: {last}, at its first answer",
        ),
    ]
    if "year" in halls:
        figures.append(_ratio(found, "restart.start_year", "启动 · start", lambda told: float(told["start_s"])))
    return figures


def _started(there: Rig, hall: Premises, env: dict[str, str]) -> dict[str, float]:
    with Start(hall, there.server_cpus, env=env) as start:
        resident = start.process.resident_bytes() / MIB
        return {"start_s": start.answered_s, "start_cpu_s": start.cpu_s, "memory_mib": resident}


def _each(halls: dict[str, Premises], *names: str) -> Numbers:
    """The numbers of every hall, for a figure's `absolute`: ``start_year_s``."""

    def numbers(result: Result) -> dict[str, float]:
        return {name.replace("_", f"_{hall}_", 1): result[hall][name] for name in names for hall in halls}

    return numbers


def _ratio(found: Rounds, row: str, what: str, value: Callable[[Any], float]) -> Figure:
    """The year's against the day's: nothing may grow with the file."""
    return found.figure(
        row,
        f"{what}：有一年数据 / 仅有当天 · with a year in the file / with the day only",
        lambda result: value(result["year"]) / value(result["day"]),
        must=1.2,
        stretch=1.05,
    )


# ------------------------------------------------------------ replay


def _replay_figures(there: Rig, halls: dict[str, Premises], size: year.Size) -> list[Figure]:
    worked = {name: hall for name, hall in halls.items() if hall.tokens}
    parts = {name: partial(replay_s, hall.data / DATABASE) for name, hall in worked.items()}
    found = measure(there.plan.rounds, lambda: there.floor(0.0), parts, there.say)
    figures = [
        found.figure(
            "restart.replay",
            "重放一天 · replay of a county's day",
            lambda result: result["day"],
            lambda result: {f"replay_{name}_s": result[name] for name in worked},
            must=0.5,
            unit="s",
            note=f"{size.events} events read and applied",
        )
    ]
    if "year" in worked:
        figures.append(_ratio(found, "restart.replay_year", "重放 · replay", float))
    return figures


# ------------------------------------------------------------ the question


def _question(there: Rig, hall: Premises, size: year.Size) -> Figure:
    """A press while somebody asks for the whole year / a press in quiet."""
    with Start(hall, there.server_cpus) as start, Child("question", there.load_cpus) as question:
        load = there.press(start.port, start.serving(BESIDE.windows))

        def quiet() -> list[float]:
            return there.run(start, load, BESIDE).answers_s()

        def beside() -> tuple[list[float], float]:
            question.begin("ask", path=str(hall.data / DATABASE), seconds=there.plan.seconds)
            answers = there.run(start, load, BESIDE).answers_s()
            return answers, question.result()["whole"]

        quiet()
        parts: dict[str, Callable[[], Any]] = {"quiet": quiet, "beside": beside}
        found = measure(there.plan.rounds, lambda: there.floor(BESIDE.event_s), parts, there.say)
        load.ask("close")
    return found.figure(
        "restart.question",
        "全年查询时叫号应答 / 平时 · answer p50 beside a question over the whole year / without",
        lambda result: percentile(result["beside"][0], 50) / percentile(result["quiet"], 50),
        _question_numbers,
        must=1.2,
        note=f"{size.days} days; the question is a process of its own on the load's processor, read only, idle class",
    )


def _question_numbers(result: Result) -> dict[str, float]:
    told = {"quiet": result["quiet"], "beside": result["beside"][0]}
    numbers = {f"{name}_p{p}_ms": percentile(told[name], p) * 1000 for name in told for p in (50, 99)}
    return {**numbers, "questions_answered": result["beside"][1]}


SCENARIOS: Final = (over_a_year,)
