"""An emulated eSCL scanner with a flatbed and a feeder, which serves any AirScan client; knows nothing of the codec."""

import asyncio
import re
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from PIL import Image, ImageDraw

from drivers.emulated_line import LOG_SIZE, milliseconds
from drivers.escl.emulated_http import Asked, EmulatedHttp, Said
from hallctl.devices.contract import EmulatorSpec

PORT: Final = 18080
"""Where it is found unless another port is given; 0 is any free one."""

_XML: Final = {"Content-Type": "text/xml"}
_SPACES: Final = (
    "xmlns:pwg='http://www.pwg.org/schemas/2010/12/sm' xmlns:scan='http://schemas.hp.com/imaging/escl/2011/05/03'"
)
_LAUGHS: Final = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%b">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><ScannerStatus>&j;</ScannerStatus>"
)
_ODD: Final = {
    "garbage": Said(200, bytes(range(256)) * 20, _XML),
    "laughs": Said(200, _LAUGHS, _XML),
    "huge": Said(200, b"<a>" + b"x" * 1_000_000, _XML),
    "redirect": Said(301, b"", {"Location": "https://127.0.0.1:9/eSCL/"}),
    "web": Said(200, b"<html><body>It works!</body></html>", {"Content-Type": "text/html"}),
}
"""What the scanner says to every question while it is told to."""


@dataclass(slots=True)
class _Job:
    source: str
    gray: bool
    dpi: int
    size: tuple[int, int]
    done: int = 0
    failed: bool = False


class EsclEmulator:
    """The scanner; `tls` makes it speak https."""

    def __init__(
        self,
        *,
        port: int = PORT,
        sheets: int = 3,
        pause_s: float = 0.0,
        chunked: bool = False,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], int] = milliseconds,
    ) -> None:
        self._http = EmulatedHttp(self._answer, port, tls)
        self._pause_s = pause_s
        self._chunked = chunked
        self._now = now
        self._jobs: dict[str, _Job] = {}
        self._made = 0
        self._wire: deque[dict[str, Any]] = deque(maxlen=LOG_SIZE)
        self.sheets = sheets
        self.adf = ""
        self.mode = "well"
        self.busy = 0
        self.jam_after: int | None = None
        self.fail_after: int | None = None
        self.deleted: list[str] = []
        self.asked = ""

    @property
    def options(self) -> dict[str, Any]:
        """The driver's options with which it finds this scanner."""
        return {"url": f"{self._http.origin}/eSCL"}

    async def start(self) -> str:
        await self._http.plug()
        return "none:"

    async def stop(self) -> None:
        await self._http.unplug()

    async def press(self, action: str, **params: str | int) -> None:
        match action:
            case "load":
                self.sheets = int(params.get("sheets", 3))
            case "jam":
                self.jam_after = int(params.get("after", 0))
            case "fail":
                self.fail_after = int(params.get("after", 0))
            case "cover_open":
                self.adf = "ScannerAdfDoorOpen"
            case "clear":
                self.adf, self.jam_after, self.fail_after, self.mode = "", None, None, "well"
            case "busy":
                self.busy = int(params.get("times", 3))
            case (
                "mute"
                | "cut"
                | "lies"
                | "once"
                | "breaks"
                | "wrong_host"
                | "stopped"
                | "garbage"
                | "laughs"
                | "huge"
                | "redirect"
                | "web"
            ):
                self.mode = action
            case "unplug":
                self._jobs.clear()
                await self._http.unplug()
            case "plug":
                await self._http.plug()
            case _:
                raise ValueError(f"no action {action}")

    def view(self) -> dict[str, Any]:
        return {
            "options": self.options,
            "sheets": self.sheets,
            "adf": self._adf_state(),
            "mode": self.mode,
            "jobs": len(self._jobs),
            "plugged": self._http.plugged,
            "wire": list(self._wire),
        }

    # ------------------------------------------------------------ the protocol

    async def _answer(self, asked: Asked) -> Said | None:
        self.asked = asked.path
        if self.mode == "mute":
            return None
        said = _ODD.get(self.mode) or await self._serve(asked)
        text = f"{asked.method} {asked.path} → {said.code}"
        self._wire.append({"at": self._now(), "dir": "in", "hex": "", "text": text})
        return said

    async def _serve(self, asked: Asked) -> Said:
        parts = [part for part in asked.path.split("/") if part]
        match [asked.method, *parts]:
            case ["GET", "eSCL", "ScannerCapabilities"]:
                return Said(200, _capabilities(), _XML)
            case ["GET", "eSCL", "ScannerStatus"]:
                return Said(200, self._status(), _XML)
            case ["POST", "eSCL", "ScanJobs"]:
                return self._begin(asked.body.decode("utf-8", "replace"))
            case ["GET", "eSCL", "ScanJobs", name, "NextDocument"] if name in self._jobs:
                return await self._next(self._jobs[name])
            case ["DELETE", "eSCL", "ScanJobs", name] if name in self._jobs:
                del self._jobs[name]
                self.deleted.append(name)
                return Said(200)
        return Said(404)

    def _begin(self, settings: str) -> Said:
        if self.busy:
            self.busy -= 1
            return Said(503, b"", {"Retry-After": "1"})
        source = _told(settings, "InputSource") or "Platen"
        if source == "Feeder" and (self.adf or not self.sheets):
            return Said(409)
        dpi = int(_told(settings, "XResolution") or 200)
        size = (int(_told(settings, "Width") or 2480), int(_told(settings, "Height") or 3508))
        self._made += 1
        name = f"job-{self._made}"
        self._jobs[name] = _Job(source, _told(settings, "ColorMode") == "Grayscale8", dpi, size)
        host = "http://scanner.invalid" if self.mode == "wrong_host" else ""
        return Said(201, b"", {"Location": f"{host}/eSCL/ScanJobs/{name}"})

    async def _next(self, job: _Job) -> Said:
        if self.busy:
            self.busy -= 1
            return Said(503)
        if job.failed:
            return Said(404)
        if self.fail_after is not None and job.done >= self.fail_after:
            job.failed = True
            return Said(503)
        if job.source == "Feeder" and self.jam_after is not None and job.done >= self.jam_after:
            self.adf = "ScannerAdfJam"
        if job.source == "Feeder" and self.adf:
            return Said(409)
        if (job.source == "Feeder" and not self.sheets) or (job.source == "Platen" and job.done):
            return Said(404)
        await asyncio.sleep(self._pause_s)
        if self.mode == "breaks":
            job.failed = True
            return Said(200, b"", {"Content-Type": "image/jpeg"}, chunked=True)
        job.done += 1
        if job.source == "Feeder":
            self.sheets -= 1
        picture = await asyncio.to_thread(_picture, job)
        return Said(200, picture, {"Content-Type": "image/jpeg"}, cut=self.mode == "cut", chunked=self._chunked)

    def _adf_state(self) -> str:
        if self.mode == "lies":
            return "ScannerAdfEmpty"
        return self.adf or ("ScannerAdfLoaded" if self.sheets else "ScannerAdfEmpty")

    def _status(self) -> bytes:
        """With `once` the feeder's fault is told once and then no more."""
        state, adf = "Stopped" if self.mode == "stopped" else "Idle", self._adf_state()
        if self.mode == "once":
            self.adf = ""
        jobs = "".join(
            f"<scan:JobInfo><pwg:JobUri>/eSCL/ScanJobs/{name}</pwg:JobUri><pwg:JobState>Aborted</pwg:JobState>"
            "</scan:JobInfo>"
            for name, job in self._jobs.items()
            if job.failed
        )
        return (
            f"<?xml version='1.0' encoding='UTF-8'?><scan:ScannerStatus {_SPACES}><pwg:Version>2.0</pwg:Version>"
            f"<pwg:State>{state}</pwg:State><scan:AdfState>{adf}</scan:AdfState>"
            f"{f'<scan:Jobs>{jobs}</scan:Jobs>' if jobs else ''}</scan:ScannerStatus>"
        ).encode()


