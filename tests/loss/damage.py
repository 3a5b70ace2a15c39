"""Files that were damaged or changed behind the daemon's back: bad pages, a bad log, wrong files, an old backup.

A file that the disk has damaged cannot be mended by the hall; what is asked of it: that nothing wrong is shown or
issued without a word, and that the sentence says what a person has to do.
"""

import asyncio
import fcntl
import os
import random
from collections import Counter
from pathlib import Path
from typing import Final

from hallctl.bootstrap import CONSOLE_ADDRESS
from hallctl.client import Client, Refused
from hallctl.store.database import DATABASE
from hallctl.store.place import LOCK
from tests.e2e.forked import ForkedDaemon
from tests.e2e.load import until_answered
from tests.harness import start_process
from tests.loss.ledger import judge_directory
from tests.loss.power import Progress, again
from tests.loss.scene import Scene, ended, expect_told, finish_work, furnished
from tests.loss.table import Row

PAGE: Final = 4096
LOG: Final = f"{DATABASE}-wal"
WHAT_TO_DO: Final = "restore"
"""The command that a sentence about damaged data names."""


async def _worked(scene: Scene, answers: int, *, killed: bool = False) -> None:
    """A life of the daemon with so many answers; ended in order, or killed with everything in the log."""
    scene.load.done = False
    with scene.plain_daemon() as daemon:
        daemon.start()
        async with scene.people() as people:
            await until_answered(people, daemon, answers)
            if killed:
                daemon.kill()
                return
            await people.end_work()
        code = await asyncio.to_thread(daemon.finish)
        assert code == 0, daemon.log.read_text()


async def _starts(daemon: ForkedDaemon) -> bool:
    """Start it; whether it answers. Otherwise it has ended by itself."""
    address = daemon._data / CONSOLE_ADDRESS
    address.unlink(missing_ok=True)  # of a daemon that was killed
    daemon.start()
    while daemon.process.is_alive():
        if address.exists():
            return True
        await asyncio.sleep(0.005)
    await ended(daemon)
    return False


async def _serves(scene: Scene, daemon: ForkedDaemon, row: Row) -> str:
    """What a start on damaged data comes to: ``told`` (it ends with a sentence), ``refuses`` (it answers, and says so
    when the damaged part is needed), ``verify`` (only ``hallctl verify`` tells it), ``silent`` (nobody tells it)."""
    if not await _starts(daemon):
        expect_told(row, daemon, daemon.process.exitcode or 0, words=(WHAT_TO_DO,))
        return "told"
    found = "silent"
    try:
        async with scene.admin() as admin:
            for method in ("journal.read", "report.ledger"):
                try:
                    await admin.ask(method, day=scene.day)
                except Refused as refused:
                    found = "refuses"
                    row.expect(refused.code.startswith("store."), f"{method}: {refused.code}")
    except Refused as refused:  # at the hello: it does not know its own pages any more
        row.expect(False, f"a hall that was known is unknown: {refused.code}")
    if daemon.process.is_alive():
        await asyncio.to_thread(daemon.finish)
    daemon.log.write_text("")
    if found == "silent" and not await _verified(scene):
        return "verify"
    return found


async def _verified(scene: Scene) -> bool:
    """Whether ``hallctl verify --rows`` finds nothing."""
    process = await start_process("verify", "--rows", "--data", str(scene.data))
    await process.communicate()
    return process.returncode == 0


