"""Command and answer APDUs (ISO 7816-4) of the social-security card (社会保障卡, contact side). Sans-IO, stdlib only.

One command is one write, one answer one read: data, SW1, SW2. The application is selected by its name, ``sx1.sh.`` and
社会保障 in GBK. Its files EF05 (the card) and EF06 (the holder) consist of records, each ``TAG | LENGTH | VALUE``. Some
can be read freely; others, which are left alone here, after the holder's password or with a security module. Cards find
a record by its tag (P2 = 00) or by its place in the file (P2 = 04). Source: five public readers that agree.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

APPLICATION: Final = b"sx1.sh." + "社会保障".encode("gbk")

NO_CARD: Final = b"\x00"
"""The link's answer to a command that met no card; a card's answer has two bytes at least."""


class File(Enum):
    """A file of records."""

    CARD = b"\xef\x05"
    HOLDER = b"\xef\x06"


@dataclass(frozen=True, slots=True)
class Record:
    """Where a value stands: its file, its tag, its place in the file (from 1), and how long it is at most."""

    file: File
    tag: int
    place: int
    longest: int


NUMBER: Final = Record(File.HOLDER, 0x08, 1, 18)
"""社会保障号码, which is the holder's 公民身份号码."""

NAME: Final = Record(File.HOLDER, 0x09, 2, 30)
"""姓名, in GBK."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is SW1 SW2 as one number; `data` is personal and not in the repr."""

    status: int
    data: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        return self.status == 0x9000 or self.more > 0

    @property
    def more(self) -> int:
        """Bytes that wait to be fetched by GET RESPONSE (61xx; 00 stands for 256), else 0."""
        return (self.status & 0xFF or 256) if self.status >> 8 == 0x61 else 0

    @property
    def exact(self) -> int | None:
        """The Le with which the command is to be given again (6Cxx), else None."""
        return self.status & 0xFF if self.status >> 8 == 0x6C else None

    @property
    def locked(self) -> bool:
        """The holder's password or a security module would be needed: 6982, 6983, 6985."""
        return self.status in (0x6982, 0x6983, 0x6985)


def select_application() -> bytes:
    return b"\x00\xa4\x04\x00" + bytes((len(APPLICATION),)) + APPLICATION


def select_file(file: File, *, below: bool = True) -> bytes:
    """`below`: as a file below the application (P1 = 02), as most cards want it; else by its identifier (P1 = 00)."""
    return bytes((0x00, 0xA4, 0x02 if below else 0x00, 0x00, 0x02)) + file.value


def read_record(record: Record, *, by_place: bool = False, size: int | None = None) -> bytes:
    """`size` is Le where the card has named it."""
    length = record.longest + 2 if size is None else size
    if by_place:
        return bytes((0x00, 0xB2, record.place, 0x04, length))
    return bytes((0x00, 0xB2, record.tag, 0x00, length))


def get_response(size: int) -> bytes:
    return bytes((0x00, 0xC0, 0x00, 0x00, size & 0xFF))


def parse_answer(data: bytes) -> Answer | None:
    """None when no card has answered."""
    return Answer(int.from_bytes(data[-2:], "big"), data[:-2]) if len(data) >= 2 else None


def value_of(record: Record, data: bytes) -> str | None:
    """The text of a record's data; None unless tag and length are right and the rest is text."""
    if len(data) < 2 or data[0] != record.tag or data[1] > record.longest or len(data) < 2 + data[1]:
        return None
    try:
        text = data[2 : 2 + data[1]].decode("gb18030")
    except UnicodeDecodeError:
        return None
    return text.strip(" \x00\u3000")
