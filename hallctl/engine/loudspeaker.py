"""What the loudspeakers say: calls in their order, and in an emergency its notice before all else (C16, V02).

A call is spoken if its ticket is still called when its turn comes. Who is called again while the first call still waits
for its turn is called once (C06): the newer call takes the older one's place in the queue, and its time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog

from hallctl.clock import Clock
from hallctl.config import HallConfig
from hallctl.devices.manager import Manager
from hallctl.domain.effects import Announce
from hallctl.domain.model import Stage
from hallctl.engine import screen
from hallctl.engine.hall import Hall
from hallctl.engine.tasks import Tasks
from hallctl.errors import DeviceFault

log = structlog.get_logger()

NOTICE_S: Final = 60
"""A notice that could not be begun and spoken within this is tried anew."""

NOTICE_GAP_S: Final = 10.0
"""Silence between two readings of a notice: people must be able to shout."""

Queued = tuple[str, str]
"""A device and a ticket whose call waits for it."""


class Loudspeakers:
    """Speaks calls and notices at the loudspeakers of their zones."""

    def __init__(
        self,
        hall: Hall,
        manager: Manager,
        config: HallConfig,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._hall = hall
        self._manager = manager
        self._config = config
        self._clock = clock
        self._sleep = sleep
        self._zones = {window.id: window.zone for window in config.windows}
        self._tasks = Tasks("loudspeaker")
        self._speaking: set[asyncio.Task[object]] = set()
        self._latest: dict[Queued, Announce] = {}

    def announce(self, effect: Announce) -> None:
        """Speak the call where its window is; a call of the same ticket that waits for its turn is replaced."""
        for device, _unit in self._manager.find("speaker", zone=self._zones.get(effect.window)):
            waits = (device, effect.ticket) in self._latest
            self._latest[device, effect.ticket] = effect
            if not waits:
                self._start(self._call(device, effect.ticket))

    def alarm(self) -> None:
        """Break off whatever is spoken; where there is an emergency its notice is spoken until it ends."""
        for task in self._speaking:
            task.cancel()
        self._latest.clear()
        if self._hall.hub.state.emergency is not None:
            for device, _unit in self._manager.find("speaker"):
                self._start(self._warn(device))

    async def stop(self) -> None:
        """Say nothing more."""
        for task in self._speaking:
            task.cancel()
        await self._tasks.stop()

    def _start(self, work: Any) -> None:
        task = self._tasks.start(work)
        self._speaking.add(task)
        task.add_done_callback(self._speaking.discard)

    async def _call(self, device: str, ticket: str) -> None:
        """Wait for the device, as long as the newest call of the ticket is worth speaking."""
        effect = self._latest[device, ticket]
        while not await self._said(device, effect):
            newer = self._latest[device, ticket]
            if newer is effect:
                del self._latest[device, ticket]
                return
            effect = newer

    async def _said(self, device: str, effect: Announce) -> bool:
        """Whether it was the call's turn; not so if that did not come in time."""
        begun = False

        async def say(driver: Any) -> None:
            nonlocal begun
            begun = True
            newest = self._latest.pop((device, effect.ticket), effect)
            ticket = self._hall.hub.state.tickets.get(newest.ticket)
            if ticket is None or ticket.stage is not Stage.CALLED or ticket.window != newest.window:
                log.info("announcement.dropped", ticket=newest.ticket, why="no longer called")
                return
            await driver.say(screen.announcement(self._config, ticket, newest.window))

        try:
            await self._manager.run(device, say, until=effect.until)
        except DeviceFault as fault:
            log.debug("effect.failed", device=device, code=fault.code)
        return begun

    async def _warn(self, device: str) -> None:
        """Speak the notice, again and again."""
        hub = self._hall.hub

        async def say(driver: Any) -> None:
            notice = hub.state.emergency
            if notice is not None:
                await driver.say(screen.notice(self._config, notice))

        while hub.state.emergency is not None and (device, None) in self._manager.find("speaker"):
            try:
                await self._manager.run(device, say, until=self._clock.now() + NOTICE_S * 1000)
            except DeviceFault as fault:
                log.warning("notice.unspoken", device=device, code=fault.code)
            await self._sleep(NOTICE_GAP_S)
