"""A dynamic area's bytes and texts, read by the emulator, which knows nothing of how they were made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.onbon.area import MOST_TEXT, Area
from drivers.onbon.emulator import _area
from tests.drivers.serial_bench import capture

EXAMPLE = bytes.fromhex(capture("onbon_bx_k.json")["frames"][0]["hex"])
SCREEN = Area(0, 0, 0, 128, 32)


def shown(area: Area, text: str, *, font: int = 16, charset: str = "gb2312", scroll: bool = False) -> dict[str, object]:
    number, found = _area(area.show(text, "red", font=font, charset=charset, scroll=scroll))  # type: ignore[arg-type]
    assert number == area.number
    assert found is not None
    return found


def test_the_example_of_the_document() -> None:
    data = SCREEN.encode("欢迎光临".encode("gb2312"), lines=2, align=0)
    assert data in EXAMPLE
    assert len(data) == 0x23


@pytest.mark.parametrize(
    ("width", "height", "text", "expected"),
    [
        (128, 16, "请A012号到3号窗口", "请A012号到3号窗"),
        (119, 16, "请A012号到3号窗口", "请A012号到3号"),
        (128, 32, "请A012号到3号窗口", "请A012号到3号窗\n口"),
        (64, 32, "请A012号到3号窗口", "请A012号\n到3号窗"),
        (64, 16, "𠮷野家", "〓野家"),
        (64, 16, "C:\\C1\\n", "C:＼C1＼"),
        (64, 16, "", ""),
        (8, 16, "号", ""),
        (128, 8, "低于一行", "低于一行"),
    ],
)
def test_text_is_cut_by_glyph_on_as_many_lines_as_there_are(width: int, height: int, text: str, expected: str) -> None:
    """V06."""
    found = shown(Area(3, 0, 0, width, height), text)
    assert (found["text"], found["motion"]) == (expected, "still")
    assert (found["font"], found["colour"]) == ("O000 E000", "red")


def test_larger_fonts_take_more_room() -> None:
    """V06."""
    assert shown(SCREEN, "请A012号到3号窗口", font=32)["text"] == "请A012号"
    assert shown(SCREEN, "请A012号到3号窗口", font=24)["text"] == "请A012号到"
    assert shown(SCREEN, "请", font=24)["font"] == "O001 E001"


def test_gbk_cards_show_what_gb2312_does_not_have() -> None:
    assert shown(SCREEN, "王喆镕誠")["text"] == "王〓〓〓"
    assert shown(SCREEN, "王喆镕誠", charset="gbk")["text"] == "王喆镕誠"


def test_a_long_text_moves_where_that_is_wanted() -> None:
    long = "紧急疏散请听从工作人员指挥" * 3
    found = shown(Area(0, 0, 0, 64, 16), long, scroll=True)
    assert (found["text"], found["motion"]) == (long, "left")
    assert shown(Area(0, 0, 0, 64, 16), "疏散", scroll=True)["motion"] == "still"


def test_the_place_on_the_screen() -> None:
    found = shown(Area(7, 33, 16, 100, 24), "3")
    assert [found[key] for key in ("x", "y", "width", "height")] == [33, 16, 100, 24]


@given(st.text(max_size=600), st.integers(8, 4096), st.integers(8, 4096), st.sampled_from([16, 24, 32]), st.booleans())
def test_no_text_is_ever_cut_inside_a_character_or_too_long(
    text: str, width: int, height: int, font: int, scroll: bool
) -> None:
    """V06."""
    area = Area(0, 0, 0, width, height)
    shown(area, text, font=font, scroll=scroll)
    assert len(area.show(text, "green", font=font, charset="gb2312", scroll=scroll)) <= MOST_TEXT + 64
