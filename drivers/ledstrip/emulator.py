"""Emulated window strips "A0 90" on one line: text and colour by address, with or without acknowledgement.

Independent of the codec and of `drivers.framing`: it checks XOR and GBK by itself.
"""

from collections.abc import Callable
from typing import Any, Final

from drivers.emulated_line import FAULT_ACTIONS, EmulatedEnd, EmulatedLine, milliseconds
from hallctl.devices.contract import EmulatorSpec

_COLOURS: Final = {0: "red", 1: "green", 2: "yellow"}
_COMMANDS: Final = (0xA1, 0xA2, 0xA5)


class LedStripEmulator:
    """The strips of one bus; every address is one, and is in the view once something was shown."""

    def __init__(
        self,
        *,
        units: tuple[int, ...] = (),
        ack: str = "none",
        now: Callable[[], int] = milliseconds,
        line: EmulatedLine | None = None,
    ) -> None:
        """`ack` is none, byte (AA) or frame (A0 90 ADDRESS A5 AA), as strips differ."""
        self._end = EmulatedEnd(line or EmulatedLine(9600), self._hear, now)
        self._ack = ack
        self._strips: dict[int, dict[str, str]] = {unit: {"text": "", "colour": "red"} for unit in units}
        self._heard = bytearray()
        self.bad_frames = 0

    async def start(self) -> str:
        return self._end.open()

    async def stop(self) -> None:
        self._end.close()

    async def press(self, action: str, **params: str | int) -> None:
        if action == "power_cycle":
            for strip in self._strips.values():
                strip["text"] = ""
        elif not self._end.press(action, **params):
            raise ValueError(f"no action {action}")

    def view(self) -> dict[str, Any]:
        strips = {str(unit): dict(strip) for unit, strip in sorted(self._strips.items())}
        return {"strips": strips, "bad_frames": self.bad_frames, **self._end.state()}

    def _hear(self, data: bytes) -> None:
        self._heard += data
        while (start := self._heard.find(b"\xa0\x90")) >= 0:
            del self._heard[:start]
            if len(self._heard) < 6:
                return
            size = 7 + self._heard[4] * 256 + self._heard[5]
            if self._heard[3] not in _COMMANDS or size > 600:
                del self._heard[:2]
                continue
            if len(self._heard) < size:
                return
            frame = bytes(self._heard[:size])
            del self._heard[:size]
            self._obey(frame)
        del self._heard[:-1]

    def _obey(self, frame: bytes) -> None:
        check = 0
        for byte in frame[2:]:
            check ^= byte
        glyphs = _glyphs(frame[6:-1]) if not check else None
        if glyphs is None:
            self.bad_frames += 1
            self._end.heard(frame, "bad checksum or broken text")
            return
        unit = frame[2]
        if frame[3] == 0xA1:
            self._show(unit, f"{unit:03}", "red")
        elif frame[3] == 0xA5:
            colour = _COLOURS.get(glyphs[0][1], "red") if glyphs else "red"
            self._show(unit, "".join(text for text, _ in glyphs), colour)
        self._end.heard(frame, f"strip {unit} shows {self._strips.get(unit, {}).get('text', '')}")
        if self._ack == "byte":
            self._end.say(b"\xaa", f"strip {unit} acknowledges")
        elif self._ack == "frame":
            self._end.say(bytes((0xA0, 0x90, unit, 0xA5, 0xAA)), f"strip {unit} acknowledges")

    def _show(self, unit: int, text: str, colour: str) -> None:
        self._strips[unit] = {"text": text.rstrip(), "colour": colour}


def _glyphs(data: bytes) -> list[tuple[str, int]] | None:
    """``(character, colour)`` each; None where a character is cut or is not GBK."""
    glyphs = []
    at = 0
    while at < len(data):
        size = 2 if data[at] > 0x80 else 1
        if at + size >= len(data):
            return None
        try:
            glyphs.append((data[at : at + size].decode("gbk"), data[at + size]))
        except UnicodeDecodeError:
            return None
        at += size + 1
    return glyphs


EMULATOR: Final = EmulatorSpec(
    name="ledstrip",
    actions={"power_cycle": {}, **FAULT_ACTIONS},
    make=LedStripEmulator,
    options=lambda *, ack="none", **_given: {"ack": ack != "none"},
)
