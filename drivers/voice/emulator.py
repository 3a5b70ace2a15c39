"""An emulated loudspeaker: there is no wire, so it shows the clips that the driver's sink ``wav`` has written."""

import wave
from pathlib import Path
from typing import Any, Final

from hallctl.devices.contract import EmulatorSpec

_SHOWN: Final = 20


class LoudspeakerEmulator:
    """`folder` is the one of the driver's options."""

    def __init__(self, *, folder: str) -> None:
        self._folder = Path(folder)
        self._shown_from = ""

    async def start(self) -> str:
        return "none:"

    async def stop(self) -> None:
        return None

    async def press(self, action: str, **params: str | int) -> None:  # noqa: ARG002 - an Emulator's shape
        if action != "clear":
            raise ValueError(f"no action {action}")
        self._shown_from = max((path.name for path in self._folder.glob("*.wav")), default="")

    def view(self) -> dict[str, Any]:
        """`clips`, the newest first: file name, label, length in seconds, when written (ms)."""
        names = sorted((path for path in self._folder.glob("[0-9]*.wav")), reverse=True)
        fresh = [path for path in names if path.name > self._shown_from][:_SHOWN]
        return {"clips": [shown for path in fresh if (shown := _clip(path))], "wire": []}


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


EMULATOR: Final = EmulatorSpec(name="voice", actions={"clear": {}}, make=LoudspeakerEmulator)
