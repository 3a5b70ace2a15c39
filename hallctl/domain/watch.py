"""What a supervisor should know of: rules that look at the whole hall, and when what they see is told.

`watch` sees what is so now; `settle` compares that with the alerts that stand. Each is told once and taken back once:
it must be beyond its line for a while, and below a lower line for a while (hysteresis), and what stands is part of the
state, so that it survives a restart.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from hallctl.domain.alert import Alert
from hallctl.domain.apply import waits_since
from hallctl.domain.calendar import local_time
from hallctl.domain.hours import Hours, worked_out
from hallctl.domain.model import Desk, Stage
from hallctl.domain.opening import session_at
from hallctl.domain.state import HallState

WORSE: Final = 2
"""A dismissed alert asks again once its value is so many times what it was."""

FIRST_SERVED: Final = 5
"""Services of the day from which on its own mean is what is usual; before that the config's."""

AWAY_S: Final = 300
"""A window that is not open for so long has left those alone who wait for it only."""

Key = tuple[str, str | None, str | None]
"""(rule, service, window): what an alert is about."""


class Condition(NamedTuple):
    """Something at or above its lower line. `over`: at or above the line itself, so that it is to be told."""

    rule: str
    service: str | None
    window: str | None
    value: int
    line: int
    over: bool

    @property
    def key(self) -> Key:
        return self.rule, self.service, self.window


Since = dict[tuple[Key, bool], int]
"""Since when (ms) a condition without an alert has been beyond its line (True), or an alert without condition (False).
"""


class Changes(NamedTuple):
    """What is to be told: new conditions, alerts that are over, and dismissed ones that have grown worse, with their
    value; `since` is what the next call needs to know."""

    raised: list[Condition]
    cleared: list[Alert]
    worse: list[tuple[Alert, int]]
    since: Since


def watch(state: HallState, now: int) -> list[Condition]:
    """All conditions at present. In breaks and before the first session nothing new is told of queues and pauses:
    people wait for the hour, not for a window."""
    if state.day is None:
        return []
    found = [condition for rule in RULES.values() for condition in rule.look(state, now)]
    if _resting(state.layout.hours, now):
        return [row._replace(over=row.over and RULES[row.rule].resting) for row in found]
    return found


def settle(alerts: Iterable[Alert], conditions: Iterable[Condition], since: Since, now: int, settle_s: int) -> Changes:
    """What is to be told now; `since` is that of the last call."""
    changes = Changes([], [], [], {})
    standing = {key_of(alert): alert for alert in alerts}
    present = {condition.key: condition for condition in conditions}

    def settled(key: Key, beyond: bool) -> bool:
        first = min(since.get((key, beyond), now), now)
        changes.since[key, beyond] = first
        waits = RULES[key[0]].settles if key[0] in RULES else False
        return not waits or now - first >= settle_s * 1000

    for key, condition in present.items():
        alert = standing.get(key)
        if alert is None:
            if condition.over and settled(key, True):
                changes.raised.append(condition)
        elif alert.stage == "dismissed" and condition.value >= WORSE * max(1, alert.value):
            changes.worse.append((alert, condition.value))
    for key, alert in standing.items():
        if key not in present and settled(key, False):
            changes.cleared.append(alert)
    return changes


def key_of(alert: Alert) -> Key:
    return alert.rule, alert.service, alert.window


def longest_since(state: HallState, service: str) -> int | None:
    """Since when (ms) the one has waited who waits longest in the service's queue; None: nobody does."""
    return min((since for since, _count in _waits(state, service)), default=None)


def overdue(state: HallState, service: str, now: int) -> int:
    """How many wait in the service's queue for longer than its line."""
    line = now - state.layout.watch.wait_line_s(service) * 1000
    found = 0
    for lane in state.standing("service", service).values():
        for entry in lane:
            if waits_since(state.tickets[entry[2]]) > line:
                break  # ordered by place: those behind came later, but for a few who were put back
            found += 1
    return found


# ---------------------------------------------------------------- rules


def _waits(state: HallState, service: str) -> Iterator[tuple[int, int]]:
    """(since when, of how many the first) for each lane of the queue."""
    for kind in ("service", "returning"):
        for lane in state.standing(kind, service).values():
            if lane.head is not None:
                yield waits_since(state.tickets[lane.head[2]]), len(lane)


