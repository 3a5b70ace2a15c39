"""What the drivers of LED signs share: a window's state in its colour, the flash of a new call, calm, and faults."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

from pydantic import Field, field_validator

from drivers.bus import Exchange, Pacer, stop
from drivers.glyph import Charset
from hallctl.devices.contract import DeviceFault, FaultsSeen, Link, Options, Port, WindowScreen

M = TypeVar("M")

State = Literal["idle", "calling", "serving", "paused", "closed", "emergency"]
ColourName = Literal["red", "green", "yellow"]

COLOURS: Final[Mapping[str, ColourName]] = {
    "idle": "green",
    "calling": "red",
    "serving": "green",
    "paused": "yellow",
    "closed": "yellow",
    "emergency": "red",
}

# ---------------------------------------------------------------- options


class SignOptions(Options):
    """Options that all signs have."""

    colours: dict[State, ColourName] = Field(
        {}, description='Colours that differ from the usual, such as {calling = "yellow"}: red, green or yellow.'
    )
    flash: bool = Field(
        False, description="Whether a new call flashes for 3 s, for signs that cannot do so themselves."
    )
    refresh_s: float = Field(
        60, ge=10, le=3600, description="Seconds after which every text is written again, for signs that lost power."
    )


class AreaOptions(Options):
    """A rectangle of a card's screen that stands for one unit; all in pixels from the upper left corner."""

    card: int = Field(1, ge=0, le=0x7FFF, description="Address of the card whose screen it is on.")
    area: int = Field(ge=0, le=99, description="Number of the area on that card, each once.")
    x: int = Field(0, ge=0, le=4095, description="Pixels from the left.")
    y: int = Field(0, ge=0, le=4095, description="Pixels from the top.")
    width: int = Field(ge=8, le=4096, description="Pixels across.")
    height: int = Field(ge=8, le=4096, description="Pixels down.")

    def meets(self, other: "AreaOptions") -> bool:
        """Whether both are on one screen and cover a pixel together."""
        return (
            self.card == other.card
            and self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )


class CardOptions(SignOptions):
    """Options of cards that have a font and a screen of pixels."""

    areas: dict[int, AreaOptions] = Field(
        {},
        description="Parts of a card's screen by unit, where one screen serves several windows: "
        "{1 = {card = 1, area = 0, x = 0, y = 0, width = 128, height = 16}}.",
    )
    font: Literal[16, 24, 32] = Field(16, description="Height of the card's font in pixels: 16, 24 or 32.")
    charset: Charset = Field("gb2312", description="What the card's Chinese font has: gb2312 or gbk.")
    scroll: bool = Field(False, description="Whether a text that does not fit moves to the left instead of being cut.")

    @field_validator("areas")
    @classmethod
    def _apart(cls, areas: dict[int, AreaOptions]) -> dict[int, AreaOptions]:
        rows = list(areas.items())
        for at, (unit, area) in enumerate(rows):
            for other, its in rows[:at]:
                if (area.card, area.area) == (its.card, its.area):
                    raise ValueError(f"units {other} and {unit} have the same area {area.area} of card {area.card}")
                if area.meets(its):
                    raise ValueError(f"the areas of units {other} and {unit} overlap")
        return areas


# ---------------------------------------------------------------- faults


class Faults:
    """Which parts of a device have which fault; told as one, when it changes."""

    def __init__(self, port: Port, told: tuple[str, ...] | None = None) -> None:
        """`told` is what the hall knows already; None: nothing is known yet."""
        self._port = port
        self._told = told
        self._codes: dict[Hashable, str] = {}

    def of(self, part: Hashable) -> str | None:
        """The part's fault."""
        return self._codes.get(part)

    def mark(self, part: Hashable, code: str | None) -> None:
        """The part has this fault now, or is well."""
        if code is None:
            self._codes.pop(part, None)
        else:
            self._codes[part] = code
        self.tell()

    def tell(self) -> None:
        codes = tuple(sorted(set(self._codes.values())))
        if codes != self._told:
            self._told = codes
            self._port.emit(FaultsSeen(codes))


