"""Which estimate of the wait is right most often: at each take several are noted, later the wait that it was.

Estimators: ``naive``, (people ahead + ½) × mean service ÷ open windows; ``LES`` and ``HOL``, the wait of the one called
last and of the one who waits longest (R. Ibrahim and W. Whitt, Real-time delay estimation based on delay history,
Manufacturing & Service Operations Management 11(3), 2009); ``look-ahead``, a small simulation of who is there; with
``+`` also of whom to expect, and of fewer windows over noon; ``hall``, the one that is shipped
(`hallctl.domain.estimator`), whose range is looked at too. All say 0 where a window is idle and nobody is ahead, and
nothing while none is open.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from msgspec.structs import replace

from hallctl.config import HallConfig
from hallctl.domain import waits
from hallctl.domain.apply import waits_since
from hallctl.domain.estimator import Standing, coming_ms, estimate, open_desks, turn_ms, with_fewer_windows
from hallctl.domain.model import RANK, Ticket
from hallctl.domain.opening import service_ms_between
from hallctl.domain.state import HallState
from hallctl.lab.case import Case, of_profile, profile_of
from hallctl.lab.day import Day
from hallctl.lab.look_ahead import look_ahead
from hallctl.lab.script import MINUTE_MS, Script
from hallctl.lab.setting import setting
from hallctl.lab.table import number

HALL: Final = "hall"
NAMES: Final = ("naive", "LES", "HOL", "look-ahead", "look-ahead +", HALL)

Said = dict[str, float]
"""What estimators say, by name; ms, or minutes in a `Sample`."""


class Sample(NamedTuple):
    """A take: the queue, how many of its services were done, the wait that was (minutes of working time), what each
    estimator said, the range told (minutes)."""

    queue: str
    done: int
    wait: float
    said: Said
    range: tuple[float, float]


@dataclass(slots=True)
class History:
    """The wait of the one called last in each queue, ms."""

    last: dict[str, int] = field(default_factory=dict)
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    def look(self, day: Day) -> None:
        """Who was called since the last look; of several in one moment the mean."""
        for queue, tally in day.state.tallies.items():
            called, waited = self.seen.get(queue, (0, 0))
            if tally.called > called:
                self.last[queue] = (tally.wait_sum_ms - waited) // (tally.called - called)
            self.seen[queue] = (tally.called, tally.wait_sum_ms)


# ---------------------------------------------------------------- estimators


def naive_ms(state: HallState, ticket: Ticket, desks: int) -> float:
    """Those of its class and better ones are ahead; the mean is today's, before it the config's."""
    lanes = state.standing("service", ticket.queue).items()
    people = sum(len(lane) for priority, lane in lanes if RANK[priority] <= RANK[ticket.priority]) - 1
    usual = state.layout.services[ticket.queue].mean_s * 1000
    return (people + 0.5) * (state.tally(ticket.queue).serve_mean_ms or usual) / desks


def head_ms(state: HallState, ticket: Ticket, now: int) -> float:
    """How long the one has waited who waits longest; 0 where nobody does."""
    heads = [lane[0][2] for lane in state.standing("service", ticket.queue).values() if lane]
    return max((now - waits_since(state.tickets[head]) for head in heads), default=0)


def rivals_ms(state: HallState, me: Standing, ticket: Ticket, now: int, history: History) -> Said:
    """What all but the hall's own say where one has to wait."""
    desks = len(open_desks(state, me.queue))
    naive = naive_ms(state, ticket, desks)
    played = look_ahead(state, ticket, now)
    played = naive if played is None else played
    turn = turn_ms(state, me.queue)
    more = coming_ms(state, me, now, played, turn / desks)
    return {
        "naive": naive,
        "LES": history.last.get(me.queue, naive),
        "HOL": head_ms(state, ticket, now),
        "look-ahead": played,
        "look-ahead +": with_fewer_windows(state.layout.hours, now, played + more, desks, turn),
    }


# ---------------------------------------------------------------- days


@dataclass(frozen=True, slots=True)
class Scene:
    """Days of a hall. From the `since`-th service of a queue on its takes count. `mean_s`: the config knows no better
    for any service; `rest_s`: clerks pause for so long after each."""

    title: str
    profile: str
    pairs: tuple[str, ...] = ()
    since: int = 5
    mean_s: int | None = None
    rest_s: int = 0

    def case(self) -> Case:
        """The hall and its days."""
        return of_profile(profile_of(self.profile), setting(self.pairs))

    def play(self, seed: int, rivals: bool = True) -> list[Sample]:
        """The takes of one day; without `rivals` only the hall's own estimator speaks, which is quicker."""
        case = self.case()
        script = case.script(seed)
        if self.rest_s:
            visits = tuple(replace(visit, rest_ms=self.rest_s * 1000) for visit in script.visits)
            script = replace(script, visits=visits)
        return [sample for sample in takes(self._hall(case.config), script, rivals) if sample.done >= self.since]

    def _hall(self, config: HallConfig) -> HallConfig:
        if self.mean_s is None:
            return config
        services = [service.model_copy(update={"mean_s": self.mean_s}) for service in config.services]
        return config.model_copy(update={"services": services})


