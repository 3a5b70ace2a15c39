"""espeak-ng as a process of its own: a crash there cannot take the daemon, and its licence stays with it.

Version 1.51 reads Chinese characters as English under its voice ``cmn`` (its issues 1044, 1163, 1236); there
``cmn-latn-pinyin`` is right. So the engine is asked how it pronounces 请 before it may speak.
"""

import shutil
from collections import OrderedDict
from typing import Final

from drivers.voice import sound
from drivers.voice.options import VoiceOptions
from drivers.voice.process import Missing, Outcome, Overdue, run
from hallctl.devices.contract import DeviceFault, Port

CHINESE_VOICES: Final = ("cmn", "cmn-latn-pinyin", "zh")
"""Voices that may be right, best first."""

_TEST: Final = "请"


class Engine:
    """Makes sounds of sentences; keeps the last `cache` ones."""

    def __init__(self, options: VoiceOptions, port: Port) -> None:
        self._options = options
        self._port = port
        self._ready: OrderedDict[tuple[str, str], sound.Sound] = OrderedDict()
        self.voice = options.voice

    @property
    def cached(self) -> int:
        """Sentences kept ready."""
        return len(self._ready)

    def is_there(self) -> bool:
        """Whether the program can be found."""
        return shutil.which(self._options.engine) is not None

    async def prove(self) -> None:
        """Chooses the Chinese voice; DeviceFault ``voice.no_engine`` where none is right."""
        for voice in (self._options.voice,) if self._options.voice else CHINESE_VOICES:
            outcome = await self._run("-v", voice, "-q", "-x", "--stdin", given=_TEST)
            phonemes = outcome.out.decode("utf-8", "replace").strip()
            if outcome.code == 0 and phonemes and "(en)" not in phonemes:
                self.voice = voice
                return
        raise DeviceFault("voice.no_engine", transient=False, detail=f"no voice pronounces {_TEST} in Chinese")

    async def speak(self, text: str, english: bool = False) -> sound.Sound:
        """The sound of a sentence, without silence around it; DeviceFault ``voice.no_engine``, ``device.failed``."""
        voice = self._options.voice_en if english else self.voice
        key = (voice, text)
        if key in self._ready:
            self._ready.move_to_end(key)
            return self._ready[key]
        speed, volume = str(self._options.speed), str(self._options.volume)
        outcome = await self._run("-v", voice, "-s", speed, "-a", volume, "--stdin", "--stdout", given=text)
        try:
            made = sound.trimmed(sound.from_wav(outcome.out))
        except ValueError as error:
            said = outcome.err.decode("utf-8", "replace")[:200]
            raise DeviceFault("device.failed", detail=f"engine: {error}; exit {outcome.code}; {said}") from error
        self._ready[key] = made
        while len(self._ready) > self._options.cache:
            self._ready.popitem(last=False)
        return made

    async def _run(self, *arguments: str, given: str) -> Outcome:
        command = [self._options.engine, "-b", "1", *arguments]
        try:
            return await run(command, given.encode(), self._options.engine_s, self._port)
        except Missing as error:
            raise DeviceFault("voice.no_engine", transient=False, detail=str(error)) from error
        except Overdue as error:
            raise DeviceFault("device.failed", detail=str(error)) from error
