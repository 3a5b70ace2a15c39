"""H06: codes are told apart by form and check characters; what is none of the hall's is nobody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallctl.domain.code import MARKS, MOST, Code, CodeKind, check_character, marked, told_apart

TOKEN = "20261122-A001.0123456789abcdef0123"
APPOINTMENT, RECEIPT = marked("YY", "12345678"), marked("SL", "20261122000123")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        # a slip's
        (TOKEN, "ticket", TOKEN),
        (f"https://hall.example/ticket/#{TOKEN}", "ticket", TOKEN),
        (f"HTTP://192.0.2.1:8780/ticket/#{TOKEN}\r\n", "ticket", TOKEN),
        ("20261122-003.0123456789abcdef0123", "ticket", "20261122-003.0123456789abcdef0123"),
        ("20261122-AB1000.0123456789abcdef0123", "ticket", "20261122-AB1000.0123456789abcdef0123"),
        # an appointment's: with a check character, bare, at the end of an address
        (APPOINTMENT, "appointment", "12345678"),
        ("12345678", "appointment", "12345678"),
        ("123456", "appointment", "123456"),
        (" 1234567\r", "appointment", "1234567"),
        ("https://yuyue.example/a/12345678", "appointment", "12345678"),
        ("https://yuyue.example/?code=123456", "appointment", "123456"),
        # a receipt's
        (RECEIPT, "receipt", "20261122000123"),
    ],
)
def test_the_halls_own_codes(text: str, kind: str, value: str) -> None:
    assert told_apart(text) == Code(CodeKind(kind), value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A012",
        "12345",
        "123456789",
        "１２３４５６７８",
        "99999919900101001X",  # an identity number
        "999999199001010016",
        "6901234567892",  # goods: EAN-13
        "134567890123456789",  # a payment code
        "wxp://f2f0abcdefgh12345678",
        "https://qr.alipay.example/fkx12345678abcdefgh",
        "https://health.example/code?person=张三&id=99999919900101001X",  # 健康码
        "1000230045678901234567890123",  # 医保电子凭证
        "健康码 12345678",
        "BEGIN:VCARD\nFN:张三\nTEL:13900005678\nEND:VCARD",
        "WIFI:S:hall;T:WPA;P:12345678;;",
        TOKEN[:-1],
        TOKEN + "0",
        TOKEN.upper(),
        f"{TOKEN} x",
        f"javascript:{TOKEN}",
        "YY-12345678",
        "YY?-12345678",
        marked("XX", "12345678"),
        marked("YY", "12345"),
        marked("YY", "1234567A"),
        marked("SL", "12345"),
        marked("SL", "1" * 25),
        APPOINTMENT.lower(),
        "x" * 5000,
        "https://hall.example/" + "x" * MOST + f"#{TOKEN}",
    ],
)
def test_garbage_and_what_belongs_to_others_is_unknown_and_says_nothing(text: str) -> None:
    assert told_apart(text) == Code(CodeKind.UNKNOWN, "")


def test_the_check_character_is_that_of_the_standard() -> None:
    """ISO 7064 MOD 37,36, by the example of the Global Release Identifier, which uses it."""
    assert check_character("A12425GABC1234002") == "M"


@pytest.mark.parametrize("text", [APPOINTMENT, RECEIPT])
def test_every_single_wrong_character_is_found(text: str) -> None:
    for at, right in enumerate(text):
        for wrong in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-":
            if wrong != right:
                misread = text[:at] + wrong + text[at + 1 :]
                assert told_apart(misread).kind is CodeKind.UNKNOWN, misread


def test_swapped_neighbours_are_found() -> None:
    for at in range(4, len(APPOINTMENT) - 1):
        swapped = APPOINTMENT[:at] + APPOINTMENT[at + 1] + APPOINTMENT[at] + APPOINTMENT[at + 2 :]
        assert told_apart(swapped).kind is CodeKind.UNKNOWN, swapped


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    code = told_apart(text)
    assert code.value in text
    assert bool(code.value) == (code.kind is not CodeKind.UNKNOWN)


@given(st.sampled_from(sorted(MARKS)), st.from_regex(r"\A[0-9]{6,8}\Z"))
def test_what_is_marked_is_told_apart(mark: str, number: str) -> None:
    assert told_apart(marked(mark, number)) == Code(MARKS[mark][0], number)
