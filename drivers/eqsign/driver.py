"""EQ cards (诣阔) as capability window_display: a zone for each window, on one card or on many of a line."""

from typing import Self

from pydantic import Field, model_validator

from drivers.bus import LineReader, together
from drivers.eqsign.codec import Acknowledged, Message, SignCodec, Zone, show_fitting
from drivers.sign import CardOptions, ColourName, Receipts, Signs
from hallctl.devices.contract import DeviceFault, DriverSpec, Link, Port, WindowScreen


class EqSignOptions(CardOptions):
    """Options of the driver eqsign."""

    address: int = Field(1, ge=0, le=999, description="Address of the card where the config names no units.")
    width: int = Field(128, ge=8, le=4096, description="Pixels across of a screen that has no areas.")
    height: int = Field(16, ge=8, le=4096, description="Pixels down of a screen that has no areas.")
    ack: bool = Field(False, description="Whether the cards answer; then silence is a fault, and is retried.")

    @model_validator(mode="after")
    def _known_places(self) -> Self:
        for unit, area in self.areas.items():
            if not (area.area and area.card <= 999):
                raise ValueError(f"unit {unit}: zones are 1 to 99, cards 0 to 999")
        return self


class EqSigns:
    """The cards of one open line."""

    def __init__(self, link: Link, options: EqSignOptions, port: Port) -> None:
        self._options = options
        self._codec = SignCodec()
        self._lines = LineReader(link, port)
        self._receipts: Receipts[Message] = Receipts(link, port, wanted=options.ack)
        self._signs = Signs(port, options, self._put)
        self._cleared: set[int] = set()

    async def run(self) -> None:
        await together(self._listen(), self._signs.refresh())

    async def close(self) -> None:
        await self._signs.close()
        await self._lines.close()

    async def show_window(self, unit: int | None, screen: WindowScreen) -> None:
        await self._signs.show(self._options.address if unit is None else unit, screen)

    async def _listen(self) -> None:
        while True:
            for message in await self._lines.messages(self._codec):
                self._receipts.take(message)

    async def _put(self, unit: int, text: str, colour: ColourName) -> None:
        """The first text for a card clears what was on it: zones of another program, or of an older config."""
        zone, options = self._zone(unit), self._options
        command = show_fitting(
            zone,
            text,
            colour,
            font=options.font,
            charset=options.charset,
            scroll=options.scroll,
            clear=zone.card not in self._cleared,
        )
        self._cleared.add(zone.card)
        await self._receipts.send(unit, command.encode(), lambda message: isinstance(message, Acknowledged))

    def _zone(self, unit: int) -> Zone:
        """The unit's own part of a screen; all of its card's, where that has no parts; ``display.no_area``."""
        given = self._options.areas.get(unit)
        if given is None and any(area.card == unit for area in self._options.areas.values()):
            self._receipts.faults.mark(unit, "display.no_area")
            raise DeviceFault("display.no_area", transient=False, detail=f"unit {unit}")
        if given is not None:
            return Zone(given.card, given.area, given.x, given.y, given.width, given.height)
        return Zone(unit, 1, 0, 0, self._options.width, self._options.height)


async def open_signs(link: Link, options: EqSignOptions, port: Port) -> EqSigns:
    """Nothing can be proven: there is no question to a card. The state is unknown until one acknowledges a text."""
    return EqSigns(link, options, port)


DRIVER = DriverSpec(
    name="eqsign",
    options=EqSignOptions,
    links=("serial", "tcp"),
    capabilities=("window_display",),
    in_flight=4,
    open=open_signs,
    title=("诣阔 EQ 条屏", "EQ cards"),
)
