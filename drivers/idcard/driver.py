"""An identity card reader of the SDT protocol as capability card_reader.

The reader is closed until it is armed (O14): before that, and after the time is over, it is asked for its health only.
Nothing of a frame is ever logged; a card leaves the driver as one `CardSeen` and is forgotten.
"""

import asyncio
import math
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import Field

from drivers.bus import LineReader, stop
from drivers.framing import Garbage
from drivers.idcard.codec import FOUND, OK, UNKNOWN_COMMAND, Answer, CardText, Request, SdtCodec, sam_id_text
from drivers.idcard.fields import CardRecord, parse_text
from drivers.idcard.presence import Presence
from hallctl.devices.contract import CardFailed, CardSeen, DeviceFault, DriverSpec, FaultsSeen, Link, Options, Port

ANSWER_S: Final = 1.0
"""Finding and selecting take 0.1 to 0.3 s."""

READ_S: Final = 4.0
"""Reading takes 1 to 2 s, with the fingerprint up to 4 s."""

HEALTH_S: Final = 3.0
READ_TRIES: Final = 3
"""A card that is still moving fails once or twice; only then is the failure told."""

MOST_MISSES: Final = 2
"""Requests in a row without a sound answer after which the device is given up."""


class IdCardOptions(Options):
    """Options of the driver idcard. The baud rate stands in the link, usually ``?baud=115200``."""

    dialect: Literal["sdt"] = Field("sdt", description="The reader's protocol; sdt is the only one served.")
    read: Literal["base", "fingerprint"] = Field(
        "base",
        description="Read command: base (text and photo) or fingerprint, for modules that serve only that one; "
        "falls back to base. Photo and fingerprint are dropped either way.",
    )
    poll_s: float = Field(0.4, ge=0.2, le=2, description="Seconds between two looks for a card while armed.")
    same_card_s: float = Field(
        3.0, ge=0.5, le=30, description="Seconds without a card after which the same card counts anew."
    )
    sam_id: str = Field("", description="The reader's own SAM id; another reader is then refused. Empty: any.")
    max_rf: int = Field(
        0, ge=0, le=255, description="Bytes of an RF frame to set once at start (80 is usual); 0: leave."
    )


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No sound answer came in time: silent, noise (nothing like a frame) or garbled (a damaged frame)."""

    why: str

    def fault(self) -> DeviceFault:
        return DeviceFault("device.silent" if self.why == "silent" else "device.garbled", detail=self.why)


class _Exchange:
    """One request and its answer at a time."""

    def __init__(self, link: Link, port: Port) -> None:
        self.lines = LineReader(link, port)
        self._link = link
        self._port = port
        self._codec = SdtCodec()

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


class IdCardReader:
    """One open reader."""

    def __init__(self, exchange: _Exchange, options: IdCardOptions, port: Port) -> None:
        self._exchange = exchange
        self._options = options
        self._port = port
        self._presence = Presence(math.ceil(options.same_card_s / options.poll_s))
        self._read_request = Request.READ if options.read == "base" else Request.READ_FINGERPRINT
        self._faults: tuple[str, ...] | None = None
        self._misses = 0
        self._armed: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    @property
    def armed(self) -> bool:
        return self._armed is not None and not self._armed.done()

    async def arm(self, seconds: float) -> None:
        if not self.armed:
            self._presence.forget()
        older, self._armed = self._armed, asyncio.create_task(self._port.sleep(seconds))
        self._changed.set()
        if older is not None:
            await stop(older)

    async def disarm(self) -> None:
        await self._end_time()
        self._presence.forget()
        self._changed.set()

    async def run(self) -> None:
        while True:
            self._changed.clear()
            if self.armed:
                await self._look()
                await self._pause(self._options.poll_s)
            else:
                await self.check()
                await self._pause(HEALTH_S)

    async def close(self) -> None:
        await self._end_time()
        await self._exchange.lines.close()

    async def check(self) -> None:
        """Ask for the security module's own state and report it."""
        answer = await self._exchange.insist(Request.STATUS)
        fault = answer.fault if isinstance(answer, Answer) else "device.refused"
        self._report(() if fault is None else (fault,))

    # ------------------------------------------------------------ looking for a card

    async def _look(self) -> None:
        """One look: nothing there, a card read, or a card that could not be read in `READ_TRIES`."""
        fault = None
        for _ in range(READ_TRIES):
            result = await self._try()
            if result is None:
                break
            if isinstance(result, CardRecord):
                if self._presence.read(result.number) and self.armed:
                    self._port.emit(CardSeen(result.kind, result.name or result.name_en, result.number, result.birth))
                return
            fault = result
        if fault is None:
            self._presence.absent()
        elif self._presence.failed() and self.armed:
            self._port.emit(CardFailed(fault))

    async def _try(self) -> CardRecord | str | None:
        """Find, select, read: the record, the code of a fault, or None if there is no card or time is over."""
        found = await self._ask(Request.FIND)
        if not isinstance(found, Answer) or found.status != FOUND:
            self._note_module(found)
            return None
        selected = await self._ask(Request.SELECT)
        if not isinstance(selected, Answer) or selected.status != OK:
            return _card_fault(selected)
        return await self._read() if self.armed else None

    async def _read(self) -> CardRecord | str:
        answer = await self._ask(self._read_request, READ_S)
        if isinstance(answer, Answer) and answer.status == UNKNOWN_COMMAND and self._read_request != Request.READ:
            self._read_request = Request.READ
            answer = await self._ask(self._read_request, READ_S)
        if not isinstance(answer, CardText):
            return _card_fault(answer)
        record = parse_text(answer.text)
        return record if record is not None and record.plausible else "card.read_failed"

    async def _ask(self, request: Request, within_s: float = ANSWER_S) -> Answer | CardText | Unanswered:
        """As `_Exchange.ask`; too many requests in a row without a sound answer raise DeviceFault."""
        answer = await self._exchange.ask(request, within_s=within_s)
        if not isinstance(answer, Unanswered):
            self._misses = 0
            return answer
        self._misses += 1
        if self._misses > MOST_MISSES:
            raise answer.fault()
        return answer

    def _note_module(self, found: Answer | CardText | Unanswered) -> None:
        """A fault of the module itself shows in the answer to a find; "no card" shows that it is well."""
        if isinstance(found, Answer):
            fault = found.fault
            self._report((fault,) if fault is not None and not fault.startswith("card.") else ())

    def _report(self, faults: tuple[str, ...]) -> None:
        if faults != self._faults:
            self._faults = faults
            self._port.emit(FaultsSeen(faults))

    # ------------------------------------------------------------ time

    async def _pause(self, seconds: float) -> None:
        """Wait, but not past a change of arming or the link's end; what a reader says unasked is thrown away."""
        until = asyncio.create_task(self._port.sleep(seconds))
        changed = asyncio.create_task(self._changed.wait())
        either: asyncio.Task[Any] = asyncio.create_task(_first(until, changed))
        try:
            while not either.done():
                await self._exchange.lines.read(until=either)
        finally:
            await stop(either, until, changed)

    async def _end_time(self) -> None:
        older, self._armed = self._armed, None
        if older is not None:
            await stop(older)


