"""A fake device on TCP, a driver for it, ptys, and a time that the test moves.

The device speaks lines: it answers ``?`` with ``id lamp``, ``show <unit> <text>`` with ``ok``, and tells ``key <unit>
<action>``, ``fault <code>``, ``well`` and ``odd`` (on which the driver breaks) when the test wants it to.
"""

import asyncio
import heapq
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import Field

from hallctl.devices.contract import (
    DeviceFault,
    DriverSpec,
    FaultsSeen,
    Link,
    Options,
    PadKey,
    Port,
    Signal,
    Slip,
    WindowScreen,
)
from hallctl.devices.registry import Registry
from hallctl.sections.device import DeviceSection

NOON = 1_770_000_000_000
SCREEN = WindowScreen(state="calling", window="3", text="A012", label="A012")


async def eventually(condition: Callable[[], Any], what: str = "") -> None:
    """Let the loop run until the condition holds; fails after five seconds."""
    try:
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110 - the other side of a wire sets no event
                await asyncio.sleep(0.001)
    except TimeoutError:
        raise AssertionError(f"never: {what or condition}") from None


async def settle() -> None:
    """A few turns of the loop, in which nothing more is expected to happen."""
    for _ in range(20):
        await asyncio.sleep(0)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


class HandTime:
    """A clock and a sleep that move only when the test says so."""

    def __init__(self) -> None:
        self.ms = NOON
        self.slept: list[float] = []
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> int:
        return self.ms

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.ms + seconds * 1000, len(self.slept), future))
        await future

    @property
    def resting(self) -> bool:
        """Somebody sleeps."""
        return any(not future.done() for _, _, future in self._sleepers)

    async def advance(self, seconds: float) -> None:
        await settle()
        end = self.ms + round(seconds * 1000)
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _, future = heapq.heappop(self._sleepers)
            self.ms = max(self.ms, round(at))
            if not future.done():
                future.set_result(None)
            await settle()
        self.ms = end


class FastTime:
    """A clock that jumps over every sleep."""

    def __init__(self) -> None:
        self.ms = NOON

    def now(self) -> int:
        return self.ms

    async def sleep(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)
        await asyncio.sleep(0.001)


class Told:
    """What the manager has told the hall."""

    def __init__(self) -> None:
        self.signals: list[tuple[str, Signal]] = []
        self.states: list[tuple[str, str, tuple[str, ...]]] = []

    def on_signal(self, device: str, signal: Signal) -> None:
        self.signals.append((device, signal))

    def on_state(self, device: str, state: str, faults: tuple[str, ...]) -> None:
        self.states.append((device, state, faults))

    def of(self, device: str) -> list[str]:
        return [state for name, state, _ in self.states if name == device]

    def last(self, device: str) -> str | None:
        states = self.of(device)
        return states[-1] if states else None


class LampDevice:
    """The other side of the wire."""

    def __init__(self) -> None:
        self.identity = b"id lamp"
        self.mute = False
        self.stuck = False
        self.lines: list[bytes] = []
        self.connections = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    async def plug(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def pull(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in list(self._writers):
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None
            await eventually(lambda: not self._writers, "the device's sockets are closed")

    def tell(self, line: bytes) -> None:
        for writer in self._writers:
            writer.write(line + b"\n")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while line := (await reader.readline()).strip():
                self.lines.append(line)
                if self.mute:
                    continue
                if line == b"?":
                    writer.write(self.identity + b"\n")
                elif line.startswith(b"refuse"):
                    writer.write(b"no\n")
                elif not self.stuck:
                    writer.write(b"ok\n")
        except OSError:
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


class LampOptions(Options):
    """Options of the lamp."""

    colour: str = Field("red", pattern="^(red|green)$", description="Colour of the text.")


class Lamp:
    """The driver of `LampDevice`."""

    closed = 0

    def __init__(self, link: Link, options: LampOptions, port: Port) -> None:
        self._link = link
        self._port = port
        self._rest = b""
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()
        self.options = options

    async def line(self) -> bytes:
        while b"\n" not in self._rest:
            self._rest += await self._link.read()
        line, self._rest = self._rest.split(b"\n", 1)
        return line

    async def run(self) -> None:
        while True:
            line = await self.line()
            self._port.heard()
            word, _, rest = line.partition(b" ")
            if word == b"key":
                unit, action = rest.split()
                self._port.emit(PadKey(int(unit), action.decode()))
            elif word == b"fault":
                self._port.emit(FaultsSeen((rest.decode(),)))
            elif word == b"well":
                self._port.emit(FaultsSeen(()))
            elif word == b"lost":
                self._port.emit(FaultsSeen(None))
            elif word == b"odd":
                raise ValueError("110101199003070000 is no number")
            else:
                self._answers.put_nowait(line)

    async def ask(self, line: str) -> None:
        await self._link.write(line.encode() + b"\n")
        if await self._answers.get() != b"ok":
            raise DeviceFault("device.refused")

    async def show_window(self, unit: int | None, screen: WindowScreen) -> None:
        await self.ask(f"show {unit} {screen.text}")

    async def close(self) -> None:
        Lamp.closed += 1


async def open_lamp(link: Link, options: LampOptions, port: Port) -> Lamp:
    lamp = Lamp(link, options, port)
    await link.write(b"?\n")
    if await lamp.line() != b"id lamp":
        raise DeviceFault("device.wrong_identity", transient=False)
    port.heard()
    return lamp


def draw(slip: Slip, options: LampOptions) -> bytes:
    return f"{options.colour} {len(slip.lines)}".encode()


LAMP = DriverSpec("lamp", LampOptions, ("tcp", "serial"), ("window_display",), 1, open_lamp, draw)


def lamp_registry(spec: DriverSpec = LAMP) -> Registry:
    return Registry([(spec.name, lambda: spec)])


def section(name: str, link: str, **more: Any) -> DeviceSection:
    return DeviceSection.model_validate({"name": name, "driver": "lamp", "link": link, **more})


@asynccontextmanager
async def lamp_device() -> AsyncIterator[LampDevice]:
    device = LampDevice()
    await device.plug()
    try:
        yield device
    finally:
        await device.pull()


class Pty:
    """A serial line; the test holds the master's end."""

    def __init__(self) -> None:
        self.master, slave = os.openpty()
        self.path = os.ttyname(slave)
        self._slave: int | None = slave
        os.set_blocking(self.master, False)

    @property
    def url(self) -> str:
        return f"serial://{self.path}?baud=115200"

    def write(self, data: bytes) -> None:
        os.write(self.master, data)

    def read(self) -> bytes:
        try:
            return os.read(self.master, 65536)
        except BlockingIOError:
            return b""

    def unplug(self) -> None:
        for end in (self._slave, self.master):
            if end is not None:
                os.close(end)
        self._slave, self.master = None, -1

    def close(self) -> None:
        if self.master >= 0:
            self.unplug()


async def collect(pty: Pty, size: int) -> bytes:
    data = b""

    def enough() -> bool:
        nonlocal data
        data += pty.read()
        return len(data) >= size

    await eventually(enough, f"{size} bytes")
    return data