def takes(config: HallConfig, script: Script, rivals: bool) -> list[Sample]:
    """All takes of a day that were called later, and about which something was said."""
    noted: dict[str, tuple[str, int, Said, waits.Range]] = {}
    history = History()
    layout = config.layout()

    def taken(day: Day, key: str) -> None:
        state, now = day.state, day.course.now
        ticket = state.tickets[key]
        me = Standing(ticket.queue, ticket.priority, ticket.place, ticket.seq, waits.position(state, ticket, now))
        found = estimate(state, me, now)
        told = waits.told(found)
        if found is not None and told is not None:
            said = dict.fromkeys(NAMES, 0.0) | {HALL: found.wait_ms}
            if rivals and found.services:
                said |= rivals_ms(state, me, ticket, now, history)
            noted[key] = (ticket.queue, state.tally(ticket.queue).done, said, told)

    seen = Day(layout, script, watch=history.look, taken=taken).play()
    found = []
    for key, (queue, done, said, told) in noted.items():
        called_at = seen.tickets[key].first_called_at
        if called_at is not None:
            wait = service_ms_between(layout.hours, seen.eligible[key], called_at, queue) / MINUTE_MS
            minutes = {name: ms / MINUTE_MS for name, ms in said.items()}
            found.append(Sample(queue, done, wait, minutes, (told[0] / 60, told[1] / 60)))
    return found


SCENES: Final = (
    Scene("村 V 平日 plain", "village"),
    Scene("村 V 忙日 busy", "village", ("day=busy",)),
    Scene("乡镇 T 平日 plain", "township"),
    Scene("乡镇 T 赶集日 market", "township", ("day=market",)),
    Scene("乡镇 T 医保季 season", "township", ("day=season",)),
    Scene("县 C 2,200", "county", ("day=light",), since=50),
    Scene("县 C 3,000", "county", since=50),
    Scene("县 C 3,600", "county", ("day=heavy",), since=50),
)
"""The halls of requirements §10; a village has no fifty services in a day."""

UNKIND: Final = (
    Scene("县 C 2,600，mean_s 未填 480，叫号间歇 45 s", "county", ("tickets=2600",), since=50, mean_s=480, rest_s=45),
    Scene("乡镇 T 医保季，longest_relative_wait", "township", ("day=season", "policy=longest_relative_wait")),
    Scene("乡镇 T 医保季，ratio 1:1", "township", ("day=season", "policy=ratio")),
)
"""Where the config knows no means and clerks pause, and where a shared window calls by other policies."""


# ---------------------------------------------------------------- figures


class Score(NamedTuple):
    """How right an estimator is, minutes: mean error, mean absolute error, that ÷ the mean wait, root mean square."""

    bias: float
    mae: float
    relative: float
    rmse: float


def score(samples: list[Sample], of: str = HALL) -> Score:
    """The figures of one estimator."""
    mean = math.fsum(sample.wait for sample in samples) / len(samples)
    errors = [sample.said[of] - sample.wait for sample in samples]
    mae = math.fsum(map(abs, errors)) / len(errors)
    rmse = math.sqrt(math.fsum(error**2 for error in errors) / len(errors))
    return Score(math.fsum(errors) / len(errors), mae, mae / mean if mean else math.nan, rmse)


def inside(samples: Iterable[Sample]) -> tuple[int, int]:
    """(waits within the range told, longer ones); a shorter one than the least that is ever told is within."""
    within = longer = 0
    for sample in samples:
        low, high = sample.range
        longer += sample.wait > high
        within += sample.wait <= high and (sample.wait >= low or low * 60 <= waits.LEAST[0])
    return within, longer


def table(scenes: list[tuple[Scene, list[Sample]]], seeds: list[int]) -> str:
    """Markdown: the estimators of each hall, and how the range is kept, by what was expected."""
    lines = [
        "",
        f"{len(seeds)} days each, seeds {seeds[0]}–{seeds[-1]}; minutes. MAE (of the mean wait), RMSE, bias.",
        "",
    ]
    lines += [f"| hall and day | takes | mean wait | {' | '.join(NAMES)} |", "| --- " * (3 + len(NAMES)) + "|"]
    lines += [_row(scene.title, samples) for scene, samples in scenes if samples]
    lines += ["", "| told: expected wait | takes | mean told | mean wait | in the range | longer |", "| --- " * 6 + "|"]
    known = [sample for scene, samples in scenes if scene in SCENES for sample in samples]
    lines += [_band(low, high, known) for low, high in BANDS]
    return "\n".join([*lines, ""])


BANDS: Final = ((0, 0), (0, 2), (2, 5), (5, 15), (15, 30), (30, 60), (60, math.inf))
"""(more than, up to) minutes expected by the hall; the first: called at once."""


def _row(title: str, samples: list[Sample]) -> str:
    mean = math.fsum(sample.wait for sample in samples) / len(samples)
    cells = []
    for name in NAMES:
        found = score(samples, name)
        cells.append(f"{number(found.mae)} ({found.relative:.0%}), {number(found.rmse)}, {found.bias:+.1f}")
    return f"| {title} | {len(samples)} | {number(mean)} | {' | '.join(cells)} |"


def _band(low: float, high: float, known: list[Sample]) -> str:
    found = [s for s in known if (low < s.said[HALL] <= high if high else not s.said[HALL])]
    title = "at once" if not high else f"> {low} – {high}" if math.isfinite(high) else f"> {low}"
    if not found:
        return f"| {title} | 0 | | | | |"
    within, longer = inside(found)
    told, mean = (math.fsum(part) / len(found) for part in zip(*((s.said[HALL], s.wait) for s in found), strict=True))
    cells = [number(told), number(mean), f"{within / len(found):.0%}", f"{longer / len(found):.0%}"]
    return f"| {title} | {len(found)} | {' | '.join(cells)} |"


Advance = Callable[[], None]


def play(scenes: Iterable[Scene], seeds: list[int], advance: Advance) -> list[tuple[Scene, list[Sample]]]:
    """The takes of all days of each scene."""
    found = []
    for scene in scenes:
        samples: list[Sample] = []
        for seed in seeds:
            samples += scene.play(seed)
            advance()
        found.append((scene, samples))
    return found
