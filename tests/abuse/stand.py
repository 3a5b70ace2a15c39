"""A daemon of its own with people at work, and an eye on its process: what an attack does to both."""

import asyncio
import contextlib
import json
import multiprocessing
import os
import random
import resource
import struct
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from hallctl.api.role import Role
from hallctl.bench import shim
from hallctl.client import Client
from hallctl.domain.state import HallState
from tests.e2e.books import Books, read_books
from tests.e2e.forked import Arguments, ForkedDaemon, ending, forked_daemon, free_port, run
from tests.e2e.load import Load, People, Tokens, furnish, write_config
from tests.loss.ledger import judge
from tests.loss.table import Row
from tests.process import Vital, vital

Json = dict[str, Any]

MIB = 1024 * 1024
ATTACK_ENDS_S = 60.0


@dataclass
class Timed(Load):
    """People who look at the clock: `took` has (moment of the answer, seconds it took) of every answer."""

    took: list[tuple[float, float]] = field(default_factory=list)

    async def change(self, client: Client, method: str, **params: Any) -> Json:
        began = time.monotonic()
        receipt = await super().change(client, method, **params)
        now = time.monotonic()
        self.took.append((now, now - began))
        return receipt

    def p99_ms(self, since: float, until: float) -> tuple[float, int]:
        """(99th percentile in ms, answers) between two moments."""
        found = sorted(seconds for at, seconds in self.took if since <= at <= until)
        return (found[int(len(found) * 0.99)] * 1000 if found else float("inf"), len(found))


class Wall:
    """The daemon's wall clock, by the shim of ``clock.c``."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.put(0)
        self._shim = folder / "clock.so"
        wrong = shim.compiled(Path(__file__).with_name("clock.c"), self._shim)
        assert not wrong, wrong

    def put(self, seconds: float) -> None:
        """Set it so far from where it should be."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("=q", int(seconds * 1e9)))

    @property
    def env(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self._shim), "HALLCTL_CLOCK": str(self._file)}


class Spawned(ForkedDaemon):
    """The daemon as a program of its own: what is preloaded is preloaded at its start."""

    def _begun(self, arguments: Arguments) -> BaseProcess:
        saved = {name: os.environ.get(name) for name in self._env}
        os.environ.update(self._env)
        try:
            process = multiprocessing.get_context("spawn").Process(target=run, args=arguments)
            process.start()
            return process
        finally:
            for name, value in saved.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


