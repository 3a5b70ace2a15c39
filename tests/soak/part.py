"""One part of a soak: a hall with its devices and people, watched from its first day to its last."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from hallctl.clock import SystemClock
from hallctl.domain import calendar
from tests.e2e.forked import free_port
from tests.soak import place as places
from tests.soak import sample, worker
from tests.soak.clock import SharedClock, make_clock
from tests.soak.place import Place, Size
from tests.soak.vital import Vital, vital
from tests.soak.worker import SoakError, Worker

Json = dict[str, Any]
Say = Callable[[str, float], None]
"""Told what is going on, and how much of the part is done (0 to 1)."""

READY_S: Final = 60.0
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
NIGHT_S: Final = 2.0
TZ: Final = places.bare_hall().tz
FIRST_DAY: Final = "2026-03-02"
"""Simulated days are always the same ones."""

EARLY_MS: Final = 45 * 60_000
LATE_S: Final = 0.4
LATE_ANSWER_MS: Final = 60.0
SLOWEST: Final = 10.0
"""Where client processes are so late, or half of the answers, a fast clock goes slower, but not more so than this."""

LEAD_MS: Final = 20_000
"""The clerks come in the last 45 minutes before the first visitor; those pass fast."""

DAY_FIGURES: Final = ("rss_mib", "own_mib", "tasks", "files", "threads", "data_mib")


@dataclass(frozen=True)
class Plan:
    """What a part is to be. Times of faults and drops are real seconds: devices and lines come back in real time."""

    name: str
    size: Size
    begins: str
    ends: str
    days: int = 1
    speed: float = 1.0
    seed: int = 1
    sample_s: float = 5.0
    settle_s: float = 5.0
    early_speed: float = 30.0
    """How fast the morning passes, in which the clerks come."""
    fault_every_s: float = 300.0
    fault_lasts_s: float = 20.0
    drop_every_s: float = 8.0
    drop_lasts_s: float = 15.0

    @property
    def real_clock(self) -> bool:
        """Whether the daemon lives by the machine's own clock."""
        return self.speed == 1.0


@dataclass
class Run:
    """What was measured, also of a part that was broken off."""

    plan: Plan
    samples: list[Json] = field(default_factory=list)
    days: list[Json] = field(default_factory=list)
    """For each day its end: number, vital, acknowledged so far, real seconds, slow-downs."""
    copies: list[tuple[str, str, bool]] = field(default_factory=list)
    sums: Json = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    whole: bool = False
    """Whether it came to its end."""
    ended: int | None = None
    """The daemon's exit code."""
    log_lines: int = 0
    log: str = ""


