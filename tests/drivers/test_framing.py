"""The scanner and the FF 68 frame: bounds, resync, mixed feeding."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.framing import FF68, FrameScanner, Garbage, PadFrame

FRAME = PadFrame(3, 1, b"\x0c")
WIRE = bytes.fromhex("ff6803036803010c1016")


def frames(found: list[PadFrame | Garbage]) -> list[PadFrame]:
    return [one for one in found if isinstance(one, PadFrame)]


def test_a_frame_is_its_bytes() -> None:
    assert FRAME.encode() == WIRE
    assert FrameScanner(FF68).feed(WIRE) == [FRAME]


def test_byte_by_byte_and_glued_give_the_same() -> None:
    scanner = FrameScanner(FF68)
    single = [one for at in range(len(WIRE * 3)) for one in scanner.feed((WIRE * 3)[at : at + 1])]
    assert single == FrameScanner(FF68).feed(WIRE * 3) == [FRAME] * 3


def test_noise_is_one_value_and_the_frame_behind_it_is_found() -> None:
    assert FrameScanner(FF68).feed(b"\x00\x11\xff" + WIRE) == [Garbage(3, "noise"), FRAME]


def test_a_frame_inside_a_false_one_is_found() -> None:
    false = bytes.fromhex("ff68 1e1e 68")
    assert frames(FrameScanner(FF68).feed(false + WIRE + bytes(30))) == [FRAME]


def test_bad_checksum_bad_tail_and_unequal_lengths_are_refused() -> None:
    for at, reason in ((8, "checksum"), (9, "checksum"), (3, "length")):
        wire = bytearray(WIRE)
        wire[at] ^= 0x55
        assert FrameScanner(FF68).feed(bytes(wire)) == [Garbage(len(WIRE), reason)]


def test_a_frame_that_never_ends_is_given_up_by_silence() -> None:
    scanner = FrameScanner(FF68)
    assert scanner.feed(WIRE[:-2]) == []
    assert scanner.pending == len(WIRE) - 2
    assert scanner.flush() == [Garbage(len(WIRE) - 2, "cut")]
    assert scanner.pending == 0
    assert scanner.feed(WIRE) == [FRAME]


def test_reset_forgets_what_is_pending() -> None:
    scanner = FrameScanner(FF68)
    scanner.feed(WIRE[:7])
    scanner.reset()
    assert scanner.pending == 0
    assert scanner.feed(WIRE) == [FRAME]


def test_a_flood_does_not_grow_the_buffer() -> None:
    scanner = FrameScanner(FF68)
    for flood in (b"\xff" * 100_000, b"\xff\x68\x20\x20\x68" * 20_000, b"\xee" * 100_000):
        scanner.feed(flood)
        assert scanner.pending < FF68.longest


@given(st.lists(st.one_of(st.binary(max_size=50), st.just(WIRE), st.just(WIRE[:6])), max_size=20), st.integers(1, 40))
def test_whatever_comes_every_byte_is_accounted_for(parts: list[bytes], piece: int) -> None:
    scanner = FrameScanner(FF68)
    stream = b"".join(parts)
    found: list[PadFrame | Garbage] = []
    for at in range(0, len(stream), piece):
        found += scanner.feed(stream[at : at + piece])
        assert scanner.pending < FF68.longest
    found += scanner.flush()
    assert scanner.pending == 0
    assert sum(one.size if isinstance(one, Garbage) else len(one.encode()) for one in found) == len(stream)


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_a_frame_is_never_lost_between_garbage(before: bytes, after: bytes) -> None:
    scanner = FrameScanner(FF68)
    found = scanner.feed(before + WIRE + after) + scanner.flush()
    assert FRAME in found
