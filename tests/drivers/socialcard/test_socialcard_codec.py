"""APDUs of the social-security card against the captures, damaged answers, and captures without personal data."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.socialcard.codec import (
    NAME,
    NUMBER,
    Answer,
    File,
    Record,
    get_response,
    parse_answer,
    read_record,
    select_application,
    select_file,
    value_of,
)
from drivers.socialcard.redaction import MASK, AnswerRedaction
from tests.drivers.serial_bench import capture

CAPTURE = capture("socialcard.json")
NUMBER_DATA = bytes((8, 18)) + b"999999198808080016"
NAME_DATA = bytes((9, 30)) + "测试己".encode("gbk").ljust(30, b"\0")


def test_commands_are_as_captured() -> None:
    """The names of the records in the capture are those of its sources."""
    commands = {
        "select_ssse": select_application(),
        "select_ef05": select_file(File.CARD),
        "select_ef05_by_identifier": select_file(File.CARD, below=False),
        "select_ef06": select_file(File.HOLDER),
        "read_ssn": read_record(NUMBER),
        "read_ssn_by_place": read_record(NUMBER, by_place=True),
        "read_name": read_record(NAME),
        "read_name_by_place": read_record(NAME, by_place=True),
        "read_card_id": read_record(Record(File.CARD, 0x01, 1, 14)),
        "get_response_32": get_response(32),
    }
    assert {name: command.hex() for name, command in commands.items()} == CAPTURE["commands"]


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"\x90\x00", Answer(0x9000)),
        (b"\x61\x1e", Answer(0x611E)),
        (NAME_DATA + b"\x90\x00", Answer(0x9000, NAME_DATA)),
        (b"\x00", None),
        (b"", None),
    ],
)
def test_answers_are_parsed(data: bytes, answer: Answer | None) -> None:
    assert parse_answer(data) == answer


def test_what_a_status_asks_for() -> None:
    assert [Answer(status).more for status in (0x611E, 0x6100, 0x9000, 0x6A82)] == [0x1E, 256, 0, 0]
    assert [Answer(status).exact for status in (0x6C14, 0x6C00, 0x9000)] == [0x14, 0, None]
    assert [Answer(status).ok for status in (0x9000, 0x6114)] == [True, True]
    assert [Answer(status).ok for status in (0x6A82, 0x6C14, 0x6982)] == [False, False, False]
    assert [Answer(status).locked for status in (0x6982, 0x6983, 0x6985, 0x6A83)] == [True, True, True, False]


def test_values_are_text_of_the_right_tag_and_length() -> None:
    assert value_of(NUMBER, NUMBER_DATA) == "999999198808080016"
    assert value_of(NAME, NAME_DATA) == "测试己"
    assert value_of(NAME, bytes((9, 4)) + "㼆".encode("gb18030")) == "㼆"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x08",
        NAME_DATA,
        NUMBER_DATA[:-1],
        bytes((8, 19)) + b"9" * 19,
        bytes((8, 2)) + b"\xff\xff",
        NUMBER_DATA[1:],
    ],
)
def test_what_is_no_such_record_has_no_value(data: bytes) -> None:
    assert value_of(NUMBER, data) is None


def test_an_answer_does_not_show_its_data() -> None:
    assert repr(Answer(0x9000, NUMBER_DATA)) == "Answer(status=36864)"


@given(st.binary(max_size=300))
def test_fuzz_never_raises(data: bytes) -> None:
    answer = parse_answer(data)
    if answer is not None:
        assert (answer.more, answer.exact, answer.locked, answer.ok) is not None
        value_of(NUMBER, answer.data)
        value_of(NAME, answer.data)


# ---------------------------------------------------------------- captures


@given(
    text=st.one_of(st.text(min_size=2, max_size=30).map(lambda text: text.encode("gb18030")), st.just(b"9" * 18)),
    head=st.sampled_from([b"", b"\x09\x1e", b"\x08\x12", b"\x6f\x20", b"\x0a"]),
    places=st.lists(st.integers(0, 200), max_size=30),
)
def test_no_four_bytes_of_a_record_are_left_however_they_are_cut(text: bytes, head: bytes, places: list[int]) -> None:
    redact = AnswerRedaction()
    stream = head + text + b"\x90\x00"
    shown = redact(read_record(NAME), False)[:0]
    ends = sorted({0, len(stream), *(place % (len(stream) + 1) for place in places)})
    for start, end in pairwise(ends):
        shown += redact(stream[start:end], True)
    runs = {text[at : at + 4] for at in range(len(text) - 3)} - {bytes((MASK,)) * 4}
    assert len(shown) == len(stream)
    assert not [run for run in runs if run in shown]


def test_of_a_record_tag_length_and_status_are_left() -> None:
    redact = AnswerRedaction()
    command = read_record(NUMBER)
    assert redact(command, False) == command
    assert redact(NUMBER_DATA + b"\x90\x00", True) == b"\x08\x12" + bytes((MASK,)) * 18 + b"\x90\x00"
    redact(command, False)
    assert redact(b"\x6a\x83", True) == b"\x6a\x83"
    redact(command, False)
    assert redact(b"\x61\x14", True) == b"\x61\x14"
