"""A document camera (高拍仪, UVC) as capability page_scanner, through ffmpeg: a preview, and pages at full size.

A camera can be opened once. One turn has it: the preview gives it up when a page is wanted and takes it again after.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from drivers.bus import together
from drivers.camera import control
from drivers.camera.codec import (
    Source,
    fault_of,
    formats_command,
    mjpeg_sizes,
    nearest,
    source_of,
    stream_command,
)
from drivers.camera.frames import Frames
from drivers.camera.options import CameraOptions
from drivers.page import page_of, with_tables
from drivers.program import MissingProgram, Overdue, run
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

_LIST_S: Final = 4.0
"""Seconds in which a camera lists its formats."""

_LOOK_S: Final = 2.0
"""Seconds between two looks whether the source's file or node is still there."""


class DocumentCamera:
    """One open camera. See `hallctl.devices.contract.PageScanner`."""

    def __init__(self, link: Link, source: Source, options: CameraOptions, port: Port) -> None:
        self._link = link
        self._source = source
        self._options = options
        self._port = port
        self._turn = asyncio.Lock()
        self._wanted = 0
        self._frames: Frames | None = None
        self._preview: object | None = None
        self._broken = asyncio.Event()
        self._fault: DeviceFault | None = None
        self._size = (options.width, options.height) if options.width else None
        self._preview_size: tuple[int, int] | None = None

    # ---------------------------------------------------------------- life

    async def prove(self) -> None:
        """A camera is there and gives a whole picture at full size; else the fault that says what is wrong."""
        if self._source.kind == "v4l2":
            await self._choose_sizes()
            await self._set_focus()
        page = await self._grab(warm_up=0)
        name = control.name_of(self._source.place) if self._source.kind == "v4l2" else self._source.kind
        self._port.emit(IdentitySeen(f"{name or 'camera'} {page.width}x{page.height}"))

    async def run(self) -> None:
        """Until the camera is unplugged (LinkLost), or has failed at a page or a preview: then it must prove itself
        anew."""
        self._port.emit(FaultsSeen(()))
        await together(self._until_lost(), self._until_gone(), self._until_broken())

    async def close(self) -> None:
        """No ffmpeg is left; jobs were ended by the session before."""
        if self._frames is not None:
            await self._frames.close()

    async def _until_lost(self) -> None:
        while True:
            await self._link.read()

    async def _until_gone(self) -> None:
        """For sources whose link is none: a file or a node that goes away."""
        watched = self._source.kind in ("v4l2", "file")
        while True:
            await self._port.sleep(_LOOK_S)
            if watched and not await asyncio.to_thread(Path(self._source.place).exists):
                raise LinkLost(f"{self._source.place} is gone")

    async def _until_broken(self) -> None:
        await self._broken.wait()
        if self._fault is not None:
            raise self._fault

    # ---------------------------------------------------------------- the capability

    async def scan_pages(self, settings: ScanSettings, take: Callable[[ScannedPage], Awaitable[None]]) -> int:
        """One page: the whole picture, after `warm_up` others. DeviceFault ``scanner.no_source`` for a sheet feeder."""
        if settings.source not in ("", "camera"):
            raise DeviceFault("scanner.no_source", detail=settings.source)
        page = await self._grab(self._options.warm_up)
        await take(page)
        return 1

    async def preview(self, show: Callable[[bytes], None]) -> None:
        """Shows pictures until cancelled, or until a newer preview of this camera has begun; then it returns."""
        own = self._preview = object()
        self._stir()
        while self._preview is own:
            async with self._turn:
                if self._preview is own and not self._wanted:
                    await self._show(own, show)
            # Taking a free lock waits for nobody: a page that was given up must be let in to say so.
            await asyncio.sleep(0)

    async def _show(self, own: object, show: Callable[[bytes], None]) -> None:
        """Show pictures until a page is wanted or a newer preview has begun."""
        command = stream_command(self._options.program, self._source, self._preview_size, self._options.rotation)
        gap_ms, shown_at = 1000 / self._options.preview_rate, -math.inf
        async with self._opened(command) as frames:
            while self._preview is own and not self._wanted:
                await frames.wait()
                now = float(self._port.now())
                if not 0 <= now - shown_at < gap_ms and (frame := frames.take()) is not None:
                    shown_at = now
                    show(with_tables(frame))

    async def _grab(self, warm_up: int) -> ScannedPage:
        """The first whole picture after `warm_up` others."""
        command = stream_command(self._options.program, self._source, self._size)
        self._wanted += 1
        self._stir()
        try:
            await self._turn.acquire()
        finally:
            self._wanted -= 1
        try:
            async with self._opened(command) as frames:
                while (frame := frames.take()) is None or frames.count <= warm_up:
                    await frames.wait()
        finally:
            self._turn.release()
        try:
            return await asyncio.to_thread(page_of, frame, rotation=self._options.rotation)
        except ValueError as error:
            raise DeviceFault("scanner.no_picture", detail=str(error)) from error

    @asynccontextmanager
    async def _opened(self, command: list[str]) -> AsyncIterator[Frames]:
        """The camera open; a fault of it ends the session."""
        frames = self._frames = Frames(self._port, self._options.frame_s)
        try:
            await frames.open(command)
            yield frames
        except DeviceFault as fault:
            self._fault = fault
            self._broken.set()
            raise
        finally:
            await frames.close()
            self._frames = None
        self._port.heard()

    def _stir(self) -> None:
        if self._frames is not None:
            self._frames.stir()

    # ---------------------------------------------------------------- what the camera can do

    async def _choose_sizes(self) -> None:
        """The sizes of page and preview from those that the camera has; ``scanner.no_size`` if it lacks the wished."""
        try:
            listed = await run(formats_command(self._options.program, self._source), _LIST_S, self._port)
        except MissingProgram as error:
            raise DeviceFault("scanner.no_ffmpeg", transient=False, detail=str(error)) from error
        except Overdue as error:
            raise DeviceFault("scanner.no_picture", detail="its formats are not listed") from error
        sizes = mjpeg_sizes(listed.said)
        if not sizes:
            code = fault_of(listed.said)
            known = code not in ("scanner.io", "scanner.no_picture")
            raise DeviceFault(code if known else "scanner.no_size", detail=listed.said[-300:])
        if self._size is not None and self._size not in sizes:
            there = ", ".join(f"{width}x{height}" for width, height in sizes)
            raise DeviceFault("scanner.no_size", transient=False, detail=f"MJPEG at: {there}")
        self._size = self._size or sizes[0]
        self._preview_size = nearest(sizes, (self._options.preview_width, self._options.preview_height))

    async def _set_focus(self) -> None:
        if self._options.focus is None:
            return
        try:
            await asyncio.to_thread(control.set_focus, self._source.place, self._options.focus)
        except OSError as error:
            raise DeviceFault("scanner.no_focus", transient=False, detail=str(error)) from error


async def open_camera(link: Link, options: CameraOptions, port: Port) -> DocumentCamera:
    """Proven by one picture. DeviceFault ``scanner.no_camera`` where neither the link nor `source` names one."""
    place = urlsplit(link.address)
    source = Source("v4l2", unquote(place.path)) if place.scheme == "video" else source_of(options.source)
    if source is None:
        raise DeviceFault("scanner.no_camera", transient=False, detail="neither a link video: nor the option source")
    camera = DocumentCamera(link, source, options, port)
    await camera.prove()
    return camera


DRIVER = DriverSpec(
    name="camera",
    options=CameraOptions,
    links=("video", "none"),
    capabilities=("page_scanner",),
    in_flight=3,
    open=open_camera,
    title=("高拍仪", "document camera"),
)
