"""The 256-byte text of an identity card → a record. Pure.

Source: GA/T 490-2019 (machine-readable record) as laid out by public readers of it; UTF-16LE, padded with spaces; the
kind of card is one character at byte 248: space resident, J residence permit of Hong Kong, Macao and Taiwan residents,
I permanent residence of foreigners (2017), Y the same (2023).
"""

from dataclasses import dataclass, field
from typing import Final

from drivers.citizen_number import has_right_check

TEXT_SIZE: Final = 256
_FLAG: Final = (248, 2)

SEXES: Final = {"0": "unknown", "1": "male", "2": "female", "9": "unstated"}
"""GB/T 2261.1; another code stays unknown, it is never taken for one of the two."""

_ETHNIC_NAMES: Final = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 "
    "柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 "
    "塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
ETHNIC: Final = {f"{code:02}": name for code, name in enumerate(_ETHNIC_NAMES.split(), start=1)} | {
    "57": "其他",
    "97": "其他",
    "98": "外国血统中国籍人士",
}
"""GB/T 3304, 01..56; 57 is used by readers for what they cannot name. Dropping one name shifts all behind it."""

_Layout = dict[str, tuple[int, int]]
_RESIDENT: Final[_Layout] = {
    "name": (0, 30),
    "sex": (30, 2),
    "ethnic": (32, 4),
    "birth": (36, 16),
    "address": (52, 70),
    "number": (122, 36),
    "authority": (158, 30),
    "valid_from": (188, 16),
    "valid_to": (204, 16),
}
_LAYOUTS: Final[dict[str, tuple[str, _Layout]]] = {
    " ": ("resident", _RESIDENT),
    "J": (
        "hkmt_permit",
        {key: place for key, place in _RESIDENT.items() if key != "ethnic"}
        | {"pass_number": (220, 18), "issue_count": (238, 4)},
    ),
    "I": (
        "foreigner_2017",
        {
            "name_en": (0, 120),
            "sex": (120, 2),
            "number": (122, 30),
            "nationality": (152, 6),
            "name": (158, 30),
            "valid_from": (188, 16),
            "valid_to": (204, 16),
            "birth": (220, 16),
            "version": (236, 4),
            "authority": (240, 8),
        },
    ),
    "Y": (
        "foreigner",
        {
            "name": (0, 30),
            "sex": (30, 2),
            "issue_count": (32, 4),
            "birth": (36, 16),
            "name_en": (52, 70),
            "number": (122, 36),
            "valid_from": (188, 16),
            "valid_to": (204, 16),
            "name_en_more": (220, 22),
            "nationality": (242, 6),
        },
    ),
}


@dataclass(frozen=True, slots=True)
class CardRecord:
    """What stands on a card, personal throughout: its repr shows the kind only.

    Dates are YYYYMMDD, `valid_to` may be "长期". `sex` is a value of `SEXES`, `ethnic` the name or, for a code that is
    not in the table, the code. Fields that a kind of card does not have are empty.
    """

    kind: str
    name: str = ""
    name_en: str = ""
    sex: str = "unknown"
    ethnic: str = ""
    birth: str = ""
    address: str = ""
    number: str = ""
    authority: str = ""
    valid_from: str = ""
    valid_to: str = ""
    nationality: str = ""
    pass_number: str = ""
    issue_count: str = ""
    version: str = field(default="")

    def __repr__(self) -> str:
        return f"CardRecord(kind={self.kind!r}, ...)"

    @property
    def plausible(self) -> bool:
        """Whether number and birth can be those of a card; False means a misread or an unknown layout."""
        if len(self.birth) != 8 or not (self.birth.isascii() and self.birth.isdigit()):
            return False
        if self.kind == "foreigner_2017":
            return len(self.number) == 15 and self.number.isascii() and self.number.isalnum()
        return has_right_check(self.number)


def parse_text(text: bytes) -> CardRecord | None:
    """The record of a card's text; None if it is not 256 bytes or of an unknown kind."""
    if len(text) != TEXT_SIZE:
        return None
    known = _LAYOUTS.get(_cut(text, _FLAG))
    if known is None:
        return None
    kind, layout = known
    values = {key: _cut(text, place).strip(" \x00\u3000") for key, place in layout.items()}
    values["name_en"] = values.get("name_en", "") + values.pop("name_en_more", "")
    values["sex"] = SEXES.get(values["sex"], "unknown")
    if "ethnic" in values:
        values["ethnic"] = ETHNIC.get(values["ethnic"], values["ethnic"])
    return CardRecord(kind=kind, **values)


def _cut(text: bytes, place: tuple[int, int]) -> str:
    start, size = place
    return text[start : start + size].decode("utf-16-le", errors="replace")
