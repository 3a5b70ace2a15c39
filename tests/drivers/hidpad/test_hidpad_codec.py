"""Keys of digit keypads, and what they mean, against the captures, damaged streams and floods (H04)."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.emulated_input import event, move, stroke
from drivers.framing import Garbage
from drivers.hidpad.codec import KEYS, NAMES, CharacterCodec, Forget, KeyboardCodec, KeyPressed, Message, name_of
from drivers.hidpad.keymap import ACTIONS, NUMPAD, problem, resolve
from drivers.keystroke import EVENT
from hallctl.engine.inbox import PAD_ACTIONS
from tests.drivers.serial_bench import capture

CASES = [case for case in capture("input_events.json")["cases"] if "keys" in case]


def names(messages: list[Message]) -> list[str]:
    return [message.name for message in messages if isinstance(message, KeyPressed)]


@pytest.mark.skipif(EVENT.size != 24 or sys.byteorder != "little", reason="captures of 64-bit little-endian machines")
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_captured_events_are_keys_by_name(case: dict[str, str]) -> None:
    data = bytes.fromhex(case["hex"])
    for piece in (1, 24, 50, len(data)):
        codec = KeyboardCodec()
        found = [m for at in range(0, len(data), piece) for m in codec.feed(data[at : at + piece])]
        assert names(found) == list(case["keys"])
        assert codec.pending == 0


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        (("1", "kp1", "end"), "1"),
        (("2", "kp2", "down"), "2"),
        (("3", "kp3", "pagedown"), "3"),
        (("4", "kp4", "left"), "4"),
        (("5", "kp5"), "5"),
        (("6", "kp6", "right"), "6"),
        (("7", "kp7", "home"), "7"),
        (("8", "kp8", "up"), "8"),
        (("9", "kp9", "pageup"), "9"),
        (("0", "kp0", "insert"), "0"),
        ((".", "kp.", "delete"), "dot"),
        (("enter", "kpenter"), "enter"),
        (("-", "kp-"), "minus"),
        (("/", "kp/"), "slash"),
        (("kp+",), "plus"),
        (("kp*",), "star"),
        (("f1",), "f1"),
        (("backspace",), "backspace"),
    ],
)
def test_a_key_is_the_same_on_the_main_row_the_keypad_and_without_numlock(keys: tuple[str, ...], name: str) -> None:
    for key in keys:
        assert names(KeyboardCodec().feed(stroke(key))) == [name]


def test_numlock_shift_repeats_and_releases_are_no_keys() -> None:
    data = stroke("numlock") + move(42, 1) + move(28, 1) + move(28, 2) * 20 + move(28, 0) + move(42, 0)
    assert KeyboardCodec().feed(data) == [KeyPressed("enter")]


def test_lost_and_cut_events() -> None:
    codec = KeyboardCodec()
    assert codec.feed(event(0, 3, 0) + stroke("1") + stroke("2")) == [Forget(), KeyPressed("2")]
    codec.feed(stroke("1")[:-3])
    assert codec.flush() == [Garbage(21, "cut")]


@pytest.mark.parametrize(
    ("data", "framed", "keys"),
    [
        (b"15+", False, ["1", "5", "plus"]),
        (b"1\r", False, ["1", "enter"]),
        (b"1\r\n2\r\n", False, ["1", "enter", "2", "enter"]),
        (b"1\r\n2\r\n", True, ["1", "2"]),
        (b"\x021\x03\x02A\x03", False, ["1", "a"]),
        (b"#*\b", False, ["hash", "star", "backspace"]),
    ],
)
def test_serial_keypads(data: bytes, framed: bool, keys: list[str]) -> None:
    for piece in (1, len(data)):
        codec = CharacterCodec(framed=framed)
        assert names([m for at in range(0, len(data), piece) for m in codec.feed(data[at : at + piece])]) == keys


def test_bytes_that_are_no_characters_are_garbage() -> None:
    assert CharacterCodec().feed(b"\xff\xb2\x001") == [Garbage(3, "noise"), KeyPressed("1")]
    assert CharacterCodec().flush() == []
    assert name_of("²") is None, "a digit of another script is no digit of a keypad"


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_fuzz_never_raises_nor_grows(pieces: list[bytes]) -> None:
    keyboard, serial = KeyboardCodec(), CharacterCodec()
    for piece in pieces:
        for message in keyboard.feed(piece) + serial.feed(piece):
            assert not isinstance(message, KeyPressed) or message.name in KEYS
        assert keyboard.pending < EVENT.size
    keyboard.flush()
    keyboard.feed(event(0, 0, 0))
    assert keyboard.feed(stroke("5")) == [KeyPressed("5")]


# ---------------------------------------------------------------- key maps


def test_the_usual_keys_are_well_formed_and_every_action_is_known_to_the_hall() -> None:
    assert problem(NUMPAD) is None
    assert ACTIONS - {"none"} <= set(PAD_ACTIONS)
    assert set(NAMES.values()) <= KEYS


@pytest.mark.parametrize(
    ("digits", "key", "meaning"),
    [
        ("", "enter", ("next", "")),
        ("12", "enter", ("call", "12")),
        ("", "plus", ("recall", "")),
        ("0", "minus", ("pause", "")),
        ("", "minus", ("miss", "")),
        ("5", "minus", None),
        ("3", "slash", ("transfer", "3")),
        ("", "f9", None),
    ],
)
def test_the_usual_keys(digits: str, key: str, meaning: tuple[str, str] | None) -> None:
    assert resolve(NUMPAD, digits, key) == meaning


@pytest.mark.parametrize("key", ["", "kp1", "+enter", "**+enter", "123456789+enter", "ENTER", "enter+1"])
def test_what_is_no_key_is_told(key: str) -> None:
    assert problem({key: "next"}) is not None


def test_what_is_no_action_is_told() -> None:
    assert problem({"enter": "dance"}) is not None
