"""Bytes ⇄ messages of the text protocol of EQ cards (诣阔 EQ2013 and others with a font). Sans-IO, stdlib only.

A command is text in GB2312: ``!#`` and the card in three digits, settings that begin with ``%``, what is shown, ``$$``.
Settings: ``%ZD00`` delete all zones, ``%ZInn`` zone, ``%ZCxxxxyyyywwwwhhhh`` its place in pixels, ``%ZAnn`` effect (01
still, 49 to the left without a pause), ``%ZSnn`` speed (00 fastest), ``%ZHnnnn`` how long in 0.1 s, ``%Fnn`` font (16,
24, 32), ``%AHn`` and ``%AVn`` alignment (1 left or top, 2 centre, 3 right or bottom), ``%Cn`` colour (1 red, 2 green, 3
yellow). Nothing is checked. Some cards answer ``##FOK$$$`` or ``##KOK$$$``, most say nothing.

Resync: a ``#`` stands in a frame only at its start, so that one inside begins a new frame. See `drivers.framing`.
"""

from dataclasses import dataclass
from typing import Final

from drivers import glyph
from drivers.framing import FrameScanner, FrameShape, Garbage
from drivers.glyph import Charset

LONGEST: Final = 1_024
MOST_TEXT: Final = 480
MOST_ACK: Final = 16

STILL: Final = 1
TO_THE_LEFT: Final = 49
_HARMLESS: Final = str.maketrans({"%": "％", "$": "＄", "#": "＃"})
_COLOURS: Final = {"red": 1, "green": 2, "yellow": 3}


@dataclass(frozen=True, slots=True)
class Zone:
    """A rectangle of a card's screen in pixels."""

    card: int
    number: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Command:
    """What is said to a card; heard again where the adapter echoes."""

    card: str
    body: bytes

    def encode(self) -> bytes:
        return b"!#" + self.card.encode("ascii") + self.body + b"$$"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A card has taken a command; which one, it does not say."""

    answer: str


Message = Command | Acknowledged | Garbage


def show(
    zone: Zone,
    text: bytes,
    colour: str,
    *,
    font: int,
    effect: int = STILL,
    speed: int = 29,
    hold: int = 6_000,
    clear: bool = False,
) -> Command:
    """Show `text` in a zone, which comes to be if there is none; `clear` deletes all others of the card before."""
    place = f"{zone.x:04}{zone.y:04}{zone.width:04}{zone.height:04}"
    settings = (
        f"{'%ZD00' if clear else ''}%ZI{zone.number:02}%ZC{place}%ZA{effect:02}%ZS{speed:02}%ZH{hold:04}"
        f"%F{font}%AH2%AV2%C{_COLOURS[colour]}"
    )
    return Command(f"{zone.card:03}", settings.encode("ascii") + text)


def show_fitting(
    zone: Zone, text: str, colour: str, *, font: int, charset: Charset, scroll: bool, clear: bool = False
) -> Command:
    """As much of `text` as fits the zone's width (V06), or all of it moving if `scroll`; empty text makes it dark."""
    text = text.translate(_HARMLESS)
    whole = glyph.fit(text, MOST_TEXT, charset)
    fitting = glyph.fit(text, min(MOST_TEXT, zone.width // (font // 2)), charset)
    moving = scroll and len(fitting) < len(whole)
    written = b"".join(whole if moving else fitting) or b" "
    return show(zone, written, colour, font=font, effect=TO_THE_LEFT if moving else STILL, clear=clear)


class SignCodec:
    """One line of cards. Holds less than one frame."""

    def __init__(self) -> None:
        self._scanner: FrameScanner[Command | Acknowledged] = FrameScanner(_COMMAND, _ACKNOWLEDGED)

    @property
    def pending(self) -> int:
        return self._scanner.pending

    def feed(self, data: bytes) -> list[Message]:
        return self._scanner.feed(data)

    def flush(self) -> list[Message]:
        """The line is silent: give up what is pending."""
        return self._scanner.flush()


def _measure(head: memoryview, end: bytes, longest: int) -> int | None:
    """Up to `end`, unless a new frame begins before."""
    frame = bytes(head[:longest])
    at, next_frame = frame.find(end, 2), frame.find(b"#", 2)
    if at >= 0 and (next_frame < 0 or at < next_frame):
        return at + len(end)
    return 0 if next_frame >= 0 or len(frame) == longest else None


def _parse_command(frame: memoryview) -> Command | None:
    card = bytes(frame[2:5])
    return Command(card.decode("ascii"), bytes(frame[5:-2])) if card.isdigit() and len(frame) >= 7 else None


def _parse_acknowledged(frame: memoryview) -> Acknowledged | None:
    answer = bytes(frame[2:-3])
    return Acknowledged(answer.decode("ascii")) if answer.isalnum() and answer.endswith(b"OK") else None


_Found = Command | Acknowledged
_COMMAND: Final[FrameShape[_Found]] = FrameShape(
    header=b"!#", longest=LONGEST, measure=lambda head: _measure(head, b"$$", LONGEST), parse=_parse_command
)
_ACKNOWLEDGED: Final[FrameShape[_Found]] = FrameShape(
    header=b"##", longest=MOST_ACK, measure=lambda head: _measure(head, b"$$$", MOST_ACK), parse=_parse_acknowledged
)
