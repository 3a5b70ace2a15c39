"""Emulated FF 68 evaluators on one line: a lamp, five keys that are sent until acknowledged, and stars.

Independent of the codec and of `drivers.framing`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from drivers.emulated_line import FAULT_ACTIONS, EmulatedEnd, EmulatedLine, milliseconds
from drivers.emulated_pad import Insistence, build, take
from hallctl.devices.contract import EmulatorSpec


@dataclass(slots=True)
class _Pad:
    lamp: str = "idle"
    stars: int | None = None
    grade: int | None = None
    acknowledged: bool | None = None


class RatingPadEmulator:
    """The evaluators of one bus; one comes into being when it is first named."""

    def __init__(
        self,
        *,
        units: tuple[int, ...] = (129,),
        repeat_s: float = 0.25,
        now: Callable[[], int] = milliseconds,
        line: EmulatedLine | None = None,
    ) -> None:
        """`units` are whole addresses (window 3: 131); `repeat_s` is how long one waits for its acknowledgement."""
        self._end = EmulatedEnd(line or EmulatedLine(9600), self._hear, now)
        self._pads = {unit: _Pad() for unit in units}
        self._heard = bytearray()
        self._insistence = Insistence(lambda frame: self._end.say(frame, f"grade {frame[7]} at {frame[5]}"), repeat_s)

    async def start(self) -> str:
        return self._end.open()

    async def stop(self) -> None:
        await self._insistence.stop()
        self._end.close()

    async def press(self, action: str, **params: str | int) -> None:
        if action == "grade":
            unit, grade = int(params.get("unit", 129)), int(params.get("grade", 4))
            if not (0 <= unit <= 255 and 0 <= grade <= 255):
                raise ValueError("unit and grade are bytes")
            pad = self._pad(unit)
            pad.grade, pad.acknowledged = grade, False
            self._insistence.begin(unit, build(unit, 0x11, bytes((grade,))))
        elif not self._end.press(action, **params):
            raise ValueError(f"no action {action}")

    def view(self) -> dict[str, Any]:
        pads = {
            str(unit): {"lamp": pad.lamp, "stars": pad.stars, "grade": pad.grade, "acknowledged": pad.acknowledged}
            for unit, pad in sorted(self._pads.items())
        }
        return {"pads": pads, **self._end.state()}

    def _hear(self, data: bytes) -> None:
        self._hear_short_answers(data)
        self._heard += data
        for address, function, content in take(self._heard):
            if address >= 0x80 or address in self._pads:
                self._obey(address, function, content)

    def _hear_short_answers(self, data: bytes) -> None:
        """The MFC system acknowledges by a frame without FF and without the grade."""
        for unit, pad in self._pads.items():
            short = build(unit, 0x01)[1:]
            if data.startswith(short) and self._insistence.answered(unit):
                self._acknowledge(unit, pad, short)

    def _obey(self, unit: int, function: int, data: bytes) -> None:
        pad = self._pad(unit)
        frame = build(unit, function, data)
        if function == 0x01 and data == b"\x0b":
            pad.lamp, pad.grade, pad.acknowledged = "asked", None, None
            self._end.heard(frame, f"evaluator {unit} asks")
        elif function == 0x01 and pad.grade is not None and data == bytes((pad.grade,)):
            if self._insistence.answered(unit):
                self._acknowledge(unit, pad, frame)
        elif function == 0x02 and len(data) == 1:
            pad.stars = data[0]
            self._end.heard(frame, f"evaluator {unit} shows {data[0]} stars")
        else:
            self._end.heard(frame, f"evaluator {unit}: not understood")

    def _acknowledge(self, unit: int, pad: _Pad, frame: bytes) -> None:
        pad.acknowledged, pad.lamp = True, "idle"
        self._end.heard(frame, f"evaluator {unit}: grade {pad.grade} acknowledged")

    def _pad(self, unit: int) -> _Pad:
        return self._pads.setdefault(unit, _Pad())


EMULATOR: Final = EmulatorSpec(
    name="ratingpad",
    actions={"grade": {"unit": "129", "grade": "0|1|2|3|4"}, **FAULT_ACTIONS},
    make=RatingPadEmulator,
)
