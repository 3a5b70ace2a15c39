"""An emulated ESC/POS printer on TCP or a pty: real-time status, and everything that goes wrong.

Independent of the driver's codec. Real-time commands (DLE) are carried out when they are heard, all others in their
order and only while the printer is ready: paper in, cover closed, knife free, head cool, on-line.
"""

import asyncio
import base64
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from drivers.emulated_line import LOG_SIZE, NOISE, milliseconds
from drivers.escpos import emulated_state
from drivers.escpos.emulated_paper import Mark, Paper, codes_of, drawn, text_of
from drivers.escpos.emulated_state import State
from drivers.escpos.emulated_stream import Order, Stream, described
from drivers.escpos.emulated_wire import LineWire, TcpWire, Wire
from hallctl.devices.contract import EmulatorSpec

_SHOWN: Final = 5
"""Slips in the view."""

_HEX: Final = 96
"""Bytes of a chunk that the wire log shows."""


class PrinterEmulator:
    """A command that waits for paper is kept and carried out later. Muted it hears and prints, and answers nothing."""

    def __init__(
        self,
        *,
        now: Callable[[], int] = milliseconds,
        columns: int = 48,
        max_waiting: int = 2000,
        over: str = "tcp",
        baud: int = 115200,
        model: str = "HC-80",
    ) -> None:
        """`columns`: half-width characters a line; `max_waiting`: commands kept while nothing can be printed; `over`
        tcp or serial; an empty `model` is a printer that does not know GS I."""
        self.paper = Paper(columns)
        self.state = State()
        self.muted = self.noisy = self.halved = self.queues_status = False
        self._slow_s = 0.0
        self._cut_after: int | None = None
        self._lines_left: int | None = None
        self._now = now
        self._model = model
        self._stream = Stream()
        self._waiting: deque[Order] = deque()
        self._max_waiting = max_waiting
        self._reports = False
        self._log: deque[dict[str, Any]] = deque(maxlen=LOG_SIZE)
        self._wire: Wire = TcpWire(self._heard) if over == "tcp" else LineWire(self._heard, baud)
        self._late: set[asyncio.TimerHandle] = set()
        self._newest: tuple[int, str] = (-1, "")

    # ---------------------------------------------------------------- life

    async def start(self) -> str:
        self._wire.plug()
        return self._wire.url

    async def stop(self) -> None:
        self._unplug()
        self._wire.close()

    @property
    def plugged(self) -> bool:
        return self._wire.plugged

    def _unplug(self) -> None:
        """Power and cable are gone: connections end, what was not printed is lost."""
        self._wire.unplug()
        for timer in self._late:
            timer.cancel()
        self._late.clear()
        self._stream = Stream()
        self._waiting.clear()
        self._reports = False

    # ---------------------------------------------------------------- the wire

    def _heard(self, data: bytes) -> None:
        cut = self._cut_after is not None and len(data) >= self._cut_after
        if self._cut_after is not None:
            data = data[: self._cut_after]
            self._cut_after = None if cut else self._cut_after - len(data)
        self._hear(data)
        if cut:
            self._unplug()

    def _hear(self, data: bytes) -> None:
        orders = self._stream.feed(data)
        self._note("in", data, " · ".join(described(order) for order in orders) or "(to be continued)")
        for order in orders:
            if order.name == "DLE ENQ" or (order.name == "DLE EOT" and not self.queues_status):
                self._at_once(order)
            elif len(self._waiting) < self._max_waiting:
                self._waiting.append(order)
        self._work()

    def _work(self) -> None:
        """Carry out what waits, as long as the printer is ready."""
        while self._waiting and self.state.ready:
            order = self._waiting.popleft()
            if order.name == "GS r":
                self._reply(bytes([self.state.paper_bits(0x03, 0x0C)]), "paper")
            elif order.name == "GS I":
                self._reply(b"\x5f" + self._model.encode("ascii") + b"\x00" if self._model else b"", "model")
            elif order.name == "GS a":
                self._reports = bool(order.parameters[0])
                self._report()
            elif order.name == "GS (" and order.parameters[:1] == b"H" and order.parameters[3:4] == b"\x30":
                self._reply(b"\x37\x22" + order.parameters[5:9] + b"\x00", "processed")
            elif order.name == "DLE EOT":
                self._at_once(order)
            else:
                self._print(order)

    def _print(self, order: Order) -> None:
        """Put it on paper; the roll may end with this line."""
        self._reports = self._reports and order.name != "ESC @"
        self.paper.put(order)
        if self._lines_left is not None and order.name == "LF":
            self._lines_left -= 1
            if self._lines_left <= 0:
                self._lines_left, self.state.paper = None, "out"
                self._report()

    def _at_once(self, order: Order) -> None:
        number = order.parameters[0] if order.parameters else 0
        if order.name == "DLE EOT" and 1 <= number <= 4:
            self._reply(bytes([self.state.status(number)]), f"status {number}")
        elif order.name == "DLE ENQ" and number in (1, 2) and self.state.recover():
            if number == 2:
                self._waiting.clear()
            self._report()

    def _reply(self, data: bytes, text: str) -> None:
        if self.muted or not data:
            return
        if self.halved:
            data = data[: max(1, len(data) // 2)]
        if self.noisy:
            data = NOISE + data
        if not self._slow_s:
            self._send(data, text)
            return

        def later() -> None:
            self._late.discard(timer)
            self._send(data, text)

        timer = asyncio.get_running_loop().call_later(self._slow_s, later)
        self._late.add(timer)

    def _send(self, data: bytes, text: str) -> None:
        if self._wire.connected:
            self._note("out", data, text)
            self._wire.send(data)

    def _report(self) -> None:
        """The automatic status, where it was asked for."""
        if self._reports:
            self._reply(self.state.report(), "automatic status")

    # ---------------------------------------------------------------- hands

    async def press(self, action: str, **params: str | int) -> None:
        if not self.state.press(action, str(params.get("held", "yes"))):
            self._handle(action, params)
        self._report()
        self._work()

    def _handle(self, action: str, params: dict[str, str | int]) -> None:
        match action:
            case "mute" | "unmute":
                self.muted = action == "mute"
            case "noise":
                self.noisy = not self.noisy
            case "half":
                self.halved = not self.halved
            case "queue_status":
                self.queues_status = not self.queues_status
            case "slow":
                self._slow_s = float(params.get("seconds", 2))
            case "unplug":
                self._unplug()
            case "plug":
                self._wire.plug()
            case "cut_cable_after":
                self._cut_after = int(params.get("bytes", 100))
            case "paper_out_after":
                self._lines_left = int(params.get("lines", 3))
            case _:
                raise ValueError(f"no action {action}")

    # ---------------------------------------------------------------- the view

    def view(self) -> dict[str, Any]:
        slips = self.paper.slips[-_SHOWN:]
        shown: list[dict[str, Any]] = [{"text": text_of(slip), "qr": codes_of(slip)} for slip in slips]
        if shown:
            shown[-1]["png"] = self._png(slips[-1])
        return {
            "paper": self.state.paper,
            "cover": "open" if self.state.cover_open else "closed",
            "cutter": "jammed" if self.state.cutter_jammed else "ok",
            "head": "hot" if self.state.head_hot else "ok",
            "online": not self.state.offline,
            "ready": self.state.ready,
            "plugged": self.plugged,
            "muted": self.muted,
            "noisy": self.noisy,
            "halved": self.halved,
            "queues_status": self.queues_status,
            "slow_s": self._slow_s,
            "connected": self._wire.connected,
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
        **emulated_state.ACTIONS,
        "paper_out_after": {"lines": "lines still printed before the roll ends"},
        "mute": {},
        "unmute": {},
        "noise": {},
        "half": {},
        "queue_status": {},
        "slow": {"seconds": "delay of each answer, 0 for none"},
        "unplug": {},
        "plug": {},
        "cut_cable_after": {"bytes": "bytes still heard before the cable is pulled"},
    },
    make=PrinterEmulator,
)
