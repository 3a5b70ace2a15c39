"""Where the sound goes: a sound card, files, or nowhere."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from drivers.voice.options import VoiceOptions
from drivers.voice.process import Missing, Overdue, run
from drivers.voice.sound import Sound, to_wav
from hallctl.devices.contract import DeviceFault, Port

Started = Callable[[str | None], None]
"""Told when the sound begins, with the clip's file name where there is one."""

_NAME: Final = re.compile(r"^(\d{6,})-[A-Za-z0-9-]*\.wav$")
_GRACE_S: Final = 5.0


class Sink(Protocol):
    """Takes sounds, one at a time."""

    async def play(self, sound: Sound, name: str, started: Started) -> None:
        """Returns when the sound is over; DeviceFault ``voice.no_sound``."""
        ...


class Nowhere:
    """For halls without a loudspeaker: the calls are only shown."""

    async def play(self, sound: Sound, name: str, started: Started) -> None:  # noqa: ARG002 - a Sink's shape
        started(None)


class SoundCard:
    """ALSA, through `aplay`: it reads the WAV from its standard input."""

    def __init__(self, options: VoiceOptions, port: Port) -> None:
        self._options = options
        self._port = port

    async def play(self, sound: Sound, name: str, started: Started) -> None:  # noqa: ARG002 - a Sink's shape
        command = [self._options.player, "-q", "-D", self._options.device, "-"]
        started(None)
        try:
            outcome = await run(command, to_wav(sound), sound.seconds * 1.5 + _GRACE_S, self._port)
        except (Missing, Overdue, BrokenPipeError, ConnectionResetError) as error:
            raise DeviceFault("voice.no_sound", detail=str(error)) from error
        if outcome.code != 0:
            raise DeviceFault("voice.no_sound", detail=outcome.err.decode("utf-8", "replace").strip()[:200])


class Files:
    """One WAV for each announcement, numbered on; the oldest go."""

    def __init__(self, options: VoiceOptions, port: Port) -> None:
        self._folder = Path(options.folder)
        self._keep = options.keep
        self._pace = options.pace
        self._port = port

    async def play(self, sound: Sound, name: str, started: Started) -> None:
        try:
            clip = await asyncio.to_thread(self._write, to_wav(sound), name)
        except OSError as error:
            raise DeviceFault("voice.no_sound", detail=str(error)) from error
        started(clip)
        if self._pace:
            await self._port.sleep(sound.seconds)

    def _write(self, wav: bytes, name: str) -> str:
        """Writes the file under its final name only when it is whole."""
        self._folder.mkdir(parents=True, exist_ok=True)
        clips = clips_in(self._folder)
        number = int(clips[-1].name.split("-")[0]) + 1 if clips else 1
        clip = f"{number:06d}-{re.sub('[^A-Za-z0-9-]+', '', name)}.wav"
        unfinished = self._folder / f".{clip}"
        unfinished.write_bytes(wav)
        unfinished.rename(self._folder / clip)
        for old in clips[: max(0, len(clips) + 1 - self._keep)]:
            old.unlink(missing_ok=True)
        return clip


def clips_in(folder: Path) -> list[Path]:
    """The clips of a folder, the oldest first; other files are left alone."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _NAME.match(path.name))


def sink_of(options: VoiceOptions, port: Port) -> Sink:
    if options.sink == "wav":
        return Files(options, port)
    return SoundCard(options, port) if options.sink == "aplay" else Nowhere()
