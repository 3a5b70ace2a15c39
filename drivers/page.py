"""A page from what a scanner gives: checked to be a whole picture, made JPEG where it is another, turned upright.

Pillow decodes every picture once, so that a damaged one is found here and not by the citizen who opens the file.
"""

from io import BytesIO
from typing import Final

from PIL import Image

from hallctl.devices.contract import ScannedPage

MOST_DOTS: Final = 80_000_000
"""A3 at 600 dpi has 70 million; a header that claims more is not believed."""

QUALITY: Final = 88

_FORMATS: Final = ("JPEG", "PNG", "PPM")
_TURNS: Final = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


def page_of(data: bytes, *, dpi: int | None = None, rotation: int = 0) -> ScannedPage:
    """The page, `rotation` (0, 90, 180, 270) degrees clockwise; ValueError for what is no whole picture.

    A JPEG that needs nothing done keeps its bytes. Blocks: meant for a thread.
    """
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > MOST_DOTS:
                raise ValueError(f"too large: {image.width}x{image.height}")
            image.load()
            if image.format == "JPEG" and image.mode in ("RGB", "L") and not rotation:
                return ScannedPage(with_tables(data), image.width, image.height, dpi)
            return _encoded(image, dpi, rotation)
    except (OSError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"no whole picture: {error}") from error


def _encoded(image: Image.Image, dpi: int | None, rotation: int) -> ScannedPage:
    plain = image if image.mode in ("RGB", "L") else image.convert("L" if image.mode in ("1", "I;16", "I") else "RGB")
    upright = plain.transpose(_TURNS[rotation]) if rotation else plain
    out = BytesIO()
    upright.save(out, "JPEG", quality=QUALITY, **({"dpi": (dpi, dpi)} if dpi else {}))
    return ScannedPage(out.getvalue(), upright.width, upright.height, dpi)


def with_tables(jpeg: bytes) -> bytes:
    """The JPEG with the standard Huffman tables if it has none: cameras leave them out of Motion JPEG (AVI1), and
    without them many programs cannot open the picture. What is no JPEG comes back as it is."""
    at = 2
    while jpeg[at : at + 1] == b"\xff" and len(jpeg) > at + 4:
        marker, size = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker == 0xC4:
            return jpeg
        if marker == 0xDA:
            return jpeg[:at] + _STANDARD_TABLES + jpeg[at:]
        at += 2 + max(size, 2)
    return jpeg


def _standard_tables() -> bytes:
    """The tables of ITU-T T.81 annex K.3, as every encoder writes them that does not make its own."""
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", optimize=False)
    jpeg, tables, at = out.getvalue(), b"", 2
    while jpeg[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] == 0xC4:
            tables += jpeg[at:end]
        at = end
    return tables


_STANDARD_TABLES: Final = _standard_tables()
