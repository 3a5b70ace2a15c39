"""A slip drawn as it will look on paper: the same rows, the same line widths, one dot a pixel."""

from io import BytesIO
from typing import TYPE_CHECKING, Final

from drivers.escpos import font
from drivers.escpos.layout import QUIET, Placed, Row, columns, place
from drivers.escpos.options import EscposOptions
from hallctl.devices.contract import Blank, Qr, Slip

if TYPE_CHECKING:
    from PIL.Image import Image

MARGIN: Final = 32
"""White dots round the printable width, as the paper has them."""

_CUT_FEED: Final = 48


def preview(slip: Slip, options: EscposOptions) -> bytes:
    """PNG of `slip`, black on white, ``options.dots + 2 * MARGIN`` pixels wide."""
    from PIL import Image

    pictures = [_drawn(placed, options) for placed in place(slip, options.width, options.kanji_magnify)]
    paper = Image.new("1", (options.dots + 2 * MARGIN, sum(p.height for p in pictures) + 2 * MARGIN), 1)
    top = MARGIN
    for picture in pictures:
        paper.paste(picture, (MARGIN, top))
        top += picture.height
    out = BytesIO()
    paper.save(out, "PNG", optimize=True)
    return out.getvalue()


def _drawn(placed: Placed, options: EscposOptions) -> "Image":
    if isinstance(placed, Row):
        return _row(placed, options)
    if isinstance(placed, Qr):
        return _across(_qr(placed), "center", options.dots, above=QUIET, below=font.SPACING)
    if isinstance(placed, Blank):
        return _white(options.dots, font.SPACING * min(max(placed.lines, 0), 255))
    return _cut(options.dots)


def _row(row: Row, options: EscposOptions) -> "Image":
    face = font.find_face(options.font, row.bold)
    if face is None or not row.text:
        return _white(options.dots, font.pitch(row.height))
    cells = [columns(character) for character in row.text] if row.rom else ()
    picture = font.draw_line(row.text, face, row.width, row.height, row.bold, most=options.dots, cells=cells)
    return _across(font.spaced(picture, row.height), row.align, options.dots)


def _qr(code: Qr) -> "Image":
    import segno
    from PIL import Image

    out = BytesIO()
    segno.make_qr(code.data, error="M").save(out, kind="png", scale=min(max(code.module, 1), 16), border=0)
    return Image.open(out).convert("1")


def _cut(dots: int) -> "Image":
    """The feed to the knife and a dashed line where it cuts."""
    from PIL import ImageDraw

    paper = _white(dots, _CUT_FEED)
    pen = ImageDraw.Draw(paper)
    for left in range(0, dots, 12):
        pen.line((left, _CUT_FEED - 1, left + 5, _CUT_FEED - 1), fill=0)
    return paper


def _across(picture: "Image", align: str, dots: int, above: int = 0, below: int = 0) -> "Image":
    paper = _white(dots, above + picture.height + below)
    left = {"center": (dots - picture.width) // 2, "right": dots - picture.width}.get(align, 0)
    paper.paste(picture, (max(left, 0), above))
    return paper


def _white(dots: int, height: int) -> "Image":
    from PIL import Image

    return Image.new("1", (dots, height), 1)
