"""Bar and QR code readers as capability code_reader: on a serial line, as a keyboard, or a GM65 module with settings.

What a code says is told to the hall and kept nowhere: of the last one only a digest with a key that is never stored.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Literal

from pydantic import Field

from drivers.barcode.codec import (
    MODE,
    OUTPUT,
    READ,
    TRIGGER,
    WRITE,
    Answer,
    LineCodec,
    Message,
    Scan,
    WedgeCodec,
    encode,
    text_of,
)
from drivers.barcode.probe import PROBES
from drivers.barcode.redaction import CodeRedaction
from drivers.bus import Exchange, LineReader, stop, together
from hallctl.devices.contract import CodeSeen, DeviceFault, DriverSpec, FaultsSeen, Link, Options, Port

ANSWER_S: Final = 0.5
"""A setting is answered within a tenth of a second."""

WATCH_S: Final = 10.0
"""How often a GM65 is asked for its settings: its makers' own period, and soon enough to set it again after a dip."""

LIT_S: Final = 5.0
"""A GM65 that was told to read stays lit for so long, as its maker sets it; then it is told again."""

READING: Final = {"command": 0b01, "continuous": 0b10, "sensing": 0b11}
"""Bits 1-0 of the setting `MODE`; 00 reads while a key is held."""

PLAIN_CRLF: Final = 0b0010_0001
"""Bits 7, 6, 5 and 0 of the setting `OUTPUT`: no length in front, CR and LF behind."""
OUTPUT_BITS: Final = 0b1110_0001


class BarcodeOptions(Options):
    """Options of the driver barcode."""

    dialect: Literal["plain", "gm65"] = Field(
        "plain", description="plain: the reader only sends; gm65: it takes the commands of the GM65 family besides."
    )
    ends: Literal["line", "pause"] = Field(
        "line", description="What ends a code: line (Enter, CR, LF, Tab, ETX) or a pause, for readers that add no end."
    )
    pause_ms: int = Field(
        100, ge=20, le=2000, description="Milliseconds of silence after which nothing more of a code will come."
    )
    prefix: str = Field(
        "", max_length=32, description="What the reader puts before every code; a code without it is none."
    )
    suffix: str = Field("", max_length=32, description="What the reader puts behind every code, before its end.")
    same_code_s: float = Field(
        3.0, ge=0, le=60, description="Seconds without a code after which the same code counts anew."
    )
    reading: Literal["keep", "sensing", "continuous", "command"] = Field(
        "keep", description="When a gm65 reads: as it is set (keep), when something comes near, always, or when told."
    )


