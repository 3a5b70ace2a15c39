"""The backup of a hall at work: whole, of all that was acknowledged, and enough to lose the disk (O07, T02)."""

import asyncio
import json
import random
import shutil
import sys
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from hallctl.config import parse
from hallctl.domain import commands as c
from hallctl.domain.events import NumbersSkipped
from hallctl.engine.backups import FOLDER, Backups
from hallctl.engine.skip import Skip
from hallctl.store import archive, backup
from hallctl.store import folder as folders
from hallctl.store.database import DATABASE
from hallctl.store.restore import Point, restore
from hallctl.store.verify import comparable
from tests.e2e.books import Books, assert_whole, read_books, replayed
from tests.e2e.forked import forked_daemon, free_port
from tests.e2e.load import Answered, Load, furnish, start_work, until_answered, write_config
from tests.harness import SMALL, FakeClock, RunningHall, running_hall, small_config

KEEPING = {"archive", "backup"}
OFTEN = "\n[backup]\narchive_s = 1\n"


async def _until_archived(folder: Path, seq: int) -> None:
    """Wait until the archive has the record."""
    for _ in range(400):
        if max((row[0] for row in _archived(folder)), default=0) >= seq:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"record {seq} was not archived")


def _archived(folder: Path) -> list[Any]:
    return [row for item in folders.items(folder, folders.JOURNAL) for row in archive.read(item.path)]


def _assert_kept(answered: list[Answered], books: Books) -> None:
    """What was acknowledged is in the journal, as it was told."""
    for known in answered:
        assert known.receipt["seq"] <= len(books.records), "acknowledged before, and not in the backup"
        event = books.records[known.receipt["seq"] - 1].event
        assert getattr(event, "ticket", None) == known.receipt["ticket"]["id"]


async def _copy_in_the_midst(data: Path, folder: Path) -> Path:
    """A whole copy, by the command, beside the daemon."""
    maker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hallctl", "backup", "make", "--data", str(data), "--to", str(folder), "--json"),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _nothing = await asyncio.wait_for(maker.communicate(), 30)
    assert maker.returncode == 0
    return Path(json.loads(said)["path"])


async def _work_until_killed(tmp_path: Path, load: Load) -> tuple[Path, list[Answered], list[Answered]]:
    """(the copy, what was acknowledged before it was begun, what was acknowledged before the last known flush)."""
    port = free_port()
    config, data = write_config(tmp_path / "hall.toml", port, OFTEN), tmp_path / "data"
    tokens = await furnish(data, config)
    with forked_daemon(config, data) as daemon:
        daemon.start()
        people = await start_work(port, tokens, load, pages=2)
        try:
            await until_answered(people, daemon, 100)
            before = list(load.answered)
            made = await _copy_in_the_midst(data, data / FOLDER)
            await until_answered(people, daemon, 100)
            flushed = list(load.answered)
            await _until_archived(data / FOLDER, max(known.receipt["seq"] for known in flushed))
            await until_answered(people, daemon, load.chance.randrange(1, 40))
            daemon.kill()
        finally:
            await people.leave()
    return made, before, flushed


async def test_t02_o07_a_copy_under_load_then_the_disk_is_lost(tmp_path: Path) -> None:
    """O07, T02: the copy of a hall at work has all that was acknowledged before it was begun. Killed at a random
    moment, with its database gone: copy and archive have all up to the last flush, and a daemon goes on from them."""
    load = Load(random.Random(7))
    made, before, flushed = await _work_until_killed(tmp_path, load)
    assert len(load.answered) > len(flushed) > len(before)
    folder, new, scratch = made.parent, tmp_path / "new", tmp_path / "books"
    restore(made, tmp_path / "copy", Point(seq=folders.items(folder, folders.HALL)[0].seq))
    books = read_books(tmp_path / "copy", scratch)
    assert_whole(books)
    _assert_kept(before, books)
    assert {known.request_id for known in before} <= {key.rpartition("/")[2] for key in books.answers}
    lost = read_books(tmp_path / "data", scratch)
    (tmp_path / "data" / DATABASE).unlink()
    restored = restore(folder, new, Point())
    books = read_books(new, scratch)
    assert_whole(books)
    _assert_kept(flushed, books)
    assert books.records == lost.records[: restored.head.seq]
    async with running_hall(new, small_config()) as hall:
        assert hall.daemon.context.state.seq > restored.head.seq


async def test_o07_the_day_restored_to_a_moment(tmp_path: Path) -> None:
    """What a hall was at a moment of the day is what the first part of its journal tells."""
    clock = FakeClock()
    async with running_hall(tmp_path / "data", small_config(), clock) as hall:
        moments: list[tuple[int, int]] = []
        for _ in range(12):
            clock.pass_s(60)
            await hall.execute(c.TakeTicket("pooled"))
            await hall.execute(c.CallTicket("1")) if len(moments) == 5 else None
            moments.append((clock.at, hall.daemon.context.state.seq))
    books = read_books(tmp_path / "data", tmp_path / "books")
    backup.make(tmp_path / "data", tmp_path / "backups", clock.at)
    for number in (1, 6, 11):
        at, seq = moments[number - 1]
        restored = restore(tmp_path / "backups", tmp_path / str(number), Point(at=at + 30_000))
        assert restored.head.seq == seq
        cut = read_books(tmp_path / str(number), tmp_path / "books")
        assert cut.records == books.records[:seq]
        assert comparable(cut.loaded) == comparable(replayed(books.records[:seq]))


