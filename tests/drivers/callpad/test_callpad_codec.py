"""The call pad codec and key maps against the captures, damaged streams and floods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.callpad.codec import KeyPressed, Overheard, PadCodec
from drivers.callpad.keymap import KEY_PATTERN, PRESETS
from drivers.framing import Garbage, PadFrame
from drivers.keymap import ACTIONS, resolve
from tests.drivers.serial_bench import capture

VECTORS = capture("callpad_evaluator_ff68.json")
KEYS = {name: bytes.fromhex(value) for name, value in VECTORS["pad_to_host"].items()}


@pytest.mark.parametrize(
    ("name", "digits", "key"),
    [
        ("addr3 CALL", "", 0x0C),
        ("addr3 RECALL", "", 0x0D),
        ("addr3 WAIT/EVALUATE", "", 0x0B),
        ("addr3 CANCEL", "", 0x0E),
        ("addr3 6+FUNC(discard in C#, call guard in MFC)", "6", 0x0F),
        ("addr3 0+FUNC(suspend/pause)", "0", 0x0F),
    ],
)
def test_keys_are_decoded_and_encoded_as_captured(name: str, digits: str, key: int) -> None:
    wire = KEYS[name]
    assert PadCodec().feed(wire) == [KeyPressed(3, digits, key, wire)]
    assert PadFrame(3, 1, bytes([*map(int, digits), key])).encode() == wire


def test_every_captured_key_is_here() -> None:
    assert len(KEYS) == 6


@pytest.mark.parametrize(
    ("name", "frame"),
    [
        ("show waiting 007 (win addr 3)", PadCodec().encode_display(3, 7, None)),
        ("beep", PadCodec().encode_beep(3)),
        ("show ok", PadCodec().encode_result(3, True)),
        ("show fail", PadCodec().encode_result(3, False)),
    ],
)
def test_what_the_host_sends_is_as_captured_and_no_key_when_echoed(name: str, frame: bytes) -> None:
    assert frame.hex() == VECTORS["host_to_pad"][name]
    assert [type(message) for message in PadCodec().feed(frame)] == [Overheard]


@pytest.mark.parametrize(
    ("waiting", "label", "number_first", "digits"),
    [
        (7, "A012", False, "007012"),
        (12, "12", False, "012012"),
        (2000, "AB1234", False, "999234"),
        (-1, None, False, "000aaa"),
        (7, "A012", True, "012a7"),
        (0, None, True, "a0"),
    ],
)
def test_displays(waiting: int, label: str | None, number_first: bool, digits: str) -> None:
    frame = PadCodec().encode_display(3, waiting, label, number_first=number_first)
    assert "".join(f"{byte:x}" for byte in frame[7:-2]) == digits


@pytest.mark.parametrize(
    "frame",
    [
        PadFrame(0x83, 0x11, b"\x00"),
        PadFrame(0x83, 0x01, b"\x0b"),
        PadFrame(3, 0x11, b"\x0c"),
        PadFrame(3, 1, b""),
        PadFrame(3, 1, b"\x05"),
        PadFrame(3, 1, b"\x0b\x0c"),
    ],
)
def test_frames_of_others_are_no_keys(frame: PadFrame) -> None:
    assert PadCodec().feed(frame.encode()) == [Overheard(frame.address, frame.function)]


def test_without_evaluators_all_addresses_are_pads() -> None:
    (message,) = PadCodec(evaluator_bit=False).feed(PadFrame(0x83, 1, b"\x0c").encode())
    assert isinstance(message, KeyPressed)


def test_a_mixed_bus_loses_no_key() -> None:
    """Strips' frames and acknowledgements on the same line are noise between keys."""
    strip = bytes.fromhex(capture("led_simple_protocols.json")["show_addr1_A001"]["请A001号"])
    stream = strip + KEYS["addr3 CALL"] + b"\xaa" + strip[:9] + KEYS["addr3 RECALL"] + b"\xff"
    for piece in (1, 3, len(stream)):
        codec = PadCodec()
        found = [one for at in range(0, len(stream), piece) for one in codec.feed(stream[at : at + piece])]
        assert [one.key for one in found if isinstance(one, KeyPressed)] == [0x0C, 0x0D]
    assert codec.flush() == [Garbage(1, "noise")]


@given(st.binary(max_size=300))
def test_fuzz_never_raises_nor_grows(data: bytes) -> None:
    codec = PadCodec()
    codec.feed(data)
    assert codec.pending < 40
    codec.flush()
    assert codec.feed(KEYS["addr3 CALL"]) == [KeyPressed(3, "", 0x0C, KEYS["addr3 CALL"])]


@pytest.mark.parametrize("dialect", PRESETS)
def test_presets_are_well_formed(dialect: str) -> None:
    for key, action in PRESETS[dialect].items():
        assert KEY_PATTERN.fullmatch(key)
        assert action in ACTIONS


@pytest.mark.parametrize(
    ("dialect", "digits", "key", "meaning"),
    [
        ("csharp", "", 0x0C, ("next", "")),
        ("csharp", "12", 0x0C, ("call", "12")),
        ("csharp", "6", 0x0F, ("miss", "")),
        ("csharp", "0", 0x0F, ("hold", "")),
        ("csharp", "3", 0x0F, ("resume", "")),
        ("csharp", "5", 0x0D, ("recall", "5")),
        ("csharp", "", 0x77, None),
        ("mfc", "6", 0x0F, ("none", "")),
        ("mfc", "5", 0x0F, ("miss", "")),
        ("mfc", "0", 0x0F, ("pause", "")),
        ("mfc", "1042", 0x0F, ("login", "1042")),
        ("mfc", "4", 0x0F, ("logout", "")),
        ("mfc", "3", 0x0A, ("transfer", "3")),
        ("mfc", "", 0x0A, ("start", "")),
    ],
)
def test_key_maps(dialect: str, digits: str, key: int, meaning: tuple[str, str] | None) -> None:
    assert resolve(PRESETS[dialect], digits, f"{key:02x}") == meaning
