"""The loudspeaker with the real espeak-ng, and with programs that fail at the process boundary."""

import asyncio
import json
import os
import shutil
import stat
import wave
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from drivers.voice.driver import DRIVER, Loudspeaker
from drivers.voice.emulator import EMULATOR
from drivers.voice.options import VoiceOptions
from drivers.voice.sink import clips_in
from drivers.voice.sound import from_wav
from hallctl.devices.contract import CAPABILITIES, Announcement, DeviceFault, FaultsSeen, LinkLost, Signal, Spoken

CALL = Announcement("请 A001 号到 3 号窗口办理", None, 2, "t1", "A001", "3", "hall")
OTHER = Announcement("请 B012 号到 12 号窗口办理", None, 2, "t2", "B012", "12", "hall")


class QuietPort:
    """A port whose `sleep` never ends unless `fire` is called."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []
        self.slept: list[float] = []
        self._alarm = asyncio.Event()

    def emit(self, signal: Signal) -> None:
        self.signals.append(signal)

    def heard(self) -> None:
        return None

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self._alarm.wait()

    def fire(self) -> None:
        self._alarm.set()

    @property
    def clips(self) -> list[str | None]:
        return [signal.clip for signal in self.signals if isinstance(signal, Spoken)]


class NoLink:
    address = "none:"

    async def read(self) -> bytes:
        raise LinkLost

    async def write(self, data: bytes) -> None:
        raise LinkLost(data.hex())


@pytest.fixture(autouse=True)
def _engine_is_installed() -> None:
    if shutil.which("espeak-ng") is None:
        pytest.fail("espeak-ng is missing: sudo apt-get install espeak-ng")


def opening(port: QuietPort, **options: Any) -> Awaitable[Loudspeaker]:
    opened: Awaitable[Any] = DRIVER.open(NoLink(), VoiceOptions(**options), port)
    return opened


def program(folder: Path, name: str, script: str) -> str:
    """A shell script that stands in for a program."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def files_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def text_of(path: Path) -> str:
    return path.read_text() if path.exists() else ""


