"""Bytes → keys of keypads that are keyboards, or that send one ASCII character a key. Sans-IO, stdlib only.

A keyboard's keys are named by what is on them, whatever NumLock says: some keypads send Home, Up and so on for 7, 8
when their own NumLock is off, and all send the NumLock key itself now and then. Main row and keypad are the same keys.
Serial keypads send a character (Enter is CR), or frame it: ``02 n 03``, ``n 0D 0A``.
"""

from dataclasses import dataclass
from typing import Final

from drivers.framing import Garbage
from drivers.keystroke import BACKSPACE, ENTER, KEYPAD, LAYOUT, PRESSED, SIGNS, EventsLost, KeyEvent, KeyStream

_WORDS: Final = {
    "-": "minus", "+": "plus", "*": "star", "/": "slash", ".": "dot", "=": "equal", ",": "comma", "#": "hash",
    " ": "space", "\r": "enter", "\b": "backspace", "\x1b": "esc",
}  # fmt: skip
"""Characters whose keys have a name of their own; a digit or letter is its own name."""

_NAVIGATION: Final = {
    107: "1", 108: "2", 109: "3", 105: "4", 106: "6", 102: "7", 103: "8", 104: "9", 110: "0", 111: "dot",
}  # fmt: skip
"""What the keys of a keypad without NumLock are; its 5 has no code of its own then."""

_FUNCTIONS: Final = {code: f"f{number}" for number, code in enumerate((*range(59, 69), 87, 88), 1)}


def name_of(character: str) -> str | None:
    """The name of the key with this character; None if there is none."""
    plain = character.isascii() and character.isalnum()
    return character.lower() if plain else _WORDS.get(character)


_TYPED: Final = {code: pair[0] for code, pair in LAYOUT.items()} | KEYPAD | SIGNS
NAMES: Final[dict[int, str]] = {
    **{code: name for code, character in _TYPED.items() if (name := name_of(character)) is not None},
    **dict.fromkeys(ENTER, "enter"),
    **_NAVIGATION,
    **_FUNCTIONS,
    BACKSPACE: "backspace",
    1: "esc",
    15: "tab",
}
"""Code of ``input-event-codes.h`` → name of the key. NumLock, shift and the like have none: they do nothing."""

KEYS: Final = frozenset(NAMES.values()) | frozenset(_WORDS.values())
"""All names there are."""


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Keys were lost: what was typed so far means nothing."""


Message = KeyPressed | Forget | Garbage


class KeyboardCodec:
    """A keypad that is a keyboard. Holds less than one event."""

    def __init__(self) -> None:
        self._stream = KeyStream()

    @property
    def pending(self) -> int:
        return self._stream.pending

    def feed(self, data: bytes) -> list[Message]:
        found: list[Message] = []
        for event in self._stream.feed(data):
            if isinstance(event, EventsLost):
                found.append(Forget())
            elif not isinstance(event, KeyEvent):
                found.append(event)
            elif event.value == PRESSED and event.code in NAMES:
                found.append(KeyPressed(NAMES[event.code]))
        return found

    def flush(self) -> list[Message]:
        """The keypad is silent: give up what is pending."""
        return [*self._stream.flush()]


class CharacterCodec:
    """A serial keypad. Holds nothing: every byte is a key, part of a frame, or garbage."""

    pending = 0

    def __init__(self, *, framed: bool = False) -> None:
        """`framed`: CR belongs to the frame of every key and is no key itself."""
        self._frame = b"\x02\x03\r\n" if framed else b"\x02\x03\n"

    def feed(self, data: bytes) -> list[Message]:
        found: list[Message] = []
        for byte in data:
            if byte in self._frame:
                continue
            name = name_of(chr(byte))
            last = found[-1] if found else None
            if name is not None:
                found.append(KeyPressed(name))
            elif isinstance(last, Garbage):
                found[-1] = Garbage(last.size + 1, "noise")
            else:
                found.append(Garbage(1, "noise"))
        return found

    def flush(self) -> list[Message]:
        """Nothing is ever pending."""
        return []
