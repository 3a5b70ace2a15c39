"""The pictures of one running ffmpeg: only the newest is kept, so that a slow consumer never sees an old one."""

import asyncio
from collections.abc import Sequence

from drivers.camera.codec import MpjpegCodec, fault_of
from drivers.program import MissingProgram, Overdue, Program, start, within
from hallctl.devices.contract import DeviceFault, Port


class Frames:
    """One opening of the camera, which can be opened once only."""

    def __init__(self, port: Port, seconds: float) -> None:
        self._port = port
        self._seconds = seconds
        self._codec = MpjpegCodec()
        self._newest: bytes | None = None
        self._stir = asyncio.Event()
        self._program: Program | None = None
        self._over = False
        self.count = 0

    async def open(self, command: Sequence[str]) -> None:
        """DeviceFault ``scanner.no_ffmpeg``."""
        try:
            self._program = await start(command, self._feed, ended=self._ended)
        except MissingProgram as error:
            raise DeviceFault("scanner.no_ffmpeg", transient=False, detail=str(error)) from error

    async def close(self) -> None:
        """End ffmpeg; again without effect."""
        program, self._program = self._program, None
        if program is not None:
            await program.stop()

    def take(self) -> bytes | None:
        """The newest picture if it was not taken yet."""
        frame, self._newest = self._newest, None
        return frame

    async def wait(self) -> None:
        """Until there is a new picture or somebody has stirred; DeviceFault when no picture comes or ffmpeg ends."""
        if not self._ended_already():
            try:
                await within(self._seconds, self._port, self._stir.wait())
            except Overdue as error:
                raise DeviceFault("scanner.no_picture", detail=f"{error} without a picture") from error
            self._stir.clear()
            if self._newest is not None or not self._ended_already():
                return
        said = self._program.said if self._program is not None else ""
        raise DeviceFault(fault_of(said), detail=said[-300:] or "ffmpeg has ended")

    def _ended_already(self) -> bool:
        return self._over

    def stir(self) -> None:
        """Let the waiting one look up."""
        self._stir.set()

    def _feed(self, data: bytes) -> None:
        for message in self._codec.feed(data):
            if isinstance(message, bytes):
                self._newest = message
                self.count += 1
                self._stir.set()

    def _ended(self) -> None:
        self._over = True
        self._stir.set()
