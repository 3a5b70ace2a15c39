"""An emulated slip printer at a kiosk that outlives the daemon, and what can be read on its paper."""

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from drivers.escpos.emulated_paper import Paper, text_of
from drivers.escpos.emulator import EMULATOR, PrinterEmulator

REPRINT = "补打"
_LABEL = re.compile(r"^[A-Z]{1,2}\d{3,4}$")


@dataclass(frozen=True)
class Copy:
    """One label found on the paper; `marked` says that 补打 stands above it."""

    label: str
    marked: bool


@dataclass
class Printer:
    """The emulator, and the config section of the device."""

    emulator: PrinterEmulator
    link: str

    def section(
        self, *, asb: bool = True, poll_s: float = 0.5, number: int = 1, proof: str = "gs_r", proof_s: float = 2.0
    ) -> str:
        """The device of kiosk `number`; with `asb` the printer tells by itself what has changed."""
        return f"""
[[devices]]
name = "printer-{number}"
driver = "escpos"
link = "{self.link}"
kiosk = "kiosk-{number}"
[devices.options]
asb = {str(asb).lower()}
poll_s = {poll_s}
proof = "{proof}"
proof_s = {proof_s}
"""

    def copies(self) -> list[Copy]:
        """Every label on the paper in the order of printing; a piece of paper may hold a torn slip and a whole one."""
        found: list[Copy] = []
        for slip in self.emulator.paper.slips:
            marked = False
            for line in map(str.strip, text_of(slip)):
                marked = marked or REPRINT in line
                if _LABEL.match(line):
                    found.append(Copy(line, marked))
                    marked = False
        return found


@contextlib.asynccontextmanager
async def printer() -> AsyncIterator[Printer]:
    """A printer that is switched on until the block ends, with paper that keeps everything."""
    emulator = EMULATOR.make()
    assert isinstance(emulator, PrinterEmulator)
    emulator.paper = Paper(48, kept=100_000)
    link = await emulator.start()
    try:
        yield Printer(emulator, link)
    finally:
        await emulator.stop()
