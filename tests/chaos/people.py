"""The people of a simulated day: visitors at the kiosks, clerks at the windows, and what each was told.

Nobody waits for a device. While somebody waits for an answer the hall's clock stands: an answer that only a device's
word or a timer could bring never comes, and is counted by the loop.
"""

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from hallctl.client import Client, Refused
from hallctl.lab.script import Shift, Visit
from tests.chaos.leaping import LoopClock, leaping
from tests.e2e.load import Answered

Json = dict[str, Any]

LOOK_S: Final = 15.0
"""A clerk for whom nobody waits looks again after so long."""

PATIENCE_S: Final = 5.0
"""So long a clerk waits for what the call pad was to bring, then takes the page."""

NO_PAPER: Final = ("printer.",)
DROPS: Final = 0.03
"""Of all requests, how many are asked over a line that drops in the midst of it."""


@dataclass
class Answers:
    """All that was acknowledged, and how long each answer took (ms of real time)."""

    answered: list[Answered] = field(default_factory=list)
    took_ms: dict[str, list[float]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    dropped: int = 0
    paperless: int = 0
    by_pad: int = 0
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def change(self, client: Client, chance: random.Random, method: str, **params: Any) -> Json:
        """The receipt; remembered. Raises Refused."""
        request_id = f"{method}-{next(self._ids)}"
        while True:
            await client.online.wait()
            if chance.random() < DROPS:
                receipt = await self._over_a_bad_line(client, request_id, method, params)
                break
            begun = time.perf_counter()
            try:
                with leaping().held():
                    receipt = await client._request(method, {**params, "request_id": request_id})
            except ConnectionError:  # the hand at the lines
                await asyncio.sleep(0)
                continue
            except Refused as refused:
                self.refused[refused.code] += 1
                raise
            self.took_ms.setdefault(method, []).append((time.perf_counter() - begun) * 1000)
            break
        self.answered.append(Answered(client, method, request_id, params, receipt))
        return receipt

    async def _over_a_bad_line(self, client: Client, request_id: str, method: str, params: Json) -> Json:
        """The line drops while the request is under way; the client asks the same again."""
        asking = asyncio.create_task(client.change(method, request_id, **params))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.dropped += drop(client)
        try:
            return await asking
        except Refused as refused:
            self.refused[refused.code] += 1
            raise


def drop(client: Client) -> bool:
    """Cut the client's line; False where it has none just now."""
    socket = client._socket
    if socket is None:
        return False
    socket.transport.abort()
    return True


@dataclass
class Crowd:
    """Visitors and clerks of one day."""

    clock: LoopClock
    answers: Answers
    press: Callable[[str, str], Awaitable[None]]
    """A key of a window's call pad."""
    ratings: Any
    """The emulated evaluators."""
    chance: random.Random
    visits: dict[str, Visit] = field(default_factory=dict)
    """By ticket."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def come(self, kiosk: Client, visit: Visit) -> None:
        """Take a number; without paper where there is none."""
        await self._at(visit.at)
        params: Json = {"service": visit.parts[0].service}
        try:
            receipt = await self.answers.change(kiosk, self.chance, "ticket.take", **params)
        except Refused as refused:
            if not refused.code.startswith(NO_PAPER):
                raise
            self.answers.paperless += 1
            receipt = await self.answers.change(kiosk, self.chance, "ticket.take", **params, paperless=True)
        self.visits[receipt["ticket"]["id"]] = visit

    async def sit(self, desk: Client, state: Any, shift: Shift) -> None:
        """Call, start, finish, until the day is over and nobody waits for the window."""
        await self._at(shift.begins)
        while True:
            ticket = await self._call(desk, state, shift.window)
            if ticket is None:
                if self.ended.is_set():
                    return
                await asyncio.sleep(LOOK_S)
                continue
            await self._serve(desk, shift.window, ticket)

    async def _call(self, desk: Client, state: Any, window: str) -> str | None:
        """Every fifth call is a key of the pad; where nothing comes of it the clerk takes the page."""
        if self.chance.random() < 0.2:
            await self.press(window, "next")
            await asyncio.sleep(PATIENCE_S)
            called = state.window(window).ticket
            if called is not None:
                self.answers.by_pad += 1
                return str(called)
        try:
            receipt = await self.answers.change(desk, self.chance, "ticket.call")
        except Refused as refused:
            if refused.code == "queue.empty":
                return None
            if refused.code == "window.busy":  # the key has come after all
                return str(state.window(window).ticket)
            raise
        return str(receipt["ticket"]["id"])

    async def _serve(self, desk: Client, window: str, ticket: str) -> None:
        visit = self.visits[ticket]
        part = visit.parts[0]
        if visit.absent:
            await asyncio.sleep(visit.absence_ms / 1000)
            await self.answers.change(desk, self.chance, "ticket.recall")
            await asyncio.sleep(visit.absence_ms / 1000)
            await self.answers.change(desk, self.chance, "ticket.miss")
            return
        await asyncio.sleep(part.reach_ms / 1000)
        await self.answers.change(desk, self.chance, "ticket.start")
        await asyncio.sleep(part.serve_ms / 1000)
        await self.answers.change(desk, self.chance, "ticket.finish")
        if visit.level is not None:
            await self.ratings.press("grade", unit=128 + int(window), grade=4)

    async def _at(self, moment: int) -> None:
        await asyncio.sleep(max(0, moment - self.clock.now()) / 1000)
