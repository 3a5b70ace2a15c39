"""What happens by itself: the business day turns (C14, O08), also after the machine was off."""

import asyncio
from datetime import date
from typing import Final

import structlog

from hallctl.clock import Clock
from hallctl.config import HallConfig
from hallctl.domain import calendar
from hallctl.domain.commands import OpenDay
from hallctl.engine.hall import Hall
from hallctl.errors import StoreError

log = structlog.get_logger()

LOOK_S: Final = 30.0
"""Longest sleep: a clock that was set is noticed within this time."""

LONGEST_OFF: Final = 40
"""Days a machine may have been off and still open today by itself: more than the longest holidays. Beyond that the
clock is doubted, since a day once opened in the future can never be taken back."""

PROOF_LOOKS: Final = 20
"""A running daemon sees one day after the other; a clock that skips one must stand for so many looks (10 minutes)
before it is believed: a wrong time that is corrected soon changes nothing."""


class Timers:
    """Opens each business day at its hour. Days never go backwards: a clock set back changes nothing, and one set far
    ahead is not believed at once."""

    def __init__(self, hall: Hall, config: HallConfig, clock: Clock) -> None:
        self._hall = hall
        self._clock = clock
        self._tz = config.tz
        self._starts_min = calendar.minutes(config.hall.day_starts)

    def today(self) -> str:
        """The business day that the clock says it is."""
        return calendar.business_day(self._clock.now(), self._tz, self._starts_min)

    def doubt(self) -> str | None:
        """``clock.doubtful`` while today is not opened by itself because the clock is too far from the last day."""
        return "clock.doubtful" if self._ahead() > LONGEST_OFF else None

    async def turn(self, most: int = LONGEST_OFF) -> bool:
        """Open today if it was never opened and is at most `most` days after the last; True if it was opened now."""
        ahead = self._ahead()
        if ahead <= 0:
            if ahead < 0:
                log.warning("clock.behind", today=self.today(), business_day=self._hall.state.last_day)
            return False
        if ahead > most:
            log.error("clock.doubtful", today=self.today(), business_day=self._hall.state.last_day)
            return False
        await self._hall.execute(OpenDay(self.today()), "timer")
        return True

    def _ahead(self) -> int:
        """Days from the last business day to the one of the clock; 1 where there was none."""
        last = self._hall.state.last_day
        return 1 if last is None else (date.fromisoformat(self.today()) - date.fromisoformat(last)).days

    async def run(self) -> None:
        """For ever: sleep towards the next day's start, look, turn."""
        skipped = 0
        while True:
            now = self._clock.now()
            left_s = (calendar.next_day_start(now, self._tz, self._starts_min) - now) / 1000
            await asyncio.sleep(min(LOOK_S, max(0.05, left_s)))
            try:
                skipped = skipped + 1 if self._ahead() > 1 else 0
                await self.turn(LONGEST_OFF if skipped >= PROOF_LOOKS else 1)
            except StoreError as error:
                log.error("day.not_opened", code=error.code)
            except Exception:
                log.exception("timer.failed")