def fitting(*, port: int = PORT, tls: ssl.SSLContext | None = None, **_given: Any) -> dict[str, Any]:
    """The driver's options for a scanner at `port`."""
    return {"url": f"http{'s' if tls else ''}://127.0.0.1:{port}/eSCL"}


def _told(settings: str, name: str) -> str:
    match = re.search(rf"<(?:\w+:)?{name}>([^<]*)</", settings)
    return match[1] if match is not None else ""


def _capabilities() -> bytes:
    numbers = "".join(
        f"<scan:DiscreteResolution><scan:XResolution>{dpi}</scan:XResolution>"
        f"<scan:YResolution>{dpi}</scan:YResolution></scan:DiscreteResolution>"
        for dpi in (75, 100, 200, 300)
    )
    caps = (
        "<scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth>"
        "<scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>4200</scan:MaxHeight>"
        "<scan:MaxScanRegions>1</scan:MaxScanRegions><scan:SettingProfiles><scan:SettingProfile><scan:ColorModes>"
        "<scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes>"
        "<scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat></scan:DocumentFormats>"
        f"<scan:SupportedResolutions><scan:DiscreteResolutions>{numbers}</scan:DiscreteResolutions>"
        "</scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles>"
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><scan:ScannerCapabilities {_SPACES}>"
        "<pwg:Version>2.0</pwg:Version><pwg:MakeAndModel>Emulated Flatbed 3</pwg:MakeAndModel>"
        "<pwg:SerialNumber>E-0001</pwg:SerialNumber>"
        f"<scan:Platen><scan:PlatenInputCaps>{caps}</scan:PlatenInputCaps></scan:Platen>"
        f"<scan:Adf><scan:AdfSimplexInputCaps>{caps}</scan:AdfSimplexInputCaps></scan:Adf>"
        "</scan:ScannerCapabilities>"
    ).encode()


def _picture(job: _Job) -> bytes:
    """A page with its number, as large as was asked for."""
    size = (max(job.size[0] * job.dpi // 300, 1), max(job.size[1] * job.dpi // 300, 1))
    image = Image.new("L" if job.gray else "RGB", size, "white")
    ImageDraw.Draw(image).text((size[0] // 3, size[1] // 3), f"{job.source} {job.done}", fill="black")
    out = BytesIO()
    image.save(out, "JPEG", quality=70, dpi=(job.dpi, job.dpi))
    return out.getvalue()


EMULATOR: Final = EmulatorSpec(
    name="escl",
    actions={
        "load": {"sheets": "3"},
        "jam": {"after": "0"},
        "fail": {"after": "0"},
        "busy": {"times": "3"},
        **{
            name: {}
            for name in (
                *("cover_open", "clear", "stopped", "lies", "once", "breaks", "mute", "cut", "garbage", "laughs"),
                *("huge", "redirect", "web", "wrong_host", "unplug", "plug"),
            )
        },
    },
    make=EsclEmulator,
    options=fitting,
)
