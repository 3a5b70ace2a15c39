"""An emulated ESC/POS printer on TCP: one client at a time, real-time status, and everything that goes wrong.

Independent of the driver's codec. Real-time commands (DLE) are carried out when they are heard, all others in their
order and only while the printer is ready: paper in, cover closed, cutter free, on-line.
"""

import asyncio
import base64
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from drivers.emulated_line import LOG_SIZE, milliseconds
from drivers.escpos.emulated_paper import Mark, Paper, codes_of, drawn, text_of
from drivers.escpos.emulated_stream import Order, Stream, described
from hallctl.devices.contract import EmulatorSpec

_SHOWN: Final = 5
"""Slips in the view."""

_HEX: Final = 96
"""Bytes of a chunk that the wire log shows."""

_MODEL: Final = b"HC-80"


class PrinterEmulator:
    """``paper`` is ok, near_end or out. A command that waits for paper is kept and carried out later."""

    def __init__(self, *, now: Callable[[], int] = milliseconds, columns: int = 48, max_waiting: int = 2000) -> None:
        """`columns`: half-width characters a line; `max_waiting`: commands kept while nothing can be printed."""
        self.paper = Paper(columns)
        self.paper_state = "ok"
        self.cover_open = False
        self.cutter_jammed = False
        self._jam_held = False
        self.offline = False
        self.muted = False
        self._slow_s = 0.0
        self._cut_after: int | None = None
        self._now = now
        self._stream = Stream()
        self._waiting: deque[Order] = deque()
        self._max_waiting = max_waiting
        self._reports = False
        self._log: deque[dict[str, Any]] = deque(maxlen=LOG_SIZE)
        self._server: asyncio.Server | None = None
        self._port = 0
        self._one_client = asyncio.Lock()
        self._clients: set[asyncio.Task[None]] = set()
        self._writer: asyncio.StreamWriter | None = None
        self._newest: tuple[int, str] = (-1, "")

    # ---------------------------------------------------------------- life

    async def start(self) -> str:
        await self._listen()
        return f"tcp://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        await self._unplug()

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def _unplug(self) -> None:
        """Power and cable are gone: connections end, what was not printed is lost."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        own = asyncio.current_task()
        others = [client for client in self._clients if client is not own]
        for client in others:
            client.cancel()
        if others:
            await asyncio.wait(others)
        self._stream = Stream()
        self._waiting.clear()
        self._reports = False

    # ---------------------------------------------------------------- the wire

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A client; another one waits until this has gone, as on real printers."""
        task = asyncio.current_task()
        if task is None:
            return
        self._clients.add(task)
        try:
            async with self._one_client:
                self._writer = writer
                await self._serve(reader)
        except (asyncio.CancelledError, OSError):
            pass  # unplugged, or the client is gone: the connection ends here either way
        finally:
            self._writer = None if self._writer is writer else self._writer
            self._clients.discard(task)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(4096):
            cut = self._cut_after is not None and len(data) >= self._cut_after
            if self._cut_after is not None:
                data = data[: self._cut_after]
                self._cut_after = None if cut else self._cut_after - len(data)
            await self._hear(data)
            if cut:
                await self._unplug()
                return

    async def _hear(self, data: bytes) -> None:
        orders = self._stream.feed(data)
        self._note("in", data, " · ".join(described(order) for order in orders) or "(to be continued)")
        for order in orders:
            if order.name.startswith("DLE"):
                await self._at_once(order)
            elif len(self._waiting) < self._max_waiting:
                self._waiting.append(order)
        await self._work()

    async def _work(self) -> None:
        """Carry out what waits, as long as the printer is ready."""
        while self._waiting and self.ready:
            order = self._waiting.popleft()
            if order.name == "GS r":
                await self._reply(bytes([self._paper_bits(0x03, 0x0C)]), "paper")
            elif order.name == "GS I":
                await self._reply(b"\x5f" + _MODEL + b"\x00", "model")
            elif order.name == "GS a":
                self._reports = bool(order.parameters[0])
                await self._report()
            elif order.name == "GS (" and order.parameters[:1] == b"H" and order.parameters[3:4] == b"\x30":
                await self._reply(b"\x37\x22" + order.parameters[5:9] + b"\x00", "processed")
            else:
                self._reports = self._reports and order.name != "ESC @"
                self.paper.put(order)

    async def _at_once(self, order: Order) -> None:
        number = order.parameters[0] if order.parameters else 0
        if order.name == "DLE EOT" and 1 <= number <= 4:
            await self._reply(bytes([self._status(number)]), f"status {number}")
        elif order.name == "DLE ENQ" and number in (1, 2) and self.cutter_jammed and not self._jam_held:
            self.cutter_jammed = False
            if number == 2:
                self._waiting.clear()
            await self._report()

    async def _reply(self, data: bytes, text: str) -> None:
        if self.muted or self._writer is None:
            return
        if self._slow_s:
            await asyncio.sleep(self._slow_s)
        self._note("out", data, text)
        self._writer.write(data)
        await self._writer.drain()

    async def _report(self) -> None:
        """The automatic status, where it was asked for."""
        if self._reports:
            first = 0x10 | 0x08 * (not self.ready) | 0x20 * self.cover_open
            error = 0x08 * self.cutter_jammed
            await self._reply(bytes([first, error, self._paper_bits(0x03, 0x0C), 0]), "automatic status")

    # ---------------------------------------------------------------- the state

    @property
    def ready(self) -> bool:
        """Whether it can print."""
        return not (self.paper_state == "out" or self.cover_open or self.cutter_jammed or self.offline)

    def _status(self, number: int) -> int:
        if number == 1:
            return 0x12 | 0x08 * (not self.ready)
        if number == 2:
            return 0x12 | 0x04 * self.cover_open | 0x20 * (self.paper_state == "out") | 0x40 * self.cutter_jammed
        if number == 3:
            return 0x12 | 0x08 * self.cutter_jammed
        return 0x12 | self._paper_bits(0x0C, 0x60)

    def _paper_bits(self, near_end: int, end: int) -> int:
        """A roll that is out is also near its end."""
        return {"ok": 0, "near_end": near_end, "out": near_end | end}[self.paper_state]

    async def press(self, action: str, **params: str | int) -> None:
        match action:
            case "paper_out" | "paper_near_end" | "paper_ok":
                self.paper_state = action.removeprefix("paper_")
            case "cover_open" | "cover_close":
                self.cover_open = action == "cover_open"
            case "cutter_jam":
                self.cutter_jammed, self._jam_held = True, str(params.get("held", "yes")) != "no"
            case "cutter_clear":
                self.cutter_jammed = self._jam_held = False
            case "offline" | "online":
                self.offline = action == "offline"
            case "mute" | "unmute":
                self.muted = action == "mute"
            case "slow":
                self._slow_s = float(params.get("seconds", 2))
            case "unplug":
                await self._unplug()
            case "plug":
                await self._listen()
            case "cut_cable_after":
                self._cut_after = int(params.get("bytes", 100))
            case _:
                raise ValueError(f"no action {action}")
        await self._report()
        await self._work()

    # ---------------------------------------------------------------- the view

    def view(self) -> dict[str, Any]:
        slips = self.paper.slips[-_SHOWN:]
        shown: list[dict[str, Any]] = [{"text": text_of(slip), "qr": codes_of(slip)} for slip in slips]
        if shown:
            shown[-1]["png"] = self._png(slips[-1])
        return {
            "paper": self.paper_state,
            "cover": "open" if self.cover_open else "closed",
            "cutter": "jammed" if self.cutter_jammed else "ok",
            "online": not self.offline,
            "ready": self.ready,
            "plugged": self._server is not None,
            "muted": self.muted,
            "slow_s": self._slow_s,
            "connected": self._writer is not None,
            "waiting": len(self._waiting),
            "printed": self.paper.printed,
            "unknown": list(self.paper.unknown),
            "slips": shown,
            "wire": list(self._log),
        }

    def _png(self, slip: tuple[Mark, ...]) -> str:
        """The newest slip as base64 PNG, drawn once."""
        if self._newest[0] != self.paper.printed:
            self._newest = (self.paper.printed, base64.b64encode(drawn(slip, self.paper.columns)).decode("ascii"))
        return self._newest[1]

    def _note(self, direction: str, data: bytes, text: str) -> None:
        dump = data[:_HEX].hex(" ") + (" …" if len(data) > _HEX else "")
        self._log.append({"at": self._now(), "dir": direction, "hex": dump, "text": text})


EMULATOR: Final = EmulatorSpec(
    name="escpos",
    actions={
        "paper_out": {},
        "paper_near_end": {},
        "paper_ok": {},
        "cover_open": {},
        "cover_close": {},
        "cutter_jam": {"held": "yes: cutter_clear frees it; no: DLE ENQ does"},
        "cutter_clear": {},
        "offline": {},
        "online": {},
        "mute": {},
        "unmute": {},
        "slow": {"seconds": "delay of each answer, 0 for none"},
        "unplug": {},
        "plug": {},
        "cut_cable_after": {"bytes": "bytes still heard before the cable is pulled"},
    },
    make=PrinterEmulator,
)
