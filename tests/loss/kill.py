"""kill -9 under load, round after round, on one hall that never starts anew."""

import asyncio
from pathlib import Path

from tests.e2e.load import until_answered
from tests.loss.ledger import judge_directory
from tests.loss.power import Progress
from tests.loss.scene import finish_work, furnished
from tests.loss.table import Row


async def kill_rounds(folder: Path, rounds: int, say: Progress, most: int = 120) -> Row:
    """T02, O07: kill after 1 to `most` more answers, look at the books, start again; the people go on meanwhile."""
    row = Row("kill -9 under load")
    scene = await furnished(folder)
    chance = scene.load.chance
    with scene.plain_daemon() as daemon:
        daemon.start()
        async with scene.people() as people:
            for number in range(1, rounds + 1):
                await until_answered(people, daemon, chance.randrange(1, most))
                await asyncio.sleep(chance.random() * 0.02)
                daemon.kill()
                row.add(judge_directory(scene.load, scene.data, folder / "scratch"), f"kill {number}")
                daemon.start()
                await scene.load.ask_again(5)
                if number % 10 == 0:
                    say(f"{row.fault}: {number}/{rounds}, {len(scene.load.answered)} answers, lost {row.lost}")
            await finish_work(scene, people, daemon, row)
    row.note = f"{len(scene.load.answered)} requests, each asked again after its crash and done once"
    return row
