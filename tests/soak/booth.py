"""A kiosk and the people before it."""

import asyncio
import contextlib
import random
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from tests.soak.line import Line, Refusal
from tests.soak.profile import AT_KIOSK_S, Visit

if TYPE_CHECKING:
    from tests.soak.crowd import Crowd

TRIES: Final = 3
"""Kiosks that somebody tries whose slip cannot be printed, before a number without paper will do."""

NEEDS_GUIDE: Final = frozenset({"exit-entry"})
"""Services that ask for an identity card; a guide takes the number."""

LOOK_S: Final = 2.0


class Booth:
    """One kiosk; one person at a time stands before it."""

    def __init__(self, crowd: "Crowd", line: Line, services: set[str], chance: random.Random) -> None:
        self.queue: deque[tuple[Visit, int]] = deque()
        self.place = str(line.place)
        self._crowd = crowd
        self._line = line
        self._services = services
        self._chance = chance

    def offers(self, service: str) -> bool:
        """Whether the service can be taken here."""
        return not self._services or service in self._services

    async def serve(self) -> None:
        """One after the other, for ever."""
        while True:
            if not self.queue:
                await self._crowd.clock.pause(LOOK_S)
                continue
            visit, tries = self.queue.popleft()
            await self._crowd.clock.pause(self._chance.uniform(*AT_KIOSK_S))
            await self._take(visit, tries)

    async def _take(self, visit: Visit, tries: int) -> None:
        line, params = self._line, {"service": visit.service}
        if visit.priority != "normal" or visit.service in NEEDS_GUIDE:
            line = self._chance.choice(self._crowd.guides)
            params |= {"priority": visit.priority, "kiosk": self.place, "reason": "导办"}
        paperless: dict[str, Any] = {"paperless": True} if tries >= TRIES else {}
        try:
            await self._crowd.asking.change(line, "ticket.take", **params, **paperless)
        except Refusal:
            if tries < TRIES:
                self._crowd.send(visit, self.place, tries + 1)
        except TimeoutError:
            pass

    async def reprint(self, ticket: str) -> None:
        """Paper for a number that has none, unless the printer cannot or the ticket is gone."""
        with contextlib.suppress(Refusal, asyncio.TimeoutError):
            await self._crowd.asking.change(self._line, "slip.reprint", ticket=ticket, kiosk=self.place)
