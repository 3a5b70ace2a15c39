"""Power cuts below SQLite: one recorded run of the daemon under load, and the disk as it is after any moment of it."""

import asyncio
import bisect
import contextlib
import random
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hallctl.api.role import Role
from hallctl.bootstrap import CONSOLE_ADDRESS
from hallctl.client import Client, Refused
from tests.e2e.forked import ForkedDaemon, forked_daemon, free_port
from tests.e2e.load import start_work, until_answered, write_config
from tests.e2e.printer import Printer, printer
from tests.e2e.test_slip_crash import take_slips, until_printed
from tests.loss.ledger import Remembering, Verdict, judge_directory
from tests.loss.recording import Cut, Disk, Kind, read
from tests.loss.shimmed import Under, furnish_shimmed, shimmed_daemon
from tests.loss.table import Row

CHECKPOINT: Final = 40
"""Commits between two checkpoints of a recorded run, so that many cuts fall into one."""

BY_DAEMON: Final = 10
"""Every so many cuts the real daemon is started on what is left."""

EARLY: Final = 10
"""One cut of so many is before the hall is ready for its first daemon."""

LOOK_S: Final = 0.05
SECOND_KIOSK: Final = '[[kiosks]]\nid = "kiosk-2"\n'

Progress = Callable[[str], None]


@dataclass
class Recorded:
    """A run that is over: the journal of its disk, what its people were told, and when."""

    folder: Path
    journal: Path
    load: Remembering
    furnished: int
    """The end of the journal when the hall was ready for its first daemon."""

    def writes(self) -> int:
        """Writes to the write-ahead log that the layer has seen."""
        logs: set[int] = set()
        count = 0
        for record in read(self.journal):
            if record.kind is Kind.OPEN:
                (logs.add if record.text.endswith("-wal") else logs.discard)(record.fd)
            count += record.kind is Kind.WRITE and record.fd in logs
        return count


