"""What a device tells, in words for the technician: nothing personal in it."""

from typing import Final

from hallctl.devices import contract as c
from hallctl.engine.identity import mask_name
from hallctl.errors import sentence

Words = tuple[str, str]
"""The same in zh and en."""

STATES: Final[dict[str, Words]] = {
    "unknown": ("未知", "unknown"),
    "connecting": ("正在连接", "connecting"),
    "ready": ("正常", "works"),
    "degraded": ("能用，但有问题", "works, with a problem"),
    "offline": ("连不上", "cannot be reached"),
}
"""A link's states for people."""

_KINDS: Final[dict[str, Words]] = {
    "resident": ("居民身份证", "identity card"),
    "hkmt_permit": ("港澳台居民居住证", "residence permit (Hong Kong, Macao, Taiwan)"),
    "foreigner": ("外国人永久居留证", "foreigner's residence card"),
    "foreigner_2017": ("外国人永久居留证", "foreigner's residence card"),
}


def told(signal: c.Signal) -> Words:
    """The signal in words; of a card the masked name, of a code its length."""
    match signal:
        case c.PadKey(unit, action, digits):
            typed = f"{digits} + " if digits else ""
            return f"按键 {typed}{action}{_at(unit, '，地址')}", f"key {typed}{action}{_at(unit, ', address')}"
        case c.RatingKey(unit, level, raw):
            key = level or f"? ({raw})"
            return f"评价键 {key}{_at(unit, '，地址')}", f"rating key {key}{_at(unit, ', address')}"
        case c.CardSeen():
            zh, en = _KINDS.get(signal.kind, (signal.kind, signal.kind))
            return f"一张证件：{zh}，{mask_name(signal.name)}", f"a card: {en}, {mask_name(signal.name)}"
        case c.CardFailed(code):
            return sentence(code, "zh", {}), sentence(code, "en", {})
        case c.CodeSeen(text):
            return f"一个码，{len(text)} 个字符", f"a code of {len(text)} characters"
        case c.Spoken(announcement):
            spoken = announcement.label or announcement.text
            return f"正在播报 {spoken}", f"speaks {spoken}"
        case _:
            return type(signal).__name__, type(signal).__name__


def _at(unit: int | None, word: str) -> str:
    return "" if unit is None else f"{word} {unit}"
