"""Pictures of scanned pages: looked at, made small, straightened, put together as one PDF.

Everything here computes: call it from a thread. The libraries are imported when they are first wanted: most starts need
none of them. Straightening and cropping need OpenCV (``hallctl[straighten]``).
"""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from io import BytesIO
from typing import Any, Final

from hallctl.errors import DeviceFault

MOST_BYTES: Final = 16 * 1024 * 1024
MOST_DOTS: Final = 60_000_000
"""A3 at 400 dpi has 31 million; a picture of more would take too much memory to be looked at."""

END: Final = b"\xff\xd9"
"""JPEG's end of image; some devices put a little behind it."""

QUALITY: Final = 92
SHEET: Final = (0.15, 0.98)
"""A sheet of paper covers so much of the picture; what covers more is the picture itself."""

STEEPEST: Final = 20.0
"""Degrees; what leans more is meant so."""

Layout = Callable[[int, int, tuple[float, float]], tuple[float, float, float, float]]


def measured(jpeg: bytes) -> tuple[int, int]:
    """Width and height of a JPEG, by its own header; DeviceFault ``page.damaged`` or ``page.too_large``."""
    from PIL import Image, UnidentifiedImageError

    if len(jpeg) > MOST_BYTES:
        raise DeviceFault("page.too_large", detail=f"{len(jpeg)} bytes")
    try:
        with Image.open(BytesIO(jpeg), formats=("JPEG",)) as picture:
            width, height = picture.size
    except Image.DecompressionBombError as error:
        raise DeviceFault("page.too_large", detail=str(error)) from error
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise DeviceFault("page.damaged", detail=type(error).__name__) from error
    if width * height > MOST_DOTS:
        raise DeviceFault("page.too_large", detail=f"{width}x{height}")
    if END not in jpeg[-1024:]:
        raise DeviceFault("page.damaged", detail="no end of image")
    return width, height


def small(jpeg: bytes, side: int) -> bytes:
    """The picture as JPEG with at most `side` dots each way; it is decoded at a fraction of its size."""
    from PIL import Image

    try:
        with Image.open(BytesIO(jpeg), formats=("JPEG",)) as picture:
            picture.draft("RGB", (side, side))
            made = picture.convert("RGB")
    except (OSError, ValueError) as error:
        raise DeviceFault("page.damaged", detail=type(error).__name__) from error
    made.thumbnail((side, side))
    kept = BytesIO()
    made.save(kept, "JPEG", quality=80)
    return kept.getvalue()


def pdf(pages: Sequence[tuple[bytes, int | None]]) -> bytes:
    """One PDF of the JPEGs as they are, byte for byte, each on a page of its true size; one whose dpi nobody knows (a
    camera's) fills an A4 page."""
    import img2pdf

    layout = _layout([dpi for _jpeg, dpi in pages])
    made: bytes = img2pdf.convert(
        [jpeg for jpeg, _dpi in pages],
        layout_fun=layout,
        nodate=True,
        producer="hallctl",
        rotation=img2pdf.Rotation.ifvalid,
        first_frame_only=True,
        engine=img2pdf.Engine.internal,
    )
    return made


def _layout(dpis: Sequence[int | None]) -> Layout:
    """How img2pdf lays out each page, asked in their order."""
    import img2pdf

    left = iter(dpis)
    a4 = (img2pdf.mm_to_pt(210), img2pdf.mm_to_pt(297))

    def lay_out(width: int, height: int, _ndpi: tuple[float, float]) -> tuple[float, float, float, float]:
        dpi = next(left)
        if dpi is not None:
            across, down = width * 72 / dpi, height * 72 / dpi
            return across, down, across, down
        page = a4 if height >= width else a4[::-1]
        scale = min(page[0] / width, page[1] / height)
        return *page, width * scale, height * scale

    return lay_out


# ---------------------------------------------------------------- straighten and crop


def can_straighten() -> bool:
    """Whether OpenCV is installed; it is not loaded for this."""
    return find_spec("cv2") is not None


def improved(jpeg: bytes, *, straighten: bool, crop: bool) -> bytes:
    """The picture turned upright and cut down to the sheet of paper in it; as it was where neither is to be found."""
    import cv2
    import numpy as np

    try:
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        if picture is None:
            raise DeviceFault("page.damaged", detail="cannot be decoded")
        made = _improved(picture, straighten, crop)
        return jpeg if made is picture else _encoded(made)
    except cv2.error as error:
        raise DeviceFault("page.damaged", detail=str(error)[:200]) from error


def _improved(picture: Any, straighten: bool, crop: bool) -> Any:
    """The picture itself where nothing was to be done."""
    import numpy as np

    corners = _sheet(picture)
    angle = _lean(picture, corners) if straighten else 0.0
    if angle:
        picture, corners = _turned(picture, corners, angle)
    if not crop or corners is None:
        return picture
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    return picture[top:bottom, left:right]


def _encoded(picture: Any) -> bytes:
    import cv2

    _done, made = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return made.tobytes()


def _sheet(picture: Any) -> Any:
    """The corners (4×2) of the bright sheet on a darker ground, or None."""
    import cv2

    scale = min(1.0, 1000 / max(picture.shape[:2]))
    gray = cv2.cvtColor(cv2.resize(picture, None, fx=scale, fy=scale), cv2.COLOR_BGR2GRAY)
    _level, bright = cv2.threshold(cv2.GaussianBlur(gray, (7, 7), 0), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    outlines, _tree = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    box = cv2.minAreaRect(max(outlines, key=cv2.contourArea))
    share = box[1][0] * box[1][1] / gray.size
    return cv2.boxPoints(box) / scale if SHEET[0] < share < SHEET[1] else None


def _lean(picture: Any, corners: Any) -> float:
    """Degrees by which the sheet, or else the writing, leans to the right; 0 where it does not or nobody can tell."""
    import cv2
    import numpy as np

    if corners is not None:
        edges = corners - np.roll(corners, 1, axis=0)
        across, down = max(edges, key=lambda edge: float(np.hypot(*edge)))
        angle = float(np.degrees(np.arctan2(down, across)))
        angle = (angle + 45) % 90 - 45
    else:
        scale = min(1.0, 1000 / max(picture.shape[:2]))
        edges = cv2.Canny(cv2.cvtColor(cv2.resize(picture, None, fx=scale, fy=scale), cv2.COLOR_BGR2GRAY), 50, 150)
        lines = cv2.HoughLinesP(edges, 1, np.pi / 1800, 120, minLineLength=150, maxLineGap=20)
        rows = lines.reshape(-1, 4) if lines is not None else ()
        angles = [np.degrees(np.arctan2(y2 - y1, x2 - x1)) for x1, y1, x2, y2 in rows]
        level = [each for each in angles if abs(each) <= STEEPEST]
        angle = float(np.median(level)) if level else 0.0
    return angle if 0.1 < abs(angle) <= STEEPEST else 0.0


def _turned(picture: Any, corners: Any, angle: float) -> tuple[Any, Any]:
    """The picture turned back by `angle` on a larger white ground, and where the sheet is then."""
    import cv2
    import numpy as np

    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    across, down = int(height * sin + width * cos), int(height * cos + width * sin)
    turn[0, 2] += across / 2 - width / 2
    turn[1, 2] += down / 2 - height / 2
    made = cv2.warpAffine(picture, turn, (across, down), borderValue=(255, 255, 255))
    moved = None if corners is None else np.hstack([corners, np.ones((4, 1))]) @ turn.T
    return made, moved
