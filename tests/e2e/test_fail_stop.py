"""A commit that fails: nobody is told what did not happen, and the hall goes on as the disk has it (or stops)."""

import asyncio
import json
import resource
from pathlib import Path
from typing import Any

import pytest

from hallctl.api.role import Role
from hallctl.client import Client, Refused
from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.engine import hall as engine_hall
from hallctl.engine.answer import RequestKey
from hallctl.errors import StoreError
from hallctl.store.database import Write
from tests.e2e.books import assert_whole, comparable, read_books
from tests.e2e.forked import forked_daemon, free_port
from tests.e2e.load import furnish, write_config
from tests.harness import RunningHall, running_hall

MANY_PAGES = 4_294_967_294


async def allow_pages(hall: RunningHall, more: int | None) -> None:
    """A disk with room for `more` pages of the database, None: for all. Set on the writer's own connection."""
    database = hall.daemon.context.hall.database
    used = await database.read(lambda connection: int(connection.execute("PRAGMA page_count").fetchone()[0]))
    limit = MANY_PAGES if more is None else used + more
    database.submit([Write([(f"PRAGMA max_page_count = {limit}", ())])])
    await database.read(lambda connection: connection.execute("SELECT 1").fetchone())


async def take(kiosk: Client, number: int) -> str:
    """The label, or the code of the refusal."""
    try:
        return str((await kiosk.change("ticket.take", f"take-{number}", service="pooled"))["ticket"]["label"])
    except Refused as refused:
        return refused.code


def numbered(count: int) -> list[str]:
    return [f"A{number:03d}" for number in range(1, count + 1)]


async def test_a_full_disk_refuses_and_shows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """O06, T02: askers get store.unavailable, nothing of it is seen anywhere; with room again all goes on, gapless."""
    monkeypatch.setattr(engine_hall, "RETRY_S", 0.05)
    async with running_hall(tmp_path / "data") as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        board = await hall.client(Role.BOARD)
        await allow_pages(hall, 2)
        told: list[str] = []
        number = 0
        while "store.unavailable" not in told:
            told += await asyncio.gather(*(take(kiosk, number + i) for i in range(10)))
            number += 10
        kept = [label for label in told if label != "store.unavailable"]
        assert kept == numbered(len(kept))

        engine = hall.daemon.context.hall
        await until_open(hall)
        assert comparable(engine.state) == comparable(engine.hub.state)
        assert engine.state.tally("pooled").number == len(kept)
        assert await waiting(board) == len(kept)

        await allow_pages(hall, None)
        again = await asyncio.gather(*(take(kiosk, i) for i in range(number)))
        assert [label for label, first in zip(again, told, strict=True) if first == label] == kept
        assert sorted(again) == numbered(number)
        fresh = [event["data"]["label"] async for event in shown(board, number)]
        assert fresh == numbered(number)
    books = read_books(tmp_path / "data", tmp_path / "books")
    assert_whole(books)
    assert books.numbers()[f"{books.loaded.last_day} pooled"] == list(range(1, number + 1))


async def until_open(hall: RunningHall) -> None:
    """Wait until the state was rebuilt and commands are taken again."""
    for _ in range(1000):
        if hall.daemon.context.hall.database.failure is None and hall.daemon.context.hall._failure is None:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the hall does not open again")


async def waiting(client: Client) -> int:
    snapshot = (await client.ask("hall.snapshot"))["snapshot"]
    return int(next(row["waiting"] for row in snapshot["services"] if row["id"] == "pooled"))


async def shown(client: Client, count: int) -> Any:
    """The first `count` takes that the client was told."""
    async for event in client.events():
        if event["type"] == "ticket.taken":
            yield event
            count -= 1
            if count == 0:
                return


async def test_who_waits_for_the_same_request_gets_the_same_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed request is forgotten: asked again, it is done, once for all who ask."""
    monkeypatch.setattr(engine_hall, "RETRY_S", 0.05)
    async with running_hall(tmp_path / "data") as hall:
        engine = hall.daemon.context.hall

        async def ask() -> str:
            try:
                answer = await engine.execute(c.TakeTicket("pooled"), "test", RequestKey("test/1", "digest"))
            except StoreError as error:
                return error.code
            return str(answer)

        engine.database.submit([Write([("INSERT INTO nowhere VALUES (1)", ())])])
        assert await asyncio.gather(*(ask() for _ in range(5))) == ["store.unavailable"] * 5
        await until_open(hall)
        answers = await asyncio.gather(*(ask() for _ in range(5)))
        assert len(set(answers)) == 1
        assert json.loads(answers[0])["ticket"]["label"] == "A001"


async def test_after_an_io_error_the_daemon_stops_itself(tmp_path: Path) -> None:
    """An I/O error cannot be mended by trying again: exit 1, systemd starts it anew, nothing acknowledged is lost."""
    port = free_port()
    config, data = write_config(tmp_path / "hall.toml", port), tmp_path / "data"
    tokens = await furnish(data, config)
    with forked_daemon(config, data) as daemon:
        daemon.start()
        async with Client(f"ws://127.0.0.1:{port}/ws", role="kiosk", token=tokens.kiosks["kiosk-1"]) as kiosk:
            assert await take(kiosk, 1) == "A001"
            pid = daemon.process.pid or 0
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, 1))  # every write fails, to the log too
            assert await take(kiosk, 2) == "store.disk"
            assert await asyncio.to_thread(daemon.ended) == 1
            daemon.start()
            assert await take(kiosk, 1) == "A001"
            assert await take(kiosk, 2) == "A002"
        assert await asyncio.to_thread(daemon.finish) == 0
    books = read_books(data, tmp_path / "books")
    assert_whole(books)
    assert len(books.of(e.TicketTaken)) == 2
