"""V01: what is spoken for labels and windows, as golden strings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.voice import speech

CALL = "请 {label} 号到 {window} 号窗口办理"


@pytest.mark.parametrize(
    ("label", "window", "spoken"),
    [
        ("A001", "3", "请A零零一号到三号窗口办理"),
        ("AB1000", "A12", "请A B一零零零号到A十二号窗口办理"),
        ("B012", "10", "请B零一二号到十号窗口办理"),
        ("B012", "20", "请B零一二号到二十号窗口办理"),
        ("B012", "12", "请B零一二号到十二号窗口办理"),
        ("003", "3", "请零零三号到三号窗口办理"),
        ("012", "12", "请零一二号到十二号窗口办理"),
        ("105", "105", "请一零五号到一百零五号窗口办理"),
        ("1000", "1", "请一零零零号到一号窗口办理"),
        ("A032", "综合", "请A零三二号到综合号窗口办理"),
    ],
)
def test_v01_calls(label: str, window: str, spoken: str) -> None:
    """V01: labels digit by digit, windows as numbers."""
    assert speech.speakable(CALL.format(label=label, window=window), label) == spoken


def test_v01_yao() -> None:
    """V01: 幺 only in the label, never in the window's number."""
    assert speech.speakable(CALL.format(label="A101", window="11"), "A101", yao=True) == "请A幺零幺号到十一号窗口办理"


def test_v01_bilingual() -> None:
    """V01: the English sentence spells the label and leaves the counter to the engine."""
    text = "Number A001, please proceed to counter 3."
    assert speech.speakable_en(text, "A001") == "Number A zero zero one, please proceed to counter 3."
    assert speech.speakable_en("Number 100 to counter 100", "100") == "Number one zero zero to counter 100"
    assert speech.speakable_en("Welcome.") == "Welcome."


NUMBERS = {
    "0": "零", "00": "零", "03": "三", "9": "九", "10": "十", "11": "十一", "19": "十九", "20": "二十",
    "21": "二十一", "99": "九十九", "100": "一百", "101": "一百零一", "110": "一百一十",
    "111": "一百一十一", "200": "二百", "1000": "一千", "1001": "一千零一", "1010": "一千零一十",
    "1100": "一千一百", "9999": "九千九百九十九", "12345": "一二三四五", "02987654": "零二九八七六五四",
}  # fmt: skip


@pytest.mark.parametrize(("digits", "spoken"), NUMBERS.items())
def test_numbers(digits: str, spoken: str) -> None:
    assert speech.number(digits) == spoken


def test_a_label_is_not_found_inside_another_word() -> None:
    assert speech.speakable("请 A0011 号", "A001") == "请A十一号"


def test_words_stay_words() -> None:
    assert speech.speakable("WiFi 密码在 2 楼") == "WiFi密码在二楼"


@given(st.text(max_size=60), st.from_regex(r"[A-HJ-NP-Z]{0,2}[0-9]{3,4}", fullmatch=True))
def test_any_text_is_speakable(text: str, label: str) -> None:
    """No ASCII digit is left to the engine's own reading, and the label's digits are all there."""
    spoken = speech.speakable(f"请 {label} 号", label)
    assert not any(sign in "0123456789" for sign in spoken + speech.speakable(text, label))
    assert sum(sign in "零一二三四五六七八九" for sign in spoken) == sum(sign.isdigit() for sign in label)
