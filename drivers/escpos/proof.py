"""How a printed slip is proven: a question behind the data, answered only when all before it has been processed."""

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import Enum
from typing import Final
from urllib.parse import parse_qs, urlsplit

from drivers.escpos import codec
from drivers.escpos.conversation import Conversation, Silence, Wanted
from drivers.escpos.options import EscposOptions
from hallctl.devices.contract import DeviceFault

QUIET_S: Final = 0.5
"""Seconds without an answer after which no earlier one is still to come."""

_STEP_S: Final = 2.0
"""Seconds of waiting for a proof between two looks at the printer's faults."""


class Owed(Enum):
    """What is known of answers to GS r 1, which do not tell to what they belong: none is still to come; one of an
    earlier slip may be; the printer did not answer at all."""

    NONE = 0
    SOME = 1
    MUTE = 2


class Proof:
    """The proofs of one connection. `look` raises the printer's own fault while an answer is awaited."""

    def __init__(self, talk: Conversation, options: EscposOptions, look: Callable[[], Awaitable[None]]) -> None:
        self._talk = talk
        self._options = options
        self._look = look
        self._job = secrets.randbelow(10_000)  # an echo from before this connection must not fit
        self._owed = Owed.SOME

    async def settle(self, seconds: float) -> None:
        """The answer for an earlier slip, also one of an earlier connection, may still come: read it off, so that it
        proves nothing else. Waits `seconds` for the first; a printer that never answers is not waited for again."""
        if self._options.proof != "gs_r" or self._owed is not Owed.SOME:
            return
        wanted, answers = _is(codec.Paper), 0
        while True:
            with self._talk.expecting(wanted) as answer:
                if not answers:
                    await self._send(codec.paper_request())
                try:
                    await self._talk.within(answer, QUIET_S if answers else seconds)
                except Silence:
                    break
            answers += 1
        if answers:
            self._owed = Owed.NONE
        elif seconds > QUIET_S:
            self._owed = Owed.MUTE

    def unsettle(self) -> None:
        """The printer has thrown away what it held, perhaps with a question in it."""
        self._owed = Owed.SOME

    async def of(self, size: int) -> None:
        """Returns when `size` bytes are proven to be on paper; Silence when that is not told in time."""
        seconds = self._options.proof_s + transfer_s(self._talk.address, size)
        if self._options.proof == "gs_r":
            await self._by_paper(seconds)
        elif self._options.proof == "gs_h":
            self._job = (self._job + 1) % 10_000
            wanted = codec.Processed(self._job)
            await self._answer_behind(codec.process_request(self._job), lambda reply: reply == wanted, seconds)
        elif self._options.proof == "status":
            await self._look()

    async def _by_paper(self, seconds: float) -> None:
        """GS r 1. Where it is not known that the answer is this slip's, it proves nothing: on a noisy line a byte of
        noise may look like it."""
        before, self._owed, garbled = self._owed, Owed.SOME, self._talk.garbled
        try:
            paper = await self._answer_behind(codec.paper_request(), _is(codec.Paper), seconds)
        except Silence:
            self._owed = Owed.MUTE if before is Owed.MUTE else Owed.SOME
            raise
        if before is not Owed.NONE or self._talk.garbled != garbled:
            raise DeviceFault("printer.unproven", detail="the answer may be an earlier slip's, or noise")
        self._owed = Owed.NONE
        if isinstance(paper, codec.Paper) and paper.end:
            raise DeviceFault(codec.PAPER_OUT, detail="the paper ended while printing")

    async def _answer_behind(self, request: bytes, wanted: Wanted, seconds: float) -> codec.Reply:
        """The answer that comes when all data before `request` is printed; a fault meanwhile is raised at once."""
        with self._talk.expecting(wanted) as answer:
            await self._send(request)
            waited = 0.0
            while True:
                step = min(_STEP_S, seconds - waited)
                try:
                    return await self._talk.within(answer, step)
                except Silence:
                    waited += step
                    if waited >= seconds:
                        raise
                with suppress(Silence):  # cheap printers answer nothing while they print: no fault, and no proof either
                    await self._look()

    async def _send(self, data: bytes) -> None:
        await self._talk.send(data, self._options.chunk_bytes, self._options.proof_s)


def _is(kind: type[codec.Reply]) -> Wanted:
    return lambda reply: isinstance(reply, kind)


def transfer_s(address: str, size: int) -> float:
    """Seconds that `size` bytes take on a serial line (10 bits a byte, and a tenth more); 0 on others."""
    url = urlsplit(address)
    if url.scheme != "serial":
        return 0.0
    baud = parse_qs(url.query).get("baud", ["9600"])[0]
    return size * 11 / max(int(baud) if baud.isdigit() else 9600, 300)
