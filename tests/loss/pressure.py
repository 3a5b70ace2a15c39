"""A daemon that runs out of memory or of file descriptors (T02)."""

import asyncio
import contextlib
import os
import resource
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hallctl.client import Client, Refused
from tests.e2e.forked import ForkedDaemon
from tests.e2e.load import until_answered
from tests.loss.power import Progress
from tests.loss.scene import HAPPENS_S, Scene, ended, expect_told, finish_work, furnished, until
from tests.loss.table import Row

SQUEEZED_S: Final = 1.0
GOES_ON_S: Final = 10
SPARE: Final = (0, 64 * 1024, 512 * 1024, 2 * 1024 * 1024, 6 * 1024 * 1024)
"""Bytes of address space left to a running daemon."""


@contextlib.contextmanager
def _limited(process: int, kind: int, soft: int) -> Iterator[None]:
    """The limit of another process, until the block ends; it may have died by then."""
    before = resource.prlimit(process, kind)
    resource.prlimit(process, kind, (soft, before[1]))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(process, kind, before)


def _address_space(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


async def little_memory(folder: Path, rounds: int, say: Progress) -> Row:
    """The system gives a working daemon no more memory, for a second. Whatever fails: no request is half done. If the
    daemon ends, its supervisor (here: the test) starts it again."""
    row = Row("memory runs out under load")
    scene = await furnished(folder)
    scene.load.patient_with = ("store.", "request.internal")
    restarts = 0
    with scene.plain_daemon() as daemon:
        daemon.start()
        async with scene.people() as people, scene.admin() as admin:
            for number in range(rounds):
                if not await _goes_on(scene, daemon, row):
                    row.expect(False, f"round {number}: it neither answers nor ends: {daemon.log.read_text()[-600:]}")
                    daemon.kill()
                    daemon.start()
                process = daemon.process.pid or 0
                limit = _address_space(process) + SPARE[number % len(SPARE)]
                with _limited(process, resource.RLIMIT_AS, limit):
                    await _use_memory(admin)
                restarts += await _restarted(daemon)
                people.check()
                say(f"{row.fault}: {number + 1}/{rounds}, {restarts} restarts, {len(scene.load.answered)} answers")
            await finish_work(scene, people, daemon, row)
            row.rounds = rounds
    row.note = f"{sum(scene.load.refused.values())} refusals, {restarts} restarts in {rounds} rounds; nothing half done"
    return row


async def _use_memory(admin: Client) -> None:
    """Questions with large answers beside the work; they may fail, or never be answered."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SQUEEZED_S):
            while True:
                asked = (admin.ask("journal.read", limit=500) for _ in range(20))
                await asyncio.gather(*asked, return_exceptions=True)
                await asyncio.sleep(0.01)


async def _restarted(daemon: ForkedDaemon) -> bool:
    """Whether it has ended; it is started anew, as its supervisor would."""
    if daemon.process.is_alive():
        return False
    await ended(daemon)
    daemon.start()
    return True


async def no_memory_at_commit(folder: Path, say: Progress) -> Row:
    """SQLite gets no memory for a commit: every asker is refused, none waits for ever; the hall goes on by itself, or
    ends with a sentence and is started again."""
    row = Row("no memory for a commit")
    scene = await furnished(folder)
    famine = folder / "famine"
    with scene.failing_daemon(famine=famine) as daemon:
        daemon.start()
        async with scene.people() as people:
            await until_answered(people, daemon, 20)
            famine.touch()
            await asyncio.sleep(SQUEEZED_S)
            famine.unlink()
            if not await _goes_on(scene, daemon, row):
                row.expect(False, f"it neither answers nor ends: {daemon.log.read_text()[-600:]}")
                daemon.kill()
                daemon.start()
            row.expect(scene.load.refused["store.unavailable"] > 0, "nobody was refused")
            await finish_work(scene, people, daemon, row)
    row.note = "refused in a sentence; goes on by itself or is started again"
    return row


async def _goes_on(scene: Scene, daemon: ForkedDaemon, row: Row) -> bool:
    """Wait for more answers; a daemon that has ended by itself is started again."""
    goal = len(scene.load.answered) + 10
    for _ in range(GOES_ON_S * 100):
        if not daemon.process.is_alive():
            expect_told(row, daemon, await ended(daemon), starved=True)
            daemon.start()
        if len(scene.load.answered) > goal:
            return True
        await asyncio.sleep(0.01)
    return False


async def no_descriptors(folder: Path, say: Progress) -> Row:
    """Every file descriptor is used: a question that needs a new one is told so, calling goes on; when there are some
    again, everything works."""
    row = Row("file descriptors run out")
    scene = await furnished(folder)
    with scene.plain_daemon() as daemon:
        daemon.start()
        async with scene.people() as people, scene.admin() as admin:
            await until_answered(people, daemon, 20)
            process = daemon.process.pid or 0
            most = len(_descriptors(process)) + 4
            with _limited(process, resource.RLIMIT_NOFILE, most), contextlib.ExitStack() as crowd:
                for _ in range(10):  # they take what is left; who comes too late waits outside
                    crowd.enter_context(socket.create_connection(("127.0.0.1", scene.port), timeout=5))
                await until(lambda: len(_descriptors(process)) >= most, "every descriptor is used")
                for method in ("journal.read", "report.ledger"):
                    code = await _ask(admin, method, scene.day)
                    row.expect(code in ("", "store.unavailable"), f"{method} without descriptors: {code}")
                await until_answered(people, daemon, 40)
            for method in ("journal.read", "report.ledger"):
                code = await _ask(admin, method, scene.day)
                row.expect(code == "", f"{method} with descriptors again: {code}")
            await finish_work(scene, people, daemon, row)
    row.note = "a question that needs one is told, calling goes on"
    return row


def _descriptors(process: int) -> list[Path]:
    return list(Path(f"/proc/{process}/fd").iterdir())


async def _ask(admin: Client, method: str, day: str) -> str:
    """The code of the refusal, "" if there was none."""
    try:
        async with asyncio.timeout(HAPPENS_S):
            await admin.ask(method, day=day)
    except Refused as refused:
        return refused.code
    return ""
