"""The ESC/POS slip printer: proves the paper, never takes silence for it.

One turn at a time asks or prints, so at most one DLE EOT is outstanding and each answer belongs to its question.
"""

import asyncio
from typing import Final
from urllib.parse import parse_qs, urlsplit

from drivers.escpos import codec
from drivers.escpos.conversation import Conversation, Silence, Survey, Wanted, ended
from drivers.escpos.options import EscposOptions
from hallctl.devices.contract import DeviceFault, DriverSpec, FaultsSeen, Link, LinkLost, Port, Slip

_RECOVER_EVERY: Final = 6
"""Looks between two attempts to free a jammed cutter."""

_RECOVER_S: Final = 2.5
"""Seconds that a cutter takes to return."""

_QUIET_S: Final = 0.5
"""Seconds without an answer after which no earlier one is still to come."""

_STEP_S: Final = 2.0
"""Seconds of waiting for a proof between two looks at the printer's faults."""


class EscposPrinter:
    """One open printer. See `hallctl.devices.contract.SlipPrinter`."""

    def __init__(self, link: Link, options: EscposOptions, port: Port) -> None:
        self._options = options
        self._port = port
        self._turn = asyncio.Lock()
        self._talk = Conversation(link, port, self._auto_status)
        self._told: list[tuple[str, ...] | None] = []
        self._job = 0
        self._owes_proof = False
        self._looks = 0
        self._silent = 0

    # ---------------------------------------------------------------- life

    async def prove(self) -> None:
        """Proves that an ESC/POS printer answers; ``device.silent`` or ``device.garbled`` otherwise."""
        async with self._turn:
            try:
                await self._talk.status(1, self._options.status_s)
                await self._send(codec.auto_status_request(True) if self._options.asb else b"")
            except Silence as silence:
                code = "device.garbled" if self._talk.garbled else "device.silent"
                raise DeviceFault(code, detail="no answer to DLE EOT 1") from silence

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

    async def print_slip(self, slip: Slip) -> None:
        """Checks for faults, prints, proves. Raises the printer's fault, ``printer.unproven`` or LinkLost.

        A fault found beforehand (or ``device.silent``) means that nothing was sent.
        """
        data = await asyncio.to_thread(_encoded, slip, self._options)
        async with self._turn:
            await self._check()
            await self._settle()
            try:
                await self._send(data + (codec.auto_status_request(True) if self._options.asb else b""))
                await self._prove_printed(len(data))
            except Silence:
                await self._blame()

    async def recover(self) -> tuple[str, ...]:
        """DLE ENQ 2 after a cutter jam was cleared; the faults that remain."""
        async with self._turn:
            try:
                return (await self._recover()).faults
            except Silence as silence:
                raise DeviceFault("device.silent", detail="no answer after DLE ENQ 2") from silence

    async def _check(self) -> None:
        try:
            survey = await self._talk.survey(self._options.status_s)
            if self._options.recover_cutter and codec.can_recover(survey.faults, survey.error_status):
                survey = await self._recover()
        except Silence as silence:
            self._tell(None)
            raise DeviceFault("device.silent", detail="no answer before printing") from silence
        self._tell_survey(survey)
        _raise_blocking(survey.faults)

    async def _settle(self) -> None:
        """After an unproven slip its late answer may still come: read it off, so that it proves nothing else."""
        if not self._owes_proof:
            return
        wanted, answers = _is(codec.Paper), 0
        await self._send(codec.paper_request())
        while True:
            with self._talk.expecting(wanted) as answer:
                try:
                    await self._talk.within(answer, _QUIET_S if answers else self._options.proof_s)
                except Silence:
                    break
            answers += 1
        if not answers:
            raise DeviceFault("printer.unproven", detail="the printer still holds an earlier slip")
        self._owes_proof = False

    async def _prove_printed(self, size: int) -> None:
        proof, seconds = self._options.proof, self._options.proof_s + _transfer_s(self._talk.address, size)
        if proof == "gs_r":
            self._owes_proof = True
            paper = await self._answer_behind(codec.paper_request(), _is(codec.Paper), seconds)
            self._owes_proof = False
            if isinstance(paper, codec.Paper) and paper.end:
                raise DeviceFault(codec.PAPER_OUT, detail="the paper ended while printing")
        elif proof == "gs_h":
            self._job = (self._job + 1) % 10000
            wanted = codec.Processed(self._job)
            await self._answer_behind(codec.process_request(self._job), lambda reply: reply == wanted, seconds)
        elif proof == "status":
            survey = await self._talk.survey(self._options.status_s)
            self._tell_survey(survey)
            _raise_blocking(survey.faults)

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
                await self._look_while_printing()

    async def _look_while_printing(self) -> None:
        try:
            survey = await self._talk.survey(self._options.status_s)
        except Silence:
            return  # cheap printers answer nothing while they print: no fault yet, and no proof either
        self._tell_survey(survey)
        _raise_blocking(survey.faults)

    async def _blame(self) -> None:
        """No proof came: the printer's own reason, else that nothing is certain."""
        try:
            survey = await self._talk.survey(self._options.status_s)
        except Silence:
            self._tell(None)
        else:
            self._tell_survey(survey)
            _raise_blocking(survey.faults)
        raise DeviceFault("printer.unproven", detail=f"no proof ({self._options.proof})")

    # ---------------------------------------------------------------- watching

    async def _watch(self) -> None:
        async with self._turn:
            await self._look()
        await asyncio.to_thread(_warm, self._options)  # loading takes a second, which the first citizen need not wait
        await self._port.sleep(self._options.poll_s)
        while True:
            async with self._turn:
                await self._look()
            await self._port.sleep(self._options.poll_s)

    async def _look(self) -> None:
        """One look at the printer; where it reports by itself, after the first one only whether it lives."""
        try:
            if self._options.asb and self._looks and not self._silent:
                await self._talk.status(1, self._options.status_s)
            else:
                survey = await self._talk.survey(self._options.status_s)
                due = self._options.recover_cutter and self._looks % _RECOVER_EVERY == _RECOVER_EVERY - 1
                if due and codec.can_recover(survey.faults, survey.error_status):
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

    async def _recover(self) -> Survey:
        await self._send(codec.recover_request())
        await self._port.sleep(_RECOVER_S)
        return await self._talk.survey(self._options.status_s)

    async def _send(self, data: bytes) -> None:
        await self._talk.send(data, self._options.chunk_bytes, self._options.proof_s)

    def _auto_status(self, status: codec.AutoStatus) -> None:
        self._tell(codec.faults_of_auto_status(status))

    def _tell_survey(self, survey: Survey) -> None:
        if not survey.overtaken:
            self._tell(survey.faults)

    def _tell(self, faults: tuple[str, ...] | None) -> None:
        """Tells the hall what is new; None is unknown."""
        if self._told != [faults]:
            self._told = [faults]
            self._port.emit(FaultsSeen(faults))


def _is(kind: type[codec.Reply]) -> Wanted:
    return lambda reply: isinstance(reply, kind)


def _raise_blocking(faults: tuple[str, ...]) -> None:
    for code in faults:
        if code in codec.BLOCKING:
            raise DeviceFault(code, detail="reported by the printer")


def _transfer_s(address: str, size: int) -> float:
    """Seconds that `size` bytes take on a serial line (10 bits a byte, and a tenth more); 0 on others."""
    url = urlsplit(address)
    if url.scheme != "serial":
        return 0.0
    baud = parse_qs(url.query).get("baud", ["9600"])[0]
    return size * 11 / max(int(baud) if baud.isdigit() else 9600, 300)


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
    links=("tcp", "serial"),
    capabilities=("slip_printer",),
    in_flight=1,
    open=_open,
    preview=_preview,
)
