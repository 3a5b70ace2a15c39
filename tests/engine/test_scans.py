"""Scanning at a window (H05): files and events keep together, whatever happens in between."""

import asyncio
import errno
import os
from pathlib import Path
from typing import Any

import pytest

from hallctl.client import Refused
from hallctl.devices.contract import DeviceFault
from hallctl.domain import commands as c
from hallctl.domain import page_commands as g
from hallctl.domain.page import DAY_MS
from hallctl.engine import picture
from hallctl.store.database import Database
from tests.engine.scanning import counter, take
from tests.harness import FakeClock
from tests.scanner import Scanner, sheet


async def test_h05_a_feeder_of_pages_becomes_files_and_events(tmp_path: Path) -> None:
    scanner = Scanner()
    async with counter(tmp_path, scanner) as at:
        ticket = await at.serve()
        listed = await at.scan("one", "two", "three", source="feeder", dpi=300, color=False)
        assert listed["ticket"] == ticket
        assert len(listed["pages"]) == 3
        assert (listed["scan"]["state"], listed["scan"]["pages"], listed["scan"]["fault"]) == ("done", 3, None)
        assert [(s.source, s.dpi, s.color) for s in scanner.settings] == [("feeder", 300, False)]
        vault = at.hall.daemon.context.scans.vault
        assert [vault.read(page["page"]) for page in listed["pages"]] == [sheet(t) for t in ("one", "two", "three")]
        await at.agreed()
        await at.desk.change("page.remove", page=listed["pages"][1]["page"])
        await at.agreed()
        await at.desk.change("page.finish")
        await at.agreed()
        assert len(at.files) == 2
        assert (await at.desk.ask("page.list"))["finished_at"] is not None
        on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert sheet("one")[:200] not in on_disk
        assert b"JFIF" not in on_disk


async def test_a_fault_in_the_midst_keeps_the_pages_that_came(tmp_path: Path) -> None:
    scanner = Scanner(fault=DeviceFault("device.garbled"))
    async with counter(tmp_path, scanner) as at:
        await at.serve()
        listed = await at.scan("one", "two")
        assert len(listed["pages"]) == 2
        assert listed["scan"]["state"] == "failed"
        assert listed["scan"]["fault"]["code"] == "device.garbled"
        assert listed["scan"]["fault"]["zh"]
        await at.agreed()


async def test_a_scan_is_stopped_and_what_came_stays(tmp_path: Path) -> None:
    scanner = Scanner()
    async with counter(tmp_path, scanner) as at:
        await at.serve()
        scanner.feed.clear()
        scanner.load("one", "two")
        await at.desk.change("page.scan")
        await at.until(lambda: scanner.scanning, "the scan")
        with pytest.raises(Refused, match=r"page\.scanning"):
            await at.desk.change("page.scan")
        await at.desk.ask("page.stop")
        listed = await at.ended()
        assert listed["scan"]["state"] == "stopped"
        await at.until(lambda: not scanner.scanning, "the driver told")
        scanner.feed.set()
        assert len((await at.scan())["pages"]) == 2
        await at.desk.ask("page.stop")
        assert (await at.desk.ask("page.list"))["scan"]["state"] == "done", "nothing to stop"


async def test_the_same_request_scans_once(tmp_path: Path) -> None:
    scanner = Scanner()
    async with counter(tmp_path, scanner) as at:
        await at.serve()
        scanner.load("one")
        for _ in range(3):
            await at.desk.change("page.scan", request_id="again")
            await at.ended()
        assert len(scanner.settings) == 1


async def test_a_scan_ends_with_its_ticket(tmp_path: Path) -> None:
    """The citizen has gone: no page of the next one lands in this one's file, nor the other way round."""
    scanner = Scanner()
    async with counter(tmp_path, scanner) as at:
        first = await at.serve()
        scanner.feed.clear()
        scanner.load("one")
        await at.desk.change("page.scan")
        await at.until(lambda: scanner.scanning, "the scan")
        await at.desk.change("ticket.finish")
        await at.until(lambda: not scanner.scanning, "the scan's end")
        second = await at.serve()
        assert (await at.desk.ask("page.list"))["scan"] is None
        with pytest.raises(Refused, match=r"page\.other_ticket"):
            await at.desk.change("page.scan", ticket=first)
        scanner.feed.set()
        await at.scan("two", ticket=second)
        assert list(at.hall.daemon.context.state.scans) == [second]
        await at.agreed()


async def test_a_page_that_is_refused_leaves_no_file_and_stops_the_feeder(tmp_path: Path) -> None:
    scanner = Scanner()
    async with counter(tmp_path, scanner, "[scans]\nmax_pages = 2\n") as at:
        await at.serve()
        listed = await at.scan("one", "two", "three", "four")
        assert len(listed["pages"]) == 2
        assert listed["scan"]["fault"]["code"] == "page.too_many"
        assert "2" in listed["scan"]["fault"]["zh"]
        await at.agreed()
        assert len(scanner.sheets) == 1, "the fourth stays in the feeder"
        with pytest.raises(Refused, match=r"page\.too_many"):
            await at.desk.change("page.scan")


