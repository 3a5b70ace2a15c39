"""Window strip screens "A0 90" as capability window_display; one driver serves all strips of a bus."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field

from drivers.bus import LineReader, Pacer, stop
from drivers.ledstrip.codec import MOST_COLUMNS, Acknowledged, Colour, StripCodec
from hallctl.devices.contract import DeviceFault, DriverSpec, FaultsSeen, Link, Options, Port, WindowScreen

State = Literal["idle", "calling", "serving", "paused", "closed"]
ColourName = Literal["red", "green", "yellow"]

COLOURS: Final[Mapping[str, ColourName]] = {
    "idle": "green",
    "calling": "red",
    "serving": "green",
    "paused": "yellow",
    "closed": "yellow",
}

ACK_S: Final = 0.6
TRIES: Final = 3
"""Once and two retries: within 2 s a strip that acknowledges has done so or is taken for dead. A dead one is then
tried once a time only, so that it does not delay the others."""

FLASH_S: Final = 0.5
FLASHES: Final = 3
"""A new call flashes for 3 s (V04): half a second dark, half a second lit."""


class LedStripOptions(Options):
    """Options of the driver ledstrip."""

    columns: int = Field(
        16, ge=4, le=MOST_COLUMNS, description="Width of a strip in half-width characters: 16 show 8 Chinese ones."
    )
    colours: dict[State, ColourName] = Field(
        {}, description='Colours that differ from the usual, such as {calling = "yellow"}: red, green or yellow.'
    )
    flash: bool = Field(
        False, description="Whether a new call flashes for 3 s, for strips that cannot do so themselves."
    )
    ack: bool = Field(False, description="Whether the strips acknowledge; then silence is a fault, and is retried.")
    address: int = Field(1, ge=0, le=255, description="Bus address of the strip where the config names no units.")
    refresh_s: float = Field(
        60, ge=10, le=3600, description="Seconds after which every strip is written again, for strips that lost power."
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a strip is to show; `blank` is its dark half of flashing."""

    unit: int
    state: str
    frame: bytes
    blank: bytes


class LedStrips:
    """The strips of one open bus."""

    def __init__(self, link: Link, options: LedStripOptions, port: Port) -> None:
        self._link = link
        self._options = options
        self._port = port
        self._colours: dict[str, ColourName] = {**COLOURS, **dict(options.colours.items())}
        self._codec = StripCodec()
        self._lines = LineReader(link, port)
        self._pacer: Pacer[_Shown] = Pacer(port, self._write)
        self._flashing: dict[int, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()
        self._acknowledged = asyncio.Event()
        self._silent: set[int] = set()
        self._faults: tuple[str, ...] | None = None

    async def run(self) -> None:
        refresher = asyncio.create_task(self._pacer.refresh(self._options.refresh_s))
        try:
            while True:
                data = await self._lines.read_or_silence(partial=self._codec.pending > 0)
                messages = self._codec.feed(data) if data else self._codec.flush()
                if any(isinstance(message, Acknowledged) for message in messages):
                    self._acknowledged.set()
        finally:
            await stop(refresher)

    async def close(self) -> None:
        await stop(*self._flashing.values())
        await self._pacer.close()
        await self._lines.close()

    async def show_window(self, unit: int | None, screen: WindowScreen) -> None:
        unit = self._options.address if unit is None else unit
        colour = Colour[self._colours[screen.state].upper()]
        columns = self._options.columns
        shown = _Shown(
            unit=unit,
            state=screen.state,
            frame=self._codec.encode_text(unit, screen.text, colour, columns),
            blank=self._codec.encode_text(unit, "", colour, columns),
        )
        last = self._pacer.latest(unit)
        new_call = screen.state == "calling" and (last is None or last.state != "calling")
        flashing = self._flashing.pop(unit, None)
        if flashing is not None:
            await stop(flashing)
        await self._pacer.show(unit, shown, urgent=new_call)
        if self._options.flash and screen.state == "calling":
            self._flashing[unit] = asyncio.create_task(self._flash(shown))

    async def _flash(self, shown: _Shown) -> None:
        with suppress(DeviceFault):  # silence has been marked, a lost link is met by `run`
            for _ in range(FLASHES):
                for frame in (shown.blank, shown.frame):
                    await self._port.sleep(FLASH_S)
                    await self._send(shown.unit, frame)

    async def _write(self, shown: _Shown) -> None:
        await self._send(shown.unit, shown.frame)

    async def _send(self, unit: int, frame: bytes) -> None:
        """Write a frame; where strips acknowledge, wait for it and try again. Raises DeviceFault, LinkLost."""
        if not self._options.ack:
            await self._link.write(frame)
            return
        async with self._turn:
            for _ in range(1 if unit in self._silent else TRIES):
                self._acknowledged.clear()
                await self._link.write(frame)
                if await self._heard_in_time():
                    self._port.heard()
                    self._mark(unit, silent=False)
                    return
        self._mark(unit, silent=True)
        raise DeviceFault("device.silent", detail=f"strip {unit}")

    async def _heard_in_time(self) -> bool:
        timer = asyncio.create_task(self._port.sleep(ACK_S))
        heard = asyncio.create_task(self._acknowledged.wait())
        try:
            await asyncio.wait({timer, heard}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await stop(timer, heard)
        return self._acknowledged.is_set()

    def _mark(self, unit: int, *, silent: bool) -> None:
        """One silent strip is a fault of the bus; it is told when it changes."""
        (self._silent.add if silent else self._silent.discard)(unit)
        faults = ("device.silent",) if self._silent else ()
        if faults != self._faults:
            self._faults = faults
            self._port.emit(FaultsSeen(faults))


async def open_strips(link: Link, options: LedStripOptions, port: Port) -> LedStrips:
    """Nothing can be proven: strips have no request for identity.

    So the state is unknown, until one acknowledges; where they do not, it stays unknown for ever.
    """
    port.emit(FaultsSeen(None))
    return LedStrips(link, options, port)


DRIVER = DriverSpec(
    name="ledstrip",
    options=LedStripOptions,
    links=("serial", "tcp"),
    capabilities=("window_display",),
    in_flight=4,
    open=open_strips,
)
