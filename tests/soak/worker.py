"""The soak's processes: started apart, asked by lines of JSON on their standard input, ended by their id.

A worker answers each job ``{"do": ..., ...}`` with one line ``{"ok": ...}`` or ``{"error": "..."}``, in the order they
came, and ends at the end of its input: it cannot outlive who started it.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import uvloop

ROOT: Final = Path(__file__).parents[2]
LINE_LIMIT: Final = 64 * 1024 * 1024
END_S: Final = 20.0
JOB_S: Final = 120.0

Jobs = Mapping[str, Callable[..., Awaitable[Any]]]


class SoakError(Exception):
    """Something that the soak itself needs did not work; the text says what."""


async def start(module: str, *arguments: str, stderr: Any = None, env: Mapping[str, str] | None = None) -> Any:
    """``python -m MODULE`` with a pipe to and from it, in a session of its own: Ctrl-C reaches the soak only. It ends
    when the soak dies, however that dies (`hallctl.bench.tied`)."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hallctl.bench.tied", str(os.getpid()), ""),
        *(sys.executable, "-m", module),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        limit=LINE_LIMIT,
        start_new_session=True,
    )


async def end(process: Any) -> int:
    """SIGTERM, and SIGKILL to one that does not go; the exit code."""
    if process.stdin is not None:
        process.stdin.close()
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(END_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
    return int(process.returncode)


class Worker:
    """A worker as its owner sees it. `async with Worker("tests.soak.crowd") as crowd: await crowd.ask(...)`."""

    def __init__(self, module: str, stderr: Any = None) -> None:
        self._module = module
        self._stderr = stderr
        self._process: Any = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._process = await start(self._module, stderr=self._stderr)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await end(self._process)

    async def ask(self, do: str, *, within_s: float = JOB_S, **job: Any) -> Any:
        """The answer to a job; SoakError if it failed, takes too long, or the worker has ended."""
        async with self._turn, asyncio.timeout(within_s):
            self._process.stdin.write(json.dumps({"do": do, **job}).encode() + b"\n")
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        if not line:
            raise SoakError(f"{self._module} has ended")
        told = json.loads(line)
        if "error" in told:
            raise SoakError(f"{self._module}: {told['error']}")
        return told["ok"]


async def _serve(jobs: Jobs) -> None:
    reader = asyncio.StreamReader(limit=LINE_LIMIT)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        job = json.loads(line)
        try:
            told = {"ok": await jobs[job.pop("do")](**job)}
        except (SoakError, OSError, ValueError, LookupError) as error:
            told = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def serve(make: Callable[[], Jobs]) -> None:
    """Do jobs until the input ends; what the worker has begun is cancelled then."""

    async def work() -> None:
        await _serve(make())

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work())