@dataclass
class Stand:
    """A running daemon, the people, and the row that is being filled."""

    daemon: ForkedDaemon
    port: int
    people: People
    load: Timed
    tokens: Tokens
    row: Row
    wall: Wall | None = None
    books: Books = field(default_factory=lambda: Books([], HallState(), {}))
    """What the journal tells in the end."""
    told: Json = field(default_factory=dict)
    """What was measured, for the reader."""

    @property
    def clock(self) -> Wall:
        assert self.wall is not None, "a stand without a clock of its own"
        return self.wall

    def restart(self) -> None:
        """SIGKILL, and another life."""
        self.daemon.kill()
        self.daemon.start()
        self.daemon.wait_ready()

    @property
    def pid(self) -> int:
        return self.daemon.process.pid or 0

    def vital(self) -> Vital:
        return vital(self.pid)

    async def attack(self, kind: str, count: int = 300, seconds: float = 2.0) -> Json:
        """Run the attack in a process of its own to its end; what it tells."""
        arguments = (
            "-m",
            "tests.abuse.attack",
            kind,
            f"--port={self.port}",
            f"--count={count}",
            f"--seconds={seconds}",
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        try:
            async with asyncio.timeout(ATTACK_ENDS_S + seconds):
                out, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        self.row.expect(process.returncode == 0, f"the attacker failed: {process.returncode}")
        told: Json = json.loads(out) if process.returncode == 0 else {}
        return told

    async def suffer(self, *attacks: tuple[str, int, float], calm_s: float = 0.7) -> list[Json]:
        """People work through some calm and then the attacks, all at once; healthy lines must stay, answers come."""
        began = time.monotonic()
        await asyncio.sleep(calm_s)
        lines = [id(client._socket) for client in self.people.clients]
        before, start = self.vital(), time.monotonic()
        told = await asyncio.gather(*(self.attack(*attack) for attack in attacks))
        after, end = self.vital(), time.monotonic()
        self.people.check()
        kept = [id(client._socket) for client in self.people.clients] == lines
        self.row.expect(kept, "a healthy client lost its line")
        p99_before, _ = self.load.p99_ms(began, start)
        p99_during, answers = self.load.p99_ms(start, end)
        self.row.expect(answers > 5 * (end - start), f"only {answers} answers in {end - start:.1f} s")
        self.told |= {
            "attack": told,
            "answers during": answers,
            "p99 ms before": round(p99_before, 1),
            "p99 ms during": round(p99_during, 1),
            "peak MiB more": round(after.peak_mib - before.rss_mib, 1),
            "cpu share": round((after.cpu_s - before.cpu_s) / (after.at - before.at), 2),
        }
        return told

    async def working(self, otherwise: str, answers: int = 20, seconds: float = 15.0) -> None:
        """Wait for so many more answers; the row notes it `otherwise`."""
        goal, until = len(self.load.answered) + answers, time.monotonic() + seconds
        while len(self.load.answered) < goal and time.monotonic() < until:
            self.people.check()
            await asyncio.sleep(0.02)
        self.row.expect(len(self.load.answered) >= goal, otherwise)

    async def recovered(self, descriptors: int, seconds: float = 20.0) -> None:
        """Wait until the daemon has no more descriptors than before; the row notes it if that never comes."""
        until = time.monotonic() + seconds
        while self.vital().files > descriptors and time.monotonic() < until:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
        left = self.vital().files - descriptors
        self.row.expect(left <= 0, f"{left} descriptors were not given back")

    async def newcomer(self, seconds: float = 5.0) -> float:
        """A board comes in and is told everything; the seconds it took, or the row notes that it cannot."""
        began = time.monotonic()
        client = Client(
            f"ws://127.0.0.1:{self.port}/ws", role="kiosk", token=self.tokens.kiosks["kiosk-1"], place="kiosk-1"
        )
        try:
            async with asyncio.timeout(seconds), client:
                await client.ask("hall.about")
        except TimeoutError:
            self.row.expect(False, f"nobody new came in within {seconds} s")
        return time.monotonic() - began


def limit_descriptors(pid: int, count: int) -> None:
    """Before the daemon has looked at its limit, that is just after its start."""
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (count, count))


@contextlib.asynccontextmanager
async def stand(folder: Path, fault: str, descriptors: int | None = None, clock: bool = False) -> AsyncIterator[Stand]:
    """Two kiosks and three windows at work until the block ends; then the books are compared with their memory."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    backup = '[backup]\narchive_s = 0\ndaily_at = ""\n'  # its readers' descriptors would come in the midst
    config, data = write_config(folder / "hall.toml", port, backup), folder / "data"
    tokens = await furnish(data, config)
    load, row = Timed(random.Random(1)), Row(fault)
    people = People(port, load)
    wall = Wall(folder) if clock else None
    with forked_daemon(config, data) if wall is None else ending(Spawned(config, data, wall.env)) as daemon:
        daemon.start()
        if descriptors is not None:
            limit_descriptors(daemon.process.pid or 0, descriptors)
        await asyncio.to_thread(daemon.wait_ready)
        for service in ("pooled", "police"):
            people.work(load.kiosk(await people.join(Role.KIOSK, "kiosk-1", tokens.kiosks["kiosk-1"]), service))
        for window, token in tokens.windows.items():
            people.work(load.desk(await people.join(Role.WINDOW, window, token)))
        standing = Stand(daemon, port, people, load, tokens, row, wall)
        try:
            yield standing
            await people.end_work()
        finally:
            await people.leave()
        row.expect(await asyncio.to_thread(daemon.finish) == 0, "it does not end well")
    books = await asyncio.to_thread(read_books, data, folder / "books")
    row.add(judge(load, books))
    standing.books = books
    lines = daemon.log.read_text().splitlines()
    standing.told["log lines"] = len(lines)
    row.expect(len(lines) < 200, f"{len(lines)} lines in the log")
    row.note = "; ".join(f"{name} {value}" for name, value in standing.told.items() if name != "attack")
