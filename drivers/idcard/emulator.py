"""An emulated SDT card reader: a state machine on a line (a pty, or what stands for a USB device).

Independent of the codec: it takes requests apart and builds answers by itself.
"""

from collections.abc import Callable
from typing import Any, Final

from drivers.emulated_line import FAULT_ACTIONS, EmulatedEnd, EmulatedLine, milliseconds
from drivers.idcard.emulated_card import CARDS
from hallctl.devices.contract import EmulatorSpec

_START: Final = bytes((0xAA, 0xAA, 0xAA, 0x96, 0x69))
_SAM_ID: Final = bytes.fromhex("0500 0100 a53a3401 4e61bc00 b168de3a")
"""05.01-20200101-0012345678-0987654321"""

_PHOTO: Final = bytes.fromhex("574c66007e00320000ff85") + bytes((11 + 37 * i) & 0xFF for i in range(1013))
"""What a compressed photo looks like on the wire; it shows nothing."""

_NAMES: Final = {
    b"\x10\xff": "reset",
    b"\x11\xff": "status",
    b"\x12\xff": "SAM id",
    b"\x20\x01": "find card",
    b"\x20\x02": "select card",
    b"\x30\x01": "read card",
    b"\x30\x10": "read card and fingerprint",
    b"\x30\x03": "read new address",
    b"\x61\xff": "set RF frame",
}

_CVR100AU: Final = {
    b"\x00\x01": b"\x11\xff",
    b"\x00\x81": b"\x20\x01",
    b"\x00\x82": b"\x20\x02",
    b"\x00\x83": b"\x30\x01",
}
"""The commands of that dialect, as the usual ones. Its init is answered with 13 bytes more."""


