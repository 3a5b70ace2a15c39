"""One whole small frame without the parser: the same message as the parser's, or none."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ProtocolError
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from hallctl.api.frame import whole_text

MASKS = st.binary(min_size=4, max_size=4)


def framed(text: bytes, opcode: int = 1, first: int = 0x80, mask: bytes | None = b"\x01\x02\x03\x04") -> bytes:
    """A frame as a client sends it; `first` are the bits beside the opcode."""
    size = len(text)
    bit = 0 if mask is None else 0x80
    head = bytes([first | opcode, bit | size]) if size < 126 else bytes([first | opcode, bit | 126]) + size.to_bytes(2)
    if mask is None:
        return head + text
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(text))


def parsed(data: bytes) -> Frame | None:
    """What the library makes of the data: the frame that it is, and nothing more."""
    reader = StreamReader()
    reader.feed_data(data)
    parsing = Frame.parse(reader.read_exact, mask=True)
    try:
        next(parsing)
    except StopIteration as end:
        frame: Frame = end.value
        return None if reader.buffer else frame
    except ProtocolError:
        return None
    return None


@given(text=st.text(max_size=400).map(str.encode), mask=MASKS)
def test_a_whole_message_is_taken(text: bytes, mask: bytes) -> None:
    assert whole_text(framed(text, mask=mask)) == text


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 504, 65_535])
def test_every_size_that_two_bytes_tell(size: int) -> None:
    assert whole_text(framed(b"x" * size)) == b"x" * size


@pytest.mark.parametrize(
    "data",
    [
        framed(b"{}", first=0),
        framed(b"{}", opcode=0),
        framed(b"{}", opcode=2),
        *(framed(b"", opcode=control) for control in (8, 9, 10)),
        *(framed(b"{}", first=0x80 | bit) for bit in (0x40, 0x20, 0x10)),
        framed(b"{}", mask=None),
        framed(b"four", mask=None),
        framed(b"{}") + b"\x81",
        framed(b"{}") * 2,
        framed(b"{}")[:-1],
        framed(b"{}")[:4],
        b"",
        b"\x81",
        framed(b"\xff\xfe"),
        framed("号".encode()[:2]),
        b"\x81\xfe\x00\x02\x01\x02\x03\x04ab",
        b"\x81\xff" + (2).to_bytes(8) + b"\x01\x02\x03\x04ab",
    ],
)
def test_everything_else_is_the_parsers(data: bytes) -> None:
    assert whole_text(data) is None


@given(st.binary(max_size=24), st.integers(0, 2**32))
def test_it_says_what_the_parser_says(data: bytes, seed: int) -> None:
    chance = random.Random(seed)
    noise = bytearray(framed(data, chance.choice([0, 1, 1, 1, 2, 8, 9]), chance.choice([0, 0x80, 0x80, 0xC0])))
    for _ in range(chance.randrange(3)):
        noise[chance.randrange(len(noise))] = chance.randrange(256)
    message, frame = whole_text(bytes(noise)), parsed(bytes(noise))
    if message is not None:
        assert frame is not None
        assert (frame.opcode, frame.fin, frame.data) == (Opcode.TEXT, True, message)
