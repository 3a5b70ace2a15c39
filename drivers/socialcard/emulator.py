"""An emulated social-security card, in the virtual reader of vsmartcard (``vpcd``) below a real PC/SC service.

vpcd waits at a TCP port for a card. A message is ``LENGTH (16 bit, big-endian) | BYTES``, both ways. One byte alone is
a control: 0 off, 1 on, 2 reset, 4 "what is your ATR?", by which vpcd finds out whether a card is there: an empty
answer is none, and vpcd hangs up. All else is a command APDU, answered with an answer APDU.

Independent of the codec; synthetic people only (region 999999).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from drivers.emulated_line import LOG_SIZE, milliseconds
from hallctl.devices.contract import EmulatorSpec

PORT: Final = 35963
"""Where vpcd waits as Debian configures it (/etc/reader.conf.d/vpcd)."""

READER: Final = "Virtual PCD"

_ATR: Final = bytes.fromhex("3b 66 00 00 53 53 53 45 30 31")
_RETRY_S: Final = 0.05


def _number(head: str) -> str:
    """17 digits and their check character (GB 11643)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(head))
    return head + "0123456789X"[(1 - total) % 11]


def _holder(number: str, name: str) -> dict[int, bytes]:
    """EF06: tag → value, in the order of the file. Fixed lengths, padded with zeros as real cards are."""
    return {
        0x08: number.encode(),
        0x09: name.encode("gb18030").ljust(30, b"\0"),
        0x0A: b"1",
        0x0B: b"\x01",
        0x0C: bytes(3),
        0x0D: bytes.fromhex(number[6:14]) if number[6:14].isdigit() else bytes(4),
    }


_CARDS: Final[dict[str, dict[int, bytes]]] = {
    "adult": _holder(_number("99999919880808001"), "测试己"),
    "elder": _holder(_number("99999919500202002"), "测试庚"),
    "long_name": _holder(_number("99999919900101005"), "测试·买买提江·测试"),
    "wrong_check": _holder("999999198808080011", "测试辛"),
    "bank": {},
    "upside_down": {},
}
"""Card → its EF06. A bank card knows another application only; one that is upside down has no contact."""


class SocialCardEmulator:
    """A virtual reader's slot and what is put into it. `transmit` is the card itself, without the reader; put in again,
    also the same card is another `presentation`."""

    def __init__(
        self,
        *,
        now: Callable[[], int] = milliseconds,
        port: int = PORT,
        by_place: bool = False,
        chained: bool = False,
        exact: bool = False,
    ) -> None:
        """`by_place`: records are found by place only; `chained`: data wait for GET RESPONSE; `exact`: Le must fit."""
        self._now = now
        self._port = port
        self._by_place = by_place
        self._chained = chained
        self._exact = exact
        self._card: str | None = None
        self._locked = False
        self._muted = False
        self._left: int | None = None
        self.presentation: object = None
        self._file: dict[int, bytes] = {}
        self._waiting = b""
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._log: deque[dict[str, Any]] = deque(maxlen=LOG_SIZE)
        self.looks = 0
        self.commands = 0

    async def start(self) -> str:
        """Look for vpcd from now on, also while it is not there yet."""
        self._task = asyncio.create_task(self._stay(), name="emulated social-security card")
        return f"pcsc:{READER.replace(' ', '%20')}"

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None

    async def press(self, action: str, **params: str | int) -> None:
        match action:
            case "insert_card":
                card = str(params.get("card", "adult"))
                if card not in _CARDS:
                    raise ValueError(f"no card {card}; there are: {', '.join(_CARDS)}")
                self._put(card)
            case "take_card":
                self._put(None)
            case "take_after":
                self._left = int(params.get("commands", 1))
            case "lock" | "unlock":
                self._locked = action == "lock"
            case "mute" | "unmute":
                self._muted = action == "mute"
            case _:
                raise ValueError(f"no action {action}")

    def view(self) -> dict[str, Any]:
        return {
            "card": self._card,
            "reader": self._writer is not None,
            "locked": self._locked,
            "muted": self._muted,
            "looks": self.looks,
            "wire": list(self._log),
        }

    # ------------------------------------------------------------ the card

    def transmit(self, command: bytes) -> bytes:
        """The card's answer; empty when there is none in the reader."""
        self.commands += 1
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                self._put(None)
        if self._card in (None, "upside_down") or self._muted:
            return b""
        answer = self._obey(command)
        self._note("in", command, command.hex(" "))
        self._note("out", answer, f"({len(answer) - 2} bytes, personal) {answer[-2:].hex(' ')}")
        return answer

    def _obey(self, command: bytes) -> bytes:
        match command[1:4]:
            case b"\xa4\x04\x00":
                return self._select_application(command[5:])
            case b"\xa4\x00\x00" | b"\xa4\x02\x00" if command[5:] in (b"\xef\x05", b"\xef\x06"):
                self._file = {0x01: bytes(16)} if command[6] == 5 else _CARDS[self._card or ""]
                return b"\x90\x00"
            case b"\xc0\x00\x00":
                waiting, self._waiting = self._waiting, b""
                return waiting + b"\x90\x00"
            case bytes() if command[1] == 0xB2:
                return self._read(command[2], command[3], command[4])
        return b"\x6d\x00"

    def _select_application(self, name: bytes) -> bytes:
        if self._card == "bank" or name != bytes.fromhex("7378312e73682ec9e7bbe1b1a3d5cf"):
            return b"\x6a\x82"
        return b"\x61\x1e" if self._chained else bytes.fromhex("6f 04 84 02 73 78 90 00")

    def _read(self, record: int, how: int, wanted: int) -> bytes:
        tag = 0 if self._by_place else record
        if how & 0x07 == 4:
            tag = dict(enumerate(self._file, start=1)).get(record, 0)
        if tag not in self._file:
            return b"\x6a\x83"
        if self._locked:
            return b"\x69\x82"
        data = bytes((tag, len(self._file[tag]))) + self._file[tag]
        if self._exact and wanted != len(data):
            return bytes((0x6C, len(data)))
        if self._chained:
            self._waiting = data
            return bytes((0x61, len(data)))
        return data + b"\x90\x00"

    def _put(self, card: str | None) -> None:
        self._card, self._file, self._waiting, self._left = card, {}, b"", None
        self.presentation = object() if card else None
        self.looks = 0

    def _note(self, direction: str, frame: bytes, shown: str) -> None:
        self._log.append({"at": self._now(), "dir": direction, "hex": shown, "text": frame[1:2].hex()})

    # ------------------------------------------------------------ the virtual reader

    async def _stay(self) -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._serve()
            await asyncio.sleep(_RETRY_S)

    async def _serve(self) -> None:
        """One connection to vpcd: it ends when there is no card, and is made anew."""
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            while True:
                message = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
                if len(message) == 1 and message[0] != 4:
                    self._file = {}
                    continue
                answer = self._atr() if len(message) == 1 else self.transmit(message)
                if answer:
                    self._writer.write(len(answer).to_bytes(2, "big") + answer)
                elif not self._muted:
                    return
        finally:
            writer, self._writer = self._writer, None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def _atr(self) -> bytes:
        self.looks += 1
        return b"" if self._card in (None, "upside_down") else _ATR


EMULATOR: Final = EmulatorSpec(
    name="socialcard",
    actions={
        "insert_card": {"card": "|".join(_CARDS)},
        "take_card": {},
        "take_after": {"commands": "1"},
        "lock": {},
        "unlock": {},
        "mute": {},
        "unmute": {},
    },
    make=SocialCardEmulator,
)
