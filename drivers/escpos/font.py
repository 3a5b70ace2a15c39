"""Finds the font for what printers lack and for previews, and draws lines of it.

A character cell is 24 dots high, 12 wide for half-width and 24 for full-width characters, as in printers' ROMs.
Pillow is imported when something is drawn, never before.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

CELL: Final = 24
"""Dots of a full-width character, and of a line's height."""

SPACING: Final = 30
"""Dots from one line of plain text to the next (ESC 2 at 203 dpi)."""

LEADING: Final = 8
"""Dots of white below a row of enlarged text (ESC J)."""

MISSING: Final = "〓"
"""The printers' mark for a character that cannot be shown."""

_PLACES: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-{weight}.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-{weight}.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-{weight}.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-{weight}.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-{weight}.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJKsc-{weight}.otf",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/wqy-zenhei/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
)
"""Where distributions keep Noto Sans CJK and WenQuanYi."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font file; `index` counts the faces of a collection."""

    path: str
    index: int


@lru_cache(maxsize=16)
def find_face(path: str = "", bold: bool = False) -> Face | None:
    """The face to draw with: that of `path`, else of the first font known places have; None where there is none.

    In a collection the monospaced simplified Chinese face is taken: its Latin letters are half-width.
    """
    if path:
        places = [path]
    else:
        weights = ("Bold", "Regular") if bold else ("Regular",)
        places = [place.format(weight=weight) for weight in weights for place in _PLACES]
    for place in places:
        if Path(place).is_file():
            index = _best_index(place)
            if index is not None:
                return Face(place, index)
    if path:
        _log.warning("font file %s cannot be used; looking for another", path)
        return find_face("", bold)
    return None


def _best_index(path: str) -> int | None:
    from PIL import ImageFont

    best, best_score = None, -1
    for index in range(32):
        try:
            family = str(ImageFont.truetype(path, CELL, index=index).getname()[0])
        except OSError:
            break
        score = 2 * ("Mono" in family) + (family.endswith(" SC") or "WenQuanYi" in family)
        if score > best_score:
            best, best_score = index, score
    return best


@lru_cache(maxsize=32)
def load(face: Face, size: int) -> "FreeTypeFont":
    """The face at `size` dots to the em."""
    from PIL import ImageFont

    return ImageFont.truetype(face.path, size, index=face.index)


@lru_cache(maxsize=4096)
def has_glyph(face: Face, character: str) -> bool:
    """Whether the face can draw the character; told by comparing with its picture of a missing one."""
    font = load(face, CELL)
    absent = font.getmask("\U0010ffff")
    picture = font.getmask(character)
    return bytes(picture) != bytes(absent) or picture.size != absent.size


@lru_cache(maxsize=8)
def _tell_missing(path: str) -> None:
    """Once for each font; not which character: it may be of a name."""
    _log.warning("font %s lacks a character of a slip; %s is printed for it", path, MISSING)


def draw_line(
    text: str, face: Face, width: int, height: int, bold: bool = False, most: int = 0, cells: Sequence[int] = ()
) -> "Image":
    """`text` as a 1-bit picture (0 black), `width` and `height` times a cell; squeezed to `most` dots if given.

    `cells`: half-widths of each character where they stand in cells as in a printer's ROM, not as the font has them.
    """
    from PIL import Image, ImageDraw

    shown = "".join(character if has_glyph(face, character) else MISSING for character in text)
    if shown != text:
        _tell_missing(face.path)
    scale = max(width, height)
    font = load(face, CELL * scale)
    across = sum(cells) * CELL // 2 * scale or max(1, round(font.getlength(shown)))
    picture = Image.new("L", (across, CELL * scale), 255)
    pen = ImageDraw.Draw(picture)
    stroke = scale // 2 if bold and "Bold" not in face.path else 0
    left = 0.0
    for character, half_widths in zip(shown, cells, strict=True) if cells else [(shown, 0)]:
        room = half_widths * CELL / 2 * scale
        inset = max(0.0, (room - font.getlength(character)) / 2)
        # Anchor "ls" puts the baseline where the ROM has it: 21 of 24 dots from the top, so nothing is cut below.
        at = (left + inset, CELL * scale * 21 // 24)
        pen.text(at, character, font=font, fill=0, anchor="ls", stroke_width=stroke)
        left += room
    size = (min(across * width // scale, most or across * width), CELL * height)
    if picture.size != size:
        picture = picture.resize((max(1, size[0]), size[1]), Image.Resampling.LANCZOS)
    return picture.point(lambda level: 255 if level > 144 else 0).convert("1", dither=Image.Dither.NONE)


def pitch(height: int) -> int:
    """Dots from a row of that height to the next: tall rows get a little air."""
    return SPACING if height == 1 else CELL * height + LEADING


def spaced(picture: "Image", height: int) -> "Image":
    """The picture of a row with the white below it that a printed row of that height has."""
    from PIL import Image

    padded = Image.new("1", (picture.width, pitch(height)), 1)
    padded.paste(picture, (0, 0))
    return padded
