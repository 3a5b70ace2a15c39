"""Captures of a reader: however the bytes are cut, damaged or glued, nothing of a card's text is left in them."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.idcard.codec import PREAMBLE, Answer, SdtCodec
from drivers.idcard.emulated_card import CARDS
from drivers.idcard.redaction import MASK, CardRedaction
from tests.drivers.serial_bench import capture

VECTORS = capture("idcard_sdt.json")
ANSWERS = [bytes.fromhex(value) for value in (VECTORS["responses"] | VECTORS["synthetic"]).values()]
REQUEST = bytes.fromhex(VECTORS["requests"]["find_card"])
RUN = 4

letters = st.characters(codec="utf-16-le", exclude_characters="\u2a2a\uaaaa")
"""All but the two that a card cannot have: the mask's own bytes, and Tai Viet, which looks like a preamble."""
texts = [text for text, _ in CARDS.values() if text]
people = st.text(letters, min_size=128, max_size=128).filter(lambda text: len(text.encode("utf-16-le")) == 256)


def framed(text: bytes) -> bytes:
    body = bytes.fromhex("050800009001000400") + text + bytes(1024)
    check = 0
    for byte in body:
        check ^= byte
    return PREAMBLE + body + bytes((check,))


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({0, len(stream), *(place % (len(stream) + 1) for place in places)})
    return [stream[start:end] for start, end in pairwise(ends)]


def runs(data: bytes) -> set[bytes]:
    return {data[at : at + RUN] for at in range(len(data) - RUN + 1)}


@given(
    text=st.one_of(people.map(lambda text: text.encode("utf-16-le")), st.sampled_from(texts)),
    places=st.lists(st.integers(0, 4000), max_size=60),
    lost=st.tuples(st.integers(0, 1300), st.integers(0, 40)),
    before=st.sampled_from([b"", *ANSWERS]),
)
@settings(max_examples=50)
def test_no_four_bytes_of_a_card_are_left_whatever_is_lost_and_however_it_is_cut(
    text: bytes, places: list[int], lost: tuple[int, int], before: bytes
) -> None:
    frame = framed(text)
    damaged = frame[: lost[0]] + frame[lost[0] + lost[1] :]
    stream = before + damaged + frame
    redact = CardRedaction()
    pieces = [redact(piece, True) for piece in cut(stream, places)]
    shown = b"".join(pieces)
    assert len(shown) == len(stream)
    assert not {run for run in runs(shown) if run in runs(text)} - runs(PREAMBLE)


@given(st.lists(st.tuples(st.binary(max_size=40), st.booleans())))
def test_any_bytes_give_as_many_and_requests_stay(parts: list[tuple[bytes, bool]]) -> None:
    redact = CardRedaction()
    for data, from_device in parts:
        shown = redact(data, from_device)
        assert len(shown) == len(data)
        assert from_device or shown == data


def test_answers_without_data_stay_and_can_be_decoded() -> None:
    redact = CardRedaction()
    stream = b"".join(bytes.fromhex(VECTORS["responses"][name]) for name in ("sam_ok", "find_none", "read_fail"))
    assert redact(stream, True) == stream
    assert SdtCodec().feed(redact(stream, True)) == [Answer(0x90), Answer(0x80), Answer(0x41)]


def test_of_a_card_its_frame_and_status_are_seen() -> None:
    frame = bytes.fromhex(VECTORS["synthetic"]["read_resident"])
    shown = CardRedaction()(frame, True)
    assert shown[:7] == frame[:7]
    assert shown[9] == 0x90
    assert set(shown[10:]) == {MASK}


def test_a_request_begins_anew_after_an_answer_that_broke_off() -> None:
    redact = CardRedaction()
    redact(framed(CARDS["resident"][0])[:400], True)
    assert redact(REQUEST, False) == REQUEST
    found = bytes.fromhex(VECTORS["responses"]["sam_ok"])
    assert redact(found, True) == found
