"""Lays the seal of a day out: as a slip for the printer or a picture, and as plain text (L01)."""

from datetime import tzinfo
from typing import Final

from hallctl.devices.contract import Blank, Cut, Qr, Rule, Slip, SlipLine, Text
from hallctl.domain.calendar import local_time
from hallctl.store.seal import Seal

GROUPS_A_LINE: Final = 4
TITLE: Final = "流水账封签 Seal of the journal"
CHECK: Final = (
    "核对：在大厅服务器上运行",
    "Check, on the hall's machine:",
    "hallctl verify --seal 序号SEQ:哈希HASH",
    "通过即表明到此为止的记录未被改动。",
    "If it passes, no record up to here",
    "was changed, removed or added.",
)
STILL_OPEN: Final = "营业日尚未结束 the day is still open"


def facts(seal: Seal, hall: str, tz: tzinfo) -> list[str]:
    """The lines that say what is sealed."""
    lines = [
        hall,
        f"营业日 day {seal.day}",
        f"最后时刻 at {local_time(seal.at, tz).strftime('%Y-%m-%d %H:%M:%S')}",
        f"当日记录 records of the day {seal.records}",
        f"序号 seq {seal.head.seq}",
    ]
    return [line for line in lines if line] + ([STILL_OPEN] if seal.open else [])


def groups(seal: Seal) -> list[str]:
    """The hash, four groups of four digits a line."""
    words = seal.groups.split()
    return [" ".join(words[place : place + GROUPS_A_LINE]) for place in range(0, len(words), GROUPS_A_LINE)]


def lay_out(seal: Seal, hall: str, tz: tzinfo) -> Slip:
    """The seal as a slip; its QR is ``SEQ:HASH``."""
    lines: list[SlipLine] = [Text(TITLE, align="center", bold=True), Rule()]
    lines += [Text(line) for line in facts(seal, hall, tz)]
    lines += [Rule(), *(Text(line, align="center", height=2, bold=True) for line in groups(seal)), Rule()]
    lines += [Qr(str(seal.head)), Blank(), *(Text(line) for line in CHECK)]
    lines += [Blank(), Text("封存人 sealed by ______________"), Blank(2), Cut()]
    return Slip(tuple(lines))


def text(seal: Seal, hall: str, tz: tzinfo) -> str:
    """The seal as text to print or to send."""
    rule = "-" * 40
    parts = [TITLE, rule, *facts(seal, hall, tz), rule, *groups(seal), rule, *CHECK, str(seal.head)]
    return "\n".join(parts) + "\n"
