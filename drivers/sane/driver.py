"""A scanner that SANE drives, as capability page_scanner, through scanimage: flatbeds and sheet feeders.

scanimage runs in a process of its own for each scan: a backend that crashes or hangs cannot take the daemon. It writes
into a folder in memory that only this user can read, and that is gone after the scan.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from drivers.bus import together
from drivers.page import page_of
from drivers.program import MissingProgram, Outcome, Overdue, Program, run, start, within
from drivers.sane import codec
from drivers.sane.options import SaneOptions
from hallctl.devices.contract import (
    DeviceFault,
    DriverSpec,
    FaultsSeen,
    IdentitySeen,
    Link,
    LinkLost,
    Port,
    ScannedPage,
    ScanSettings,
)

_LIST_S: Final = 6.0
_SETTINGS_S: Final = 7.0
_LOOK_S: Final = 2.0
"""Seconds between two looks whether a USB scanner is still plugged in, or scanimage still at work."""

_END_S: Final = 5.0
"""Seconds in which scanimage ends after its last page."""

_MOST_BYTES: Final = 256 * 1024 * 1024
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of one's own is made in it, for its owner only
_MENDS_ITSELF: Final = frozenset({"scanner.io", "scanner.no_scanner", "scanner.denied"})
"""Faults after which the scanner must prove itself anew; the others are told to the person who stands there."""


class SaneScanner:
    """One scanner. See `hallctl.devices.contract.PageScanner`."""

    def __init__(self, options: SaneOptions, port: Port, link: Link) -> None:
        self._options = options
        self._port = port
        self._link = link
        self._environment = {"SANE_CONFIG_DIR": options.config} if options.config else {}
        self._turn = asyncio.Lock()
        self._device = options.device
        self._settings: dict[str, codec.Setting] = {}
        self._broken = asyncio.Event()
        self._fault: DeviceFault | None = None

    # ---------------------------------------------------------------- life

    async def prove(self) -> None:
        """The scanner can be opened and tells its options; else the fault that says what is wrong."""
        try:
            found = codec.listed((await self._ask(_LIST_S, "-f", codec.LIST_FORMAT)).out)
        except Overdue:
            found = []
        fitting = next((row for row in found if row.name.startswith(self._options.device)), None)
        self._device = fitting.name if fitting is not None else self._options.device
        if not self._device:
            raise DeviceFault("scanner.no_scanner", detail="scanimage -L is empty")
        try:
            told = await self._ask(_SETTINGS_S, "-d", self._device, "-A")
        except Overdue as error:
            raise DeviceFault("scanner.io", detail=f"{self._device}: {error}") from error
        self._settings = codec.settings_of(told.out)
        if told.code or not self._settings:
            code = codec.fault_of(told.code, told.said)
            unlisted = fitting is None and code == "scanner.io"
            raise DeviceFault("scanner.no_scanner" if unlisted else code, detail=told.said[-300:])
        self._port.emit(IdentitySeen(fitting.model if fitting is not None else self._device))

    async def run(self) -> None:
        """Until a USB scanner is unplugged (LinkLost), or a scan has failed so that it must prove itself anew."""
        self._port.emit(FaultsSeen(()))
        await together(self._until_lost(), self._until_gone(), self._until_broken())

    async def close(self) -> None:
        """Nothing to close: a scan is ended by its own end."""

    async def _until_lost(self) -> None:
        await self._link.read()

    async def _until_gone(self) -> None:
        node = codec.node_of(self._device)
        while True:
            await self._port.sleep(_LOOK_S)
            if node is not None and not await asyncio.to_thread(Path(node).exists):
                raise LinkLost(f"{node} is gone")

    async def _until_broken(self) -> None:
        await self._broken.wait()
        if self._fault is not None:
            raise self._fault

    async def _ask(self, seconds: float, *arguments: str) -> Outcome:
        try:
            return await run([self._options.program, *arguments], seconds, self._port, environment=self._environment)
        except MissingProgram as error:
            raise DeviceFault("scanner.no_sane", transient=False, detail=str(error)) from error

    # ---------------------------------------------------------------- the capability

    async def preview(self, show: Callable[[bytes], None]) -> None:  # noqa: ARG002 - a capability's shape
        raise DeviceFault("scanner.no_preview")

    async def scan_pages(self, settings: ScanSettings, take: Callable[[ScannedPage], Awaitable[None]]) -> int:
        """One page of a flatbed, all of a feeder. A feeder that is empty after at least one page has done well."""
        async with self._turn:
            with TemporaryDirectory(prefix="hallctl-scan-", dir=_memory()) as folder:
                command, dpi, most = self._command(settings, folder)
                try:
                    count = await self._scan(command, dpi, most, Path(folder), take)
                except DeviceFault as fault:
                    if fault.code in _MENDS_ITSELF:
                        self._fault = fault
                        self._broken.set()
                    raise
        self._port.heard()
        return count

    def _command(self, settings: ScanSettings, folder: str) -> tuple[list[str], int | None, int]:
        """The command of a scan, its resolution and the most pages it gives; ``scanner.no_source``."""
        given = self._options
        source = {"flatbed": given.flatbed, "feeder": given.feeder}.get(settings.source, "")
        source = source or codec.choose_source(self._settings.get("source"), settings.source) or ""
        if not source and settings.source not in ("", "flatbed"):
            raise DeviceFault("scanner.no_source", detail=settings.source)
        mode = given.mode or codec.choose_mode(self._settings.get("mode"), settings.color)
        dpi = codec.choose_resolution(self._settings.get("resolution"), settings.dpi)
        width = codec.choose_length(self._settings.get("x"), given.width_mm)
        height = codec.choose_length(self._settings.get("y"), given.height_mm)
        most = given.most_pages if codec.is_feeder(source) or settings.source == "feeder" else 1
        return (
            [
                *(given.program, "-d", self._device, "--format=pnm"),
                *(f"--batch={folder}/%06d", "--batch-print", f"--batch-count={most}"),
                *([f"--source={source}"] if source else []),
                *([f"--mode={mode}"] if mode else []),
                *([f"--resolution={dpi}"] if dpi is not None else []),
                *(["-x", f"{width:g}"] if width is not None else []),
                *(["-y", f"{height:g}"] if height is not None else []),
                *given.extra,
            ],
            dpi,
            most,
        )

    async def _scan(
        self,
        command: list[str],
        dpi: int | None,
        most: int,
        folder: Path,
        take: Callable[[ScannedPage], Awaitable[None]],
    ) -> int:
        lines = _Lines()
        try:
            program = await start(command, lines.feed, environment=self._environment, ended=lines.end)
        except MissingProgram as error:
            raise DeviceFault("scanner.no_sane", transient=False, detail=str(error)) from error
        count = 0
        try:
            while count < most and (name := await self._next(lines, program)) is not None:
                await take(await _page(folder / Path(name).name, dpi))
                count += 1
            if codec.status_of(program.said) is None:
                with suppress(Overdue):  # backends were seen that hang when all is done
                    await within(_END_S, self._port, program.done())
        finally:
            await program.stop(gentle=True)
        code = codec.status_of(program.said) or program.code or 0
        if count == most or (count and code in (0, codec.NO_DOCS)):
            return count
        raise DeviceFault(codec.fault_of(code or codec.NO_DOCS, program.said), detail=program.said[-300:])

    async def _next(self, lines: "_Lines", program: Program) -> str | None:
        """The next page's name, None at the end; ``scanner.io`` when scanimage hangs.

        It was seen to hang after it had told of its end: then that is taken for the end."""
        waited_s = 0.0
        while waited_s < self._options.page_s:
            try:
                return await within(_LOOK_S, self._port, lines.next())
            except Overdue:
                waited_s += _LOOK_S
                if codec.status_of(program.said) is not None:
                    return None
        raise DeviceFault("scanner.io", detail=f"no page in {waited_s:g} s")


class _Lines:
    """The names of finished pages, as scanimage writes them; None at its end."""

    def __init__(self) -> None:
        self._rest = b""
        self._names: asyncio.Queue[str | None] = asyncio.Queue()

    def feed(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data)[-4096:].split(b"\n")
        for line in lines:
            self._names.put_nowait(line.decode("utf-8", "replace"))

    def end(self) -> None:
        self._names.put_nowait(None)

    async def next(self) -> str | None:
        return await self._names.get()


def _memory() -> Path | None:
    """Where pages lie while they are scanned: in memory if the system has such a folder."""
    return _MEMORY if os.access(_MEMORY, os.W_OK) else None


async def _page(path: Path, dpi: int | None) -> ScannedPage:
    """The page, and its file is gone; ``scanner.io`` when it is no whole picture."""
    try:
        return await asyncio.to_thread(_read, path, dpi)
    except (OSError, ValueError) as error:
        raise DeviceFault("scanner.io", detail=str(error)) from error


def _read(path: Path, dpi: int | None) -> ScannedPage:
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("too large")
    data = path.read_bytes()
    path.unlink()
    return page_of(data, dpi=dpi)


async def open_scanner(link: Link, options: SaneOptions, port: Port) -> SaneScanner:
    """Proven by the scanner's own options."""
    scanner = SaneScanner(options, port, link)
    await scanner.prove()
    return scanner


DRIVER = DriverSpec(
    name="sane",
    options=SaneOptions,
    links=("none",),
    capabilities=("page_scanner",),
    in_flight=2,
    open=open_scanner,
    title=("扫描仪（SANE）", "scanner (SANE)"),
)
