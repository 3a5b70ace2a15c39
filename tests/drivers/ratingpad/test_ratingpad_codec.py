"""The evaluator codec against the captures, damaged streams and floods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.framing import PadFrame
from drivers.ratingpad.codec import EvaluatorCodec, GradeGiven, Overheard
from tests.drivers.serial_bench import capture

VECTORS = capture("callpad_evaluator_ff68.json")
GRADE = bytes.fromhex(VECTORS["evaluator_to_host"]["addr0x83 grade0"])


@pytest.mark.parametrize("grade", [0, 1, 2])
def test_grades_are_decoded_and_encoded_as_captured(grade: int) -> None:
    wire = bytes.fromhex(VECTORS["evaluator_to_host"][f"addr0x83 grade{grade}"])
    assert EvaluatorCodec().feed(wire) == [GradeGiven(0x83, grade, wire)]
    assert PadFrame(0x83, 0x11, bytes((grade,))).encode() == wire


def test_the_acknowledgement_is_the_grade_with_another_function() -> None:
    given_zero = GradeGiven(0x83, 0, GRADE)
    assert EvaluatorCodec().encode_answer(given_zero).hex() == VECTORS["host_ack_evaluator"]["grade0"]
    assert EvaluatorCodec().encode_answer(given_zero, short=True).hex() == "6802026883018416"


def test_start_and_stars_are_as_captured() -> None:
    assert EvaluatorCodec().encode_start(0x83).hex() == VECTORS["host_to_evaluator"]["start evaluation"]
    assert EvaluatorCodec().encode_start(3).hex() == VECTORS["host_to_evaluator"]["start evaluation"]
    assert EvaluatorCodec().encode_stars(0x83, 5).hex() == VECTORS["host_to_evaluator"]["stars 5"]
    assert EvaluatorCodec(address_bit=False).encode_start(3)[5] == 3


def test_keys_of_pads_and_the_hosts_own_frames_are_overheard() -> None:
    frames = [*VECTORS["pad_to_host"].values(), *VECTORS["host_to_evaluator"].values()]
    frames += [*VECTORS["host_to_pad"].values(), PadFrame(3, 0x11, b"\x01").encode().hex()]
    found = EvaluatorCodec().feed(bytes.fromhex("".join(frames)))
    assert [type(message) for message in found] == [Overheard] * len(frames)


def test_without_the_address_bit_low_addresses_are_evaluators() -> None:
    (message,) = EvaluatorCodec(address_bit=False).feed(PadFrame(3, 0x11, b"\x01").encode())
    assert message == GradeGiven(3, 1, PadFrame(3, 0x11, b"\x01").encode())


def test_a_mixed_bus_loses_no_grade() -> None:
    strip = bytes.fromhex(capture("led_simple_protocols.json")["show_addr1_A001"]["请A001号"])
    key = bytes.fromhex(VECTORS["pad_to_host"]["addr3 CALL"])
    stream = strip + key + GRADE + b"\xaa" + strip[:7] + GRADE[:5] + GRADE + key
    for piece in (1, 4, len(stream)):
        codec = EvaluatorCodec()
        found = [one for at in range(0, len(stream), piece) for one in codec.feed(stream[at : at + piece])]
        assert [one.grade for one in found if isinstance(one, GradeGiven)] == [0, 0]


@given(st.binary(max_size=300))
def test_fuzz_never_raises_nor_grows(data: bytes) -> None:
    codec = EvaluatorCodec()
    codec.feed(data)
    assert codec.pending < 40
    codec.flush()
    assert codec.feed(GRADE) == [GradeGiven(0x83, 0, GRADE)]
