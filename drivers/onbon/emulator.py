"""Emulated Onbon BX-5K/6K cards: dynamic areas, brightness, clock, status, and refusals.

Independent of the codec, the area's layout and `drivers.framing`: it takes frames apart byte by byte as the protocol's
text has it (§3 to §8, §11), and computes the check bit by bit.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from drivers.emulated_line import FAULT_ACTIONS, EmulatedEnd, EmulatedLine, milliseconds
from drivers.emulated_port import EmulatedPort
from hallctl.devices.contract import EmulatorSpec

_MODELS: Final = {"5K1": 0x51, "5MK1": 0x54, "5K2": 0x58, "6K1": 0x61, "6K2": 0x62, "6K3": 0x63, "5E1": 0x74}
_MOST_AREAS: Final = 8
_MOST_BYTES: Final = 1024
_COLOURS: Final = {"1": "red", "2": "green", "3": "yellow"}
_ANY: Final = 0xFFFE
"""Address to which a card answers whatever its own is."""

_LIT: Final = {"font": "", "colour": "red", "text": ""}


@dataclass(slots=True)
class _Screen:
    """What a card shows and keeps."""

    areas: dict[int, dict[str, Any]] = field(default_factory=dict)
    brightness: int = 15
    daily: str = ""
    on: bool = True
    clock: tuple[int, ...] = (2000, 1, 1, 6, 0, 0, 0)


class OnbonEmulator:
    """The cards of one link. Over TCP there is one, which does not look at addresses; on a serial line those named."""

    def __init__(
        self,
        *,
        units: tuple[int, ...] = (),
        cards: tuple[int, ...] = (1,),
        model: str = "6K2",
        width: int = 128,
        height: int = 32,
        colours: int = 2,
        now: Callable[[], int] = milliseconds,
        line: EmulatedLine | None = None,
    ) -> None:
        """`units` are of no interest: which of them is where, the driver's config says."""
        del units
        line = line or EmulatedPort()
        self._strict = not isinstance(line, EmulatedPort)
        self._end = EmulatedEnd(line, self._hear, now)
        self._screens = {card: _Screen() for card in cards}
        self._type = _MODELS[model]
        self._size = (width, height)
        self._colours = colours
        self._frame: bytearray | None = None
        self._escape = 0
        self.refuses = 0
        self.deaf: set[int] = set()
        self.knows_parameters = self.knows_status = True
        self.bad_frames = 0

    async def start(self) -> str:
        return self._end.open()

    async def stop(self) -> None:
        self._end.close()

    async def press(self, action: str, **params: str | int) -> None:
        match action:
            case "power_cycle":
                for screen in self._screens.values():
                    screen.areas.clear()
            case "refuse":
                self.refuses = int(params.get("error", 3))
            case "on" | "off":
                for screen in self._screens.values():
                    screen.on = action == "on"
            case _:
                if not self._end.press(action, **params):
                    raise ValueError(f"no action {action}")

    def view(self) -> dict[str, Any]:
        cards = {
            str(address): {
                "areas": {str(number): dict(area) for number, area in sorted(screen.areas.items())},
                "brightness": screen.brightness,
                "daily": screen.daily,
                "on": screen.on,
                "clock": list(screen.clock),
            }
            for address, screen in sorted(self._screens.items())
        }
        return {"cards": cards, "refuses": self.refuses, "bad_frames": self.bad_frames, **self._end.state()}

    # ------------------------------------------------------------ frames

    def _hear(self, data: bytes) -> None:
        """A5 begins, 5A ends; A6 and 5B are followed by 1 (itself) or 2 (the byte before it)."""
        for byte in data:
            if byte == 0xA5:
                self._frame, self._escape = bytearray(), 0
            elif self._frame is None:
                continue
            elif byte == 0x5A:
                frame, self._frame = bytes(self._frame), None
                self._obey(frame)
            elif self._escape:
                self._frame.append(self._escape - 1 if byte == 2 else self._escape)
                self._escape = 0
            elif byte in (0xA6, 0x5B):
                self._escape = byte
            else:
                self._frame.append(byte)

    def _obey(self, frame: bytes) -> None:
        problem = _problem(frame)
        if problem:
            self.bad_frames += 1
            self._end.heard(frame, problem)
            if problem == "crc" and len(frame) > 4:
                self._answer(frame, b"\xa0\x01\x05\x00\x00", "refuses: crc")
            return
        address = frame[0] | frame[1] << 8
        screen = self._screen_of(address)
        if screen is None:
            self._end.heard(frame, f"for card {address}, not here")
            return
        data = frame[14:-2]
        self._end.heard(frame, _told(data))
        if self.refuses:
            self._answer(frame, bytes((0xA0, 0x01, self.refuses, 0, 0)), f"refuses: {self.refuses}")
            return
        answer = self._do(screen, data)
        if data[2] == 1:
            self._answer(frame, answer, "acknowledges" if answer[0] == 0xA0 and not answer[1] else "answers")

    def _screen_of(self, address: int) -> _Screen | None:
        if not self._strict:
            return next(iter(self._screens.values())) if not self.deaf else None
        if address == _ANY:
            address = next((card for card in self._screens if card not in self.deaf), address)
        return None if address in self.deaf else self._screens.get(address)

    def _answer(self, request: bytes, data: bytes, text: str) -> None:
        asked = int.from_bytes(request[0:2], "little")
        own = (asked if self._strict and asked != _ANY else next(iter(self._screens))).to_bytes(2, "little")
        head = request[2:4] + own + bytes(6) + bytes((0xFE, 0x02)) + len(data).to_bytes(2, "little")
        body = head + data
        crc = _crc(body)
        wire = bytearray(b"\xa5" * 8)
        for byte in body + bytes((crc & 0xFF, crc >> 8)):
            wire += {0xA5: b"\xa6\x02", 0xA6: b"\xa6\x01", 0x5A: b"\x5b\x02", 0x5B: b"\x5b\x01"}.get(
                byte, bytes((byte,))
            )
        self._end.say(bytes(wire) + b"\x5a", f"card {int.from_bytes(own, 'little')} {text}")

    # ------------------------------------------------------------ commands

    def _do(self, screen: _Screen, data: bytes) -> bytes:
        """Carry it out; the answer's data."""
        rest = data[5:]
        match data[:2]:
            case b"\xa2\x00":
                return _ack()
            case b"\xa1\x02" if self.knows_status:
                return self._status(screen)
            case b"\xa2\x0a" if self.knows_parameters:
                (width, height), two = self._size, (1 if self._colours == 1 else 2)
                sizes = width.to_bytes(2, "little") + height.to_bytes(2, "little")
                return b"\xa2\x0a\x00\x00\x00\x01\x00" + bytes((self._type, 0)) + sizes + bytes((two,)) + bytes(16)
            case b"\xa2\x03" if len(rest) == 8:
                return self._set_clock(screen, [int(f"{byte:x}") for byte in rest])
            case b"\xa3\x02" if len(rest) >= 2:
                screen.brightness = rest[1] if rest[0] == 1 else rest[2]
                screen.daily = rest[2:].hex()
                return _ack()
            case b"\xa3\x06":
                return self._set_areas(screen, rest)
        return _nack(2)

    def _set_clock(self, screen: _Screen, parts: list[int]) -> bytes:
        year, century, month, day, hour, minute, second, weekday = parts
        screen.clock = (century * 100 + year, month, day, weekday, hour, minute, second)
        return _ack()

    def _status(self, screen: _Screen) -> bytes:
        year, *others = screen.clock
        moment = bytes(int(str(part), 16) for part in (year % 100, year // 100, *others))
        areas = bytes((len(screen.areas), *sorted(screen.areas)))
        special = b"" if self._type == 0x51 else bytes(2)
        head = bytes((1 if screen.on else 2, screen.brightness)) + moment + b"\x01P000" + special
        return b"\xa1\x02\x00\x00\x00" + head + areas + bytes(28)

    def _set_areas(self, screen: _Screen, rest: bytes) -> bytes:
        """Areas to delete (FF: all), then areas to show, each with its length before it."""
        if not rest:
            return _nack(2)
        if rest[0] == 0xFF:
            screen.areas.clear()
            rest = rest[1:]
        else:
            for number in rest[1 : 1 + rest[0]]:
                screen.areas.pop(number, None)
            rest = rest[1 + rest[0] :]
        count, rest = (rest[0], rest[1:]) if rest else (0, b"")
        for _ in range(count):
            length = int.from_bytes(rest[:2], "little")
            number, area = _area(rest[2 : 2 + length])
            if area is None or number >= _MOST_AREAS or length > _MOST_BYTES:
                return _nack(4)
            screen.areas[number] = area
            rest = rest[2 + length :]
        return _ack()


def _area(data: bytes) -> tuple[int, dict[str, Any] | None]:
    """An area's number, and where it is and what it shows; None where its lengths do not agree."""
    if len(data) < 27 or len(data) - 27 != int.from_bytes(data[23:27], "little") or data[14] or data[15]:
        return 0, None
    numbers = [int.from_bytes(data[at : at + 2], "little") for at in (1, 3, 5, 7)]
    x, width = (number & 0x7FFF if number & 0x8000 else number * 8 for number in (numbers[0], numbers[2]))
    shown = _read(data[27:])
    if shown is None:
        return 0, None
    motion = {1: "still", 2: "still", 3: "left"}.get(data[19], "other")
    return data[9], {**shown, "x": x, "y": numbers[1], "width": width, "height": numbers[3], "motion": motion}


def _read(data: bytes) -> dict[str, str] | None:
    """The text with the commands in it obeyed; None where a character is cut."""
    try:
        rest = data.decode("gbk")
    except UnicodeDecodeError:
        return None
    shown = dict(_LIT)
    while rest:
        if not rest.startswith("\\"):
            shown["text"] += rest[0]
            rest = rest[1:]
        elif rest[1:2] == "F":
            shown["font"] = shown["font"] + " " + rest[2:6] if shown["font"] else rest[2:6]
            rest = rest[6:]
        elif rest[1:2] == "C":
            shown["colour"] = _COLOURS.get(rest[2:3], "unknown")
            rest = rest[3:]
        elif rest[1:2] == "n":
            shown["text"] += "\n"
            rest = rest[2:]
        else:
            return None
    shown["text"] = shown["text"].rstrip()
    return shown


def _problem(frame: bytes) -> str:
    """What is wrong with a frame; empty for a good one. Checks are CRC (0), sum (1) or none (2)."""
    if len(frame) < 14 + 5 + 2:
        return "too short"
    if frame[11] != 2 or int.from_bytes(frame[12:14], "little") != len(frame) - 16:
        return "length"
    given = int.from_bytes(frame[-2:], "little")
    expected = {0: _crc(frame[:-2]), 1: sum(frame[:-2]) & 0xFFFF}.get(frame[8], given)
    return "" if given == expected else "crc"


def _crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def _ack() -> bytes:
    return b"\xa0\x00\x00\x00\x00"


def _nack(error: int) -> bytes:
    return bytes((0xA0, 0x01, error, 0x00, 0x00))


def _told(data: bytes) -> str:
    names = {
        b"\xa2\x00": "ping",
        b"\xa1\x02": "status?",
        b"\xa2\x0a": "parameters?",
        b"\xa2\x03": "set clock",
        b"\xa3\x02": "set brightness",
        b"\xa3\x06": "show",
    }
    return names.get(data[:2], data[:2].hex())


EMULATOR: Final = EmulatorSpec(
    name="onbon",
    actions={"power_cycle": {}, "refuse": {"error": "3"}, "on": {}, "off": {}, **FAULT_ACTIONS},
    make=OnbonEmulator,
    options=lambda *, cards=(1,), **_given: {"cards": list(cards)},
)
