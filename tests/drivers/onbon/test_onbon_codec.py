"""The card's frames against the maker's own examples, damage, floods, and answers of every length."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.framing import Garbage
from drivers.onbon.codec import (
    LONGEST,
    CardCodec,
    Check,
    Error,
    Packet,
    Parameters,
    Status,
    ask_status,
    checksum,
    escape,
    ping,
    set_brightness,
    set_clock,
    set_daily_brightness,
    show_area,
    unescape,
)
from tests.drivers.serial_bench import capture

FRAMES = capture("onbon_bx_k.json")["frames"]
GOOD = [bytes.fromhex(row["hex"]) for row in FRAMES if row["check"] == "OK"]
BAD = [bytes.fromhex(row["hex"]) for row in FRAMES if row["check"] != "OK"]
LEAD = b"\xa5" * 8

ACK = bytes.fromhex("a5a5a5a5a5a5a5a500800100000000000000fe020500a00000000064dc5a")
"""An answer of card 1 from practice."""


def fed(data: bytes, piece: int) -> list[Packet | Garbage]:
    codec = CardCodec()
    found = [one for at in range(0, len(data), piece) for one in codec.feed(data[at : at + piece])]
    return found + codec.flush()


def test_there_are_good_and_bad_examples() -> None:
    assert (len(GOOD), len(BAD)) == (21, 2)


@pytest.mark.parametrize("frame", [*GOOD, ACK])
@pytest.mark.parametrize("piece", [1, 7, 4096])
def test_every_example_is_one_packet_and_is_made_again(frame: bytes, piece: int) -> None:
    (packet,) = fed(frame, piece)
    assert isinstance(packet, Packet)
    body, its = (one.lstrip(b"\xa5") for one in (frame, packet.encode()))
    spare = its[:4] + body[4:5] + its[5:]  # some examples have FF in a byte that is to be 0: their check differs too
    assert body[:-3] == spare[:-3]
    assert body == its or body[4] == 0xFF
    assert packet.encode().startswith(LEAD)


def test_all_examples_glued_together() -> None:
    stream = b"".join(GOOD)
    for piece in (1, 50, len(stream)):
        found = fed(stream, piece)
        assert len(found) == len(GOOD)
        assert all(isinstance(one, Packet) for one in found)


@pytest.mark.parametrize("frame", BAD)
def test_the_makers_own_mistakes_are_garbage(frame: bytes) -> None:
    found = fed(frame, 1)
    assert all(isinstance(one, Garbage) for one in found)
    assert sum(one.size for one in found if isinstance(one, Garbage)) == len(frame)


@pytest.mark.parametrize(
    "noise", [b"\x00\xff", b"\xa5\x01\x02", b"\xa5" * 40, b"\x5a\x5a", b"\xa5\xa6\x03\x5a", BAD[0]]
)
def test_a_good_frame_is_found_behind_noise_and_before_it(noise: bytes) -> None:
    for stream in (noise + ACK, ACK + noise + ACK):
        for piece in (1, len(stream)):
            packets = [one for one in fed(stream, piece) if isinstance(one, Packet)]
            assert len(packets) == stream.count(ACK.lstrip(b"\xa5"))


def test_a_frame_whose_end_was_lost_does_not_take_the_next_with_it() -> None:
    codec = CardCodec()
    assert codec.feed(ACK[:-4]) == []
    found = codec.feed(ACK)
    assert [type(one) for one in found] == [Garbage, Packet]
    codec.feed(ACK[:-1])
    assert codec.flush() == [Garbage(len(ACK) - 1, "cut")]
    assert codec.pending == 0


def test_mistakes_of_other_programs_are_garbage_and_do_no_harm() -> None:
    """No escapes, escapes of the wrong byte, a check of zeros: seen in senders in the field."""
    body = bytes.fromhex("00800100 000000000000 fe020700 a300010000015a")
    body += checksum(body).to_bytes(2, "little")
    zeros = ACK[:-3] + b"\x00\x00\x5a"
    for wrong in (LEAD + body + b"\x5a", LEAD + body.replace(b"\x5a", b"\x5b\x01") + b"\x5a", zeros):
        found = fed(wrong + ACK, 1)
        assert [one for one in found if isinstance(one, Packet)] == CardCodec().feed(ACK)
    (right,) = fed(LEAD + escape(body) + b"\x5a", 1)
    assert isinstance(right, Packet)
    assert right.payload == b"\x01\x5a"


def test_requests_are_as_in_the_document_and_from_practice() -> None:
    assert ping(1).encode().hex() == "a5a5a5a5a5a5a5a501000080000000000000fe020500a20001000068f85a"
    assert ask_status(1).encode().hex().endswith("a1020100002d405a")
    moment = datetime.fromisoformat("2013-01-25T11:17:26")
    assert set_clock(1, moment).encode() in GOOD
    assert b"\xa3\x02\x01\x00\x00\x01\x09" in set_brightness(1, 9).encode()
    assert b"\xa3\x02\x01\x00\x00\x02\x00" + bytes(48) in set_daily_brightness(1, bytes(48)).encode()
    area = GOOD[0].lstrip(b"\xa5")[14 + 9 : -3]
    assert show_area(0xFFFE, area, above=False).encode() == GOOD[0]
    assert show_area(1, area, above=True).encode() != show_area(1, area, above=False).encode()


@pytest.mark.parametrize("check", Check)
def test_all_three_checks_and_the_bar_code(check: Check) -> None:
    packet = Packet(0x8000, 3, 0xA0, 0, 0, check=check)
    assert CardCodec().feed(packet.encode()) == [packet]
    body = bytes.fromhex("0080010000000001") + b"BARCODE-16-BYTES" + bytes.fromhex("0000fe020500a000000000")
    body += checksum(body).to_bytes(2, "little")
    (found,) = CardCodec().feed(LEAD + escape(body) + b"\x5a")
    assert isinstance(found, Packet)
    assert (found.source, found.group, found.error) == (1, 0xA0, 0)
    assert isinstance(CardCodec().feed(LEAD + escape(body[:20]) + b"\x5a")[0], Garbage)


def test_what_answers_what() -> None:
    ack, nack = Packet(0x8000, 1, 0xA0, 0, 0), Packet(0x8000, 1, 0xA0, 1, Error.CHECKSUM)
    status = Packet(0x8000, 1, 0xA1, 2, 0, bytes(20))
    assert ack.answers(ping(1))
    assert nack.answers(ask_status(1))
    assert (ack.error, nack.error, Packet(0x8000, 1, 0xA0, 1, 0).error) == (0, 5, -1)
    assert status.answers(ask_status(1))
    assert not status.answers(ping(1))
    assert not ping(1).answers(ping(1)), "an echo of our own is no answer"


def test_escapes_of_every_byte() -> None:
    every = bytes(range(256)) + b"\xa5\xa6\x5a\x5b\x01\x02"
    escaped = escape(every)
    assert 0xA5 not in escaped
    assert 0x5A not in escaped
    assert unescape(escaped) == every
    for broken in (b"\xa6", b"\x5b\x03", b"\xa6\xa6"):
        assert unescape(broken) is None


# ---------------------------------------------------------------- answers

CLOCK = "2011 01 25 05 11 17 26"


@pytest.mark.parametrize(
    ("rest", "areas"),
    [
        ("01 50303030 00 00 02 0001" + "00" * 28, {0, 1}),
        ("01 50303030 00 00 02 0001", {0, 1}),
        ("01 50303030 02 0001" + "00" * 28, {0, 1}),
        ("01 50303030 00 00 00" + "00" * 28, set()),
        ("01 50303030 00 00 09 0001", None),
        ("01", None),
    ],
    ids=["6K", "without the end", "5K1 without the special area", "none", "a wrong number", "cut"],
)
def test_a_status_of_every_length(rest: str, areas: set[int] | None) -> None:
    status = Status.parse(bytes.fromhex("01 0c" + CLOCK + rest))
    assert status is not None
    assert (status.on, status.brightness, status.moment) == (True, 12, datetime.fromisoformat("2011-01-25T11:17:26"))
    assert status.areas == (None if areas is None else frozenset(areas))


def test_a_clock_either_way_round_or_none() -> None:
    for year, clock in ((2011, "1120"), (2026, "2620"), (2026, "2026"), (2019, "1920"), (2020, "2020")):
        status = Status.parse(bytes.fromhex(f"020f{clock}0125051117 26"))
        assert status is not None
        assert status.moment == datetime.fromisoformat(f"{year}-01-25T11:17:26")
        assert not status.on
    for clock in ("ffffffffffffffff", "2011130105111726", "201101250511171a", "0000000000000000"):
        status = Status.parse(bytes.fromhex("010f" + clock))
        assert status is not None
        assert status.moment is None
    assert Status.parse(b"\x01") is None


def test_parameters() -> None:
    payload = bytes.fromhex("0100 62 02 8000 2000 01") + bytes(16)
    assert Parameters.parse(payload) == Parameters(0x62, 128, 32, True)
    assert Parameters.parse(bytes.fromhex("0100 62 02 8000 2000 02")) == Parameters(0x62, 128, 32, False)
    assert Parameters.parse(payload[:8]) is None


# ---------------------------------------------------------------- fuzz


@given(st.lists(st.one_of(st.binary(max_size=400), st.sampled_from([*GOOD, *BAD, ACK])), max_size=8), st.data())
def test_fuzz_never_raises_nor_grows(pieces: list[bytes], data: st.DataObject) -> None:
    codec = CardCodec()
    for piece in pieces:
        cut = data.draw(st.integers(0, len(piece)))
        for part in (piece[:cut], piece[cut:]):
            codec.feed(part)
            assert codec.pending < LONGEST
    codec.flush()
    assert codec.pending == 0
    (found,) = codec.feed(ACK)
    assert isinstance(found, Packet)


@given(st.binary(max_size=300), st.integers(0, 0xFFFF), st.sampled_from(Check))
def test_whatever_is_sent_is_received(payload: bytes, address: int, check: Check) -> None:
    packet = Packet(address, 0x8000, 0xA3, 6, 1, payload, check=check)
    assert fed(packet.encode(), 3) == [packet]


@given(st.binary(max_size=60))
def test_answers_of_any_bytes(payload: bytes) -> None:
    Status.parse(payload)
    Parameters.parse(payload)
