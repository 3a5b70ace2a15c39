"""What happens by itself: the business day turns (C14, O08), also after the machine was off."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Final

import structlog

from hallctl.clock import Clock, elapsed_s
from hallctl.config import HallConfig
from hallctl.domain import calendar
from hallctl.domain.commands import OpenDay
from hallctl.engine.hall import Hall
from hallctl.engine.tasks import looked

log = structlog.get_logger()

LOOK_S: Final = 30.0
"""Longest sleep: a clock that was set is noticed within this time."""

LONGEST_OFF: Final = 40
"""Days a machine may have been off and still open today by itself: more than the longest holidays. Beyond that the
clock is doubted, since a day once opened in the future can never be taken back."""

PROOF_LOOKS: Final = 20
"""Looks (10 minutes) that a clock must stand for before it is believed where it was put over a day's start, or skips
a day: a wrong time that is corrected soon changes nothing."""

STEP_MS: Final = 60_000
"""A clock that has come so much further than the time that has passed since the last look was put forward. The slewing
of NTP (500 ppm) moves it by 15 ms between two looks."""

EARLIEST: Final = "2025-01-01"
LATEST: Final = "2060-01-01"
"""A hall's very first day is opened by itself between them only: no hall is older than this program, and from a day too
late there is no way back."""


class Timers:
    """Opens each business day at its hour. Days never go backwards: a clock set back changes nothing, and one set far
    ahead, or over the start of a day, is not believed at once."""

    def __init__(self, hall: Hall, config: HallConfig, clock: Clock, elapsed: Callable[[], float] = elapsed_s) -> None:
        self._hall = hall
        self._clock = clock
        self._elapsed = elapsed
        self._tz = config.tz
        self._starts_min = calendar.minutes(config.hall.day_starts)
        self._seen = (clock.now(), elapsed())
        self._was_ahead = 0
        self._doubtful = 0
        self._warned: str | None = None

    def today(self) -> str:
        """The business day that the clock says it is."""
        return calendar.business_day(self._clock.now(), self._tz, self._starts_min)

    def doubt(self) -> str | None:
        """``clock.doubtful`` while today is not opened by itself because the clock may be wrong."""
        ahead = self._ahead()
        return "clock.doubtful" if ahead > LONGEST_OFF or (ahead > 0 and self._doubtful) else None

    async def turn(self) -> bool:
        """Open today if it was never opened and is not too far ahead of the last day; True if it was opened now."""
        ahead = self._ahead()
        if ahead <= 0:
            if ahead < 0:
                self._warn("clock.behind")
            return False
        if ahead > LONGEST_OFF:
            self._warn("clock.doubtful")
            return False
        await self._hall.execute(OpenDay(self.today()), "timer")
        return True

    async def look(self) -> bool:
        """Turn the day if it is time and the clock can be believed; True if it was turned."""
        ahead, stepped = self._ahead(), self._stepped()
        if ahead <= 0 or self._hall.state.last_day is None:  # no day is in hand that could be spoilt
            self._doubtful = 0
        elif self._was_ahead >= 0 and (ahead > 1 or stepped or self._doubtful):
            self._doubtful += 1
        self._was_ahead = ahead
        if 0 < self._doubtful < PROOF_LOOKS:
            self._warn("clock.doubtful")
            return False
        turned = await self.turn()
        if turned:
            self._doubtful, self._was_ahead = 0, 0
        return turned

    def _stepped(self) -> bool:
        """Whether the clock was put forward since the last look."""
        (at, elapsed), self._seen = self._seen, (self._clock.now(), self._elapsed())
        return self._seen[0] - at - (self._seen[1] - elapsed) * 1000 > STEP_MS

    def _warn(self, event: str) -> None:
        """Tell it once for each day that the clock says."""
        today = self.today()
        if self._warned != f"{event} {today}":
            self._warned = f"{event} {today}"
            log.warning(event, today=today, business_day=self._hall.state.last_day)

    def _ahead(self) -> int:
        """Days from the last business day to the one of the clock; where there was none 1, or too many to believe."""
        last, today = self._hall.state.last_day, self.today()
        if last is None:
            return 1 if EARLIEST <= today < LATEST else LONGEST_OFF + 1
        return (date.fromisoformat(today) - date.fromisoformat(last)).days

    async def run(self) -> None:
        """For ever: sleep towards the next day's start, look."""
        self._seen, self._was_ahead = (self._clock.now(), self._elapsed()), self._ahead()
        while True:
            now = self._clock.now()
            left_s = (calendar.next_day_start(now, self._tz, self._starts_min) - now) / 1000
            await asyncio.sleep(min(LOOK_S, max(0.05, left_s)))
            await looked(self.look, "day.not_opened")
