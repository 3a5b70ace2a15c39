"""One request to the reader and its answer at a time, and the question by which a reader is found."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from drivers.bus import LineReader, stop
from drivers.framing import Garbage
from drivers.idcard.codec import OK, SDT, Answer, CardText, Request, SdtCodec, sam_id_text
from hallctl.devices.contract import DeviceFault, Link, Port, Signal

ANSWER_S: Final = 1.0
"""Finding and selecting take 0.1 to 0.3 s."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No sound answer came in time: silent, noise (nothing like a frame) or garbled (a damaged frame)."""

    why: str

    def fault(self) -> DeviceFault:
        return DeviceFault("device.silent" if self.why == "silent" else "device.garbled", detail=self.why)


class SdtExchange:
    """The line to one reader."""

    def __init__(self, link: Link, port: Port, dialect: str = SDT) -> None:
        self.lines = LineReader(link, port)
        self._link = link
        self._port = port
        self._codec = SdtCodec(dialect)

    async def ask(
        self, request: Request, data: bytes = b"", within_s: float = ANSWER_S
    ) -> Answer | CardText | Unanswered:
        """Late bytes of an older answer are thrown away first. Raises LinkLost."""
        await self.lines.drain()
        self._codec.reset()
        await self._link.write(self._codec.encode(request, data))
        timer = asyncio.create_task(self._port.sleep(within_s))
        try:
            return await self._answer(timer)
        finally:
            self._codec.reset()
            await stop(timer)

    async def ask_twice(self, request: Request, data: bytes = b"") -> Answer | CardText | Unanswered:
        """As `ask`, once more if there was no sound answer."""
        answer = await self.ask(request, data)
        return await self.ask(request, data) if isinstance(answer, Unanswered) else answer

    async def insist(self, request: Request, data: bytes = b"") -> Answer | CardText:
        """As `ask_twice`; without a sound answer raises DeviceFault."""
        answer = await self.ask_twice(request, data)
        if isinstance(answer, Unanswered):
            raise answer.fault()
        return answer

    async def _answer(self, timer: "asyncio.Task[None]") -> Answer | CardText | Unanswered:
        why = "silent"
        while True:
            data = await self.lines.read(until=timer)
            if not data:
                return Unanswered("garbled" if self._codec.pending else why)
            for message in self._codec.feed(data):
                if not isinstance(message, Garbage):
                    self._port.heard()
                    return message
                if why != "garbled":
                    why = "noise" if message.reason == "noise" else "garbled"


# ---------------------------------------------------------------- finding a reader


class _Alone:
    """A port without a hall behind it, for a question outside a session."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._sleep = sleep

    def emit(self, signal: Signal) -> None:
        """Nobody listens."""

    def heard(self) -> None:
        """Nobody asks."""

    async def sleep(self, seconds: float) -> None:
        await self._sleep(seconds)

    def now(self) -> int:
        return 0


async def recognise(link: Link, sleep: Callable[[float], Awaitable[None]]) -> str | None:
    """``SDT 05.01-20200101-0012345678-0987654321`` of a reader that is there; None for anything else or silence.

    Asks for the module's status and its SAM id: no card is looked for. LinkLost goes to the caller.
    """
    exchange = SdtExchange(link, _Alone(sleep))
    try:
        status = await exchange.ask_twice(Request.STATUS)
        if not isinstance(status, Answer):
            return None
        answer = await exchange.ask_twice(Request.SAM_ID)
    finally:
        await exchange.lines.close()
    sam_id = sam_id_text(answer.data) if isinstance(answer, Answer) and answer.status == OK else None
    if sam_id is not None:
        return f"SDT {sam_id}"
    return f"SDT ({status.fault})" if status.fault == "reader.fault" else None
