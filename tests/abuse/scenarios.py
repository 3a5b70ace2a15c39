"""The attacks from the network, each in the size asked for; every one ends in a row of the loss table."""

import asyncio
from pathlib import Path
from typing import Final

from hallctl.domain import events as e
from tests.abuse.stand import Stand, stand
from tests.loss.table import Row

MEMORY_MIB: Final = 200
"""More than the most that all strangers together may make the daemon keep in these scenarios."""


async def _steady(standing: Stand, *attacks: tuple[str, int, float], patience_s: float = 20.0) -> None:
    """The attacks; afterwards the process is as it was, and newcomers are let in."""
    before = standing.vital()
    await standing.suffer(*attacks)
    after = standing.vital()
    grown = after.peak_mib - before.rss_mib
    standing.row.expect(grown < MEMORY_MIB, f"{grown:.0f} MiB more")
    await standing.recovered(before.files, patience_s)
    await standing.newcomer()


async def flood(folder: Path, rate: int = 300, seconds: float = 2.0) -> Row:
    """Garbage connections: noise, TLS, half requests, nothing, wrong methods, frames that are none."""
    async with stand(folder, f"{rate} garbage connections a second for {seconds:g} s") as standing:
        await _steady(standing, ("flood", rate, seconds))
    return standing.row


async def slowloris(folder: Path, count: int = 60, seconds: float = 13.0) -> Row:
    """Heads, bodies and frames that come one byte a second: the heads are cut after 10 s, newcomers come in."""
    async with stand(folder, f"slowloris, {3 * count} lines for {seconds:g} s") as standing:
        before = standing.vital()
        attacking = asyncio.create_task(
            standing.suffer(
                ("slow.heads", count, seconds), ("slow.frames", count, seconds), ("slow.bodies", count, seconds)
            )
        )
        await asyncio.sleep(3)
        standing.told["newcomer s"] = round(await standing.newcomer(), 2)
        heads, frames, bodies = await attacking
        standing.row.expect(heads["ended"] == count, f"{heads['ended']} of {count} slow heads were cut")
        if seconds > 32:
            standing.row.expect(frames["ended"] == count, f"{frames['ended']} of {count} slow frames were cut")
            standing.row.expect(bodies["ended"] == count, f"{bodies['ended']} of {count} slow bodies were cut")
        await standing.recovered(before.files)
    return standing.row


async def crowd(folder: Path, count: int = 250, seconds: float = 3.0, descriptors: int = 160) -> Row:
    """Many more connections than the daemon may have descriptors, held open without a word."""
    async with stand(folder, f"{count} connections, {descriptors} descriptors", descriptors) as standing:
        before = standing.vital()
        attacking = asyncio.create_task(standing.suffer(("hold", count, seconds)))
        await asyncio.sleep(seconds / 2 + 0.7)
        at, cpu_s = standing.vital().at, standing.vital().cpu_s
        answers = len(standing.load.took)
        standing.told["newcomer s"] = round(await standing.newcomer(), 2)
        await asyncio.sleep(1)
        now = standing.vital()
        spent = (now.cpu_s - cpu_s) / max(1, len(standing.load.took) - answers)
        standing.told["cpu ms per answer"] = round(spent * 1000, 2)
        standing.row.expect(now.files < descriptors, "every descriptor is used up")
        standing.row.expect(now.cpu_s - cpu_s < 0.9 * (now.at - at) + 0.2, "a busy loop")
        await attacking
        await standing.recovered(before.files)
        await standing.newcomer()
    return standing.row


async def storm(folder: Path, seconds: float = 1.5) -> Row:
    """Pings, tiny frames and endless fragments as fast as they are taken, and clients that never read."""
    async with stand(
        folder, f"pings, tiny frames, endless fragments, clients that never read, {seconds:g} s"
    ) as standing:
        attacks = [(f"storm.{kind}", 1, seconds) for kind in ("pings", "frames", "empty")]
        await _steady(standing, *attacks, ("deaf", 20, seconds), ("mute", 10, seconds))
    return standing.row


LEAPS_S: Final = (7_200, -7_200, -7_200, 7_200, -1_763_000_000, 2_300_000_000, 0)
"""Where the wall clock is put, from where it should be: ±2 h, to 1970, to 2099, and right again."""


async def leaps(folder: Path, rounds: int = 1) -> Row:
    """The daemon's own wall clock is set while people work; it is killed once in each round."""
    async with stand(folder, "clock set by ±2 h, to 1970 and to 2099", clock=True) as standing:
        for _ in range(rounds):
            for number, leap_s in enumerate(LEAPS_S):
                standing.clock.put(leap_s)
                await standing.working(f"at {leap_s} s nothing was answered")
                if number == 1:
                    await asyncio.to_thread(standing.restart)
            await standing.newcomer()
    days = len(standing.books.of(e.DayOpened))
    standing.row.expect(days == 1, f"{days} days were opened")
    moments = [record.at for record in standing.books.records]
    standing.row.expect(max(moments) - min(moments) > 70 * 365 * 86_400_000, "the clock was not set at all")
    return standing.row
