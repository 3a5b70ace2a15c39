"""The hall's hardware, emulated in a process of its own: ``python -m tests.soak.devices``.

A printer at each kiosk, and in each zone a bus with call pads, evaluators and window strips, all on loopback TCP, with
real bytes. Faults befall them by chance. Jobs: ``open``, ``begin``, ``heal``, ``sample``; keys are pressed by
datagrams ``{"device", "action", "params"}`` to the port that ``open`` tells.
"""

import asyncio
import contextlib
import json
import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from drivers.callpad.emulator import CallPadEmulator
from drivers.emulated_port import EmulatedPort
from drivers.escpos.emulated_paper import Paper, text_of
from drivers.escpos.emulator import PrinterEmulator
from drivers.ledstrip.emulator import LedStripEmulator
from drivers.ratingpad.emulator import RatingPadEmulator
from hallctl.devices.contract import Emulator
from tests.e2e.printer import REPRINT
from tests.soak.clock import SharedClock
from tests.soak.place import printer_of
from tests.soak.worker import Jobs, serve

READ_PAPER_S: Final = 0.3

LABEL: Final = re.compile(r"^[A-Z]{1,2}\d{3,4}$")

Fault = tuple[str, dict[str, str | int], str]
"""Action that begins it, its parameters, action that ends it."""

PRINTER_FAULTS: Final[tuple[Fault, ...]] = (
    ("paper_out", {}, "paper_ok"),
    ("paper_near_end", {}, "paper_ok"),
    ("cover_open", {}, "cover_close"),
    ("cutter_jam", {"held": "yes"}, "cutter_clear"),
    ("offline", {}, "online"),
    ("mute", {}, "unmute"),
    ("slow", {"seconds": 1}, "slow"),
    ("unplug", {}, "plug"),
    ("cut_cable_after", {"bytes": 120}, "plug"),
)
BUS_FAULTS: Final[tuple[Fault, ...]] = (("mute", {}, "unmute"), ("noise", {}, "noise"), ("unplug", {}, "plug"))

BUSINESS_DAY: Final = timedelta(hours=8 - 3)
"""From UTC to the hall's time, less the hour at which its days begin."""


