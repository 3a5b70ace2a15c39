"""A disk that fails under the running daemon: full, read-only, I/O errors at sync, write and read (O06, T02).

Each round ends with the people going on, every request done once, and the books whole.
"""

import errno
from pathlib import Path
from typing import Any, Final

from hallctl.client import Client, Refused
from hallctl.errors import sentence
from tests.e2e.load import until_answered
from tests.loss.plan import On, Only
from tests.loss.power import Progress, Recorded, cut_power
from tests.loss.recording import Cut, Kind, read
from tests.loss.scene import Scene, ended, expect_told, finish_work, furnished, until
from tests.loss.table import Row

LOG: Final = "hall.db-wal"
DATABASE: Final = "hall.db"
AT_CLOSING: Final = {On.SYNC: 1, On.WRITE: 0}
"""Calls after the fault that are no second attempt: SQLite closes with a checkpoint of what was committed before."""

SENTENCE: Final = tuple(sentence("store.disk", language, {}) for language in ("zh", "en"))


async def full_disk(folder: Path, say: Progress) -> Row:
    """A full disk, as it is: what is allocated can be written over, nothing can grow. The hall goes on in the blocks
    that it has; then it refuses, shows nothing, and goes on by itself when there is room again."""
    row = Row("disk full (nothing can grow)")
    scene = await furnished(folder)
    with scene.failing_daemon(checkpoint=100) as daemon:
        daemon.start()
        async with scene.people() as people:
            await until_answered(people, daemon, 40)
            before = len(scene.load.answered)
            scene.plan.fail(On.WRITE, errno.ENOSPC, only=Only.GROWING)
            scene.plan.fail(On.OPEN, errno.ENOSPC, only=Only.WRITING)
            await until(lambda: scene.load.refused["store.unavailable"] > 20, "the full disk is told")
            people.check()
            went_on = len(scene.load.answered) - before
            say(f"{row.fault}: {went_on} requests were answered after the disk was full")
            scene.plan.mend()
            await finish_work(scene, people, daemon, row)
    row.expect(went_on > 0, "nothing was done in the blocks that were there")
    row.note = f"{went_on} more requests in allocated blocks, then refused in a sentence; goes on when there is room"
    return row


async def full_for_a_moment(folder: Path, say: Progress) -> Row:
    """Not even allocated blocks can be written (a quota, a copy-on-write file system), for three writes."""
    row = Row("disk full for a moment (any write)")
    scene = await furnished(folder)
    with scene.failing_daemon() as daemon:
        daemon.start()
        async with scene.people() as people:
            for _ in range(2):
                await until_answered(people, daemon, 30)
                scene.plan.fail(On.WRITE, errno.ENOSPC, LOG, times=3)
                await until(lambda: scene.plan.hits(On.WRITE) > 0, "a write fails")
                await until_answered(people, daemon, 10)
            row.expect(scene.load.refused["store.unavailable"] > 0, "nobody was refused")
            await finish_work(scene, people, daemon, row)
    row.note = f"{scene.load.refused['store.unavailable']} refusals; the state rebuilt from the file, no restart"
    return row


def _read_only(scene: Scene) -> None:
    for on, only in ((On.OPEN, Only.WRITING), (On.WRITE, Only.ANY), (On.CHANGE, Only.ANY)):
        scene.plan.fail(on, errno.EROFS, only=only)


async def read_only(folder: Path, say: Progress) -> Row:
    """The file system becomes read-only under load, stays so at a restart, and is mended."""
    row = Row("disk read-only, in the midst and at the start")
    scene = await furnished(folder)
    with scene.failing_daemon() as daemon:
        daemon.start()
        async with scene.people() as people:
            await until_answered(people, daemon, 40)
            _read_only(scene)
            expect_told(row, daemon, await ended(daemon), words=SENTENCE)
            daemon.start()
            expect_told(row, daemon, await ended(daemon))
            scene.plan.mend()
            with scene.plain_daemon() as second:
                second.start()
                await finish_work(scene, people, second, row)
    row.note = "ends with a sentence and exit code 1, also at each restart; goes on when the disk can be written again"
    return row


