"""A scanner for tests, at the driver's level: sheets in its feeder, frames of its camera, faults on demand."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from hallctl.devices.contract import DeviceFault, DriverSpec, FaultsSeen, Link, Options, Port, ScannedPage, ScanSettings
from hallctl.devices.registry import Registry


def sheet(text: str = "page", width: int = 400, height: int = 560) -> bytes:
    """A JPEG of a page with something on it; other texts, other bytes."""
    picture = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(picture).text((20, 20), text, fill="black")
    made = BytesIO()
    picture.save(made, "JPEG", quality=80)
    return made.getvalue()


@dataclass
class Scanner:
    """What a test does with the device, and sees of it."""

    sheets: list[bytes] = field(default_factory=list)
    fault: DeviceFault | None = None
    """Raised when the feeder is empty."""
    frame: bytes | None = None
    """What the camera sees; None: there is no camera."""
    preview_fault: str = "device.refused"
    settings: list[ScanSettings] = field(default_factory=list)
    looking: int = 0
    shown: int = 0
    scanning: bool = False
    feed: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, the feeder waits before each sheet."""

    def __post_init__(self) -> None:
        self.feed.set()

    def load(self, *texts: str) -> None:
        self.sheets += [sheet(text) for text in texts]

    def spec(self) -> DriverSpec:
        async def open_device(_link: Link, _options: Any, port: Port) -> "Driver":
            return Driver(self, port)

        return DriverSpec("paper", Options, ("none",), ("page_scanner",), 2, open_device)

    def registry(self) -> Registry:
        spec = self.spec()
        return Registry([("paper", lambda: spec)])


class Driver:
    """The scanner's driver."""

    def __init__(self, scanner: Scanner, port: Port) -> None:
        self._scanner = scanner
        self._port = port

    async def run(self) -> None:
        self._port.emit(FaultsSeen(()))
        await asyncio.Event().wait()

    async def close(self) -> None: ...

    async def scan_pages(self, settings: ScanSettings, take: Callable[[ScannedPage], Awaitable[None]]) -> int:
        scanner, count = self._scanner, 0
        scanner.settings.append(settings)
        scanner.scanning = True
        try:
            while scanner.sheets:
                await scanner.feed.wait()
                jpeg = scanner.sheets.pop(0)
                await take(ScannedPage(jpeg, 400, 560, settings.dpi))
                count += 1
            if scanner.fault is not None:
                raise scanner.fault
        finally:
            scanner.scanning = False
        return count

    async def preview(self, show: Callable[[bytes], None]) -> None:
        scanner = self._scanner
        if scanner.frame is None:
            raise DeviceFault(scanner.preview_fault, transient=False)
        scanner.looking += 1
        try:
            while True:
                show(scanner.frame)
                scanner.shown += 1
                await asyncio.sleep(0.01)
        finally:
            scanner.looking -= 1


DEVICE = """
[[devices]]
name = "scanner-1"
driver = "paper"
window = "1"
"""