# ---------------------------------------------------------------- signs that may acknowledge


class Receipts(Generic[M]):
    """Writes frames to signs of which some acknowledge what they get and some never say a word.

    A sign that is to acknowledge is tried `TRIES` times; one that is silent has that fault and is then tried once a
    time only, so that it does not delay the others on its line.
    """

    ANSWER_S: Final = 0.6
    TRIES: Final = 3

    def __init__(self, link: Link, port: Port, *, wanted: bool) -> None:
        """Nothing is known of any of them until one has acknowledged."""
        self._link = link
        self._port = port
        self._wanted = wanted
        self._exchange: Exchange[M] = Exchange(link, port)
        self.faults = Faults(port)
        port.emit(FaultsSeen(None))

    def take(self, message: M) -> None:
        """A message has come."""
        self._exchange.take(message)

    async def send(self, unit: int, frame: bytes, acknowledges: Callable[[M], bool]) -> None:
        """Write it to the unit; raises DeviceFault ``device.silent``, LinkLost."""
        if not self._wanted:
            await self._link.write(frame)
            return
        tries = 1 if self.faults.of(unit) else self.TRIES
        if await self._exchange.ask(frame, acknowledges, within_s=self.ANSWER_S, tries=tries) is None:
            self.faults.mark(unit, "device.silent")
            raise DeviceFault("device.silent", detail=f"unit {unit}")
        self._port.heard()
        self.faults.mark(unit, None)


# ---------------------------------------------------------------- signs


@dataclass(frozen=True, slots=True)
class Shown:
    """What a unit is to show."""

    unit: int
    state: str
    text: str
    colour: ColourName


@dataclass(frozen=True, slots=True)
class Flashing:
    """A new call goes dark and comes back so often (V04), each half for `half_s`."""

    half_s: float = 0.5
    times: int = 3


Put = Callable[[int, str, ColourName], Awaitable[None]]
"""Write a text in a colour to a unit; empty text makes it dark. Raises DeviceFault, LinkLost."""


class Signs:
    """The signs of one open device: the last writer wins, at most one text a second each, a new call at once."""

    def __init__(self, port: Port, options: SignOptions, put: Put, flashing: Flashing | None = None) -> None:
        self._port = port
        self._options = options
        self._put = put
        self._flash = flashing or Flashing()
        self._colours: dict[str, ColourName] = {**COLOURS, **dict(options.colours.items())}
        self._pacer: Pacer[Shown] = Pacer(port, self._write)
        self._flashes: dict[int, asyncio.Task[None]] = {}

    async def show(self, unit: int, screen: WindowScreen) -> None:
        """Returns when it is written, or kept for later because the unit was written to just now."""
        shown = Shown(unit, screen.state, screen.text, self._colours[screen.state])
        last = self._pacer.latest(unit)
        new_call = screen.state == "calling" and (last is None or last.state != "calling")
        flashing = self._flashes.pop(unit, None)
        if flashing is not None:
            await stop(flashing)
        await self._pacer.show(unit, shown, urgent=new_call or screen.state == "emergency")
        if self._options.flash and screen.state == "calling":
            self._flashes[unit] = asyncio.create_task(self._flash_call(shown))

    def again(self, unit: int) -> None:
        """The unit has lost its text: write it anew."""
        self._pacer.again(unit)

    async def refresh(self) -> None:
        """For ever: write every text again, for signs that lost their power and cannot say so."""
        await self._pacer.refresh(self._options.refresh_s)

    async def close(self) -> None:
        await stop(*self._flashes.values())
        await self._pacer.close()

    async def _write(self, shown: Shown) -> None:
        await self._put(shown.unit, shown.text, shown.colour)

    async def _flash_call(self, shown: Shown) -> None:
        with suppress(DeviceFault):  # silence has been marked, a lost link is met by the driver's `run`
            for _ in range(self._flash.times):
                for text in ("", shown.text):
                    await self._port.sleep(self._flash.half_s)
                    await self._put(shown.unit, text, shown.colour)