async def test_t01_o07_no_number_comes_twice_when_the_disk_was_lost(tmp_path: Path) -> None:
    """T01, O07: numbers that only the lost disk knew are on paper; the restored hall goes on beyond them."""
    clock, data, new = FakeClock(), tmp_path / "data", tmp_path / "new"
    on_paper: list[str] = []
    async with running_hall(data, small_config(), clock) as hall:

        async def take(*services: str) -> None:
            for service in services:
                on_paper.append((await hall.execute(c.TakeTicket(service)))["ticket"]["label"])

        await take(*["pooled"] * 5)
        backup.make(data, tmp_path / "backups", clock.at)
        await take(*["pooled", "police"] * 20)
    skipping = Skip(None, clock.at, small_config().tz, small_config())
    restored = restore(tmp_path / "backups", new, Point(), prepare=skipping.carry_out)
    assert skipping.skipped == {"pooled": (6, 55), "police": (1, 50)}
    assert restored.numbers == {"pooled": 55, "police": 50}
    async with running_hall(new, small_config(), clock) as hall:
        await take("pooled", "police", "pooled")
    assert on_paper[-3:] == ["A056", "C051", "A057"]
    assert len(set(on_paper)) == len(on_paper)
    books = read_books(new, tmp_path / "books")
    assert_whole(books)
    assert len(books.of(NumbersSkipped)) == 2


# ---------------------------------------------------------------- by itself


def _backups(hall: RunningHall, config_text: str, clock: FakeClock) -> Backups:
    context = hall.daemon.context
    config = parse(SMALL + config_text)
    return Backups(context.hall, config, hall.daemon.directory, clock, lambda: None)


async def _scheduled(keeper: Backups) -> bool:
    return await keeper._is_due()


async def test_o07_a_copy_is_due_once_a_day_and_after_a_missed_hour(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running_hall(tmp_path / "data", small_config("\n[backup]\narchive_s = 0\n"), clock) as hall:
        keeper = _backups(hall, '\n[backup]\ndaily_at = "12:30"\narchive_s = 0\n', clock)
        assert not await _scheduled(keeper)
        clock.pass_s(24 * 3600)
        assert await _scheduled(keeper)
        backup.make(tmp_path / "data", keeper.folder, clock.at)
        assert not await _scheduled(keeper)
        clock.pass_s(5 * 24 * 3600)
        assert await _scheduled(keeper)
        never = _backups(hall, '\n[backup]\ndaily_at = ""\n', clock)
        assert not await _scheduled(never)


async def test_o07_the_daemon_has_the_copy_made_beside_it(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running_hall(tmp_path / "data", small_config("\n[backup]\narchive_s = 0\n"), clock) as hall:
        keeper = _backups(hall, "\n[backup]\narchive_s = 0\nkeep = 1\n", clock)
        with capture_logs() as logs:
            await keeper._copy()
            await keeper._copy()
        [item] = folders.items(keeper.folder, folders.HALL)
        head = backup.check(item.path).head
        assert [(line["event"], line["head"]) for line in logs if line["event"].startswith("backup")] == [
            ("backup.made", str(head))
        ] * 2


async def test_o06_a_folder_that_cannot_be_written_leaves_the_hall_at_work(tmp_path: Path) -> None:
    """O06: the alert is one line in the log; calls go on; once the disk is there again, nothing is missing on it."""
    disk = tmp_path / "disk"
    clock = FakeClock()
    async with running_hall(tmp_path / "data", small_config("\n[backup]\narchive_s = 0\n"), clock) as hall:
        keeper = _backups(hall, f'\n[backup]\nfolder = "{disk}"\n', clock)
        with capture_logs() as logs:
            await keeper.archive()
            await keeper.archive()
            await keeper._copy()
            receipt = await hall.execute(c.TakeTicket("pooled"))
            assert not disk.exists(), "a disk that is not mounted is not made up for"
            disk.mkdir()
            await keeper.archive()
        assert [(line["event"], line["log_level"]) for line in logs if line["event"].split(".")[0] in KEEPING] == [
            ("archive.failed", "error"),
            ("backup.failed", "error"),
            ("archive.resumed", "warning"),
        ]
        assert _archived(disk)[-1][0] == receipt["seq"]
        keeper._archive.close()


async def test_o07_a_daemon_that_stops_has_archived_everything(tmp_path: Path) -> None:
    async with running_hall(tmp_path / "data", small_config()) as hall:
        for _ in range(20):
            await hall.execute(c.TakeTicket("pooled"))
    books = read_books(tmp_path / "data", tmp_path / "books")
    assert [row[0] for row in _archived(tmp_path / "data" / FOLDER)] == [record.seq for record in books.records]
    shutil.rmtree(tmp_path / "books")
    restored = restore(tmp_path / "data" / FOLDER, tmp_path / "new", Point())
    assert restored.head.seq == len(books.records)
    assert read_books(tmp_path / "new", tmp_path / "books").records == books.records
