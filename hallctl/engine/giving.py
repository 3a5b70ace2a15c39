"""Tells everybody when numbers begin or cease to be given, which no event does: only the clock moves (T08, T11).

Pages show whether a service is open and how many numbers are left. At each moment at which hours or limits may answer
otherwise the services are told anew, and no more often.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog

from hallctl.clock import Clock
from hallctl.domain.layout import Layout
from hallctl.domain.limits import next_edge
from hallctl.engine.hub import Hub

log = structlog.get_logger()

LOOK_S: Final = 30.0
"""Longest sleep: a clock that was set is noticed within this time."""


class Giving:
    """Watches the hours and limits of `layout`; `services` are all services as pages see them now."""

    def __init__(self, hub: Hub, layout: Layout, clock: Clock, services: Callable[[], list[dict[str, Any]]]) -> None:
        self._hub = hub
        self._layout = layout
        self._clock = clock
        self._services = services
        self._seen = clock.now()
        self._due = next_edge(layout, self._seen)

    def look(self) -> bool:
        """Tell the services if time has changed them, or the clock was set back; True if they were told."""
        now = self._clock.now()
        passed = self._due is not None and (now >= self._due or now < self._seen)
        self._seen = now
        if passed:
            self._due = next_edge(self._layout, now)
            self._hub.retell("hall.services", {"at": now, "services": self._services()})
        return passed

    async def run(self) -> None:
        """Until nothing changes by time alone: sleep towards the next moment, look."""
        while self._due is not None:
            left_s = (self._due - self._clock.now()) / 1000
            await asyncio.sleep(min(LOOK_S, max(0.05, left_s)))
            try:
                self.look()
            except Exception:
                log.exception("timer.failed")
