"""One Onbon card: proving it, its texts, its brightness and clock, and what its refusals mean."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

from drivers.bus import Exchange
from drivers.framing import Garbage
from drivers.onbon.area import Area
from drivers.onbon.codec import (
    MODELS,
    Error,
    Packet,
    Parameters,
    Status,
    ask_parameters,
    ask_status,
    ping,
    set_brightness,
    set_clock,
    set_daily_brightness,
    show_area,
)
from drivers.onbon.options import OnbonOptions
from hallctl.devices.contract import DeviceFault, LinkLost, Port

ANSWER_S: Final = 1.0
TRIES: Final = 2
"""A card that has not answered two frames in 2 s is silent."""

BUSY_S: Final = 0.5
REPEATS: Final = 3
"""How often a frame that came to a busy card, or came damaged, is sent again."""

SKEW: Final = timedelta(seconds=5)
"""A card's clock that is further off is set."""

CLOCK_S: Final = 3600.0
"""How often its clock is looked at: one that loses the time at once would be set without end."""

FAULTS: Final[dict[int, str]] = {
    Error.GROUP: "display.unsupported",
    Error.COMMAND: "display.unsupported",
    Error.FIRMWARE: "display.unsupported",
    Error.BUSY: "display.busy",
    Error.MEMORY: "display.full",
    Error.CHECKSUM: "display.corrupted",
    Error.FONT: "display.no_font",
}

_UNKNOWN: Final = ("display.unsupported", "device.refused")

K_TYPES: Final = range(0x50, 0x70)
"""Types of the fifth and sixth generation with fonts; newer ones than `MODELS` are taken too."""

Heard = Packet | Garbage


class Card:
    """A card at an address. All methods raise DeviceFault when it refuses or is silent, LinkLost."""

    def __init__(self, address: int, exchange: Exchange[Heard], options: OnbonOptions, port: Port) -> None:
        self.address = address
        self.greeted = False
        self.silent = False
        self._exchange = exchange
        self._options = options
        self._port = port
        self._alone = len(options.cards) == 1
        self._parameters: Parameters | None = None
        self._status_known = True
        self._clock_due_s = 0.0
        self._greeting = asyncio.Lock()

    async def greet(self, within_s: float | None = None) -> None:
        """Prove that it is there and is such a card; once, until it has been silent. Changes nothing that is shown.

        With `within_s` it is asked once and has so long.
        """
        async with self._greeting:
            if self.greeted:
                return
            await self._command(ping(self.address), within_s or ANSWER_S, 1 if within_s else None)
            answer = await self._inquire(ask_parameters(self.address))
            self._parameters = Parameters.parse(answer.payload) if answer is not None else None
            if self._parameters is not None and self._parameters.device_type not in K_TYPES:
                kind = f"card {self.address}: type {self._parameters.device_type:#04x}"
                raise DeviceFault("device.wrong_identity", transient=False, detail=kind)
            self._clock_due_s, self._status_known = 0.0, True
            levels = self._options.daily_brightness
            if levels:
                await self._command(set_daily_brightness(self.address, levels))
            self.greeted = True

    async def keep(self) -> Status | None:
        """Ask how it is; set its brightness and clock where they are not as they should be. None: it does not tell."""
        status = await self._status()
        if status is None:
            await self._command(ping(self.address))
        level = self._options.brightness
        if level is not None and (status is None or status.brightness != level):
            await self._command(set_brightness(self.address, level))
        self._clock_due_s -= self._options.poll_s
        if self._clock_due_s <= 0:
            self._clock_due_s = CLOCK_S
            await self._set_clock(status.moment if status is not None else None)
        return status

    async def show(self, area: Area, text: str, colour: str) -> None:
        """Put the text into the area; on a screen of one colour every colour is that one."""
        if self._parameters is not None and self._parameters.one_colour:
            colour = "red"
        options = self._options
        data = area.show(text, colour, font=options.font, charset=options.charset, scroll=options.scroll)
        await self._command(show_area(self.address, data, above=options.above))

    def size(self) -> tuple[int, int]:
        """The screen's pixels: as the config says, or else the card; ``display.size_unknown``."""
        said = self._parameters
        width = self._options.width or (said.width if said is not None else 0)
        height = self._options.height or (said.height if said is not None else 0)
        if not width or not height:
            raise DeviceFault("display.size_unknown", transient=False, detail=f"card {self.address}")
        return width, height

    def model(self) -> str:
        """For messages."""
        return MODELS.get(self._parameters.device_type, "BX-K") if self._parameters is not None else "BX-K"

    async def _status(self) -> Status | None:
        """None from a card that does not know the question, or leaves it and not the next one unanswered."""
        if not self._status_known:
            return None
        try:
            answer = await self._command(ask_status(self.address))
        except LinkLost:
            raise
        except DeviceFault as fault:
            if fault.code == "device.silent":
                await self._command(ping(self.address))
            elif fault.code not in _UNKNOWN:
                raise
            self._status_known = False
            return None
        return Status.parse(answer.payload)

    async def _set_clock(self, moment: datetime | None) -> None:
        """A card without a clock refuses; nothing in a hall depends on it."""
        zone = self._options.zone
        if zone is None:
            return
        wall = datetime.fromtimestamp(self._port.now() / 1000, UTC).astimezone(zone).replace(tzinfo=None)
        if moment is None or abs(wall - moment) > SKEW:
            await self._inquire(set_clock(self.address, wall))

    async def _inquire(self, request: Packet) -> Packet | None:
        """The answer; None where the card refuses, or does not know the command so far as not to answer."""
        try:
            return await self._command(request)
        except LinkLost:
            raise
        except DeviceFault:
            return None

    async def _command(self, request: Packet, within_s: float = ANSWER_S, tries: int | None = None) -> Packet:
        """The card's answer; one that was silent is asked once only, so that it does not delay the others."""
        frame = request.encode()

        def answers(message: Heard) -> bool:
            return isinstance(message, Packet) and message.answers(request) and self._is_from(message)

        error = 0
        for _ in range(1 + REPEATS):
            times = tries or (1 if self.silent else TRIES)
            answer = await self._exchange.ask(frame, answers, within_s=within_s, tries=times)
            self.silent = answer is None
            if not isinstance(answer, Packet):
                self.greeted = False
                raise DeviceFault("device.silent", detail=f"card {self.address}")
            self._port.heard()
            error = answer.error
            if not error:
                return answer
            if error not in (Error.BUSY, Error.CHECKSUM):
                break
            await self._port.sleep(BUSY_S)
        code = FAULTS.get(error, "device.refused")
        raise DeviceFault(code, detail=f"card {self.address} ({self.model()}): error {error}")

    def _is_from(self, message: Packet) -> bool:
        """Over TCP a card does not look at addresses, and its own may be another than the config's."""
        return self._alone or message.source == self.address
