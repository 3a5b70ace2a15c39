"""``hallctl emulate`` as a technician and a script use it: the real command as a process, its link met by a driver."""

import asyncio
import json
import signal
import sys
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hallctl import emulate
from hallctl.devices.contract import PadKey
from hallctl.devices.links import Links
from hallctl.devices.registry import installed
from hallctl.devices.session import Keeper, Surroundings
from hallctl.errors import ConfigError
from hallctl.sections.device import DeviceSection
from tests.devices.fakes import FastTime, Told, eventually

PADS = Path(__file__).parent.parent / "config" / "pads"


class Running:
    """The command's process; `events` are its JSON lines so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.events: list[dict[str, Any]] = []

    async def until(self, event: str, **more: Any) -> dict[str, Any]:
        """The next such event; fails at the end of the output."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while line := await self.process.stdout.readline():
                row: dict[str, Any] = json.loads(line)
                self.events.append(row)
                if row["event"] == event and more.items() <= row.items():
                    return row
        raise AssertionError(f"no {event} {more} in {self.events}")

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")

    async def end(self) -> int:
        async with asyncio.timeout(30):
            await self.process.communicate(b"")
        assert self.process.returncode is not None
        return self.process.returncode


@asynccontextmanager
async def command(*words: str) -> AsyncIterator[Running]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hallctl", "emulate", *words, stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate(b"")


async def test_a_pad_is_pressed_from_the_keyboard_and_met_by_the_driver() -> None:
    """The printed block is a device of hall.toml: its driver opens the link and hears the key."""
    async with command("callpad", "--json", "-o", "units=[1, 2]", "-o", "dialect=mfc") as it:
        ready = await it.until("ready")
        (row,) = tomllib.loads(ready["config"])["devices"]
        device = DeviceSection.model_validate(row)
        assert (device.link, device.units, device.options) == (ready["link"], {"1": "1", "2": "2"}, {"dialect": "mfc"})
        assert installed().check([device]) == []
        time, told = FastTime(), Told()
        around = Surroundings(Links(time.sleep), time, told.on_signal, told.on_state, time.sleep)
        keeper = Keeper("pads", installed().driver("callpad"), installed().options(device), device.link, around)
        keeper.start()
        await eventually(lambda: keeper.health.up)
        it.type("press miss unit=2")
        await it.until("done", action="key")
        await eventually(lambda: ("pads", PadKey(2, "miss")) in told.signals)
        it.type("unplug")
        await eventually(lambda: told.last("pads") == "offline")
        await keeper.stop()
        it.type("quit")
        assert await it.end() == 0


async def test_commands_of_a_script_errors_and_exit_codes() -> None:
    async with command("barcode", "--json", "--do", "scan A012", "--do", "dance", "--do", "mute", "--for", "0.3") as it:
        await it.until("wire", text="code of 4 characters")
        error = await it.until("error")
        assert "dance" in error["message"]
        await it.until("view", view={"muted": True})
        assert await it.end() == 1


async def test_the_end_of_the_input_ends_it_and_ctrl_c_leaves_nothing_behind() -> None:
    async with command("ledstrip", "--json") as it:
        await it.until("ready")
        assert await it.end() == 0
    async with command("ratingpad", "--json", "--for", "0") as it:
        place = (await it.until("ready"))["link"].removeprefix("serial://").partition("?")[0]
        assert Path(place).exists()
        it.process.send_signal(signal.SIGINT)
        await it.until("stopped")
        assert await it.end() == 0
        assert not Path(place).parent.exists()


async def test_a_described_pad_is_emulated_from_its_file_and_printed_for_people() -> None:
    async with command("padframe", "-o", f"frame={PADS / 'stx.toml'}", "--do", "press 32", "--do", "view") as it:
        out, err = await it.process.communicate(b"")
        assert (it.process.returncode, err) == (0, b"")
        text = out.decode()
        assert 'driver = "padframe"' in text
        assert 'header = "02"' in text
        assert "→ 02 32 03" in text


@pytest.mark.parametrize(
    "words", [("dance",), ("callpad", "-o", "unit=1"), ("callpad", "-o", "dialect=other"), ("callpad", "-o", "x")]
)
async def test_wrong_usage_is_told_in_both_languages(words: tuple[str, ...]) -> None:
    async with command(*words) as it:
        _, err = await it.process.communicate(b"")
        assert it.process.returncode == 2
        assert "。" in err.decode()
        assert "." in err.decode()


async def test_without_a_driver_all_families_are_listed() -> None:
    async with command("--json") as it:
        out, _ = await it.process.communicate(b"")
        rows = {row["driver"]: row for row in json.loads(out)}
    for name in installed().names:
        try:
            actions = installed().emulator(name).actions
        except ConfigError:
            assert name not in rows
        else:
            assert list(rows[name]["actions"]) == list(actions)


# ---------------------------------------------------------------- the line that is typed


ACTIONS = {"key": {"unit": "1", "key": "next"}, "slow": {"seconds": "0.8"}, "mute": {}, "scan": {"text": "…"}}


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ("key next", ("key", {"key": "next"})),
        ("key next unit=3", ("key", {"key": "next", "unit": "3"})),
        ("press next unit=3", ("key", {"key": "next", "unit": "3"})),
        ("press mute", ("mute", {})),
        ("slow 2", ("slow", {"seconds": "2"})),
        ("scan https://example.org/?t=1", ("scan", {"text": "https://example.org/?t=1"})),
        ("mute", ("mute", {})),
    ],
)
def test_words_become_an_action_and_its_parameters(line: str, parsed: tuple[str, dict[str, str]]) -> None:
    assert emulate.parse(line.split(), ACTIONS) == parsed


@pytest.mark.parametrize("line", ["dance", "mute now", "key a b", "press"])
def test_what_is_no_action_is_told_with_what_there_is(line: str) -> None:
    with pytest.raises(ValueError, match=r"\?"):
        emulate.parse(line.split(), ACTIONS)
