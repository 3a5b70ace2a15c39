"""The strip codec against the captures, long texts, damaged streams and floods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.framing import Garbage, PadFrame
from drivers.glyph import GETA
from drivers.ledstrip.codec import Acknowledged, Colour, Command, StripCodec, StripFrame, fit
from drivers.ledstrip.emulator import _glyphs
from tests.drivers.serial_bench import capture

VECTORS = capture("led_simple_protocols.json")
SHOWN = VECTORS["show_addr1_A001"]


@pytest.mark.parametrize(
    ("name", "text", "colour"),
    [("ascii A001", "A001", Colour.RED), ("请A001号", "请A001号", Colour.RED), ("green", "A001", Colour.GREEN)],
)
def test_texts_are_encoded_and_decoded_as_captured(name: str, text: str, colour: Colour) -> None:
    frame = StripCodec().encode_text(1, text, colour, 16)
    assert frame.hex() == SHOWN[name]
    (message,) = StripCodec().feed(frame)
    assert isinstance(message, StripFrame)
    assert (message.address, message.command, message.encode()) == (1, Command.SHOW_TEXT, frame)


def test_showing_the_address_is_as_captured() -> None:
    frame = StripCodec().encode_show_address(1)
    assert frame.hex() == VECTORS["show_rom_addr1"]
    assert StripCodec().feed(frame) == [StripFrame(1, Command.SHOW_ADDRESS, b"")]


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("请A012号到3号窗口", 8, "请A012号"),
        ("请A012号到3号窗口", 9, "请A012号"),
        ("请A012号到3号窗口", 7, "请A012"),
        ("社会保障", 3, "社"),
        ("𠮷野家", 16, "〓野家"),
        ("阿卜杜·拉", 16, "阿卜杜·拉"),
        ("Äé", 16, "〓é"),
        ("a\tb\n", 16, "a b "),
        ("e\u0301\u200b!", 16, "e!"),
        ("€", 16, "〓"),
        ("", 16, ""),
    ],
)
def test_text_is_cut_by_glyph(text: str, columns: int, shown: str) -> None:
    """V06."""
    assert b"".join(fit(text, columns)).decode("gbk") == shown


@given(st.text(max_size=200), st.integers(1, 200))
def test_no_text_ever_ends_inside_a_character(text: str, columns: int) -> None:
    """V06: whatever the text, the emulator's own decoder finds whole GBK characters that fit."""
    glyphs = fit(text, columns)
    joined = b"".join(glyphs)
    assert len(joined) <= columns
    joined.decode("gbk")
    frame = StripCodec().encode_text(1, text, Colour.RED, columns)
    assert len(frame) <= 261
    assert _glyphs(frame[6:-1]) is not None


def test_the_geta_mark_is_wide() -> None:
    assert fit("☃", 16) == [GETA]


def test_empty_text_blanks_the_whole_strip() -> None:
    (message,) = StripCodec().feed(StripCodec().encode_text(1, "", Colour.RED, 4))
    assert isinstance(message, StripFrame)
    assert message.data == b" \x00" * 4


def test_both_acknowledgements() -> None:
    assert StripCodec().feed(b"\xaa") == [Acknowledged(None)]
    assert StripCodec().feed(bytes.fromhex("a09003a5aa")) == [Acknowledged(3)]


def test_an_aa_inside_a_frame_is_no_acknowledgement() -> None:
    pad = PadFrame(0xAA, 1, b"\xaa")
    strip = StripFrame(0xAA, Command.SHOW_TEXT, b"A\x00")
    stream = pad.encode() + strip.encode()
    for piece in (1, 2, len(stream)):
        codec = StripCodec()
        assert [one for at in range(0, len(stream), piece) for one in codec.feed(stream[at : at + piece])] == [
            pad,
            strip,
        ]


def test_damaged_frames_are_garbage() -> None:
    frame = bytes.fromhex(SHOWN["ascii A001"])
    assert StripCodec().feed(frame[:-1] + b"\x00") == [Garbage(len(frame), "checksum")]
    assert StripCodec().feed(b"\xa0\x90\x01\xa5\x02\x00") == [Garbage(6, "length")]
    assert StripCodec().feed(b"\xa0\x90\x01\x77\x00\x00") == [Garbage(6, "length")]
    codec = StripCodec()
    assert codec.feed(frame[:9]) == []
    assert codec.flush() == [Garbage(9, "cut")]
    assert len(codec.feed(frame)) == 1


@given(st.binary(max_size=600))
def test_fuzz_never_raises_nor_grows(data: bytes) -> None:
    codec = StripCodec()
    codec.feed(data)
    assert codec.pending < 261
    codec.flush()
    assert codec.feed(b"\xaa") == [Acknowledged(None)]
