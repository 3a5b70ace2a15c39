"""Emulated FF 68 call pads on one line: keys that are sent until echoed, six digits, a result and a beep.

Independent of the codec and of `drivers.framing`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from drivers.emulated_line import FAULT_ACTIONS, EmulatedEnd, EmulatedLine, milliseconds
from drivers.emulated_pad import Insistence, build, take
from hallctl.devices.contract import EmulatorSpec

KEYS: Final[dict[str, dict[str, bytes]]] = {
    "csharp": {"miss": b"\x06\x0f", "hold": b"\x00\x0f", "resume": b"\x03\x0f", "pause": b"\x12"},
    "mfc": {"miss": b"\x05\x0f", "pause": b"\x00\x0f", "logout": b"\x04\x0f"},
}
_COMMON: Final = {
    "start": b"\x0a",
    "finish": b"\x0b",
    "next": b"\x0c",
    "recall": b"\x0d",
    "cancel": b"\x0e",
    "function": b"\x0f",
    "transfer": b"\x13",
}


@dataclass(slots=True)
class _Pad:
    display: str = "------"
    result: str | None = None
    beeps: int = 0
    key: str | None = None
    acknowledged: bool | None = None


class CallPadEmulator:
    """The pads of one bus; a pad comes into being when it is first named."""

    def __init__(
        self,
        *,
        units: tuple[int, ...] = (1,),
        dialect: str = "csharp",
        repeat_s: float = 0.25,
        now: Callable[[], int] = milliseconds,
        line: EmulatedLine | None = None,
    ) -> None:
        """`dialect` chooses what the keys send; `repeat_s` is how long a pad waits for its echo."""
        self._end = EmulatedEnd(line or EmulatedLine(9600), self._hear, now)
        self._keys = {**_COMMON, **KEYS[dialect]}
        self._pads = {unit: _Pad() for unit in units}
        self._heard = bytearray()
        self._sent: dict[int, bytes] = {}
        self._insistence = Insistence(lambda frame: self._end.say(frame, f"key at pad {frame[5]}"), repeat_s)

    async def start(self) -> str:
        return self._end.open()

    async def stop(self) -> None:
        await self._insistence.stop()
        self._end.close()

    async def press(self, action: str, **params: str | int) -> None:
        if action == "key":
            self._press_key(int(params.get("unit", 1)), str(params.get("key", "next")))
        elif not self._end.press(action, **params):
            raise ValueError(f"no action {action}")

    def view(self) -> dict[str, Any]:
        pads = {
            str(unit): {
                "display": pad.display,
                "result": pad.result,
                "beeps": pad.beeps,
                "key": pad.key,
                "acknowledged": pad.acknowledged,
            }
            for unit, pad in sorted(self._pads.items())
        }
        return {"pads": pads, **self._end.state()}

    def _press_key(self, unit: int, key: str) -> None:
        """`key` is a name, ``digits+name``, or ``digits+hex``."""
        digits, _, name = key.rpartition("+")
        try:
            data = bytes(map(int, digits)) + (self._keys.get(name) or bytes.fromhex(name))
        except ValueError as error:
            raise ValueError(f"no key {key}; there are: {', '.join(self._keys)}") from error
        pad = self._pad(unit)
        pad.key, pad.acknowledged, pad.result = key, False, None
        self._sent[unit] = build(unit, 0x01, data)
        self._insistence.begin(unit, self._sent[unit])

    def _hear(self, data: bytes) -> None:
        self._heard += data
        for address, function, content in take(self._heard):
            if address < 0x80:
                self._obey(address, function, content)

    def _obey(self, unit: int, function: int, data: bytes) -> None:
        pad = self._pad(unit)
        frame = build(unit, function, data)
        if frame == self._sent.get(unit) and self._insistence.answered(unit):
            pad.acknowledged = True
            self._end.heard(frame, f"pad {unit}: echo of its key")
        elif function == 0x02 and len(data) == 1:
            pad.result = "ok" if data[0] else "fail"
            self._end.heard(frame, f"pad {unit}: {pad.result}")
        elif function == 0x02:
            pad.display = "".join("-" if digit == 0x0A else str(digit) for digit in data)
            self._end.heard(frame, f"pad {unit} shows {pad.display}")
        elif function == 0x03:
            pad.beeps += 1
            self._end.heard(frame, f"pad {unit} beeps")
        else:
            self._end.heard(frame, f"pad {unit}: not understood")

    def _pad(self, unit: int) -> _Pad:
        return self._pads.setdefault(unit, _Pad())


EMULATOR: Final = EmulatorSpec(
    name="callpad",
    actions={
        "key": {
            "unit": "1",
            "key": "next|recall|start|finish|miss|hold|resume|pause|cancel|transfer, 12+next, 6+0f",
        },
        **FAULT_ACTIONS,
    },
    make=CallPadEmulator,
    options=lambda *, dialect="csharp", **_given: {"dialect": dialect},
)
