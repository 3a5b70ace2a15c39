"""The preview and the emulated paper as pictures: black on white, and the label large."""

from io import BytesIO

import pytest
from PIL import Image

from drivers.escpos import preview, slip
from drivers.escpos.driver import DRIVER
from drivers.escpos.emulated_paper import Paper, drawn
from drivers.escpos.emulated_stream import Stream
from drivers.escpos.options import EscposOptions
from hallctl.devices.contract import Blank, Cut, Qr, Rule, Slip, Text

SLIP = Slip(
    (
        Text("永安镇便民服务中心", 2, 2, "center", True),
        Rule(),
        Text("A012", 4, 4, "center", True),
        Text("您前面还有 3 人 㼆"),
        Blank(),
        Qr("https://hall.example/t/8f3a", 6),
        Cut(),
    )
)


def picture(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("L")


def blacks(image: Image.Image) -> int:
    return image.histogram()[0]


def box_of_ink(image: Image.Image) -> tuple[int, int, int, int]:
    box = image.point(lambda level: 255 - level).getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("width", [32, 48])
def test_the_preview_is_as_wide_as_the_paper(width: int) -> None:
    assert DRIVER.preview is not None
    image = picture(DRIVER.preview(SLIP, EscposOptions(width=width)))
    assert image.width == width * 12 + 2 * preview.MARGIN
    assert image.getpixel((0, 0)) == 255
    assert set(image.getcolors() or []) == {(blacks(image), 0), (image.width * image.height - blacks(image), 255)}
    assert 0.03 < blacks(image) / (image.width * image.height) < 0.35


def test_the_label_is_large_and_in_the_middle() -> None:
    """T04: the label's dots are there, at least 60 high, centred to a few dots."""
    image = picture(preview.preview(Slip((Text("A012", 4, 4, "center", True),)), EscposOptions()))
    left, top, right, bottom = box_of_ink(image)
    assert bottom - top >= 60
    assert right - left >= 160
    assert abs((left + right) / 2 - image.width / 2) < 8


def test_bold_and_a_rare_character_are_visible() -> None:
    plain = blacks(picture(preview.preview(Slip((Text("号码"),)), EscposOptions())))
    bold = blacks(picture(preview.preview(Slip((Text("号码", bold=True),)), EscposOptions())))
    rare = blacks(picture(preview.preview(Slip((Text("㼆"),)), EscposOptions())))
    assert bold > plain > 0
    assert rare > 40


def test_an_empty_slip_has_a_preview() -> None:
    assert picture(preview.preview(Slip(()), EscposOptions())).width == 640


@pytest.mark.parametrize("width", [32, 48])
def test_preview_and_paper_agree(width: int) -> None:
    """The emulated paper, from the bytes, has the same width and nearly the same ink as the preview."""
    options = EscposOptions(width=width)
    paper = Paper(width)
    for order in Stream().feed(slip.encode(SLIP, options)):
        paper.put(order)
    printed, expected = picture(drawn(paper.slips[0], width)), picture(preview.preview(SLIP, options))
    assert printed.width == expected.width
    assert abs(printed.height - expected.height) < 100
    ink = sum(printed.histogram()[:128])
    assert 0.8 < ink / blacks(expected) < 1.25
