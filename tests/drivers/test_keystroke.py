"""Input events → keys → what they type, against the captures, damaged streams and floods."""

import sys
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.emulated_input import CHARACTERS, SHIFTED, event, move, stroke, typed
from drivers.framing import Garbage
from drivers.keystroke import EVENT, EventsLost, KeyEvent, KeyStream, Typist
from tests.drivers.serial_bench import capture

CASES = capture("input_events.json")["cases"]
NATIVE = pytest.mark.skipif(
    EVENT.size != 24 or sys.byteorder != "little", reason="the captures are of 64-bit little-endian machines"
)
A, ENTER_KEY = 30, 28


def type_out(data: bytes) -> bytes:
    """What the events type, to the first Enter."""
    typist = Typist()
    events = [found for found in KeyStream().feed(data) if isinstance(found, KeyEvent)]
    return b"".join(map(typist.type, events)).partition(b"\r")[0]


@NATIVE
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_captured_events_type_what_they_should(case: dict[str, str]) -> None:
    stream, typist, out = KeyStream(), Typist(), b""
    for found in stream.feed(bytes.fromhex(case["hex"])):
        if isinstance(found, KeyEvent):
            out += typist.type(found)
        elif isinstance(found, EventsLost):
            out = b""
    assert out == case["text"].encode("gbk") + b"\r"


def test_every_character_of_the_us_layout() -> None:
    text = "".join(map(chr, range(0x20, 0x7F)))
    assert len(CHARACTERS) + len(SHIFTED) + 26 == 95
    assert type_out(typed(text)) == text.encode()


def test_characters_outside_of_ascii_are_alt_and_their_code() -> None:
    assert type_out(typed("张三·A")) == "张三·A".encode("gbk")


def test_control_characters_and_keys_without_one() -> None:
    held = move(29, 1) + stroke("]") + stroke("j") + move(29, 0)
    assert type_out(held + stroke("home") + stroke("f1") + stroke("numlock") + stroke("a")) == b"\x1d\na"


def test_caps_turns_letters_only_and_shift_turns_them_back() -> None:
    data = stroke("caps") + typed("aB1!") + stroke("caps") + typed("a")
    assert type_out(data) == b"Ab1!a"


def test_alt_without_a_code_and_with_one_too_large_types_nothing() -> None:
    alt = 56
    large = b"".join(stroke(f"kp{digit}") for digit in "99999")
    data = move(alt, 1) + move(alt, 0) + move(alt, 1) + large + move(alt, 0) + move(alt, 1) + stroke("a") + move(alt, 0)
    assert type_out(data + stroke("b")) == b"b"


@pytest.mark.parametrize("piece", [1, 5, 24, 25, 10_000])
def test_pieces_of_any_size_are_the_same_events(piece: int) -> None:
    data = typed("A012-x") + stroke("enter")
    stream = KeyStream()
    found = [one for at in range(0, len(data), piece) for one in stream.feed(data[at : at + piece])]
    assert found == KeyStream().feed(data)
    assert stream.pending == 0


@given(nanoseconds=st.integers(0, (1 << 32) * 1_000_000_000))
def test_noise_before_and_between_events_is_told_and_lost(nanoseconds: int) -> None:
    """At any time of the clock: its bytes, out of step, must not look like an event of their own."""
    noise = b"\xff" * 10
    with patch("drivers.emulated_input.time.monotonic_ns", lambda: nanoseconds):
        data = noise + move(A, 1) + noise + move(A, 0)
    found = KeyStream().feed(data)
    assert found == [Garbage(10, "noise"), KeyEvent(A, 1), Garbage(10, "noise"), KeyEvent(A, 0)]


def test_half_an_event_is_given_up_when_the_keyboard_is_silent() -> None:
    stream = KeyStream()
    half = move(A, 1)[:30]
    assert stream.feed(half) == []
    assert stream.flush() == [Garbage(6, "cut")]
    assert stream.flush() == []
    assert stream.feed(move(A, 1)) == [KeyEvent(A, 1)]


def test_lost_events_void_all_up_to_the_next_report() -> None:
    data = event(0, 3, 0) + event(1, A, 1) + event(0, 0, 0) + move(ENTER_KEY, 1)
    assert KeyStream().feed(data) == [EventsLost(), KeyEvent(ENTER_KEY, 1)]


def test_after_lost_events_no_key_is_held() -> None:
    typist = Typist()
    typist.type(KeyEvent(42, 1))
    typist.reset()
    assert typist.type(KeyEvent(A, 1)) == b"a"


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_fuzz_never_raises_nor_grows_and_a_clean_event_is_found_again(pieces: list[bytes]) -> None:
    stream, typist = KeyStream(), Typist()
    for piece in pieces:
        for found in stream.feed(piece):
            if isinstance(found, KeyEvent):
                typist.type(found)
        assert stream.pending < EVENT.size
    stream.flush()
    stream.feed(event(0, 0, 0))
    assert stream.feed(move(A, 1)) == [KeyEvent(A, 1)]
