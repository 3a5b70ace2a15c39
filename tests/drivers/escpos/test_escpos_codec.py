"""The status codec against captured replies, in any cut, and against noise."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.escpos import codec
from drivers.escpos.codec import AutoStatus, Flow, Garbage, Identity, Paper, Processed, RealTime, ReplyParser
from hallctl.sentences import SENTENCES

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "captures" / "escpos_status.json").read_text("utf-8"))

EXPECTED = {
    "ready": (),
    "near_end": ("printer.paper_near_end",),
    "paper_out": ("printer.paper_out",),
    "cover_open": ("printer.cover_open",),
    "offline": ("printer.offline",),
    "cutter_error": ("printer.cutter",),
    "unrecoverable": ("printer.error",),
    "auto_recoverable(head hot)": ("printer.head_hot",),
    "feed_button": ("printer.offline",),
}


def bytes_of(replies: list[codec.Reply]) -> bytes:
    """The bytes that replies stand for; flow control first where it interrupted a group."""
    out = b""
    for reply in replies:
        match reply:
            case RealTime(value):
                out += bytes([value])
            case AutoStatus(value) | Garbage(value):
                out += value
            case Flow(may_send):
                out += b"\x11" if may_send else b"\x13"
            case Paper(near_end, end):
                out += bytes([0x03 * near_end | 0x0C * end])
            case Processed(job):
                out += b"\x37\x22" + f"{job:04d}".encode() + b"\x00"
            case Identity(text):
                out += b"\x5f" + text.encode() + b"\x00"
    return out


@pytest.mark.parametrize(
    ("name", "replies"),
    [*VECTORS["DLE_EOT"].items(), *VECTORS["computed_from_bits"].items()],
    ids=lambda v: str(v)[:12],
)
def test_real_time_replies_become_faults(name: str, replies: dict[str, str]) -> None:
    codes: set[str] = set()
    for n, value in replies.items():
        (reply,) = ReplyParser().feed(bytes.fromhex(value))
        assert isinstance(reply, RealTime)
        codes |= codec.faults_of_status(int(n), reply.value)
    assert codec.arranged(codes) == EXPECTED[name]


@pytest.mark.parametrize(
    ("key", "faults"),
    [
        ("ready", ()),
        ("near_end", ("printer.paper_near_end",)),
        ("paper_out(computed)", ("printer.paper_out",)),
        ("cover_open(computed)", ("printer.cover_open",)),
        ("cutter_error(computed)", ("printer.cutter",)),
    ],
)
def test_automatic_status_becomes_faults(key: str, faults: tuple[str, ...]) -> None:
    (reply,) = ReplyParser().feed(bytes.fromhex(VECTORS["ASB"][key]))
    assert isinstance(reply, AutoStatus)
    assert codec.faults_of_auto_status(reply) == faults


def test_requests_are_the_documented_bytes() -> None:
    assert [codec.status_request(n).hex() for n in codec.STATUSES] == ["100401", "100402", "100403", "100404"]
    assert codec.auto_status_request(True).hex() == VECTORS["ASB"]["enable_all"]
    assert codec.auto_status_request(False).hex() == VECTORS["ASB"]["disable"]
    assert codec.paper_request().hex() == "1d7201"
    assert codec.process_request(42).hex() == "1d2848060030303030" + "3432"
    assert codec.identity_request().hex() == "1d4943"
    assert codec.recover_request().hex() == "100502"
    with pytest.raises(ValueError, match="DLE EOT 5"):
        codec.status_request(5)


@pytest.mark.parametrize(("key", "paper"), [("ready", Paper(False, False)), ("near_end", Paper(True, False))])
def test_paper_replies(key: str, paper: Paper) -> None:
    assert ReplyParser().feed(bytes.fromhex(VECTORS["GS_r1"][key])) == [paper]


MIXED = (
    (RealTime(0x12), "12"),
    (AutoStatus(bytes.fromhex("18000f00")), "18000f00"),
    (Flow(False), "13"),
    (Flow(True), "11"),
    (Paper(True, True), "0f"),
    (Processed(1234), "37223132333400"),
    (Identity("XP-80"), "5f58502d383000"),
    (RealTime(0x7E), "7e"),
    (AutoStatus(bytes.fromhex("10000000")), "10000000"),
    (Paper(False, False), "00"),
)
STREAM = bytes.fromhex("".join(text for _, text in MIXED))
REPLIES: list[codec.Reply] = [reply for reply, _ in MIXED]


def test_kinds_on_one_stream_glued_and_byte_by_byte() -> None:
    assert ReplyParser().feed(STREAM) == REPLIES
    parser = ReplyParser()
    assert [reply for byte in STREAM for reply in parser.feed(bytes([byte]))] == REPLIES
    assert bytes_of(REPLIES) == STREAM


@given(st.lists(st.integers(0, len(STREAM)), max_size=6))
def test_kinds_on_one_stream_in_any_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    parser = ReplyParser()
    pieces = [STREAM[a:b] for a, b in pairwise(edges)]
    assert [reply for piece in pieces for reply in parser.feed(piece)] == REPLIES


def test_flow_control_inside_an_automatic_status() -> None:
    assert ReplyParser().feed(bytes.fromhex("1000130000")) == [Flow(False), AutoStatus(bytes.fromhex("10000000"))]


@pytest.mark.parametrize(
    ("data", "replies"),
    [
        ("ff12", [Garbage(b"\xff"), RealTime(0x12)]),
        ("10ff12", [Garbage(b"\x10"), Garbage(b"\xff"), RealTime(0x12)]),
        ("100012", [Garbage(b"\x10\x00"), RealTime(0x12)]),
        ("371212", [Garbage(b"\x37"), RealTime(0x12), RealTime(0x12)]),
        ("37223212", [Garbage(b"\x37\x22\x32"), RealTime(0x12)]),
        ("5f00", [Garbage(b"\x5f"), Paper(False, False)]),
        ("5f525612", [Garbage(b"\x5fRV"), RealTime(0x12)]),
    ],
)
def test_resync_after_a_broken_group(data: str, replies: list[codec.Reply]) -> None:
    assert ReplyParser().feed(bytes.fromhex(data)) == replies


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_noise_never_raises_and_is_kept_bounded(pieces: list[bytes]) -> None:
    """Nothing is lost but what flow control moved: every byte is in a reply or still pending."""
    parser = ReplyParser()
    replies = [reply for piece in pieces for reply in parser.feed(piece)]
    assert parser.pending <= codec.LONGEST
    assert len(bytes_of(replies)) + parser.pending == sum(map(len, pieces))


@given(st.binary(max_size=200))
def test_a_ready_printer_is_understood_again_after_noise(noise: bytes) -> None:
    """A dozen answers suffice to come back into step, whatever was before."""
    parser = ReplyParser()
    parser.feed(noise)
    parser.feed(b"\x12" * codec.LONGEST)
    assert parser.feed(b"\x12") == [RealTime(0x12)]


@given(st.integers(0, 255), st.sampled_from(codec.STATUSES))
def test_every_status_byte_has_sentences(value: int, n: int) -> None:
    assert all(code in SENTENCES for code in codec.faults_of_status(n, value))


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_every_automatic_status_has_sentences(rest: tuple[int, int, int]) -> None:
    faults = codec.faults_of_auto_status(AutoStatus(bytes([0x10 | rest[0] & 0x6C, *rest])))
    assert all(code in SENTENCES for code in faults)


@pytest.mark.parametrize(
    ("garbage", "foreign"),
    [
        (b"SSH-.0-OenSSH\r\n", True),
        (b"69013457892\r", True),
        (bytes.fromhex("aaaaaa9669"), True),
        (b"\xff\xfe\xfd", False),
        (b"A\x80B\x90C", False),
        (b"AB", False),
        (b"", False),
    ],
)
def test_another_device_is_told_from_a_garbled_line(garbage: bytes, foreign: bool) -> None:
    assert codec.is_foreign(garbage) is foreign


def test_an_error_that_needs_repair_is_not_called_heat() -> None:
    assert codec.arranged(codec.faults_of_status(2, 0x52) | codec.faults_of_status(3, 0x72)) == ("printer.error",)
    assert codec.faults_of_auto_status(AutoStatus(bytes.fromhex("18400000"))) == ("printer.head_hot",)


def test_recovery_is_offered_only_where_it_can_help() -> None:
    assert codec.can_recover(["printer.cutter"], 0x1A)
    assert not codec.can_recover(["printer.cutter"], 0x3A)
    assert not codec.can_recover(["printer.cutter", "printer.cover_open"], 0x1A)
    assert not codec.can_recover(["printer.error"], 0x16)