class Part:
    """The processes of a part and what is asked of them. Made by `part`."""

    def __init__(self, plan: Plan, folder: Path, place: Place, clock: SharedClock, say: Say) -> None:
        self.plan, self.folder, self.place, self.clock = plan, folder, place, clock
        self.run = Run(plan)
        self.say = say
        self.daemon: Any = None
        self.hardware: Worker
        self.crowd: Worker
        self.audience: Worker
        self.stopping = asyncio.Event()
        self._tasks = folder / "tasks"
        self._began = time.monotonic()
        self._frames = sample.Frames()
        self._last: tuple[float, float] | None = None
        self._day = 0
        self._acknowledged = 0
        self._slowed = 0

    # ------------------------------------------------------------ life

    async def start_daemon(self) -> None:
        """Start it and wait until it answers."""
        arguments = [str(self.place.config), str(self.place.data), str(self._tasks)]
        if not self.plan.real_clock:
            arguments.append(str(self.folder / "clock"))
        with (self.folder / "daemon.log").open("wb") as log:
            self.daemon = await worker.start(
                "tests.soak.daemon", *arguments, stderr=log, env={"HALLCTL_LOG": "warning"}
            )
        until = time.monotonic() + READY_S
        while not (self.place.data / "console.address").exists():
            if self.daemon.returncode is not None or time.monotonic() > until:
                raise SoakError(f"the daemon does not start: {self.log()}")
            await asyncio.sleep(0.05)

    def log(self) -> str:
        """The end of what the daemon has written."""
        return (self.folder / "daemon.log").read_text(encoding="utf-8", errors="replace")[-3000:]

    async def open(self, port: int, keys: int) -> int:
        """Everybody connects."""
        self.say("connecting", 0)
        plan, size = self.plan, self.plan.size
        boards = await self.audience.ask("open", port=port, token=self.place.tokens["board"], count=size.boards)
        others = await self.crowd.ask(
            "open",
            port=port,
            config=str(self.place.config),
            tokens=self.place.tokens,
            windows=self.place.windows,
            guides=size.guides,
            keys=keys,
            clock=str(self.folder / "clock"),
            ledger=str(self.folder / "acknowledged"),
            seed=plan.seed,
        )
        return int(boards) + int(others)

    async def disturb(self) -> None:
        """Faults and drops from now on."""
        plan = self.plan
        await self.hardware.ask("begin", seed=plan.seed, every_s=plan.fault_every_s, lasts_s=plan.fault_lasts_s)
        every = 2 * plan.drop_every_s
        for number, company in enumerate((self.crowd, self.audience)):
            await company.ask("disturb", seed=plan.seed + number, every_s=every, lasts_s=plan.drop_lasts_s)

    # ------------------------------------------------------------ days

    async def play(self) -> None:
        """All days, one after the other."""
        first = midnight_of(self.clock.now())
        for number in range(self.plan.days):
            if number:
                await self._night(first + number * DAY_MS)
            self._day = number + 1
            await self._one_day(first + number * DAY_MS)
            if self.stopping.is_set():
                return
            seen = self.look()
            told = {name: round(getattr(seen, name), 2) for name in DAY_FIGURES}
            told |= {"day": self._day, "acknowledged": self._acknowledged, "slowed": self._slowed}
            self.run.days.append(told | {"real_s": round(time.monotonic() - self._began, 1)})
        self.run.whole = True

    async def _one_day(self, midnight: int) -> None:
        plan = self.plan
        begin = midnight + calendar.minutes(plan.begins) * 60_000
        self.clock.set(begin - EARLY_MS, max(plan.speed, plan.early_speed))
        await self.crowd.ask("guides", count=plan.size.guides)
        seed = plan.seed * 100 + self._day
        day: Json = {"midnight": midnight, "begins": plan.begins, "ends": plan.ends, "seed": seed}
        await self.crowd.ask("day", **day, tickets=plan.size.tickets)
        playing = True
        while playing and not self.stopping.is_set():
            wait_s = plan.sample_s
            if plan.real_clock and self.clock.rate > 1:  # the clerks have come, the doors open
                wait_s = min(wait_s, max(0.1, (begin - LEAD_MS - self.clock.now()) / 1000 / self.clock.rate))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self.stopping.wait()
            if plan.real_clock and self.clock.rate > 1 and self.clock.now() >= begin - LEAD_MS:
                self.clock.speed(1.0)
            playing = await self.take_sample()
            if plan.real_clock and self.clock.now() >= midnight + calendar.minutes(plan.ends) * 60_000:
                return

    async def _night(self, midnight: int) -> None:
        """Forward to half a minute before the business day's start, and slowly over it."""
        self.say("night", self.done())
        self.clock.set(midnight + 3 * HOUR_MS - 15_000, 30.0)
        await asyncio.sleep(NIGHT_S)

    def done(self) -> float:
        """How much of the part is done, by the hall's clock."""
        begin, end = (calendar.minutes(hhmm) * 60_000 for hhmm in (self.plan.begins, self.plan.ends))
        now = self.clock.now()
        into = (now - midnight_of(now) - begin) / (end - begin)
        return (max(0, self._day - 1) + min(1.0, max(0.0, into))) / self.plan.days

    # ------------------------------------------------------------ samples

    def look(self) -> Vital:
        """The daemon's process now; SoakError when it has ended."""
        try:
            return vital(self.daemon.pid, self.place.data, self._tasks)
        except (OSError, KeyError) as error:
            raise SoakError(f"the daemon has ended with {self.daemon.returncode}: {self.log()}") from error

    async def take_sample(self) -> bool:
        """Ask everybody what has happened, keep it, and govern the speed; whether the day still goes on."""
        heard, boards, hardware = await asyncio.gather(
            self.crowd.ask("sample"), self.audience.ask("sample"), self.hardware.ask("sample")
        )
        now, seen = time.monotonic(), self.look()
        before, cpu_s = self._last or (self._began, seen.cpu_s)
        self._last = (now, seen.cpu_s)
        self.run.copies += [(day, label, marked) for day, label, marked in hardware["copies"]]
        self._acknowledged = sum(heard["acknowledged"].values())
        late = max(heard["late_s"], boards["late_s"])
        told = {
            "answers": [(answered - sent) * sample.MS for _seq, sent, answered, _shown in heard["presses"]],
            "lags": self._frames.lags(boards["frames"], heard["presses"]),
            "late_ms": round(late * 1000, 1),
            "rate": self.clock.rate,
            "clients": heard["clients"] + boards["clients"],
            "frames": sum(frame[4] for frame in boards["frames"]),
            "acknowledged": heard["acknowledged"],
            "refused": heard["refused"],
            "asked_again": heard["asked_again"],
            "faults": sum(hardware["faults"].values()),
            "keys": sum(hardware["keys"].values()),
        }
        cpu = (seen.cpu_s - cpu_s) / (now - before)
        self.run.samples.append(sample.row(now - self._began, self.clock.now(), self._day, seen, cpu, told))
        self._govern(late)
        self.say(f"{self._acknowledged} answered · {seen.rss_mib:.0f} MiB", self.done())
        return bool(heard["playing"])

    def _govern(self, late_s: float) -> None:
        """A fast clock waits for its people: when they or their answers are late it goes slower, and faster again by
        and by."""
        if self.plan.real_clock:
            return
        rate, answer = self.clock.rate, self.run.samples[-1]["answer"]["p50"] or 0.0
        if late_s > LATE_S or answer > LATE_ANSWER_MS:
            self._slowed += 1
            self.clock.speed(max(SLOWEST, rate * 0.8))
        elif rate < self.plan.speed:
            self.clock.speed(min(self.plan.speed, rate * 1.1))

    async def end_daemon(self) -> None:
        """SIGTERM, as systemd does."""
        if self.daemon is None:
            return
        self.run.ended = await worker.end(self.daemon)
        text = (self.folder / "daemon.log").read_text(encoding="utf-8", errors="replace")
        self.run.log_lines, self.run.log = text.count("\n"), text[-20_000:]

    async def settle(self) -> None:
        """Everybody stops, faults end, all boards come to the last event; what was seen is added up."""
        self.say("settling", 1.0)
        unanswered = await self.crowd.ask("stop")
        if unanswered:
            self.run.problems.append(f"{unanswered} requests were never answered")
        for company in (self.audience, self.crowd):
            await company.ask("calm")
        faults = await self.hardware.ask("heal")
        await asyncio.sleep(self.plan.settle_s)
        await self.take_sample()
        sums: Json = {**self.run.sums, "faults": faults, "clients": {}}
        for name, company in (("boards", self.audience), ("people", self.crowd)):
            told = await company.ask("sums")
            sums["clients"][name] = told
        for company in (self.audience, self.crowd):
            behind = await company.ask("agree")
            if behind:
                self.run.problems.append(f"{behind} clients do not come to the last event")
        sums |= {name: self.run.samples[-1][name] for name in ("acknowledged", "refused", "asked_again", "keys")}
        self.run.sums = sums