@pytest.mark.parametrize("content", [b"nothing", sheet()[:-300]])
async def test_a_damaged_picture_is_told_and_not_kept(tmp_path: Path, content: bytes) -> None:
    scanner = Scanner(sheets=[content])
    async with counter(tmp_path, scanner) as at:
        await at.serve()
        assert (await at.scan())["scan"]["fault"]["code"] == "page.damaged"
        assert (at.files, at.live) == (set(), set())


async def test_a_full_disk_is_told_and_the_hall_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = Scanner()
    async with counter(tmp_path, scanner) as at:
        await at.serve()
        real = Path.replace

        def refuse(path: Path, target: Path) -> Any:
            if "pages" in path.parts:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(path, target)

        monkeypatch.setattr(Path, "replace", refuse)
        listed = await at.scan("one")
        assert listed["scan"]["fault"]["code"] == "page.no_room"
        assert (at.files, listed["pages"]) == (set(), [])
        monkeypatch.undo()
        await at.desk.change("ticket.finish")


async def test_a_page_whose_commit_fails_is_no_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file waits for the next start, which knows what is on the disk."""
    scanner = Scanner()
    async with counter(tmp_path, scanner) as at:
        await at.serve()
        await at.scan("good")

        def refuse(_database: Database, _writes: Any) -> None:
            from hallctl.errors import StoreError

            raise StoreError("store.unavailable")

        monkeypatch.setattr(Database, "submit", refuse)
        scanner.load("lost")
        with pytest.raises(Refused):
            await at.desk.change("ticket.hold")
        await at.desk.ask("page.list")
        monkeypatch.undo()
    async with counter(tmp_path, scanner) as at:
        assert len(at.live) == 1
        await at.agreed()


async def test_without_opencv_straightening_is_not_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = Scanner()
    async with counter(tmp_path, scanner) as at:
        await at.serve()
        assert (await at.desk.ask("page.list"))["straighten"] is True
        await at.scan("one", straighten=True, crop=True)
        monkeypatch.setattr(picture, "can_straighten", lambda: False)
        listed = await at.scan("two")
        assert listed["straighten"] is False
        with pytest.raises(Refused, match=r"page\.no_straightening"):
            await at.desk.change("page.scan", crop=True)


# ---------------------------------------------------------------- keeping


async def test_o04_finished_pages_go_after_their_days(tmp_path: Path) -> None:
    """O04: the file is deleted, not only the row; while the clock is in doubt nothing goes."""
    scanner, clock = Scanner(), FakeClock()
    async with counter(tmp_path, scanner, "[scans]\nkeep_days = 2\n", clock) as at:
        await at.serve()
        await at.scan("one", "two")
        await at.desk.change("page.finish")
        await at.desk.change("ticket.finish")
        scans = at.hall.daemon.context.scans
        clock.at += 2 * DAY_MS - 60_000
        await scans.expire()
        await at.agreed()
        assert len(at.files) == 2
        clock.at += 60_000
        timers = at.hall.daemon.context.timers
        assert timers.doubt() is None
        await scans.expire()
        await at.until(lambda: not at.files, "the files gone")
        assert (await at.events())[-1] == "page.expired"
        await at.serve()
        await at.scan("three")
        await at.desk.change("page.finish")
        await at.desk.change("ticket.finish")
        clock.at += 100 * DAY_MS
        assert timers.doubt() == "clock.doubtful"
        await scans.expire()
        assert len(at.files) == 1


async def test_a_cancelled_ticket_takes_its_unfinished_pages_with_it(tmp_path: Path) -> None:
    scanner = Scanner()
    async with counter(tmp_path, scanner) as at:
        ticket = await at.serve()
        await at.scan("one")
        await at.desk.change("ticket.hold")
        await at.desk.change("ticket.cancel", ticket=ticket)
        await at.until(lambda: not at.files, "the file gone")
        assert at.live == set()


async def test_a_start_deletes_what_is_nobodys_and_lets_go_of_what_is_lost(tmp_path: Path) -> None:
    scanner = Scanner()
    async with counter(tmp_path, scanner) as at:
        await at.serve()
        listed = await at.scan("one", "two")
        vault = at.hall.daemon.context.scans.vault
        vault.write("a" * 32, b"orphan")
        (vault.folder / f"{'b' * 32}.new").write_bytes(b"half")
        (vault.folder / "somebody's notes").write_text("x")
    vault.remove(listed["pages"][0]["page"])
    async with counter(tmp_path, scanner) as at:
        await at.until(lambda: len(at.live) == 1, "the lost page let go")
        await at.agreed()
        assert at.files == {listed["pages"][1]["page"]}
        assert (await at.events())[-1] == "page.expired"


async def test_a_sweep_never_takes_a_page_that_is_being_made(tmp_path: Path) -> None:
    scanner = Scanner()
    async with counter(tmp_path, scanner) as at:
        await at.serve()
        scans = at.hall.daemon.context.scans
        scanner.load(*(str(number) for number in range(12)))
        scanner.feed.clear()
        await at.desk.change("page.scan")
        run = scans.run("1")
        assert run is not None
        sweeps = 0
        scanner.feed.set()
        while run.state == "scanning":
            await scans.sweep()
            sweeps += 1
        await at.ended()
        assert sweeps > 1
        assert len(at.live) == 12
        await at.agreed()


# ---------------------------------------------------------------- the live picture


async def test_the_live_picture_stands_back_for_a_scan_and_ends_with_the_ticket(tmp_path: Path) -> None:
    scanner = Scanner(frame=sheet("live"))
    async with counter(tmp_path, scanner) as at:
        await at.serve()
        finder = at.hall.daemon.context.scans.finder
        state = at.hall.daemon.context.hall.state
        frames: list[bytes] = []

        async def look() -> None:
            async for frame in finder.frames("1", "scanner-1", lambda: state.active("1") is not None):
                frames.append(frame)

        looking = asyncio.create_task(look())
        await at.until(lambda: len(frames) > 1, "frames")
        assert frames[0] == scanner.frame
        scanner.feed.clear()
        scanner.load("one")
        await at.desk.change("page.scan")
        await at.until(lambda: scanner.scanning and not scanner.looking, "the camera free for the scan")
        scanner.feed.set()
        await at.ended()
        before = len(frames)
        await at.until(lambda: len(frames) > before + 1, "the picture again")
        await at.desk.change("ticket.finish")
        await asyncio.wait_for(looking, 5)
        await at.until(lambda: scanner.looking == 0, "the camera let go")
        assert scanner.shown >= len(frames), "frames are dropped, never queued"
        assert "page" not in str([t for t in await at.events() if t != "page.scanned"])


async def test_one_looks_at_a_time_and_nobody_after_the_stop(tmp_path: Path) -> None:
    scanner = Scanner(frame=sheet("live"))
    async with counter(tmp_path, scanner) as at:
        await at.serve()
        finder = at.hall.daemon.context.scans.finder
        first = finder.frames("1", "scanner-1", lambda: True)
        await anext(first)
        second = finder.frames("1", "scanner-1", lambda: True)
        await anext(second)
        assert [frame async for frame in first] == []
        await at.until(lambda: scanner.looking == 1, "one job only")
        finder.close()
        assert [frame async for frame in second] == []
        await at.until(lambda: scanner.looking == 0, "the camera let go")


async def test_a_device_without_a_picture_says_so(tmp_path: Path) -> None:
    scanner = Scanner()
    async with counter(tmp_path, scanner) as at:
        with pytest.raises(DeviceFault, match=r"device\.refused"):
            await anext(at.hall.daemon.context.scans.finder.frames("1", "scanner-1", lambda: True))


async def test_h05_a_random_day_leaves_no_orphan(tmp_path: Path) -> None:
    """H05: after each step of a random history the files are those of the journal's pages."""
    import random

    chance, scanner, clock = random.Random(5), Scanner(), FakeClock()
    async with counter(tmp_path, scanner, "[scans]\nmax_pages = 4\nkeep_days = 1\n", clock) as at:
        hall = at.hall
        await at.serve()
        for _ in range(60):
            clock.at += chance.choice([1000, 1000, 60_000, DAY_MS // 2])
            await at.hall.daemon.context.scans.expire()
            active = hall.daemon.context.state.active("1")
            listed = await at.desk.ask("page.list")
            pages = [page["page"] for page in (*listed["pages"], *listed["removed"])] or ["0" * 32]
            if chance.random() < 0.4 and active is not None and len(listed["pages"]) < 4:
                await at.scan(*(str(chance.random()) for _ in range(chance.randrange(1, 4))))
            ticket = active.id if active is not None else "x"
            commands: list[c.Command] = [
                g.RemovePage("1", chance.choice(pages)), g.RestorePage("1", chance.choice(pages)),
                g.FinishPages("1"), g.ArrangePages("1", tuple(pages)), c.HoldTicket("1"), c.CancelTicket(ticket),
                c.FinishTicket("1"), c.CloseDay(), c.OpenDay(hall.daemon.context.timers.today()),
                take(), c.CallTicket("1"), c.StartTicket("1"),
            ]  # fmt: skip
            await hall.execute(chance.choice(commands))
            for command in (take(), c.CallTicket("1"), c.StartTicket("1")):
                await hall.execute(command)
            await at.agreed()
        assert set(await at.events()) >= {"page.scanned", "page.removed", "page.finished", "page.expired"}
