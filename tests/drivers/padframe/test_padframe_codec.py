"""Described frames against an encoder of their own: random descriptions, damaged streams and floods."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.framing import Garbage
from drivers.padframe.codec import KeyPressed, PadCodec
from drivers.padframe.emulator import build, check_sum
from drivers.padframe.frame import MOST, Check, Field
from drivers.padframe.options import PadFrameOptions
from tests.drivers.serial_bench import capture

SHIPPED = sorted((Path(__file__).parents[3] / "config" / "pads").glob("*.toml"))

FF68: dict[str, Any] = {
    "header": "FF 68",
    "count": {"at": 2, "uncounted": 7, "longest": 39},
    "fixed": {"4": "68"},
    "tail": "16",
    "address": {"at": 5},
    "key": {"at": -3},
    "checksum": {"kind": "sum8", "at": -2, "first": 5, "last": -3},
    "keys": {"0c": "next", "0d": "recall"},
    "samples": [{"hex": "FF 68 03 03 68 03 01 0C 10 16", "key": "next", "unit": 3}],
}


def options_of(path: Path) -> dict[str, Any]:
    options: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))["devices"][0]["options"]
    return options


def codec_of(about: dict[str, Any]) -> PadCodec:
    return PadCodec(PadFrameOptions(**about).frame())


def keys_in(found: list[Any]) -> list[tuple[int | None, str]]:
    return [(one.unit, one.key) for one in found if isinstance(one, KeyPressed)]


def fed(codec: PadCodec, stream: bytes, piece: int) -> list[Any]:
    return [one for at in range(0, len(stream), piece) for one in codec.feed(stream[at : at + piece])]


# ---------------------------------------------------------------- the four that are shipped, and FF 68


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_descriptions_decode_every_key_in_any_pieces(path: Path) -> None:
    about = options_of(path)
    keys = sorted({key.rpartition("+")[2].lower() for key in about["keys"]})
    unit = 3 if "address" in about else None
    stream = b"".join(build(about, 3, bytes.fromhex(key)) for key in keys)
    for piece in (1, 2, len(stream)):
        assert keys_in(fed(codec_of(about), stream, piece)) == [(unit, key) for key in keys]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_key_behind_noise_is_found(path: Path) -> None:
    about = options_of(path)
    first = min(key.rpartition("+")[2].lower() for key in about["keys"])
    frame = build(about, 3, bytes.fromhex(first))
    codec = codec_of(about)
    found = [*codec.feed(b"\x00\xff\x80" + frame[:-1] + b"\xfe\xfe\xfe\xfe" + frame), *codec.flush()]
    assert keys_in(found)[-1][1] == first
    assert any(isinstance(one, Garbage) for one in found)


def test_there_are_four_examples_to_copy() -> None:
    assert [path.stem for path in SHIPPED] == ["aa55", "digit", "line", "stx"]


def test_the_captured_frames_of_another_driver_can_be_described() -> None:
    frames = capture("callpad_evaluator_ff68.json")["pad_to_host"]
    call = bytes.fromhex(frames["addr3 CALL"])
    assert keys_in(codec_of(FF68).feed(call)) == [(3, "0c")]
    for at in range(2, len(call)):
        if at != 3:  # the second length is not described
            spoiled = call[:at] + bytes((call[at] ^ 0x40,)) + call[at + 1 :]
            codec = codec_of(FF68)
            assert keys_in([*codec.feed(spoiled), *codec.flush()]) == [], at


def test_an_address_of_digits_that_are_none_is_no_frame() -> None:
    about = {
        "header": "24",
        "length": 5,
        "tail": "0A",
        "address": {"at": 1, "size": 2, "ascii": True},
        "key": {"at": 3},
        "keys": {"31": "next"},
        "samples": [{"hex": "24 30 37 31 0A", "key": "next", "unit": 7}, {"hex": "24 30 78 31 0A", "key": ""}],
    }
    assert keys_in(codec_of(about).feed(b"$131\n$x11\n$121\n")) == [(13, "31"), (12, "31")]


# ---------------------------------------------------------------- check sums


@pytest.mark.parametrize(
    ("name", "poly", "initial", "reflected", "final", "expected"),
    [
        ("ARC", 0x8005, 0x0000, True, 0x0000, 0xBB3D),
        ("MODBUS", 0x8005, 0xFFFF, True, 0x0000, 0x4B37),
        ("XMODEM", 0x1021, 0x0000, False, 0x0000, 0x31C3),
        ("CCITT-FALSE", 0x1021, 0xFFFF, False, 0x0000, 0x29B1),
        ("KERMIT", 0x1021, 0x0000, True, 0x0000, 0x2189),
        ("X-25", 0x1021, 0xFFFF, True, 0xFFFF, 0x906E),
    ],
)
def test_crc16_of_the_catalogue(name: str, poly: int, initial: int, reflected: bool, final: int, expected: int) -> None:
    """The check values for ``123456789`` of the usual catalogue of CRC algorithms."""
    check = Check("crc16", Field(-2, 2), 0, -1, poly, initial, reflected, final)
    assert check.of(b"123456789") == expected, name
    own = {"kind": "crc16", "poly": f"{poly:04x}", "init": f"{initial:04x}", "final": f"{final:04x}"}
    assert check_sum({**own, "reflected": reflected}, b"123456789") == expected, "the emulator's own"


# ---------------------------------------------------------------- random descriptions


@st.composite
def descriptions(draw: st.DrawFn) -> dict[str, Any]:
    """Any description with a header: parts in some order, a fixed length or a counted one, any check sum."""
    about: dict[str, Any] = {"header": draw(st.binary(min_size=1, max_size=3)).hex()}
    at = len(about["header"]) // 2
    counted = draw(st.booleans())
    if counted:
        size = draw(st.integers(1, 2))
        about["count"] = {"at": at, "size": size, "endian": draw(st.sampled_from(("big", "little")))}
        at += size
    if draw(st.booleans()):
        about["address"] = {
            "at": at,
            "size": draw(st.integers(1, 2)),
            "endian": draw(st.sampled_from(("big", "little"))),
        }
        at += about["address"]["size"]
    if draw(st.booleans()):
        about["fixed"] = {str(at): draw(st.binary(min_size=1, max_size=1)).hex()}
        at += 1
    about["key"] = {"at": at, "size": draw(st.integers(1, 2))}
    at += about["key"]["size"]
    about["tail"] = draw(st.binary(max_size=2)).hex()
    kind = draw(st.sampled_from(("", "sum8", "xor8", "crc16")))
    behind = len(about["tail"]) // 2
    if kind:
        behind += 2 if kind == "crc16" else 1
        about["checksum"] = {"kind": kind, "at": -behind, "first": draw(st.integers(0, at - 1)), "last": -behind - 1}
        about["checksum"] |= {"endian": draw(st.sampled_from(("big", "little"))), "reflected": draw(st.booleans())}
    if counted:
        about["count"]["uncounted"] = draw(st.integers(0, at))
        about["count"]["longest"] = draw(st.integers(at + behind, 64))
    else:
        about["length"] = at + behind
    key = draw(st.binary(min_size=about["key"]["size"], max_size=about["key"]["size"])).hex()
    about["keys"] = {key: "next"}
    about["samples"] = [{"hex": build(about, 1, bytes.fromhex(key)).hex(), "key": "next"}]
    return about


@given(descriptions(), st.integers(0, 200), st.integers(0, 20), st.integers(1, 9))
def test_what_is_encoded_by_another_is_decoded(about: dict[str, Any], unit: int, more: int, piece: int) -> None:
    """Any description, any address, any filling of a counted frame, any pieces: the key is there, once."""
    key = next(iter(about["keys"]))
    filler = bytes(more) if "count" in about else b""
    frame = build(about, unit, bytes.fromhex(key), filler=filler)
    codec = codec_of(about)
    if len(frame) > codec._frame.longest:
        return
    found = [*fed(codec, frame, piece), *codec.flush()]
    assert keys_in(found) == [(unit if "address" in about else None, key)]


@given(descriptions(), st.binary(max_size=400))
def test_fuzz_never_raises_nor_grows(about: dict[str, Any], noise: bytes) -> None:
    codec = codec_of(about)
    codec.feed(noise)
    assert codec.pending < codec._frame.longest <= MOST
    codec.flush()
    assert codec.pending == 0
    key = next(iter(about["keys"]))
    assert keys_in(codec.feed(build(about, 1, bytes.fromhex(key))))


@given(st.binary(max_size=400), st.sampled_from(SHIPPED))
def test_fuzz_of_the_shipped_ones(noise: bytes, path: Path) -> None:
    codec = codec_of(options_of(path))
    codec.feed(noise)
    codec.flush()
    assert codec.pending == 0
    about = options_of(path)
    key = next(iter(about["keys"])).rpartition("+")[2].lower()
    assert keys_in(codec.feed(build(about, 1, bytes.fromhex(key))))[0][1] == key
