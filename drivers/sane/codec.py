"""What scanimage is told and what it says: its command line, its devices and options, its exit codes. Pure.

Its exit code is a SANE_Status (sane.h); 1 is also what it ends with when it cannot begin at all.
"""

import re
from dataclasses import dataclass
from typing import Final

STATUS_FAULTS: Final = {
    3: "scanner.busy",
    4: "scanner.no_option",
    6: "scanner.jammed",
    7: "scanner.no_paper",
    8: "scanner.cover_open",
    9: "scanner.io",
    11: "scanner.denied",
}
"""SANE_Status → code: DEVICE_BUSY, INVAL, JAMMED, NO_DOCS, COVER_OPEN, IO_ERROR, ACCESS_DENIED."""

NO_DOCS: Final = 7

_STATUSES: Final = (
    ("Device busy", 3),
    ("Invalid argument", 4),
    ("feeder jammed", 6),
    ("out of documents", 7),
    ("cover is open", 8),
    ("device I/O", 9),
    ("has been denied", 11),
)
"""The words of sane_strstatus for the same."""

_ENDED: Final = re.compile(r"^scanimage: sane_(?:start|read): (.*)$", re.MULTILINE)

_COMPLAINTS: Final = (
    ("Device busy", "scanner.busy"),
    ("Access to resource has been denied", "scanner.denied"),
    ("Permission denied", "scanner.denied"),
    ("no SANE devices found", "scanner.no_scanner"),
    ("open of device", "scanner.no_scanner"),
    ("unrecognized option", "scanner.no_option"),
    ("setting of option", "scanner.no_option"),
    ("bad option", "scanner.no_option"),
    ("argument for option", "scanner.no_option"),
)
"""What scanimage says when its exit code tells nothing; the first that is found counts."""

_OPTION: Final = re.compile(r"^ {4}(?:-\w, )?(?:--([a-z0-9-]+)|-([xylt]))(?:\[=\(.*\)\])?(?: (.*?))? \[(.*?)\]")
_RANGE: Final = re.compile(r"^(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)")
_NODE: Final = re.compile(r"libusb:(\d{3}):(\d{3})")

_SOURCES: Final = {
    "flatbed": re.compile(r"flatbed|platen|normal|glass", re.IGNORECASE),
    "feeder": re.compile(r"adf|feeder|automatic", re.IGNORECASE),
}
_MODES: Final = {True: re.compile(r"colou?r", re.IGNORECASE), False: re.compile(r"gr[ae]y", re.IGNORECASE)}


@dataclass(frozen=True, slots=True)
class Listed:
    """A scanner as SANE names it, with its make and model."""

    name: str
    model: str


@dataclass(frozen=True, slots=True)
class Setting:
    """An option of a scanner: the words or numbers it takes (as scanimage lists them), and what is set."""

    choices: tuple[str, ...]
    now: str

    @property
    def active(self) -> bool:
        return self.now not in ("inactive", "read-only")


LIST_FORMAT: Final = "%d|%v|%m%n"
"""What ``scanimage -f`` is asked for: name, make and model."""


def listed(out: str) -> list[Listed]:
    """The scanners of ``scanimage -f LIST_FORMAT``."""
    rows = [line.split("|") for line in out.splitlines() if line.count("|") >= 2]
    return [Listed("|".join(row[:-2]), f"{row[-2]} {row[-1]}".strip()) for row in rows if row[0]]


def settings_of(out: str) -> dict[str, Setting]:
    """The options of ``scanimage -A``, by name without dashes."""
    found: dict[str, Setting] = {}
    for line in out.splitlines():
        match = _OPTION.match(line)
        if match is not None:
            long, short, choices, now = match.groups()
            found[long or short] = Setting(tuple((choices or "").split("|")), now)
    return found


def choose_source(setting: Setting | None, wished: str) -> str | None:
    """What the scanner calls the wished source (flatbed, feeder, or empty: as set); None where it has none.

    A scanner without the option has one source, a flatbed: nothing is to be set, the answer is empty.
    """
    if setting is None or not setting.active:
        return "" if wished in ("", "flatbed") else None
    if not wished:
        return setting.now
    pattern = _SOURCES.get(wished)
    return next((choice for choice in setting.choices if pattern and pattern.search(choice)), None)


def is_feeder(source: str) -> bool:
    return _SOURCES["feeder"].search(source) is not None


def choose_mode(setting: Setting | None, color: bool) -> str:
    """What the scanner calls color or gray; empty where it has no such choice."""
    if setting is None or not setting.active:
        return ""
    return next((choice for choice in setting.choices if _MODES[color].search(choice)), "")


def choose_resolution(setting: Setting | None, dpi: int) -> int | None:
    """The resolution nearest to the wished one that the scanner has, not coarser if there is one; None: unknown."""
    if setting is None or not setting.active:
        return None
    limits = _RANGE.match(setting.choices[0])
    if limits is not None:
        return round(min(max(dpi, float(limits[1])), float(limits[2])))
    numbers = sorted(int(number) for choice in setting.choices if (number := re.sub(r"\D.*", "", choice)))
    if not numbers:
        return None
    return next((number for number in numbers if number >= dpi), numbers[-1])


def choose_length(setting: Setting | None, wished_mm: float) -> float | None:
    """The wished width or height, or what the scanner has of it; None where it cannot be set."""
    limits = _RANGE.match(setting.choices[0]) if setting is not None and setting.active else None
    return None if limits is None or not wished_mm else min(wished_mm, float(limits[2]))


def node_of(device: str) -> str | None:
    """The USB node in a device's name (``genesys:libusb:001:005``), which goes when the scanner is unplugged."""
    match = _NODE.search(device)
    return f"/dev/bus/usb/{match[1]}/{match[2]}" if match is not None else None


def status_of(said: str) -> int | None:
    """The status of which scanimage has told already; None while it tells of none. It was seen to hang after that."""
    words = _ENDED.findall(said)
    return next((status for text, status in _STATUSES if words and text in words[-1]), None)


def fault_of(code: int, said: str) -> str:
    """The code of the fault with which scanimage has ended."""
    if code in STATUS_FAULTS and "open of device" not in said:
        return STATUS_FAULTS[code]
    return next((fault for words, fault in _COMPLAINTS if words in said), "scanner.io")
