"""The rows follow the journal by themselves, when asked and at the end; what is asked of them includes all answered."""

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from hallctl.api.role import Role
from hallctl.domain import commands as c
from hallctl.engine import follower
from hallctl.engine import hall as engine_hall
from hallctl.errors import StoreError
from hallctl.store import journal, loading, projection
from hallctl.store.database import DATABASE, Write, connect_reader
from hallctl.store.verify import comparable
from tests.e2e.books import assert_whole, read_books
from tests.e2e.forked import forked_daemon, free_port
from tests.e2e.load import Load, furnish, start_work, until_answered, write_config
from tests.harness import RunningHall, running_hall

NEVER_S = 1000.0


async def behind(hall: RunningHall) -> int:
    """How many records the rows do not know."""
    return await hall.daemon.context.hall.database.read(lambda c: journal.last_seq(c) - loading.rows(c).seq)


async def until_followed(hall: RunningHall) -> None:
    for _ in range(1000):
        if not await behind(hall):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the rows do not follow")


async def until_open(hall: RunningHall) -> None:
    for _ in range(1000):
        if hall.daemon.context.hall._failure is None:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the hall does not open again")


def closed(directory: Path) -> int:
    """How many records the rows of a hall that has ended do not know."""
    connection = connect_reader(directory / DATABASE)
    try:
        return journal.last_seq(connection) - loading.rows(connection).seq
    finally:
        connection.close()


async def test_rows_follow_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "FOLLOW_S", 0.01)
    async with running_hall(tmp_path) as hall:
        for _ in range(3):
            await hall.execute(c.TakeTicket("pooled"))
            await until_followed(hall)
        assert not hall.daemon.context.hub.state.noted
    assert closed(tmp_path) == 0


async def test_rows_follow_when_many_have_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "FOLLOW_S", NEVER_S)
    async with running_hall(tmp_path) as hall:
        await hall.daemon.context.hall.caught_up()
        monkeypatch.setattr(follower, "NOTES", 8)
        for _ in range(7):  # each changes its ticket, and all the same figures
            await hall.execute(c.TakeTicket("pooled"))
        await until_followed(hall)


async def test_a_piece_is_written_in_a_quiet_moment_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "FOLLOW_S", NEVER_S)
    async with running_hall(tmp_path) as hall:
        await hall.daemon.context.hall.caught_up()
        monkeypatch.setattr(follower, "PIECE", 4)
        busy = True
        monkeypatch.setattr(hall.daemon.context.hall._follower, "_busy", lambda: busy)
        for _ in range(8):
            await hall.execute(c.TakeTicket("pooled"))
        assert await behind(hall)
        busy = False
        await hall.execute(c.TakeTicket("pooled"))
        await until_followed(hall)


async def test_a_hall_that_is_always_busy_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "FOLLOW_S", 0.01)
    monkeypatch.setattr(follower, "AT_LATEST_S", 0.05)
    async with running_hall(tmp_path) as hall:
        await hall.daemon.context.hall.caught_up()
        monkeypatch.setattr(hall.daemon.context.hall._follower, "_busy", lambda: True)
        await hall.execute(c.TakeTicket("pooled"))
        await asyncio.sleep(0.1)
        assert await behind(hall)
        await hall.execute(c.TakeTicket("pooled"))
        await until_followed(hall)


async def test_l02_the_ledger_includes_what_was_answered_just_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """L02, R24: nobody who has an answer misses it in a report, nor a ticket that has left memory."""
    monkeypatch.setattr(follower, "FOLLOW_S", NEVER_S)
    async with running_hall(tmp_path) as hall:
        kiosk, desk, admin = (
            await hall.client(Role.KIOSK, "kiosk-1"),
            await hall.desk("1"),
            await hall.client(Role.ADMIN),
        )
        day = str(hall.daemon.context.state.day)
        for number in range(1, 4):
            taken = await kiosk.change("ticket.take", service="pooled")
            rows = (await admin.ask("report.ledger", day=day))["rows"]
            assert [row["label"] for row in rows] == [f"A00{place}" for place in range(1, number + 1)]
        await desk.change("ticket.call")
        first = rows[0]["label"]
        assert (await admin.ask("report.ledger", day=day))["rows"][0]["stage"] == "called"
        await desk.change("ticket.cancel", ticket=taken["ticket"]["id"])
        found = await kiosk.ask("ticket.find", label=taken["ticket"]["label"])
        assert found["stage"] == "cancelled"
        assert first == "A001"


async def test_questions_at_once_are_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "FOLLOW_S", NEVER_S)
    async with running_hall(tmp_path) as hall:
        engine = hall.daemon.context.hall
        written: list[int] = []
        submit = engine.database.submit

        def counting(writes: list[Write]) -> None:
            written.extend(write.seq for write in writes if isinstance(write, follower.Rows))
            submit(writes)

        monkeypatch.setattr(engine.database, "submit", counting)
        await hall.execute(c.TakeTicket("pooled"))
        await asyncio.gather(*(engine.caught_up() for _ in range(5)))
        assert written == [hall.daemon.context.state.seq]
        await engine.caught_up()
        assert len(written) == 1
        assert await behind(hall) == 0


