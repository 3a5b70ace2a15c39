"""What the pads of one line have in common, whatever their frames: reading, repeats, the display that is refreshed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from drivers.bus import Framed, LineReader, Pacer, Repeats, stop
from hallctl.devices.contract import FaultsSeen, Link, Port, WindowScreen

M = TypeVar("M")


def shown_label(screen: WindowScreen) -> str | None:
    """The label that a pad's display shows: that of the call, or of who is served."""
    return screen.label if screen.state in ("calling", "serving") else None


@dataclass(frozen=True, slots=True)
class _Display:
    """What a pad is to show; the state and label tell whether it is a new call."""

    frame: bytes
    state: str
    label: str | None


class PadLine:
    """The line of one driver's pads. Their state is unknown until one was heard."""

    def __init__(self, link: Link, port: Port) -> None:
        self.repeats = Repeats(port)
        self._link = link
        self._port = port
        self._lines = LineReader(link, port)
        self._pacer: Pacer[_Display] = Pacer(port, self._write)
        self._known_well = False

    async def run(self, codec: Framed[M], take: Callable[[M], Awaitable[None]], refresh_s: float) -> None:
        """Hand every message of the codec to `take`, and write the displays again every `refresh_s`."""
        refresher = asyncio.create_task(self._pacer.refresh(refresh_s))
        try:
            while True:
                for message in await self._lines.messages(codec):
                    await take(message)
        finally:
            await stop(refresher)

    async def close(self) -> None:
        """Leave no task."""
        await self._pacer.close()
        await self.repeats.close()
        await self._lines.close()

    def heard(self) -> None:
        """A key was pressed: that there is a pad is proven."""
        self._port.heard()
        if not self._known_well:
            self._known_well = True
            self._port.emit(FaultsSeen(()))

    async def show(self, unit: int, frame: bytes, screen: WindowScreen) -> None:
        """Write the frame that shows `screen`; a new call does not wait for its turn."""
        label = shown_label(screen)
        last = self._pacer.latest(unit)
        new_call = screen.state == "calling" and (last is None or (last.state, last.label) != ("calling", label))
        await self._pacer.show(unit, _Display(frame, screen.state, label), urgent=new_call)

    def show_again(self, unit: int) -> None:
        """Something else was written over the display."""
        self._pacer.again(unit)

    async def _write(self, display: _Display) -> None:
        await self._link.write(display.frame)
