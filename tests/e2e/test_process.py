"""The daemon as a process: systemd, signals, locks, ports, and nothing left behind."""

import asyncio
import itertools
import json
import os
import random
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from hallctl.api.role import Role
from hallctl.client import Client
from hallctl.domain import events as e
from hallctl.sentences import SENTENCES
from tests.e2e.books import assert_whole, read_books
from tests.e2e.forked import ForkedDaemon, forked_daemon, free_port
from tests.e2e.load import furnish, write_config
from tests.harness import end_process, start_process

CONSOLE = ("console.token", "console.address")


async def until(fact: Callable[[], Any], what: str) -> Any:
    for _ in range(2000):
        value = fact()
        if value:
            return value
        await asyncio.sleep(0.01)
    raise AssertionError(f"never: {what}")


def sentences(code: str, **params: str) -> tuple[str, str]:
    zh, en = SENTENCES[code]
    return zh.format(**params), en.format(**params)


# ---------------------------------------------------------------- systemd


async def test_systemd_is_told_of_start_life_and_stop(tmp_path: Path) -> None:
    """Type=notify with a watchdog: READY once requests are answered, WATCHDOG while the loop turns, STOPPING."""
    port = free_port()
    config, data = write_config(tmp_path / "hall.toml", port), tmp_path / "data"
    name = f"hallctl-test-{os.getpid()}-{port}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{name}")
        systemd.setblocking(False)
        loop = asyncio.get_running_loop()

        async def told() -> str:
            return (await asyncio.wait_for(loop.sock_recv(systemd, 100), 30)).decode()

        env = {"NOTIFY_SOCKET": f"@{name}", "WATCHDOG_USEC": "100000"}
        with forked_daemon(config, data, env) as daemon:
            daemon.start()
            before = set()
            while (word := await told()) != "READY=1":
                before.add(word)
            assert before <= {"WATCHDOG=1"}
            async with Client(f"ws://127.0.0.1:{port}/ws") as anyone:
                assert (await anyone.ask("hall.about"))["hall"] == "small"
            assert [await told() for _ in range(3)] == ["WATCHDOG=1"] * 3
            daemon.signal(signal.SIGTERM)
            while (word := await told()) != "STOPPING=1":
                assert word == "WATCHDOG=1"
            assert daemon.ended() == 0


# ---------------------------------------------------------------- stopping

ASKED = 1500


async def pour(socket_: ClientConnection, ids: "itertools.count[int]") -> None:
    """Ask for numbers without waiting for the answers."""
    for number in itertools.islice(ids, ASKED):
        params = {"service": "pooled", "request_id": f"take-{number}"}
        message = {"jsonrpc": "2.0", "id": number, "method": "ticket.take", "params": params}
        await socket_.send(json.dumps(message))


async def drained(line: ClientConnection, answered: dict[int, str], stop: Callable[[], None]) -> int | None:
    """Read every answer, `stop` at the 20th; the close code."""
    try:
        while True:
            answer = json.loads(await line.recv())
            answered[answer["id"]] = answer["result"]["ticket"]["label"]
            if len(answered) == 20:
                stop()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd is not None else None


async def test_sigterm_answers_what_was_begun_and_closes_with_1012(tmp_path: Path) -> None:
    """Whatever is in the journal was answered; what came too late was not begun and is asked again after the start."""
    port = free_port()
    config, data = write_config(tmp_path / "hall.toml", port), tmp_path / "data"
    tokens = await furnish(data, config)
    answered: dict[int, str] = {}
    with forked_daemon(config, data) as daemon:
        daemon.start()
        await asyncio.to_thread(daemon.wait_ready)
        async with connect(f"ws://127.0.0.1:{port}/ws", compression=None) as line:
            hello = {"api_version": 1, "role": "kiosk", "token": tokens.kiosks["kiosk-1"]}
            await line.send(json.dumps({"jsonrpc": "2.0", "id": "hello", "method": "hello", "params": hello}))
            await line.recv()
            pouring = asyncio.create_task(pour(line, itertools.count()))
            assert await drained(line, answered, lambda: daemon.signal(signal.SIGTERM)) == 1012
            await asyncio.gather(pouring, return_exceptions=True)
        assert daemon.ended() == 0, daemon.log.read_text()
        books = read_books(data, tmp_path / "books")
        assert_whole(books)
        assert [event.label for event in books.of(e.TicketTaken)] == [answered[number] for number in sorted(answered)]

        daemon.start()  # nothing stands in the way of the next start
        async with Client(f"ws://127.0.0.1:{port}/ws", role="kiosk", token=tokens.kiosks["kiosk-1"]) as kiosk:
            for number in (0, len(answered) - 1, len(answered)):
                receipt = await kiosk.change("ticket.take", f"take-{number}", service="pooled")
                assert receipt["ticket"]["label"] == f"A{number + 1:03d}"
        assert daemon.finish() == 0


