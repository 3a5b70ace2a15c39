"""What is measured: the daemon as it ships, in a process of its own on a prepared hall.

``python -m hallctl run`` on a free port of 127.0.0.1; its logs go to a file. The same without its disk, and with a
slower disk (see `hallctl.bench.shim`), differ in the program and the environment only.
"""

import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from hallctl.bench import child
from hallctl.bench.premises import Premises

READY_S: Final = 40.0
LOOK_S: Final = 0.005

CYCLE: Final = ("ticket.call", "ticket.start", "ticket.finish")
"""The presses of a clerk for one citizen, each a durable command."""


class Subject:
    """A running daemon. `waiting` people are in its queues, as its loads tell."""

    name = "hallctl"

    def __init__(
        self,
        premises: Premises,
        directory: Path,
        cpus: set[int],
        *,
        stored: bool = True,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Start it on a copy of the premises' data in `directory`, which is made; wait until it answers."""
        self.premises = premises
        self.directory = directory
        self.waiting = premises.waiting
        shutil.copytree(premises.data, directory)
        self._log = directory.with_name(f"{directory.name}.log")
        arguments = ["--config", str(premises.config), "--data", str(directory)]
        command = [sys.executable, "-m", "hallctl", "run", *arguments]
        if not stored:
            command = [sys.executable, "-m", "hallctl.bench.unstored", str(premises.config), str(directory)]
        with self._log.open("wb") as log:
            self.process = child.Process(command, cpus, {"HALLCTL_LOG": "warning", **(env or {})}, log)
        try:
            self.port = self._ready()
        except BaseException:
            self.process.end()
            raise

    def _ready(self) -> int:
        until = time.monotonic() + READY_S
        address = self.directory / "console.address"
        while not address.exists():
            if self.process.popen.poll() is not None or time.monotonic() > until:
                raise child.BenchError(f"the daemon does not start: {self.log()}")
            time.sleep(LOOK_S)
        return int(address.read_text(encoding="utf-8").rpartition(":")[2])

    def log(self) -> str:
        """The end of what it has written."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def __enter__(self) -> "Subject":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.end()

    def windows(self, count: int, subscribe: bool = False, role: str = "device") -> list[dict[str, Any]]:
        """Places for `hallctl.bench.load`: call pads (or clerks, role ``window``) that call, start and finish."""
        return [
            {
                "role": role,
                "token": self.premises.tokens["clerk" if role == "window" else f"device {window}"],
                "place": window,
                "subscribe": subscribe,
                "cycle": [[method, {}] for method in CYCLE],
            }
            for window in self.premises.windows[:count]
        ]

    def kiosks(self, count: int, services: int = 1) -> list[dict[str, Any]]:
        """Places that take numbers: so many kiosks, each for `services` of the hall in turn."""
        cycle = [["ticket.take", {"service": service, "paperless": True}] for service in self.premises.services]
        return [
            {
                "role": "kiosk",
                "token": self.premises.tokens[f"kiosk {kiosk}"],
                "place": kiosk,
                "cycle": cycle[:services],
            }
            for kiosk in self.premises.kiosks[:count]
        ]

    def desks(self, count: int) -> list[dict[str, Any]]:
        """Places that take numbers for every window's people in turn, as the guides do by hand."""
        cycle = [
            ["ticket.take", {"service": service, "paperless": True, "reason": "导办"}]
            for service in self.premises.wanted
        ]
        return [{"role": "admin", "token": self.premises.tokens["admin"], "cycle": cycle} for _ in range(count)]

    def boards(self, count: int, stuck: bool = False) -> list[dict[str, Any]]:
        """Readers for `hallctl.bench.boards`."""
        return [
            {"speech": "hall", "role": "board", "token": self.premises.tokens["board"], "count": count, "stuck": stuck}
        ]
