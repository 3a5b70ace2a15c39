"""People at kiosks and windows who go on working through every crash, and remember each word they were told."""

import asyncio
import itertools
import json
import random
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hallctl.api.role import Role
from hallctl.client import Client, Refused
from hallctl.config import parse
from hallctl.domain import events as e
from hallctl.engine.resume import REMEMBERED
from tests.e2e.books import Books
from tests.e2e.forked import ForkedDaemon
from tests.harness import SMALL, running_hall

Json = dict[str, Any]

EVENT_OF = {
    "ticket.take": e.TicketTaken,
    "ticket.call": e.TicketCalled,
    "ticket.start": e.TicketStarted,
    "ticket.finish": e.TicketFinished,
    "slip.reprint": e.SlipReprinted,
}


@dataclass(frozen=True)
class Answered:
    """One acknowledged request: who asked what under which id, and the receipt."""

    client: Client
    method: str
    request_id: str
    params: Json
    receipt: Json


@dataclass
class Load:
    """The people at work. `answered` is all that was acknowledged, in order; `done` ends their work."""

    chance: random.Random
    answered: list[Answered] = field(default_factory=list)
    done: bool = False
    _ids: Any = field(default_factory=itertools.count)

    async def change(self, client: Client, method: str, **params: Any) -> Json:
        """The receipt, however often the daemon dies meanwhile; remembered. Raises Refused."""
        request_id = f"{method}-{next(self._ids)}"
        receipt = await client.change(method, request_id, **params)
        self.answered.append(Answered(client, method, request_id, params, receipt))
        return receipt

    async def kiosk(self, client: Client, service: str) -> None:
        while not self.done:
            await self.change(client, "ticket.take", service=service)
            await asyncio.sleep(self.chance.random() * 0.01)

    async def desk(self, client: Client) -> None:
        """Call, start, finish: each is done exactly once, so that the next is never refused."""
        while not self.done:
            try:
                await self.change(client, "ticket.call")
            except Refused as refused:
                assert refused.code == "queue.empty", refused  # noqa: PT017 - any other code is the failure
                await asyncio.sleep(0.01)
                continue
            await self.change(client, "ticket.start")
            await self.change(client, "ticket.finish")

    async def ask_again(self, count: int) -> None:
        """The last `count` requests and some older ones get the receipts that they got (O01)."""
        kept = self.answered[-REMEMBERED // 2 :]  # other people's requests are remembered, too
        older = self.chance.sample(kept, min(count, len(kept)))
        for known in [*self.answered[-count:], *older]:
            receipt = await known.client.change(known.method, known.request_id, **known.params)
            assert receipt == known.receipt

    def assert_kept(self, books: Books) -> None:
        """Everything acknowledged is in the journal, as it was told, and its answer is kept."""
        for known in self.answered:
            assert known.receipt["seq"] <= len(books.records), "acknowledged and lost"
            event = books.records[known.receipt["seq"] - 1].event
            assert type(event) is EVENT_OF[known.method]
            assert getattr(event, "ticket", None) == known.receipt["ticket"]["id"]
        kept = {key.rpartition("/")[2]: json.loads(answer) for key, answer in books.answers.items()}
        assert all(kept[known.request_id] == known.receipt for known in self.answered)

    def assert_once(self, books: Books) -> None:
        """When nothing is under way any more: every request was done, and once."""
        for method, kind in EVENT_OF.items():
            asked = [known for known in self.answered if known.method == method]
            assert len(books.of(kind)) == len(asked), method


def write_config(path: Path, port: int, more: str = "") -> Path:
    """The small hall on a fixed port."""
    path.write_text(f"{SMALL}{more}\n[server]\nport = {port}\n", encoding="utf-8")
    return path


@dataclass(frozen=True)
class Tokens:
    """Who may come in: tokens of kiosks, and of clerks logged in at the open windows."""

    kiosks: dict[str, str]
    windows: dict[str, str]
    admin: str


async def furnish(directory: Path, config: Path) -> Tokens:
    """Pair the kiosks, open the windows with a clerk at each, then stop: the data directory is ready for a daemon."""
    parsed = parse(config.read_text(encoding="utf-8"))
    bare = parsed.model_copy(update={"devices": []})
    async with running_hall(directory, bare) as hall:
        kiosks = {kiosk.id: await hall.terminal(Role.KIOSK, kiosk.id) for kiosk in parsed.kiosks}
        admin = await hall.terminal(Role.ADMIN)
        windows: dict[str, str] = {}
        for window in parsed.windows:
            windows[window.id] = await hall.clerk(f"10{window.id}")
            desk = await hall.client(Role.WINDOW, window.id, windows[window.id])
            await desk.change("clerk.login")
            await desk.change("window.open")
    return Tokens(kiosks, windows, admin)


class People:
    """Clients at one address, connected as the daemon comes up, and their tasks."""

    def __init__(self, port: int, load: Load) -> None:
        self.load = load
        self.clients: list[Client] = []
        self._url = f"ws://127.0.0.1:{port}/ws"
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self, role: Role, place: str | None, token: str) -> Client:
        client = await Client(self._url, role=role, token=token, place=place).__aenter__()
        self.clients.append(client)
        return client

    def work(self, job: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(job))

    def check(self) -> None:
        """Raise what has gone wrong at somebody's work."""
        for task in self._tasks:
            if task.done():
                task.result()

    async def end_work(self) -> None:
        """Let everybody finish what is under way."""
        self.load.done = True
        async with asyncio.timeout(30):
            await asyncio.gather(*self._tasks)

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self.clients:
            await client.__aexit__(None, None, None)


async def start_work(port: int, tokens: Tokens, load: Load, pages: int = 4) -> People:
    """So many kiosk pages and all windows, each at its own pace."""
    people = People(port, load)
    for service in itertools.islice(itertools.cycle(("pooled", "police")), pages):
        client = await people.join(Role.KIOSK, "kiosk-1", tokens.kiosks["kiosk-1"])
        people.work(load.kiosk(client, service))
    for window, token in tokens.windows.items():
        people.work(load.desk(await people.join(Role.WINDOW, window, token)))
    return people


async def until_answered(people: People, daemon: ForkedDaemon, more: int) -> None:
    """Wait until so many more requests were acknowledged."""
    goal = len(people.load.answered) + more
    async with asyncio.timeout(30):
        while len(people.load.answered) < goal:
            people.check()
            assert daemon.process.is_alive(), daemon.log.read_text()
            await asyncio.sleep(0.002)
