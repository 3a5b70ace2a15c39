"""An identity card reader of the SDT protocol as capability card_reader.

The reader is closed until it is armed (O14): before that, and after the time is over, it is asked for its health only.
Nothing of a frame is ever logged; a card leaves the driver as one `CardSeen` and is forgotten.
"""

import math
from typing import Final, Literal

from pydantic import Field

from drivers.arming import Arming
from drivers.idcard.codec import CVR100AU, FOUND, OK, UNKNOWN_COMMAND, Answer, CardText, Request, sam_id_text
from drivers.idcard.exchange import ANSWER_S, SdtExchange, Unanswered, recognise
from drivers.idcard.fields import CardRecord, parse_text
from drivers.idcard.redaction import CardRedaction
from drivers.presence import Presence
from hallctl.devices.contract import (
    CardFailed,
    CardSeen,
    DeviceFault,
    DriverSpec,
    FaultsSeen,
    IdentitySeen,
    Link,
    Options,
    Port,
    Probe,
)

READ_S: Final = 4.0
"""Reading takes 1 to 2 s, with the fingerprint up to 4 s."""

HEALTH_S: Final = 3.0
READ_TRIES: Final = 3
"""A card that is still moving fails once or twice; only then is the failure told."""

MOST_MISSES: Final = 2
"""Requests in a row without a sound answer after which the device is given up."""


class IdCardOptions(Options):
    """Options of the driver idcard. The baud rate stands in the link, usually ``?baud=115200``."""

    dialect: Literal["sdt", "cvr100au"] = Field(
        "sdt", description="The reader's protocol: sdt (nearly all), or cvr100au (华视 CVR-100AU, 9600 baud)."
    )
    read: Literal["base", "fingerprint"] = Field(
        "base",
        description="Read command: base (text and photo) or fingerprint, for modules that serve only that one; "
        "falls back to base. Photo and fingerprint are dropped either way.",
    )
    poll_s: float = Field(0.4, ge=0.2, le=2, description="Seconds between two looks for a card while armed.")
    same_card_s: float = Field(
        3.0, ge=0.5, le=30, description="Seconds without a card after which the same card counts anew."
    )
    sam_id: str = Field(
        "", description="The reader's own SAM id; another reader is then refused. Empty: any. Not in cvr100au."
    )
    max_rf: int = Field(
        0, ge=0, le=255, description="Bytes of an RF frame to set once at start (80 is usual); 0: leave."
    )


class IdCardReader:
    """One open reader."""

    def __init__(self, exchange: SdtExchange, options: IdCardOptions, port: Port) -> None:
        self._exchange = exchange
        self._options = options
        self._port = port
        self._presence = Presence(math.ceil(options.same_card_s / options.poll_s))
        self._arming = Arming(port, self._presence)
        base = options.read == "base" or options.dialect == CVR100AU
        self._read_request = Request.READ if base else Request.READ_FINGERPRINT
        self._faults: tuple[str, ...] | None = None
        self._misses = 0

    async def arm(self, seconds: float) -> None:
        await self._arming.arm(seconds)

    async def disarm(self) -> None:
        await self._arming.disarm()

    async def run(self) -> None:
        while True:
            armed = self._arming.note()
            await (self._look() if armed else self.check())
            await self._arming.pause(self._exchange.lines, self._options.poll_s if armed else HEALTH_S)

    async def close(self) -> None:
        await self._arming.end()
        await self._exchange.lines.close()

    async def check(self) -> None:
        """Ask for the security module's own state and report it."""
        answer = await self._exchange.insist(Request.STATUS)
        fault = answer.fault if isinstance(answer, Answer) else "device.refused"
        self._report(() if fault is None else (fault,))

    # ------------------------------------------------------------ looking for a card

    async def _look(self) -> None:
        """One look: nothing there, a card read, or a card that could not be read in `READ_TRIES`.

        A card whose reading began for one person is not told to the next, for whom the reader was armed meanwhile.
        """
        fault, visit = None, self._arming.visit
        for _ in range(READ_TRIES):
            result = await self._try()
            if result is None or visit != self._arming.visit:
                break
            if isinstance(result, CardRecord):
                if self._presence.read(result.number) and self._arming.armed:
                    self._port.emit(CardSeen(result.kind, result.name or result.name_en, result.number, result.birth))
                return
            fault = result
        if visit != self._arming.visit:
            return
        if fault is None:
            self._presence.absent()
        elif self._presence.failed() and self._arming.armed:
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
        return await self._read() if self._arming.armed else None

    async def _read(self) -> CardRecord | str:
        answer = await self._ask(self._read_request, READ_S)
        if isinstance(answer, Answer) and answer.status == UNKNOWN_COMMAND and self._read_request != Request.READ:
            self._read_request = Request.READ
            answer = await self._ask(self._read_request, READ_S)
        if not isinstance(answer, CardText):
            return _card_fault(answer)
        record = parse_text(answer.text)
        if record is None:
            return "card.wrong_kind"
        return record if record.plausible else "card.bad_number"

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


def _card_fault(answer: Answer | CardText | Unanswered) -> str:
    """What to tell of a card whose select or read was answered so."""
    fault = answer.fault if isinstance(answer, Answer) else None
    return fault if fault is not None and fault.startswith("card.") else "card.read_failed"


async def open_reader(link: Link, options: IdCardOptions, port: Port) -> IdCardReader:
    """Identity is proven by the module's status and its SAM id; in the dialect cvr100au, which has none, by the answer
    to its init."""
    exchange = SdtExchange(link, port, options.dialect)
    try:
        await _prove_status(exchange)
        if options.dialect != CVR100AU:
            port.emit(IdentitySeen(await _prove_sam_id(exchange, options)))
        reader = IdCardReader(exchange, options, port)
        await reader.check()
    except BaseException:
        await exchange.lines.close()
        raise
    return reader


async def _prove_status(exchange: SdtExchange) -> None:
    status = await exchange.ask_twice(Request.STATUS)
    if isinstance(status, Unanswered):
        if status.why == "noise":
            raise DeviceFault("device.wrong_identity", transient=False, detail="no SDT frame in the answer")
        raise status.fault()
    fault = status.fault if isinstance(status, Answer) else None
    if fault is not None:
        own = fault.startswith("reader.")
        raise DeviceFault(fault if own else "device.wrong_identity", transient=own)


async def _prove_sam_id(exchange: SdtExchange, options: IdCardOptions) -> str:
    """The SAM id, if it is the wanted one; and what is to be set once is set."""
    answer = await exchange.insist(Request.SAM_ID)
    sam_id = sam_id_text(answer.data) if isinstance(answer, Answer) and answer.status == OK else None
    if sam_id is None or options.sam_id not in ("", sam_id):
        raise DeviceFault("device.wrong_identity", transient=False, detail="unexpected SAM id")
    if options.max_rf:
        await exchange.insist(Request.SET_MAX_RF, bytes((options.max_rf,)))
    return sam_id


DRIVER = DriverSpec(
    name="idcard",
    options=IdCardOptions,
    links=("serial", "tcp", "usb"),
    capabilities=("card_reader",),
    in_flight=1,
    open=open_reader,
    title=("身份证阅读器", "identity card reader"),
    probes=(
        Probe("serial", recognise, "baud=115200"),
        Probe("serial", recognise, "baud=9600"),
        Probe("usb", recognise, "split=7"),
    ),
    usb=("0400:c35a",),
    redact=CardRedaction,
)
