"""The EQ text protocol against the captures, texts that look like commands, damage and floods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.eqsign.codec import LONGEST, Acknowledged, Command, Message, SignCodec, Zone, show, show_fitting
from drivers.eqsign.emulator import EqSignEmulator
from drivers.framing import Garbage
from tests.drivers.serial_bench import capture

EXAMPLE = bytes.fromhex(capture("led_simple_protocols.json")["eq_ascii"]["hex"])
SCREEN = Zone(1, 1, 0, 0, 64, 32)

OTHERS = (
    b"!#001%ZD00%ZI01%ZC0000000000480016%ZA01%ZS03%ZH6000%F16%C1%AH2%AV2DL48$$",
    b"!#001%ZD00$$",
    b"!#001%ZI02%ZA04\xb0\xa1$$",
    b"!#001%1123$$",
)
"""Commands as other programs send them."""


def fed(data: bytes, piece: int) -> list[Message]:
    codec = SignCodec()
    found = [one for at in range(0, len(data), piece) for one in codec.feed(data[at : at + piece])]
    return found + codec.flush()


def shown(command: Command) -> dict[str, object]:
    emulator = EqSignEmulator()
    emulator._hear(command.encode())
    assert emulator.bad_frames == 0
    (card,) = emulator.view()["cards"].values()
    found: dict[str, object] = card["areas"]["1"]
    return found


def test_the_example_is_made_and_taken_apart() -> None:
    command = show(SCREEN, "请A001号".encode("gb2312"), "red", font=16, hold=10, clear=True)
    assert command.encode() == EXAMPLE
    for piece in (1, 5, len(EXAMPLE)):
        assert fed(EXAMPLE, piece) == [command]
    assert shown(command)["text"] == "请A001号"


@pytest.mark.parametrize("frame", OTHERS)
def test_commands_of_other_programs(frame: bytes) -> None:
    for piece in (1, len(frame)):
        (command,) = fed(frame, piece)
        assert isinstance(command, Command)
        assert command.encode() == frame


def test_frames_glued_together_and_answers_between() -> None:
    stream = EXAMPLE + b"##FOK$$$" + EXAMPLE + b"##KOK$$$##EQFOK$$$"
    for piece in (1, 3, len(stream)):
        kinds = [type(one) for one in fed(stream, piece)]
        assert kinds == [Command, Acknowledged, Command, Acknowledged, Acknowledged]


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        (b"\x00\xff##FOK$$$", 1),
        (b"##FOK$$", 0),
        (b"##FAIL$$$", 0),
        (b"####FOK$$$", 1),
        (b"!#001%C1\xc7\xeb##FOK$$$", 1),
        (b"##" + b"A" * 40 + b"##KOK$$$", 1),
        (b"!#0x1%ZD00$$##FOK$$$", 1),
        (b"FOK$$$", 0),
    ],
)
def test_answers_in_noise(data: bytes, answers: int) -> None:
    for piece in (1, len(data)):
        assert sum(isinstance(one, Acknowledged) for one in fed(data, piece)) == answers


def test_a_command_that_never_ends_is_given_up() -> None:
    codec = SignCodec()
    assert codec.feed(EXAMPLE[:-1]) == []
    assert [type(one) for one in codec.flush()] == [Garbage]
    assert codec.feed(EXAMPLE) != []


@pytest.mark.parametrize(
    ("text", "font", "expected"),
    [
        ("请A012号到3号窗口", 16, "请A012号"),
        ("请A012号", 32, "请A0"),
        ("100%$$ #1", 16, "100％＄"),
        ("!#002%ZD00$$", 16, "!＃002％"),
        ("𠮷野", 16, "〓野"),
        ("", 16, ""),
    ],
)
def test_text_is_cut_by_glyph_and_is_never_a_command(text: str, font: int, expected: str) -> None:
    """V06."""
    command = show_fitting(SCREEN, text, "green", font=font, charset="gb2312", scroll=False)
    found = shown(command)
    assert (found["text"], found["colour"], found["effect"], found["font"]) == (expected, "green", 1, font)


def test_a_long_text_moves_where_that_is_wanted() -> None:
    long = "紧急疏散请听从工作人员指挥"
    found = shown(show_fitting(SCREEN, long, "red", font=16, charset="gbk", scroll=True))
    assert (found["text"], found["effect"]) == (long, 49)
    assert shown(show_fitting(SCREEN, "疏散", "red", font=16, charset="gbk", scroll=True))["effect"] == 1


@given(st.text(max_size=600), st.integers(8, 4096), st.booleans())
def test_no_text_is_ever_cut_inside_a_character_or_too_long(text: str, width: int, scroll: bool) -> None:
    """V06."""
    command = show_fitting(Zone(999, 99, 0, 0, width, 16), text, "red", font=16, charset="gbk", scroll=scroll)
    frame = command.encode()
    assert len(frame) < LONGEST
    assert fed(frame, 7) == [command]


@given(
    st.lists(st.one_of(st.binary(max_size=200), st.sampled_from([EXAMPLE, b"##FOK$$$", b"!#", b"#", b"$"])), max_size=8)
)
def test_fuzz_never_raises_nor_grows(pieces: list[bytes]) -> None:
    codec = SignCodec()
    for piece in pieces:
        codec.feed(piece)
        assert codec.pending < LONGEST
    codec.flush()
    assert codec.pending == 0
    assert codec.feed(b"##FOK$$$") == [Acknowledged("FOK")]
