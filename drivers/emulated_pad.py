"""The FF 68 frame as the emulated pads speak it, written apart from `drivers.framing`, which it is to test."""

import asyncio
from collections.abc import Callable

TRIES = 5
"""How often a pad sends before it gives up."""


def build(address: int, function: int, data: bytes = b"") -> bytes:
    counted = [address, function, *data]
    return bytes([0xFF, 0x68, len(counted), len(counted), 0x68, *counted, sum(counted) % 256, 0x16])


def take(buffer: bytearray) -> list[tuple[int, int, bytes]]:
    """Cut all whole frames off the buffer: ``(address, function, data)`` each; what is no frame is thrown away."""
    frames = []
    while len(buffer) >= 5:
        if buffer[:2] != b"\xff\x68" or buffer[2] != buffer[3] or buffer[4] != 0x68 or buffer[2] < 2:
            del buffer[0]
            continue
        size = buffer[2] + 7
        if len(buffer) < size:
            break
        counted = buffer[5 : size - 2]
        if buffer[size - 1] != 0x16 or buffer[size - 2] != sum(counted) % 256:
            del buffer[0]
            continue
        frames.append((counted[0], counted[1], bytes(counted[2:])))
        del buffer[:size]
    return frames


class Insistence:
    """Sends a frame again and again until it is answered, as pads do."""

    def __init__(self, send: Callable[[bytes], None], every_s: float) -> None:
        self._send = send
        self._every_s = every_s
        self._waiting: dict[int, asyncio.Task[None]] = {}

    def begin(self, unit: int, frame: bytes) -> None:
        self.answered(unit)
        self._waiting[unit] = asyncio.create_task(self._insist(unit, frame))

    def answered(self, unit: int) -> bool:
        """Stop sending; False if nothing was being sent."""
        task = self._waiting.pop(unit, None)
        if task is not None:
            task.cancel()
        return task is not None

    async def stop(self) -> None:
        tasks, self._waiting = tuple(self._waiting.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _insist(self, unit: int, frame: bytes) -> None:
        for _ in range(TRIES):
            self._send(frame)
            await asyncio.sleep(self._every_s)
        self._waiting.pop(unit, None)
