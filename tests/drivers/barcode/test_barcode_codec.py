"""The reader's codec against the captures, damaged streams and floods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.barcode.codec import (
    MOST,
    OUTPUT,
    PING,
    READ,
    SAVE,
    TRIGGER,
    WRITE,
    Answer,
    LineCodec,
    Message,
    Scan,
    WedgeCodec,
    crc,
    encode,
    text_of,
)
from drivers.barcode.emulator import check
from drivers.emulated_input import event, stroke, typed
from drivers.framing import Garbage
from tests.drivers.serial_bench import capture

VECTORS = capture("gm65.json")
COMMANDS = {name: bytes.fromhex(value) for name, value in VECTORS["commands"].items()}
ANSWERS = {name: bytes.fromhex(value) for name, value in VECTORS["answers"].items()}
CODES = {name: bytes.fromhex(value) for name, value in VECTORS["codes"].items()}


@pytest.mark.parametrize(
    ("name", "frame"),
    [
        ("trigger", encode(WRITE, TRIGGER, b"\x01")),
        ("set_baud_9600", encode(WRITE, 0x2A, b"\x39\x01")),
        ("get_baud", encode(READ, 0x2A, b"\x02")),
        ("reset", encode(WRITE, 0xD9, b"\x50")),
        ("sleep", encode(WRITE, 0xD9, b"\xa5")),
        ("wake", encode(WRITE, 0xD9, b"\x00")),
        ("save", encode(SAVE)),
        ("ping", encode(PING)),
    ],
)
def test_commands_are_as_captured(name: str, frame: bytes) -> None:
    assert frame == COMMANDS[name]


def test_every_captured_command_is_here() -> None:
    assert len(COMMANDS) == 8


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("done", Answer(b"\x00")),
        ("setting_60_is_1", Answer(b"\x01")),
        ("baud_9600", Answer(b"\x39\x01")),
        ("alive", Answer(b"\x00", alive=True)),
        ("code_with_length", Scan(b"0321563840")),
        ("all_settings", Answer(ANSWERS["all_settings"][4:-2])),
    ],
)
def test_answers_are_as_captured(name: str, message: Message) -> None:
    for piece in (1, 3, 200):
        codec, frame = LineCodec(answers=True), ANSWERS[name]
        assert [m for at in range(0, len(frame), piece) for m in codec.feed(frame[at : at + piece])] == [message]
        assert codec.pending == 0


@pytest.mark.parametrize("answers", [False, True])
def test_captured_codes(answers: bool) -> None:
    for name in CODES:
        (scan,) = LineCodec(answers=answers).feed(CODES[name])
        assert isinstance(scan, Scan)
        assert text_of(scan.data) == "8711218972875"


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t", b"\x03"])
def test_every_end_ends_a_code_byte_by_byte_and_glued(end: bytes) -> None:
    stream = b"A012" + end + "张三".encode() + end + b"x" + end
    for piece in (1, 2, len(stream)):
        codec = LineCodec()
        found = [m for at in range(0, len(stream), piece) for m in codec.feed(stream[at : at + piece])]
        assert found == [Scan(b"A012"), Scan("张三".encode()), Scan(b"x")]
        assert codec.pending == 0


def test_stx_begins_a_code_anew() -> None:
    assert LineCodec().feed(b"half\x02A012\x03\x02\x03") == [Garbage(4, "cut"), Scan(b"A012")]


def test_answers_and_codes_mixed_and_cut_lose_no_code() -> None:
    stream = ANSWERS["done"] + b"A012\r\n" + ANSWERS["alive"] + b"half" + ANSWERS["done"] + b"\x02A013\x03"
    expected = [
        Answer(b"\x00"),
        Scan(b"A012"),
        Answer(b"\x00", True),
        Garbage(4, "cut"),
        Answer(b"\x00"),
        Scan(b"A013"),
    ]
    for piece in (1, 2, 7, len(stream)):
        codec = LineCodec(answers=True)
        found = [m for at in range(0, len(stream), piece) for m in codec.feed(stream[at : at + piece])]
        assert found + codec.flush() == expected, "a last 03 may begin an answer until the line is silent"


@pytest.mark.parametrize("bad", [b"\x02\x00\x00\x01\x00\x33\x32", b"\x03\x00\x00\x01\x00\x00\x00", b"\x02\x00\x00\xff"])
def test_a_false_answer_is_no_answer_and_the_next_one_is_found(bad: bytes) -> None:
    codec = LineCodec(answers=True)
    found = codec.feed(bad) + codec.flush() + codec.feed(ANSWERS["done"])
    assert [m for m in found if not isinstance(m, Garbage)] == [Answer(b"\x00")]
    assert any(isinstance(m, Garbage) for m in found)


@pytest.mark.parametrize("text", [b"A0\x0012", b"\x01A012", b"A012\x7f", bytes(range(14, 32))])
def test_a_text_with_control_bytes_is_garbage_up_to_its_end(text: bytes) -> None:
    assert LineCodec().feed(text + b"\rA013\r") == [Garbage(len(text), "noise"), Scan(b"A013")]


def test_a_text_that_never_ends_is_bounded_and_garbage_up_to_its_end() -> None:
    codec = LineCodec()
    for _ in range(10):
        assert codec.feed(b"x" * 1000) == []
        assert len(codec._buffer) <= MOST
    assert codec.feed(b"tail\rA012\r") == [Garbage(10_004, "length"), Scan(b"A012")]


def test_silence_ends_a_code_only_where_the_reader_adds_no_end() -> None:
    codec = LineCodec()
    assert codec.feed(b"A0") == []
    assert codec.flush() == [Garbage(2, "cut")]
    codec.feed(b"A012")
    assert codec.flush(deliver=True) == [Scan(b"A012")]
    assert codec.flush(deliver=True) == []


# ---------------------------------------------------------------- keyboards


def test_a_keyboard_types_codes() -> None:
    data = typed("20261122-A001.abcdef0123") + stroke("kpenter") + typed("张三") + stroke("tab")
    for piece in (1, 24, len(data)):
        codec = WedgeCodec()
        found = [m for at in range(0, len(data), piece) for m in codec.feed(data[at : at + piece])]
        assert [text_of(m.data) for m in found if isinstance(m, Scan)] == ["20261122-A001.abcdef0123", "张三"]
        assert codec.pending == 0


def test_lost_events_make_the_code_garbage_and_not_another_code() -> None:
    codec = WedgeCodec()
    found = codec.feed(typed("A0") + event(0, 3, 0) + event(0, 0, 0) + typed("12") + stroke("enter"))
    assert found == [Garbage(2, "cut"), Scan(b"12")]


# ---------------------------------------------------------------- what a code says


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"12345678", "12345678"),
        ("张三".encode(), "张三"),
        ("张三㼆".encode("gb18030"), "张三㼆"),
        (b"]Q112345678", "12345678"),
        (b"]C0A012", "A012"),
        (b"  A012 ", "A012"),
        (b"]Q1", None),
        (b"   ", None),
        (b"\xff\xff", None),
    ],
)
def test_text_of_a_code(data: bytes, text: str | None) -> None:
    assert text_of(data) == text


def test_a_code_without_the_readers_own_additions_is_none() -> None:
    assert text_of(b"<A012>", "<", ">") == "A012"
    assert text_of(b"A012>", "<", ">") is None
    assert text_of(b"<A012", "<", ">") is None
    assert text_of(b"<", "<", "<") is None
    assert text_of(b"~]Q1A012", "~") == "A012"


def test_a_code_is_not_in_any_message() -> None:
    assert "999999" not in repr(Scan(b"99999919900101001X"))


# ---------------------------------------------------------------- floods


@given(st.lists(st.binary(max_size=400), max_size=6), st.booleans())
def test_fuzz_never_raises_nor_grows(pieces: list[bytes], answers: bool) -> None:
    codec = LineCodec(answers=answers)
    for piece in pieces:
        for message in codec.feed(piece):
            if isinstance(message, Scan):
                text_of(message.data)
        assert len(codec._buffer) <= MOST
    codec.flush()
    assert codec.pending == 0
    assert codec.feed(b"A012\r") == [Scan(b"A012")]


@given(st.lists(st.binary(max_size=400), max_size=6))
def test_fuzz_of_a_keyboard(pieces: list[bytes]) -> None:
    codec = WedgeCodec()
    for piece in pieces:
        codec.feed(piece)
    codec.flush(deliver=True)
    assert codec.pending == 0


@given(st.binary(max_size=300))
def test_the_emulators_own_check_sum_agrees(data: bytes) -> None:
    assert check(data) == crc(data).to_bytes(2, "big")


def test_settings_have_their_addresses() -> None:
    assert (TRIGGER, OUTPUT) == (0x02, 0x60)
