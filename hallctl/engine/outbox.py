"""Effects out: each to the devices that stand where it is meant, in their own queues, worth doing until its time.

Nothing here waits for a device: a dead printer cannot delay a call. What a screen shows is made when the device is
ready for it, from the state of that moment, so the last writer wins and a backlog never forms.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog

from hallctl.clock import Clock
from hallctl.config import HallConfig
from hallctl.devices.contract import Slip
from hallctl.devices.manager import Manager
from hallctl.domain.commands import Command, LapseRating
from hallctl.domain.effects import (
    Alarm,
    Announce,
    AskRating,
    Effect,
    ErasePages,
    PrintSlip,
    RouteSlips,
    ShowQueue,
    ShowWindow,
)
from hallctl.domain.model import Ticket
from hallctl.engine import screen, slip
from hallctl.engine.hall import Hall
from hallctl.engine.identity import Identity
from hallctl.engine.loudspeaker import Loudspeakers
from hallctl.engine.spooler import Spooler
from hallctl.engine.tasks import Tasks
from hallctl.errors import DeviceFault, StoreError

log = structlog.get_logger()


class Outbox:
    """Runs effects. Every task it starts is in `_tasks` until it ends, so that a stop can wait for them."""

    def __init__(self, hall: Hall, manager: Manager, config: HallConfig, identity: Identity, clock: Clock) -> None:
        self._hall = hall
        self._manager = manager
        self._config = config
        self._identity = identity
        self._clock = clock
        self._tasks = Tasks("outbox")
        self._queued: set[tuple[str, str]] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}  # of each window's rating
        self._spooler = Spooler(hall, manager, clock, self._lay_out)
        self._loudspeakers = Loudspeakers(hall, manager, config, clock)

    def handle(self, made: list[Effect]) -> None:
        """Start the effects of one commit; pages are `hallctl.engine.scans`'s."""
        for effect in made:
            _RUN[type(effect)](self, effect)

    def refresh(self, device: str) -> None:
        """The device is back: bring all its screens up to date."""
        for window in self._manager.units_of(device).values():
            self._show(window, self._clock.now() + 60_000)

    def finish(self) -> None:
        """The daemon ends, and its devices with it: a slip that has not begun stays queued for the next start."""
        self._spooler.finish()

    async def stop(self) -> None:
        """Give up what has not begun; wait briefly for what has."""
        for timer in self._timers.values():
            timer.cancel()
        await self._loudspeakers.stop()
        await self._spooler.stop()
        await self._tasks.stop()

    # ------------------------------------------------------------ slips

    def _lay_out(self, ticket: Ticket, copy: int) -> Slip:
        token = self._identity.slip_token(ticket.id)
        return slip.lay_out(self._config, self._hall.hub.state, ticket, copy=copy, token=token)

    async def _tell(self, command: Command, actor: str) -> None:
        try:
            await self._hall.execute(command, actor)
        except StoreError as error:
            log.warning("outcome.lost", command=type(command).__name__, code=error.code)

    # ------------------------------------------------------------ screens

    def _show_window(self, effect: ShowWindow) -> None:
        self._show(effect.window, effect.until)

    def _show_queue(self, effect: ShowQueue) -> None:
        """Only call pads show how many wait."""
        if not self._manager.find("call_pad"):
            return
        for window in self._hall.hub.state.serving(effect.queue):
            if self._manager.find("call_pad", window=window):
                self._show(window, effect.until)

    def _show(self, window: str, until: int) -> None:
        for device, unit in self._manager.find("window_display", window=window):
            job = (device, f"show:{window}")
            if job in self._queued:
                continue
            self._queued.add(job)
            self._tasks.start(self._show_at(device, unit, window, until, job))

    async def _show_at(self, device: str, unit: int | None, window: str, until: int, job: tuple[str, str]) -> None:
        async def show(driver: Any) -> None:
            self._queued.discard(job)
            await driver.show_window(unit, screen.window_screen(self._config, self._hall.hub.state, window))

        await self._attempt(device, show, until, job)

    # ------------------------------------------------------------ voice

    def _announce(self, effect: Announce) -> None:
        self._loudspeakers.announce(effect)

    def _alarm(self, _effect: Alarm) -> None:
        self._loudspeakers.alarm()

    def resume(self) -> None:
        """After a start: what goes on for as long as something is so goes on (C16)."""
        if self._hall.hub.state.emergency is not None:
            self._loudspeakers.alarm()

    # ------------------------------------------------------------ ratings

    def _ask_rating(self, effect: AskRating) -> None:
        """Light the pads, and let the request lapse at its time: a pause is not a rating (E06)."""
        self.lapse_at(effect.window, effect.ticket, effect.until)
        for device, unit in self._manager.find("rating_pad", window=effect.window):
            self._tasks.start(self._ask(device, unit, effect))

    async def _ask(self, device: str, unit: int | None, effect: AskRating) -> None:
        async def ask(driver: Any) -> None:
            if self._hall.hub.state.asked.get(effect.window) == effect.ticket:
                await driver.ask_rating(unit)

        await self._attempt(device, ask, effect.until, None)

    def lapse_at(self, window: str, ticket: str, until: int) -> None:
        """Let the rating of the window's ticket lapse at `until` (ms), but soon also if the clock was set back
        meanwhile. An older one of the window has lapsed with the service that ended."""
        delay_s = min(max(0, until - self._clock.now()) / 1000, self._hall.hub.state.layout.rating_s)
        older = self._timers.get(window)
        if older is not None:
            older.cancel()
        self._timers[window] = asyncio.get_running_loop().call_later(delay_s, self._lapse, window, ticket)

    def _lapse(self, window: str, ticket: str) -> None:
        del self._timers[window]
        if self._hall.hub.state.asked.get(window) == ticket:
            self._tasks.start(self._tell(LapseRating(ticket), "timer"))

    # ------------------------------------------------------------ running

    async def _attempt(
        self, device: str, job: Callable[[Any], Awaitable[None]], until: int, queued: tuple[str, str] | None
    ) -> None:
        """Run a job whose failure nobody waits for: the device's health tells of it."""
        try:
            await self._manager.run(device, job, until=until)
        except DeviceFault as fault:
            log.debug("effect.failed", device=device, code=fault.code)
        finally:
            if queued is not None:
                self._queued.discard(queued)


_RUN: Final[dict[type[Effect], Callable[[Outbox, Any], None]]] = {
    PrintSlip: lambda outbox, effect: outbox._spooler.put(effect),
    RouteSlips: lambda outbox, _effect: outbox._spooler.route(),
    ShowWindow: Outbox._show_window,
    ShowQueue: Outbox._show_queue,
    Announce: Outbox._announce,
    Alarm: Outbox._alarm,
    AskRating: Outbox._ask_rating,
    ErasePages: lambda _outbox, _effect: None,
}
