"""The options of a loudspeaker; each is explained in README.md."""

from typing import Literal, Self

from pydantic import Field, model_validator

from hallctl.devices.contract import Options


class VoiceOptions(Options):
    """How calls are spoken, and where the sound goes."""

    sink: Literal["wav", "aplay", "null"] = Field(
        "aplay", description="Where the sound goes: aplay (sound card), wav (files in `folder`) or null (nowhere)."
    )
    folder: str = Field("", description="Folder for the sink wav; made when missing.")
    keep: int = Field(100, ge=1, le=10000, description="Files kept in `folder`; the oldest go first.")
    device: str = Field("default", description="ALSA device for the sink aplay, see `aplay -L`.")
    player: str = Field("aplay", description="Program that plays a WAV from its standard input.")
    engine: str = Field("espeak-ng", description="The espeak-ng program.")
    voice: str = Field("", description="Chinese voice of the engine; empty: the first that pronounces 请 in Chinese.")
    voice_en: str = Field("en", description="English voice of the engine.")
    speed: int = Field(150, ge=80, le=300, description="Words a minute.")
    volume: int = Field(120, ge=0, le=200, description="Loudness of the engine, 100 is its own.")
    yao: bool = Field(False, description="Say 幺 for 一 in ticket numbers.")
    chime: bool = Field(True, description="Two tones before the words.")
    pause_s: float = Field(0.6, ge=0, le=5, description="Seconds between two readings and between two languages.")
    cache: int = Field(64, ge=0, le=1000, description="Sentences kept ready; one takes about 200 kB.")
    pace: bool = Field(False, description="Let the sink wav take as long as the sound, as a loudspeaker does.")
    engine_s: float = Field(10.0, gt=0, le=60, description="Seconds after which the engine is ended.")

    @model_validator(mode="after")
    def _wav_needs_a_folder(self) -> Self:
        if self.sink == "wav" and not self.folder:
            raise ValueError('sink = "wav" needs a folder; sink = "wav" 需要 folder')
        return self