async def bad_pages(folder: Path, pages: int, say: Progress) -> Row:
    """One page of the database overwritten in the middle, each time another one. SQLite has no checksum of its pages:
    what it cannot see, the journal's hash chain has to."""
    row = Row(f"{PAGE}-byte page of the database damaged")
    scene = await furnished(folder)
    await _worked(scene, 250)
    chance = random.Random(pages)
    whole = (scene.data / DATABASE).read_bytes()
    outcomes: dict[str, int] = {"told": 0, "refuses": 0, "verify": 0, "silent": 0, "unharmed": 0}
    for place in sorted(chance.sample(range(1, len(whole) // PAGE), min(pages, len(whole) // PAGE - 1))):
        harmed = bytearray(whole)
        start = place * PAGE + chance.randrange(PAGE - 64)
        harmed[start : start + 64] = chance.randbytes(64)
        for name in (LOG, f"{DATABASE}-shm"):
            (scene.data / name).unlink(missing_ok=True)
        (scene.data / DATABASE).write_bytes(harmed)
        verdict = judge_directory(scene.load, scene.data, folder / "scratch")
        with scene.plain_daemon() as daemon:
            found = "unharmed" if verdict.good else await _serves(scene, daemon, row)
        outcomes[found] += 1
        row.rounds += 1
        row.acknowledged += verdict.acknowledged
    row.recovered = "no: hallctl restore"
    row.note = ", ".join(f"{name} {count}" for name, count in outcomes.items())
    row.problems = sorted(set(row.problems))
    row.expect(outcomes["silent"] == 0, f"{outcomes['silent']} damaged pages were used without a word")
    return row


async def bad_log(folder: Path, rounds: int, say: Progress) -> Row:
    """A frame in the midst of the log damaged after a crash: SQLite takes the log as ending there. What was synced
    behind it is lost by the hardware; the hall must not go on as if it had never been, it would give the numbers
    again."""
    row = Row("frame of the log damaged after a crash")
    outcomes: Counter[str] = Counter()
    for number in range(rounds):
        (folder / str(number)).mkdir()
        scene = await furnished(folder / str(number))
        await _worked(scene, 60, killed=True)
        log = scene.data / LOG
        harmed = bytearray(log.read_bytes())
        place = 32 + (PAGE + 24) * (10 + 8 * number) + 1000  # 60 commands are 120 frames and more
        harmed[place : place + 16] = bytes(16) if any(harmed[place : place + 16]) else b"\1" * 16
        log.write_bytes(harmed)
        unharmed = judge_directory(scene.load, scene.data, folder / "scratch").good  # it had been copied back already
        with scene.plain_daemon() as daemon:
            outcomes["unharmed" if unharmed else await _serves(scene, daemon, row)] += 1
        row.rounds += 1
        row.acknowledged += len(scene.load.answered)
    row.recovered = "no: hallctl restore"
    row.note = f"{outcomes['told']} told at the start, {outcomes['unharmed']} unharmed"
    row.expect(outcomes["told"] > 0, "no damage was met")
    silent = rounds - outcomes["told"] - outcomes["unharmed"]
    row.expect(
        silent == 0, f"{silent} of {rounds} starts lost synced commits without a word and would give numbers again"
    )
    return row


async def wrong_files(folder: Path, say: Progress) -> Row:
    """The database cut in half, empty, gone, or not a database: the daemon says so, touches nothing, and serves again
    when the right file is back."""
    row = Row("database truncated, empty, missing, or another file")
    scene = await furnished(folder)
    await _worked(scene, 60)
    whole = (scene.data / DATABASE).read_bytes()
    made: dict[str, bytes | None] = {
        "truncated": whole[: len(whole) // 2 // PAGE * PAGE],
        "torn": whole[: len(whole) // 2 + 100],
        "empty": b"",
        "missing": None,
        "another file": b"not a database, but long enough to be one" * 500,
    }
    for what, content in made.items():
        _put(scene, content)
        problems = Row(what)
        with scene.plain_daemon() as daemon:
            found = await _serves(scene, daemon, problems)
        row.expect(found == "told", f"{what}: {found}")
        row.problems += [f"{what}: {problem}" for problem in problems.problems]
        _put(scene, whole)
        row.add(judge_directory(scene.load, scene.data, folder / "scratch"), what)
    row.recovered = "no: hallctl restore"
    row.note = "each told at the start, exit code 1"
    return row


def _put(scene: Scene, content: bytes | None) -> None:
    for name in (DATABASE, LOG, f"{DATABASE}-shm"):
        (scene.data / name).unlink(missing_ok=True)
    if content is not None:
        (scene.data / DATABASE).write_bytes(content)


async def older_copy(folder: Path, say: Progress) -> Row:
    """A backup is put back. What is promised: all of what the backup knows, numbers go on behind its last one and do
    not repeat among what it knows and what comes; what was asked after the backup and is asked again is done anew,
    once; whoever saw later events gets a snapshot. What cannot be: numbers given after the backup are given again."""
    row = Row("older copy of the database put back")
    scene = await furnished(folder)
    await _worked(scene, 60)
    copy = (scene.data / DATABASE).read_bytes()
    known = len(scene.load.answered)
    await _worked(scene, 60)
    last = scene.books().records[-1].seq
    _put(scene, copy)
    forgotten = scene.load.answered[known:]
    del scene.load.answered[known:], scene.load.heard[known:]
    scene.load.done = False
    with scene.plain_daemon() as daemon:
        daemon.start()
        async with scene.people() as people:
            await asyncio.to_thread(daemon.wait_ready)
            async with scene.admin() as admin:
                seen = await admin.ask("hall.subscribe", since=last)
                row.expect("snapshot" in seen, "a page that has seen later events is told that nothing is new")
            take = next(a for a in forgotten if a.method == "ticket.take")
            async with again(scene.port, take.client) as kiosk:
                receipts = [await kiosk.change(take.method, take.request_id, **take.params) for _ in range(2)]
            row.expect(receipts[0] == receipts[1], "asked again after the restore, it was done twice")
            scene.load.answered.append(type(take)(take.client, take.method, take.request_id, take.params, receipts[0]))
            scene.load.heard.append(0)
            await finish_work(scene, people, daemon, row)
    row.recovered = "no: a person put it back"
    row.note = "everything the backup knows is kept and numbers go on from there; later ones are given again"
    return row


async def page_of_another_history(folder: Path, say: Progress) -> Row:
    """A page that was away while an older copy was put back and the hall went on beyond what the page had seen: its
    numbers of events mean something else now. It must get a snapshot, not the difference."""
    row = Row("page comes back after an older copy was put back")
    scene = await furnished(folder)
    await _worked(scene, 40)
    copy = (scene.data / DATABASE).read_bytes()
    await _worked(scene, 20)
    seen = scene.books().records[-1].seq
    _put(scene, copy)
    with scene.plain_daemon() as daemon:
        daemon.start()
        await asyncio.to_thread(daemon.wait_ready)
        kiosk = {"role": "kiosk", "token": scene.tokens.kiosks["kiosk-1"], "place": "kiosk-1"}
        async with Client(scene.url, **kiosk) as taker, scene.admin() as admin:
            while (await admin.ask("hall.snapshot"))["seq"] < seen + 5:
                await taker.change("ticket.take", service="pooled")
            told = await admin.ask("hall.subscribe", since=seen)
            row.expect("snapshot" in told, f"got {len(told.get('events', []))} events of another history, no snapshot")
        await asyncio.to_thread(daemon.finish)
    row.rounds = 1
    row.note = "gets a snapshot"
    return row


async def copy_beside_log(folder: Path, say: Progress) -> Row:
    """An older copy is put back after a crash and the newer log is left beside it: SQLite would mix the two. Where all
    since the copy is in the log, the hall is whole; where a checkpoint has let the log begin anew, the daemon says so
    and starts on nothing."""
    row = Row("older copy put back, the newer log left beside it")
    for what, checkpoint in (("all in the log", 100_000), ("checkpoints since", 10)):
        (folder / what).mkdir()
        scene = await furnished(folder / what)
        await _worked(scene, 40)
        copy = (scene.data / DATABASE).read_bytes()
        scene.load.done = False
        with scene.failing_daemon(checkpoint=checkpoint) as daemon:
            daemon.start()
            async with scene.people() as people:
                await until_answered(people, daemon, 300)
                daemon.kill()
        row.expect((copy == (scene.data / DATABASE).read_bytes()) == (checkpoint > 300), f"{what}: not as it was to be")
        (scene.data / DATABASE).write_bytes(copy)
        with scene.plain_daemon() as daemon:
            if await _starts(daemon):
                await asyncio.to_thread(daemon.finish)
                row.expect(checkpoint > 300, f"{what}: a mixture was started on")
                row.add(judge_directory(scene.load, scene.data, folder / "scratch"), what)
            else:
                row.expect(checkpoint < 300, f"{what}: refused")
                expect_told(row, daemon, daemon.process.exitcode or 0, words=(WHAT_TO_DO,))
                row.rounds += 1
    row.recovered = "no: hallctl restore"
    row.note = "whole where the log has everything since the copy, else told at the start"
    return row


async def stale_lock(folder: Path, say: Progress) -> Row:
    """The lock file of a daemon that was killed means nothing; one that is held is told."""
    row = Row("lock file left behind, and one that is held")
    scene = await furnished(folder)
    (scene.data / LOCK).write_text("999999\n")
    await _worked(scene, 20)
    (scene.data / LOCK).write_text(f"{os.getpid()}\n")  # as if another process had got the number of the killed one
    held = os.open(scene.data / LOCK, os.O_RDWR)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        with scene.plain_daemon() as daemon:
            daemon.start()
            expect_told(row, daemon, await ended(daemon), words=("hallctl", str(scene.data)))
    finally:
        os.close(held)
    scene.load.done = False
    with scene.plain_daemon() as daemon:
        daemon.start()
        async with scene.people() as people:
            await finish_work(scene, people, daemon, row)
    row.note = "a stale one is taken over; beside a running daemon the second one ends with a sentence"
    return row
