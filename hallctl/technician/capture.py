"""Captures of ``hallctl devices record``, for the tests of a codec; the format stands in README.md."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes that went over the wire at `at` (ms), from the device or to it."""

    at: int
    from_device: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Capture:
    """What was recorded of one device; `head` is the first line."""

    head: dict[str, Any]
    rows: tuple[Bytes, ...]


def read(path: Path) -> Capture:
    """The capture in the file; raises ValueError for another file."""
    first, *others = path.read_text(encoding="utf-8").splitlines() or [""]
    if f'"capture": {FORMAT}' not in first:
        raise ValueError(f"{path} is no capture of this format")
    lines = [json.loads(line) for line in (first, *others)]
    rows = (Bytes(row["at"], row["dir"] == "in", bytes.fromhex(row["hex"])) for row in lines[1:] if "dir" in row)
    return Capture(lines[0], tuple(rows))
