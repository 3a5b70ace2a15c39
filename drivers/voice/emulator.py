"""An emulated loudspeaker: there is no wire, so it shows the clips that the driver's sink ``wav`` has written.

Its faults are those of the engine: the driver's option `engine` is led to a program that stands in front of the real
one and does what the fault of the moment says.
"""

import shutil
import tempfile
import wave
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from drivers.emulated_line import FAULT_ACTIONS
from hallctl.devices.contract import EmulatorSpec

_SHOWN: Final = 20

_ENGINE: Final = """#!/bin/sh
read -r fault rest 2>/dev/null < "$0.fault"
case "$fault" in
  mute) cat > /dev/null; exit 0 ;;
  slow) sleep "$rest" ;;
  noise) printf 'noise'; exec espeak-ng "$@" ;;
  half) espeak-ng "$@" | head -c 20; exit ;;
  damage) espeak-ng "$@" | tr 'R' 'r'; exit ;;
esac
exec espeak-ng "$@"
"""
"""``espeak-ng`` with a fault before it; `half` keeps less than a WAV's head, `damage` spoils its mark."""


class LoudspeakerEmulator:
    """`folder` is the one of the driver's options; without it one that is removed at the end."""

    def __init__(self, *, folder: str = "") -> None:
        self._folder = Path(folder or temporary())
        self._own = not folder
        self._engine = engine_of(self._folder)
        self._shown_from = ""
        self._fault = ""

    async def start(self) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._install()
        return "none:"

    async def stop(self) -> None:
        self._set("")
        self._engine.unlink(missing_ok=True)
        if self._own:
            shutil.rmtree(self._folder, ignore_errors=True)

    async def press(self, action: str, **params: str | int) -> None:
        match action:
            case "clear":
                self._shown_from = max((path.name for path in self._folder.glob("*.wav")), default="")
            case "unmute":
                self._set("")
            case "mute" | "noise" | "half" | "damage":
                self._set("" if self._fault == action else action)
            case "slow":
                seconds = float(params.get("seconds", 0.8))
                self._set(f"slow {seconds:g}" if seconds else "")
            case "unplug":
                self._engine.unlink(missing_ok=True)
            case "plug":
                self._install()
            case _:
                raise ValueError(f"no action {action}")

    def view(self) -> dict[str, Any]:
        """`clips`, the newest first: file name, label, length in seconds, when written (ms)."""
        names = sorted((path for path in self._folder.glob("[0-9]*.wav")), reverse=True)
        fresh = [path for path in names if path.name > self._shown_from][:_SHOWN]
        clips = [shown for path in fresh if (shown := _clip(path))]
        return {"clips": clips, "fault": self._fault, "plugged": self._engine.exists(), "wire": []}

    def _install(self) -> None:
        self._engine.write_text(_ENGINE, encoding="utf-8")
        self._engine.chmod(0o700)

    def _set(self, fault: str) -> None:
        self._fault = fault
        note = self._engine.with_name(self._engine.name + ".fault")
        if fault:
            note.write_text(fault + "\n", encoding="utf-8")
        else:
            note.unlink(missing_ok=True)


@cache
def temporary() -> str:
    """A folder of this process, for an emulator that is given none."""
    return tempfile.mkdtemp(prefix="hallctl-emulated-")


def engine_of(folder: str | Path) -> Path:
    """Where the engine of a folder's loudspeaker stands: beside the folder, for what is in it is served."""
    path = Path(folder)
    return path.with_name(path.name + "-engine")


def _fitting(*, folder: str = "", **_given: Any) -> Mapping[str, Any]:
    folder = folder or temporary()
    return {"sink": "wav", "folder": folder, "engine": str(engine_of(folder))}


def _clip(path: Path) -> dict[str, Any] | None:
    """A clip as the page shows it; None for one that has just been removed or is no WAV."""
    try:
        at = path.stat().st_mtime_ns // 1_000_000
        with wave.open(str(path)) as file:
            seconds = file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error):
        return None
    label = path.stem.split("-")[-1]
    return {"name": path.name, "label": label, "seconds": round(seconds, 1), "at": at}


EMULATOR: Final = EmulatorSpec(
    name="voice", actions={"clear": {}, **FAULT_ACTIONS}, make=LoudspeakerEmulator, options=_fitting
)
