"""Slips as bytes: what a printer with a Chinese ROM makes of them, told by the emulated one."""

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.escpos import font, layout, slip
from drivers.escpos.emulated_paper import Mark, Paper, codes_of, text_of
from drivers.escpos.emulated_stream import Stream
from drivers.escpos.options import EscposOptions
from hallctl.devices.contract import Blank, Cut, Qr, Rule, Slip, SlipLine, Text

OPTIONS = EscposOptions()


def printed(lines: tuple[SlipLine, ...], options: EscposOptions = OPTIONS) -> tuple[Mark, ...]:
    """The marks on the paper after `lines` and a cut."""
    paper = Paper(options.width)
    for order in Stream().feed(slip.encode(Slip((*lines, Cut())), options)):
        paper.put(order)
    assert list(paper.unknown) == []
    assert not paper.unfinished
    return paper.slips[-1]


def text_bytes(lines: tuple[SlipLine, ...]) -> list[bytes]:
    orders = Stream().feed(slip.encode(Slip(lines), OPTIONS))
    return [order.raw for order in orders if order.name == "text"]


TICKET = (
    Text("永安镇便民服务中心", 2, 2, "center", True),
    Rule(),
    Text("A012", 4, 4, "center", True),
    Text("社会保险（缴费）：前面还有 3 人·请等候", 1, 2),
    Blank(2),
    Qr("https://hall.example/t/8f3a", 6),
)


def test_t04_the_label_comes_out_as_printed() -> None:
    """T04: hall, service, number, people ahead and QR are on the paper."""
    marks = printed(TICKET)
    assert text_of(marks) == ["永安镇便民服务中心", "-" * 48, "A012", "社会保险（缴费）：前面还有 3 人·请等候"]
    assert codes_of(marks) == ["https://hall.example/t/8f3a"]
    label = next(mark for mark in marks if "".join(g.character for g in mark.glyphs) == "A012")
    assert {(g.width, g.height, g.bold) for g in label.glyphs} == {(4, 4, True)}
    assert label.align == 1
    heading = next(mark for mark in marks if mark.glyphs and mark.glyphs[0].character == "永")
    assert {(g.width, g.height) for g in heading.glyphs} == {(2, 2)}


def test_t04_bytes_are_gbk_in_chinese_mode() -> None:
    """T04: Chinese mode is on before the first text; text is one or two bytes a character, no code page is chosen."""
    data = slip.encode(Slip(TICKET), OPTIONS)
    assert data.startswith(b"\x1b\x40\x1c\x26")
    assert b"\x1bt" not in data
    assert text_bytes(TICKET)[-1].decode("gbk") == "社会保险（缴费）：前面还有 3 人·请等候"


@pytest.mark.parametrize("text", ["·", "（）：", "〇", "Ａ０３２", "￥12", "—", "，。"])
def test_t04_signs_of_gbk_are_text(text: str) -> None:
    assert text_bytes((Text(text),)) == [text.encode("gbk")]


@pytest.mark.parametrize("text", ["㼆", "䶮", "𠮷", "㛃", "赵䶮先生", "A㼆1"])
def test_t04_rare_characters_are_drawn(text: str) -> None:
    """T04: what GBK lacks is sent as a picture with dots in it, and no byte of it as text."""
    marks = printed((Text(text, align="center"), Text("A001")))
    picture = marks[0]
    assert text_of(marks) == ["[picture]", "A001"]
    assert sum(byte.bit_count() for byte in picture.raster) > 40
    assert picture.align == 1
    assert picture.row_bytes * 8 <= OPTIONS.dots


def test_rare_characters_are_drawn_at_the_size_asked_for() -> None:
    (mark, *_) = printed((Text("䶮", 2, 3),))
    assert mark.row_bytes == 6
    assert len(mark.raster) // mark.row_bytes == 72 + font.LEADING


def test_two_rare_characters_look_different() -> None:
    assert printed((Text("䶮"),))[0].raster != printed((Text("㼆"),))[0].raster


def test_yen_and_odd_spaces_are_given_a_form_that_printers_have() -> None:
    assert text_bytes((Text("¥12\u00a0元"),)) == ["￥12 元".encode("gbk")]


