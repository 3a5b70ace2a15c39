"""Questions and answers on one link: who asked gets the reply meant for it, in time or not at all.

One reader task cuts the stream into replies. All waiting goes through ``port.sleep``.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from drivers.escpos import codec
from hallctl.devices.contract import DeviceFault, Link, LinkLost, Port

Answer = TypeVar("Answer")
Wanted = Callable[[codec.Reply], bool]
Unasked = codec.AutoStatus | codec.Identity
"""What a printer may tell at any time."""

KEPT: Final = 64
"""Bytes kept of what fits no pattern, to tell whose they are."""

_log = logging.getLogger(__name__)


class Silence(Exception):
    """No answer in time. The printer's state is unknown then, and is told as such."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The faults found by asking for all four statuses, and the value of DLE EOT 3.

    `overtaken`: the printer reported a change by itself meanwhile; that is newer than this.
    """

    faults: tuple[str, ...]
    error_status: int
    overtaken: bool


class Conversation:
    """The asking side of one open link. `tell` hears what the printer tells by itself. `reports` counts the automatic
    statuses, `garbled` the bytes that fitted no pattern; `garbage` are the first of these."""

    def __init__(self, link: Link, port: Port, tell: Callable[[Unasked], None]) -> None:
        self._link = link
        self._port = port
        self._tell = tell
        self._parser = codec.ReplyParser()
        self._expected: list[tuple[Wanted, asyncio.Future[codec.Reply]]] = []
        self._may_send = asyncio.Event()
        self._may_send.set()
        self._late = False
        self.reports = 0
        self.garbled = 0
        self.garbage = b""
        loop = asyncio.get_running_loop()
        self.given_up: asyncio.Future[None] = loop.create_future()
        self.reader = loop.create_task(self._read(), name="escpos reader")

    @property
    def address(self) -> str:
        return self._link.address

    async def close(self) -> None:
        """Ends the reader; whoever waits for an answer gets LinkLost."""
        await ended(self.reader)
        self._abandon(LinkLost("closed"))
        if not self.given_up.cancel() and not self.given_up.cancelled():
            self.given_up.exception()

    async def status(self, n: int, seconds: float) -> int:
        """The answer to DLE EOT n. After a silence it first waits, so that a late answer is not taken for this one."""
        if self._late:
            await self._port.sleep(seconds)
        self._late = True
        with self.expecting(lambda reply: isinstance(reply, codec.RealTime)) as answer:
            await self.within(self._link.write(codec.status_request(n)), seconds)
            reply = await self.within(answer, seconds)
        self._late = False
        return reply.value if isinstance(reply, codec.RealTime) else 0

    async def survey(self, seconds: float) -> Survey:
        """DLE EOT 1..4 one after the other; Silence when one is not answered."""
        codes: set[str] = set()
        error_status, reports = 0, self.reports
        for n in codec.STATUSES:
            value = await self.status(n, seconds)
            codes |= codec.faults_of_status(n, value)
            if n == 3:
                error_status = value
        return Survey(codec.arranged(codes), error_status, self.reports != reports)

    @contextmanager
    def expecting(self, wanted: Wanted) -> Iterator["asyncio.Future[codec.Reply]"]:
        """A future of the first reply that is `wanted` while the block lasts; LinkLost when the link ends."""
        future: asyncio.Future[codec.Reply] = asyncio.get_running_loop().create_future()
        if self.reader.done():
            raise LinkLost("the reader has ended")
        entry = (wanted, future)
        self._expected.append(entry)
        try:
            yield future
        finally:
            self._expected.remove(entry)
            if not future.cancel() and not future.cancelled():
                future.exception()

    async def send(self, data: bytes, chunk_bytes: int, seconds: float) -> None:
        """All of `data` in chunks, as far as flow control lets; Silence when a chunk is not taken in `seconds`.

        What was begun and not ended leaves half a command in the printer: the link is given up.
        """
        whole = False
        try:
            for start in range(0, len(data), chunk_bytes):
                await self.within(self._may_send.wait(), seconds)
                await self.within(self._link.write(data[start : start + chunk_bytes]), seconds)
            whole = True
        finally:
            if not whole and not self.given_up.done():
                self.given_up.set_exception(DeviceFault("device.silent", detail="a slip was sent in part only"))

    async def within(self, awaitable: Awaitable[Answer], seconds: float) -> Answer:
        """The result of `awaitable`, or Silence when the port's `seconds` are over first.

        A future stays as it is, to be waited for again; a coroutine is cancelled.
        """
        kept = asyncio.isfuture(awaitable)
        task = asyncio.ensure_future(awaitable)
        try:
            await asyncio.sleep(0)
            if not task.done():  # a write mostly needs no waiting, and then no alarm either
                alarm = asyncio.ensure_future(self._port.sleep(seconds))
                try:
                    await asyncio.wait({task, alarm}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    await ended(alarm)
            if not task.done():
                raise Silence
            return task.result()
        finally:
            if not kept:
                await ended(task)

    async def _read(self) -> None:
        try:
            while True:
                for reply in self._parser.feed(await self._link.read()):
                    self._hear(reply)
        except DeviceFault as fault:
            self._abandon(fault)
            raise

    def _hear(self, reply: codec.Reply) -> None:
        if isinstance(reply, codec.Garbage):
            self.garbled += len(reply.value)
            self.garbage = (self.garbage + reply.value)[:KEPT]
            _log.debug("%s: garbled %s", self.address, reply.value.hex())
            return
        self._port.heard()
        if isinstance(reply, codec.Flow):
            (self._may_send.set if reply.may_send else self._may_send.clear)()
            return
        if isinstance(reply, codec.AutoStatus):
            self.reports += 1
            self._tell(reply)
            return
        if isinstance(reply, codec.Identity):
            self._tell(reply)
            return
        for wanted, future in self._expected:
            if not future.done() and wanted(reply):
                future.set_result(reply)
                return

    def _abandon(self, fault: DeviceFault) -> None:
        for _, future in self._expected:
            if not future.done():
                future.set_exception(fault)


async def ended(task: "asyncio.Future[Answer]") -> None:
    """Cancels a task and waits for its end; whatever it ended with is told elsewhere."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
