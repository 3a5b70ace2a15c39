"""A network scanner (eSCL, AirScan) as capability page_scanner: flatbeds and sheet feeders of copiers and printers.

The feeder's state names the reason of a failure, it never decides: there are scanners that report an empty feeder
until they begin, and others that report a loaded one always.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from drivers.bus import together
from drivers.escl import codec
from drivers.escl.client import MOST_PAGE, Answer, Client
from drivers.escl.options import EsclOptions
from drivers.page import page_of
from hallctl.devices.contract import (
    DeviceFault,
    DriverSpec,
    FaultsSeen,
    IdentitySeen,
    Link,
    LinkLost,
    Port,
    ScannedPage,
    ScanSettings,
)

_AGAIN_S: Final = 1.0
"""Seconds after which a busy scanner is asked again, unless it says when."""

_FAREWELL_S: Final = 3.0
_DONE: Final = frozenset({404, 410})
"""No more pages."""


class EsclScanner:
    """One scanner. See `hallctl.devices.contract.PageScanner`."""

    def __init__(self, client: Client, capabilities: codec.Capabilities, options: EsclOptions, port: Port) -> None:
        self._client = client
        self._can = capabilities
        self._options = options
        self._port = port
        self._turn = asyncio.Lock()
        self._broken = asyncio.Event()
        self._fault: DeviceFault | None = None

    # ---------------------------------------------------------------- life

    async def run(self) -> None:
        """Looks at the scanner's state every `poll_s` until it no longer answers."""
        await together(self._watch(), self._until_broken())

    async def close(self) -> None:
        await self._client.close()

    async def _watch(self) -> None:
        while True:
            if not self._turn.locked():  # some scanners serve one question at a time
                status = await self.status()
                self._port.emit(FaultsSeen((status.fault,) if status.fault else ()))
            await self._port.sleep(self._options.poll_s)

    async def _until_broken(self) -> None:
        await self._broken.wait()
        if self._fault is not None:
            raise self._fault

    async def status(self) -> codec.Status:
        """The scanner's state; ``device.garbled`` when that makes no sense."""
        answer = await self._client.ask("GET", "ScannerStatus", self._options.answer_s)
        try:
            return codec.status_of(answer.body)
        except ValueError as error:
            raise DeviceFault("device.garbled", detail=f"ScannerStatus: {error}") from error

    # ---------------------------------------------------------------- the capability

    async def preview(self, show: Callable[[bytes], None]) -> None:  # noqa: ARG002 - a capability's shape
        raise DeviceFault("scanner.no_preview")

    async def scan_pages(self, settings: ScanSettings, take: Callable[[ScannedPage], Awaitable[None]]) -> int:
        """One page of a flatbed, all of a feeder. A job that does not end well is deleted on the scanner."""
        given = self._options
        size = (given.width_mm, given.height_mm)
        request = codec.request_of(
            self._can, settings.source, color=settings.color, dpi=settings.dpi, size_mm=size, duplex=given.duplex
        )
        if request is None:
            raise DeviceFault("scanner.no_source", detail=settings.source)
        try:
            async with self._turn:
                return await self._scan(request, take)
        except DeviceFault as fault:
            if isinstance(fault, LinkLost) or fault.code.startswith("device."):
                self._fault = fault
                self._broken.set()
            raise

    async def _scan(self, request: codec.Request, take: Callable[[ScannedPage], Awaitable[None]]) -> int:
        job = await self._begin(request)
        count, most = 0, self._options.most_pages if request.source == "Feeder" else 1
        done = False
        try:
            while count < most:
                page = await self._next(job, request, first=not count)
                if page is None:
                    done = True
                    break
                await take(page)
                count += 1
        finally:
            if not done:
                await self._delete(job)
        if not count:
            raise await self._reason("scanner.no_paper" if request.source == "Feeder" else "scanner.io", request)
        return count

    async def _begin(self, request: codec.Request) -> str:
        """The path of a new job."""
        answer = await self._patiently("POST", "ScanJobs", self._options.answer_s, codec.encode(request))
        if answer.code == 201:
            path = self._client.job_path(answer.headers.get("location", ""))
            if path is None:
                raise DeviceFault("device.garbled", detail="ScanJobs: no Location")
            return path
        if answer.code in (409, 503):
            raise await self._reason("scanner.busy", request)
        raise DeviceFault("device.refused", detail=f"ScanJobs: {answer.code}")

    async def _next(self, job: str, request: codec.Request, *, first: bool) -> ScannedPage | None:
        """The next page, None after the last. The state is asked once only: some scanners tell a reason only once."""
        answer = await self._patiently("GET", f"{job}/NextDocument", self._options.page_s, most=MOST_PAGE)
        if answer.code == 200:
            return await self._page(job, request, answer)
        if answer.code in _DONE and not answer.late:
            return None
        status = await self._quiet_status()
        if answer.code in _DONE and not status.gave_up(job):
            return None
        if answer.code in (404, 409, 410) and not first and status.empty:
            return None  # some answer 409 to the question for a page after the last
        raise _fault_in(status, "scanner.busy" if answer.code == 503 else "scanner.io", request)

    async def _page(self, job: str, request: codec.Request, answer: Answer) -> ScannedPage:
        """The page of an answer. One that breaks off since the scanner has given up is the scanner's fault."""
        try:
            return await asyncio.to_thread(page_of, answer.body, dpi=request.dpi)
        except ValueError as error:
            status = await self._quiet_status()
            if status.fault or status.gave_up(job):
                raise _fault_in(status, "scanner.io", request) from error
            kind = answer.headers.get("content-type", "")[:40]
            raise DeviceFault("device.garbled", detail=f"NextDocument: {error} ({kind})") from error

    async def _patiently(
        self, method: str, path: str, seconds: float, content: bytes | None = None, most: int = codec.MOST_XML
    ) -> Answer:
        """The answer; one that says 503 is asked again for `busy_s`, as soon as it wants but not sooner than 0.1 s."""
        waited_s = 0.0
        while True:
            answer = await self._client.ask(method, path, seconds, content=content, most=most)
            if answer.code != 503 or waited_s >= self._options.busy_s:
                return replace(answer, late=waited_s > 0)
            asked = answer.headers.get("retry-after", "")
            pause_s = min(max(float(asked), 0.1), 10.0) if asked.isascii() and asked.isdecimal() else _AGAIN_S
            await self._port.sleep(pause_s)
            waited_s += pause_s

    async def _reason(self, otherwise: str, request: codec.Request) -> DeviceFault:
        """Why the scanner does not scan, as its state tells it."""
        return _fault_in(await self._quiet_status(), otherwise, request)

    async def _quiet_status(self) -> codec.Status:
        try:
            return await self.status()
        except LinkLost:
            raise
        except DeviceFault:
            return codec.Status("", "")

    async def _delete(self, job: str) -> None:
        """Tell the scanner that no more pages are wanted; what it says to that is of no interest."""
        with suppress(DeviceFault):
            await self._client.ask("DELETE", job, _FAREWELL_S)