class CodeReaders:
    """One open reader."""

    def __init__(self, link: Link, options: BarcodeOptions, port: Port) -> None:
        self._options = options
        self._port = port
        self._codec: LineCodec | WedgeCodec
        if link.address.startswith("input:"):
            self._codec = WedgeCodec()
        else:
            self._codec = LineCodec(answers=options.dialect == "gm65")
        self._lines = LineReader(link, port)
        self._exchange: Exchange[Message] = Exchange(link, port)
        self._key = secrets.token_bytes(16)
        self._last: tuple[bytes, asyncio.Task[None]] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._damaged = False
        self._told_well = False

    async def run(self) -> None:
        if self._options.dialect == "gm65":
            await together(self.listen(), self._watch())
        else:
            await self.listen()

    async def close(self) -> None:
        if self._last is not None:
            await stop(self._last[1])
        await self._stop_looking()
        await self._lines.close()

    async def look(self, seconds: float) -> None:
        """A gm65 lights up, and again until it has read a code or the time is over; the others read all the time."""
        if self._options.dialect == "gm65":
            await self._stop_looking()
            await self._light()
            self._looking = asyncio.create_task(self._keep_lit(seconds))

    async def _keep_lit(self, seconds: float) -> None:
        """A module that has fallen silent meanwhile is met by the driver's `run`."""
        with suppress(DeviceFault):
            while seconds > LIT_S:
                await self._port.sleep(LIT_S)
                seconds -= LIT_S
                await self._light()

    async def _light(self) -> None:
        await self._ask(encode(WRITE, TRIGGER, b"\x01"))

    async def _stop_looking(self) -> None:
        looking, self._looking = self._looking, None
        if looking is not None:
            await stop(looking)

    async def listen(self) -> None:
        """For ever: take what comes."""
        while True:
            for message in await self._next():
                if isinstance(message, Answer):
                    self._exchange.take(message)
                elif isinstance(message, Scan):
                    await self._seen(message)
                else:
                    self._damaged = True

    async def settle(self) -> None:
        """Ask a gm65 for its settings, which proves what it is, and set what differs; nothing is saved in it."""
        mode = await self._setting(MODE)
        if self._options.reading != "keep":
            await self._set(MODE, mode, mode & ~0b11 | READING[self._options.reading])
            output = await self._setting(OUTPUT)
            await self._set(OUTPUT, output, output & ~OUTPUT_BITS | PLAIN_CRLF)
        self._well()

    # ------------------------------------------------------------ codes

    async def _next(self) -> Sequence[Message]:
        """The next messages; after a pause, what has become of the code that had begun."""
        if not self._codec.pending:
            return self._codec.feed(await self._lines.read())
        timer = asyncio.create_task(self._port.sleep(self._options.pause_ms / 1000))
        try:
            data = await self._lines.read(until=timer)
        finally:
            await stop(timer)
        return self._codec.feed(data) if data else self._codec.flush(deliver=self._options.ends == "pause")

    async def _seen(self, scan: Scan) -> None:
        self._well()
        await self._stop_looking()
        text = text_of(scan.data, self._options.prefix, self._options.suffix)
        if text is not None and await self._is_new(text):
            self._port.emit(CodeSeen(text))

    async def _is_new(self, text: str) -> bool:
        """Whether it is not the code that is still held before the reader."""
        code = hashlib.blake2b(text.encode(), key=self._key).digest()
        last = self._last
        self._last = (code, asyncio.create_task(self._port.sleep(self._options.same_code_s)))
        if last is None:
            return True
        lapsed = last[1].done()
        await stop(last[1])
        return lapsed or last[0] != code

    def _well(self) -> None:
        self._port.heard()
        if not self._told_well:
            self._told_well = True
            self._port.emit(FaultsSeen(()))

    # ------------------------------------------------------------ settings of a gm65

    async def _watch(self) -> None:
        while True:
            await self._port.sleep(WATCH_S)
            await self.settle()

    async def _setting(self, address: int) -> int:
        return (await self._ask(encode(READ, address, b"\x01")))[0]

    async def _set(self, address: int, now: int, wanted: int) -> None:
        if wanted != now:
            await self._ask(encode(WRITE, address, bytes((wanted,))))

    async def _ask(self, frame: bytes) -> bytes:
        """The one byte that answers the command. DeviceFault without an answer to the second try."""
        self._damaged = False
        answer = await self._exchange.ask(frame, _one_byte, within_s=ANSWER_S, tries=2)
        if not isinstance(answer, Answer):
            raise DeviceFault("device.garbled" if self._damaged or self._codec.pending else "device.silent")
        return answer.data


def _one_byte(message: Message) -> bool:
    return isinstance(message, Answer) and len(message.data) == 1


async def open_reader(link: Link, options: BarcodeOptions, port: Port) -> CodeReaders:
    """A gm65 proves itself by its settings. A keyboard is proven by its node, which the link has opened for us alone.

    Of a plain reader on a serial line nothing can be known until it has read a code.
    """
    reader = CodeReaders(link, options, port)
    if link.address.startswith("input:"):
        if options.dialect != "plain":
            await reader.close()
            raise DeviceFault(
                "device.refused", transient=False, detail="a keyboard takes no commands: use dialect plain"
            )
        port.emit(FaultsSeen(()))
    elif options.dialect == "plain":
        port.emit(FaultsSeen(None))
    else:
        try:
            await together(reader.listen(), reader.settle())
        except BaseException:
            await reader.close()
            raise
    return reader


DRIVER = DriverSpec(
    name="barcode",
    options=BarcodeOptions,
    links=("input", "serial", "tcp"),
    capabilities=("code_reader",),
    in_flight=1,
    open=open_reader,
    title=("扫码器", "Bar and QR code readers"),
    probes=PROBES,
    redact=CodeRedaction,
)
