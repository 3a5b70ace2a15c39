"""The byte boundary of the printer tests: a TCP link, a scripted printer, a port whose time stands still; and a desk
on which an emulated printer and its open driver stand.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Self

import pytest

from drivers.escpos.driver import DRIVER, EscposPrinter
from drivers.escpos.emulated_paper import text_of
from drivers.escpos.emulator import PrinterEmulator
from drivers.escpos.options import EscposOptions
from drivers.escpos.proof import QUIET_S
from hallctl.devices.contract import Cut, DeviceFault, FaultsSeen, IdentitySeen, LinkLost, Signal, Slip, Text

SLIP = Slip((Text("永安镇便民服务中心", 2, 2, "center"), Text("A012", 4, 4, "center", True), Text("赵䶮先生"), Cut()))
LINES = ["永安镇便民服务中心", "A012", "[picture]"]


async def until(true: Callable[[], bool]) -> None:
    """Lets the loop run until `true()`; five seconds at most."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - what is waited for are bytes of another end, which set no event
            await asyncio.sleep(0.001)


class StillPort:
    """A port: `sleep` ends only when the test fires it, so that nothing depends on real time; but for the moment of
    quiet after which no late proof is to come, which is over soon."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []
        self.answers = 0
        self._alarms: list[tuple[float, asyncio.Future[None]]] = []

    def emit(self, signal: Signal) -> None:
        self.signals.append(signal)

    def heard(self) -> None:
        self.answers += 1

    def now(self) -> int:
        return 0

    async def sleep(self, seconds: float) -> None:
        if seconds == QUIET_S:
            await asyncio.sleep(QUIET_S / 50)
            return
        alarm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (seconds, alarm)
        self._alarms.append(entry)
        try:
            await alarm
        finally:
            self._alarms.remove(entry)

    async def fire(self, seconds: float) -> None:
        """Waits for a sleep of so many seconds and ends it."""
        await until(lambda: bool(self._due(seconds)))
        self.wake(seconds)

    def wake(self, seconds: float) -> None:
        """Ends a sleep of so many seconds, if there is one."""
        for alarm in self._due(seconds)[:1]:
            alarm.set_result(None)

    def _due(self, seconds: float) -> list["asyncio.Future[None]"]:
        return [alarm for length, alarm in self._alarms if length == seconds and not alarm.done()]

    @property
    def models(self) -> list[str]:
        return [signal.text for signal in self.signals if isinstance(signal, IdentitySeen)]

    @property
    def faults(self) -> list[tuple[str, ...] | None]:
        return [signal.faults for signal in self.signals if isinstance(signal, FaultsSeen)]


class TcpLink:
    """A link over TCP. `tamper` may look at, change or drop what is written."""

    def __init__(self, address: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.address = address
        self.tamper: Callable[[bytes], Awaitable[bytes]] | None = None
        self.written = b""
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, address: str) -> Self:
        host, port = address.removeprefix("tcp://").split(":")
        return cls(address, *await asyncio.open_connection(host, int(port)))

    async def read(self) -> bytes:
        try:
            data = await self._reader.read(4096)
        except OSError as error:
            raise LinkLost(str(error)) from error
        if not data:
            raise LinkLost("end of stream")
        return data

    async def write(self, data: bytes) -> None:
        if self.tamper is not None:
            data = await self.tamper(data)
        self.written += data
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise LinkLost(str(error)) from error

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


class ScriptedPrinter:
    """A TCP peer that answers each chunk with what `answer` says."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self.heard = b""
        self._answer = answer
        self._server: asyncio.Server | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"tcp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            if self.writer is not None:
                self.writer.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        while data := await reader.read(4096):
            self.heard += data
            writer.write(self._answer(data))
        writer.close()


class Desk:
    """An emulated printer, a link and an open driver."""

    def __init__(self, emulator: PrinterEmulator, port: StillPort) -> None:
        self.emulator = emulator
        self.port = port
        self.address = ""
        self.links: list[TcpLink] = []
        self.printers: list[EscposPrinter] = []

    async def open(self, **options: Any) -> EscposPrinter:
        """The driver on a new connection; it asks for each status unless the test wants `asb`."""
        options.setdefault("asb", False)
        link = await TcpLink.connect(self.address)
        self.links.append(link)
        printer = await DRIVER.open(link, EscposOptions(**options), self.port)
        assert isinstance(printer, EscposPrinter)
        self.printers.append(printer)
        return printer

    @property
    def slips(self) -> list[list[str]]:
        return [text_of(slip) for slip in self.emulator.paper.slips]

    @property
    def sent_nothing(self) -> bool:
        """Whether nothing but questions was written."""
        left = self.links[-1].written
        for question in (b"\x10\x04", b"\x1d\x49\x43", b"\x1d\x61\xff", b"\x1d\x72\x01"):
            left = left.replace(question, b"")
        return not left.strip(b"\x01\x02\x03\x04")


def code_of(caught: pytest.ExceptionInfo[DeviceFault]) -> str:
    return caught.value.code


async def stopped(running: "asyncio.Task[None]") -> None:
    running.cancel()
    await asyncio.wait({running})
