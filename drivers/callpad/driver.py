"""FF 68 call pads as capabilities call_pad and window_display; one driver serves all pads of a bus."""

from typing import Literal

from pydantic import Field, field_validator

from drivers.bus import MOST_ANSWERS
from drivers.callpad.codec import KeyPressed, Message, PadCodec
from drivers.callpad.keymap import KEY_PATTERN, PRESETS
from drivers.keymap import ACTIONS, resolve
from drivers.pad import PadLine, shown_label
from hallctl.devices.contract import DriverSpec, FaultsSeen, Link, Options, PadKey, Port, WindowScreen


class CallPadOptions(Options):
    """Options of the driver callpad."""

    dialect: Literal["csharp", "mfc"] = Field(
        "csharp", description="Which hall system's key map and display the pads follow: csharp or mfc."
    )
    keymap: dict[str, str] = Field(
        {}, description='Keys that differ from the dialect, such as {"12" = "pause", "5+0f" = "miss"}; see the README.'
    )
    address: int = Field(1, ge=1, le=255, description="Bus address of the pad where the config names no units.")
    evaluator_bit: bool = Field(True, description="Whether addresses from 128 up are evaluators on the same bus.")
    beep: bool = Field(True, description="Whether the pad beeps when a key was accepted or refused.")
    refresh_s: float = Field(
        60, ge=10, le=3600, description="Seconds after which every display is written again, for pads that lost power."
    )

    @field_validator("keymap")
    @classmethod
    def _known_keys(cls, keymap: dict[str, str]) -> dict[str, str]:
        lowered = {key.lower(): action for key, action in keymap.items()}
        for key, action in lowered.items():
            if not KEY_PATTERN.fullmatch(key):
                raise ValueError(f"{key} is no key; write the last byte in hex, such as 0c, 6+0f or *+0c")
            if action not in ACTIONS:
                raise ValueError(f"{action} is no action; there are: {', '.join(sorted(ACTIONS))}")
        return lowered


class CallPads:
    """The pads of one open bus."""

    def __init__(self, link: Link, options: CallPadOptions, port: Port) -> None:
        self._link = link
        self._options = options
        self._port = port
        self._keymap = {**PRESETS[options.dialect], **options.keymap}
        self._codec = PadCodec(evaluator_bit=options.evaluator_bit)
        self._line = PadLine(link, port)

    async def run(self) -> None:
        await self._line.run(self._codec, self._take, self._options.refresh_s)

    async def close(self) -> None:
        await self._line.close()

    async def show_window(self, unit: int | None, screen: WindowScreen) -> None:
        unit = self._unit(unit)
        label = shown_label(screen)
        frame = self._codec.encode_display(unit, screen.waiting, label, number_first=self._options.dialect == "mfc")
        await self._line.show(unit, frame, screen)

    async def confirm(self, unit: int | None, accepted: bool) -> None:
        unit = self._unit(unit)
        await self._link.write(self._codec.encode_result(unit, accepted))
        if self._options.beep:
            await self._link.write(self._codec.encode_beep(unit))
        self._line.show_again(unit)

    async def _take(self, message: Message) -> None:
        """A key: echo it at once, or the pad sends again; then act on it, once."""
        if not isinstance(message, KeyPressed):
            return
        self._line.heard()
        await self._press(message)

    async def _press(self, key: KeyPressed) -> None:
        times = await self._line.repeats.count(key.unit, key.frame)
        if times < MOST_ANSWERS:
            await self._link.write(key.frame)
        if times:
            return
        meaning = resolve(self._keymap, key.digits, f"{key.key:02x}")
        if meaning is None:
            await self.confirm(key.unit, accepted=False)
        elif meaning[0] != "none":
            self._port.emit(PadKey(unit=key.unit, action=meaning[0], digits=meaning[1]))

    def _unit(self, unit: int | None) -> int:
        return self._options.address if unit is None else unit


async def open_pads(link: Link, options: CallPadOptions, port: Port) -> CallPads:
    """Nothing can be proven: pads have no request for identity and speak only when a key is pressed.

    So the state is unknown until a frame was heard.
    """
    port.emit(FaultsSeen(None))
    return CallPads(link, options, port)


DRIVER = DriverSpec(
    name="callpad",
    options=CallPadOptions,
    links=("serial", "tcp"),
    capabilities=("call_pad", "window_display"),
    in_flight=1,
    open=open_pads,
    title=("叫号器（FF 68）", "Call pads (FF 68)"),
)
