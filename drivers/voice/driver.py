"""The loudspeaker of a zone: speaks announcements with espeak-ng, through a sound card or into files."""

import asyncio
from typing import Final

from drivers.voice import sound, speech
from drivers.voice.engine import Engine
from drivers.voice.options import VoiceOptions
from drivers.voice.sink import sink_of
from hallctl.devices.contract import Announcement, DeviceFault, DriverSpec, FaultsSeen, Link, LinkLost, Port, Spoken

_CHECK_S: Final = 2.0
"""Seconds between two looks whether the engine is still there: that it is gone must be told within three (H01)."""


class Loudspeaker:
    """One loudspeaker. See `hallctl.devices.contract.Speaker`."""

    def __init__(self, options: VoiceOptions, port: Port) -> None:
        self._options = options
        self._port = port
        self._sink = sink_of(options, port)
        self._closed = asyncio.Event()
        self.engine = Engine(options, port)

    async def run(self) -> None:
        """Until it is closed (LinkLost), or the engine is gone (``voice.no_engine``)."""
        self._port.emit(FaultsSeen(()))
        closing = asyncio.create_task(self._closed.wait(), name="voice closing")
        try:
            while self.engine.is_there():
                self._port.heard()
                alarm = asyncio.ensure_future(self._port.sleep(_CHECK_S))
                await asyncio.wait({closing, alarm}, return_when=asyncio.FIRST_COMPLETED)
                alarm.cancel()
                if closing.done():
                    raise LinkLost("closed")
        finally:
            closing.cancel()
        raise DeviceFault("voice.no_engine", transient=False, detail=self._options.engine)

    async def close(self) -> None:
        self._closed.set()

    async def say(self, announcement: Announcement) -> None:
        """Speaks it as often as it says and tells `Spoken` when the sound begins; DeviceFault when it cannot."""
        clip = await self._sound(announcement)
        await self._sink.play(
            clip,
            f"{announcement.zone}-{announcement.label}",
            lambda name: self._port.emit(Spoken(announcement, name)),
        )

    async def _sound(self, announcement: Announcement) -> sound.Sound:
        """Chime, then Chinese and English in turn, with pauses."""
        zh = speech.speakable(announcement.text, announcement.label, self._options.yao)
        readings = [await self.engine.speak(zh)]
        if announcement.text_en:
            en = speech.speakable_en(announcement.text_en, announcement.label)
            readings.append(await self.engine.speak(en, english=True))
        rate = readings[0].rate
        parts = [sound.chime(rate)] if self._options.chime else []
        for reading in readings * max(1, announcement.times):
            parts += [reading, sound.silence(rate, self._options.pause_s)]
        return sound.joined(parts)


async def _open(link: Link, options: VoiceOptions, port: Port) -> Loudspeaker:  # noqa: ARG001 - there is no link
    loudspeaker = Loudspeaker(options, port)
    await loudspeaker.engine.prove()
    return loudspeaker


DRIVER = DriverSpec(
    name="voice",
    options=VoiceOptions,
    links=("none",),
    capabilities=("speaker",),
    in_flight=1,
    open=_open,
    title=("语音播报", "Loudspeaker"),
)
