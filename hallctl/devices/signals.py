"""What a device tells, and its driver's way to the hall. Drivers import these from `contract`."""

from dataclasses import dataclass, field
from typing import Protocol

from hallctl.devices.output import Announcement


@dataclass(frozen=True, slots=True)
class PadKey:
    """A clerk's key: `action` as the key map names it, `digits` typed before it, bus address `unit`."""

    unit: int | None
    action: str
    digits: str = ""


@dataclass(frozen=True, slots=True)
class RatingKey:
    """A citizen's key: `level` by name as the grade map has it, or None for an unknown `raw` key."""

    unit: int | None
    level: str | None
    raw: str


@dataclass(frozen=True, slots=True)
class CardSeen:
    """A card was read. Personal: lives only until the inbox has made a digest and masks of it; never logged.

    `kind` is resident|hkmt_permit|foreigner|foreigner_2017, `birth` YYYYMMDD.
    """

    kind: str
    name: str
    number: str
    birth: str

    def __repr__(self) -> str:
        return f"CardSeen(kind={self.kind!r}, ...)"


@dataclass(frozen=True, slots=True)
class CardFailed:
    """A card lay on the reader and could not be read; `code` has a sentence (``card.read_failed``). Once an attempt."""

    code: str


@dataclass(frozen=True, slots=True)
class CodeSeen:
    """A bar or QR code was read. It may say anything, also what is personal: its text is never logged."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IdentitySeen:
    """The device has said what it is: model, firmware, serial number (a reader's SAM id). Shown to the technician."""

    text: str


@dataclass(frozen=True, slots=True)
class FaultsSeen:
    """The device's own faults now, as codes (``printer.paper_out``); empty when all is well; None when unknown."""

    faults: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Spoken:
    """The loudspeaker begins to speak `announcement`; `clip` is the WAV file's name where there is one."""

    announcement: Announcement
    clip: str | None = None


Signal = PadKey | RatingKey | CardSeen | CardFailed | CodeSeen | IdentitySeen | FaultsSeen | Spoken


class Port(Protocol):
    """The driver's way to the hall."""

    def emit(self, signal: Signal) -> None:
        """Hand a signal over; never blocks, never raises."""
        ...

    def heard(self) -> None:
        """The device has answered: it is alive."""
        ...

    async def sleep(self, seconds: float) -> None:
        """The only way a driver waits, so that tests need no real time."""
        ...

    def now(self) -> int:
        """Milliseconds since the epoch by the hall's clock, for devices that have a clock of their own to be set."""
        ...
