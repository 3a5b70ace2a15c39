"""The cards of the emulated reader: synthetic people only, laid out as GA/T 490 has it.

Written apart from the codec. Numbers begin with 999999, a region that does not exist; their check characters are right,
but for the one card that is to be refused.
"""

from typing import Final


def _wide(text: str, size: int) -> bytes:
    """`text` as UTF-16LE, padded with spaces to `size` bytes."""
    return text.ljust(size // 2).encode("utf-16-le")


def _number(head: str) -> str:
    """17 digits and their check character (GB 11643)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(head))
    return head + "0123456789X"[(1 - total) % 11]


def _resident(name: str, sex: str, birth: str, order: str, *, wrong: bool = False) -> bytes:
    number = _number("999999" + birth + order)
    if wrong:
        number = number[:-1] + ("0" if number[-1] != "0" else "1")
    return b"".join(
        (
            _wide(name, 30),
            _wide(sex, 2),
            _wide("01", 4),
            _wide(birth, 16),
            _wide("测试省测试市测试区样例路1号", 70),
            _wide(number, 36),
            _wide("测试市公安局测试分局", 30),
            _wide("20200101", 16),
            _wide("长期" if birth < "1975" else "20400101", 16),
            _wide("", 36),
        )
    )


def _permit() -> bytes:
    return b"".join(
        (
            _wide("测试丙", 30),
            _wide("2", 2),
            _wide("", 4),
            _wide("19850505", 16),
            _wide("测试省测试市测试区样例路2号", 70),
            _wide(_number("99999919850505002"), 36),
            _wide("测试市公安局测试分局", 30),
            _wide("20200101", 16),
            _wide("20250101", 16),
            _wide("X00000000", 18),
            _wide("01", 4),
            _wide("", 6),
            _wide("J", 2),
            _wide("", 6),
        )
    )


def _foreigner() -> bytes:
    return b"".join(
        (
            _wide("测试丁", 30),
            _wide("1", 2),
            _wide("01", 4),
            _wide("19800808", 16),
            _wide("TEST, DANIEL", 70),
            _wide(_number("99999919800808003"), 36),
            _wide("", 30),
            _wide("20231201", 16),
            _wide("20331201", 16),
            _wide("", 22),
            _wide("ZZZ", 6),
            _wide("Y", 2),
            _wide("", 6),
        )
    )


def _foreigner_2017() -> bytes:
    return b"".join(
        (
            _wide("TEST, ALICE", 120),
            _wide("2", 2),
            _wide("ZZZ990019900101", 30),
            _wide("ZZZ", 6),
            _wide("", 30),
            _wide("20180101", 16),
            _wide("20280101", 16),
            _wide("19900101", 16),
            _wide("01", 4),
            _wide("1500", 8),
            _wide("I", 2),
            _wide("", 6),
        )
    )


CARDS: Final[dict[str, tuple[bytes, str]]] = {
    "resident": (_resident("测试甲", "2", "19900101", "001"), "测** 9999**************"),
    "elder": (_resident("测试乙", "1", "19500202", "002"), "测** 9999**************"),
    "hkmt": (_permit(), "测** 9999**************"),
    "foreigner": (_foreigner(), "测** 9999**************"),
    "foreigner_2017": (_foreigner_2017(), "T*** ZZZ9***********"),
    "wrong_check": (_resident("测试戊", "1", "19900101", "003", wrong=True), "测** 9999**************"),
    "unknown_kind": (_wide("", 248) + _wide("Q", 2) + _wide("", 6), "?"),
    "unreadable": (b"", "?"),
    "rejected": (b"", "?"),
}
"""Card → its text and what may be shown of it; an unreadable one is found and cannot be read, a rejected one cannot
even be selected, because the module does not accept it."""
