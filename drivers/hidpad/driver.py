"""Digit keypads at a window, as capability call_pad for the clerk or rating_pad for the citizen; keyboard or serial.

A keypad has no display and no lamp: what it is answered with, nobody sees there.
"""

import asyncio
from typing import Final, Literal

from pydantic import Field, model_validator

from drivers.bus import SILENCE_S, Digits, LineReader, stop
from drivers.framing import Garbage
from drivers.hidpad.codec import KEYS, CharacterCodec, Forget, KeyboardCodec, KeyPressed, Message
from drivers.hidpad.keymap import MOST_DIGITS, NUMPAD, problem, resolve
from hallctl.devices.contract import DriverSpec, FaultsSeen, Link, Options, PadKey, Port, RatingKey

Level = Literal["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"]

AGAIN_S: Final = 0.3
"""The same key so soon is a bouncing contact or a nervous finger; digits may follow each other faster."""

UNGRADED: Final = frozenset({"enter", "backspace", "esc", "tab"})
"""What keypads send of themselves behind a grade, or what ends nothing there."""


class HidPadOptions(Options):
    """Options of the driver hidpad."""

    use: Literal["calls", "ratings"] = Field(
        "calls", description="Whose keypad it is: calls (the clerk's) or ratings (the citizen's)."
    )
    keymap: dict[str, str] = Field(
        {}, description='Keys of a call pad that differ from the usual ones, such as {"f1" = "next"}; see the README.'
    )
    grades: dict[str, Level] = Field(
        {},
        description='Keys of a rating pad, such as {"1" = "very_satisfied"}; it has no others. No default: check them.',
    )
    framed: bool = Field(
        False, description="Whether a serial keypad puts CR (and LF) behind every key, so that CR is not its Enter."
    )
    digits_s: float = Field(
        5.0, ge=1, le=60, description="Seconds after which digits typed before a key are forgotten."
    )

    @model_validator(mode="after")
    def _known(self) -> "HidPadOptions":
        wrong = problem(self.keymap)
        if wrong is not None:
            raise ValueError(wrong)
        unknown = sorted(set(self.grades) - KEYS)
        if unknown:
            raise ValueError(f"{unknown[0]} is no key; there are: {', '.join(sorted(KEYS))}")
        if self.use == "ratings" and not self.grades:
            raise ValueError("say which key means what: grades")
        return self


class HidPad:
    """One open keypad."""

    def __init__(self, link: Link, options: HidPadOptions, port: Port) -> None:
        self._options = options
        self._port = port
        self._keymap = {**NUMPAD, **options.keymap}
        self._codec: KeyboardCodec | CharacterCodec
        if link.address.startswith("input:"):
            self._codec = KeyboardCodec()
        else:
            self._codec = CharacterCodec(framed=options.framed)
        self._lines = LineReader(link, port)
        self._digits = Digits(port, options.digits_s, MOST_DIGITS)
        self._last: tuple[str, asyncio.Task[None]] | None = None
        self._known_well = False

    async def run(self) -> None:
        while True:
            for message in await self._next():
                await self._take(message)

    async def close(self) -> None:
        await self._digits.take()
        if self._last is not None:
            await stop(self._last[1])
        await self._lines.close()

    async def confirm(self, unit: int | None, accepted: bool) -> None:
        """A keypad cannot show it; the window's page and strip do."""

    async def ask_rating(self, unit: int | None) -> None:
        """A keypad has no lamp; the window's rating page asks."""

    # ------------------------------------------------------------ keys

    async def _next(self) -> list[Message]:
        """The next keys; after a silence, the end of an event that was cut."""
        if not self._codec.pending:
            return self._codec.feed(await self._lines.read())
        timer = asyncio.create_task(self._port.sleep(SILENCE_S))
        try:
            data = await self._lines.read(until=timer)
        finally:
            await stop(timer)
        return self._codec.feed(data) if data else self._codec.flush()

    async def _take(self, message: Message) -> None:
        if isinstance(message, Garbage):
            return
        if isinstance(message, Forget):
            await self._digits.take()
            return
        self._port.heard()
        if not self._known_well:
            self._known_well = True
            self._port.emit(FaultsSeen(()))
        if self._options.use == "ratings":
            await self._grade(message)
        else:
            await self._press(message)

    async def _grade(self, key: KeyPressed) -> None:
        level = self._options.grades.get(key.name)
        if (level is not None or key.name not in UNGRADED) and await self._is_new(key.name):
            self._port.emit(RatingKey(unit=None, level=level, raw=key.name))

    async def _press(self, key: KeyPressed) -> None:
        if key.name.isdecimal() and key.name not in self._keymap:
            await self._digits.type(key.name)
            return
        digits = await self._digits.take()
        if key.name in ("backspace", "esc") and key.name not in self._keymap:
            return
        meaning = resolve(self._keymap, digits, key.name)
        if meaning is not None and meaning[0] != "none" and await self._is_new(key.name):
            self._port.emit(PadKey(unit=None, action=meaning[0], digits=meaning[1]))

    async def _is_new(self, name: str) -> bool:
        last = self._last
        self._last = (name, asyncio.create_task(self._port.sleep(AGAIN_S)))
        if last is None:
            return True
        lapsed = last[1].done()
        await stop(last[1])
        return lapsed or last[0] != name


async def open_pad(link: Link, options: HidPadOptions, port: Port) -> HidPad:
    """A keyboard is proven by its node, which the link has opened for us alone; of a serial keypad nothing can be known
    until a key was pressed."""
    port.emit(FaultsSeen(() if link.address.startswith("input:") else None))
    return HidPad(link, options, port)


DRIVER = DriverSpec(
    name="hidpad",
    options=HidPadOptions,
    links=("input", "serial", "tcp"),
    capabilities=("call_pad", "rating_pad"),
    in_flight=1,
    open=open_pad,
    title=("数字小键盘", "Numeric keypads"),
)
