"""A contact card reader that reads social-security cards (社会保障卡), as capability card_reader.

The link is the reader, by PC/SC. No card is touched before the reader is armed (O14). Number and name are read and
nothing else, where the card gives them without a password; it leaves the driver as one `CardSeen` and is forgotten. A
card that was told and has not left the reader since is not told again, least of all to the next person.
"""

import asyncio
import math
from typing import Final

from pydantic import Field

from drivers.arming import Arming
from drivers.bus import LineReader, stop
from drivers.citizen_number import birth_of, has_right_check
from drivers.presence import Presence
from drivers.socialcard.codec import (
    NAME,
    NUMBER,
    Answer,
    File,
    Record,
    get_response,
    parse_answer,
    read_record,
    select_application,
    select_file,
    value_of,
)
from drivers.socialcard.redaction import AnswerRedaction
from hallctl.devices.contract import CardFailed, CardSeen, DeviceFault, DriverSpec, FaultsSeen, Link, Options, Port

ANSWER_S: Final = 5.0
"""A card answers at once; powering it takes up to a second, and the service gives up after some."""

READ_TRIES: Final = 3
"""A card that is still being pushed in fails once or twice; only then is the failure told."""


class SocialCardOptions(Options):
    """Options of the driver socialcard. Which reader it is stands in the link: ``pcsc:`` or ``pcsc:NAME``."""

    poll_s: float = Field(0.5, ge=0.2, le=2, description="Seconds between two looks for a card while armed.")
    same_card_s: float = Field(
        3.0, ge=0.5, le=30, description="Seconds without a card after which the same card counts anew."
    )


class CardGone(Exception):
    """No card answers, or it was taken out in the midst."""


class CardRefused(Exception):
    """The card cannot be taken; `code` has a sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SocialCardReader:
    """One open reader."""

    def __init__(self, link: Link, options: SocialCardOptions, port: Port) -> None:
        self._link = link
        self._options = options
        self._port = port
        self._lines = LineReader(link, port)
        self._presence = Presence(math.ceil(options.same_card_s / options.poll_s))
        self._arming = Arming(port, self._presence)
        self._told_in: int | None = None

    async def arm(self, seconds: float) -> None:
        await self._arming.arm(seconds)

    async def disarm(self) -> None:
        await self._arming.disarm()

    async def run(self) -> None:
        while True:
            armed = self._arming.note()
            if armed:
                await self._look()
            await self._arming.pause(self._lines, self._options.poll_s if armed else None)

    async def close(self) -> None:
        await self._arming.end()
        await self._lines.close()

    # ------------------------------------------------------------ looking for a card

    async def _look(self) -> None:
        """One look: nothing there, the card that was told still there, a card read, or one that cannot be read."""
        visit, fault = self._arming.visit, ""
        for _ in range(READ_TRIES):
            try:
                fault = await self._try(visit)
            except CardGone:
                self._told_in = None
                self._presence.absent()
                return
            except CardRefused as error:
                fault = error.code
                continue
            break
        if fault and visit == self._arming.visit and self._presence.failed() and self._arming.armed:
            self._port.emit(CardFailed(fault))

    async def _try(self, visit: int) -> str:
        """Read the card and tell it; the code of what is wrong with one that lies there from the visit before."""
        if not (await self._ask(select_application())).ok:
            raise CardRefused("card.wrong_kind")
        if self._told_in is not None:
            return "" if self._told_in == visit else "card.still_in"
        if not (await self._ask(select_file(File.HOLDER))).ok:
            await self._ask(select_file(File.HOLDER, below=False))
        number = (await self._value(NUMBER)).upper()
        if not has_right_check(number):
            raise CardRefused("card.bad_number")
        self._tell(visit, number, await self._name())
        return ""

    async def _name(self) -> str:
        """The name; empty where the card does not give it."""
        try:
            return await self._value(NAME)
        except CardRefused:
            return ""

    async def _value(self, record: Record) -> str:
        answer = await self._record(record, by_place=False)
        if not answer.ok and not answer.locked:
            answer = await self._record(record, by_place=True)
        if answer.locked:
            raise CardRefused("card.locked")
        value = value_of(record, answer.data) if answer.ok else None
        if not value:
            raise CardRefused("card.read_failed")
        return value

    async def _record(self, record: Record, *, by_place: bool) -> Answer:
        answer = await self._ask(read_record(record, by_place=by_place))
        if answer.exact is not None:
            answer = await self._ask(read_record(record, by_place=by_place, size=answer.exact))
        return await self._ask(get_response(answer.more)) if answer.more else answer

    async def _ask(self, command: bytes) -> Answer:
        """The card's answer; raises CardGone, LinkLost, or DeviceFault when the service does not answer."""
        await self._lines.drain()
        await self._link.write(command)
        timer = asyncio.create_task(self._port.sleep(ANSWER_S))
        try:
            data = await self._lines.read(until=timer)
        finally:
            await stop(timer)
        if not data:
            raise DeviceFault("device.silent")
        self._port.heard()
        answer = parse_answer(data)
        if answer is None:
            raise CardGone
        return answer

    def _tell(self, visit: int, number: str, name: str) -> None:
        """A card whose reading began for one person is not told to the next."""
        self._told_in = visit
        if visit == self._arming.visit and self._presence.read(number) and self._arming.armed:
            self._port.emit(CardSeen("social_security", name, number, birth_of(number)))


async def open_reader(link: Link, options: SocialCardOptions, port: Port) -> SocialCardReader:
    """That the link is open proves the reader: the PC/SC service has named it. Cards are not touched."""
    port.emit(FaultsSeen(()))
    return SocialCardReader(link, options, port)


DRIVER = DriverSpec(
    name="socialcard",
    options=SocialCardOptions,
    links=("pcsc",),
    capabilities=("card_reader",),
    in_flight=1,
    open=open_reader,
    title=("社保卡读卡器", "social-security card reader"),
    redact=AnswerRedaction,
)