LOUDSPEAKER = """
[[devices]]
name = "voice"
driver = "voice"
zone = "main"
[devices.options]
player = "{player}"
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C, often and in the midst of a spoken call: exit 0, no process, no lock, no console file."""
    player, playing = tmp_path / "player", tmp_path / "playing"
    player.write_text(f"#!/bin/sh\ncat >/dev/null\necho $$ >{playing}.new\nmv {playing}.new {playing}\nexec sleep 60\n")
    player.chmod(0o755)
    port = free_port()
    config = write_config(tmp_path / "hall.toml", port, LOUDSPEAKER.format(player=player))
    data = tmp_path / "data"
    tokens = await furnish(data, config)
    with forked_daemon(config, data) as daemon:
        daemon.start()
        url = f"ws://127.0.0.1:{port}/ws"
        async with (
            Client(url, role="kiosk", token=tokens.kiosks["kiosk-1"]) as kiosk,
            Client(url, role="window", token=tokens.windows["1"], place="1") as desk,
        ):
            await kiosk.change("ticket.take", service="pooled")
            await desk.change("ticket.call")
            await until(playing.exists, "the call spoken")
            assert all((data / name).stat().st_mode & 0o777 == 0o600 for name in CONSOLE)
            for _ in range(3):
                daemon.signal(number)
            assert await asyncio.to_thread(daemon.ended) == 0, daemon.log.read_text()
        with pytest.raises(ProcessLookupError):
            os.kill(int(playing.read_text()), 0)
        assert not any((data / name).exists() for name in CONSOLE)
        daemon.start()
        await asyncio.to_thread(daemon.wait_ready)
        assert daemon.finish(number) == 0


async def test_a_signal_at_any_moment_of_the_start_ends_it(tmp_path: Path) -> None:
    """Stopped before it was up: it ends at once, holds no lock, and the store is whole."""
    config, data = write_config(tmp_path / "hall.toml", 0), tmp_path / "data"
    chance = random.Random(7)
    with forked_daemon(config, data) as daemon:
        for step in range(10):
            number = (signal.SIGTERM, signal.SIGINT)[step % 2]
            daemon.log.unlink(missing_ok=True)
            daemon.start()
            await until(daemon.log.exists, "the start")
            await asyncio.sleep(chance.random() * 0.2)
            code = await asyncio.to_thread(daemon.finish, number)
            assert code in {0, 130, -number}, daemon.log.read_text()
        daemon.start()
        await asyncio.to_thread(daemon.wait_ready)
        assert daemon.finish() == 0
    assert_whole(read_books(data, tmp_path / "books"))


# ---------------------------------------------------------------- in each other's way


async def test_a_second_daemon_does_not_start(tmp_path: Path) -> None:
    """On the same data directory, and on the same port: exit 1 with a sentence; the first goes on."""
    port = free_port()
    config, data = write_config(tmp_path / "hall.toml", port), tmp_path / "data"
    with forked_daemon(config, data) as first:
        first.start()
        await asyncio.to_thread(first.wait_ready)
        second = ForkedDaemon(config, data)
        second.log = tmp_path / "second.stderr"
        second.start()
        assert await asyncio.to_thread(second.ended) == 1
        for sentence in sentences("store.locked", path=str(data)):
            assert sentence in second.log.read_text()
        third = ForkedDaemon(config, tmp_path / "other")
        third.start()
        assert await asyncio.to_thread(third.ended) == 1
        assert f"127.0.0.1:{port}" in third.log.read_text()
        assert "端口" in third.log.read_text()
        assert all((data / name).exists() for name in CONSOLE)
        async with Client(f"ws://127.0.0.1:{port}/ws") as anyone:
            assert (await anyone.ask("hall.about"))["hall"] == "small"
        assert first.finish() == 0


NOT_THERE = """
[[devices]]
name = "printer-1"
driver = "escpos"
link = "tcp://192.0.2.1:9100"
kiosk = "kiosk-1"
[[devices]]
name = "pads"
driver = "callpad"
link = "serial:///dev/hallctl-not-there?baud=9600"
units = {1 = "1"}
"""


async def test_devices_that_are_not_there_delay_nothing(tmp_path: Path) -> None:
    """The hall is ready without a single device; a ticket without paper can be taken at once."""
    port = free_port()
    config, data = write_config(tmp_path / "hall.toml", port, NOT_THERE), tmp_path / "data"
    tokens = await furnish(data, config)
    with forked_daemon(config, data) as daemon:
        daemon.start()
        async with Client(f"ws://127.0.0.1:{port}/ws", role="kiosk", token=tokens.kiosks["kiosk-1"]) as kiosk:
            receipt = await kiosk.change("ticket.take", service="pooled", paperless=True)
            assert receipt["ticket"]["label"] == "A001"
            printer = (await kiosk.ask("hall.snapshot"))["snapshot"]["kiosks"][0]["printer"]
            assert printer["state"] in {"unknown", "connecting", "offline"}
        assert await asyncio.to_thread(daemon.finish) == 0


# ---------------------------------------------------------------- the command line


async def test_the_command_line_runs_and_pairs(tmp_path: Path) -> None:
    """``hallctl run`` as a user starts it; who can read the data directory pairs terminals by ``hallctl pair``."""
    port = free_port()
    config, data = write_config(tmp_path / "hall.toml", port), tmp_path / "data"
    env = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}
    process = await start_process("run", "--config", str(config), "--data", str(data), env=env)
    try:
        assert process.stderr is not None
        async with asyncio.timeout(50):
            while f"http://127.0.0.1:{port}".encode() not in await process.stderr.readline():
                assert process.returncode is None
        asking = await start_process("pair", "kiosk", "--place", "kiosk-1", "--json", "--data", str(data), env=env)
        offered, errors = await asyncio.wait_for(asking.communicate(), 50)
        assert asking.returncode == 0, errors.decode()
        async with Client(f"ws://127.0.0.1:{port}/ws") as anyone:
            paired = await anyone.ask("pair.claim", code=json.loads(offered)["code"])
        assert (paired["role"], paired["place"]) == (Role.KIOSK, "kiosk-1")
    finally:
        assert await end_process(process) == 0
