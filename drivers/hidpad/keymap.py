"""Which key of a digit keypad means what. Pure.

A key is named as in `codec.KEYS`, alone or behind the digits typed before it: ``enter``; ``6+slash`` exactly 6;
``*+enter`` one digit or more. The most exact one counts. A digit that is not in the map by itself waits for the next.
"""

import re
from collections.abc import Mapping
from typing import Final

from drivers.hidpad.codec import KEYS

ACTIONS: Final = frozenset(
    {"next", "call", "recall", "start", "finish", "miss", "hold", "resume", "transfer", "pause", "resume_window"}
    | {"undo", "none"}
)
"""`none` is a key that is known and does nothing here."""

MOST_DIGITS: Final = 8
_KEY: Final = re.compile(r"(?:(?:\d{1,8}|\*)\+)?([a-z0-9]+)")

NUMPAD: Final[Mapping[str, str]] = {
    "enter": "next",
    "*+enter": "call",
    "plus": "recall",
    "minus": "miss",
    "star": "start",
    "slash": "finish",
    "dot": "hold",
    "0+dot": "resume",
    "*+slash": "transfer",
    "0+minus": "pause",
    "0+plus": "resume_window",
}
"""The keys of an ordinary numeric keypad."""


def problem(keymap: Mapping[str, str]) -> str | None:
    """What is wrong with a site's own keys; None when nothing is."""
    for key, action in keymap.items():
        found = _KEY.fullmatch(key)
        if found is None or found[1] not in KEYS:
            return f"{key} is no key; write one such as plus, 6+slash or *+enter; there are: {', '.join(sorted(KEYS))}"
        if action not in ACTIONS:
            return f"{action} is no action; there are: {', '.join(sorted(ACTIONS))}"
    return None


def resolve(keymap: Mapping[str, str], digits: str, key: str) -> tuple[str, str] | None:
    """``(action, digits)``, the digits empty where they only selected the action; None for a key without a meaning."""
    if f"{digits}+{key}" in keymap:
        return keymap[f"{digits}+{key}"], ""
    name = f"*+{key}" if digits else key
    return (keymap[name], digits) if name in keymap else None