def _fault_in(status: codec.Status, otherwise: str, request: codec.Request) -> DeviceFault:
    """What a state says of a failure; an empty feeder is no reason why a flatbed does not scan."""
    empty = status.empty and status.state != "Processing" and request.source == "Feeder"
    return DeviceFault(
        status.fault or ("scanner.no_paper" if empty else otherwise), detail=f"{status.state} {status.adf}".strip()
    )


async def open_scanner(link: Link, options: EsclOptions, port: Port) -> EsclScanner:  # noqa: ARG001 - it has no bytes
    """Proven by its capabilities; ``device.wrong_identity`` when something else answers there."""
    client = Client(options, port)
    try:
        answer = await client.ask("GET", "ScannerCapabilities", options.answer_s)
        try:
            can = codec.capabilities_of(answer.body)
        except ValueError as error:
            raise DeviceFault("device.wrong_identity", transient=False, detail=f"{answer.code}: {error}") from error
        if options.serial not in ("", can.serial):
            raise DeviceFault("device.wrong_identity", transient=False, detail="another serial number")
    except BaseException:
        await client.close()
        raise
    port.emit(IdentitySeen(f"{can.model} {can.serial}".strip() or "eSCL"))
    return EsclScanner(client, can, options, port)


DRIVER = DriverSpec(
    name="escl",
    options=EsclOptions,
    links=("none",),
    capabilities=("page_scanner",),
    in_flight=2,
    open=open_scanner,
    title=("网络扫描仪（eSCL）", "network scanner (eSCL)"),
)
