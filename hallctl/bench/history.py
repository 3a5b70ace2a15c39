"""Premises with a past: the county hall empty, in the midst of its day, or with a year behind it; and starts of it.

`Start` is the daemon as a user starts it, timed from outside: from the first instruction of the process to its first
answer to an HTTP request, which is later than the first accepted socket.
"""

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from hallctl.api.auth import Auth, new_token, token_digest
from hallctl.bench import child, county, wire, year
from hallctl.bench.figure import Say
from hallctl.bench.premises import CLERK, Premises
from hallctl.bench.subject import CYCLE, Subject
from hallctl.clock import SystemClock
from hallctl.config import load
from hallctl.domain.commands import PairTerminal
from hallctl.domain.state import HallState
from hallctl.engine.identity import Identity, load_key
from hallctl.errors import StoreError

ANSWER_S: Final = 60.0
LOOK_S: Final = 0.001

EVENT_BYTES: Final = 500
"""Disk that an event of a year takes with all that belongs to it, with room to spare."""

HEALTH: Final = b"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


def empty(directory: Path) -> Premises:
    """The hall on its first morning, without a data directory."""
    return _premises(directory, 0)


def county_day(directory: Path, say: Say, size: year.Size = year.WHOLE) -> Premises:
    """The hall in the midst of a day of `size.events`."""
    say("准备县级大厅的一天  preparing a county's day")
    there = _premises(directory, size.waiting)
    with _told():
        state = county.build_today(
            there.data, there.config, events=size.events, waiting=size.waiting, terminals=_terminals(there)
        )
        return _with_clerk(there, state)


def with_year(directory: Path, say: Say, size: year.Size = year.WHOLE) -> Premises:
    """The same with `size.days` behind it."""
    there = _premises(directory, size.waiting)
    needed = size.days * size.events * EVENT_BYTES
    if shutil.disk_usage(directory).free < needed:
        raise child.BenchError(f"a year's file needs {needed >> 20} MiB of disk")
    with _told():
        state = year.build(there.data, there.config, say, size, _terminals(there))
        return _with_clerk(there, state)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What cannot be written is told to the person at the bench."""
    try:
        yield
    except (StoreError, sqlite3.Error, OSError) as error:
        raise child.BenchError(f"the hall's file cannot be made: {error}") from error


def _premises(directory: Path, waiting: int) -> Premises:
    """The config and the folder; the data directory is still to be filled."""
    directory.mkdir()
    config = county.write_config(directory / "hall.toml", free_port())
    parsed, _digest = load(config)
    return Premises(
        config,
        directory / "data",
        [window.id for window in parsed.windows],
        [service.id for service in parsed.services if service.identity != "required"],
        [kiosk.id for kiosk in parsed.kiosks],
        waiting,
        wanted=[window.services[0] for window in parsed.windows],
    )


def _terminals(there: Premises) -> list[PairTerminal]:
    """A terminal for every place, its token noted."""
    places: list[tuple[str, str | None]] = [("board", None), ("admin", None)]
    places += [(role, window) for window in there.windows for role in ("device", "rating")]
    places += [("kiosk", kiosk) for kiosk in there.kiosks]
    pairing = []
    for role, place in places:
        token = there.tokens[f"{role} {place}" if place else role] = new_token()
        pairing.append(PairTerminal(f"{role}-{place or 'hall'}", role, place, token_digest(token)))
    return pairing


def _with_clerk(there: Premises, state: HallState) -> Premises:
    """A session of the first clerk."""
    key = Identity(load_key(there.data)).session_key()
    auth = Auth(lambda: state, SystemClock(), key, "")
    there.tokens["clerk"], _until = auth.session(state.accounts[CLERK])
    return there


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now: a daemon that ends comes back at the same address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Timed(child.Process):
    """A program on some processors, begun without anything in between: `began` is the moment before (perf_counter)."""

    def __init__(self, command: Sequence[str], cpus: set[int], log: Path, env: Mapping[str, str] | None = None) -> None:
        """Its stderr goes to the end of the file `log`."""
        mine = os.sched_getaffinity(0)
        os.sched_setaffinity(0, cpus)  # of this thread; the new process inherits it
        try:
            with log.open("ab") as stderr:
                self.began = time.perf_counter()
                self.popen = subprocess.Popen(  # noqa: S603 - the bench's own programs, no shell
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    env={**os.environ, **(env or {})},
                    start_new_session=True,
                )
        finally:
            os.sched_setaffinity(0, mine)


class Start(Subject):
    """A running daemon on the premises' own data. `answered_s` and `cpu_s` are seconds to its first answer."""

    def __init__(self, premises: Premises, cpus: set[int], options: Sequence[str] = (), env: Any = None) -> None:
        """Start it and wait until it answers; `options` are of the interpreter."""
        self.premises = premises
        self.directory = premises.data
        self.waiting = premises.waiting
        self._log = premises.data.with_name("log")
        parsed, _digest = load(premises.config)
        self.port = parsed.server.port
        arguments = ["run", "--config", str(premises.config), "--data", str(premises.data)]
        command = [sys.executable, *options, "-m", "hallctl", *arguments]
        self.process = Timed(command, cpus, self._log, {"HALLCTL_LOG": "warning", **(env or {})})
        try:
            self._wait()
            self.answered_s = time.perf_counter() - self.process.began
            self.cpu_s = self.process.cpu_s()
        except BaseException:
            self.process.end()
            raise

    def __enter__(self) -> "Start":
        return self

    def serving(self, count: int) -> list[dict[str, Any]]:
        """Places for `hallctl.bench.load` that never run out of people: each takes a number for its window, calls it,
        starts and finishes."""
        there = self.premises
        places = []
        for window, service in list(zip(there.windows, there.wanted, strict=True))[:count]:
            take = {"service": service, "paperless": True, "reason": county.GUIDE}
            cycle = [["ticket.take", take], *([method, {"window": window}] for method in CYCLE)]
            places.append({"role": "admin", "token": there.tokens["admin"], "cycle": cycle})
        return places

    def whole_log(self) -> str:
        """All that this and earlier starts have written."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _wait(self) -> None:
        with self._connected() as line:
            line.settimeout(ANSWER_S)
            line.sendall(HEALTH)
            told = line.recv(4096)
        if not told.startswith(b"HTTP/1.1 200"):
            raise child.BenchError(f"the daemon answers {told[:60]!r}")

    def _connected(self) -> socket.socket:
        """Try until the socket is there; the kernel accepts before the daemon does."""
        until = time.monotonic() + ANSWER_S
        while True:
            try:
                return wire.connect(self.port)
            except OSError:
                if self.process.popen.poll() is not None or time.monotonic() > until:
                    raise child.BenchError(f"the daemon does not start: {self.log()}") from None
            time.sleep(LOOK_S)
