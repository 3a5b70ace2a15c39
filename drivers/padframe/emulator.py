"""Emulated pads of a brand that the site describes: keys that are sent, and again until they are answered.

Independent of the codec: it reads the description as the config has it and builds frames and check sums by itself.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from drivers.emulated_line import FAULT_ACTIONS, EmulatedEnd, EmulatedLine, milliseconds
from drivers.emulated_pad import Insistence
from hallctl.devices.contract import EmulatorSpec

_AA55: Final = {
    "header": "AA 55",
    "length": 5,
    "address": {"at": 2},
    "key": {"at": 3},
    "checksum": {"kind": "sum8", "at": -1, "first": 0, "last": -2},
    "keys": {"01": "next", "02": "recall", "03": "very_satisfied", "04": "very_dissatisfied"},
    "acknowledge": "echo",
    "samples": [{"hex": "AA 55 03 01 03", "key": "next", "unit": 3}],
}


def description(given: "str | Mapping[str, Any]" = "") -> dict[str, Any]:
    """A description: as it is, from a file such as those in config/pads, or a plain AA 55 pad."""
    if not isinstance(given, str):
        return dict(given)
    if not given:
        return dict(_AA55)
    options: dict[str, Any] = tomllib.loads(Path(given).read_text(encoding="utf-8"))["devices"][0]["options"]
    return options


class PadFrameEmulator:
    """The pads of one line; a pad comes into being when it is first named."""

    def __init__(
        self,
        *,
        frame: "str | Mapping[str, Any]" = "",
        units: tuple[int, ...] = (1,),
        repeat_s: float = 0.25,
        now: Callable[[], int] = milliseconds,
        line: EmulatedLine | None = None,
    ) -> None:
        """`frame` is a description or its file; `repeat_s` is how long a pad waits for its answer."""
        self._about = description(frame)
        self._end = EmulatedEnd(line or EmulatedLine(9600), self._hear, now)
        self._pads: dict[int, dict[str, Any]] = {unit: _pad() for unit in units}
        self._waits: dict[int, bytes] = {}
        self._insistence = Insistence(lambda sent: self._end.say(sent, "key"), repeat_s)
        self._damaged = 0
        self._heard: list[str] = []
        self._tail = b""

    async def start(self) -> str:
        return self._end.open()

    async def stop(self) -> None:
        await self._insistence.stop()
        self._end.close()

    async def press(self, action: str, **params: str | int) -> None:
        if action == "key":
            self._press_key(int(params.get("unit", next(iter(self._pads), 1))), str(params.get("key", "")))
        elif action == "bad_checksum":
            self._damaged += int(params.get("times", 1))
        elif not self._end.press(action, **params):
            raise ValueError(f"no action {action}")

    def view(self) -> dict[str, Any]:
        pads = {str(unit): dict(pad) for unit, pad in sorted(self._pads.items())}
        return {"pads": pads, "heard": list(self._heard), "keys": dict(self._about["keys"]), **self._end.state()}

    # ------------------------------------------------------------ keys

    def _press_key(self, unit: int, named: str) -> None:
        """`named` is a key's bytes in hex, or what a key means; the first key without it."""
        keys = {written.lower().rpartition("+")[2]: meaning for written, meaning in self._about["keys"].items()}
        key = next((k for k, meaning in keys.items() if meaning == named), named.lower() or next(iter(keys)))
        if not re.fullmatch(r"([0-9a-f]{2})+", key):
            raise ValueError(f"no key {named}; there are: {', '.join(sorted({*keys, *keys.values()}))}")
        frame = build(self._about, unit, bytes.fromhex(key), wrong=self._damaged > 0)
        self._damaged = max(0, self._damaged - 1)
        pad = self._pads.setdefault(unit, _pad())
        pad["key"], pad["acknowledged"] = key, None
        if self._about.get("acknowledge"):
            pad["acknowledged"] = False
            self._tail = b""
            self._waits[unit] = self._answer(frame, unit, bytes.fromhex(key))
            self._insistence.begin(unit, frame)
        else:
            self._end.say(frame, f"key {key} at pad {unit}")

    def _answer(self, frame: bytes, unit: int, key: bytes) -> bytes:
        text = str(self._about["acknowledge"])
        return frame if text == "echo" else _filled(self._about, text, unit, key)

    def _hear(self, data: bytes) -> None:
        """Bytes come in any pieces: an answer is searched in the last of them."""
        self._heard = [*self._heard[-7:], data.hex(" ")]
        self._tail = (self._tail + data)[-512:]
        told = "from the hall"
        for unit, answer in tuple(self._waits.items()):
            if answer in self._tail and self._insistence.answered(unit):
                del self._waits[unit]
                self._tail = b""
                self._pads[unit]["acknowledged"] = True
                told = f"pad {unit}: its key is acknowledged"
        self._end.heard(data, told)


