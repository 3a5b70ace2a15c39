"""A single command's answer is told by the thread that has made it durable, before the loop knows: to nobody earlier,
once, and nobody is shown a hall that lacks it."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.frames import CloseCode

from hallctl.api.role import Role
from hallctl.bench import wire
from hallctl.client import Client, Refused
from hallctl.engine import hall as engine
from hallctl.errors import StoreError
from hallctl.store.database import Write, connect_reader
from hallctl.version import API_VERSION
from tests.harness import RunningHall, running_hall

WAIT_S = 20.0


class Writer:
    """The hall's writer thread, slowed at two places: no commit begins before the loop has had its turn for it, as on
    a slow disk; and behind each early answer, before the loop hears of the commit, it stands while it is `held`."""

    def __init__(self, hall: RunningHall, monkeypatch: pytest.MonkeyPatch) -> None:
        self.early = 0
        """Commands that the loop had made ready for this thread."""
        self._go = threading.Event()
        self._go.set()
        self._before = False
        self._tell, self._hall = engine._tell_early, hall.daemon.context.hall
        self._flush, self._loop = self._hall.database._on_flush, asyncio.get_running_loop()
        monkeypatch.setattr(self._hall.database, "_on_flush", self._on_flush)
        monkeypatch.setattr(engine, "_tell_early", self._tell_early)

    def _on_flush(self, batch: list[Write]) -> None:
        self._flush(batch)
        had = threading.Event()
        self._loop.call_soon_threadsafe(had.set)
        assert had.wait(WAIT_S)

    def _tell_early(self, write: Write) -> None:
        if not isinstance(write, engine.Pending) or write.early is None:
            self._tell(write)
            return
        write.durable = True
        self.early += 1
        assert not self._before or self._go.wait(WAIT_S)
        self._tell(write)
        assert self._go.wait(WAIT_S)

    def hold(self, *, before: bool = False) -> None:
        """From now on; `before`: also between the commit and the answer."""
        self._before = before
        self._go.clear()

    async def let_go(self) -> None:
        self._go.set()
        await self._hall.idle.wait()
        await asyncio.sleep(0)


@asynccontextmanager
async def slow(directory: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[RunningHall, Client, Writer]]:
    """A hall on a slow disk with a desk at window 1, and two who wait."""
    async with running_hall(directory) as hall:
        kiosk, desk = await hall.client(Role.KIOSK, "kiosk-1"), await hall.desk("1")
        for _ in range(2):
            await kiosk.change("ticket.take", service="pooled")
        writer = Writer(hall, monkeypatch)
        try:
            yield hall, desk, writer
        finally:
            await writer.let_go()


async def test_o01_it_does_not_wait_for_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """O01: the asker has the answer, and what it says is on the disk, while the loop does not know that it is."""
    async with slow(tmp_path, monkeypatch) as (hall, desk, writer):
        writer.hold()
        answer = await desk.change("ticket.call")
        assert answer["ticket"]["label"] == "A001"
        assert writer.early == 1
        assert hall.daemon.context.hub.state.seq < answer["seq"]
        with contextlib.closing(connect_reader(hall.daemon.context.hall.database.path)) as reader:
            assert reader.execute("SELECT max(seq) FROM event").fetchone() == (answer["seq"],)
        await writer.let_go()
        assert hall.daemon.context.state.seq == answer["seq"]


@pytest.mark.parametrize("door", ["same line", "other line", "http", "subscription"])
async def test_o01_who_asks_after_it_sees_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: str) -> None:
    """O01: at no door is the hall shown as it was before an answer that has been given."""
    async with slow(tmp_path, monkeypatch) as (hall, desk, writer), httpx.AsyncClient(trust_env=False) as http:
        token = await hall.clerk("chief", ("admin",))
        other = await hall.client(Role.ADMIN, token=token)
        writer.hold()
        called = (await desk.change("ticket.call"))["ticket"]["id"]
        if door == "same line":
            shown = await desk.ask("ticket.show", ticket=called)
        elif door == "other line":
            shown = await other.ask("ticket.show", ticket=called)
        elif door == "http":
            headers = {"Authorization": f"Bearer {token}"}
            path = f"{hall.address}/api/v1/ticket/show"
            shown = (await http.post(path, json={"ticket": called}, headers=headers)).json()
        else:
            late = await hall.client(Role.ADMIN, token=token)
            snapshot = (await anext(late.events()))["data"]
            shown = next(ticket for ticket in snapshot["tickets"] if ticket["id"] == called)
        assert shown["stage"] == "called"
        await writer.let_go()


async def test_o01_the_state_of_health_counts_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """O01: so does every door that asks for the state without a client's request: its `Context.state` does."""
    async with slow(tmp_path, monkeypatch) as (hall, desk, writer), httpx.AsyncClient(trust_env=False) as http:
        writer.hold()
        answer = await desk.change("ticket.call")
        assert (await http.get(f"{hall.address}/api/v1/health")).json()["seq"] == answer["seq"]
        await writer.let_go()


