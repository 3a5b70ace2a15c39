"""Onbon (仰邦) BX-5K/6K cards as capability window_display: a dynamic area for each window, on one card or on many."""

from typing import Final

from drivers.bus import Exchange, LineReader, together
from drivers.framing import Garbage
from drivers.onbon.area import Area
from drivers.onbon.card import Card, Heard
from drivers.onbon.codec import CardCodec
from drivers.onbon.options import OnbonOptions
from drivers.onbon.probe import PROBES
from drivers.sign import ColourName, Faults, Flashing, Signs
from hallctl.devices.contract import DeviceFault, DriverSpec, Link, LinkLost, Port, WindowScreen

FIRST_S: Final = 2.0
"""How long a card has to answer the first question (§8.8)."""

ALL_S: Final = 9.0
"""How long all cards of a line have together."""

FLASHING: Final = Flashing(half_s=1.0, times=2)
"""A card takes a new text for an area once a second (§2.1)."""


class OnbonCards:
    """The cards of one open link."""

    def __init__(self, link: Link, options: OnbonOptions, port: Port) -> None:
        self._options = options
        self._port = port
        self._codec = CardCodec()
        self._lines = LineReader(link, port)
        self._exchange: Exchange[Heard] = Exchange(link, port)
        self._faults = Faults(port)
        self._signs = Signs(port, options, self._put, FLASHING)
        self._cards = {address: Card(address, self._exchange, options, port) for address in options.cards}
        self._garbled = False
        self._units: dict[tuple[int, int], int] = {}

    async def open(self) -> None:
        """Prove that a card is there. One is enough: the others are told of by `run`."""
        await together(self._listen(), self._greet())
        self._faults.tell()

    async def run(self) -> None:
        await together(self._listen(), self._watch(), self._signs.refresh())

    async def close(self) -> None:
        await self._signs.close()
        await self._lines.close()

    async def show_window(self, unit: int | None, screen: WindowScreen) -> None:
        await self._signs.show(self._options.cards[0] if unit is None else unit, screen)

    # ------------------------------------------------------------ the line

    async def _listen(self) -> None:
        while True:
            for message in await self._lines.messages(self._codec):
                self._garbled = self._garbled or isinstance(message, Garbage)
                self._exchange.take(message)

    async def _greet(self) -> None:
        """Until one card has answered; raises the last one's fault when none has."""
        within_s = min(FIRST_S, ALL_S / len(self._cards))
        fault = DeviceFault("device.silent")
        for card in self._cards.values():
            try:
                await card.greet(within_s)
                return
            except LinkLost:
                raise
            except DeviceFault as its:
                fault = its
        if fault.code == "device.silent" and self._garbled:
            raise DeviceFault("device.garbled", detail=fault.detail)
        raise fault

    # ------------------------------------------------------------ the cards

    async def _watch(self) -> None:
        """For ever: how is each card? When none answers the link is given up, for a new one may be better."""
        while True:
            for card in self._cards.values():
                await self._look_after(card)
            if all(card.silent for card in self._cards.values()):
                raise DeviceFault("device.silent", detail="no card answers")
            await self._port.sleep(self._options.poll_s)

    async def _look_after(self, card: Card) -> None:
        """What is wrong with it is told; one that has come back, or has lost an area with its power, gets its texts."""
        part = ("card", card.address)
        was_well = self._faults.of(part) is None
        try:
            await card.greet()
            status = await card.keep()
        except LinkLost:
            raise
        except DeviceFault as fault:
            self._faults.mark(part, fault.code)
            return
        self._faults.mark(part, None if status is None or status.on else "display.off")
        for (address, area), unit in self._units.items():
            lost = status is not None and status.areas is not None and area not in status.areas
            if address == card.address and (lost or not was_well or self._faults.of(("unit", unit)) is not None):
                self._signs.again(unit)

    # ------------------------------------------------------------ texts

    async def _put(self, unit: int, text: str, colour: ColourName) -> None:
        try:
            card, number = self._place(unit)
            await card.greet()
            await card.show(self._area(unit, card, number), text, colour)
        except LinkLost:
            raise
        except DeviceFault as fault:
            self._faults.mark(("unit", unit), fault.code)
            raise
        self._faults.mark(("unit", unit), None)

    def _place(self, unit: int) -> tuple[Card, int]:
        """The unit's card and the number of its area there, which is nobody else's; ``display.no_area``."""
        given = self._options.areas.get(unit)
        if given is not None:
            address, number = given.card, given.area
        else:
            address, number = unit if len(self._cards) > 1 else self._options.cards[0], 0
        shared = given is None and any(area.card == address for area in self._options.areas.values())
        if shared or address not in self._cards or self._units.setdefault((address, number), unit) != unit:
            raise DeviceFault("display.no_area", transient=False, detail=f"unit {unit}")
        return self._cards[address], number

    def _area(self, unit: int, card: Card, number: int) -> Area:
        """The unit's part of the screen as the config has it, or all of it."""
        given = self._options.areas.get(unit)
        if given is not None:
            return Area(number, given.x, given.y, given.width, given.height)
        return Area(number, 0, 0, *card.size())


async def open_cards(link: Link, options: OnbonOptions, port: Port) -> OnbonCards:
    """A card has answered in its own frames, and says that it is of the kind with fonts, if it says of what kind."""
    cards = OnbonCards(link, options, port)
    try:
        await cards.open()
    except BaseException:
        await cards.close()
        raise
    return cards


DRIVER = DriverSpec(
    name="onbon",
    options=OnbonOptions,
    links=("tcp", "serial"),
    capabilities=("window_display",),
    in_flight=4,
    open=open_cards,
    title=("仰邦 BX-5K/6K 显示屏", "Onbon BX-5K/6K cards"),
    probes=PROBES,
)