class IdCardEmulator:
    """no card → placed → found → selected → read; a card that was read is found again only after it was lifted."""

    def __init__(
        self,
        *,
        now: Callable[[], int] = milliseconds,
        line: EmulatedLine | None = None,
        finds_again: bool = False,
        knows_fingerprint: bool = True,
        dialect: str = "sdt",
    ) -> None:
        """`finds_again`: the other kind of reader, which finds a lying card again and again."""
        self._old = dialect == "cvr100au"
        self._end = EmulatedEnd(line or EmulatedLine(9600 if self._old else 115200), self._hear, now)
        self._finds_again = finds_again
        self._knows_fingerprint = knows_fingerprint
        self._heard = bytearray()
        self._card: str | None = None
        self._state = "no_card"
        self._bad_checksums = 0
        self._module_fault = 0
        self._in_read = ""
        self.finds = 0
        self.reads = 0

    async def start(self) -> str:
        return self._end.open()

    async def stop(self) -> None:
        self._end.close()

    async def press(self, action: str, **params: str | int) -> None:
        match action:
            case "place_card":
                card = str(params.get("card", "resident"))
                if card not in CARDS:
                    raise ValueError(f"no card {card}; there are: {', '.join(CARDS)}")
                self._card, self._state = card, "placed"
            case "lift_card":
                self._card, self._state = None, "no_card"
            case "bad_checksum":
                self._bad_checksums += int(params.get("times", 1))
            case "fail_self_test":
                self._module_fault = int(str(params.get("status", "60")), 16)
            case "pass_self_test":
                self._module_fault = 0
            case "in_read":
                self._in_read = str(params.get("then", "lift_card"))
            case "refuse_fingerprint":
                self._knows_fingerprint = False
            case _:
                if not self._end.press(action, **params):
                    raise ValueError(f"no action {action}")

    def view(self) -> dict[str, Any]:
        masked = None if self._card is None else CARDS[self._card][1]
        counts = {"finds": self.finds, "reads": self.reads}
        return {"card": self._card, "masked": masked, "state": self._state, **counts, **self._end.state()}

    # ------------------------------------------------------------ the reader's side of the wire

    def _hear(self, data: bytes) -> None:
        self._heard += data
        while (start := self._heard.find(_START)) >= 0:
            del self._heard[:start]
            if len(self._heard) < 7:
                return
            size = 7 + self._heard[5] * 256 + self._heard[6]
            if len(self._heard) < size:
                return
            frame = bytes(self._heard[:size])
            del self._heard[:size]
            self._serve(frame)
        del self._heard[:-4]

    def _serve(self, frame: bytes) -> None:
        command = frame[7:9]
        if self._old:
            command = _CVR100AU.get(command, b"\xff\xff")
        self._end.heard(frame, _NAMES.get(command, "set baud" if command[0] == 0x60 else "unknown"))
        if self._wrong(frame[5:]):
            self._answer(0x10, "bad checksum")
        elif self._module_fault:
            self._answer(self._module_fault, "self-test failed")
        else:
            self._obey(command)

    def _wrong(self, checked: bytes) -> bool:
        """Whether the check byte at the end is not right."""
        if self._old:
            return sum(checked) % 256 != 0
        check = 0
        for byte in checked:
            check ^= byte
        return check != 0

    def _obey(self, command: bytes) -> None:
        match command:
            case b"\x10\xff" | b"\x11\xff" | b"\x61\xff":
                self._answer(0x90, "ok", bytes(13) if self._old else b"")
            case b"\x12\xff":
                self._answer(0x90, "SAM id", _SAM_ID)
            case b"\x20\x01":
                self._find()
            case b"\x20\x02":
                self._select()
            case b"\x30\x01":
                self._read(fingerprint=False)
            case b"\x30\x10" if self._knows_fingerprint:
                self._read(fingerprint=True)
            case b"\x30\x03":
                self._answer(0x91, "no new address")
            case _ if command[0] == 0x60:
                self._answer(0x90, "ok")
            case _:
                self._answer(0x21, "bad command")

    def _find(self) -> None:
        self.finds += 1
        if self._card is None or (self._state == "read" and not self._finds_again):
            self._answer(0x80, "no card")
        else:
            self._state = "found"
            self._answer(0x9F, "found", bytes(4))

    def _select(self) -> None:
        if self._card == "rejected":
            self._answer(0x32, "the module rejects the card")
        elif self._state == "found":
            self._state = "selected"
            self._answer(0x90, "selected", bytes(8))
        else:
            self._answer(0x81, "selecting failed")

    def _read(self, *, fingerprint: bool) -> None:
        then, self._in_read = self._in_read, ""
        if then == "lift_card":
            self._card = None
        elif then:
            self._end.press(then)
        if self._state != "selected" or self._card is None or not CARDS[self._card][0]:
            self._state = "placed" if self._card else "no_card"
            self._answer(0x41, "reading failed")
            return
        self._state = "read"
        self.reads += 1
        sizes = (256, 1024, 0) if fingerprint else (256, 1024)
        header = b"".join(size.to_bytes(2, "big") for size in sizes)
        self._answer(0x90, f"the card ({self._card})", header + CARDS[self._card][0] + _PHOTO, personal=True)

    def _answer(self, status: int, text: str, data: bytes = b"", *, personal: bool = False) -> None:
        body = bytes((0, 0, status)) + data
        counted = (len(body) + 1).to_bytes(2, "big") + body
        check = next(byte for byte in range(256) if not self._wrong(counted + bytes((byte,))))
        if self._bad_checksums:
            self._bad_checksums -= 1
            check ^= 0xFF
        frame = _START + counted + bytes((check,))
        shown = f"{frame[:10].hex(' ')} … ({len(frame)} bytes, personal)" if personal else None
        self._end.say(frame, text, shown=shown)


EMULATOR: Final = EmulatorSpec(
    name="idcard",
    actions={
        "place_card": {"card": "|".join(CARDS)},
        "lift_card": {},
        "in_read": {"then": "lift_card|half|mute|unplug"},
        "bad_checksum": {"times": "1"},
        "fail_self_test": {"status": "60|66"},
        "pass_self_test": {},
        "refuse_fingerprint": {},
        **FAULT_ACTIONS,
    },
    make=IdCardEmulator,
)
