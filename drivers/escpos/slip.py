"""A slip as ESC/POS bytes.

Text that has GBK bytes goes to the printer's own Chinese font (``FS &``); a row with any other character is drawn
(`font`) and sent as a raster, so that no surname comes out as other signs. QR codes, rasters and the cut are
python-escpos's commands; its text and its status are not used: they guess code pages and take silence for paper.
"""

import logging
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any, Final

from drivers.escpos import font
from drivers.escpos.layout import QUIET, Placed, Row, in_rom, place
from drivers.escpos.options import EscposOptions
from hallctl.devices.contract import Blank, Qr, Slip

if TYPE_CHECKING:
    from PIL.Image import Image

BAND: Final = 96
"""Rows of one raster command; cheap printers have small buffers."""

_INITIAL: Final = b"\x1b\x40\x1c\x26"
"""ESC @, and FS & for Chinese text."""

_ALIGN: Final = {"left": 0, "center": 1, "right": 2}

_log = logging.getLogger(__name__)


def encode(slip: Slip, options: EscposOptions) -> bytes:
    """The bytes that print `slip`; the first use loads python-escpos (half a second): call it in a thread."""
    out = bytearray(_INITIAL)
    for placed in place(slip, options.width, options.kanji_magnify):
        out += _encoded(placed, options)
    return bytes(out)


def warm(options: EscposOptions) -> None:
    """Loads what the first `encode` would have to load: python-escpos, Pillow, the fonts."""
    _builder_class()
    for bold in (False, True):
        font.find_face(options.font, bold)


def _encoded(placed: Placed, options: EscposOptions) -> bytes:
    if isinstance(placed, Row):
        return _row(placed, options)
    if isinstance(placed, Qr):
        return _qr(placed)
    if isinstance(placed, Blank):
        return bytes((0x1B, 0x64, min(max(placed.lines, 0), 255)))
    return _cut(options.cut)


def _row(row: Row, options: EscposOptions) -> bytes:
    if row.rom:
        return _style(row) + row.text.encode("gbk") + _end(row)
    face = font.find_face(options.font, row.bold)
    if face is None:
        _tell_no_font()
        plain = "".join(character if in_rom(character) else font.MISSING for character in row.text)
        return _style(row) + plain.encode("gbk") + _end(row)
    picture = font.draw_line(row.text, face, row.width, row.height, row.bold, most=options.dots)
    picture = font.spaced(picture, row.height)
    return _style(replace(row, width=1, height=1, bold=False)) + _raster(picture)


def _style(row: Row) -> bytes:
    """Align, bold, size of Latin (GS !) and of Chinese characters (FS !, which only doubles)."""
    chinese = (0x04 if row.width > 1 else 0) | (0x08 if row.height > 1 else 0)
    latin = (row.width - 1) << 4 | (row.height - 1)
    return b"".join(
        (
            bytes((0x1B, 0x61, _ALIGN[row.align])),
            bytes((0x1B, 0x45, int(row.bold))),
            bytes((0x1C, 0x21, chinese)),
            bytes((0x1D, 0x21, latin)),
        )
    )


def _end(row: Row) -> bytes:
    """Line feed, and a little air below enlarged text (ESC J)."""
    return b"\n" if row.height == 1 else bytes((0x0A, 0x1B, 0x4A, font.LEADING))


def _qr(code: Qr) -> bytes:
    builder = _builder()
    builder._raw(bytes((0x1B, 0x61, 0x01, 0x1B, 0x4A, QUIET)))
    builder.qr(code.data, ec=1, size=min(max(code.module, 1), 16), model=2, native=True)
    builder._raw(b"\n")
    return bytes(builder.output)


def _raster(picture: "Image") -> bytes:
    builder = _builder()
    builder.image(picture.convert("RGB"), impl="bitImageRaster", fragment_height=BAND)
    return bytes(builder.output)


def _cut(mode: str) -> bytes:
    builder = _builder()
    if mode == "none":
        return b"\x1b\x64\x04"
    builder.cut("FULL", feed=mode == "full")
    return bytes(builder.output)


def _builder() -> Any:
    return _builder_class()()


@cache
def _builder_class() -> Any:
    """python-escpos's Dummy, which only collects bytes.

    Its import configures the root logger and leaves a temporary folder; both are undone. Its default profile
    prints a remark for each image unless the paper's width is known; any width passes, ours is kept by `layout`.
    """
    root = logging.getLogger()
    handlers = list(root.handlers)
    from escpos import capabilities
    from escpos.printer import Dummy

    for added in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(added)
    if Path(capabilities.pickle_dir).name.startswith("tmp"):
        rmtree(capabilities.pickle_dir, ignore_errors=True)

    data = {**capabilities.Profile.profile_data, "media": {"width": {"pixels": "65535", "mm": "80"}}}
    profile = type("HallProfile", (capabilities.Profile,), {"profile_data": data})

    def build() -> Any:
        return Dummy(profile=profile(features=data["features"]))

    return build


@lru_cache(maxsize=1)
def _tell_no_font() -> None:
    _log.warning("no Chinese font: rare characters are printed as %s; install fonts-noto-cjk", font.MISSING)
