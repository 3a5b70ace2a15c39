"""The rig: daemon, comparator, floors, load and readers, each a process on its own processors, for one scenario."""

import contextlib
import itertools
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hallctl.bench import child, premises
from hallctl.bench.child import BenchError, Child
from hallctl.bench.figure import Plan, Say
from hallctl.bench.floor import Fan, Floor
from hallctl.bench.premises import Premises
from hallctl.bench.sample import NS, Sample
from hallctl.bench.subject import CYCLE, Subject

FLOOR_TRIES: Final = 25
"""Most pings, and as many appends, of one look at the floor; there are three looks in a round."""

LEAST_TRIES: Final = 6

FLOOR_SHARE: Final = 0.4
"""Of the load's seconds, what the pings of one look at the floor may take; the whole look takes two and a half times as
long."""

SEEN_S: Final = 10.0
"""Seconds that the readers may take to see the last event."""

REST_S: Final = 0.1
REST_SHARE: Final = 0.1
"""A daemon rests that uses less than this share of a processor for so many seconds."""

TAKING: Final = 8
"""Connections that fill the queues."""

EMPTY: Final = "queue.empty"
"""The refusal of a window that has nobody to call."""

REFILLS: Final = 6
"""How often a load is repeated with four times the people, on a machine that calls faster than its profile foresaw."""


@dataclass(frozen=True)
class Profile:
    """A load: `windows` press as `how` says (see `hallctl.bench.load`), and `boards` read.

    `calls_per_s` is more than they call in a second without pauses, so that enough people wait; `takes`: they do not
    call, they take numbers.
    """

    windows: int
    boards: int
    how: str
    interval_s: float = 0.0
    spread_s: float = 0.0
    calls_per_s: int = 0
    takes: bool = False

    def calls(self, seconds: float) -> int:
        """More than the calls of so many seconds."""
        if self.takes:
            return 0
        per_s = self.calls_per_s if self.how == "closed" else self.windows / self.interval_s
        return int(seconds * per_s) + self.windows

    @property
    def event_s(self) -> float:
        """Seconds between two events, or two bursts: the pacing of the floors; 0 without pauses."""
        return self.interval_s / self.windows if self.how == "paced" else self.interval_s


