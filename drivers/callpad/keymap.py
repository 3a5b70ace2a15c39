"""Which key of a call pad means what. Pure; the maps are config, because no two hall systems agree.

A key is the hex of the frame's last data byte, written as `drivers.keymap` has it.
"""

import re
from collections.abc import Mapping
from typing import Final

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