async def failing_write(folder: Path, say: Progress) -> Row:
    """EIO in the midst of a write to the log, half of which arrives."""
    row = Row("I/O error at a write (half of it arrives)")
    await _stopped_by(folder, row, On.WRITE, LOG, only=Only.TORN)
    row.note = "fail stop: refused, exit code 1, the restart recovers from the file"
    return row


async def failing_checkpoint(folder: Path, say: Progress) -> Row:
    """EIO when a checkpoint syncs the database: the log still has everything."""
    row = Row("I/O error at the sync of a checkpoint")
    await _stopped_by(folder, row, On.SYNC, DATABASE)
    row.note = "fail stop; nothing is lost, the log has it"
    return row


async def failing_sync(folder: Path, cuts: int, say: Progress) -> Row:
    """EIO at the sync of a commit. The system may forget what it could not write, and show it until the next boot:
    nothing may be built on it, so the power is cut afterwards, too."""
    row = Row("I/O error at the sync of a commit, then power cuts")
    scene = await _stopped_by(folder, row, On.SYNC, LOG, recorded=True)
    recorded = Recorded(scene.folder, scene.journal, scene.load, scene.furnished)
    fault = next(record.end for record in read(scene.journal) if record.kind is Kind.UNSYNCED)
    await cut_power(recorded, row, cuts, [Cut.DROPPED, Cut.TORN], say, since=fault)
    row.note = "fail stop: refused, exit code 1, never synced again; what the failed sync lost is not built upon"
    return row


async def _stopped_by(
    folder: Path, row: Row, on: On, name: str, *, only: Only = Only.ANY, recorded: bool = False
) -> Scene:
    """Fail one such call with EIO: the daemon must end by itself, and its successor go on."""
    scene = await furnished(folder, recorded=recorded)
    with scene.failing_daemon(checkpoint=60) as daemon:
        daemon.start()
        async with scene.people() as people:
            await until_answered(people, daemon, 40)
            spared = scene.load.chance.randrange(5)
            scene.plan.fail(on, errno.EIO, name, after=spared, times=1, only=only)
            expect_told(row, daemon, await ended(daemon), words=SENTENCE)
            row.expect(scene.plan.hits(on) == 1, "the fault did not happen")
            again = scene.plan.seen(on) - spared - 1
            row.expect(again <= AT_CLOSING[on], f"{on.name} {again} times more after the fault")
            daemon.start()
            await finish_work(scene, people, daemon, row)
    return scene


async def failing_read(folder: Path, say: Progress) -> Row:
    """EIO when a question reads the database: the asker is told, calling goes on."""
    row = Row("I/O error at a read, of a question and at the start")
    scene = await furnished(folder)
    with scene.failing_daemon(checkpoint=20) as daemon:
        daemon.start()
        async with scene.people() as people:
            await until_answered(people, daemon, 100)
            async with scene.admin() as admin:
                await admin.ask("report.ledger", day=scene.day)  # now the writer knows the pages of the rows
                scene.plan.fail(On.READ, errno.EIO, DATABASE)
                for method, params in _questions(scene):
                    code = await _code(admin, method, params)
                    row.expect(code in ("", "store.disk"), f"{method} under EIO: {code}")
                row.expect(scene.plan.hits(On.READ) > 0, "no question needed the disk")
                scene.plan.mend()
                for method, params in _questions(scene):
                    code = await _code(admin, method, params)
                    row.expect(code == "", f"{method} after EIO: {code}")
            await until_answered(people, daemon, 20)
            daemon.kill()
            daemon.log.write_text("")
            scene.plan.fail(On.READ, errno.EIO, DATABASE)
            daemon.start()
            expect_told(row, daemon, await ended(daemon), words=SENTENCE)
            scene.plan.mend()
            daemon.start()
            await finish_work(scene, people, daemon, row)
    row.note = "the question is answered with a sentence, calling goes on; a start ends with a sentence"
    return row


def _questions(scene: Scene) -> list[tuple[str, dict[str, Any]]]:
    day = {"day": scene.day}
    return [("journal.read", day), ("report.ledger", day), ("hall.snapshot", {})]


async def _code(client: Client, method: str, params: dict[str, Any]) -> str:
    """The code of the refusal, "" if there was none."""
    try:
        await client.ask(method, **params)
    except Refused as refused:
        return refused.code
    return ""
