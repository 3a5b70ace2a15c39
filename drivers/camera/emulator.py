"""An emulated document camera: a stream of JPEGs on a TCP port, which ffmpeg reads in the place of a v4l2 node.

As a camera it can be opened once only: a second client is sent away.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from io import BytesIO
from typing import Any, Final

from PIL import Image, ImageDraw

from drivers.emulated_line import LOG_SIZE, milliseconds
from hallctl.devices.contract import EmulatorSpec

PORT: Final = 18554
"""Where it is found unless another port is given; 0 is any free one."""

_RELEASE_S: Final = 0.5
_RELEASE_LOOKS: Final = 10


class CameraEmulator:
    """The camera and what lies under it; `rate` pictures a second."""

    def __init__(
        self,
        *,
        port: int = PORT,
        width: int = 1280,
        height: int = 960,
        rate: float = 10,
        now: Callable[[], int] = milliseconds,
    ) -> None:
        self._size = (width, height)
        self._pause_s = 1 / rate
        self._now = now
        self._port = port
        self._server: asyncio.Server | None = None
        self._client: asyncio.StreamWriter | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._wire: deque[dict[str, Any]] = deque(maxlen=LOG_SIZE)
        self.paper = "A4"
        self.mode = "well"
        self.sent = 0
        self.opened = 0
        self.refused = 0

    @property
    def options(self) -> dict[str, Any]:
        """The driver's options with which it finds this camera."""
        return fitting(port=self._port)

    async def start(self) -> str:
        await self._plug()
        return "none:"

    async def stop(self) -> None:
        await self._unplug()
        if self._serving:
            await asyncio.wait(self._serving)

    async def press(self, action: str, **params: str | int) -> None:
        match action:
            case "lay":
                self.paper = str(params.get("text", "A4"))
            case "no_frames" | "frozen" | "well":
                self.mode = action
            case "dies":
                if self._client is not None:
                    self._client.write(_picture("x", self._size, 0)[:200])
                    self._client.close()
            case "unplug":
                await self._unplug()
            case "plug":
                await self._plug()
            case _:
                raise ValueError(f"no action {action}")

    def view(self) -> dict[str, Any]:
        return {
            "options": self.options,
            "paper": self.paper,
            "mode": self.mode,
            "plugged": self._server is not None,
            "filming": self._client is not None,
            "sent": self.sent,
            "wire": list(self._wire),
        }

    # ------------------------------------------------------------ the wire

    async def _plug(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def _unplug(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
            if self._client is not None:
                self._client.transport.abort()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        me = asyncio.current_task()
        if me is not None:
            self._serving.add(me)
            me.add_done_callback(self._serving.discard)
        for _ in range(_RELEASE_LOOKS):  # one that has just been closed is free at once, but the news may be late
            if self._client is not None:
                await asyncio.sleep(_RELEASE_S / _RELEASE_LOOKS)
        if self._client is not None:
            self.refused += 1
            writer.close()
            return
        self._client = writer
        self.opened += 1
        self._note("opened")
        try:
            await self._film(reader, writer)
        except OSError:
            pass
        finally:
            self._client = None
            self._note("closed")
            writer.close()

    async def _film(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send pictures until the client has gone; when stuck, only watch for that."""
        number = 0
        while not (writer.is_closing() or reader.at_eof()):
            if self.mode == "well" or (self.mode == "frozen" and number < 1):
                number += 1
                self.sent += 1
                writer.write(_picture(self.paper, self._size, number))
                await writer.drain()
            await asyncio.sleep(self._pause_s)

    def _note(self, text: str) -> None:
        self._wire.append({"at": self._now(), "dir": "in", "hex": "", "text": text})


def fitting(*, port: int = PORT, **_given: Any) -> dict[str, Any]:
    """The driver's options for a camera at `port`."""
    return {"source": f"tcp://127.0.0.1:{port}"}


def _picture(text: str, size: tuple[int, int], number: int) -> bytes:
    """White paper on a dark table, with a text on it and a bar that moves."""
    width, height = size
    image = Image.new("RGB", size, (60, 60, 60))
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 8, height // 8, width - width // 8, height - height // 8), fill="white")
    draw.text((width // 4, height // 4), text.encode("ascii", "replace").decode(), fill="black")
    at = width // 8 + number * 7 % (width * 3 // 4)
    draw.rectangle((at, height // 2, at + 4, height // 2 + 20), fill="red")
    out = BytesIO()
    with contextlib.closing(image):
        image.save(out, "JPEG", quality=80)
    return out.getvalue()


EMULATOR: Final = EmulatorSpec(
    name="camera",
    actions={
        "lay": {"text": "A4"},
        "no_frames": {},
        "frozen": {},
        "well": {},
        "dies": {},
        "unplug": {},
        "plug": {},
    },
    make=CameraEmulator,
    options=fitting,
)
