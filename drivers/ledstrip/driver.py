"""Window strip screens "A0 90" as capability window_display; one driver serves all strips of a bus."""

from pydantic import Field

from drivers.bus import LineReader, together
from drivers.ledstrip.codec import MOST_COLUMNS, Acknowledged, Colour, Message, StripCodec
from drivers.sign import ColourName, Receipts, SignOptions, Signs
from hallctl.devices.contract import DriverSpec, Link, Port, WindowScreen


class LedStripOptions(SignOptions):
    """Options of the driver ledstrip."""

    columns: int = Field(
        16, ge=4, le=MOST_COLUMNS, description="Width of a strip in half-width characters: 16 show 8 Chinese ones."
    )
    ack: bool = Field(False, description="Whether the strips acknowledge; then silence is a fault, and is retried.")
    address: int = Field(1, ge=0, le=255, description="Bus address of the strip where the config names no units.")


class LedStrips:
    """The strips of one open bus."""

    def __init__(self, link: Link, options: LedStripOptions, port: Port) -> None:
        self._options = options
        self._codec = StripCodec()
        self._lines = LineReader(link, port)
        self._receipts: Receipts[Message] = Receipts(link, port, wanted=options.ack)
        self._signs = Signs(port, options, self._put)

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
        frame = self._codec.encode_text(unit, text, Colour[colour.upper()], self._options.columns)

        def acknowledges(message: Message) -> bool:
            return isinstance(message, Acknowledged) and message.address in (None, unit)

        await self._receipts.send(unit, frame, acknowledges)


async def open_strips(link: Link, options: LedStripOptions, port: Port) -> LedStrips:
    """Nothing can be proven: strips have no request for identity.

    So the state is unknown, until one acknowledges; where they do not, it stays unknown for ever.
    """
    return LedStrips(link, options, port)


DRIVER = DriverSpec(
    name="ledstrip",
    options=LedStripOptions,
    links=("serial", "tcp"),
    capabilities=("window_display",),
    in_flight=4,
    open=open_strips,
    title=("窗口条屏（A0 90）", "Window strips (A0 90)"),
)
