"""Events of a Linux keyboard (``struct input_event``) → keys, and keys → the bytes they type. Pure, stdlib only.

An event is ``{time, type, code, value}`` in the machine's own byte order and size of long, always whole when it comes
from the kernel (``linux/input.h``). Only EV_KEY counts; value 1 is a press, 0 a release, 2 a repeat of the kernel.
After SYN_DROPPED events were lost: all up to the next SYN_REPORT is void (``Documentation/input/event-codes.rst``).

Resync: an event that cannot be one (its time, type, code or value) loses its first byte only and the rest is
searched again; what stays incomplete is given up by `flush`.
"""

from dataclasses import dataclass
from struct import Struct
from typing import Final

from drivers.framing import Garbage

EVENT: Final = Struct("@llHHi")
"""Seconds, microseconds, type, code, value: 24 bytes where a long has 64 bits."""

EV_SYN, EV_KEY, EV_LAST = 0x00, 0x01, 0x1F
SYN_REPORT, SYN_DROPPED = 0, 3
KEY_LAST: Final = 0x2FF
LATEST: Final = 1 << 33
"""No event is stamped later than the year 2242, in seconds since 1970 or since the start."""
RELEASED, PRESSED, REPEATED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """Key `code` (``linux/input-event-codes.h``) is pressed, released or held."""

    code: int
    value: int


@dataclass(frozen=True, slots=True)
class EventsLost:
    """The kernel's buffer has overflowed: what is typed at the moment is incomplete."""


class KeyStream:
    """One keyboard's events. Holds less than one event between two calls."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._void = False

    @property
    def pending(self) -> int:
        """Bytes of an event that has begun and not ended."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[KeyEvent | EventsLost | Garbage]:
        self._buffer += data
        found: list[KeyEvent | EventsLost | Garbage] = []
        at = dropped = 0
        while len(self._buffer) - at >= EVENT.size:
            seconds, microseconds, kind, code, value = EVENT.unpack_from(self._buffer, at)
            if not (_plausible_time(seconds, microseconds) and _plausible(kind, code, value)):
                at, dropped = at + 1, dropped + 1
                continue
            if dropped:
                found.append(Garbage(dropped, "noise"))
                dropped = 0
            at += EVENT.size
            self._take(found, kind, code, value)
        if dropped:
            found.append(Garbage(dropped, "noise"))
        self._buffer[:at] = bytes(at)  # what was typed may be personal
        del self._buffer[:at]
        return found

    def flush(self) -> list[Garbage]:
        """The keyboard is silent: nothing more of the pending event will come."""
        size = len(self._buffer)
        self._buffer.clear()
        return [Garbage(size, "cut")] if size else []

    def _take(self, found: list[KeyEvent | EventsLost | Garbage], kind: int, code: int, value: int) -> None:
        if kind == EV_SYN and code == SYN_DROPPED:
            self._void = True
            found.append(EventsLost())
        elif self._void:
            self._void = not (kind == EV_SYN and code == SYN_REPORT)
        elif kind == EV_KEY:
            found.append(KeyEvent(code, value))


def _plausible_time(seconds: int, microseconds: int) -> bool:
    return 0 <= seconds < LATEST and 0 <= microseconds < 1_000_000


def _plausible(kind: int, code: int, value: int) -> bool:
    if kind == EV_SYN:
        return code <= SYN_DROPPED and value in (0, 1)  # 1 where the kernel itself repeats a key
    if kind == EV_KEY:
        return code <= KEY_LAST and value in (RELEASED, PRESSED, REPEATED)
    return kind <= EV_LAST


# ---------------------------------------------------------------- the US layout

KEYPAD: Final = {82: "0", 79: "1", 80: "2", 81: "3", 75: "4", 76: "5", 77: "6", 71: "7", 72: "8", 73: "9"}
"""Digits of the numeric keypad. The kernel names the key, not what NumLock makes of it: they are digits always."""

SIGNS: Final = {55: "*", 74: "-", 78: "+", 83: ".", 98: "/", 117: "=", 121: ",", 179: "(", 180: ")"}
"""The other keys of a numeric keypad."""

_ROWS: Final = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
    (86, "\\", "|"),
)
LAYOUT: Final = {
    first + offset: (plain, shifted)
    for first, low, high in _ROWS
    for offset, (plain, shifted) in enumerate(zip(low, high, strict=True))
}
"""Code → what the key types without and with shift, as ``input-event-codes.h`` numbers the US keyboard."""

ENTER: Final = frozenset({28, 96})
TAB: Final = 15
BACKSPACE: Final = 14
CAPS_LOCK: Final = 58
SHIFT: Final = frozenset({42, 54})
CONTROL: Final = frozenset({29, 97})
ALT: Final = frozenset({56})
_MODIFIERS: Final = SHIFT | CONTROL | ALT


class Typist:
    """What a keyboard types, as bytes: ASCII; CR for Enter; control bytes for Ctrl and a letter.

    Readers write other characters as Alt and their code on the numeric keypad, in the machine's code page: up to 255 is
    one byte, above two (GBK). The Caps key counts from off, for nothing else types on a keyboard that is ours alone.
    """

    def __init__(self) -> None:
        self._held: set[int] = set()
        self._caps = False
        self._code = ""

    def reset(self) -> None:
        """Events were lost: nothing is held down any more, as far as is known."""
        self._held.clear()
        self._code = ""

    def type(self, event: KeyEvent) -> bytes:
        """The bytes that this event adds; mostly none (releases, modifiers, keys without a character)."""
        if event.code in _MODIFIERS:
            return self._modify(event)
        if event.value != PRESSED:
            return b""
        if event.code == CAPS_LOCK:
            self._caps = not self._caps
            return b""
        if self._held & ALT:
            self._code = (self._code + KEYPAD.get(event.code, ""))[-6:]
            return b""
        if event.code in ENTER:
            return b"\r"
        if event.code == TAB:
            return b"\t"
        return self._character(event.code)

    def _modify(self, event: KeyEvent) -> bytes:
        if event.value == RELEASED:
            self._held.discard(event.code)
        else:
            self._held.add(event.code)
        if self._held & ALT or not self._code:
            return b""
        number, self._code = int(self._code), ""
        return number.to_bytes(1 if number < 0x100 else 2, "big") if 0 < number <= 0xFFFF else b""

    def _character(self, code: int) -> bytes:
        keypad = KEYPAD.get(code) or SIGNS.get(code)
        if keypad is not None:
            return keypad.encode()
        plain, shifted = LAYOUT.get(code, ("", ""))
        upper = bool(self._held & SHIFT) != (self._caps and plain.isalpha())
        character = shifted if upper else plain
        if character and self._held & CONTROL:
            return bytes((ord(character.upper()) & 0x1F,))
        return character.encode()
