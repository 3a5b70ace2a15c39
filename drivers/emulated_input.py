"""The line of an emulated keyboard: a FIFO under a lasting name that carries the kernel's input events.

Written apart from `drivers.keystroke`, which it is to test: codes and layout stand here a second time.
"""

import os
import struct
import tempfile
import time
from pathlib import Path
from typing import Final

from drivers.emulated_line import EmulatedLine

CODES: Final = {
    "esc": 1, "minus": 12, "equal": 13, "backspace": 14, "tab": 15, "enter": 28, "ctrl": 29, "shift": 42, "kp*": 55,
    "alt": 56, "space": 57, "caps": 58, "f1": 59, "f2": 60, "f3": 61, "f4": 62, "f5": 63, "numlock": 69, "kp7": 71,
    "kp8": 72, "kp9": 73, "kp-": 74, "kp4": 75, "kp5": 76, "kp6": 77, "kp+": 78, "kp1": 79, "kp2": 80, "kp3": 81,
    "kp0": 82, "kp.": 83, "kpenter": 96, "kp/": 98, "home": 102, "up": 103, "pageup": 104, "left": 105, "right": 106,
    "end": 107, "down": 108, "pagedown": 109, "insert": 110, "delete": 111,
}  # fmt: skip
"""Keys by name, numbered as in ``linux/input-event-codes.h``."""

CHARACTERS: Final = {
    **dict(zip("1234567890", range(2, 12), strict=True)),
    **dict(zip("qwertyuiop", range(16, 26), strict=True)),
    **dict(zip("asdfghjkl", range(30, 39), strict=True)),
    **dict(zip("zxcvbnm", range(44, 51), strict=True)),
    "-": 12, "=": 13, "[": 26, "]": 27, ";": 39, "'": 40, "`": 41, "\\": 43, ",": 51, ".": 52, "/": 53, " ": 57,
}  # fmt: skip
SHIFTED: Final = dict(zip('!@#$%^&*()_+{}:"~|<>?', "1234567890-=[];'`\\,./", strict=True))


def event(kind: int, code: int, value: int) -> bytes:
    """One ``struct input_event``, stamped with the steady clock as the kernel can be told to."""
    seconds, nanoseconds = divmod(time.monotonic_ns(), 1_000_000_000)
    return struct.pack("llHHi", seconds, nanoseconds // 1000, kind, code, value)


def move(code: int, value: int) -> bytes:
    """A key goes down (1), up (0) or repeats (2): the scan code before it, the end of the report behind it."""
    return event(4, 4, 0x70000 + code) + event(1, code, value) + event(0, 0, 0)


def stroke(name: str) -> bytes:
    """A key by its name or character goes down and up."""
    code = CODES[name] if name in CODES else CHARACTERS[name]
    return move(code, 1) + move(code, 0)


def typed(text: str) -> bytes:
    """How a reader types a text: shift for capitals and signs, Alt and the GBK code for what is no ASCII."""
    out = b""
    for character in text:
        if not character.isascii():
            number = str(int.from_bytes(character.encode("gbk"), "big"))
            out += move(CODES["alt"], 1) + b"".join(stroke(f"kp{digit}") for digit in number) + move(CODES["alt"], 0)
        elif character in SHIFTED or character.isupper():
            out += move(CODES["shift"], 1) + stroke(SHIFTED.get(character, character.lower())) + move(CODES["shift"], 0)
        else:
            out += stroke(character)
    return out


LOST: Final = (0, 3, 0)
"""SYN_DROPPED: the kernel's buffer has overflowed."""


class EmulatedInput(EmulatedLine):
    """A FIFO instead of a node of ``/dev/input``; unplugged, its reader sees the end."""

    def __init__(self) -> None:
        super().__init__(0)

    @property
    def url(self) -> str:
        return f"input://{self._name}"

    def plug(self) -> None:
        if self.plugged:
            return
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="hallctl-emulated-"))
        os.mkfifo(self._name)
        self._master = os.open(self._name, os.O_RDWR | os.O_NONBLOCK)

    def unplug(self) -> None:
        if not self.plugged:
            return
        self._name.unlink()
        os.close(self._master)
        self._master = -1
