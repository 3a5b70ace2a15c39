"""Samples and WAVs."""

import io
import wave
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.voice import sound
from drivers.voice.sound import Sound


def tone(rate: int, seconds: float) -> Sound:
    return Sound(rate, array("h", [1000 if n % 20 < 10 else -1000 for n in range(round(rate * seconds))]))


def test_a_wav_is_a_wav_and_comes_back() -> None:
    made = tone(22050, 0.5)
    data = sound.to_wav(made)
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22050)
        assert file.getnframes() == 11025
    assert sound.from_wav(data) == made


def test_a_wav_from_a_pipe_has_a_length_it_did_not_know() -> None:
    data = sound.to_wav(tone(22050, 0.1))
    piped = data[:4] + b"\x24\xf0\xff\x7f" + data[8:40] + b"\x00\xf0\xff\x7f" + data[44:]
    assert sound.from_wav(piped) == tone(22050, 0.1)


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEdata\x02\0\0\0\0\0", b"OggS" * 20]
)
def test_what_is_no_wav_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="WAV"):
        sound.from_wav(data)


def test_stereo_is_refused() -> None:
    data = bytearray(sound.to_wav(tone(8000, 0.1)))
    data[22] = 2
    with pytest.raises(ValueError, match="mono"):
        sound.from_wav(bytes(data))


@given(st.binary(max_size=200))
def test_noise_is_refused_or_read(noise: bytes) -> None:
    try:
        sound.from_wav(b"RIFF\0\0\0\0WAVE" + noise)
    except ValueError:
        return


def test_joining_brings_other_rates_to_the_first() -> None:
    whole = sound.joined([tone(22050, 1.0), sound.silence(22050, 0.5), tone(16000, 1.0)])
    assert whole.rate == 22050
    assert whole.seconds == pytest.approx(2.5, abs=0.001)
    assert whole.peak == 1000


def test_silence_around_is_trimmed() -> None:
    made = sound.trimmed(sound.joined([sound.silence(8000, 1), tone(8000, 0.25), sound.silence(8000, 1)]))
    assert made == tone(8000, 0.25)
    assert sound.trimmed(sound.silence(8000, 1)).seconds == 0


def test_the_chime_is_short_and_dies_away() -> None:
    ring = sound.chime(22050)
    assert 0.5 < ring.seconds < 1.5
    assert 5000 < ring.peak < 20000
    assert max(abs(sample) for sample in ring.samples[-200:]) < ring.peak / 10
