"""A window and its clerk through a day, and what those do who are called there."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from hallctl.sections.queue import WindowSection
from tests.soak import profile
from tests.soak.line import Json, Line, Refusal
from tests.soak.profile import seconds_of

if TYPE_CHECKING:
    from tests.soak.crowd import Crowd

BY_PAD: Final = 0.3
"""Of the recalls and ratings, how many are keys of a pad instead of a page."""

LATEST_S: Final = 30 * 60
"""After the end of the day a clerk serves those who wait no longer than this."""

LOOK_S: Final = 60.0
"""A clerk without people looks again after this, whatever the page shows."""

OPENS: Final = 20
AGAIN_S: Final = 0.1
"""How often a clerk tries to open the window, and real seconds between."""

LUNCH: Final = ("12:00", "13:30")


@dataclass(frozen=True)
class Shift:
    """When a clerk comes and stops, ms; `lunch` the time of the break, or None for who works through it; `absent`: the
    window stays closed."""

    comes: int
    stops: int
    lunch: tuple[int, int] | None
    absent: bool

    @classmethod
    def drawn(cls, midnight: int, begins: str, ends: str, chance: random.Random) -> Self:
        """A window's shift of the day, as profile C staffs it; a part of a day has no lunch."""
        morning, afternoon = chance.random() < profile.STAFFED_AM, chance.random() < profile.STAFFED_PM
        through = chance.random() < profile.STAFFED_LUNCH
        early = chance.uniform(10 * 60, 40 * 60)
        begin, end = seconds_of(begins), seconds_of(ends)
        noon, after = map(seconds_of, LUNCH)
        whole = begin < noon and end > after
        if whole and not morning:
            begin = after
        if whole and not afternoon:
            end = noon
        comes = midnight + int((begin - early) * 1000)
        lunch = None if through or not (whole and morning and afternoon) else (noon, after)
        pause = (midnight + lunch[0] * 1000, midnight + lunch[1] * 1000) if lunch else None
        return cls(comes, midnight + end * 1000, pause, not (morning or (whole and afternoon)))


class Desk:
    """One window for one shift."""

    def __init__(self, crowd: "Crowd", window: WindowSection, shift: Shift, chance: random.Random) -> None:
        self._crowd = crowd
        self._window = window
        self._shift = shift
        self._chance = chance
        self._line: Line | None = None
        self._came = asyncio.Event()
        self._held: deque[tuple[int, str]] = deque()
        zone = [w.id for w in crowd.hall.windows if w.zone == window.zone]
        self._unit = zone.index(window.id) + 1

    async def work(self) -> None:
        """Come, open, serve until the end, go."""
        if self._shift.absent:
            return
        await self._crowd.clock.until(self._shift.comes)
        self._line = await self._crowd.sit_down(self._window.id)
        try:
            await self._try("clerk.login")
            for _ in range(OPENS):
                if await self._try("window.open") is not None:
                    break
                await asyncio.sleep(AGAIN_S)
            await self._serve()
            await self._try("window.close")
            await self._try("clerk.logout")
        finally:  # also when the soak is stopped: a request that was sent is answered before the line goes
            await self._crowd.asking.answered(self._line)
            await self._crowd.leave(self._line)

    async def _serve(self) -> None:
        clock, shift = self._crowd.clock, self._shift
        lunch = shift.lunch
        while clock.now() < shift.stops + LATEST_S * 1000:
            if lunch and clock.now() >= lunch[0]:
                await self._try("window.pause", reason="午休")
                await clock.until(lunch[1])
                await self._try("window.resume")
                lunch = None
            called = await self._call()
            if called is not None:
                await self._attend(called["ticket"])
            elif clock.now() >= shift.stops and not self._held:
                return
            else:
                await self._wait()

    async def _call(self) -> Json | None:
        """Who was held comes first, then who waits; None if nobody does."""
        if self._held and self._held[0][0] <= self._crowd.clock.now():
            return await self._try("ticket.resume", ticket=self._held.popleft()[1])
        return await self._try("ticket.call")

    async def _wait(self) -> None:
        """Until the page shows that somebody waits."""
        self._came.clear()
        for service in self._window.services:
            self._crowd.idle[service].add(self._came)
        try:
            async with asyncio.timeout(LOOK_S / self._crowd.clock.rate):
                await self._came.wait()
        except TimeoutError:
            pass
        finally:
            for service in self._window.services:
                self._crowd.idle[service].discard(self._came)

    # ------------------------------------------------------------ one visitor

    async def _attend(self, ticket: Json) -> None:
        pause, chance = self._crowd.clock.pause, self._chance
        if chance.random() < profile.NO_SHOW.get(ticket["priority"], profile.NO_SHOW_NORMAL):
            await self._miss(ticket["id"])
            return
        await pause(chance.uniform(*profile.WALK_S))
        if chance.random() < profile.RECALLED:
            await self._recall()
            await pause(chance.uniform(5, 15))
        if await self._try("ticket.start") is None:
            return
        seconds = profile.service_s(self._window.zone, chance)
        if chance.random() < profile.HELD:
            await pause(seconds / 3)
            if await self._try("ticket.hold", reason="补材料") is not None:
                back = self._crowd.clock.now() + int(chance.uniform(300, 1200) * 1000)
                self._held.append((back, ticket["id"]))
            return
        await pause(seconds)
        await self._try("ticket.finish")
        if chance.random() < profile.RATED:
            self._crowd.citizen(self._rate())

    async def _miss(self, ticket: str) -> None:
        for _ in range(2):
            await self._crowd.clock.pause(profile.NO_SHOW_S / 3)
            await self._recall()
        await self._crowd.clock.pause(profile.NO_SHOW_S / 3)
        if await self._try("ticket.miss") is not None and self._chance.random() < profile.RETURNS:
            self._crowd.citizen(self._return(ticket))

    async def _return(self, ticket: str) -> None:
        """Who was missed comes to a guide some time later."""
        await self._crowd.clock.pause(self._chance.uniform(300, 1500))
        await self._try("ticket.restore", at=self._chance.choice(self._crowd.guides), ticket=ticket)

    async def _recall(self) -> None:
        if self._chance.random() < BY_PAD:
            self._crowd.press(f"pads-{self._window.zone}", "key", unit=self._unit, key="recall")
        else:
            await self._try("ticket.recall")

    async def _rate(self) -> None:
        chance = self._chance
        await self._crowd.clock.pause(chance.uniform(3, 15))
        level = profile.level(chance)
        if chance.random() < BY_PAD:
            grade = [name for name, _part in profile.LEVELS].index(level)
            self._crowd.press(f"ratings-{self._window.zone}", "grade", unit=128 + self._unit, grade=4 - grade)
        else:
            await self._try("ticket.rate", at=self._crowd.ratings[self._window.id], level=level)

    async def _try(self, method: str, *, at: Line | None = None, **params: Any) -> Json | None:
        """The receipt, or None for a refusal, which is counted."""
        line = at or self._line
        assert line is not None, "nobody sits here"
        try:
            return await self._crowd.asking.change(line, method, **params)
        except (Refusal, TimeoutError):
            return None