Place = tuple[str | None, str | None]
"""(service, window)."""


def _beyond(state: HallState, rule: str, place: Place, value: int, line: int) -> list[Condition]:
    """The condition if it is at or above its lower line."""
    lower = max(1, line * state.layout.watch.clear_percent // 100)
    return [Condition(rule, *place, value, line, value >= line)] if value >= lower else []


def _waiting(state: HallState, _now: int) -> Iterator[Condition]:
    """So many wait for a service."""
    for service in state.layout.services:
        line = state.layout.watch.waiting_line(service, len(state.open_windows(service)))
        yield from _beyond(state, "waiting", (service, None), state.waiting(service), line)


def _wait(state: HallState, now: int) -> Iterator[Condition]:
    """Somebody has waited for so long (s)."""
    for service in state.layout.services:
        since = longest_since(state, service)
        if since is not None:
            value, line = max(0, now - since) // 1000, state.layout.watch.wait_line_s(service)
            yield from _beyond(state, "wait", (service, None), value, line)


def _overdue(state: HallState, now: int) -> Iterator[Condition]:
    """So many in the hall have waited for longer than they should (武安)."""
    value = sum(overdue(state, service, now) for service in state.layout.services)
    yield from _beyond(state, "overdue", (None, None), value, state.layout.watch.overdue)


def _unstaffed(state: HallState, now: int) -> Iterator[Condition]:
    """People wait for a service that no open window calls, or for one window that has not been open for a while."""
    for service in state.layout.services:
        waiting = state.waiting(service)
        if waiting and not state.open_windows(service):
            yield Condition("unstaffed", service, None, waiting, 1, True)
    for window in state.layout.windows:
        desk = state.window(window)
        if desk.state is not Desk.OPEN and now - desk.since >= AWAY_S * 1000:
            meant = sum(map(len, state.standing("window", window).values()))
            if meant:
                yield Condition("unstaffed", None, window, meant, 1, True)


def _pause(state: HallState, now: int) -> Iterator[Condition]:
    """A window has paused for so long (s)."""
    line = state.layout.watch.pause_s
    for window in state.layout.windows:
        desk = state.window(window)
        if desk.state is Desk.PAUSED and desk.ticket is None:
            yield from _beyond(state, "pause", (None, window), max(0, now - desk.since) // 1000, line)


def _serving(state: HallState, now: int) -> Iterator[Condition]:
    """A window serves one ticket for far longer than is usual (s)."""
    watching = state.layout.watch
    for window in state.layout.windows:
        ticket = state.active(window)
        if ticket is not None and ticket.stage is Stage.SERVING and ticket.started_at is not None:
            value = max(0, now - ticket.started_at - ticket.held_ms) // 1000
            line = max(watching.serving_s, watching.serving_times * usual_s(state, ticket.queue))
            yield from _beyond(state, "serving", (None, window), value, line)


def usual_s(state: HallState, service: str) -> int:
    """Seconds that a service usually takes: today's running mean, the config's until there is one."""
    tally = state.tally(service)
    if tally.done >= FIRST_SERVED and tally.serve_mean_ms > 0:
        return max(1, tally.serve_mean_ms // 1000)
    known = state.layout.services.get(service)
    return known.mean_s if known is not None else 480


class Rule(NamedTuple):
    """`settles`: what it sees comes and goes with single people, so it has to last; `resting`: also told in breaks."""

    look: Callable[[HallState, int], Iterator[Condition]]
    settles: bool = True
    resting: bool = False


RULES: Final[dict[str, Rule]] = {
    "unstaffed": Rule(_unstaffed),
    "waiting": Rule(_waiting),
    "wait": Rule(_wait),
    "overdue": Rule(_overdue),
    "pause": Rule(_pause, settles=False),
    "serving": Rule(_serving, settles=False, resting=True),
}
"""name → rule; the order is that of what to look at first."""


def _resting(hours: Hours, now: int) -> bool:
    """Whether the hall has a break: no session now, one still to come on this date."""
    if hours.always or session_at(hours, now) is not None:
        return False
    today = local_time(now, hours.tz).date()
    return any(stretch.start > now for stretch in worked_out(hours, today, None).stretches)
