"""Programs that drivers run beside the daemon: each in a process group of its own, its words bounded, its end certain.

What a program writes is handed over as it comes and never queued here: who cannot keep up drops, the program goes on.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from drivers.bus import stop
from hallctl.devices.contract import Port

T = TypeVar("T")

SAID: Final = 4_000
"""Bytes kept of what a program says on its standard error: the last ones."""

GENTLE_S: Final = 2.0
"""Seconds that a program has to end by itself after SIGTERM."""

GONE_S: Final = 1.0
"""Seconds in which the pipes of a killed program close."""

MOST_OUTPUT: Final = 256 * 1024
"""Bytes kept of what a short program writes."""


class MissingProgram(Exception):
    """There is no such program, or it may not be run."""


class Overdue(Exception):
    """It took too long."""


async def within(seconds: float, port: Port, doing: Coroutine[Any, Any, T]) -> T:
    """What `doing` gives, or Overdue after so many seconds of the port's time; it has ended then."""
    task, alarm = asyncio.ensure_future(doing), asyncio.ensure_future(port.sleep(seconds))
    either: set[asyncio.Future[Any]] = {task, alarm}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Overdue(f"more than {seconds:g} s")
        return task.result()
    finally:
        await stop(task, alarm)


class Program(asyncio.SubprocessProtocol):
    """One run of a program, made by `start`."""

    def __init__(self, feed: Callable[[bytes], None], ended: Callable[[], None]) -> None:
        self._feed = feed
        self._tell_end = ended
        self._said = bytearray()
        self._transport: Any = None
        self._exited = asyncio.Event()
        self._closed = asyncio.Event()

    @property
    def said(self) -> str:
        """The last of what it wrote on its standard error."""
        return self._said.decode("utf-8", "replace").strip()

    @property
    def code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return None if self._transport is None else self._transport.get_returncode()

    async def done(self) -> int:
        """Wait until it has ended and all that it wrote was handed over; its exit code."""
        await self._closed.wait()
        return self.code or 0

    async def stop(self, *, gentle: bool = False) -> None:
        """End it and all that it has started; `gentle` lets it put its device in order first."""
        try:
            if gentle and not self._exited.is_set():
                self._signal(signal.SIGTERM)
                with suppress(TimeoutError):
                    async with asyncio.timeout(GENTLE_S):
                        await self._exited.wait()
        finally:
            if not self._closed.is_set():
                self._signal(signal.SIGKILL)
        with suppress(TimeoutError):
            async with asyncio.timeout(GONE_S):
                await self._closed.wait()
        self._transport.close()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._transport.get_pid(), number)

    # ------------------------------------------------------------ told by the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 1:
            self._feed(data)
        else:
            self._said += data
            del self._said[:-SAID]

    def process_exited(self) -> None:
        self._exited.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - a protocol's shape
        self._exited.set()
        self._closed.set()
        self._tell_end()


def _nothing() -> None:
    return None


async def start(
    command: Sequence[str],
    feed: Callable[[bytes], None],
    *,
    environment: Mapping[str, str] | None = None,
    ended: Callable[[], None] = _nothing,
) -> Program:
    """Start `command` without a shell; it speaks English. MissingProgram if it cannot be started."""
    program = Program(feed, ended)
    try:
        await asyncio.get_running_loop().subprocess_exec(
            lambda: program,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "C", **(environment or {})},
        )
    except OSError as error:
        raise MissingProgram(str(error)) from error
    return program


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program left: its exit code, what it wrote (no more than MOST_OUTPUT), and the last of what it said."""

    code: int
    out: str
    said: str


async def run(
    command: Sequence[str], seconds: float, port: Port, *, environment: Mapping[str, str] | None = None
) -> Outcome:
    """Run a short program to its end. MissingProgram, Overdue."""
    out = bytearray()

    def keep(data: bytes) -> None:
        out.extend(data[: MOST_OUTPUT - len(out)])

    program = await start(command, keep, environment=environment)
    try:
        code = await within(seconds, port, program.done())
    finally:
        await program.stop()
    return Outcome(code, out.decode("utf-8", "replace"), program.said)
