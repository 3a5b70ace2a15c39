"""Pictures of pages: refused where damaged or huge, straightened and cut down to the sheet, one PDF without a loss."""

import re
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from hallctl.engine import picture
from hallctl.errors import DeviceFault
from tests.scanner import sheet


def on_a_mat(angle: float, width: int = 900, height: int = 700) -> bytes:
    """A white sheet of 400 × 560 with lines of writing, leaning by `angle` degrees to the right, on a dark ground."""
    paper = Image.new("RGBA", (400, 560), "white")
    pen = ImageDraw.Draw(paper)
    for line in range(60, 520, 40):
        pen.line((40, line, 360, line), fill="black", width=3)
    turned = paper.rotate(-angle, expand=True, resample=Image.Resampling.BICUBIC)
    ground = Image.new("RGB", (width, height), (40, 50, 45))
    ground.paste(turned, ((width - turned.width) // 2, (height - turned.height) // 2), turned)
    made = BytesIO()
    ground.save(made, "JPEG", quality=90)
    return made.getvalue()


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(BytesIO(jpeg)).convert("L")


def bright_share(jpeg: bytes) -> float:
    counts = opened(jpeg).histogram()
    return sum(counts[200:]) / sum(counts)


def test_a_jpeg_tells_its_size() -> None:
    assert picture.measured(sheet(width=321, height=123)) == (321, 123)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "page.damaged"),
        (b"GIF89a", "page.damaged"),
        (sheet()[:300], "page.damaged"),
        (sheet()[:-200], "page.damaged"),
        (b"\xff\xd8\xff\xd9", "page.damaged"),
        (b"\xff" * (picture.MOST_BYTES + 1), "page.too_large"),
    ],
)
def test_what_is_no_page_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(DeviceFault) as fault:
        picture.measured(content)
    assert fault.value.code == code


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_header() -> None:
    """A JPEG of a few kilobytes may claim 65,500 × 65,500 dots."""
    jpeg = bytearray(sheet())
    start = re.search(rb"\xff\xc0..\x08", bytes(jpeg), re.DOTALL)
    assert start is not None
    jpeg[start.end() : start.end() + 4] = (60_000).to_bytes(2, "big") * 2
    with pytest.raises(DeviceFault) as fault:
        picture.measured(bytes(jpeg))
    assert fault.value.code == "page.too_large"


def test_a_small_picture_keeps_the_shape() -> None:
    assert opened(picture.small(sheet(width=1000, height=500), 200)).size == (200, 100)
    with pytest.raises(DeviceFault):
        picture.small(b"nothing", 100)


def test_a_pdf_holds_the_jpegs_byte_for_byte_on_pages_of_their_size() -> None:
    first, second = sheet("one", 400, 800), sheet("two", 600, 300)
    made = picture.pdf([(first, 200), (second, None)])
    assert made.startswith(b"%PDF-")
    assert first in made
    assert second in made
    boxes = [[float(x) for x in box.split()] for box in re.findall(rb"/MediaBox \[ ?([\d. ]+)\]", made)]
    assert boxes[0][2:] == [144, 288]
    assert boxes[1][2:] == pytest.approx([841.89, 595.28], abs=0.01)
    assert made == picture.pdf([(first, 200), (second, None)]), "no date in it"


@pytest.mark.parametrize("angle", [-9.0, 4.0, 12.5])
def test_a_leaning_sheet_is_made_straight_and_cut_out(angle: float) -> None:
    """H05: straightened and cropped the sheet is as large as it is, and nothing but the sheet."""
    made = picture.improved(on_a_mat(angle), straighten=True, crop=True)
    width, height = picture.measured(made)
    assert (width, height) == (pytest.approx(400, abs=8), pytest.approx(560, abs=8))
    assert bright_share(made) > 0.85


def test_cropping_alone_cuts_and_straightening_alone_turns() -> None:
    cut = picture.improved(on_a_mat(0), straighten=False, crop=True)
    assert picture.measured(cut) == (pytest.approx(400, abs=6), pytest.approx(560, abs=6))
    turned = picture.improved(on_a_mat(6), straighten=True, crop=False)
    width, height = picture.measured(turned)
    assert width > 900
    assert height > 700
    rows = [row for row in range(height) if opened(turned).getpixel((width // 2, row))]
    assert rows
    assert picture.improved(turned, straighten=True, crop=False) == turned, "straight now"


def test_where_there_is_no_sheet_the_writing_is_made_level() -> None:
    page = Image.new("L", (900, 1200), 255)
    pen = ImageDraw.Draw(page)
    for line in range(100, 1100, 60):
        pen.line((80, line, 820, line), fill=0, width=4)
    leaning = BytesIO()
    page.rotate(-3, fillcolor=255).save(leaning, "JPEG")
    made = picture.improved(leaning.getvalue(), straighten=True, crop=True)
    again = picture.improved(made, straighten=True, crop=False)
    assert made != leaning.getvalue()
    assert again == made


@pytest.mark.parametrize("colour", ["white", "black"])
def test_an_empty_picture_stays_as_it_is(colour: str) -> None:
    made = BytesIO()
    Image.new("RGB", (300, 300), colour).save(made, "JPEG")
    assert picture.improved(made.getvalue(), straighten=True, crop=True) == made.getvalue()


def test_what_cannot_be_decoded_is_damaged() -> None:
    with pytest.raises(DeviceFault) as fault:
        picture.improved(b"nothing", straighten=True, crop=True)
    assert fault.value.code == "page.damaged"
    assert picture.can_straighten()
