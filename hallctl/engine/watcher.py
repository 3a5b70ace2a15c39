"""Looks at the hall every few seconds, tells the supervisor what the rules see, and what would help.

The rules and the look ahead are pure (`domain.watch`, `domain.outlook`, `domain.advice`); here is only when. What is to
be told goes through the one door like any command. The look ahead runs beside the loop, on what was taken out of the
state before.
"""

import asyncio
from collections import deque
from typing import Final

import structlog

from hallctl.clock import Clock
from hallctl.domain.advice import best, options
from hallctl.domain.alert import Alert, Suggestion
from hallctl.domain.outlook import recent_rates, scene
from hallctl.domain.state import HallState
from hallctl.domain.watch import Since, overdue, settle, watch
from hallctl.domain.watch_commands import AdviseAlert, ClearAlert, RaiseAlert
from hallctl.engine.hall import Hall
from hallctl.errors import StoreError

log = structlog.get_logger()

ACTOR: Final = "watch"

LOOK_S: Final = 3.0
"""Between two looks: each costs a fraction of a millisecond."""

ADVISE_S: Final = 60
"""The same alert is looked into again after so long: the hall has changed meanwhile."""

WORKS_S: Final = 600
"""So long a confirmed change is given to show its effect before another one is suggested."""

SIMILAR_PERCENT: Final = 25
"""A new forecast of the same change is told if it differs by so much at least."""

SAMPLE_S: Final = 60
SAMPLES: Final = 30
"""How many have come is noted every minute, for half an hour."""

ENOUGH_S: Final = 900
"""Notes of so long tell the rate; until then those who are still in the hall do."""


class Arrivals:
    """How many have joined each queue by when."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, str | None, dict[str, int]]] = deque(maxlen=SAMPLES)

    def note(self, state: HallState, now: int) -> None:
        """Remember how it is now, once a minute; another day, or a clock set back, begins anew."""
        if self._seen and (self._seen[-1][1] != state.last_day or now < self._seen[-1][0]):
            self._seen.clear()
        if not self._seen or now - self._seen[-1][0] >= SAMPLE_S * 1000:
            self._seen.append((now, state.last_day, _joined(state)))

    def rates(self, state: HallState, now: int) -> dict[str, float]:
        """People an hour by queue."""
        if not self._seen or now - self._seen[0][0] < ENOUGH_S * 1000:
            return recent_rates(state, now)
        first, _day, before = self._seen[0]
        span = now - first
        return {
            queue: max(0, count - before.get(queue, 0)) * 3_600_000 / span for queue, count in _joined(state).items()
        }


def _joined(state: HallState) -> dict[str, int]:
    """Who has joined each queue today: called, gone, or still waiting. Numbers that were left out are nobody."""
    found: dict[str, int] = {}
    for queue in state.layout.services:
        tally = state.tally(queue)
        found[queue] = tally.called + tally.cancelled + state.waiting(queue)
    return found


class Watcher:
    """The rules at work on a running hall."""

    def __init__(self, hall: Hall, clock: Clock) -> None:
        self._hall = hall
        self._clock = clock
        self._since: Since = {}
        self._arrivals = Arrivals()
        self._advised: dict[str, int] = {}

    async def look(self) -> None:
        """Tell what has come and gone, and look into one alert. While there is an emergency nothing is judged."""
        now, state = self._clock.now(), self._hall.state
        if state.emergency is not None:
            return
        watching = state.layout.watch
        self._arrivals.note(state, now)
        conditions = watch(state, now) if watching.enabled else []
        changes = settle(state.alerts.values(), conditions, self._since, now, watching.settle_s)
        self._since = changes.since
        for row in changes.raised:
            await self._hall.execute(RaiseAlert(row.rule, row.service, row.window, row.value, row.line), ACTOR)
        for alert in changes.cleared:
            await self._hall.execute(ClearAlert(alert.id), ACTOR)
        for alert, value in changes.worse:
            await self._hall.execute(AdviseAlert(alert.id, value, None), ACTOR)
        if watching.enabled:
            await self._advise(now)

    async def _advise(self, now: int) -> None:
        """Look into the alert that was not looked into for longest, if it is time."""
        state = self._hall.state
        asking = _askers(state, now)
        self._advised = {alert: at for alert, at in self._advised.items() if alert in state.alerts and at <= now}
        due = [a for a in asking if now - self._advised.get(a, now - ADVISE_S * 1000) >= ADVISE_S * 1000]
        if not due:
            return
        name = min(due, key=lambda alert: self._advised.get(alert, 0))
        queue, value = asking[name]
        self._advised[name] = now
        view = scene(state, now, self._arrivals.rates(state, now))
        tried = options(state, queue, now)
        found = await asyncio.to_thread(best, view, queue, tried) if tried else None
        alert = self._hall.state.alerts.get(name)
        if alert is not None and not _same(alert, found):
            await self._hall.execute(AdviseAlert(name, value, found), ACTOR)

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except StoreError as error:
                log.warning("watch.failed", code=error.code)
            except Exception:
                log.exception("watch.failed")


def _askers(state: HallState, now: int) -> dict[str, tuple[str, int]]:
    """Alerts that want advice → (queue, value): one for each queue, the first of the rules' order; where a change was
    confirmed, not before it had time to work."""
    found: dict[str, tuple[str, int]] = {}
    taken: set[str] = set()
    for rule in ("unstaffed", "waiting", "wait", "overdue"):
        for alert in state.alerts.values():
            queue = _queue_of(state, alert, now) if alert.rule == rule else None
            if queue is None or queue in taken or alert.stage == "dismissed":
                continue
            taken.add(queue)
            if alert.stage == "raised" or now - (alert.at or now) >= WORKS_S * 1000:
                found[alert.id] = (queue, alert.value)
    return found


def _queue_of(state: HallState, alert: Alert, now: int) -> str | None:
    """The queue to be helped: that of the alert, for the whole hall the one where most wait for too long."""
    if alert.rule == "overdue":
        late = {service: overdue(state, service, now) for service in state.layout.services}
        return max(late, key=lambda service: late[service], default=None)
    return alert.service if alert.service in state.layout.services else None


def _same(alert: Alert, found: Suggestion | None) -> bool:
    """Whether the alert tells this already, or nearly; after a confirmed change only another change is news."""
    known = alert.suggestion
    if alert.stage != "raised":
        return found is None
    if known is None or found is None:
        return known is found
    if (known.window, known.action, known.plan) != (found.window, found.action, found.plan):
        return False
    pairs = ((known.effect.before_s, found.effect.before_s), (known.effect.after_s, found.effect.after_s))
    return all(_near(one, other) for one, other in pairs)


def _near(one: int | None, other: int | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) * 100 <= SIMILAR_PERCENT * max(one, other, 60)
