"""Pads of any brand, described in the config instead of in code: for clerks, for citizens, or for both on one line."""

from drivers.bus import MOST_ANSWERS, Digits
from drivers.keymap import LEVELS, resolve
from drivers.pad import PadLine, shown_label
from drivers.padframe.codec import KeyPressed, Message, PadCodec
from drivers.padframe.options import DIGITS, PadFrameOptions
from drivers.padframe.output import Values, render
from hallctl.devices.contract import DriverSpec, FaultsSeen, Link, PadKey, Port, RatingKey, WindowScreen


class FramePads:
    """The pads of one open line."""

    def __init__(self, link: Link, options: PadFrameOptions, port: Port) -> None:
        self._link = link
        self._options = options
        self._port = port
        self._frame = options.frame()
        self._codec = PadCodec(self._frame)
        self._line = PadLine(link, port)
        self._digits: dict[int | None, Digits] = {}

    async def run(self) -> None:
        await self._line.run(self._codec, self._take, self._options.refresh_s)

    async def close(self) -> None:
        for digits in self._digits.values():
            await digits.take()
        await self._line.close()

    # ------------------------------------------------------------ to the pads

    async def show_window(self, unit: int | None, screen: WindowScreen) -> None:
        if not self._options.show:
            return
        unit = self._options.unit if unit is None else unit
        number = "".join(character for character in shown_label(screen) or "" if character in DIGITS)
        frame = render(self._options.show, self._frame, Values(unit, waiting=screen.waiting, number=number))
        await self._line.show(unit, frame, screen)

    async def confirm(self, unit: int | None, accepted: bool) -> None:
        text = self._options.accepted if accepted else self._options.refused
        if text:
            unit = self._options.unit if unit is None else unit
            await self._link.write(render(text, self._frame, Values(unit)))
            self._line.show_again(unit)

    async def ask_rating(self, unit: int | None) -> None:
        if self._options.ask:
            unit = self._options.unit if unit is None else unit
            await self._link.write(render(self._options.ask, self._frame, Values(unit)))

    # ------------------------------------------------------------ from the pads

    async def _take(self, message: Message) -> None:
        if not isinstance(message, KeyPressed):
            return
        self._line.heard()
        await self._press(message)

    async def _press(self, key: KeyPressed) -> None:
        """Answer at once, or the pad sends again; then act on it, once. Digits may follow each other at once on pads
        that are not answered and so send nothing again."""
        times = await self._line.repeats.count(-1 if key.unit is None else key.unit, key.frame)
        if self._options.acknowledge and times < MOST_ANSWERS:
            await self._link.write(self._answer(key))
        if times and (self._options.acknowledge or self._options.keys.get(key.key) not in DIGITS):
            return
        digits = self._digits.setdefault(key.unit, Digits(self._port, self._options.digits_s))
        if self._options.keys.get(key.key) in DIGITS:
            await digits.type(self._options.keys[key.key])
        else:
            await self._mean(key, await digits.take())

    def _answer(self, key: KeyPressed) -> bytes:
        if self._options.acknowledge == "echo":
            return key.frame
        values = Values(self._options.unit if key.unit is None else key.unit, bytes.fromhex(key.key))
        return render(self._options.acknowledge, self._frame, values)

    async def _mean(self, key: KeyPressed, digits: str) -> None:
        meaning = resolve(self._options.keys, digits, key.key)
        if meaning is not None and meaning[0] in LEVELS:
            self._port.emit(RatingKey(key.unit, meaning[0], key.key))
        elif meaning is not None and meaning[0] != "none":
            self._port.emit(PadKey(key.unit, meaning[0], meaning[1]))
        elif meaning is None and self._options.rates:
            self._port.emit(RatingKey(key.unit, None, key.key))
        elif meaning is None:
            await self.confirm(key.unit, accepted=False)


async def open_pads(link: Link, options: PadFrameOptions, port: Port) -> FramePads:
    """Nothing can be proven: what is described are keys only, and the state is unknown until one was heard."""
    port.emit(FaultsSeen(None))
    return FramePads(link, options, port)


DRIVER = DriverSpec(
    name="padframe",
    options=PadFrameOptions,
    links=("serial", "tcp"),
    capabilities=("call_pad", "rating_pad", "window_display"),
    in_flight=1,
    open=open_pads,
    title=("自定义按键器（叫号器、评价器）", "Pads described in the config"),
)
