"""The bench's processes: started apart, pinned, asked by lines of JSON, ended by their id.

A process of the bench reads jobs ``{"do": ..., ...}`` from its standard input, one a line, and answers each with one
line ``{"ok": ...}`` or ``{"error": "..."}``. It ends at the end of its input. The daemon and the comparator are
servers and take no jobs; they are started by the same hand.
"""

import json
import os
import resource
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final

Json = dict[str, Any]

JOB_S: Final = 120.0
"""Seconds that a job may take beyond what it is known to take."""

STDIN: Final = 0

END_S: Final = 10.0
"""Seconds that a process has to end before it is killed."""


class BenchError(Exception):
    """Something that was to be measured did not work; the text says what, for the person at the bench."""


def processors() -> tuple[set[int], set[int]]:
    """(the server's, the load's): apart when there are two, the same when there is one."""
    there = sorted(os.sched_getaffinity(0))
    return ({there[0]}, set(there[1:])) if len(there) > 1 else ({there[0]}, {there[0]})


def raise_file_limit() -> int:
    """Let this process and those it starts open as many files as the system allows; the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Process:
    """A program that runs on some processors, in a session of its own: Ctrl-C reaches the bench only."""

    def __init__(
        self, command: Sequence[str], cpus: set[int], env: Mapping[str, str] | None = None, stderr: Any = None
    ) -> None:
        """`env` is added to this process's own; `stderr` is a file, None leaves it to the bench's."""
        there = ",".join(str(cpu) for cpu in sorted(cpus))
        tied = [sys.executable, "-m", "hallctl.bench.tied", str(os.getpid()), there, *command]
        self.popen = subprocess.Popen(  # noqa: S603 - the bench's own programs, no shell
            tied,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self.popen.pid

    def cpu_s(self) -> float:
        """CPU seconds of all its threads since it began, to the nanosecond: clock_getcpuclockid(3)."""
        return time.clock_gettime((~self.pid << 3) | 2)

    def resident_bytes(self) -> int:
        """Memory that is in RAM, /proc/pid/statm."""
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as file:  # noqa: PTH123 - shorter than Path for /proc
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def end(self) -> None:
        """SIGTERM, and SIGKILL to one that does not go."""
        if self.popen.stdin is not None:
            self.popen.stdin.close()
        if self.popen.poll() is None:
            self.popen.terminate()
        try:
            self.popen.wait(END_S)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait(END_S)
        if self.popen.stdout is not None:
            self.popen.stdout.close()


class Child(Process):
    """A process of the bench that takes jobs: ``python -m hallctl.bench.<module>``."""

    def __init__(self, module: str, cpus: set[int], env: Mapping[str, str] | None = None) -> None:
        super().__init__([sys.executable, "-m", f"hallctl.bench.{module}"], cpus, env)
        self._module = module
        self._left = b""

    def __enter__(self) -> "Child":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def begin(self, do: str, **job: Any) -> None:
        """Hand it a job; `result` gives its answer."""
        assert self.popen.stdin is not None  # noqa: S101 - a pipe, by __init__
        try:
            self.popen.stdin.write(json.dumps({"do": do, **job}).encode() + b"\n")
            self.popen.stdin.flush()
        except (OSError, ValueError) as error:  # ValueError: it was ended by us
            raise BenchError(f"{self._module} has ended") from error

    def result(self, within_s: float = JOB_S) -> Any:
        """The answer to the oldest job that was begun; BenchError if it failed or takes too long."""
        answer = json.loads(self._line(time.monotonic() + within_s))
        if "error" in answer:
            raise BenchError(f"{self._module}: {answer['error']}")
        return answer["ok"]

    def ask(self, do: str, *, within_s: float = JOB_S, **job: Any) -> Any:
        """`begin` and `result`."""
        self.begin(do, **job)
        return self.result(within_s)

    def _line(self, until: float) -> bytes:
        assert self.popen.stdout is not None  # noqa: S101 - a pipe, by __init__
        descriptor = self.popen.stdout.fileno()
        parts = [self._left]
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while b"\n" not in parts[-1]:
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise BenchError(f"{self._module} does not answer")
                data = os.read(descriptor, 1 << 20)
                if not data:
                    raise BenchError(f"{self._module} has ended")
                parts.append(data)
        line, _, self._left = b"".join(parts).partition(b"\n")
        return line


Jobs = Mapping[str, Callable[..., Any]]
"""What a process of the bench can do, by name; each takes the job's other keys."""


class Orders:
    """The jobs that come in on standard input, for a process that also has sockets to read."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._left = b""

    def read(self) -> bool:
        """Do what has come, after the poll said that something has; False at the end of the input."""
        data = os.read(STDIN, 1 << 20)
        *lines, self._left = (self._left + data).split(b"\n")
        for line in lines:
            _do(self._jobs, line)
        return bool(data)


def serve(jobs: Jobs) -> None:
    """Do jobs until the input ends, and nothing else."""
    orders = Orders(jobs)
    while orders.read():
        pass


def _do(jobs: Jobs, line: bytes) -> None:
    job = json.loads(line)
    try:
        told = {"ok": jobs[job.pop("do")](**job)}
    except (BenchError, OSError, ValueError) as error:
        told = {"error": f"{type(error).__name__}: {error}"}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
