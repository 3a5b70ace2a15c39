"""Bytes ⇄ messages of bar and QR code readers. Sans-IO, stdlib only.

Plain readers send the code and an end: CR, LF, Tab, or both of the first; some wrap it in STX and ETX. Readers that are
keyboards type the same (`WedgeCodec`). Modules of the GM65 family (GM65, GM805, GM812, GM861) take settings besides:

    host     ``7E 00 | type | length | address (16) | data | CRC (16)``   07 read, 08 write, 09 save, 0A are you there
    answer   ``02 00 | type 00 | length | data | CRC``, to 0A with 03 in front
    code     plain, or with setting 0060 bit 7 ``03 00 | length (not 0) | data``, without a check sum

CRC: polynomial 1021, initial value 0, over what follows ``7E 00``, ``02 00`` or ``03 00``; all of it high byte first.
Sources: arendst/Tasmota ``xsns_107_gm861``, mudpoet/esphome-gm861, saadimalik211/cv-scanner, the maker's user manuals.

Resync: an end ends whatever was before it. A text with control bytes in it, or one longer than `MOST`, is garbage up to
its end; a false head of an answer loses its first byte only. What stays incomplete is given up by `flush`.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from drivers.framing import Garbage
from drivers.keystroke import EventsLost, KeyEvent, KeyStream, Typist

MOST: Final = 2048
"""Bytes of the longest code taken; the longest that a hall prints has about 100."""

READ, WRITE, SAVE, PING = 0x07, 0x08, 0x09, 0x0A
MODE, TRIGGER, OUTPUT = 0x0000, 0x0002, 0x0060
"""Settings: bits 1-0 of the first choose when it reads, bit 0 of the second reads now, the third says what it sends."""

_STX, _ETX = 0x02, 0x03
_MARK: Final = re.compile(rb"[\r\n\t\x02\x03]")
_CONTROL: Final = re.compile(rb"[\x00-\x1c\x7f]")
"""What no text has; 1D to 1F are separators in GS1 and licence codes."""

_AIM: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""A reader may say by three characters in front which kind of code it was (ISO/IEC 15424)."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A code as it came, maybe personal, so not in the repr."""

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a command: the setting's bytes, or 00 for done. `alive` answers PING."""

    data: bytes
    alive: bool = False


Message = Scan | Answer | Garbage


# ---------------------------------------------------------------- bytes → messages


