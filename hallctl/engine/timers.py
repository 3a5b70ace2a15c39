"""What happens by itself: the business day turns (C14, O08), also after the machine was off."""

import asyncio

import structlog

from hallctl.clock import Clock
from hallctl.config import HallConfig
from hallctl.domain import calendar
from hallctl.domain.commands import OpenDay
from hallctl.engine.hall import Hall
from hallctl.errors import StoreError

log = structlog.get_logger()

LOOK_S = 30.0
"""Longest sleep: a clock that was set is noticed within this time."""


class Timers:
    """Opens each business day at its hour. Days never go backwards: a clock set back changes nothing."""

    def __init__(self, hall: Hall, config: HallConfig, clock: Clock) -> None:
        self._hall = hall
        self._clock = clock
        self._tz = config.tz
        self._starts_min = calendar.minutes(config.hall.day_starts)

    def today(self) -> str:
        """The business day that the clock says it is."""
        return calendar.business_day(self._clock.now(), self._tz, self._starts_min)

    async def turn(self) -> bool:
        """Open today if it was never opened; True if it was opened now."""
        last = self._hall.state.last_day
        today = self.today()
        if last is not None and today <= last:
            if today < last:
                log.warning("clock.behind", today=today, business_day=last)
            return False
        await self._hall.execute(OpenDay(today), "timer")
        return True

    async def run(self) -> None:
        """For ever: sleep towards the next day's start, look, turn."""
        while True:
            now = self._clock.now()
            left_s = (calendar.next_day_start(now, self._tz, self._starts_min) - now) / 1000
            await asyncio.sleep(min(LOOK_S, max(0.05, left_s)))
            try:
                await self.turn()
            except StoreError as error:
                log.error("day.not_opened", code=error.code)
            except Exception:
                log.exception("timer.failed")
