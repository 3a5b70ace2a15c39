"""eSCL (AirScan) documents: capabilities and status read, scan settings written. Pure.

Source: Mopria Alliance, eSCL Technical Specification; the request is as sane-airscan 0.99.27 sends it. XML is read with
expat alone, by local names, bounded in size, depth and count; a document with a DOCTYPE is refused before any entity
could be declared, so there is nothing to expand.
"""

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

MOST_XML: Final = 256 * 1024
MOST_DEPTH: Final = 40
MOST_ELEMENTS: Final = 5_000
MOST_TEXT: Final = 1_000

UNITS_PER_MM: Final = 300 / 25.4
"""Regions are in 1/300 inch."""

_NAMESPACES: Final = (
    'xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm" xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03"'
)

ADF_FAULTS: Final = {
    "ScannerAdfJam": "scanner.jammed",
    "ScannerAdfMispick": "scanner.misfed",
    "ScannerAdfMultipickDetected": "scanner.misfed",
    "ScannerAdfInputTrayFailed": "scanner.misfed",
    "ScannerAdfInputTrayOverloaded": "scanner.misfed",
    "ScannerAdfDuplexPageTooShort": "scanner.misfed",
    "ScannerAdfDuplexPageTooLong": "scanner.misfed",
    "ScannerAdfDoorOpen": "scanner.cover_open",
    "ScannerAdfHatchOpen": "scanner.cover_open",
    "ScannerAdfCoverOpen": "scanner.cover_open",
}
"""AdfState → code. Loaded, Empty and Processing are no faults."""


@dataclass(slots=True)
class Element:
    """An XML element by its local name."""

    name: str
    text: str = ""
    children: "list[Element]" = field(default_factory=list)

    def find(self, *path: str) -> "Element | None":
        """The first element down the path of local names."""
        here: Element | None = self
        for name in path:
            here = next((child for child in here.children if child.name == name), None) if here else None
        return here

    def every(self, name: str) -> "list[Element]":
        """All elements of that name at any depth, in order."""
        found = [self] if self.name == name else []
        for child in self.children:
            found += child.every(name)
        return found

    def said(self, *path: str) -> str:
        found = self.find(*path)
        return found.text.strip() if found is not None else ""


