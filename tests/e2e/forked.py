"""The daemon as a process that can be killed, forked from one that has imported it already: it starts in 0.1 s.

`tests.harness.start_process` starts it as a user would, which takes ten times as long.
"""

import contextlib
import faulthandler
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeVar

PRELOADED = ("hallctl.__main__", "hallctl.bootstrap", "hallctl.console", "hallctl.keeping")
READY_S = 30
ENDED_S = 20

Arguments = tuple[str, str, str, dict[str, str]]
D = TypeVar("D", bound="ForkedDaemon")

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(list(PRELOADED))


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now: a daemon that is killed comes back at the same address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(config: str, data: str, log: str, env: dict[str, str]) -> None:
    """The whole of the child: ``hallctl run``, its stderr in the file `log`."""
    os.environ.update(env)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 2)
    os.setsid()
    faulthandler.register(signal.SIGUSR1, file=descriptor)
    sys.argv = ["hallctl", "run", "--config", config, "--data", data]
    from hallctl.__main__ import main

    main()


class ForkedDaemon:
    """One life of the daemon after the other, on the same config and data directory."""

    def __init__(self, config: Path, data: Path, env: dict[str, str] | None = None) -> None:
        self.log = data.with_name(f"{data.name}.stderr")
        self._config = config
        self._data = data
        self._env = env or {}
        self._process: BaseProcess | None = None

    @property
    def process(self) -> BaseProcess:
        assert self._process is not None, "not started"
        return self._process

    def start(self) -> None:
        """Begin a new life; wait for it with `ready`, or let the clients wait."""
        if self._process is not None:
            (self._data / "console.address").unlink(missing_ok=True)  # of the life before, which was killed
        self._process = self._begun((str(self._config), str(self._data), str(self.log), self._env))

    def _begun(self, arguments: Arguments) -> BaseProcess:
        """The process of the new life; `arguments` are those of `run`. What is started otherwise differs here."""
        process = _CONTEXT.Process(target=run, args=arguments)
        process.start()
        return process

    def ready(self) -> bool:
        """Whether it answers requests; fails when it has ended instead."""
        assert self.process.is_alive(), self.log.read_text()
        return (self._data / "console.address").exists()

    def wait_ready(self) -> None:
        until = time.monotonic() + READY_S
        while not self.ready():
            assert time.monotonic() < until, f"not ready in {READY_S} s: {self.log.read_text()}"
            time.sleep(0.005)

    def kill(self) -> None:
        """SIGKILL: no chance to say or to write anything more."""
        self.process.kill()
        self.process.join(ENDED_S)
        assert self.process.exitcode == -signal.SIGKILL

    def finish(self, number: int = signal.SIGTERM) -> int:
        """Signal it and wait for its end; the exit code."""
        self.signal(number)
        return self.ended()

    def signal(self, number: int) -> None:
        try:
            os.kill(self.process.pid or 0, number)
        except ProcessLookupError as error:
            raise AssertionError(f"ended with {self.process.exitcode}: {self.log.read_text()}") from error

    def ended(self) -> int:
        """Wait for its end; the exit code."""
        self.process.join(ENDED_S)
        if self.process.exitcode is None:
            self.signal(signal.SIGUSR1)  # where it hangs
            time.sleep(0.5)
        assert self.process.exitcode is not None, f"it does not end: {self.log.read_text()}"
        return self.process.exitcode


def forked_daemon(
    config: Path, data: Path, env: dict[str, str] | None = None
) -> contextlib.AbstractContextManager[ForkedDaemon]:
    """A daemon that is started and ended by the block; none is left behind."""
    return ending(ForkedDaemon(config, data, env))


@contextlib.contextmanager
def ending(daemon: D) -> Iterator[D]:
    """None of the daemon's lives outlives the block."""
    try:
        yield daemon
    finally:
        if daemon._process is not None and daemon._process.is_alive():
            daemon._process.kill()
            daemon._process.join(ENDED_S)
