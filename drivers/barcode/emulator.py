"""Emulated bar and QR code readers: on a pty, as a keyboard, or a GM65 module with its settings.

Independent of the codec. What a code says may be personal: of each the log shows the first bytes and the length only.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from drivers.emulated_input import LOST, EmulatedInput, event, move, stroke, typed
from drivers.emulated_line import FAULT_ACTIONS, EmulatedEnd, EmulatedLine, milliseconds
from hallctl.devices.contract import EmulatorSpec

ENDS: Final = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t", "none": b""}
SHOWN: Final = 8
"""Bytes of a code that the log shows."""

SETTINGS: Final = 0x100
_START: Final = {0x00: 0xD6, 0x2A: 0x39, 0x2B: 0x01, 0x60: 0x01}
"""As the module leaves its factory: reading all the time, 9600 baud, CR behind the code."""

_TABLE: Final = [0] * 256
for _byte in range(256):
    _value = _byte << 8
    for _ in range(8):
        _value = (_value * 2) ^ (0x11021 if _value & 0x8000 else 0)
    _TABLE[_byte] = _value & 0xFFFF


def check(data: bytes) -> bytes:
    """The module's check sum: CRC-16 of polynomial 1021, by table."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFF) ^ _TABLE[value >> 8 ^ byte]
    return value.to_bytes(2, "big")


class BarcodeEmulator:
    """One reader. `kind` is plain, gm65 or keyboard; `end` is what it puts behind a code: cr, lf, crlf, tab or none."""

    def __init__(
        self,
        *,
        kind: str = "plain",
        end: str = "cr",
        encoding: str = "utf-8",
        wraps: bool = False,
        now: Callable[[], int] = milliseconds,
    ) -> None:
        """`wraps`: a plain reader that puts STX in front and ETX behind instead of the end."""
        line = EmulatedInput() if kind == "keyboard" else EmulatedLine(9600)
        self._end = EmulatedEnd(line, self._hear, now)
        self._kind = kind
        self._behind = end
        self._encoding = encoding
        self._wraps = wraps
        self._heard = bytearray()
        self._damaged = 0
        self.settings = bytearray(SETTINGS)
        self.lit = 0
        self.scans = 0
        self.power_up()

    def power_up(self) -> None:
        """A module that was without power has forgotten what was not saved in it."""
        self.settings[:] = bytes(SETTINGS)
        for address, value in _START.items():
            self.settings[address] = value

    async def start(self) -> str:
        return self._end.open()

    async def stop(self) -> None:
        self._end.close()

    async def press(self, action: str, **params: str | int) -> None:
        text = str(params.get("text", "20261122-A001"))
        match action:
            case "scan":
                self._scan(text)
            case "slow_code":
                await self._scan_slowly(text, float(params.get("seconds", 0.02)))
            case "half_code":
                self._say(self._typed(text[: max(1, len(text) // 2)]), "half a code")
            case "rubbish":
                self._say(move(0x2F0, 1) + event(2, 8, -1) if self._kind == "keyboard" else bytes(range(32)), "rubbish")
            case "overflow":
                self._say(event(*LOST) + event(0, 0, 0), "events lost")
            case "bad_checksum":
                self._damaged += int(params.get("times", 1))
            case "power":
                self.power_up()
            case _:
                if not self._end.press(action, **params):
                    raise ValueError(f"no action {action}")

    def view(self) -> dict[str, Any]:
        mode = ("key", "command", "continuous", "sensing")[self.settings[0] & 3]
        reading = mode if self._kind == "gm65" else "continuous"
        return {"kind": self._kind, "reading": reading, "lit": self.lit, "scans": self.scans, **self._end.state()}

    # ------------------------------------------------------------ the reader's side of the wire

    def _scan(self, text: str) -> None:
        """Hold a code before it. A module in command mode sees it only while it is lit."""
        if self._kind == "gm65" and self.settings[0] & 3 == 1:
            if not self.lit:
                return
            self.lit = 0
        self.scans += 1
        self._say(self._framed(text), f"code of {len(text)} characters")

    async def _scan_slowly(self, text: str, seconds: float) -> None:
        """The same, a byte at a time (a keyboard: an event at a time)."""
        data, step = self._framed(text), 24 if self._kind == "keyboard" else 1
        for start in range(0, len(data), step):
            self._say(data[start : start + step], "a piece of a code")
            await asyncio.sleep(seconds)

    def _framed(self, text: str) -> bytes:
        if self._kind == "keyboard":
            keys = {"cr": "enter", "crlf": "kpenter", "lf": "enter", "tab": "tab"}
            return typed(text) + (stroke(keys[self._behind]) if self._behind != "none" else b"")
        data = self._typed(text)
        if self._kind == "gm65" and self.settings[0x60] & 0x80:
            return b"\x03\x00" + bytes([len(data)]) + data
        if self._kind == "gm65":
            return data + (b"\r", b"\r\n", b"\t", b"")[self.settings[0x60] >> 5 & 3]
        return b"\x02" + data + b"\x03" if self._wraps else data + ENDS[self._behind]

    def _typed(self, text: str) -> bytes:
        return typed(text) if self._kind == "keyboard" else text.encode(self._encoding)

    def _say(self, data: bytes, text: str) -> None:
        self._end.say(data, text, shown=f"{data[:SHOWN].hex(' ')} … ({len(data)} bytes)")

    def _hear(self, data: bytes) -> None:
        """Commands are ``7E 00 kind length address data check``; AB CD stands for any check sum."""
        self._heard += data
        while (start := self._heard.find(b"\x7e\x00")) >= 0:
            del self._heard[:start]
            if len(self._heard) < 4 or len(self._heard) < 8 + self._heard[3]:
                return
            size = 8 + self._heard[3]
            frame = bytes(self._heard[:size])
            del self._heard[:size]
            if self._kind == "gm65" and frame[-2:] in (check(frame[2:-2]), b"\xab\xcd"):
                self._obey(frame, frame[2], frame[4] * 256 + frame[5], frame[6:-2])

    def _obey(self, frame: bytes, kind: int, address: int, data: bytes) -> None:
        head, answer = b"\x02\x00", b"\x00"
        if kind == 0x07 and address + data[0] <= SETTINGS:
            answer = bytes(self.settings[address : address + data[0]])
        elif kind == 0x08 and address == 0x0002 and data[0] & 1:
            self.lit += 1
        elif kind == 0x08 and address + len(data) <= SETTINGS:
            self.settings[address : address + len(data)] = data
        elif kind == 0x0A:
            head = b"\x03\x00"
        elif kind != 0x09:
            return
        self._end.heard(frame, f"command {kind:02x} at {address:04x}")
        body = bytes([0, len(answer)]) + answer
        summed = check(body)
        if self._damaged:
            self._damaged -= 1
            summed = bytes([summed[0] ^ 0xFF, summed[1]])
        self._end.say(head + body + summed, "answer")


EMULATOR: Final = EmulatorSpec(
    name="barcode",
    actions={
        "scan": {"text": "20261122-A001.0123456789abcdef0123"},
        "half_code": {"text": "20261122-A001.0123456789abcdef0123"},
        "slow_code": {"text": "20261122-A001", "seconds": "0.02"},
        "rubbish": {},
        "overflow": {},
        "bad_checksum": {"times": "1"},
        "power": {},
        **FAULT_ACTIONS,
    },
    make=BarcodeEmulator,
    options=lambda *, kind="plain", end="cr", **_given: {
        "dialect": "gm65" if kind == "gm65" else "plain",
        "ends": "pause" if end == "none" else "line",
    },
)
