"""What the soak's client processes share: their lines, who of them is cut or goes deaf, how late they are."""

import asyncio
import random
from collections import Counter
from dataclasses import asdict
from typing import Any, Final

from tests.soak.line import Line, Told

BEAT_S: Final = 0.05

STAYER: Final = 5
"""Of the boards every so many-th is never disturbed, and must see everything."""

DEAF_SHARE: Final = 0.4


class Company:
    """Lines that live, and what befalls them."""

    def __init__(self) -> None:
        self.told = Told()
        self.lines: list[Line] = []
        self.stayers: list[Line] = []
        self._tasks: dict[Line, asyncio.Task[None]] = {}
        self._others: list[asyncio.Task[None]] = []
        self._late: list[float] = []

    def live(self, line: Line, stays: bool = False) -> None:
        """Let it connect, now and for ever."""
        self.lines.append(line)
        if stays:
            self.stayers.append(line)
        self._tasks[line] = asyncio.ensure_future(line.live())

    async def leave(self, line: Line) -> None:
        """The client goes for good."""
        line.leave()
        task = self._tasks.pop(line, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def there(self, within_s: float = 60.0) -> int:
        """Wait until everybody is connected; how many there are."""
        async with asyncio.timeout(within_s):
            for line in list(self._tasks):
                await line.online.wait()
        return len(self._tasks)

    def beat(self) -> None:
        """Begin to note how late this process is."""
        self._others.append(asyncio.ensure_future(self._beat()))

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + BEAT_S
            await asyncio.sleep(BEAT_S)
            self._late.append(loop.time() - due)

    def disturb(self, seed: int, every_s: float, lasts_s: float) -> None:
        """From now on something happens to one of the lines every so many real seconds."""
        self._others.append(asyncio.ensure_future(self._disturb(random.Random(seed), every_s, lasts_s)))

    async def _disturb(self, chance: random.Random, every_s: float, lasts_s: float) -> None:
        deaf: set[asyncio.Task[None]] = set()
        while True:
            await asyncio.sleep(chance.expovariate(1 / every_s))
            there = [line for line in self._tasks if line not in self.stayers]
            if not there:
                continue
            line = chance.choice(there)
            if line.role == "board" and chance.random() < DEAF_SHARE:
                task = asyncio.ensure_future(line.be_deaf(chance.expovariate(1 / lasts_s)))
                deaf.add(task)
                task.add_done_callback(deaf.discard)
            else:
                line.cut()

    def calm(self) -> None:
        """Nothing happens to anybody any more."""
        for task in self._others[1:]:
            task.cancel()
        del self._others[1:]

    async def agree(self, within_s: float = 20.0) -> int:
        """Wait until all lines of a role have been told up to the same event; how many have not. What a role does not
        see, such as a device that is back, moves none of them."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        while behind := self._behind():
            if loop.time() > until:
                break
            await asyncio.sleep(0.05)
        return behind

    def _behind(self) -> int:
        last: dict[str, int] = {}
        for line in self._tasks:
            last[line.role] = max(last.get(line.role, 0), line.seq)
        return sum(line.seq < last[line.role] or not line.online.is_set() for line in self._tasks)

    def heard(self) -> dict[str, Any]:
        """Since the last time: ``frames`` [from, to, first ns, last ns, lines], ``late_s``: how late this process
        was at most, ``clients``."""
        frames = [[first, last, *seen] for (first, last), seen in sorted(self.told.frames.items())]
        self.told.frames = {}
        late, self._late = max(self._late, default=0.0), []
        online = sum(line.online.is_set() for line in self._tasks)
        return {"frames": frames, "late_s": late, "clients": online}

    def sums(self) -> dict[str, Any]:
        """What all lines have seen, added up; the same for those that were never disturbed, each by itself."""
        total: Counter[str] = Counter()
        odd: list[str] = []
        for line in self.lines:
            seen = asdict(line.seen)
            odd += seen.pop("odd")
            total.update(seen)
        return {
            "all": dict(total),
            "odd": odd[:20],
            "stayers": [asdict(line.seen) | {"seq": line.seq} for line in self.stayers],
        }
