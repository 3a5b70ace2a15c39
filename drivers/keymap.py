"""What keys of pads can mean, and which meaning a key has behind the digits typed before it. Pure.

A key is written alone (whatever was typed before it) or behind the digits: ``6+0f`` exactly these, ``*+0c`` one digit
or more, ``**+0f`` two or more. The most exact one counts: exact digits, then ``**``, then ``*``, then the key alone.
"""

from collections.abc import Mapping
from typing import Final

ACTIONS: Final = frozenset(
    {"next", "call", "recall", "start", "finish", "miss", "hold", "resume", "transfer", "pause", "resume_window"}
    | {"cancel", "login", "logout", "undo", "none"}
)
"""`none` is a key that is known and does nothing here (calling the guard, showing the address)."""

LEVELS: Final = ("very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied")
"""The five national levels, best first."""


def resolve(keymap: Mapping[str, str], digits: str, key: str) -> tuple[str, str] | None:
    """``(meaning, digits)``, the digits empty where they only selected it; None for a key without a meaning."""
    if f"{digits}+{key}" in keymap:
        return keymap[f"{digits}+{key}"], ""
    for prefix in ("**+", "*+", "")[0 if len(digits) > 1 else 1 if digits else 2 :]:
        if f"{prefix}{key}" in keymap:
            return keymap[f"{prefix}{key}"], digits
    return None
