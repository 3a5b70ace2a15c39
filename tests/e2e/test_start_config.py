"""What a daemon does with a config that is broken: at its first start, and after a good one (O09)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hallctl.api.role import Role
from hallctl.client import Client
from hallctl.sentences import SENTENCES
from tests.e2e.forked import ForkedDaemon, forked_daemon, free_port
from tests.e2e.load import write_config
from tests.harness import running_hall

UNKNOWN_DRIVER = """
[[devices]]
name = "printer-1"
driver = "telex"
kiosk = "kiosk-1"
"""
UNKNOWN_OPTION = """
[[devices]]
name = "printer-1"
driver = "escpos"
link = "tcp://127.0.0.1:9"
kiosk = "kiosk-1"
[devices.options]
colour = "[red]"
"""
UNKNOWN_KEY = """
[strip]
blink = true
"""
BROKEN = {
    "devices.0.driver": UNKNOWN_DRIVER,
    "devices.0.options.colour": UNKNOWN_OPTION,
    "strip.blink": UNKNOWN_KEY,
    "(file)": "\n[[windows\n",
}


@pytest.mark.parametrize("key", BROKEN)
async def test_o09_a_first_start_with_a_broken_config_is_refused(tmp_path: Path, key: str) -> None:
    """O09: exit 2 with the file, the key and what to do, in both languages; nothing was begun."""
    config = write_config(tmp_path / "hall.toml", 0, BROKEN[key])
    with forked_daemon(config, tmp_path / "data") as daemon:
        daemon.start()
        assert await asyncio.to_thread(daemon.ended) == 2
        told = daemon.log.read_text()
    line = next(line for line in told.splitlines() if f"{config}: {key}" in line)
    assert any("\u4e00" <= character <= "\u9fff" for character in line), "a Chinese sentence"
    assert SENTENCES["config.invalid"][1].format(count=1) in told
    assert not (tmp_path / "data" / "hall.db").exists()


async def everybody(hall: Any) -> dict[Role, tuple[str, str | None]]:
    """A token and a place for each role."""
    clerk = await hall.clerk("1001", ("window", "guide", "supervisor", "auditor", "admin"))
    tokens: dict[Role, tuple[str, str | None]] = dict.fromkeys(Role, (clerk, None))
    terminals = {Role.KIOSK: "kiosk-1", Role.RATING: "1", Role.BOARD: "main", Role.DEVICE: "1", Role.PORTAL: "web"}
    for role, place in terminals.items():
        tokens[role] = (await hall.terminal(role, place), place)
    return tokens


async def warnings(port: int, tokens: dict[Role, tuple[str, str | None]]) -> list[Any]:
    """What each role's snapshot says in ``hall.warning``."""
    found = []
    for role, (token, place) in tokens.items():
        async with Client(f"ws://127.0.0.1:{port}/ws", role=role, token=token, place=place) as client:
            found.append(client.snapshot["hall"]["warning"])
    return found


async def ended_well(daemon: ForkedDaemon) -> None:
    assert await asyncio.to_thread(daemon.finish) == 0, daemon.log.read_text()


async def test_o09_the_last_good_config_stays_in_use_and_everybody_is_warned(tmp_path: Path) -> None:
    """O09: broken after a good start: the hall opens with the last good one, every page and stderr say so."""
    port = free_port()
    config, data = write_config(tmp_path / "hall.toml", port), tmp_path / "data"
    async with running_hall(data) as hall:
        tokens = await everybody(hall)
    with forked_daemon(config, data) as daemon:
        daemon.start()
        assert await warnings(port, tokens) == [None] * len(tokens)
        await ended_well(daemon)
        good = config.read_text(encoding="utf-8")

        for broken in (good + UNKNOWN_DRIVER + UNKNOWN_KEY, None):
            config.unlink() if broken is None else config.write_text(broken, encoding="utf-8")
            daemon.log.unlink()
            daemon.start()
            zh, en = SENTENCES["config.last_good"]
            assert await warnings(port, tokens) == [{"code": "config.last_good", "zh": zh, "en": en}] * len(tokens)
            await ended_well(daemon)
            assert zh in daemon.log.read_text()
        assert (data / "last-good.toml").read_text(encoding="utf-8") == good

        config.write_text(good.replace("测试大厅", "新大厅"), encoding="utf-8")
        daemon.start()
        assert await warnings(port, tokens) == [None] * len(tokens)
        await ended_well(daemon)
        assert "新大厅" in (data / "last-good.toml").read_text(encoding="utf-8")
