"""The ESC/POS slip printer: proves the paper, never takes silence for it.

One turn at a time asks or prints, so at most one DLE EOT is outstanding and each answer belongs to its question.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from drivers.escpos import codec
from drivers.escpos.conversation import Conversation, Silence, Survey, Unasked, ended
from drivers.escpos.options import EscposOptions
from drivers.escpos.probe import PROBES
from drivers.escpos.proof import QUIET_S, Proof
from hallctl.devices.contract import DeviceFault, DriverSpec, FaultsSeen, IdentitySeen, Link, LinkLost, Port, Slip

_RECOVER_EVERY: Final = 6
"""Looks between two attempts to free a jammed cutter."""

_RECOVER_S: Final = 2.5
"""Seconds that a cutter takes to return."""


class EscposPrinter:
    """One open printer. See `hallctl.devices.contract.SlipPrinter`."""

    def __init__(self, link: Link, options: EscposOptions, port: Port) -> None:
        self._options = options
        self._port = port
        self._turn = asyncio.Lock()
        self._talk = Conversation(link, port, self._unasked)
        self._told: list[tuple[str, ...] | None] = []
        self._proof = Proof(self._talk, options, self._look_while_printing)
        self._looks = 0
        self._silent = 0
        self._opened_cover = False
        self._hurry = asyncio.Event()

    # ---------------------------------------------------------------- life

    async def prove(self) -> None:
        """Proves that an ESC/POS printer answers; else ``device.silent``, ``device.garbled`` or, where another device
        does, ``device.wrong_identity``."""
        async with self._turn:
            try:
                await self._talk.status(1, self._options.status_s)
                if self._talk.garbage:  # other bytes came with it: the answer may have been one of theirs
                    await self._port.sleep(self._options.status_s)
                    _refuse_stranger(self._talk.garbage)
                    self._talk.garbage = b""
                    await self._talk.status(1, self._options.status_s)
                    _refuse_garbage(self._talk.garbage)
                await self._send(codec.identity_request() + self._reporting())
                await self._proof.settle(QUIET_S)
            except Silence as silence:
                _refuse_garbage(self._talk.garbage)
                raise DeviceFault("device.silent", detail="no answer to DLE EOT 1") from silence
            except LinkLost:
                _refuse_stranger(self._talk.garbage)
                raise

    def _reporting(self) -> bytes:
        """What lets the printer report by itself; ESC @ may end that."""
        return codec.auto_status_request(True) if self._options.asb else b""

    async def run(self) -> None:
        """Looks at the status every ``poll_s`` until the link ends or the printer stays silent."""
        watch = asyncio.create_task(self._watch(), name="escpos watch")
        endings = (self._talk.reader, self._talk.given_up, watch)
        try:
            await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
            for ending in endings:
                if ending.cancelled():
                    raise LinkLost("closed")
                if ending.done():
                    ending.result()
        finally:
            await ended(watch)

    async def close(self) -> None:
        """Leaves no task behind."""
        await self._talk.close()

    # ---------------------------------------------------------------- printing

    async def print_slip(self, slip: Slip, begin: Callable[[], Awaitable[None]] | None = None) -> None:
        """Checks for faults, prints, proves. Raises the printer's fault, ``printer.unproven`` or LinkLost.

        Before `begin` nothing of the slip is sent; a jammed cutter is freed then where that is possible.
        """
        data = await asyncio.to_thread(_encoded, slip, self._options)
        async with self._turn:
            await self._check()
            if begin is not None:
                await begin()
            try:
                await self._send(data + self._reporting())
                await self._proof.of(len(data))
            except Silence:
                await self._blame()

    async def _check(self) -> None:
        try:
            survey = await self._talk.survey(self._options.status_s)
            if self._options.recover_cutter and codec.can_recover(survey.faults, survey.error_status):
                survey = await self._recover()
            self._tell_survey(survey)
            _raise_blocking(survey.faults)
            await self._proof.settle(self._options.proof_s)
        except Silence as silence:
            self._tell(None)
            raise DeviceFault("device.silent", detail="no answer before printing") from silence

    async def _look_while_printing(self) -> None:
        """Raises the printer's own fault; Silence when it does not answer."""
        survey = await self._talk.survey(self._options.status_s)
        self._tell_survey(survey)
        _raise_blocking(survey.faults)

    async def _blame(self) -> None:
        """No proof came: the printer's own reason, else that nothing is certain."""
        try:
            await self._look_while_printing()
        except Silence:
            self._tell(None)
        raise DeviceFault("printer.unproven", detail=f"no proof ({self._options.proof})")

    # ---------------------------------------------------------------- watching

    async def _watch(self) -> None:
        async with self._turn:
            await self._look()
        await asyncio.to_thread(_warm, self._options)  # loading takes a second, which the first citizen need not wait
        while True:
            with suppress(Silence):
                await self._talk.within(self._hurry.wait(), self._options.poll_s)
            self._hurry.clear()
            async with self._turn:
                await self._look()

    async def _look(self) -> None:
        """One look at the printer; where it reports by itself, only whether that still agrees."""
        try:
            if not await self._agrees():
                survey = await self._talk.survey(self._options.status_s)
                if self._frees_cutter(survey):
                    survey = await self._recover()
                self._tell_survey(survey)
        except Silence as silence:
            self._silent += 1
            self._tell(None)
            if self._silent >= self._options.silent_polls:
                raise DeviceFault("device.silent", detail=f"{self._silent} looks unanswered") from silence
        else:
            self._silent = 0
            self._looks += 1

    async def _agrees(self) -> bool:
        """Whether the printer has told by itself what there is to know, by DLE EOT 1 alone: it is off-line where a
        fault that blocks is known, and only there."""
        known = self._told[0] if self._told else None
        if not (self._looks and self._talk.reports) or known is None or codec.CUTTER in known:
            return False
        value = await self._talk.status(1, self._options.status_s)
        return bool(codec.faults_of_status(1, value)) == bool(codec.BLOCKING & set(known))

    def _frees_cutter(self, survey: Survey) -> bool:
        """Now: the cover was opened and closed again since it jammed, or it is time for another attempt."""
        due = self._opened_cover or self._looks % _RECOVER_EVERY == _RECOVER_EVERY - 1
        return due and self._options.recover_cutter and codec.can_recover(survey.faults, survey.error_status)

    async def _recover(self) -> Survey:
        """DLE ENQ 2; the printer has thrown away what it held, and with it a question for a proof."""
        self._opened_cover = False
        self._proof.unsettle()
        await self._send(codec.recover_request())
        await self._port.sleep(_RECOVER_S)
        return await self._talk.survey(self._options.status_s)

    async def _send(self, data: bytes) -> None:
        await self._talk.send(data, self._options.chunk_bytes, self._options.proof_s)

    def _unasked(self, reply: Unasked) -> None:
        if isinstance(reply, codec.Identity):
            self._port.emit(IdentitySeen(reply.text))
            return
        faults = codec.faults_of_auto_status(reply)
        self._tell(faults)
        if self._opened_cover and codec.CUTTER in faults and codec.COVER_OPEN not in faults:
            self._hurry.set()

    def _tell_survey(self, survey: Survey) -> None:
        if not survey.overtaken:
            self._tell(survey.faults)

    def _tell(self, faults: tuple[str, ...] | None) -> None:
        """Tells the hall what is new; None is unknown."""
        if faults is not None:
            self._opened_cover = codec.COVER_OPEN in faults or (self._opened_cover and codec.CUTTER in faults)
        if self._told != [faults]:
            self._told = [faults]
            self._port.emit(FaultsSeen(faults))