def parse_xml(data: bytes) -> Element:
    """The document's root; ValueError for anything that is no small, plain XML document."""
    if len(data) > MOST_XML:
        raise ValueError("too large")
    document = Element("")
    stack = [document]
    count = 0

    def begin(name: str, _attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > MOST_DEPTH or count > MOST_ELEMENTS:
            raise ValueError("too deep or too many elements")
        element = Element(name.rpartition("}")[2])
        stack[-1].children.append(element)
        stack.append(element)

    def text(data: str) -> None:
        stack[-1].text = (stack[-1].text + data)[:MOST_TEXT]

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _name: stack.pop()
    parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError(f"no XML: {error}") from error
    return document.children[0]


def _refuse(*_declaration: object) -> None:
    raise ValueError("a DOCTYPE")


# ---------------------------------------------------------------- what the scanner tells


@dataclass(frozen=True, slots=True)
class Input:
    """What a source can: its largest region (1/300 inch), color modes, resolutions (a range is its two ends)."""

    width: int
    height: int
    modes: tuple[str, ...]
    resolutions: tuple[int, ...]
    ranged: bool


@dataclass(frozen=True, slots=True)
class Capabilities:
    """A scanner: make and model, serial number, and its sources ``Platen``, ``Feeder`` in its own order."""

    model: str
    serial: str
    version: str
    inputs: dict[str, Input]


@dataclass(frozen=True, slots=True)
class Status:
    """The scanner now: `state` Idle|Processing|Testing|Stopped|Down, its feeder's state or empty, and the addresses of
    the jobs that it has aborted."""

    state: str
    adf: str
    aborted: tuple[str, ...] = ()

    @property
    def fault(self) -> str | None:
        """Its own fault as a code, None when it has none."""
        return ADF_FAULTS.get(self.adf) or ("scanner.stopped" if self.state in ("Stopped", "Down") else None)

    @property
    def empty(self) -> bool:
        return self.adf == "ScannerAdfEmpty"

    def gave_up(self, job: str) -> bool:
        """Whether the scanner has aborted the job of that address; the last part of an address is the job's name."""
        return job.rpartition("/")[2] in {address.rstrip("/").rpartition("/")[2] for address in self.aborted}


def capabilities_of(data: bytes) -> Capabilities:
    """From ScannerCapabilities; ValueError when it is none, or has no source."""
    root = parse_xml(data)
    if root.name != "ScannerCapabilities":
        raise ValueError(f"a {root.name}")
    inputs: dict[str, Input] = {}
    for child in root.children:
        caps = {
            "Platen": child.find("PlatenInputCaps"),
            "Adf": child.find("AdfSimplexInputCaps") or child.find("AdfDuplexInputCaps"),
        }.get(child.name)
        if caps is not None:
            inputs["Platen" if child.name == "Platen" else "Feeder"] = _input(caps)
    if not inputs:
        raise ValueError("no source")
    model = root.said("MakeAndModel")
    return Capabilities(model[:80], root.said("SerialNumber")[:80], root.said("Version") or "2.0", inputs)


def status_of(data: bytes) -> Status:
    """From ScannerStatus; ValueError when it is none."""
    root = parse_xml(data)
    if root.name != "ScannerStatus":
        raise ValueError(f"a {root.name}")
    aborted = [job.said("JobUri") for job in root.every("JobInfo") if job.said("JobState") == "Aborted"]
    return Status(root.said("State"), root.said("AdfState"), tuple(aborted))


def _input(caps: Element) -> Input:
    discrete = {_number(found.said("XResolution")) for found in caps.every("DiscreteResolution")}
    ends = [_number(found.said(end)) for found in caps.every("XResolutionRange") for end in ("Min", "Max")]
    resolutions = tuple(sorted((discrete or set(ends)) - {0}))
    modes = tuple(dict.fromkeys(found.text.strip() for found in caps.every("ColorMode")))
    width, height = (_number(caps.said(name)) for name in ("MaxWidth", "MaxHeight"))
    return Input(width, height, modes, resolutions, ranged=not discrete)


def _number(text: str) -> int:
    whole = text.partition(".")[0]
    return int(whole) if whole.isascii() and whole.isdecimal() and len(whole) < 8 else 0


# ---------------------------------------------------------------- what it is asked for


@dataclass(frozen=True, slots=True)
class Request:
    """A scan: `source` Platen|Feeder, the region in 1/300 inch, `mode` RGB24|Grayscale8|..., `dpi`."""

    source: str
    width: int
    height: int
    mode: str
    dpi: int
    duplex: bool = False
    version: str = "2.0"


def request_of(
    capabilities: Capabilities, source: str, *, color: bool, dpi: int, size_mm: tuple[float, float], duplex: bool
) -> Request | None:
    """What comes nearest to the wish among what the scanner can; None when it has no such source.

    `source` flatbed|feeder, or empty for its first; `size_mm` 0 is the largest; the resolution is not coarser than
    wished if there is one.
    """
    name = {"flatbed": "Platen", "feeder": "Feeder", "": next(iter(capabilities.inputs))}.get(source, "")
    can = capabilities.inputs.get(name)
    if can is None:
        return None
    wished = ("RGB24", "RGB48") if color else ("Grayscale8", "Grayscale16")
    mode = next((mode for mode in wished if mode in can.modes), can.modes[0] if can.modes else wished[0])
    sides = [
        min(round(mm * UNITS_PER_MM), most) if mm and most else most or round(mm * UNITS_PER_MM)
        for mm, most in zip(size_mm, (can.width, can.height), strict=True)
    ]
    return Request(name, sides[0], sides[1], mode, _dpi(can, dpi), duplex and name == "Feeder", capabilities.version)


def _dpi(can: Input, wished: int) -> int:
    if not can.resolutions:
        return wished
    if can.ranged:
        return min(max(wished, can.resolutions[0]), can.resolutions[-1])
    return next((dpi for dpi in can.resolutions if dpi >= wished), can.resolutions[-1])


def encode(request: Request) -> bytes:
    """The ScanSettings to be posted to ScanJobs."""
    version = request.version if request.version.replace(".", "").isdecimal() else "2.0"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><scan:ScanSettings {_NAMESPACES}>'
        f"<pwg:Version>{version}</pwg:Version>"
        "<pwg:ScanRegions><pwg:ScanRegion>"
        "<pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>"
        "<pwg:XOffset>0</pwg:XOffset><pwg:YOffset>0</pwg:YOffset>"
        f"<pwg:Width>{request.width}</pwg:Width><pwg:Height>{request.height}</pwg:Height>"
        "</pwg:ScanRegion></pwg:ScanRegions>"
        f"<pwg:InputSource>{request.source}</pwg:InputSource>"
        f"<scan:ColorMode>{request.mode}</scan:ColorMode>"
        "<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>"
        f"<scan:XResolution>{request.dpi}</scan:XResolution><scan:YResolution>{request.dpi}</scan:YResolution>"
        f"<scan:Duplex>{'true' if request.duplex else 'false'}</scan:Duplex>"
        "</scan:ScanSettings>"
    ).encode()
