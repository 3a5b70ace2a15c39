"""Which key of a call pad means what. Pure; the maps are config, because no two hall systems agree.

A key is written as the hex of the frame's last data byte, alone (``"0d"``, whatever was typed before it) or behind the
digits typed before it: ``"6+0f"`` exactly these, ``"*+0c"`` one digit or more, ``"**+0f"`` two or more. The most exact
one counts: exact digits, then ``**``, then ``*``, then the key alone.
"""

import re
from collections.abc import Mapping
from typing import Final

ACTIONS: Final = frozenset(
    {"next", "call", "recall", "start", "finish", "miss", "hold", "resume", "transfer", "pause", "resume_window"}
    | {"cancel", "login", "logout", "undo", "none"}
)
"""`none` is a key that is known and does nothing here (calling the guard, showing the address)."""

KEY_PATTERN: Final = re.compile(r"(?:(?:\d{1,8}|\*{1,2})\+)?[0-9a-f]{2}")

_BOTH: Final = {
    "0a": "start",
    "0b": "finish",
    "0c": "next",
    "*+0c": "call",
    "0d": "recall",
    "0e": "cancel",
    "0f": "none",
    "11": "none",
    "12": "pause",
    "13": "transfer",
}
PRESETS: Final[Mapping[str, Mapping[str, str]]] = {
    "csharp": {**_BOTH, "6+0f": "miss", "0+0f": "hold", "3+0f": "resume"},
    "mfc": {
        **_BOTH,
        "*+0a": "transfer",
        "0+0b": "none",
        "**+0f": "login",
        "0+0f": "pause",
        "4+0f": "logout",
        "5+0f": "miss",
        "6+0f": "none",
        "7+0f": "none",
        "8+0f": "none",
        "9+0f": "none",
    },
}
"""The key maps of the two public hall systems that speak this protocol."""


def resolve(keymap: Mapping[str, str], digits: str, key: int) -> tuple[str, str] | None:
    """``(action, digits)``, the digits empty where they only selected the action; None for a key without a meaning."""
    if f"{digits}+{key:02x}" in keymap:
        return keymap[f"{digits}+{key:02x}"], ""
    for prefix in ("**+", "*+", "")[0 if len(digits) > 1 else 1 if digits else 2 :]:
        if f"{prefix}{key:02x}" in keymap:
            return keymap[f"{prefix}{key:02x}"], digits
    return None
