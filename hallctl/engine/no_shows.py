"""Who does not come to an appointment is noted by itself, also for slots that passed while the daemon was off (A04)."""

import asyncio
from typing import Final

from hallctl.clock import Clock
from hallctl.domain.booking_commands import MissAppointments
from hallctl.domain.decide_booking import overdue
from hallctl.engine.hall import Hall
from hallctl.engine.tasks import looked

ACTOR: Final = "timer"

LOOK_S: Final = 20.0
"""Between two looks: a miss is told within this time."""


class NoShows:
    """Looks for appointments that are over and to which nobody came. What was due before this began could not be
    checked in here, so it does not count against its holder."""

    def __init__(self, hall: Hall, clock: Clock) -> None:
        self._hall = hall
        self._clock = clock
        self._since = clock.now()

    async def look(self) -> None:
        """Note all that are overdue now, some hundreds in a commit."""
        while overdue(self._hall.state, self._clock.now()):
            await self._hall.execute(MissAppointments(self._since), ACTOR)

    async def run(self) -> None:
        """For ever."""
        while True:
            await looked(self.look, "no_shows.not_noted")
            await asyncio.sleep(LOOK_S)
