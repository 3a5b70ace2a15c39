"""Sounds as 16-bit mono samples: reading and writing WAV, joining, a chime. Pure; standard library only."""

import math
import sys
import wave
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Final

_CHIME: Final = ((659.25, 0.35), (523.25, 0.55))
"""Ding, dong: frequency in Hz and length in seconds."""

_LOUDNESS: Final = 9000


@dataclass(frozen=True)
class Sound:
    """Mono samples of 16 bits at `rate` a second."""

    rate: int
    samples: "array[int]"

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @property
    def peak(self) -> int:
        """The largest amplitude, 0 to 32768."""
        return max(max(self.samples, default=0), -min(self.samples, default=0))


def from_wav(data: bytes) -> Sound:
    """The sound of a mono 16-bit WAV; ValueError for anything else.

    A WAV from a pipe states a length it did not know; what is there counts.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("not a WAV")
    rate, at = 0, 12
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]
        if kind == b"fmt ":
            if len(body) < 16 or (body[0:4], body[14:16]) != (b"\x01\x00\x01\x00", b"\x10\x00"):
                raise ValueError("not mono PCM of 16 bits")
            rate = int.from_bytes(body[4:8], "little")
        elif kind == b"data" and rate:
            return Sound(rate, _samples(body[: len(body) & ~1]))
        at += 8 + size + size % 2
    raise ValueError("a WAV without sound")


def to_wav(sound: Sound) -> bytes:
    """The sound as a WAV file."""
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(_little(sound.samples).tobytes())
    return out.getvalue()


def silence(rate: int, seconds: float) -> Sound:
    return Sound(rate, array("h", bytes(2 * round(rate * seconds))))


@lru_cache(maxsize=4)
def chime(rate: int) -> Sound:
    """Two falling tones that die away, to turn heads before the words."""
    samples = array("h")
    for frequency, seconds in _CHIME:
        turn = 2 * math.pi * frequency / rate
        for n in range(round(rate * seconds)):
            fade = math.exp(-4.0 * n / (rate * seconds)) * min(1.0, n / (0.005 * rate))
            samples.append(round(_LOUDNESS * fade * (math.sin(turn * n) + 0.3 * math.sin(2 * turn * n))))
    return Sound(rate, samples)


def joined(sounds: Sequence[Sound]) -> Sound:
    """The sounds one after the other, at the rate of the first."""
    rate = sounds[0].rate
    samples = array("h")
    for sound in sounds:
        samples.extend(_at_rate(sound, rate).samples)
    return Sound(rate, samples)


def trimmed(sound: Sound, quiet: int = 80) -> Sound:
    """Without the silence before and after: pauses are set where sounds are joined."""
    samples = sound.samples
    first, last = 0, len(samples)
    while first < last and abs(samples[first]) <= quiet:
        first += 1
    while last > first and abs(samples[last - 1]) <= quiet:
        last -= 1
    return Sound(sound.rate, samples[first:last])


def _at_rate(sound: Sound, rate: int) -> Sound:
    """Linear resampling, good enough for one voice beside another."""
    if sound.rate == rate or not sound.samples:
        return Sound(rate, sound.samples)
    samples, count = sound.samples, len(sound.samples) * rate // sound.rate
    out = array("h")
    for n in range(count):
        at, part = divmod(n * sound.rate, rate)
        after = samples[min(at + 1, len(samples) - 1)]
        out.append(samples[at] + (after - samples[at]) * part // rate)
    return Sound(rate, out)


def _samples(body: bytes) -> "array[int]":
    samples = array("h")
    samples.frombytes(body)
    return _little(samples)


def _little(samples: "array[int]") -> "array[int]":
    """The samples with their bytes in WAV's order, also on a big-endian machine."""
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    return samples