class LineCodec:
    """One reader's stream. Holds at most `MOST` bytes between two calls."""

    def __init__(self, *, answers: bool = False) -> None:
        """`answers`: the reader is a GM65 and answers commands; else STX and ETX wrap a text."""
        self._answers = answers
        self._buffer = bytearray()
        self._over = 0

    @property
    def pending(self) -> int:
        """Bytes of a code or an answer that has begun and not ended."""
        return len(self._buffer) + self._over

    def feed(self, data: bytes) -> list[Message]:
        found: list[Message] = []
        for start in range(0, len(data), MOST):
            self._buffer += data[start : start + MOST]
            self._cut(found, final=False)
        return found

    def flush(self, *, deliver: bool = False) -> list[Message]:
        """The line is silent: what is pending is a whole code (`deliver`), or never ends."""
        found: list[Message] = []
        self._cut(found, final=True)
        if self._buffer and deliver:
            self._text(found, len(self._buffer))
        self._drop(found, len(self._buffer), "cut")
        return found

    def _cut(self, found: list[Message], *, final: bool) -> None:
        """Take everything off the buffer that is complete."""
        at = 0
        while mark := _MARK.search(self._buffer, at):
            at = mark.start()
            if self._answers and self._buffer[at] in (_STX, _ETX):
                size = self._frame(at, final=final)
                if size is None:
                    return
                if size:
                    self._drop(found, at, "cut")
                    self._answer(found, size)
                    at = 0
                    continue
            starts = self._buffer[at] == _STX
            if starts:
                self._drop(found, at, "cut")
            else:
                self._text(found, at)
            self._wipe(1)
            at = 0
        if len(self._buffer) > MOST:
            self._over += len(self._buffer)
            self._wipe(len(self._buffer))

    def _frame(self, at: int, *, final: bool) -> int | None:
        """The size of the answer that begins at `at`, 0 if none does; None while more bytes are needed."""
        head = bytes(self._buffer[at : at + 4])
        if len(head) < 2:
            return 0 if final else None
        if head[1] != 0:
            return 0
        if len(head) < 4:
            return 0 if final else None
        wrapped = head[0] == _ETX and head[2] != 0
        size = 3 + head[2] if wrapped else 6 + head[3]
        if len(self._buffer) - at < size:
            return 0 if final else None
        frame = self._buffer[at : at + size]
        return size if wrapped or crc(bytes(frame[2:-2])) == int.from_bytes(frame[-2:], "big") else 0

    def _answer(self, found: list[Message], size: int) -> None:
        frame = bytes(self._buffer[:size])
        self._wipe(size)
        if frame[0] == _ETX and frame[2] != 0:
            self._say(found, frame[3:])
        else:
            found.append(Answer(frame[4:-2], alive=frame[0] == _ETX))

    def _text(self, found: list[Message], size: int) -> None:
        """The text that has ended after `size` bytes."""
        if self._over:
            self._drop(found, size, "length")
        elif size:
            text = bytes(self._buffer[:size])
            self._wipe(size)
            self._say(found, text)

    def _say(self, found: list[Message], text: bytes) -> None:
        found.append(Garbage(len(text), "noise") if _CONTROL.search(text) else Scan(text))

    def _drop(self, found: list[Message], size: int, reason: str) -> None:
        """Give up `size` bytes, and what was given up before them."""
        lost, self._over = size + self._over, 0
        self._wipe(size)
        if lost:
            found.append(Garbage(lost, reason))

    def _wipe(self, size: int) -> None:
        self._buffer[:size] = bytes(size)
        del self._buffer[:size]


class WedgeCodec:
    """A reader that is a keyboard: its key events, typed into a `LineCodec`."""

    def __init__(self) -> None:
        self._keys = KeyStream()
        self._typist = Typist()
        self._lines = LineCodec()

    @property
    def pending(self) -> int:
        """Bytes of an event, or of a code, that has begun and not ended."""
        return self._keys.pending + self._lines.pending

    def feed(self, data: bytes) -> list[Message]:
        found: list[Message] = []
        for event in self._keys.feed(data):
            if isinstance(event, KeyEvent):
                found += self._lines.feed(self._typist.type(event))
            elif isinstance(event, EventsLost):
                self._typist.reset()
                found += self._lines.flush()
            else:
                found.append(event)
        return found

    def flush(self, *, deliver: bool = False) -> list[Message]:
        """The keyboard is silent: what is pending is a whole code (`deliver`), or never ends."""
        return [*self._keys.flush(), *self._lines.flush(deliver=deliver)]


def text_of(data: bytes, prefix: str = "", suffix: str = "") -> str | None:
    """What the code says: UTF-8, else GB18030, without the reader's own additions; None if it is no such text.

    `prefix` and `suffix` are what the reader is set to add: a code without them is not whole. The mark of the kind of
    code (``]Q1``) is left out.
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        return None
    if len(text) < len(prefix) + len(suffix) or not (text.startswith(prefix) and text.endswith(suffix)):
        return None
    text = text[len(prefix) : len(text) - len(suffix)]
    mark = _AIM.match(text)
    return text[mark.end() if mark else 0 :].strip() or None


# ---------------------------------------------------------------- commands of the GM65 family


def crc(data: bytes) -> int:
    """CRC-16, polynomial 1021, initial value 0, not reflected (also called XMODEM)."""
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def encode(kind: int, address: int = 0, data: bytes = b"\x00") -> bytes:
    """A command: READ with the number of bytes wanted, WRITE with the bytes, SAVE and PING with 00."""
    body = bytes((kind, len(data))) + address.to_bytes(2, "big") + data
    return b"\x7e\x00" + body + crc(body).to_bytes(2, "big")
