"""The daemon, and the furnishing of its data directory, as processes with the layer of disk.c under them."""

import _sqlite3
import asyncio
import contextlib
import ctypes
import functools
import json
import multiprocessing
import os
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from multiprocessing import forkserver
from multiprocessing.forkserver import ForkServer
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final
from unittest import mock

from hallctl.bench import shim
from tests.e2e import forked
from tests.e2e.forked import ForkedDaemon
from tests.e2e.load import Tokens, furnish

SOURCE: Final = Path(__file__).with_name("disk.c")
COMPILER: Final = shim.compiler()
MISSING: Final = "no C compiler: apt-get install gcc libc6-dev"
FURNISHED_S: Final = 60

_CONTEXT = multiprocessing.get_context("forkserver")
_SERVER = ForkServer()  # a second one beside that of `forked`: this one has the layer loaded, asleep
_SERVER.set_forkserver_preload([*forked.PRELOADED, "tests.loss.shimmed"])


@functools.cache
def layer() -> Path:
    """The shared object made of disk.c, compiled once per process, gone with it."""
    assert COMPILER is not None, MISSING
    folder = tempfile.TemporaryDirectory(prefix="hallctl-disk-")
    _kept.append(folder)
    made = Path(folder.name) / "disk.so"
    wrong = shim.compiled(SOURCE, made, "-std=gnu11", "-Wall", "-Wextra", "-Werror")
    assert not wrong, wrong
    return made


_kept: list[tempfile.TemporaryDirectory[str]] = []


@dataclass(frozen=True)
class Under:
    """How one process runs: `root` is watched, its changes go to `journal`, faults come from `plan`; empty leaves
    either out. `settings` replace the writer's PRAGMAs, `checkpoint` its commits between two checkpoints. While
    the file `famine` exists, SQLite gets no memory."""

    root: Path
    journal: Path | None = None
    plan: Path | None = None
    settings: tuple[tuple[str, str | int], ...] = ()
    checkpoint: int = 0
    famine: Path | None = None


def _start(process: BaseProcess) -> None:
    """Start it as a child of the server that has the layer loaded."""
    before = os.environ.get("LD_PRELOAD")
    os.environ["LD_PRELOAD"] = f"{layer()}:{before}" if before else str(layer())
    try:
        with mock.patch.object(forkserver, "connect_to_new_process", _SERVER.connect_to_new_process):
            process.start()
    finally:
        if before is None:
            del os.environ["LD_PRELOAD"]
        else:
            os.environ["LD_PRELOAD"] = before


def _arm(under: Under) -> None:
    """In the child: wake the layer, then change what the store is to be run with."""
    paths = (under.root, under.journal, under.plan)
    begun = ctypes.CDLL(None, use_errno=True).disk_begin(*(str(path or "").encode() for path in paths))
    assert begun == 0, os.strerror(ctypes.get_errno())
    from hallctl.store import database

    database.SETTINGS.update(under.settings)
    if under.checkpoint:
        database.CHECKPOINT_COMMITS = under.checkpoint  # type: ignore[misc]  # Final for the house, not for its test
        database.CHECKPOINT_AT_LATEST = 8 * under.checkpoint  # type: ignore[misc]
    if under.famine is not None:
        threading.Thread(target=_starve, args=(under.famine,), daemon=True).start()


def _starve(famine: Path) -> None:
    """A thread of the child: look again and again whether there is a famine."""
    library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
    library.sqlite3_hard_heap_limit64.argtypes = [ctypes.c_int64]
    while True:
        library.sqlite3_hard_heap_limit64(1 if famine.exists() else 0)
        time.sleep(0.01)


def _run(config: str, data: str, log: str, env: dict[str, str], under: Under) -> None:
    _arm(under)
    forked.run(config, data, log, env)


def _furnish(config: str, data: str, told: str, under: Under) -> None:
    _arm(under)
    Path(told).write_text(json.dumps(asdict(asyncio.run(furnish(Path(data), Path(config))))))


class ShimmedDaemon(ForkedDaemon):
    """A daemon over the layer."""

    def __init__(self, config: Path, data: Path, under: Under) -> None:
        super().__init__(config, data)
        self._under = under

    def _begun(self, arguments: forked.Arguments) -> BaseProcess:
        process = _CONTEXT.Process(target=_run, args=(*arguments, self._under))
        _start(process)
        return process


def shimmed_daemon(config: Path, data: Path, under: Under) -> contextlib.AbstractContextManager[ShimmedDaemon]:
    """As `forked_daemon`."""
    return forked.ending(ShimmedDaemon(config, data, under))


def furnish_shimmed(config: Path, data: Path, under: Under) -> Tokens:
    """`furnish` as a process over the layer: the first start of a hall is recorded too."""
    told = data.with_name(f"{data.name}.tokens")
    process = _CONTEXT.Process(target=_furnish, args=(str(config), str(data), str(told), under))
    _start(process)
    process.join(FURNISHED_S)
    if process.is_alive():
        process.kill()
    assert process.exitcode == 0, f"furnishing ended with {process.exitcode}"
    return Tokens(**json.loads(told.read_text()))