async def record(folder: Path, answers: int, settings: tuple[tuple[str, str | int], ...] = ()) -> Recorded:
    """A hall's life on the recorded disk: furnished, started, killed under load, started again, stopped in order.
    In each of the two lives so many requests are answered."""
    data, journal, port = folder / "data", folder / "disk.journal", free_port()
    data.mkdir(mode=0o700)
    load = Remembering(random.Random(answers), moment=lambda: journal.stat().st_size)
    under = Under(data, journal, settings=settings, checkpoint=CHECKPOINT)
    async with printer() as paper:
        section = paper.section().replace("kiosk-1", "kiosk-2")
        config = write_config(folder / "hall.toml", port, SECOND_KIOSK + section)
        tokens = await asyncio.to_thread(furnish_shimmed, config, data, under)
        furnished = load.moment()
        with shimmed_daemon(config, data, under) as daemon:
            daemon.start()
            people = await start_work(port, tokens, load)
            try:
                kiosk = await people.join(Role.KIOSK, "kiosk-2", tokens.kiosks["kiosk-2"])
                people.work(take_slips(load, kiosk))
                board = await people.join(Role.ADMIN, None, tokens.admin)
                async with _watched(load, board, paper):
                    await until_answered(people, daemon, answers)
                    await until_printed(paper, people, daemon, 1 + answers // 50)
                    daemon.kill()
                    daemon.start()
                    await until_answered(people, daemon, answers)
                    await until_printed(paper, people, daemon, 1 + answers // 50)
                    await people.end_work()
            finally:
                await people.leave()
            assert await asyncio.to_thread(daemon.finish) == 0, daemon.log.read_text()
    return Recorded(folder, journal, load, furnished)


async def dropped(folder: Path, cuts: int, answers: int, say: Progress) -> Row:
    """O07, T02: the power goes; what was not synced is gone, or is all there."""
    row = Row("power cut, unsynced writes dropped")
    return await _cut_row(folder, row, cuts, answers, [Cut.DROPPED, Cut.DROPPED, Cut.KEPT], say)


async def torn(folder: Path, cuts: int, answers: int, say: Progress) -> Row:
    """O07, T02: the power goes; of what was not synced each sector is there or not, in any order, and some are torn."""
    row = Row("power cut, sectors reordered and torn")
    return await _cut_row(folder, row, cuts, answers, [Cut.SECTORS, Cut.TORN], say)


async def control(folder: Path, cuts: int, answers: int, say: Progress) -> Row:
    """The same with ``synchronous=NORMAL`` must lose: otherwise the two above would show nothing. Of a cut that keeps
    everything nothing can be lost; of one just behind a checkpoint hardly anything: so it takes some cuts."""
    row = Row("control: power cut with synchronous=NORMAL", must_lose=True)
    kinds = [Cut.DROPPED, Cut.SECTORS, Cut.TORN]
    return await _cut_row(folder, row, cuts, answers, kinds, say, (("synchronous", 1),))


async def _cut_row(
    folder: Path,
    row: Row,
    cuts: int,
    answers: int,
    kinds: list[Cut],
    say: Progress,
    settings: tuple[tuple[str, str | int], ...] = (),
) -> Row:
    recorded = await record(folder, answers, settings)
    writes = recorded.writes()
    say(f"{row.fault}: {len(recorded.load.answered)} answers recorded, {writes} writes to the log")
    row.expect(writes > len(recorded.load.answered), "the layer under SQLite has not seen its writes")
    await cut_power(recorded, row, cuts, kinds, say)
    row.note = (
        f"{len(recorded.load.answered)} answers, {len(recorded.load.shown)} events shown, "
        f"{len(recorded.load.printed)} slips printed, {writes} log writes; every {BY_DAEMON}th start by the daemon"
    )
    if row.must_lose:
        row.recovered, row.note = "–", "must lose, and does: the cuts above would be seen"
    return row


@contextlib.asynccontextmanager
async def _watched(load: Remembering, board: Client, paper: Printer) -> AsyncIterator[None]:
    """Note what is shown and what is on paper while the block lasts."""

    async def look() -> None:
        seen = 0
        while True:
            if paper.emulator.paper.printed != seen:
                seen = paper.emulator.paper.printed
                load.look_at(copy.label for copy in paper.copies())
            await asyncio.sleep(LOOK_S)

    tasks = [asyncio.create_task(look()), asyncio.create_task(load.watch(board))]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def moments(journal: Path, count: int, chance: random.Random, since: int, before: int = 0) -> list[int]:
    """Where to cut, in order: `before` moments up to `since`, the others after it, half of them at any change and half
    at any byte (which falls into the large writes)."""
    ends = [record.end for record in read(journal)]
    later = ends[bisect.bisect(ends, since) :]
    early = [chance.choice(ends[: -len(later)]) for _ in range(before)]
    after = [chance.choice(later) for _ in range((count - before) // 2)]
    bytes_ = (chance.randrange(later[0], later[-1]) for _ in range(count - before - len(after)))
    return sorted([*early, *after, *(later[bisect.bisect(later, byte) - 1] for byte in bytes_)])


def cuts(
    recorded: Recorded, wanted: list[int], chance: random.Random, kinds: list[Cut]
) -> Iterator[tuple[int, Cut, Path]]:
    """For each moment the kind of cut and a data directory as it is when the power is back, made anew each time."""
    disk, data, left = Disk(), recorded.folder / "cut" / "data", list(wanted)
    for record in read(recorded.journal):
        disk.tell(record)
        while left and left[0] <= record.end:
            kind = chance.choice(kinds)
            _lay_out(disk.after_cut(chance, kind), recorded.folder / "data", data, chance)
            yield left.pop(0), kind, data


def _lay_out(files: dict[str, bytes | None], before: Path, after: Path, chance: random.Random) -> None:
    shutil.rmtree(after, ignore_errors=True)
    after.mkdir(mode=0o700, parents=True)
    for path, content in files.items():
        if path.endswith(CONSOLE_ADDRESS):
            continue  # by it the test knows that a daemon answers; this one was of the daemon before the cut
        place = after / Path(path).relative_to(before)
        if content is None:
            place.mkdir(parents=True, exist_ok=True)
        elif place.parent == after or str(before / place.relative_to(after).parent) in files:
            place.parent.mkdir(parents=True, exist_ok=True)  # a file whose folder is not there is lost with it
            place.write_bytes(content)
    if chance.random() < 0.3:  # the index of the write-ahead log is not synced by anybody: it may hold anything
        (after / "hall.db-shm").write_bytes(chance.randbytes(32768))


async def cut_power(
    recorded: Recorded, row: Row, count: int, kinds: list[Cut], say: Progress, *, since: int = 0
) -> None:
    """Cut so many times, after `since` if it is given, and count in `row` what is left of what had been promised by
    then. Otherwise a tenth of the cuts fall into the very first start."""
    chance = random.Random(count)
    early = 0 if since else count // EARLY
    wanted = moments(recorded.journal, count, chance, since or recorded.furnished, early)
    config = write_config(recorded.folder / "after.toml", free_port(), SECOND_KIOSK)
    for number, (moment, kind, data) in enumerate(cuts(recorded, wanted, chance, kinds), 1):
        where = f"{kind} cut at {moment}"
        known = recorded.load.until(moment)
        if moment > recorded.furnished:
            row.add(judge_directory(known, data, recorded.folder / "scratch"), where)
        if moment <= recorded.furnished or number % BY_DAEMON == 0:
            problem = await start_after(config, data, known)
            if moment <= recorded.furnished:  # nothing was promised yet: it must start, and that is all
                row.add(Verdict(0), where)
            row.expect(problem is None, f"{where}: {problem}")
        if number % 20 == 0:
            say(f"{row.fault}: {number}/{count}, lost {row.lost}")


async def start_after(config: Path, data: Path, known: Remembering) -> str | None:
    """Start the real daemon on what is left and ask the last requests again; what is wrong, if something is."""
    port = int(config.read_text(encoding="utf-8").rpartition("port = ")[2])
    with forked_daemon(config, data) as daemon:
        try:
            daemon.start()
            await asyncio.to_thread(daemon.wait_ready)
            for answered in known.answered[-3:]:
                async with again(port, answered.client) as client, asyncio.timeout(10):
                    receipt = await client.change(answered.method, answered.request_id, **answered.params)
                if receipt != answered.receipt:
                    return f"{answered.request_id} was answered anew: {receipt}"
            if await asyncio.to_thread(daemon.finish) != 0:
                return f"ended with {daemon.process.exitcode}: {_tail(daemon)}"
        except (AssertionError, TimeoutError, Refused) as error:
            return f"{type(error).__name__}: {error}; {_tail(daemon)}"
    return None


def again(port: int, known: Client) -> Client:
    """The same asker, at the daemon of another port."""
    hello = known._hello
    return Client(f"ws://127.0.0.1:{port}/ws", role=hello["role"], token=hello["token"], place=hello.get("place"))


def _tail(daemon: ForkedDaemon) -> str:
    return daemon.log.read_text()[-600:]