def _pad() -> dict[str, Any]:
    return {"key": None, "acknowledged": None}


# ---------------------------------------------------------------- frames


def build(about: Mapping[str, Any], unit: int, key: bytes, *, filler: bytes = b"", wrong: bool = False) -> bytes:
    """A key's frame; `filler` is put behind its last part in front where its length is counted, `wrong` spoils its
    check sum."""
    header, tail = bytes.fromhex(about.get("header", "")), bytes.fromhex(about.get("tail", ""))
    pieces: dict[int, bytes] = {0: header, -len(tail): tail} if tail else {0: header}
    pieces |= {int(at): bytes.fromhex(byte) for at, byte in about.get("fixed", {}).items()}
    pieces[about["key"]["at"]] = key
    if about.get("address"):
        pieces[about["address"]["at"]] = _number(about["address"], unit)
    checked = about.get("checksum")
    if checked:
        pieces[checked["at"]] = bytes(2 if checked["kind"] == "crc16" else 1)
    count = about.get("count")
    if count:
        pieces[count["at"]] = bytes(count.get("size", 1))
    front = max(at + len(piece) for at, piece in pieces.items() if at >= 0)
    back = max((-at for at in pieces if at < 0), default=0)
    size = about.get("length", 0) or front + len(filler) + back
    frame = bytearray(size)
    frame[front : front + len(filler)] = filler
    if count:
        pieces[count["at"]] = _number(count, size - count.get("uncounted", 0))
    for at, piece in pieces.items():
        frame[at % size : at % size + len(piece)] = piece
    if checked:
        _seal(about, frame, checked["at"] % size, wrong=wrong)
    return bytes(frame)


def _seal(about: Mapping[str, Any], frame: bytearray, at: int, *, wrong: bool) -> None:
    checked = about["checksum"]
    first, last = checked.get("first", 0) % len(frame), checked["last"] % len(frame)
    value = check_sum(checked, bytes(frame[first : last + 1])) ^ (1 if wrong else 0)
    size = 2 if checked["kind"] == "crc16" else 1
    frame[at : at + size] = value.to_bytes(size, "big" if checked.get("endian") == "big" else "little")


def check_sum(checked: Mapping[str, Any], data: bytes) -> int:
    """The sum of bytes, their xor, or a CRC bit by bit, the register shifted to the right where it is reflected."""
    if checked["kind"] == "sum8":
        return sum(data) % 256
    if checked["kind"] == "xor8":
        value = 0
        for byte in data:
            value ^= byte
        return value
    poly, value, final = (int(checked.get(n, d), 16) for n, d in (("poly", "8005"), ("init", "ffff"), ("final", "0")))
    reflected = checked.get("reflected", True)
    if reflected:
        value, poly = (sum(1 << 15 - bit for bit in range(16) if number >> bit & 1) for number in (value, poly))
    for byte in data:
        for bit in range(8):
            if reflected:
                value = (value >> 1) ^ (poly if (value ^ byte >> bit) & 1 else 0)
            else:
                value = (value << 1 & 0xFFFF) ^ (poly if (value >> 15 ^ byte >> 7 - bit) & 1 else 0)
    return value ^ final


def _number(place: Mapping[str, Any], number: int) -> bytes:
    size = place.get("size", 1)
    if place.get("ascii"):
        return f"{number:0{size}}".encode("ascii")
    return bytes(number >> 8 * step & 0xFF for step in range(size))[:: 1 if place.get("endian") == "little" else -1]


def _filled(about: Mapping[str, Any], text: str, unit: int, key: bytes) -> bytes:
    """The frame that acknowledges a key, as its text in the description says."""
    frame, places = bytearray(), {}
    for word in re.findall(r"\{[^}]*\}|[0-9A-Fa-f]{2}", text):
        places[word] = len(frame)
        if word == "{address}":
            frame += _number(about["address"], unit)
        elif word == "{key}":
            frame += key
        elif word == "{length}":
            frame += bytes(about["count"].get("size", 1))
        elif word == "{check}":
            frame += bytes(2 if about["checksum"]["kind"] == "crc16" else 1)
        else:
            frame += bytes.fromhex(word)
    if "{length}" in places:
        counted = _number(about["count"], len(frame) - about["count"].get("uncounted", 0))
        frame[places["{length}"] : places["{length}"] + len(counted)] = counted
    if "{check}" in places:
        _seal(about, frame, places["{check}"], wrong=False)
    return bytes(frame)


EMULATOR: Final = EmulatorSpec(
    name="padframe",
    actions={
        "key": {"unit": "1", "key": "a key in hex (01) or what it means (next)"},
        "bad_checksum": {"times": "1"},
        **FAULT_ACTIONS,
    },
    make=PadFrameEmulator,
    options=lambda *, frame="", **_given: description(frame),
)
