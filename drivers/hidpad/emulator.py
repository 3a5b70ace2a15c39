"""Emulated digit keypads: a keyboard, or a serial keypad with one character a key. Independent of the codec."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from drivers.emulated_input import CHARACTERS, CODES, LOST, EmulatedInput, event, move, stroke
from drivers.emulated_line import FAULT_ACTIONS, EmulatedEnd, EmulatedLine, milliseconds
from hallctl.devices.contract import EmulatorSpec

_KEYPAD: Final = {"plus": "kp+", "minus": "kp-", "star": "kp*", "slash": "kp/", "dot": "kp.", "enter": "kpenter"}
_NO_NUMLOCK: Final = {
    "1": "end", "2": "down", "3": "pagedown", "4": "left", "6": "right", "7": "home", "8": "up", "9": "pageup",
    "0": "insert", "dot": "delete",
}  # fmt: skip
_SERIAL: Final = {"plus": "+", "minus": "-", "star": "*", "slash": "/", "dot": ".", "enter": "\r", "backspace": "\b"}
FRAMES: Final = {"single": (b"", b""), "line": (b"", b"\r\n"), "stx": (b"\x02", b"\x03")}


class HidPadEmulator:
    """One keypad. `kind` is keyboard or serial; `frame` of a serial one is single, line or stx."""

    def __init__(
        self,
        *,
        kind: str = "keyboard",
        frame: str = "single",
        units: tuple[int, ...] = (1,),
        now: Callable[[], int] = milliseconds,
    ) -> None:
        """`units` has no meaning: one keypad is one window's."""
        del units
        line = EmulatedInput() if kind == "keyboard" else EmulatedLine(9600)
        self._end = EmulatedEnd(line, self._hear, now)
        self._kind = kind
        self._before, self._behind = FRAMES[frame]
        self._numlock = True
        self._keys: list[str] = []

    async def start(self) -> str:
        return self._end.open()

    async def stop(self) -> None:
        self._end.close()

    async def press(self, action: str, **params: str | int) -> None:
        key = str(params.get("key", "enter"))
        match action:
            case "key":
                for part in key.split("+"):
                    self._press(part)
            case "hold":
                code = self._code(key)
                self._end.say(move(code, 1), f"key {key} down")
                for _ in range(20):
                    self._end.say(move(code, 2), f"key {key} repeats")
                    await asyncio.sleep(0)
                self._end.say(move(code, 0), f"key {key} up")
            case "numlock":
                self._numlock = not self._numlock
                if self._kind == "keyboard":
                    self._end.say(stroke("numlock"), "NumLock")
            case "overflow":
                self._end.say(event(*LOST) + event(0, 0, 0), "events lost")
            case "half_key":
                self._end.say(self._bytes(key)[:-7] or b"\x7f", f"half of key {key}")
            case _:
                if not self._end.press(action, **params):
                    raise ValueError(f"no action {action}")

    def view(self) -> dict[str, Any]:
        return {"kind": self._kind, "numlock": self._numlock, "keys": self._keys[-12:], **self._end.state()}

    def _press(self, key: str) -> None:
        """`key` is a digit, a letter or a name; digits of several places are pressed one by one."""
        for part in key if key.isdecimal() else (key,):
            self._keys.append(part)
            self._end.say(self._bytes(part), f"key {part}")

    def _bytes(self, key: str) -> bytes:
        if self._kind == "keyboard":
            code = self._code(key)
            return move(code, 1) + move(code, 0)
        return self._before + _SERIAL.get(key, key).encode() + self._behind

    def _code(self, key: str) -> int:
        """Its code: of the keypad if that has such a key, as its NumLock has it."""
        name = _NO_NUMLOCK.get(key) if not self._numlock else None
        name = name or _KEYPAD.get(key) or (f"kp{key}" if key.isdecimal() else key)
        if name not in CODES and name not in CHARACTERS:
            raise ValueError(f"no key {key}")
        return CODES[name] if name in CODES else CHARACTERS[name]

    def _hear(self, data: bytes) -> None:
        self._end.heard(data, "a keypad takes nothing")


EMULATOR: Final = EmulatorSpec(
    name="hidpad",
    actions={
        "key": {"key": "enter|plus|minus|star|slash|dot, 12+enter, 0+minus, 5"},
        "hold": {"key": "enter"},
        "numlock": {},
        "overflow": {},
        "half_key": {"key": "enter"},
        **FAULT_ACTIONS,
    },
    make=HidPadEmulator,
    options=lambda *, kind="keyboard", frame="single", **_given: {"framed": kind == "serial" and frame == "line"},
)
