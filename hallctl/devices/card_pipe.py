"""A contact card reader as a pipe, by PC/SC (pyscard, loaded only where there is such a link; the service is pcscd).

The link is the reader: it opens when the reader is plugged in, card or not, and ends when the reader or the service
goes. One write is one command APDU, one read is one whole answer (data, SW1, SW2). Whether a card lies in the reader
the driver finds out by asking: a command that meets no card, or a card that was taken out or exchanged since the
command before, is answered with the one byte `NO_CARD`, which no card can answer (an answer has two bytes at least);
the next command goes to the card that is there then, from its start. Nothing comes unasked.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Final

from hallctl.devices.contract import DeviceFault

NO_CARD: Final = b"\x00"
"""The answer to a command that met no card."""

LOOK_S: Final = 1.0
"""How often a reader that is asked nothing is looked for; within this a close is heard too."""

CLOSE_S: Final = 2.0
"""A card that still works on a command is left alone after this; its thread ends when the card has answered."""


class Reader:
    """One reader and the card in it, by pyscard's own calls; only its thread may use it."""

    def __init__(self, name: str) -> None:
        """The reader whose name is or begins with `name` (empty: the first); DeviceFault when it cannot be had."""
        try:
            from smartcard import scard
        except ImportError:
            raise DeviceFault("reader.no_pcsc", transient=False) from None
        self._scard: Any = scard
        self._card: Any = None
        self._protocol = 0
        result, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        if result != scard.SCARD_S_SUCCESS:
            raise DeviceFault("reader.no_service", detail=self._why(result))
        result, names = scard.SCardListReaders(self._context, [])
        found = sorted(one for one in names or () if one.startswith(name))
        if result != scard.SCARD_S_SUCCESS or not found:
            self.release()
            raise DeviceFault("device.unreachable", detail=f"no reader {name}; there are: {', '.join(names or ())}")
        self._name = found[0]

    def transmit(self, command: bytes) -> bytes:
        """The card's answer, or NO_CARD; OSError when the reader is gone."""
        scard = self._scard
        if self._card is None and not self._connect():
            return NO_CARD
        result, answer = scard.SCardTransmit(self._card, self._protocol, list(command))
        if result == scard.SCARD_S_SUCCESS and len(answer) >= 2:  # nothing, where a reader takes a gone card as success
            return bytes(byte & 0xFF for byte in answer)
        self._disconnect()
        self.look()
        return NO_CARD

    def look(self) -> None:
        """OSError when the reader or the service is gone."""
        scard = self._scard
        result, states = scard.SCardGetStatusChange(self._context, 0, [(self._name, scard.SCARD_STATE_UNAWARE)])
        if result not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_TIMEOUT):
            raise OSError(self._why(result))
        if any(state & scard.SCARD_STATE_UNKNOWN for _, state, _ in states):
            raise OSError("the reader was unplugged")

    def release(self) -> None:
        self._disconnect()
        self._scard.SCardReleaseContext(self._context)

    def _connect(self) -> bool:
        scard = self._scard
        both = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        result, card, protocol = scard.SCardConnect(self._context, self._name, scard.SCARD_SHARE_SHARED, both)
        if result == scard.SCARD_S_SUCCESS:
            self._card, self._protocol = card, protocol
            return True
        self.look()
        return False

    def _disconnect(self) -> None:
        card, self._card = self._card, None
        if card is not None:
            self._scard.SCardDisconnect(card, self._scard.SCARD_RESET_CARD)

    def _why(self, result: int) -> str:
        return str(self._scard.SCardGetErrorMessage(result))


class CardPipe:
    """An open reader. `feed` takes answers; `end` is told when nothing more can come."""

    node = ""

    def __init__(self, name: str, feed: Callable[[bytes], None], end: Callable[[str], None]) -> None:
        self._name = name
        self._feed = feed
        self._end = end
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._over = asyncio.Event()
        self._commands: SimpleQueue[bytes | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._live, name="pcsc", daemon=True)

    async def open(self) -> "CardPipe":
        """Itself, once the reader is there; DeviceFault when it cannot be had."""
        self._thread.start()
        try:
            await asyncio.shield(self._opened)
        except asyncio.CancelledError:
            self.drop()
            self._opened.add_done_callback(lambda opened: opened.cancelled() or opened.exception())
            raise
        return self

    def send(self, data: bytes) -> None:
        """Commands wait for the answer before them; the driver asks one at a time."""
        self._commands.put(data)

    async def drain(self) -> None:
        """The command is the thread's now."""

    async def close(self) -> None:
        self.drop()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._over.wait()

    def drop(self) -> None:
        self._closed = True
        self._commands.put(None)

    def _tell(self, what: Callable[..., None], *told: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is there any more
            self._loop.call_soon_threadsafe(what, *told)

    def _is_open(self, fault: DeviceFault | None) -> None:
        if fault is None:
            self._opened.set_result(None)
        else:
            self._opened.set_exception(fault)

    def _came(self, data: bytes) -> None:
        if not self._closed:
            self._feed(data)

    def _has_ended(self, detail: str | None) -> None:
        if detail is not None and not self._closed:
            self._end(detail)
        self._over.set()

    def _live(self) -> None:
        """The thread: open, answer, close."""
        detail = None
        try:
            reader = Reader(self._name)
        except DeviceFault as fault:
            self._tell(self._is_open, fault)
        else:
            self._tell(self._is_open, None)
            try:
                self._serve(reader)
            except OSError as error:
                detail = str(error)
            finally:
                reader.release()
        self._tell(self._has_ended, detail)

    def _serve(self, reader: Reader) -> None:
        while True:
            try:
                command = self._commands.get(timeout=LOOK_S)
            except Empty:
                reader.look()
                continue
            if command is None:
                return
            self._tell(self._came, reader.transmit(command))