class Hardware:
    """All emulated devices, and what befalls them."""

    def __init__(self) -> None:
        self._printers: dict[str, PrinterEmulator] = {}
        self._devices: dict[str, Emulator] = {}
        self._clock: SharedClock | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._ends: dict[str, str] = {}
        self._befallen: Counter[str] = Counter()
        self._keys: Counter[str] = Counter()
        self._copies: list[tuple[str, str, bool]] = []

    async def open(self, printers: list[str], buses: dict[str, list[str]], clock: str) -> dict[str, Any]:
        """Switch everything on; the links by kiosk and zone, and the port for keys."""
        self._clock = SharedClock(Path(clock))
        links = {}
        for kiosk in printers:
            printer = PrinterEmulator()
            printer.paper = Paper(48, kept=1_000)
            links[kiosk] = await printer.start()
            self._printers[kiosk] = self._devices[printer_of(kiosk)] = printer
        for zone, windows in buses.items():
            links[zone] = await self._bus(zone, len(windows))
        loop = asyncio.get_running_loop()
        transport, _protocol = await loop.create_datagram_endpoint(lambda: Keys(self), ("127.0.0.1", 0))
        self._tasks.append(loop.create_task(self._read_paper()))
        return {"links": links, "keys": transport.get_extra_info("sockname")[1]}

    async def _bus(self, zone: str, windows: int) -> str:
        line = EmulatedPort()
        units = tuple(range(1, windows + 1))
        devices: dict[str, Emulator] = {
            f"pads-{zone}": CallPadEmulator(units=units, line=line),
            f"ratings-{zone}": RatingPadEmulator(units=tuple(128 + unit for unit in units), line=line),
            f"strips-{zone}": LedStripEmulator(units=units, line=line),
        }
        for device in devices.values():
            await device.start()
        self._devices |= devices
        return line.url

    async def begin(self, seed: int, every_s: float, lasts_s: float) -> int:
        """From now on something befalls each device every so many real seconds and lasts about `lasts_s`."""
        loop = asyncio.get_running_loop()
        for number, name in enumerate(self._devices):
            if not name.startswith(("ratings", "strips")):  # they share their line with the pads
                chance = random.Random(seed * 1_000 + number)
                faults = PRINTER_FAULTS if name.startswith("printer") else BUS_FAULTS
                self._tasks.append(loop.create_task(self._befall(name, faults, chance, every_s, lasts_s)))
        return len(self._tasks) - 1

    async def _befall(
        self, name: str, faults: tuple[Fault, ...], chance: random.Random, every_s: float, lasts_s: float
    ) -> None:
        while True:
            await asyncio.sleep(chance.expovariate(1 / every_s))
            begin, parameters, end = chance.choice(faults)
            self._befallen[begin] += 1
            self._ends[name] = end
            await self._devices[name].press(begin, **parameters)
            await asyncio.sleep(min(4 * lasts_s, lasts_s / 10 + chance.expovariate(1 / lasts_s)))
            await self._mend(name)

    async def _mend(self, name: str) -> None:
        end = self._ends.pop(name, None)
        if end is not None:
            await self._devices[name].press(end, **({"seconds": 0} if end == "slow" else {}))

    async def heal(self) -> int:
        """End all faults for good; how many there were."""
        for task in self._tasks[1:]:
            task.cancel()
        await asyncio.gather(*self._tasks[1:], return_exceptions=True)
        del self._tasks[1:]
        for name in list(self._ends):
            await self._mend(name)
        return self._befallen.total()

    async def sample(self) -> dict[str, Any]:
        """Since the last time: ``copies`` [day, label, marked], ``faults`` by kind, ``keys`` pressed by action."""
        self._look_at_paper()
        told = {"copies": self._copies, "faults": dict(self._befallen), "keys": dict(self._keys)}
        self._copies = []
        return told

    def press(self, device: str, action: str, params: dict[str, Any]) -> None:
        """A key at a pad."""
        self._keys[action] += 1
        pressing = asyncio.ensure_future(self._devices[device].press(action, **params))
        pressing.add_done_callback(lambda done: done.cancelled() or done.exception())

    # ------------------------------------------------------------ paper

    async def _read_paper(self) -> None:
        while True:
            await asyncio.sleep(READ_PAPER_S)
            self._look_at_paper()

    def _look_at_paper(self) -> None:
        if self._clock is None:
            return
        day = (datetime.fromtimestamp(self._clock.now() / 1000, UTC) + BUSINESS_DAY).strftime("%Y%m%d")
        for printer in self._printers.values():
            slips, printer.paper.slips = printer.paper.slips, []
            for slip in slips:
                self._copies += [(day, label, marked) for label, marked in _copies(text_of(slip))]


def _copies(lines: list[str]) -> list[tuple[str, bool]]:
    """Every label on a piece of paper, and whether 补打 stands above it; a torn slip may hang before a whole one."""
    found = []
    marked = False
    for line in map(str.strip, lines):
        marked = marked or REPRINT in line
        if LABEL.match(line):
            found.append((line, marked))
            marked = False
    return found


class Keys(asyncio.DatagramProtocol):
    """Takes the key presses."""

    def __init__(self, hardware: Hardware) -> None:
        self._hardware = hardware

    def datagram_received(self, data: bytes, addr: Any) -> None:  # noqa: ARG002 - asyncio's shape
        with contextlib.suppress(ValueError, LookupError):
            self._hardware.press(**json.loads(data))


def _jobs() -> Jobs:
    hardware = Hardware()
    return {"open": hardware.open, "begin": hardware.begin, "heal": hardware.heal, "sample": hardware.sample}


if __name__ == "__main__":
    serve(_jobs)
