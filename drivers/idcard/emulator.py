"""An emulated SDT card reader: a state machine on a pty, with synthetic people only.

Independent of the codec: it takes requests apart and builds answers and cards by itself. Numbers begin with 999999, a
region that does not exist; their check characters are right.
"""

from collections.abc import Callable
from typing import Any, Final

from drivers.emulated_line import FAULT_ACTIONS, EmulatedEnd, EmulatedLine, milliseconds
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


def _wide(text: str, size: int) -> bytes:
    """`text` as UTF-16LE, padded with spaces to `size` bytes."""
    return text.ljust(size // 2).encode("utf-16-le")


def _number(head: str) -> str:
    """17 digits and their check character (GB 11643)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(head))
    return head + "0123456789X"[(1 - total) % 11]


def _resident(name: str, sex: str, birth: str, order: str) -> bytes:
    return b"".join(
        (
            _wide(name, 30),
            _wide(sex, 2),
            _wide("01", 4),
            _wide(birth, 16),
            _wide("测试省测试市测试区样例路1号", 70),
            _wide(_number("999999" + birth + order), 36),
            _wide("测试市公安局测试分局", 30),
            _wide("20200101", 16),
            _wide("长期" if birth < "1975" else "20400101", 16),
            _wide("", 36),
        )
    )


def _permit() -> bytes:
    return b"".join(
        (
            _wide("测试丙", 30),
            _wide("2", 2),
            _wide("", 4),
            _wide("19850505", 16),
            _wide("测试省测试市测试区样例路2号", 70),
            _wide(_number("99999919850505002"), 36),
            _wide("测试市公安局测试分局", 30),
            _wide("20200101", 16),
            _wide("20250101", 16),
            _wide("X00000000", 18),
            _wide("01", 4),
            _wide("", 6),
            _wide("J", 2),
            _wide("", 6),
        )
    )


def _foreigner() -> bytes:
    return b"".join(
        (
            _wide("测试丁", 30),
            _wide("1", 2),
            _wide("01", 4),
            _wide("19800808", 16),
            _wide("TEST, DANIEL", 70),
            _wide(_number("99999919800808003"), 36),
            _wide("", 30),
            _wide("20231201", 16),
            _wide("20331201", 16),
            _wide("", 22),
            _wide("ZZZ", 6),
            _wide("Y", 2),
            _wide("", 6),
        )
    )


def _foreigner_2017() -> bytes:
    return b"".join(
        (
            _wide("TEST, ALICE", 120),
            _wide("2", 2),
            _wide("ZZZ990019900101", 30),
            _wide("ZZZ", 6),
            _wide("", 30),
            _wide("20180101", 16),
            _wide("20280101", 16),
            _wide("19900101", 16),
            _wide("01", 4),
            _wide("1500", 8),
            _wide("I", 2),
            _wide("", 6),
        )
    )


CARDS: Final[dict[str, tuple[bytes, str]]] = {
    "resident": (_resident("测试甲", "2", "19900101", "001"), "测** 9999**************"),
    "elder": (_resident("测试乙", "1", "19500202", "002"), "测** 9999**************"),
    "hkmt": (_permit(), "测** 9999**************"),
    "foreigner": (_foreigner(), "测** 9999**************"),
    "foreigner_2017": (_foreigner_2017(), "T*** ZZZ9***********"),
    "unreadable": (b"", "?"),
}
"""Card → its text and what may be shown of it; an unreadable one is found and cannot be read."""


class IdCardEmulator:
    """no card → placed → found → selected → read; a card that was read is found again only after it was lifted."""

    def __init__(
        self,
        *,
        now: Callable[[], int] = milliseconds,
        line: EmulatedLine | None = None,
        finds_again: bool = False,
        knows_fingerprint: bool = True,
    ) -> None:
        """`finds_again`: the other kind of reader, which finds a lying card again and again."""
        self._end = EmulatedEnd(line or EmulatedLine(115200), self._hear, now)
        self._finds_again = finds_again
        self._knows_fingerprint = knows_fingerprint
        self._heard = bytearray()
        self._card: str | None = None
        self._state = "no_card"
        self._bad_checksums = 0
        self._self_test_ok = True
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
            case "fail_self_test" | "pass_self_test":
                self._self_test_ok = action == "pass_self_test"
            case _:
                if not self._end.press(action):
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
        check = 0
        for byte in frame[5:]:
            check ^= byte
        command = frame[7:9]
        self._end.heard(frame, _NAMES.get(command, "set baud" if frame[7] == 0x60 else "unknown"))
        if check:
            self._answer(0x10, "bad checksum")
        elif not self._self_test_ok:
            self._answer(0x60, "self-test failed")
        else:
            self._obey(command)

    def _obey(self, command: bytes) -> None:
        match command:
            case b"\x10\xff" | b"\x11\xff" | b"\x61\xff":
                self._answer(0x90, "ok")
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
        if self._state == "found":
            self._state = "selected"
            self._answer(0x90, "selected", bytes(8))
        else:
            self._answer(0x81, "selecting failed")

    def _read(self, *, fingerprint: bool) -> None:
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
        check = 0
        for byte in counted:
            check ^= byte
        if self._bad_checksums:
            self._bad_checksums -= 1
            check ^= 0xFF
        frame = _START + counted + bytes((check,))
        shown = f"{frame[:10].hex(' ')} … ({len(frame)} bytes, personal)" if personal else None
        self._end.say(frame, text, shown=shown)


EMULATOR: Final = EmulatorSpec(
    name="idcard",
    actions={
        "place_card": {"card": "resident|elder|hkmt|foreigner|foreigner_2017|unreadable"},
        "lift_card": {},
        "bad_checksum": {"times": "1"},
        "fail_self_test": {},
        "pass_self_test": {},
        **FAULT_ACTIONS,
    },
    make=IdCardEmulator,
)