async def test_a_call_becomes_a_wav_that_can_be_heard(tmp_path: Path) -> None:
    """V01: spoken twice, after a chime, without a break in the file."""
    port = QuietPort()
    loudspeaker = await opening(port, sink="wav", folder=str(tmp_path / "clips"))
    assert isinstance(loudspeaker, CAPABILITIES["speaker"])
    await loudspeaker.say(CALL)
    assert port.signals == [Spoken(CALL, "000001-hall-A001.wav")]
    with wave.open(str(tmp_path / "clips" / "000001-hall-A001.wav")) as file:
        seconds = file.getnframes() / file.getframerate()
    made = from_wav((tmp_path / "clips" / "000001-hall-A001.wav").read_bytes())
    assert 4 < seconds < 15
    assert made.peak > 3000
    assert max(map(abs, made.samples[-made.rate // 4 :])) < 100, "ends with a pause"


async def test_two_calls_sound_different(tmp_path: Path) -> None:
    port = QuietPort()
    loudspeaker = await opening(port, sink="wav", folder=str(tmp_path), chime=False)
    await loudspeaker.say(CALL)
    await loudspeaker.say(OTHER)
    await loudspeaker.say(CALL)
    first, second, third = (path.read_bytes() for path in clips_in(tmp_path))
    assert first != second
    assert first == third
    assert [clip and clip[:6] for clip in port.clips] == ["000001", "000002", "000003"]


async def test_once_is_shorter_than_twice_and_english_is_added(tmp_path: Path) -> None:
    port = QuietPort()
    loudspeaker = await opening(port, sink="wav", folder=str(tmp_path))
    english = "Number A001, please proceed to counter 3."
    for call in (
        Announcement(CALL.text, None, 1, "t", "A001", "3", "hall"),
        CALL,
        Announcement(CALL.text, english, 2, "t", "A001", "3", "hall"),
    ):
        await loudspeaker.say(call)
    lengths = [path.stat().st_size for path in clips_in(tmp_path)]
    assert lengths == sorted(set(lengths))


async def test_the_voice_speaks_chinese() -> None:
    """espeak-ng 1.51 spells 请 in English under `cmn`; the self-test chooses another voice there."""
    loudspeaker = await opening(QuietPort(), sink="null")
    assert loudspeaker.engine.voice in ("cmn", "cmn-latn-pinyin")
    listing = await asyncio.create_subprocess_exec(
        "espeak-ng", "-v", loudspeaker.engine.voice, "-q", "-x", "请", stdout=asyncio.subprocess.PIPE
    )
    phonemes, _ = await listing.communicate()
    assert b"(en)" not in phonemes


async def test_the_oldest_files_go_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    loudspeaker = await opening(QuietPort(), sink="wav", folder=str(tmp_path), keep=2)
    for _ in range(4):
        await loudspeaker.say(CALL)
    assert files_of(tmp_path) == ["000003-hall-A001.wav", "000004-hall-A001.wav", "notes.txt"]


async def test_a_label_cannot_leave_the_folder(tmp_path: Path) -> None:
    port = QuietPort()
    loudspeaker = await opening(port, sink="wav", folder=str(tmp_path / "clips"))
    await loudspeaker.say(Announcement("请", None, 1, "t", "../../x", "3", "一楼/hall"))
    assert port.clips == ["000001-hall-x.wav"]


async def test_the_cache_is_bounded_and_used() -> None:
    port = QuietPort()
    loudspeaker = await opening(port, sink="null", cache=2)
    for digit in range(4):
        await loudspeaker.say(Announcement(f"{digit}", None, 1, "t", "", "3", "hall"))
        assert loudspeaker.engine.cached <= 2
    runs = len(port.slept)
    await loudspeaker.say(Announcement("3", None, 1, "t", "", "3", "hall"))
    assert len(port.slept) == runs, "no program was run for a sentence that is ready"


async def test_pace_takes_as_long_as_the_sound(tmp_path: Path) -> None:
    port = QuietPort()
    loudspeaker = await opening(port, sink="wav", folder=str(tmp_path), pace=True)
    saying = asyncio.create_task(loudspeaker.say(CALL))
    async with asyncio.timeout(5):
        while not port.clips:  # noqa: ASYNC110 - the clip is written by a thread, which sets no event
            await asyncio.sleep(0.001)
    assert not saying.done()
    port.fire()
    await saying
    assert port.slept[-1] == pytest.approx(from_wav(clips_in(tmp_path)[0].read_bytes()).seconds)


# ---------------------------------------------------------------- what can go wrong


async def test_without_an_engine_the_fault_says_what_to_install() -> None:
    with pytest.raises(DeviceFault) as caught:
        await opening(QuietPort(), sink="null", engine="/nonexistent/espeak-ng")
    assert caught.value.code == "voice.no_engine"
    assert not caught.value.transient
    assert "espeak-ng" in caught.value.sentence("zh")


async def test_an_engine_without_a_chinese_voice_is_none(tmp_path: Path) -> None:
    """The phonemes of 请 must not be English."""
    wrong = program(tmp_path, "engine", "cat >/dev/null; echo '(en)kI55N'")
    with pytest.raises(DeviceFault) as caught:
        await opening(QuietPort(), sink="null", engine=wrong)
    assert caught.value.code == "voice.no_engine"


async def test_the_second_voice_is_taken_when_the_first_is_wrong(tmp_path: Path) -> None:
    picky = program(tmp_path, "engine", 'cat >/dev/null; [ "$4" = cmn ] && echo "(en)x" || echo "tS;hi2"')
    loudspeaker = await opening(QuietPort(), sink="null", engine=picky)
    assert loudspeaker.engine.voice == "cmn-latn-pinyin"


async def test_an_engine_that_makes_no_wav_is_a_fault(tmp_path: Path) -> None:
    mute = program(tmp_path, "engine", "cat >/dev/null; echo ok")
    loudspeaker = await opening(QuietPort(), sink="null", engine=mute)
    with pytest.raises(DeviceFault) as caught:
        await loudspeaker.say(CALL)
    assert caught.value.code == "device.failed"


async def test_an_engine_that_hangs_is_killed(tmp_path: Path) -> None:
    port = QuietPort()
    hangs = program(tmp_path, "engine", f"echo $$ >{tmp_path}/pid; exec sleep 600")
    attempt = asyncio.ensure_future(opening(port, sink="null", engine=hangs))
    async with asyncio.timeout(5):
        while not text_of(tmp_path / "pid"):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.001)
    port.fire()
    with pytest.raises(DeviceFault) as caught:
        await attempt
    assert caught.value.code == "device.failed"
    with pytest.raises(ProcessLookupError):
        os.kill(int(text_of(tmp_path / "pid")), 0)


async def test_the_sound_card_gets_the_wav(tmp_path: Path) -> None:
    port = QuietPort()
    player = program(tmp_path, "player", f'echo "$@" >{tmp_path}/arguments; cat >{tmp_path}/heard.wav')
    loudspeaker = await opening(port, sink="aplay", player=player, device="plughw:1")
    await loudspeaker.say(CALL)
    assert port.signals == [Spoken(CALL, None)]
    assert (tmp_path / "arguments").read_text() == "-q -D plughw:1 -\n"
    assert from_wav((tmp_path / "heard.wav").read_bytes()).seconds > 0.5


@pytest.mark.parametrize("script", ["echo 'no such device' >&2; exit 1", None])
async def test_no_sound_card_is_a_fault(tmp_path: Path, script: str | None) -> None:
    player = program(tmp_path, "player", script) if script else str(tmp_path / "missing")
    loudspeaker = await opening(QuietPort(), sink="aplay", player=player)
    with pytest.raises(DeviceFault) as caught:
        await loudspeaker.say(CALL)
    assert caught.value.code == "voice.no_sound"


async def test_a_folder_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    loudspeaker = await opening(QuietPort(), sink="wav", folder=str(tmp_path / "file"))
    with pytest.raises(DeviceFault) as caught:
        await loudspeaker.say(CALL)
    assert caught.value.code == "voice.no_sound"


def test_files_need_a_folder() -> None:
    with pytest.raises(ValidationError, match="folder"):
        VoiceOptions(sink="wav")


async def test_it_runs_until_closed() -> None:
    port = QuietPort()
    loudspeaker = await opening(port, sink="null")
    running = asyncio.create_task(loudspeaker.run())
    await asyncio.sleep(0)
    assert port.signals == [FaultsSeen(())]
    await loudspeaker.close()
    with pytest.raises(LinkLost):
        await running


async def test_an_engine_that_was_removed_ends_the_session(tmp_path: Path) -> None:
    port = QuietPort()
    engine = program(tmp_path, "engine", "cat >/dev/null; echo qing")
    loudspeaker = await opening(port, sink="null", engine=engine)
    running = asyncio.create_task(loudspeaker.run())
    await asyncio.sleep(0)
    os.unlink(engine)  # noqa: PTH108 - a blocking pathlib call is refused in an async function
    port.fire()
    with pytest.raises(DeviceFault) as caught:
        await running
    assert caught.value.code == "voice.no_engine"


async def test_the_emulator_lists_the_clips(tmp_path: Path) -> None:
    loudspeaker = await opening(QuietPort(), sink="wav", folder=str(tmp_path))
    emulator = EMULATOR.make(folder=str(tmp_path))
    assert await emulator.start() == "none:"
    await loudspeaker.say(CALL)
    await emulator.press("clear")
    await loudspeaker.say(OTHER)
    (tmp_path / "999999-broken.wav").write_bytes(b"RIFF")
    (clip,) = json.loads(json.dumps(emulator.view()))["clips"]
    assert (clip["name"], clip["label"]) == ("000002-hall-B012.wav", "B012")
    assert clip["seconds"] > 0.5
    with pytest.raises(ValueError, match="no action shout"):
        await emulator.press("shout")
    await emulator.stop()
