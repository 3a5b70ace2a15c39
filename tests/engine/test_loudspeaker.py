"""What is heard: a burst of recalls is one call (C06), an emergency comes before everything (C16)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hallctl.api.role import Role
from hallctl.client import Client
from hallctl.domain import commands as c
from hallctl.errors import Refusal
from tests.harness import FakeClock, RunningHall, running_hall, small_config

NOTICE = "请立即有序撤离"

PLAYER = """#!/bin/sh
cat > /dev/null
echo playing >> {folder}/played
while [ ! -e {folder}/go ]; do sleep 0.02; done
"""
"""A sound card that sounds until it is let go."""

ENGINE = """#!/bin/sh
tee -a {folder}/texts | espeak-ng "$@"
"""
"""The real engine; what it is asked to say is written down."""


@dataclass
class Hearing:
    """A hall with one loudspeaker, two windows at work, and an ear."""

    hall: RunningHall
    folder: Path
    board: Client
    captions: list[str] = field(default_factory=list)

    async def listen(self) -> None:
        async for event in self.board.events():
            if event["type"] == "hall.caption":
                self.captions.append(event["data"]["label"])

    def sound(self, on: bool) -> None:
        """Let everything sound to its end at once, or hold on to what sounds next."""
        go = self.folder / "go"
        go.touch() if on else go.unlink(missing_ok=True)

    def played(self) -> int:
        """How many sounds have begun."""
        file = self.folder / "played"
        return len(file.read_text().splitlines()) if file.exists() else 0

    def texts(self) -> str:
        return (self.folder / "texts").read_text()

    async def until(self, fact: Callable[[], Any]) -> None:
        for _ in range(1000):
            if fact():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"never; heard: {self.captions}, {self.played()} sounds")


@asynccontextmanager
async def hearing(directory: Path, clock: FakeClock) -> AsyncIterator[Hearing]:
    folder = directory / "sound"
    folder.mkdir()
    for name, script in (("player", PLAYER), ("engine", ENGINE)):
        (folder / name).write_text(script.format(folder=folder))
        (folder / name).chmod(0o755)
    device = f"""
[rules]
recall_gap_s = 0
[[devices]]
name = "voice"
driver = "voice"
zone = "main"
[devices.options]
sink = "aplay"
player = "{folder}/player"
engine = "{folder}/engine"
chime = false
"""
    async with running_hall(directory, small_config(device), clock) as hall:
        for window in ("1", "3"):
            await hall.clerk(f"10{window}")
            await hall.execute(c.LoginClerk(window, f"10{window}"))
            await hall.execute(c.OpenWindow(window))
        heard = Hearing(hall, folder, await hall.client(Role.BOARD))
        listening = asyncio.create_task(heard.listen())
        devices = hall.daemon.context.state.devices
        await heard.until(lambda: "voice" in devices and devices["voice"].state == "ready")
        await hall.execute(c.TakeTicket("pooled"))
        await hall.execute(c.TakeTicket("police"))
        try:
            yield heard
        finally:
            listening.cancel()
            heard.sound(on=True)


async def test_c06_a_burst_of_recalls_is_spoken_once(tmp_path: Path) -> None:
    """C06: A001 sounds, C001 waits for its turn, A001 is called again three times meanwhile: that is one call more, and
    one that comes after it was spoken is another one."""
    async with hearing(tmp_path, FakeClock()) as heard:
        await heard.hall.execute(c.CallTicket("1"))
        await heard.until(lambda: heard.played() == 1)
        await heard.hall.execute(c.CallTicket("3"))
        for _ in range(3):
            await heard.hall.execute(c.RecallTicket("1"))
        await asyncio.sleep(0.2)
        assert heard.played() == 1
        heard.sound(on=True)
        await heard.until(lambda: len(heard.captions) == 3)
        await asyncio.sleep(0.2)
        assert (heard.captions, heard.played()) == (["A001", "C001", "A001"], 3)
        await heard.hall.execute(c.RecallTicket("1"))
        await heard.until(lambda: heard.captions[3:] == ["A001"])


async def test_c06_a_recall_keeps_the_waiting_call_worth_speaking(tmp_path: Path) -> None:
    """C06, V02: a call that waited too long is not spoken; one that was called again meanwhile is, by that."""
    clock = FakeClock()
    async with hearing(tmp_path, clock) as heard:
        await heard.hall.execute(c.CallTicket("1"))
        await heard.until(lambda: heard.played() == 1)
        await heard.hall.execute(c.CallTicket("3"))
        clock.pass_s(20)
        await heard.hall.execute(c.RecallTicket("3"))
        clock.pass_s(20)
        heard.sound(on=True)
        await heard.until(lambda: heard.captions == ["A001", "C001"])
        heard.sound(on=False)
        await heard.hall.execute(c.RecallTicket("1"))
        await heard.until(lambda: heard.played() == 3)
        await heard.hall.execute(c.RecallTicket("3"))
        clock.pass_s(40)
        heard.sound(on=True)
        await asyncio.sleep(0.3)
        assert heard.captions == ["A001", "C001", "A001"]


async def test_c16_an_emergency_is_heard_at_once_and_calls_are_not(tmp_path: Path) -> None:
    """C16: emergency > call: what sounds is broken off, what waits is not spoken; after the end calls are as before."""
    async with hearing(tmp_path, FakeClock()) as heard:
        await heard.hall.execute(c.CallTicket("1"))
        await heard.until(lambda: heard.played() == 1)
        await heard.hall.execute(c.CallTicket("3"))
        await heard.hall.execute(c.DeclareEmergency(NOTICE))
        await heard.until(lambda: heard.played() == 2)
        assert NOTICE in heard.texts()
        refused = await heard.hall.execute(c.RecallTicket("1"))
        assert isinstance(refused, Refusal)
        await heard.hall.execute(c.DeclareEmergency("火警解除前请勿返回"))
        await heard.until(lambda: heard.played() == 3)
        assert "火警解除前请勿返回" in heard.texts()
        await heard.hall.execute(c.EndEmergency())
        await heard.hall.execute(c.RecallTicket("3"))
        await heard.until(lambda: heard.captions == ["A001", "C001"])
        await heard.until(lambda: heard.played() == 4)


async def test_c16_an_emergency_outlives_the_daemon(tmp_path: Path) -> None:
    """C16: after a restart in the midst of it the notice is spoken again."""
    clock = FakeClock()
    async with hearing(tmp_path, clock) as heard:
        await heard.hall.execute(c.DeclareEmergency(NOTICE))
        await heard.until(lambda: heard.played() == 1)
        config, folder = heard.hall.daemon.context.config, heard.folder
    (folder / "played").unlink()
    async with running_hall(tmp_path, config, clock) as hall:
        again = Hearing(hall, folder, await hall.client(Role.BOARD))
        await again.until(lambda: again.played() >= 1)
        await hall.execute(c.EndEmergency())
