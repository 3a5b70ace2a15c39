"""The time for which a reader may look for cards (O14), for every driver of card readers."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from drivers.bus import LineReader, stop
from drivers.presence import Presence
from hallctl.devices.contract import Port


class Arming:
    """Armed for so many seconds, again and again. Each time for which the reader was opened anew is a `visit`: a card
    whose reading began in one must not be told in the next."""

    def __init__(self, port: Port, presence: Presence) -> None:
        self.visit = 0
        self._port = port
        self._presence = presence
        self._time: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    @property
    def armed(self) -> bool:
        """Whether cards may be looked for now."""
        return self._time is not None and not self._time.done()

    async def arm(self, seconds: float) -> None:
        """Begin, or begin the time anew."""
        if not self.armed:
            self._new_visit()
        older, self._time = self._time, asyncio.create_task(self._port.sleep(seconds))
        self._changed.set()
        if older is not None:
            await stop(older)

    async def disarm(self) -> None:
        """End at once."""
        await self.end()
        self._new_visit()
        self._changed.set()

    async def end(self) -> None:
        """Leave no task."""
        older, self._time = self._time, None
        if older is not None:
            await stop(older)

    def note(self) -> bool:
        """Whether the reader is armed; what changes from here on ends the next `pause`."""
        self._changed.clear()
        return self.armed

    async def pause(self, lines: LineReader, seconds: float | None) -> None:
        """Wait so long (None: without end), but not past a change of arming or the link's end; what the reader says
        unasked is thrown away."""
        waits: list[Coroutine[Any, Any, Any]] = [self._changed.wait()]
        if seconds is not None:
            waits.append(self._port.sleep(seconds))
        tasks = [asyncio.create_task(wait) for wait in waits]
        either = asyncio.create_task(_first(tasks))
        try:
            while not either.done():
                await lines.read(until=either)
        finally:
            await stop(either, *tasks)

    def _new_visit(self) -> None:
        self.visit += 1
        self._presence.forget()


async def _first(tasks: "list[asyncio.Task[Any]]") -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
