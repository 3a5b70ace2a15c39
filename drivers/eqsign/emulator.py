"""Emulated EQ cards on one line: zones of text by card, with or without an answer.

Independent of the codec and of `drivers.framing`: it reads the settings one by one.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from drivers.emulated_line import FAULT_ACTIONS, EmulatedEnd, EmulatedLine, milliseconds
from hallctl.devices.contract import EmulatorSpec

_COLOURS: Final = {"1": "red", "2": "green", "3": "yellow"}
_SETTING: Final = re.compile(
    r"%(?:Z(?P<zone>[DIASH])(?P<number>\d{2}(?:\d{2})?)|ZC(?P<place>\d{16})|F(?P<font>16|24|32)"
    r"|A(?P<way>[HV])(?P<align>[123])|C(?P<colour>\d))",
    re.ASCII,
)
_DIGITS: Final = {"D": 2, "I": 2, "A": 2, "S": 2, "H": 4}
_MOST: Final = 4096


class EqSignEmulator:
    """Every address is a card, and is in the view once something was shown; `ack` is none, FOK or KOK."""

    def __init__(
        self,
        *,
        units: tuple[int, ...] = (),
        ack: str = "none",
        now: Callable[[], int] = milliseconds,
        line: EmulatedLine | None = None,
    ) -> None:
        self._end = EmulatedEnd(line or EmulatedLine(57600), self._hear, now)
        self._cards: dict[int, dict[int, dict[str, Any]]] = {unit: {} for unit in units}
        self._heard = bytearray()
        self.ack = ack
        self.bad_frames = 0

    async def start(self) -> str:
        return self._end.open()

    async def stop(self) -> None:
        self._end.close()

    async def press(self, action: str, **params: str | int) -> None:
        if action == "power_cycle":
            for zones in self._cards.values():
                zones.clear()
        elif not self._end.press(action, **params):
            raise ValueError(f"no action {action}")

    def view(self) -> dict[str, Any]:
        cards = {
            str(card): {"areas": {str(number): dict(zone) for number, zone in sorted(zones.items())}}
            for card, zones in sorted(self._cards.items())
        }
        return {"cards": cards, "bad_frames": self.bad_frames, **self._end.state()}

    def _hear(self, data: bytes) -> None:
        self._heard += data
        while (end := self._heard.find(b"$$")) >= 0:
            frame = bytes(self._heard[: end + 2])
            del self._heard[: end + 2]
            start = frame.rfind(b"!#")
            if start >= 0:
                self._obey(frame[start:])
        del self._heard[:-_MOST]

    def _obey(self, frame: bytes) -> None:
        try:
            words = frame[2:-2].decode("gbk")
            card = int(words[:3])
            told = self._set(self._cards.setdefault(card, {}), words[3:])
        except (UnicodeDecodeError, ValueError, KeyError):
            self.bad_frames += 1
            self._end.heard(frame, "makes no sense")
            return
        self._end.heard(frame, f"card {card} shows {told}")
        if self.ack != "none":
            self._end.say(f"##{self.ack}$$$".encode("ascii"), f"card {card} answers {self.ack}")

    def _set(self, zones: dict[int, dict[str, Any]], words: str) -> str:
        """Obey the settings and put what is left into the zone; what the zone then shows."""
        zone: dict[str, Any] = {"effect": 1, "font": 16, "colour": "red"}
        number = 1
        while words.startswith("%"):
            found = _SETTING.match(words)
            if found is None:
                raise ValueError(words)
            size = found.end()
            if found["zone"]:
                size = found.start("number") + _DIGITS[found["zone"]]
                value = int(words[found.start("number") : size])
                if found["zone"] == "D":
                    zones.clear()
                elif found["zone"] == "I":
                    number = value
                elif found["zone"] == "A":
                    zone["effect"] = value
            elif found["place"]:
                place = [int(found["place"][at : at + 4]) for at in (0, 4, 8, 12)]
                zone |= dict(zip(("x", "y", "width", "height"), place, strict=True))
            elif found["font"]:
                zone["font"] = int(found["font"])
            elif found["colour"]:
                zone["colour"] = _COLOURS[found["colour"]]
            words = words[size:]
        zones[number] = {**zone, "text": words.rstrip()}
        return f"{number}: {words.rstrip()}"


EMULATOR: Final = EmulatorSpec(
    name="eqsign",
    actions={"power_cycle": {}, **FAULT_ACTIONS},
    make=EqSignEmulator,
    options=lambda *, ack="none", **_given: {"ack": ack != "none"},
)
