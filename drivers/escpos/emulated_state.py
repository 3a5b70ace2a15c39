"""How the emulated printer stands: paper, cover, knife, head; and the status bytes that follow from it.

Source: Epson's ESC/POS reference, DLE EOT and GS a. Written apart from the driver's codec.
"""

from dataclasses import dataclass
from typing import Final

ACTIONS: Final[dict[str, dict[str, str]]] = {
    "paper_out": {},
    "paper_near_end": {},
    "paper_ok": {},
    "cover_open": {},
    "cover_close": {},
    "cutter_jam": {
        "held": "yes: cutter_clear frees it; cover: DLE ENQ after the cover was opened and closed; no: DLE ENQ"
    },
    "cutter_clear": {},
    "head_hot": {},
    "head_cool": {},
    "offline": {},
    "online": {},
}
"""What a hand, or use, does to the machine."""


@dataclass(slots=True)
class State:
    """`paper` is ok, near_end or out; `held` is what keeps a jammed knife: yes, cover or no."""

    paper: str = "ok"
    cover_open: bool = False
    cutter_jammed: bool = False
    held: str = "no"
    head_hot: bool = False
    offline: bool = False

    @property
    def ready(self) -> bool:
        """Whether it can print."""
        return not (self.paper == "out" or self.cover_open or self.error or self.offline)

    @property
    def error(self) -> bool:
        return self.cutter_jammed or self.head_hot

    def press(self, action: str, held: str) -> bool:
        """One of ACTIONS; False for another."""
        match action:
            case "paper_out" | "paper_near_end" | "paper_ok":
                self.paper = action.removeprefix("paper_")
            case "cover_open":
                self.cover_open = True
            case "cover_close":
                self.cover_open = False
                self.held = "no" if self.held == "cover" else self.held
            case "cutter_jam":
                self.cutter_jammed, self.held = True, held
            case "cutter_clear":
                self.cutter_jammed = False
            case "head_hot" | "head_cool":
                self.head_hot = action == "head_hot"
            case "offline" | "online":
                self.offline = action == "offline"
            case _:
                return False
        return True

    def recover(self) -> bool:
        """DLE ENQ: whether the knife has come free."""
        free = self.cutter_jammed and self.held == "no" and not self.cover_open
        self.cutter_jammed = self.cutter_jammed and not free
        return free

    def status(self, number: int) -> int:
        """The answer to DLE EOT `number`."""
        if number == 1:
            return 0x12 | 0x08 * (not self.ready)
        if number == 2:
            return 0x12 | 0x04 * self.cover_open | 0x20 * (self.paper == "out") | 0x40 * self.error
        if number == 3:
            return 0x12 | 0x08 * self.cutter_jammed | 0x40 * self.head_hot
        return 0x12 | self.paper_bits(0x0C, 0x60)

    def report(self) -> bytes:
        """The automatic status."""
        first = 0x10 | 0x08 * (not self.ready) | 0x20 * self.cover_open
        error = 0x08 * self.cutter_jammed | 0x40 * self.head_hot
        return bytes([first, error, self.paper_bits(0x03, 0x0C), 0])

    def paper_bits(self, near_end: int, end: int) -> int:
        """A roll that is out is also near its end."""
        return {"ok": 0, "near_end": near_end, "out": near_end | end}[self.paper]
