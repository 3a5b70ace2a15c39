"""What is printed, shown, spoken and scanned: the values that go to a device. Drivers import them from `contract`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One line of a slip. `width` and `height` magnify (1..4); `align` is left|center|right."""

    text: str
    width: int = 1
    height: int = 1
    align: str = "left"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code of `data`; `module` is the size of a module in dots."""

    data: str
    module: int = 6


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of dashes across the paper."""


@dataclass(frozen=True, slots=True)
class Blank:
    """`lines` empty lines."""

    lines: int = 1


@dataclass(frozen=True, slots=True)
class Cut:
    """Feed and cut."""


SlipLine = Text | Qr | Rule | Blank | Cut


@dataclass(frozen=True, slots=True)
class Slip:
    """A laid-out slip: the same value is printed on paper and drawn as a preview."""

    lines: tuple[SlipLine, ...]


@dataclass(frozen=True, slots=True)
class WindowScreen:
    """What a window's strip or pad shows. `state` is idle|calling|serving|paused|closed|emergency.

    `label` is the active ticket's, `window` the window's label, `text` the whole line as the hall's texts have it
    (for a strip), `waiting` the people waiting for this window (for a call pad).
    """

    state: str
    window: str
    text: str
    label: str | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Announcement:
    """A call to speak: `text` in zh, `text_en` or None, how often, and the ids that bind it to its caption. A notice to
    all has an empty `ticket`, `label` and `window`."""

    text: str
    text_en: str | None
    times: int
    ticket: str
    label: str
    window: str
    zone: str


# ---------------------------------------------------------------- scanned


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """How pages are to be scanned. `source` is camera|flatbed|feeder, or empty: the device's first; `color` False is
    gray; `dpi` is of sheets, a camera gives its whole picture."""

    source: str = ""
    color: bool = True
    dpi: int = 200


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One side of a sheet as JPEG. `width` and `height` in dots, `dpi` None where the device does not know it."""

    jpeg: bytes
    width: int
    height: int
    dpi: int | None = None

    def __repr__(self) -> str:
        return f"ScannedPage({self.width}x{self.height}, {len(self.jpeg)} bytes)"
