"""A furnished hall with people at work, over a disk that can be told to fail."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hallctl.api.role import Role
from hallctl.client import Client
from tests.e2e.books import Books, read_books
from tests.e2e.forked import ForkedDaemon, forked_daemon, free_port
from tests.e2e.load import People, Tokens, furnish, start_work, until_answered, write_config
from tests.loss.ledger import Remembering, judge_end
from tests.loss.plan import Plan
from tests.loss.shimmed import ShimmedDaemon, Under, furnish_shimmed, shimmed_daemon
from tests.loss.table import Row

HAPPENS_S: Final = 30
"""What has to happen happens within this time."""


@dataclass
class Scene:
    """The hall's files, who may come in, what its people know, and the plan of faults."""

    folder: Path
    config: Path
    data: Path
    port: int
    tokens: Tokens
    load: Remembering
    plan: Plan
    journal: Path
    """The changes of the disk, if they are recorded."""
    furnished: int = 0
    """The end of `journal` when the hall was ready."""

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    @property
    def day(self) -> str:
        """The business day of the last answer, YYYY-MM-DD."""
        day = self.load.answered[-1].receipt["ticket"]["id"].partition("-")[0]
        return f"{day[:4]}-{day[4:6]}-{day[6:]}"

    @contextlib.contextmanager
    def failing_daemon(self, checkpoint: int = 0, famine: Path | None = None) -> Iterator[ShimmedDaemon]:
        """The daemon over the layer; not started yet."""
        journal = self.journal if self.furnished else None
        under = Under(self.data, journal, self.plan.path, checkpoint=checkpoint, famine=famine)
        with shimmed_daemon(self.config, self.data, under) as daemon:
            yield daemon

    @contextlib.contextmanager
    def plain_daemon(self) -> Iterator[ForkedDaemon]:
        """The daemon on the disk as it is; not started yet."""
        with forked_daemon(self.config, self.data) as daemon:
            yield daemon

    @contextlib.asynccontextmanager
    async def people(self) -> AsyncIterator[People]:
        """Four kiosk pages and three windows at work until the block ends; they come back after each crash."""
        people = await start_work(self.port, self.tokens, self.load)
        try:
            yield people
        finally:
            await people.leave()

    @contextlib.asynccontextmanager
    async def admin(self) -> AsyncIterator[Client]:
        async with Client(self.url, role=Role.ADMIN, token=self.tokens.admin) as client:
            yield client

    def books(self) -> Books:
        return read_books(self.data, self.folder / "scratch")


async def furnished(folder: Path, *, recorded: bool = False) -> Scene:
    """A new hall in `folder`, ready for its first daemon; if `recorded`, from its first byte on."""
    data, journal, port = folder / "data", folder / "disk.journal", free_port()
    config = write_config(folder / "hall.toml", port)
    load = Remembering(random.Random(0))
    if not recorded:
        tokens = await furnish(data, config)
        return Scene(folder, config, data, port, tokens, load, Plan(folder / "plan"), journal)
    data.mkdir(mode=0o700)
    load.moment = lambda: journal.stat().st_size
    tokens = await asyncio.to_thread(furnish_shimmed, config, data, Under(data, journal))
    return Scene(folder, config, data, port, tokens, load, Plan(folder / "plan"), journal, load.moment())


async def until(happened: Callable[[], bool], what: str) -> None:
    """Wait for it; TimeoutError says what did not happen."""
    for _ in range(HAPPENS_S * 100):
        if happened():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError(f"did not happen in {HAPPENS_S} s: {what}")


async def ended(daemon: ForkedDaemon) -> int:
    """Wait for the daemon's own end; the exit code."""
    return await asyncio.to_thread(daemon.ended)


async def finish_work(scene: Scene, people: People, daemon: ForkedDaemon, row: Row, more: int = 40) -> None:
    """Let them work on for so many more answers, go home, ask old requests again; stop, and count the round."""
    await until_answered(people, daemon, more)
    await people.end_work()
    known = [answered for answered in scene.load.answered if answered.client in people.clients]
    async with asyncio.timeout(HAPPENS_S):
        await Remembering(scene.load.chance, known).ask_again(20)
    code = await asyncio.to_thread(daemon.finish)
    row.expect(code == 0, f"exit code {code} at the end: {daemon.log.read_text()[-400:]}")
    row.add(judge_end(scene.load, scene.books()))


def expect_told(
    row: Row, daemon: ForkedDaemon, code: int, *, wanted: int = 1, words: tuple[str, ...] = (), starved: bool = False
) -> None:
    """The daemon has ended with the exit code and a sentence for people, in both languages, not with a traceback.

    Where it was `starved`, the log and the interpreter may have told before the sentence for what there was no memory.
    """
    text = daemon.log.read_text()
    told = text[text.rfind("✗") :] if starved else text
    row.expect(code == wanted, f"exit code {code}, not {wanted}: {text[-300:]}")
    row.expect("✗" in text, f"no sentence for people: {text[-300:]}")
    row.expect("Traceback" not in told, f"a traceback: {told[-600:]}")
    for word in words:
        row.expect(word in text, f"{word!r} is not said: {text[-300:]}")
    daemon.log.write_text("")
