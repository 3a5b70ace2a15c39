"""Snapshot, numbered deltas, resume, slow readers (O01)."""

import asyncio
import json
import socket as socket_module
from pathlib import Path
from typing import Any, cast

import pytest
from websockets.asyncio.client import connect

from hallctl.api.auth import Caller
from hallctl.api.line import SocketLine
from hallctl.api.methods import METHODS
from hallctl.api.role import Role
from hallctl.api.ws import Connection
from tests.harness import RunningHall, running_hall


class Raw:
    """A client that shows every frame as it is."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.told: list[dict[str, Any]] = []

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        await self.socket.send(json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}))
        while True:
            message: dict[str, Any] = json.loads(await self.socket.recv())
            if message.get("id") == 7:
                return message
            self.told.append(message)

    async def next_told(self) -> dict[str, Any]:
        while not self.told:
            self.told.append(json.loads(await self.socket.recv()))
        return self.told.pop(0)


async def raw(hall: RunningHall, role: Role, place: str | None = None, buffer: int = 0) -> Raw:
    """A connected client; `buffer` are the bytes that its kernel takes for it while it does not read."""
    host, _, port = hall.address.removeprefix("http://").partition(":")
    line = socket_module.socket()
    if buffer:
        line.setsockopt(socket_module.SOL_SOCKET, socket_module.SO_RCVBUF, buffer)
    line.connect((host, int(port)))
    line.setblocking(False)
    socket = await hall.clients.enter_async_context(connect(hall.ws, compression=None, sock=line))
    client = Raw(socket)
    answer = await client.ask("hello", api_version=1, role=role, token=await hall.terminal(role, place))
    assert answer["result"]["role"] == role
    return client


async def test_o01_deltas_follow_the_snapshot_without_gap(tmp_path: Path) -> None:
    """O01: `from` is always the last `to` + 1, also over events that a role does not see."""
    async with running_hall(tmp_path) as hall:
        board = await raw(hall, Role.BOARD)
        seq = (await board.ask("hall.subscribe"))["result"]["seq"]
        desk = await hall.desk("1")  # account.set is not for boards, the login is
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        for _ in range(5):
            await kiosk.change("ticket.take", service="pooled")
        await desk.change("ticket.call")
        types: list[str] = []
        while "ticket.called" not in types:
            params = (await board.next_told())["params"]
            assert params["from"] == seq + 1
            assert all(params["from"] <= event["seq"] <= params["to"] for event in params["events"])
            seq = params["to"]
            types += [event["type"] for event in params["events"]]
        assert "account.set" not in types
        assert "terminal.paired" not in types


async def test_o01_a_client_that_was_away_resumes_without_gap_or_duplicate(tmp_path: Path) -> None:
    """O01: cut and back: the missed events, or a snapshot where too much was missed."""
    async with running_hall(tmp_path) as hall:
        board = await raw(hall, Role.BOARD)
        told = (await board.ask("hall.subscribe"))["result"]
        seq, epoch = told["seq"], told["epoch"]
        await board.socket.close()
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        for _ in range(3):
            await kiosk.change("ticket.take", service="pooled")
        again = await raw(hall, Role.BOARD)
        result = (await again.ask("hall.subscribe", since=seq, epoch=epoch))["result"]
        labels = [event["data"]["label"] for event in result["events"] if event["type"] == "ticket.taken"]
        assert labels == ["A001", "A002", "A003"]
        assert (await again.ask("hall.subscribe", since=result["seq"], epoch=epoch))["result"]["events"] == []
        assert "snapshot" in (await again.ask("hall.subscribe", since=10**9, epoch=epoch))["result"]
        assert "snapshot" in (await again.ask("hall.subscribe"))["result"]
        assert "snapshot" in (await again.ask("hall.subscribe", since=seq))["result"]
        assert "snapshot" in (await again.ask("hall.subscribe", since=seq, epoch="another"))["result"]


async def test_the_answer_comes_before_the_broadcast(tmp_path: Path) -> None:
    """Answer first, then show: whoever asked is not told of its own change before its answer."""
    async with running_hall(tmp_path) as hall:
        kiosk = await raw(hall, Role.KIOSK, "kiosk-1")
        await kiosk.ask("hall.subscribe")
        for number in range(20):
            await kiosk.ask("ticket.take", service="pooled", request_id=str(number))
            assert kiosk.told == []
            assert (await kiosk.next_told())["method"] == "hall.events"


async def test_events_carry_facts_and_snapshot_agrees(tmp_path: Path) -> None:
    """Merging what events carry gives what a fresh snapshot says: a board needs no second request."""
    async with running_hall(tmp_path) as hall:
        boss_token = await hall.clerk("boss", ("supervisor",))
        watcher = await hall.client(Role.SUPERVISOR, token=boss_token)
        merged = {
            name: {row["id"]: row for row in watcher.snapshot[name]} for name in ("services", "windows", "tickets")
        }
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        desk, rating = await hall.desk("2"), await hall.client(Role.RATING, "2")
        for service in ("pooled", "police", "pooled"):
            await kiosk.change("ticket.take", service=service)
        await desk.change("ticket.call")
        await desk.change("ticket.start")
        await desk.change("ticket.hold", reason="补材料")
        await desk.change("ticket.call")
        await desk.change("ticket.miss")
        await desk.change("ticket.call")
        await desk.change("ticket.undo")
        await desk.change("window.pause", reason="午休")
        await desk.change("window.resume")
        await desk.change("ticket.call")
        await desk.change("ticket.start")
        await desk.change("ticket.finish")
        await rating.change("ticket.rate", level="very_satisfied")
        fresh = (await watcher.ask("hall.snapshot"))["snapshot"]
        async for event in watcher.events():
            if event["type"] == "snapshot":
                continue
            for name, rows in merged.items():
                for row in event["data"].get(name, []):
                    gone = name == "tickets" and row["stage"] in {"done", "cancelled", "expired"}
                    rows[row["id"]] = row
                    if gone and row["rating"] != "asked":
                        del rows[row["id"]]
            if event["seq"] == fresh["seq"]:
                break
        for name, rows in merged.items():
            assert rows == {row["id"]: row for row in fresh[name]}, name


async def test_a_client_that_does_not_read_is_skipped_and_gets_a_snapshot(tmp_path: Path) -> None:
    """A stuck board costs a bounded buffer; the others go on; when it reads again it is whole."""
    async with running_hall(tmp_path) as hall:
        stuck = await raw(hall, Role.BOARD, buffer=8192)
        await stuck.ask("hall.subscribe")
        stuck.socket.transport.pause_reading()
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        healthy = await hall.client(Role.BOARD)
        count = 0
        for _ in range(40):
            await asyncio.gather(*(kiosk.change("ticket.take", service="pooled") for _ in range(50)))
            count += 50
        last = {"number": 0}
        async for event in healthy.events():
            if event["type"] == "ticket.taken":
                last["number"] = int(event["data"]["label"][1:])
                if last["number"] == count:
                    break
        stuck.socket.transport.resume_reading()
        seen = 0
        while True:
            told = await stuck.next_told()
            if told["method"] == "hall.snapshot":
                seen = next(s["waiting"] for s in told["params"]["snapshot"]["services"] if s["id"] == "pooled")
                break
        assert seen == count


class Wire:
    """The line of a client, as far as a connection uses it: what was written, and whether it takes more."""

    def __init__(self) -> None:
        self.writable = asyncio.Event()
        self.writable.set()
        self.sent: list[bytes] = []

    def write_text(self, text: bytes, *, shared: bool = False) -> None:  # noqa: ARG002
        self.sent.append(text)


@pytest.mark.parametrize("unseen", [False, True])
async def test_o01_one_who_reads_again_gets_the_snapshot_before_anything_newer(tmp_path: Path, unseen: bool) -> None:
    """O01: a frame that is still on its way to others must not reach a skipped client first: it would see a gap. Nor
    may the frame after the snapshot begin before it, where its last events were `unseen` by the role."""
    async with running_hall(tmp_path) as hall:
        context = hall.daemon.context
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        wire = Wire()
        board = Connection(context, cast(SocketLine, wire), METHODS)
        board.caller = Caller(Role.BOARD, "board")
        context.hub.subscribe(board, None, None)
        wire.writable.clear()
        await kiosk.change("ticket.take", service="pooled")
        while not board._lagging:  # noqa: ASYNC110 - the broadcast comes after the answer
            await asyncio.sleep(0.005)
        if unseen:
            await hall.terminal(Role.BOARD)
        context.hub._fan_out.send(b"a frame on its way", [board])
        wire.writable.set()
        board.taken()
        assert [json.loads(text)["method"] for text in wire.sent] == ["hall.snapshot"]
        await kiosk.change("ticket.take", service="pooled")
        while len(wire.sent) < 2:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.005)
        shown, told = (json.loads(text)["params"] for text in wire.sent)
        assert told["from"] == shown["seq"] + 1
