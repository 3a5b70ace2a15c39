"""FF 68 evaluators as capability rating_pad; one driver serves all evaluators of a bus."""

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import Field, field_validator

from drivers.bus import MOST_ANSWERS, LineReader, Repeats
from drivers.ratingpad.codec import EvaluatorCodec, GradeGiven, Message
from hallctl.devices.contract import DriverSpec, FaultsSeen, Link, Options, Port, RatingKey

Level = Literal["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"]

PRESETS: Final[Mapping[str, Mapping[str, Level]]] = {
    "mfc": {
        "0": "very_dissatisfied",
        "1": "dissatisfied",
        "2": "basically_satisfied",
        "3": "satisfied",
        "4": "very_satisfied",
    },
    "csharp": {"0": "dissatisfied", "1": "very_dissatisfied", "2": "satisfied", "3": "very_satisfied"},
}
"""Key → level of the two public hall systems: five keys from worst to best; four keys, the two worst swapped."""


class RatingPadOptions(Options):
    """Options of the driver ratingpad."""

    dialect: Literal["mfc", "csharp"] = Field("mfc", description="Which hall system's keys the evaluators have.")
    grades: dict[str, Level] = Field(
        {},
        description='The keys by name, such as {"0" = "dissatisfied", "1" = "satisfied"}; replaces the dialect\'s map. '
        "A key that is not in it is no rating.",
    )
    answer: Literal["frame", "short"] = Field(
        "frame", description="How a key is acknowledged: frame (with the grade) or short (the MFC system's form)."
    )
    address: int = Field(129, ge=1, le=255, description="Bus address of the evaluator where the config names no units.")
    address_bit: bool = Field(
        True, description="Whether evaluators have addresses from 128 up (window 3: 131); lower ones are then ignored."
    )

    @field_validator("grades")
    @classmethod
    def _bytes(cls, grades: dict[str, Level]) -> dict[str, Level]:
        for key in grades:
            if not (key.isascii() and key.isdigit() and int(key) <= 255 and str(int(key)) == key):
                raise ValueError(f"{key} is no key; write the grade's byte as a decimal number, 0 to 255")
        return grades


class RatingPads:
    """The evaluators of one open bus."""

    def __init__(self, link: Link, options: RatingPadOptions, port: Port) -> None:
        self._link = link
        self._options = options
        self._port = port
        self._grades = options.grades or PRESETS[options.dialect]
        self._codec = EvaluatorCodec(address_bit=options.address_bit)
        self._lines = LineReader(link, port)
        self._repeats = Repeats(port)
        self._known_well = False

    async def run(self) -> None:
        while True:
            for message in await self._lines.messages(self._codec):
                await self._take(message)

    async def close(self) -> None:
        await self._repeats.close()
        await self._lines.close()

    async def ask_rating(self, unit: int | None) -> None:
        await self._link.write(self._codec.encode_start(self._options.address if unit is None else unit))

    async def _take(self, message: Message) -> None:
        """Acknowledge at once, or the evaluator sends again; then tell it, once."""
        if not isinstance(message, GradeGiven):
            return
        self._port.heard()
        if not self._known_well:
            self._known_well = True
            self._port.emit(FaultsSeen(()))
        times = await self._repeats.count(message.unit, message.frame)
        if times < MOST_ANSWERS:
            await self._link.write(self._codec.encode_answer(message, short=self._options.answer == "short"))
        if not times:
            raw = str(message.grade)
            self._port.emit(RatingKey(unit=message.unit, level=self._grades.get(raw), raw=raw))


async def open_pads(link: Link, options: RatingPadOptions, port: Port) -> RatingPads:
    """Nothing can be proven: evaluators have no request for identity and speak only when a key is pressed.

    So the state is unknown until a grade was heard.
    """
    port.emit(FaultsSeen(None))
    return RatingPads(link, options, port)


DRIVER = DriverSpec(
    name="ratingpad",
    options=RatingPadOptions,
    links=("serial", "tcp"),
    capabilities=("rating_pad",),
    in_flight=1,
    open=open_pads,
    title=("评价器（FF 68）", "Rating pads (FF 68)"),
)
