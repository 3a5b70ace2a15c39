"""The emulated printer's paper: what each command leaves on it, as text and as a picture.

It enlarges Chinese characters by FS ! only, and then at most doubly, as cheap printers do.
"""

from collections import deque
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from drivers.escpos.emulated_stream import Order, characters
from drivers.escpos.font import find_face, load

if TYPE_CHECKING:
    from PIL.Image import Image

_CELL: Final = 24
_SPACING: Final = 30
_MARGIN: Final = 32


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character as set: magnified `width` and `height` times; `cells` half-widths before that."""

    character: str
    width: int
    height: int
    bold: bool
    cells: int

    @property
    def dots(self) -> int:
        return self.cells * 12 * self.width


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands on the paper at one height: glyphs, a QR code's data, a raster of `rows`, or only white."""

    align: int
    glyphs: tuple[Glyph, ...] = ()
    qr: str | None = None
    module: int = 3
    raster: bytes = b""
    row_bytes: int = 0
    white: int = 0


@dataclass(slots=True)
class Style:
    """The settings that ESC @ resets."""

    align: int = 0
    bold: bool = False
    width: int = 1
    height: int = 1
    chinese_width: int = 1
    chinese_height: int = 1
    chinese: bool = False
    qr_module: int = 3
    qr_data: str = ""
    line: list[Glyph] = field(default_factory=list)


class Paper:
    """Printing, line by line; `slips` are the cut ones, oldest first, at most `kept`; `printed` counts them all."""

    def __init__(self, columns: int, kept: int = 20) -> None:
        self.columns = columns
        self.slips: list[tuple[Mark, ...]] = []
        self.printed = 0
        self.unknown: deque[str] = deque(maxlen=kept)
        self._kept = kept
        self._marks: list[Mark] = []
        self._style = Style()

    @property
    def unfinished(self) -> bool:
        """Whether something is printed that no cut has followed."""
        return bool(self._marks)

    def put(self, order: Order) -> None:
        """Carry out one printing command."""
        name, p = order.name, order.parameters
        if name == "text":
            self._set(order.raw)
        elif name == "LF":
            self._feed_line()
        elif name == "ESC @":
            self._style = Style()
        elif name == "GS v":
            self._mark(Mark(self._style.align, raster=p[6:], row_bytes=p[2] | p[3] << 8))
        elif name == "GS (" and p[:1] == b"k":
            self._qr(p[3:])
        elif name == "GS V":
            self._cut()
        elif name in ("ESC d", "ESC J"):
            self._feed(p[0] * (_SPACING if name == "ESC d" else 1))
        elif name.startswith("unknown"):
            self.unknown.append(name)
        else:
            self._restyle(name, p)

    def _restyle(self, name: str, p: bytes) -> None:
        style = self._style
        if name == "ESC a":
            style.align = p[0] % 48
        elif name == "ESC E":
            style.bold = bool(p[0] & 1)
        elif name == "GS !":
            style.width, style.height = (p[0] >> 4 & 7) + 1, (p[0] & 7) + 1
        elif name == "FS !":
            style.chinese_width, style.chinese_height = 1 + bool(p[0] & 4), 1 + bool(p[0] & 8)
        elif name in ("FS &", "FS ."):
            style.chinese = name == "FS &"

    def _set(self, raw: bytes) -> None:
        style = self._style
        for character in characters(raw, style.chinese):
            wide = not character.isascii()
            size = (style.chinese_width, style.chinese_height) if wide else (style.width, style.height)
            glyph = Glyph(character, *size, style.bold, 2 if wide else 1)
            if sum(g.dots for g in style.line) + glyph.dots > self.columns * 12:
                self._feed_line()
            style.line.append(glyph)

    def _qr(self, function: bytes) -> None:
        kind, data = function[1], function[2:]
        if kind == 67:
            self._style.qr_module = data[0]
        elif kind == 80:
            self._style.qr_data = data[1:].decode("utf-8", "replace")
        elif kind == 81:
            self._mark(Mark(self._style.align, qr=self._style.qr_data, module=self._style.qr_module))

    def _feed_line(self) -> None:
        glyphs, self._style.line = tuple(self._style.line), []
        self._mark(Mark(self._style.align, glyphs=glyphs) if glyphs else Mark(0, white=_SPACING))

    def _feed(self, dots: int) -> None:
        if self._style.line:
            self._feed_line()
        self._mark(Mark(0, white=dots))

    def _mark(self, mark: Mark) -> None:
        self._marks.append(mark)

    def _cut(self) -> None:
        if self._style.line:
            self._feed_line()
        if self._marks:
            self.slips = [*self.slips, tuple(self._marks)][-self._kept :]
            self.printed += 1
        self._marks = []


def text_of(slip: tuple[Mark, ...]) -> list[str]:
    """The lines of a slip; a raster is ``[picture]``."""
    lines = []
    for mark in slip:
        if mark.glyphs:
            lines.append("".join(glyph.character for glyph in mark.glyphs))
        elif mark.raster:
            lines.append("[picture]")
    return lines


def codes_of(slip: tuple[Mark, ...]) -> list[str]:
    """The data of a slip's QR codes."""
    return [mark.qr for mark in slip if mark.qr is not None]


def drawn(slip: tuple[Mark, ...], columns: int) -> bytes:
    """PNG of a slip, a dot a pixel, with the paper's margin."""
    from PIL import Image

    dots = columns * 12
    pictures = [(mark, _picture(mark)) for mark in slip]
    height = sum(picture.height for _, picture in pictures) + 2 * _MARGIN
    paper = Image.new("L", (dots + 2 * _MARGIN, height), 255)
    top = _MARGIN
    for mark, picture in pictures:
        left = {1: (dots - picture.width) // 2, 2: dots - picture.width}.get(mark.align, 0)
        paper.paste(picture, (_MARGIN + max(left, 0), top))
        top += picture.height
    out = BytesIO()
    paper.save(out, "PNG", optimize=True)
    return out.getvalue()


def _picture(mark: Mark) -> "Image":
    from PIL import Image

    if mark.glyphs:
        return _line_picture(mark.glyphs)
    if mark.raster:
        size = (mark.row_bytes * 8, len(mark.raster) // mark.row_bytes)
        return Image.frombytes("1", size, bytes(byte ^ 0xFF for byte in mark.raster)).convert("L")
    if mark.qr:
        import segno

        out = BytesIO()
        segno.make_qr(mark.qr, error="M").save(out, kind="png", scale=mark.module, border=0)
        return Image.open(out).convert("L")
    return Image.new("L", (1, mark.white), 255)


def _line_picture(glyphs: tuple[Glyph, ...]) -> "Image":
    """A printed line: characters stand on one baseline, each in its own cell."""
    from PIL import Image

    down = max(glyph.height for glyph in glyphs) * _CELL
    picture = Image.new("L", (sum(glyph.dots for glyph in glyphs), max(down, _SPACING)), 255)
    left = 0
    for glyph in glyphs:
        picture.paste(_glyph_picture(glyph), (left, down - glyph.height * _CELL))
        left += glyph.dots
    return picture


def _glyph_picture(glyph: Glyph) -> Any:
    from PIL import Image, ImageDraw

    scale = max(glyph.width, glyph.height)
    cell = Image.new("L", (glyph.cells * 12 * scale, _CELL * scale), 255)
    face = find_face("", glyph.bold)
    if face is not None:
        pen = ImageDraw.Draw(cell)
        pen.text((0, 21 * scale), glyph.character, font=load(face, _CELL * scale), fill=0, anchor="ls")
    return cell.resize((glyph.dots, _CELL * glyph.height))