def test_large_chinese_is_drawn_where_the_printer_only_doubles() -> None:
    """FS ! doubles at most: beyond it a picture; where the option says that GS ! enlarges all, text."""
    assert text_of(printed((Text("号", 3, 3),))) == ["[picture]"]
    assert text_of(printed((Text("号", 3, 3),), EscposOptions(kanji_magnify=4))) == ["号"]


def test_a_long_picture_is_sent_in_bands_no_wider_than_the_paper() -> None:
    marks = printed((Text("䶮" * 30, 4, 4),))
    assert all(mark.row_bytes * 8 <= OPTIONS.dots for mark in marks)
    assert all(len(mark.raster) // mark.row_bytes <= slip.BAND for mark in marks if mark.raster)


def test_without_any_font_a_rare_character_is_a_blot_and_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_face(*_: Any) -> None:
        return None

    monkeypatch.setattr(font, "find_face", no_face)
    slip._tell_no_font.cache_clear()
    with caplog.at_level(logging.WARNING):
        lines = text_bytes((Text("王䶮"), Text("李𠮷")))
    assert [line.decode("gbk") for line in lines] == ["王〓", "李〓"]
    assert [record.message for record in caplog.records].count(caplog.records[0].message) == 1
    assert "䶮" not in caplog.text


def test_a_character_no_font_has_is_a_blot() -> None:
    face = font.find_face()
    assert face is not None, "install a Chinese font: apt-get install fonts-noto-cjk"
    assert font.has_glyph(face, "永")
    assert not font.has_glyph(face, "\U0001f600")


def test_a_font_option_that_points_nowhere_falls_back(caplog: pytest.LogCaptureFixture) -> None:
    assert font.find_face("/nonexistent/font.ttf") == font.find_face()


@pytest.mark.parametrize(("mode", "end"), [("partial", "1d564200"), ("full", "1b64061d5600"), ("none", "1b6404")])
def test_the_cut(mode: Any, end: str) -> None:
    assert slip.encode(Slip((Cut(),)), EscposOptions(cut=mode)).hex().endswith(end)


def test_the_qr_code_is_the_printers_own() -> None:
    data = slip.encode(Slip((Qr("A001", 6),)), OPTIONS).hex()
    assert "1d286b0400314132001d286b03003143061d286b03003145311d286b0700315030413030311d286b0300315130" in data


@given(st.lists(st.text(max_size=40), max_size=3))
def test_text_can_never_become_a_command(texts: list[str]) -> None:
    """Whatever stands in a text, the printer hears only the commands of an ordinary slip."""
    data = slip.encode(Slip(tuple(Text(text) for text in texts)), OPTIONS)
    names = {order.name for order in Stream().feed(data)}
    assert names <= {"ESC @", "FS &", "ESC a", "ESC E", "FS !", "GS !", "text", "LF", "ESC J", "GS v"}


@given(st.text(max_size=120), st.integers(6, 48))
def test_no_row_is_too_long(text: str, width: int) -> None:
    pieces = layout.broken(layout.cleaned(text), width)
    assert all(sum(map(layout.columns, piece)) <= width for piece in pieces)
    assert "".join(pieces).replace(" ", "") == layout.cleaned(text).replace(" ", "")


def test_rows_end_where_people_would_end_them() -> None:
    assert layout.broken("请到二楼（东侧）窗口咨询。", 24) == ["请到二楼（东侧）窗口咨", "询。"]
    assert layout.broken("go to counter three", 10) == ["go to", "counter", "three"]
    assert layout.broken("", 10) == [""]


def test_headings_are_broken_in_even_halves() -> None:
    lines = text_of(printed((Text("永安镇便民服务中心", 2, 2, "center"),), EscposOptions(width=32)))
    assert lines == ["永安镇便民", "服务中心"]


@pytest.mark.parametrize("width", [32, 48])
def test_the_printer_never_breaks_a_row_itself(width: int) -> None:
    """What the layout says is what the paper shows, on both paper widths."""
    options = EscposOptions(width=width)
    lines = (Text("请在休息区等候，注意呼叫及大屏显示信息。过号请到导办台。", 1, 2), Text("A012" * 9, 2, 2))
    rows = [row.text for row in layout.place(Slip(lines), width) if isinstance(row, layout.Row)]
    assert text_of(printed(lines, options)) == rows
