"""The 18-character number of a person (公民身份号码, GB 11643): 17 digits and a check character. Pure.

Residents have it, and so have the permits of Hong Kong, Macao and Taiwan residents, the foreigner's card of 2023, and
social-security cards. The check character is of ISO 7064 MOD 11-2.
"""

from typing import Final

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"


def check_character(digits: str) -> str:
    """The 18th character for 17 digits."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


def has_right_check(number: str) -> bool:
    """Whether an 18-character number ends in its check character."""
    head = number[:17]
    well_formed = len(number) == 18 and head.isascii() and head.isdigit()
    return well_formed and check_character(head) == number[17].upper()


def birth_of(number: str) -> str:
    """YYYYMMDD of a number with the right check character."""
    return number[6:14]