async def _first(*tasks: "asyncio.Task[Any]") -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


def _card_fault(answer: Answer | CardText | Unanswered) -> str:
    """What to tell of a card whose select or read was answered so."""
    fault = answer.fault if isinstance(answer, Answer) else None
    return fault if fault is not None and fault.startswith("card.") else "card.read_failed"


async def open_reader(link: Link, options: IdCardOptions, port: Port) -> IdCardReader:
    """Identity is proven by the module's status and its SAM id."""
    exchange = _Exchange(link, port)
    try:
        await _prove(exchange, options)
        reader = IdCardReader(exchange, options, port)
        await reader.check()
    except BaseException:
        await exchange.lines.close()
        raise
    return reader


async def _prove(exchange: _Exchange, options: IdCardOptions) -> None:
    status = await exchange.ask_twice(Request.STATUS)
    if isinstance(status, Unanswered):
        if status.why == "noise":
            raise DeviceFault("device.wrong_identity", transient=False, detail="no SDT frame in the answer")
        raise status.fault()
    if isinstance(status, Answer) and status.fault is not None:
        wrong = status.fault != "reader.fault"
        raise DeviceFault("device.wrong_identity" if wrong else "reader.fault", transient=not wrong)
    answer = await exchange.insist(Request.SAM_ID)
    sam_id = sam_id_text(answer.data) if isinstance(answer, Answer) and answer.status == OK else None
    if sam_id is None or options.sam_id not in ("", sam_id):
        raise DeviceFault("device.wrong_identity", transient=False, detail="unexpected SAM id")
    if options.max_rf:
        await exchange.insist(Request.SET_MAX_RF, bytes((options.max_rf,)))


DRIVER = DriverSpec(
    name="idcard",
    options=IdCardOptions,
    links=("serial", "tcp"),
    capabilities=("card_reader",),
    in_flight=1,
    open=open_reader,
)