def _refuse_garbage(garbage: bytes) -> None:
    _refuse_stranger(garbage)
    if garbage:
        raise DeviceFault("device.garbled", detail="no ESC/POS answer")


def _refuse_stranger(garbage: bytes) -> None:
    if codec.is_foreign(garbage):
        raise DeviceFault("device.wrong_identity", transient=False, detail="another device answers")


def _raise_blocking(faults: tuple[str, ...]) -> None:
    for code in faults:
        if code in codec.BLOCKING:
            raise DeviceFault(code, detail="reported by the printer")


def _encoded(slip: Slip, options: EscposOptions) -> bytes:
    from drivers.escpos import slip as builder

    return builder.encode(slip, options)


def _warm(options: EscposOptions) -> None:
    from drivers.escpos import slip as builder

    builder.warm(options)


def _preview(slip: Slip, options: EscposOptions) -> bytes:
    from drivers.escpos.preview import preview

    return preview(slip, options)


async def _open(link: Link, options: EscposOptions, port: Port) -> EscposPrinter:
    printer = EscposPrinter(link, options, port)
    proven = False
    try:
        await printer.prove()
        proven = True
    finally:
        if not proven:
            await printer.close()
    return printer


DRIVER = DriverSpec(
    name="escpos",
    options=EscposOptions,
    links=("tcp", "serial", "usblp", "usb"),
    capabilities=("slip_printer",),
    in_flight=1,
    open=_open,
    preview=_preview,
    title=("小票打印机（ESC/POS）", "Slip printer (ESC/POS)"),
    probes=PROBES,
)