class Rig:
    """What a scenario has at hand. Made by `rig`."""

    def __init__(self, plan: Plan, directory: Path, say: Say, stack: contextlib.ExitStack) -> None:
        self.plan = plan
        self.say = say
        self.directory = directory
        self.server_cpus, self.load_cpus = child.processors()
        self._stack = stack
        self._numbers = itertools.count(1)
        self._floors: dict[str, tuple[Child, dict[str, Any]]] = {}
        self._fan: tuple[Child, Child, int] | None = None

    def scaled(self, clients: int) -> int:
        """So many clients in this plan, at least one."""
        return max(1, round(clients * self.plan.scale))

    # ------------------------------------------------------------ servers

    def premises(self, config: str, waiting: int) -> Premises:
        """A filled hall; see `premises.prepare`."""
        self.say("准备大厅 preparing the hall")
        folder = self.directory / f"premises-{next(self._numbers)}"
        folder.mkdir()
        return premises.prepare(folder, config, waiting)

    def subject(self, there: Premises, *, stored: bool = True, env: Mapping[str, str] | None = None) -> Subject:
        """A running daemon on a copy of the premises."""
        folder = self.directory / f"data-{next(self._numbers)}"
        return self._stack.enter_context(Subject(there, folder, self.server_cpus, stored=stored, env=env))

    def comparator(self, services: list[str], waiting: int) -> "Comparator":
        """A running comparator with as many people waiting."""
        folder = self.directory / f"comparator-{next(self._numbers)}"
        folder.mkdir()
        comparator = Comparator(folder, self.server_cpus, ",".join(services), str(waiting))
        self._stack.callback(comparator.process.end)
        return comparator

    def bare(self, env: Mapping[str, str] | None = None) -> "Bare":
        """The running server that knows no hall."""
        folder = self.directory / f"bare-{next(self._numbers)}"
        folder.mkdir()
        bare = Bare(folder, self.server_cpus, env=env)
        self._stack.callback(bare.process.end)
        return bare

    # ------------------------------------------------------------ clients

    def press(self, port: int, places: list[dict[str, Any]], plain: bool = False) -> Child:
        """A load process that is connected."""
        load = self._stack.enter_context(Child("load", self.load_cpus))
        load.ask("open", port=port, places=places, plain=plain, name=secrets.token_hex(6))
        return load

    def readers(self, port: int, clients: list[dict[str, Any]]) -> Child:
        """A reader process that is connected."""
        boards = self._stack.enter_context(Child("boards", self.load_cpus))
        boards.ask("open", port=port, clients=clients)
        return boards

    def run(
        self,
        server: "Subject | Beside",
        load: Child,
        profile: Profile,
        *,
        boards: Child | None = None,
        seconds: float | None = None,
        count: int = 0,
        each_reader: bool = False,
    ) -> Sample:
        """Press as the profile says, and gather what the readers saw.

        A load for which too few people waited is no measurement: it is repeated with four times as many.
        """
        seconds = self.plan.seconds if seconds is None else seconds
        wanted = min(profile.calls(seconds), count or sys.maxsize)
        moments = self.directory / "moments" if each_reader else None
        for _ in range(REFILLS):
            if isinstance(server, Subject):
                self.stock(server, wanted)
            sample, seen = self._once(server, load, profile, boards, seconds, count, moments)
            if set(sample.refused) != {EMPTY}:
                break
            wanted *= 4
        if sample.refused or not sample.presses:
            raise BenchError(f"{server.name} refused: {sample.refused} {server.log()}".strip())
        if seen is not None:
            sample.add_readers(seen, moments)
        return sample

    def _once(
        self,
        server: "Subject | Beside",
        load: Child,
        profile: Profile,
        boards: Child | None,
        seconds: float,
        count: int,
        moments: Path | None,
    ) -> tuple[Sample, dict[str, Any] | None]:
        """One load, whatever was refused; and what the readers told."""
        cpu = server.process.cpu_s()
        told = self._pressed(server, load, profile, seconds, count)
        seen: dict[str, Any] | None = None
        last = max((row[4] for row in told["presses"]), default=0)
        if boards is not None:
            seen = boards.ask("collect", to=last, wait_s=SEEN_S, into=str(moments or ""))
        sample = Sample.of(told, server.process.cpu_s() - cpu)
        if isinstance(server, Subject):
            taken = len(sample.presses)
            server.waiting += taken if profile.takes else -sum(press.step == 0 for press in sample.presses)
        return sample, seen

    def _pressed(
        self, server: "Subject | Beside", load: Child, profile: Profile, seconds: float, count: int
    ) -> dict[str, Any]:
        """What the load tells; BenchError says also how the server ended, if it has."""
        try:
            told: dict[str, Any] = load.ask(
                "press",
                within_s=seconds + child.JOB_S,
                how=profile.how,
                seconds=seconds,
                interval_s=profile.interval_s,
                spread_s=profile.spread_s,
                count=count,
                seed=next(self._numbers),
            )
        except BenchError as error:
            code = server.process.popen.poll()
            ended = "" if code is None else f"; {server.name} has ended with {code}"
            raise BenchError(f"{error}{ended} {server.log()}".strip()) from error
        return told

    def stock(self, subject: Subject, wanted: int) -> None:
        """See to it that so many wait, as many for each window: numbers are taken, unmeasured."""
        missing = wanted - subject.waiting
        if missing <= 0:
            return
        self.say("取号 filling the queues")
        desks = subject.desks(TAKING)
        with Child("load", self.load_cpus) as taking:
            taking.ask("open", port=subject.port, places=desks, plain=False, name=secrets.token_hex(6))
            in_turn = TAKING * len(subject.premises.wanted)
            count = -(-missing // in_turn) * in_turn
            told = taking.ask("press", how="closed", seconds=child.JOB_S, count=count)
            if told["refused"]:
                raise BenchError(f"no number: {told['refused']}")
        subject.waiting += len(told["presses"])
        _rest(subject)

    # ------------------------------------------------------------ floors

    def floor(self, event_s: float, env: Mapping[str, str] | None = None, count: int = 0) -> Floor:
        """One look at the floor, at the pacing of events every `event_s` seconds; `count` tries, by default some."""
        key = repr(sorted((env or {}).items()))
        if key not in self._floors:
            folder = self.directory / f"floor-{next(self._numbers)}"
            folder.mkdir()
            far = self._stack.enter_context(Child("floor", self.server_cpus, env))
            near = self._stack.enter_context(Child("floor", self.load_cpus, env))
            where = {"directory": str(folder), "port": int(far.ask("serve", directory=str(folder)))}
            self._floors[key] = near, where
        near, where = self._floors[key]
        if event_s == 0:
            count = FLOOR_TRIES * 4
        elif count == 0:
            count = max(LEAST_TRIES, min(FLOOR_TRIES, int(self.plan.seconds * FLOOR_SHARE / event_s)))
        within_s = child.JOB_S + 3 * count * event_s
        return Floor(**near.ask("measure", within_s=within_s, **where, interval_s=event_s, count=count))

    def fan(self, readers: int, size: int, event_s: float) -> Fan:
        """A raw fan-out of a frame of `size` bytes to so many readers, every `event_s` seconds."""
        if self._fan is None:
            sender = self._stack.enter_context(Child("floor", self.server_cpus))
            boards = self._stack.enter_context(Child("boards", self.load_cpus))
            boards.begin("open", port=sender.ask("listen"), clients=[{"speech": "raw", "count": readers}])
            sender.ask("accept", count=readers)
            boards.result()
            self._fan = sender, boards, readers
        sender, boards, there = self._fan
        if there != readers:
            raise BenchError("one fan-out per rig")
        event_s = event_s or 0.005
        count = max(LEAST_TRIES, min(FLOOR_TRIES, int(self.plan.seconds * FLOOR_SHARE / event_s)))
        told = sender.ask("fan", size=size, interval_s=event_s, count=count)
        seen = boards.ask("collect", to=told["sent"][-1][0], wait_s=SEEN_S)
        last_ns = {row[1]: row[4] for row in seen["frames"]}
        if seen["behind"] or len(last_ns) != count:
            raise BenchError("the raw fan-out lost a frame")
        return Fan([(last_ns[number] - sent) * NS for number, sent in told["sent"]], told["cpu_s"] / count)


class Beside:
    """A running server of the bench that is measured beside the daemon: ``hallctl.bench.<name>``, which prints its
    port."""

    name = ""

    def __init__(self, directory: Path, cpus: set[int], *arguments: str, env: Mapping[str, str] | None = None) -> None:
        self._log = directory / "log"
        command = [sys.executable, "-m", f"hallctl.bench.{self.name}", str(directory), *arguments]
        with self._log.open("wb") as log:
            self.process = child.Process(command, cpus, env=env, stderr=log)
        assert self.process.popen.stdout is not None  # noqa: S101 - a pipe
        line = self.process.popen.stdout.readline()
        if not line.strip().isdigit():
            self.process.end()
            raise BenchError(f"the {self.name} server does not start: {self.log()}")
        self.port = int(line)

    def log(self) -> str:
        """The end of what it has written."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-2000:]


class Bare(Beside):
    """The running server that knows no hall."""

    name = "bare"

    def windows(self, count: int) -> list[dict[str, Any]]:
        """Places that press as call pads do."""
        cycle: list[list[Any]] = [[method, {}] for method in CYCLE]
        return [{"role": "device", "token": "", "place": f"{number}", "cycle": cycle} for number in range(count)]


class Comparator(Beside):
    """The running session server."""

    name = "comparator"

    def windows(self, names: list[str], services: list[str]) -> list[dict[str, Any]]:
        """Places that call and finish, window i for service i of the hall in turn."""
        return [
            {
                "cycle": [
                    [f"/services/{services[n % len(services)]}/windows/{name}/next", {}],
                    [f"/windows/{name}/finish", {}],
                ]
            }
            for n, name in enumerate(names)
        ]


def _rest(subject: Subject) -> None:
    """Wait until the daemon has told everybody what was filled in: until it hardly uses its processor any more."""
    until = time.monotonic() + SEEN_S
    used = REST_S
    while used > REST_S * REST_SHARE and time.monotonic() < until:
        before = subject.process.cpu_s()
        time.sleep(REST_S)
        used = subject.process.cpu_s() - before


@contextlib.contextmanager
def rig(plan: Plan, directory: Path, say: Say) -> Iterator[Rig]:
    """A rig in a folder of its own in `directory`; everything in it is ended and removed at the end."""
    child.raise_file_limit()
    with (
        tempfile.TemporaryDirectory(prefix="hallctl-bench-", dir=directory) as folder,
        contextlib.ExitStack() as stack,
    ):
        yield Rig(plan, Path(folder), say, stack)
