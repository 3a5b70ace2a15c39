"""Glyphs, areas and faults, which the drivers of LED signs share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from drivers.glyph import GETA, fit, glyph, wrap
from drivers.sign import AreaOptions, CardOptions, Faults
from hallctl.devices.contract import FaultsSeen
from tests.drivers.serial_bench import BenchPort


def lines(text: str, columns: int, rows: int) -> list[str]:
    return [b"".join(line).decode("gbk") for line in wrap(text, columns, rows)]


@pytest.mark.parametrize(
    ("text", "columns", "rows", "expected"),
    [
        ("请A012号到3号窗口", 8, 3, ["请A012号", "到3号窗", "口"]),
        ("请A012号到3号窗口", 7, 2, ["请A012", "号到3号"]),
        ("综合 受理", 4, 2, ["综合", "受理"]),
        ("综合  ", 4, 2, ["综合"]),
        (" 综合", 5, 1, [" 综合"]),
        ("", 8, 2, [""]),
        ("号", 1, 3, [""]),
        ("e\u0301\u200b!", 2, 1, ["e!"]),
    ],
)
def test_text_is_wrapped_by_glyph(text: str, columns: int, rows: int, expected: list[str]) -> None:
    """V06."""
    assert lines(text, columns, rows) == expected


def test_what_a_font_does_not_have() -> None:
    assert (glyph("喆", "gb2312"), glyph("喆"), glyph("𠮷"), glyph("\t")) == (GETA, "喆".encode("gbk"), GETA, b" ")
    assert b"".join(fit("阿卜杜·拉—", 16, "gb2312")) == "阿卜杜·拉—".encode("gbk"), "GB2312 has both, at GBK's places"


@given(st.text(max_size=200), st.integers(1, 40), st.integers(1, 6))
def test_no_line_is_too_long_and_no_character_is_cut(text: str, columns: int, rows: int) -> None:
    """V06."""
    wrapped = lines(text, columns, rows)
    assert 1 <= len(wrapped) <= rows
    assert all(len(line.encode("gbk")) <= columns for line in wrapped)


def test_areas_lie_apart() -> None:
    left, right = (AreaOptions(area=n, x=64 * n, width=64, height=16) for n in (0, 1))
    assert not left.meets(right)
    assert left.meets(AreaOptions(area=2, x=63, width=8, height=8))
    assert not left.meets(AreaOptions(area=2, card=2, width=64, height=16))
    for second in ({"area": 0, "x": 64}, {"area": 1, "x": 63}):
        areas = {1: {"area": 0, "width": 64, "height": 16}, 2: {"width": 64, "height": 16, **second}}
        with pytest.raises(ValidationError):
            CardOptions.model_validate({"areas": areas})


def test_faults_are_told_when_they_change() -> None:
    port = BenchPort()
    faults = Faults(port)
    faults.mark(1, None)
    faults.mark(2, "device.silent")
    faults.mark(3, "device.silent")
    faults.mark(2, None)
    faults.mark(1, "display.busy")
    assert faults.of(3) == "device.silent"
    assert port.of(FaultsSeen) == [
        FaultsSeen(()),
        FaultsSeen(("device.silent",)),
        FaultsSeen(("device.silent", "display.busy")),
    ]
