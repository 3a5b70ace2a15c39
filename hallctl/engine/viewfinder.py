"""A scanner's live picture, for the one clerk who works at its window. Only the newest frame is kept: a page that is
slow misses frames, nothing queues. A scan comes first: the picture stands still meanwhile."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final

from hallctl.clock import Clock
from hallctl.devices.manager import Manager

GAP_S: Final = 0.1
"""Between two frames that are handed on: ten a second are enough to lay a sheet straight."""

LONGEST_MS: Final = 30 * 60_000
"""A live picture ends after this; a page that still wants it asks again."""

MOST_BYTES: Final = 8 * 1024 * 1024


class _Look:
    """One page looking through one scanner."""

    def __init__(self) -> None:
        self.frame: bytes | None = None
        self.wake = asyncio.Event()
        self.ended = False
        self.job: asyncio.Task[None] | None = None

    def put(self, frame: bytes) -> None:
        if len(frame) <= MOST_BYTES:
            self.frame = frame
            self.wake.set()

    def end(self) -> None:
        self.ended = True
        self.wake.set()


class Viewfinder:
    """Who looks at which window; the newest look ends the one before."""

    def __init__(self, manager: Manager, clock: Clock) -> None:
        self._manager = manager
        self._clock = clock
        self._looks: dict[str, _Look] = {}
        self._scanning: set[str] = set()
        self._closed = False

    async def frames(self, window: str, device: str, still: Callable[[], bool]) -> AsyncGenerator[bytes, None]:
        """JPEG frames while `still()` holds, which is asked with each and at each `check`. Raises DeviceFault when the
        device has no picture (any more)."""
        look = _Look()
        self._end(window)
        self._looks[window] = look
        try:
            while still() and not look.ended and not self._closed:
                if window in self._scanning:
                    await look.wake.wait()
                    look.wake.clear()
                    continue
                async with aclosing(self._seen(look, device, still)) as seen:
                    async for frame in seen:
                        yield frame
        finally:
            if self._looks.get(window) is look:
                del self._looks[window]

    async def _seen(self, look: _Look, device: str, still: Callable[[], bool]) -> AsyncGenerator[bytes, None]:
        """Frames of one job on the device: until it is cancelled, because a scan begins, or nobody looks."""
        until = self._clock.now() + LONGEST_MS
        job = asyncio.create_task(self._manager.run(device, lambda driver: driver.preview(look.put), until=until))
        look.job = job
        job.add_done_callback(lambda _job: look.wake.set())
        try:
            while not job.done():
                await look.wake.wait()
                look.wake.clear()
                frame, look.frame = look.frame, None
                if look.ended or not still():
                    return
                if frame is not None:
                    yield frame
                    await asyncio.sleep(GAP_S)
            if not job.cancelled():
                job.result()  # its fault, or it has ended by itself
                look.end()
        finally:
            look.job = None
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)

    def pause(self, window: str) -> None:
        """A scan begins at the window."""
        self._scanning.add(window)
        look = self._looks.get(window)
        if look is not None and look.job is not None:
            look.job.cancel()

    def resume(self, window: str) -> None:
        """The scan is over."""
        self._scanning.discard(window)
        self.check(window)

    def check(self, window: str) -> None:
        """Something has changed at the window: a look that is not allowed any more ends."""
        look = self._looks.get(window)
        if look is not None:
            look.wake.set()

    def close(self) -> None:
        """The daemon stops: nobody looks any more."""
        self._closed = True
        for window in list(self._looks):
            self._end(window)

    def _end(self, window: str) -> None:
        look = self._looks.get(window)
        if look is not None:
            look.end()
