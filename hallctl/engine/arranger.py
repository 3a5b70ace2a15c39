"""Switches windows to their modes when it is time (机动窗口, W07, C13), through the one door like anybody else.

What is due stands in `domain.schedule`, and depends on the state and the clock only: a restart in the midst of a time,
or a machine that was off at its beginning, ends up at the same.
"""

import asyncio
from typing import Final

import structlog

from hallctl.clock import Clock
from hallctl.domain.commands import ArrangeWindows
from hallctl.domain.schedule import due
from hallctl.engine.hall import Hall
from hallctl.engine.tasks import looked
from hallctl.errors import Refusal

log = structlog.get_logger()

ACTOR: Final = "timer"

LOOK_S: Final = 30.0
"""Longest sleep: a day that is opened, or a clock that was set, is noticed within this time."""


class Arranger:
    """Brings the windows to the plans that the clock asks for."""

    def __init__(self, hall: Hall, clock: Clock) -> None:
        self._hall = hall
        self._clock = clock

    async def look(self) -> None:
        """Switch what is due, all at once: one window may take over what another gives up."""
        switches = due(self._hall.state, self._clock.now())
        if not switches:
            return
        answer = await self._hall.execute(ArrangeWindows(switches), ACTOR)
        if isinstance(answer, Refusal):  # what the config allows is checked at the start
            log.error("window.not_switched", code=answer.code, switches=switches)

    async def run(self) -> None:
        """For ever: look at each whole minute, when times begin and end, and in between."""
        while True:
            await looked(self.look, "window.not_switched")
            await asyncio.sleep(min(LOOK_S, max(0.05, 60 - self._clock.now() / 1000 % 60)))
