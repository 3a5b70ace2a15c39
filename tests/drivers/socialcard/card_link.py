"""A link to the emulated card without a PC/SC service: one write is one command, one read one whole answer."""

import asyncio

from drivers.socialcard.emulator import SocialCardEmulator
from hallctl.devices.contract import LinkLost


class CardLink:
    """What the scheme ``pcsc:`` gives: a command that meets no card, or another card than before, is answered 00."""

    address = "pcsc:"

    def __init__(self, emulator: SocialCardEmulator) -> None:
        self._emulator = emulator
        self._card: object = None
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()

    async def write(self, data: bytes) -> None:
        known, self._card = self._card, self._emulator.presentation
        if known is not None and known is not self._card:
            self._answers.put_nowait(b"\x00")
            self._card = None
            return
        muted = self._emulator.view()["muted"]
        answer = self._emulator.transmit(data)
        if not answer:
            self._card = None
        if not muted:
            self._answers.put_nowait(answer or b"\x00")

    async def read(self) -> bytes:
        answer = await self._answers.get()
        if not answer:
            raise LinkLost("unplugged")
        return answer

    def unplug(self) -> None:
        self._answers.put_nowait(b"")