async def test_c01_the_next_command_goes_on_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """C01: the loop hears of the first call by the second press; each is answered and told once, in order."""
    async with slow(tmp_path, monkeypatch) as (hall, desk, writer):
        board = await hall.client(Role.ADMIN, token=await hall.clerk("chief", ("admin",)))
        first = (await anext(board.events()))["seq"]
        writer.hold()
        called = await desk.change("ticket.call")
        pressed = asyncio.create_task(desk.change("ticket.start"))
        await desk.ask("hall.snapshot")  # the press is with the hall
        await writer.let_go()
        started = await pressed
        assert (called["ticket"]["stage"], started["ticket"]["stage"]) == ("called", "serving")
        assert writer.early == 2
        told = [await anext(board.events()) for _ in range(started["seq"] - first)]
        assert [event["seq"] for event in told] == list(range(first + 1, started["seq"] + 1))


async def test_o01_the_same_request_meanwhile_is_answered_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O01: it came again, before the commit and behind the early answer: one ticket is called, all have its answer."""
    async with slow(tmp_path, monkeypatch) as (hall, desk, writer):
        writer.hold()
        twice = [asyncio.create_task(desk.change("ticket.call", request_id="once")) for _ in range(2)]
        first = await twice[0]
        assert writer.early == 1
        assert await desk.change("ticket.call", request_id="once") == first
        assert await twice[1] == first
        await writer.let_go()
        assert len([ticket for ticket in hall.daemon.context.state.tickets.values() if ticket.stage == "called"]) == 1


async def test_o01_it_is_told_once_whoever_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """O01: somebody asks between the commit and the thread's own word: the loop answers, and the thread does not."""
    async with slow(tmp_path, monkeypatch) as (hall, desk, writer), connect(hall.ws) as line:
        token = await hall.terminal(Role.DEVICE, "1")
        hello = {"api_version": API_VERSION, "role": "device", "token": token, "place": "1"}
        said: list[object] = []

        async def say(number: int, method: str, **params: object) -> None:
            await line.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))

        async def hear(number: int) -> None:
            while number not in said:
                said.append(json.loads(await line.recv())["id"])

        await say(1, "hello", **hello)
        await hear(1)
        writer.hold(before=True)
        await say(2, "ticket.call", request_id="once")
        while not writer.early:  # noqa: ASYNC110 - another thread counts
            await asyncio.sleep(0.005)
        await desk.ask("hall.snapshot")
        await hear(2)
        await writer.let_go()
        await say(3, "hall.snapshot")
        await hear(3)
        assert said == [1, 2, 3]


@pytest.mark.parametrize("by", ["thread", "loop"])
async def test_nothing_follows_a_close(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    """RFC 6455 5.5.1: a line that was closed while the disk worked is sent no answer any more, by neither thread."""
    async with slow(tmp_path, monkeypatch) as (hall, desk, writer):
        token = await hall.terminal(Role.DEVICE, "1")
        port = int(hall.address.rpartition(":")[2])
        line, frames, _seq = await asyncio.to_thread(wire.enter, port, role="device", token=token, place="1")
        line.settimeout(WAIT_S)
        writer.hold(before=True)
        press = {"jsonrpc": "2.0", "id": 2, "method": "ticket.call", "params": {"request_id": "last"}}
        line.sendall(wire.client_frame(json.dumps(press).encode()))
        while not writer.early:  # noqa: ASYNC110 - another thread counts
            await asyncio.sleep(0.005)
        line.sendall(wire.client_frame(b"", 0x70 | wire.OP_TEXT))  # reserved bits: no frame, and so no request
        heard = frames.feed(await asyncio.to_thread(line.recv, 65_536))
        if by == "loop":
            await desk.ask("hall.snapshot")
        await writer.let_go()
        line.sendall(wire.client_frame(CloseCode.PROTOCOL_ERROR.to_bytes(2, "big"), wire.OP_CLOSE))
        while more := await asyncio.to_thread(line.recv, 65_536):
            heard += frames.feed(more)
        line.close()
        assert [opcode for opcode, _payload in heard] == [wire.OP_CLOSE]


async def test_two_at_once_are_answered_by_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only who is alone is told early: else the first would be told of by the thread, the second by the loop."""
    async with slow(tmp_path, monkeypatch) as (hall, desk, writer):
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        before = writer.early
        await asyncio.gather(
            desk.change("ticket.call"), *(kiosk.change("ticket.take", service="pooled") for _ in range(5))
        )
        assert writer.early <= before + 1  # the first may have gone alone
        assert len(hall.daemon.context.state.tickets) == 7


async def test_o06_a_failed_commit_is_not_told_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """O06: the answer was ready, the disk refused: the asker is told so, and nobody is called."""
    async with slow(tmp_path, monkeypatch) as (hall, desk, writer):
        database = hall.daemon.context.hall.database
        ready = database._on_flush

        def full(batch: list[Write]) -> None:
            ready(batch)
            database._connection.execute("PRAGMA max_page_count = 1")
            database._connection.execute("CREATE TABLE more (than INTEGER)")  # SQLITE_FULL, a disk without room

        monkeypatch.setattr(database, "_on_flush", full)
        with pytest.raises(Refused) as refused:
            await desk.change("ticket.call")
        assert refused.value.code == "store.unavailable"
        assert writer.early == 0
        assert not [ticket for ticket in hall.daemon.context.state.tickets.values() if ticket.stage == "called"]
        assert isinstance(database.failure, StoreError)
