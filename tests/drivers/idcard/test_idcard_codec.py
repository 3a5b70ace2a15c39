"""The SDT codec against the captures (all synthetic), damaged streams and floods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.framing import Garbage
from drivers.idcard.codec import FOUND, OK, Answer, CardText, Request, SdtCodec, sam_id_text
from tests.drivers.serial_bench import capture

VECTORS = capture("idcard_sdt.json")
SYNTHETIC = {name: bytes.fromhex(value) for name, value in VECTORS["synthetic"].items()}
RESPONSES = {name: bytes.fromhex(value) for name, value in VECTORS["responses"].items()}
PHOTO_MARK = b"WLf"

REQUESTS = {
    "reset_sam": (Request.RESET, b""),
    "sam_status": (Request.STATUS, b""),
    "read_sam_id": (Request.SAM_ID, b""),
    "find_card": (Request.FIND, b""),
    "select_card": (Request.SELECT, b""),
    "read_base": (Request.READ, b""),
    "read_base_fp": (Request.READ_FINGERPRINT, b""),
    "read_new_address": (Request.READ_NEW_ADDRESS, b""),
    "set_baud_115200": (Request.SET_BAUD, b"\x00"),
    "set_baud_9600": (Request.SET_BAUD, b"\x04"),
    "set_max_rf_0x50": (Request.SET_MAX_RF, b"\x50"),
}


def test_every_captured_request_is_here() -> None:
    assert set(REQUESTS) == set(VECTORS["requests"])


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_are_encoded_as_captured(name: str) -> None:
    assert SdtCodec().encode(*REQUESTS[name]).hex() == VECTORS["requests"][name]


@pytest.mark.parametrize(
    ("name", "answer", "fault"),
    [
        ("find_ok", Answer(FOUND, bytes(4)), None),
        ("find_none", Answer(0x80), "card.no_card"),
        ("select_ok", Answer(OK, bytes(8)), None),
        ("select_fail", Answer(0x81), "card.read_failed"),
        ("read_fail", Answer(0x41), "card.read_failed"),
        ("sam_ok", Answer(OK), None),
    ],
)
def test_answers_are_decoded_as_captured(name: str, answer: Answer, fault: str | None) -> None:
    assert SdtCodec().feed(RESPONSES[name]) == [answer]
    assert answer.fault == fault


@pytest.mark.parametrize(
    ("status", "fault"),
    {
        "10": "device.garbled",
        "11": "device.garbled",
        "21": "device.refused",
        "24": "device.refused",
        "31": "card.unauthorised",
        "32": "card.unauthorised",
        "33": "card.unauthorised",
        "40": "card.wrong_kind",
        "41": "card.read_failed",
        "60": "reader.fault",
        "66": "reader.unauthorised",
        "80": "card.no_card",
        "81": "card.read_failed",
    }.items(),
)
def test_bad_statuses_have_a_code(status: str, fault: str) -> None:
    (answer,) = SdtCodec().feed(SYNTHETIC[f"status_{status}"])
    assert isinstance(answer, Answer)
    assert answer.fault == fault


def test_an_unknown_status_is_a_refusal_and_no_content_is_none() -> None:
    assert (Answer(0x77).fault, Answer(0x91).fault) == ("device.refused", None)


def test_the_sam_id_is_printed_as_on_the_label() -> None:
    (name,) = (name for name in SYNTHETIC if name.startswith("sam_id"))
    (answer,) = SdtCodec().feed(SYNTHETIC[name])
    assert isinstance(answer, Answer)
    assert f"sam_id({sam_id_text(answer.data)})" == name
    assert sam_id_text(b"short") is None


@pytest.mark.parametrize("name", ["read_resident", "read_foreigner_old_I", "read_resident_fp1024"])
def test_of_a_card_only_the_text_leaves_the_codec(name: str) -> None:
    """H02: photo and fingerprint bytes are in no message and not left in the buffer."""
    codec = SdtCodec()
    (card,) = codec.feed(SYNTHETIC[name])
    assert isinstance(card, CardText)
    assert len(card.text) == 256
    assert PHOTO_MARK not in card.text
    assert codec.pending == 0
    assert "text" not in repr(card)


def test_no_fingerprint_on_the_card() -> None:
    """The 1297-byte answer: three parts announced, the third empty."""
    base = SYNTHETIC["read_resident"]
    counted = bytes.fromhex("050a 000090 0100 0400 0000") + base[14:-1]
    check = 0
    for byte in counted:
        check ^= byte
    frame = base[:5] + counted + bytes((check,))
    assert len(frame) == 1297
    assert SdtCodec().feed(frame) == SdtCodec().feed(base)


def test_a_new_address_is_data_and_not_in_the_repr() -> None:
    (answer,) = SdtCodec().feed(SYNTHETIC["new_address"])
    assert isinstance(answer, Answer)
    assert answer.data.decode("utf-16-le").rstrip() == "测试省测试市新址3号"
    assert repr(answer) == "Answer(status=144)"


def test_damaged_samples_are_garbage_without_bytes() -> None:
    assert SdtCodec().feed(SYNTHETIC["NEG_bad_checksum"]) == [Garbage(15, "checksum")]
    codec = SdtCodec()
    assert codec.feed(SYNTHETIC["NEG_truncated_read"]) == []
    codec.reset()
    assert codec.pending == 0
    assert codec.feed(RESPONSES["sam_ok"]) == [Answer(OK)]


def test_part_sizes_that_do_not_add_up_are_garbage() -> None:
    frame = bytearray(SYNTHETIC["read_resident"])
    frame[12] ^= 0x01
    frame[-1] ^= 0x01
    assert not any(isinstance(message, CardText) for message in SdtCodec().feed(bytes(frame)))


def test_extra_leading_bytes_and_any_pieces_are_tolerated() -> None:
    stream = b"\xaa\xaa" + RESPONSES["find_ok"] + b"\x00\xaa\xaa\xaa\x96" + SYNTHETIC["read_resident"]
    codec = SdtCodec()
    single = [message for at in range(len(stream)) for message in codec.feed(stream[at : at + 1])]
    for messages in (single, SdtCodec().feed(stream)):
        assert [type(one) for one in messages if not isinstance(one, Garbage)] == [Answer, CardText]


@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([*RESPONSES.values(), *SYNTHETIC.values()]))))
def test_fuzz_never_raises_nor_grows(parts: list[bytes]) -> None:
    codec = SdtCodec()
    for part in parts:
        codec.feed(part)
        assert codec.pending < 2321
    codec.reset()
    assert codec.feed(RESPONSES["sam_ok"]) == [Answer(OK)]
