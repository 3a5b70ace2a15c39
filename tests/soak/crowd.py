"""The people of the hall: a process of citizens, clerks and guides, ``python -m tests.soak.crowd``.

Jobs: ``open``, ``day``, ``disturb``, ``calm``, ``stop``, ``sample``, ``agree``, ``sums``.
"""

import asyncio
import json
import random
import socket
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Final

from hallctl.config import HallConfig, load
from hallctl.sections.queue import WindowSection
from tests.soak import profile
from tests.soak.asking import Asking
from tests.soak.booth import Booth
from tests.soak.clock import SharedClock
from tests.soak.company import Company
from tests.soak.desk import Desk, Shift
from tests.soak.line import Json, Line
from tests.soak.place import PASSWORD, account_of
from tests.soak.worker import Jobs, serve

PATIENCE: Final = 2
"""How often somebody asks for paper again; the number is known anyway."""

CUT_SHARE: Final = 0.005
"""Of the requests, how many lose their line before the answer can come."""

LOGINS: Final = 2
"""Clerks who log in at once."""


class Crowd(Company):
    """Everybody who does something, on one clock."""

    hall: HallConfig
    clock: SharedClock
    asking: Asking

    def __init__(self) -> None:
        super().__init__()
        self.guides: list[Line] = []
        self.ratings: dict[str, Line] = {}
        self.booths: dict[str, Booth] = {}
        self.idle: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._windows: list[WindowSection] = []
        self._port = 0
        self._logins = asyncio.Semaphore(LOGINS)
        self._keys = ("127.0.0.1", 0)
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._play: asyncio.Task[None] | None = None
        self._citizens: set[asyncio.Task[Any]] = set()
        self._chance = random.Random()
        self._without_paper: Counter[str] = Counter()

    # ------------------------------------------------------------ jobs

    async def open(
        self,
        port: int,
        config: str,
        tokens: dict[str, str],
        windows: list[str],
        guides: int,
        keys: int,
        clock: str,
        ledger: str,
        seed: int,
    ) -> int:
        """Kiosks, evaluators and guides connect; the clerks come with the day."""
        self._port, self._keys = port, ("127.0.0.1", keys)
        self.hall, _digest = load(Path(config))
        self.clock = SharedClock(Path(clock))
        self.asking = Asking(f"soak-{seed}", Path(ledger))
        self._windows = [window for window in self.hall.windows if window.id in windows]
        self._chance = random.Random(seed)
        self.beat()
        for name, token in tokens.items():
            role, _, place = name.partition(" ")
            if role == "board":
                continue
            line = self._line(role, place, token)
            if role == "rating":
                self.ratings[place] = line
            else:
                services = next(kiosk.services for kiosk in self.hall.kiosks if kiosk.id == place)
                self.booths[place] = Booth(self, line, set(services), random.Random(seed + len(self.booths)))
        await self.renew_guides(guides)
        return await self.there()

    async def day(self, midnight: int, begins: str, ends: str, seed: int, tickets: int) -> int:
        """Begin to play a day (or the part of it from `begins` to `ends`); the number of visits. `sample` tells when
        it is over."""
        chance = random.Random(seed)
        offered = {service for window in self._windows for service in window.services}
        comes = [
            visit
            for visit in profile.visits(self.hall, chance, tickets=tickets, services=offered)
            if profile.seconds_of(begins) <= visit.at < profile.seconds_of(ends)
        ]
        desks = [
            Desk(self, window, Shift.drawn(midnight, begins, ends, chance), random.Random(seed * 1_000 + number))
            for number, window in enumerate(self._windows)
        ]
        self._play = asyncio.ensure_future(self._day(midnight, comes, desks))
        return len(comes)

    async def stop(self) -> int:
        """Everybody stops where they are; the number of requests that were never answered."""
        self.calm()
        self.asking.cut_share = 0.0
        if self._play is not None:
            self._play.cancel()
            await asyncio.gather(self._play, return_exceptions=True)
        for task in list(self._citizens):
            task.cancel()
        await asyncio.gather(*self._citizens, return_exceptions=True)
        return await self.asking.settle()

    async def sample(self) -> Json:
        """What has happened since the last time."""
        presses, self.asking.presses = self.asking.presses, []
        playing = self._play is not None and not self._play.done()
        if self._play is not None and self._play.done() and not self._play.cancelled():
            self._play.result()
        return self.heard() | {
            "presses": presses,
            "acknowledged": dict(self.asking.acknowledged),
            "refused": dict(self.asking.refused),
            "asked_again": self.asking.asked_again,
            "playing": playing,
        }

    # ------------------------------------------------------------ a day

    async def _day(self, midnight: int, comes: list[profile.Visit], desks: list[Desk]) -> None:
        async with asyncio.TaskGroup() as group:
            for booth in self.booths.values():
                self.citizen(booth.serve())
            for desk in desks:
                group.create_task(desk.work())
            group.create_task(self._arrive(midnight, comes))
        for task in list(self._citizens):
            task.cancel()
        await asyncio.gather(*self._citizens, return_exceptions=True)
        await self.asking.settle()

    async def _arrive(self, midnight: int, comes: list[profile.Visit]) -> None:
        for visit in comes:
            await self.clock.until(midnight + int(visit.at * 1000))
            self.send(visit)

    def send(self, visit: profile.Visit, but: str = "", tries: int = 0) -> None:
        """The visitor goes to a kiosk that offers the service, where the queue is short."""
        offering = [b for b in self.booths.values() if b.offers(visit.service) and b.place != but]
        offering = offering or list(self.booths.values())
        min(offering, key=lambda booth: (len(booth.queue), self._chance.random())).queue.append((visit, tries))

    def citizen(self, doing: Any) -> None:
        """Somebody goes their own way, until the day is over."""
        task = asyncio.ensure_future(doing)
        self._citizens.add(task)
        task.add_done_callback(self._citizens.discard)

    # ------------------------------------------------------------ lines

    def _line(self, role: str, place: str | None, token: str) -> Line:
        line = Line(self._port, role, place, None)
        line.token = token
        self.live(line)
        return line

    async def log_in(self, account: str) -> str:
        """A person's token, by password."""
        async with self._logins:
            door = Line(self._port, "", None, None)
            await door.connect()
            session = await door.ask("session.open", {"account": account, "password": PASSWORD})
            door.leave()
            return str(session["token"])

    async def sit_down(self, window: str) -> Line:
        """The clerk's page at the window, logged in."""
        token = await self.log_in(account_of(window))
        line = self._line("window", window, token)
        await line.online.wait()
        return line

    async def renew_guides(self, count: int) -> None:
        """The guides log in, anew each morning; the first one's page tells who waits and whose slip failed."""
        for line in self.guides:
            await self.leave(line)
        self.guides = []
        for number in range(count):
            token = await self.log_in(f"guide-{number + 1}")
            line = Line(self._port, "guide", None, None, on_events=None if number else self._hear)
            line.token = token
            self.live(line, stays=not number)
            self.guides.append(line)

    def _hear(self, params: Json) -> None:
        for event in params["events"]:
            if event["type"] in {"slip.failed", "slip.doubted"}:
                self.citizen(self._reprint(event["data"]["ticket"]))
            for service in event["data"].get("services", ()):
                self._wake(service["id"], service["waiting"])

    def _wake(self, service: str, waiting: int) -> None:
        idle = [event for event in self.idle[service] if not event.is_set()]
        for event in self._chance.sample(idle, min(waiting, len(idle))):
            event.set()

    async def _reprint(self, ticket: str) -> None:
        """Somebody without paper asks for it at another kiosk, if that prints."""
        self._without_paper[ticket] += 1
        if self._without_paper[ticket] > PATIENCE:
            return
        await self.clock.pause(self._chance.uniform(5, 30))
        booth = self._chance.choice(list(self.booths.values()))
        await booth.reprint(ticket)

    def press(self, device: str, action: str, **params: Any) -> None:
        """A key at an emulated pad."""
        self._udp.sendto(json.dumps({"device": device, "action": action, "params": params}).encode(), self._keys)


def _jobs() -> Jobs:
    crowd = Crowd()

    async def disturb(seed: int, every_s: float, lasts_s: float) -> None:
        crowd.disturb(seed, every_s, lasts_s)
        crowd.asking.cut_share = CUT_SHARE

    async def calm() -> None:
        crowd.calm()
        crowd.asking.cut_share = 0.0

    async def sums() -> Json:
        return crowd.sums()

    return {
        "open": crowd.open,
        "day": crowd.day,
        "guides": crowd.renew_guides,
        "disturb": disturb,
        "calm": calm,
        "stop": crowd.stop,
        "sample": crowd.sample,
        "agree": crowd.agree,
        "sums": sums,
    }


if __name__ == "__main__":
    serve(_jobs)