async def test_a_disk_that_is_full_for_the_rows_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """O06: the commands are in the journal; the rows follow when there is room."""
    monkeypatch.setattr(engine_hall, "RETRY_S", 0.05)
    monkeypatch.setattr(follower, "FOLLOW_S", NEVER_S)
    async with running_hall(tmp_path / "data") as hall:
        engine = hall.daemon.context.hall
        for _ in range(5):
            await hall.execute(c.TakeTicket("pooled"))
        with monkeypatch.context() as full:
            full.setattr(projection, "_UPSERT_SEQ", "INSERT INTO nowhere VALUES (?, ?)")
            with pytest.raises(StoreError) as error:
                await engine.caught_up()
        assert error.value.code == "store.unavailable"
        await until_open(hall)
        assert comparable(engine.state) == comparable(engine.hub.state)
        assert engine.hub.state.noted, "what the rows do not know is still to be written"
        await hall.execute(c.TakeTicket("pooled"))
        await engine.caught_up()
        assert await behind(hall) == 0
    assert_whole(read_books(tmp_path / "data", tmp_path / "books"))


async def test_t01_rows_that_contradict_the_journal_end_the_daemon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T01: the schema is the last guard; the commands have been answered, so it is told and nothing goes on."""
    monkeypatch.setattr(engine_hall, "RETRY_S", 0.05)
    ended = asyncio.Event()
    told: list[StoreError] = []

    async def contradict() -> None:
        async with running_hall(tmp_path / "data") as hall:
            engine = hall.daemon.context.hall
            fatal = engine.on_fatal

            def tell(error: StoreError) -> None:
                told.append(error)
                ended.set()
                fatal(error)

            engine.on_fatal = tell
            await hall.execute(c.TakeTicket("pooled"))
            [ticket] = hall.daemon.context.state.tickets.values()
            engine.database.submit([Write(projection.rows({("ticket", ticket.id): (None, ticket)}, 1))])
            with pytest.raises(StoreError, match=r"store\.damaged"):
                await engine.caught_up()
            await asyncio.wait_for(ended.wait(), 20)

    with pytest.raises(StoreError, match=r"store\.damaged"):
        await contradict()
    assert [error.code for error in told] == ["store.damaged"]


async def test_t01_a_second_ticket_of_a_number_breaks_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T01: refused before it is in the journal; the hall goes on as the disk has it."""
    command = c.TakeTicket("pooled")
    monkeypatch.setattr(engine_hall, "RETRY_S", 0.05)
    async with running_hall(tmp_path / "data") as hall:
        engine = hall.daemon.context.hall
        await hall.execute(command)
        seq = engine.hub.state.seq
        engine.state.tallies.clear()  # a defect in the rules: they begin at 1 again
        with pytest.raises(StoreError) as error:
            await engine.execute(command, "test")
        assert error.value.code == "store.unavailable"
        assert "exists already" in error.value.detail
        await until_open(hall)
        assert engine.hub.state.seq == engine.state.seq == seq
        assert (await hall.execute(command))["ticket"]["label"] == "A002"
    assert_whole(read_books(tmp_path / "data", tmp_path / "books"))


async def test_no_row_is_written_while_the_state_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T02: what the new state has read as not written yet must not be written by the old one meanwhile."""
    monkeypatch.setattr(engine_hall, "RETRY_S", 0.05)
    monkeypatch.setattr(follower, "FOLLOW_S", NEVER_S)
    async with running_hall(tmp_path / "data") as hall:
        engine = hall.daemon.context.hall
        loop = asyncio.get_running_loop()
        read, tried = engine_hall.resumed, []

        async def write() -> None:
            with pytest.raises(StoreError):
                await engine.caught_up()
            tried.append(True)

        def read_and_write(*given: Any) -> object:
            found = read(*given)
            asyncio.run_coroutine_threadsafe(write(), loop).result(20)
            return found

        monkeypatch.setattr(engine_hall, "resumed", read_and_write)
        await hall.execute(c.TakeTicket("pooled"))
        engine.state.tallies.clear()
        with pytest.raises(StoreError):
            await engine.execute(c.TakeTicket("pooled"), "test")
        await until_open(hall)
        assert tried
        await hall.execute(c.TakeTicket("pooled"))
        await engine.caught_up()
        assert await behind(hall) == 0
    assert_whole(read_books(tmp_path / "data", tmp_path / "books"))


@pytest.mark.slow
async def test_t02_o07_a_start_after_a_kill_applies_what_the_rows_lacked(tmp_path: Path) -> None:
    """T02, O07: killed while the rows are behind, whatever they have, nothing acknowledged is lost."""
    port = free_port()
    config, data = write_config(tmp_path / "hall.toml", port), tmp_path / "data"
    tokens = await furnish(data, config)
    load = Load(random.Random(1))
    lacked = []
    with forked_daemon(config, data) as daemon:
        daemon.start()
        people = await start_work(port, tokens, load)
        try:
            for _ in range(4):
                await until_answered(people, daemon, 40)
                daemon.kill()
                books = read_books(data, tmp_path / "books")
                lacked.append(closed(tmp_path / "books"))
                assert_whole(books)
                load.assert_kept(books)
                daemon.start()
                await load.ask_again(5)
            await people.end_work()
        finally:
            await people.leave()
        assert daemon.finish() == 0, daemon.log.read_text()
    assert any(lacked)
    assert closed(data) == 0
    assert_whole(read_books(data, tmp_path / "books"))
