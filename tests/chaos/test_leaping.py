"""The loop whose clock leaps: what it passes over, and what it waits for."""

import asyncio
import sys

import pytest

from tests.chaos import leaping
from tests.chaos.leaping import LeapingLoop, run


def test_a_day_of_waiting_is_no_waiting() -> None:
    async def wait() -> float:
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    assert run(wait()) == pytest.approx(86_400)


def test_who_waits_for_a_timer_while_the_clock_is_held_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaping, "PATIENCE_S", 0.05)

    async def wait() -> int:
        loop = leaping.leaping()
        with loop.held():
            await asyncio.sleep(1)
        return loop.delayed

    assert run(wait()) == 1


def test_programs_and_threads_are_waited_for() -> None:
    """Their time is not leapt over: a minute's patience with them is not over before they have answered."""

    async def wait() -> tuple[bytes, str]:
        async with asyncio.timeout(60):
            program = await asyncio.create_subprocess_exec(
                sys.executable, "-c", "print('said')", stdout=asyncio.subprocess.PIPE
            )
            said, _ = await program.communicate()
            return said.strip(), await asyncio.to_thread(lambda: "done")

    assert run(wait()) == (b"said", "done")


def test_moments_lie_on_the_grid() -> None:
    async def wait() -> float:
        await asyncio.sleep(0.01)
        return asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=lambda: LeapingLoop(grid_s=0.2)) as runner:
        assert runner.run(wait()) == pytest.approx(0.2)