def later(hhmm: str, minutes: int) -> str:
    """So many minutes after a time of the day."""
    at = calendar.minutes(hhmm) + minutes
    return f"{at // 60:02}:{at % 60:02}"


def midnight_of(moment: int) -> int:
    """The midnight before the moment (ms), in the hall's zone."""
    return calendar.day_start(calendar.business_day(moment, TZ, 0), TZ, 0)


def _start_of(plan: Plan) -> tuple[int, str, int | None]:
    """The midnight of the first day, keys of the hall's section that differ, and when it is furnished (None: now).

    A real hour may lie anywhere in a real day: the business day is made to begin twelve hours away.
    """
    if not plan.real_clock:
        midnight = calendar.day_start(FIRST_DAY, TZ, 0)
        return midnight, "", midnight - DAY_MS // 2
    clock = SystemClock()
    starts = (calendar.local_time(clock.now(), TZ).hour + 12) % 24
    day = calendar.business_day(clock.now(), TZ, starts * 60)
    return calendar.day_start(day, TZ, 0), f'day_starts = "{starts:02}:00"', None


FAST_RULES: Final = """
[rules]
rating_s = 10
announce_s = 300
slip_s = 600

[backup]
daily_at = ""
"""
"""What devices and people get of the fast clock's time: they live in real time. The daily copy is made by a program of
its own that has the machine's clock."""


@contextlib.asynccontextmanager
async def part(plan: Plan, folder: Path, say: Say) -> AsyncIterator[Part]:
    """Everything that a part needs, connected and at work; ended at the end of the block."""
    say("preparing the hall", 0)
    folder.mkdir(parents=True, exist_ok=True)
    midnight, hall_more, furnishing = _start_of(plan)
    place = Place(folder / "hall.toml", folder / "data", places.bare_hall(), plan.size)
    async with Worker("tests.soak.furnisher") as furnisher:
        job: Json = {"folder": str(folder), "size": asdict(plan.size), "at": furnishing, "hall_more": hall_more}
        place.tokens |= await furnisher.ask("furnish", **job)
    clock = make_clock(folder / "clock", midnight + 7 * HOUR_MS, 1.0)
    made = Part(plan, folder, place, clock, say)
    async with AsyncExitStack() as stack:
        made.hardware = await stack.enter_async_context(Worker("tests.soak.devices"))
        wanted = places.devices_of(place.hall, plan.size)
        told = await made.hardware.ask("open", **wanted, clock=str(folder / "clock"))
        port = free_port()
        text = places.config_text(port, told["links"], place.hall, plan.size, hall_more)
        place.config.write_text(text + ("" if plan.real_clock else FAST_RULES), encoding="utf-8")
        made.crowd = await stack.enter_async_context(Worker("tests.soak.crowd"))
        made.audience = await stack.enter_async_context(Worker("tests.soak.audience"))
        stack.push_async_callback(made.end_daemon)
        await made.start_daemon()
        connected = await made.open(port, told["keys"])
        made.run.sums["connected"] = connected
        yield made


async def soak(plan: Plan, folder: Path, say: Say, stopping: asyncio.Event | None = None) -> Run:
    """Run the part to its end, or until `stopping` is set; what went wrong is among the run's problems."""
    run = Run(plan)
    try:
        async with part(plan, folder, say) as made:
            run = made.run
            made.stopping = stopping or made.stopping
            await made.disturb()
            await made.play()
            await made.settle()
    except (SoakError, TimeoutError, OSError) as error:
        run.problems.append(f"{type(error).__name__}: {error}")
    return run
