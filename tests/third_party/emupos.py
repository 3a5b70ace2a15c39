"""emupos as the device at the other end of the wire, in a process of its own, told to by its control API.

Two printers (TCP, pty) and two code readers (pty; keyboard, whose keys it only tells). Nothing here knows ESC/POS:
what the driver sent is judged by what emupos says it has understood.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import websockets

from tests.devices.fakes import eventually
from tests.third_party.emupos_venv import PROGRAM

START_S = 40.0
"""It starts within two seconds; within this also on a machine that is very busy."""

FAULTS = ("paper-out", "paper-near-end", "cover-open", "offline")

_CONFIG = """\
schema: 1
api: {{ host: 127.0.0.1, port: {api} }}
devices:
  - {{ id: network, type: printer, profile: epson-tm-t20iii, connections: [{{ tcp: {{ port: {printer} }} }}] }}
  - {{ id: line, type: printer, profile: xprinter-xp80t, connections: [{{ serial: {{ pty: true }} }}] }}
  - {{ id: reader, type: scanner, mode: serial, suffix: enter, connections: [{{ serial: {{ pty: true }} }}] }}
  - {{ id: wedge, type: scanner, mode: keyboard, typed_by: client, suffix: enter }}
"""


@dataclass(frozen=True)
class Places:
    """Where the control API and the devices of a running emupos are."""

    api: str
    tcp: str
    line: str
    reader: str


class Emupos:
    """A running emupos, asked through `client`."""

    def __init__(self, places: Places, client: httpx.AsyncClient) -> None:
        self.tcp, self.line, self.reader = places.tcp, places.line, places.reader
        self._events = f"ws://{places.api}/api/v1/events"
        self._client = client

    def url(self, printer: str) -> str:
        """The link of a printer; the pty has its profile's 9600 8N1."""
        return self.tcp if printer == "network" else f"serial://{self.line}?baud=9600"

    async def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        answer = await self._client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer

    async def fault(self, printer: str, fault: str, *, active: bool = True) -> None:
        await self.ask("PUT" if active else "DELETE", f"/devices/{printer}/faults/{fault}")

    async def well(self) -> None:
        """No faults anywhere."""
        for device in (await self.ask("GET", "/devices")).json():
            for fault in device["state"].get("faults", []):
                await self.fault(device["id"], fault, active=False)

    async def receipts(self, printer: str) -> list[dict[str, Any]]:
        """What has been printed, newest first."""
        found: list[dict[str, Any]] = (await self.ask("GET", f"/devices/{printer}/receipts")).json()
        return found

    @asynccontextmanager
    async def watched(self) -> AsyncIterator["Events"]:
        """What it tells meanwhile."""
        async with websockets.connect(self._events) as connection:
            events = Events()
            reading = asyncio.create_task(events.read(connection))
            try:
                yield events
            finally:
                reading.cancel()
                await asyncio.wait({reading})


@dataclass
class Events:
    """What emupos has told, oldest first."""

    told: list[dict[str, Any]] = field(default_factory=list)

    async def read(self, connection: websockets.ClientConnection) -> None:
        async for message in connection:
            self.told.append(json.loads(message))

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The data of the events of one kind."""
        return [event["data"] for event in self.told if event["type"] == kind]

    async def next(self, kind: str, count: int = 1) -> dict[str, Any]:
        """The `count`-th of its kind, awaited."""
        await eventually(lambda: len(self.of(kind)) >= count, f"{count} × {kind}")
        return self.of(kind)[count - 1]


@contextmanager
def running(folder: Path) -> Iterator[Places]:
    """emupos, from when it answers until it has ended. A port that is taken between choice and use is chosen anew."""
    for attempt in range(3):
        api, printer = _free_port(), _free_port()
        (folder / "emupos.yaml").write_text(_CONFIG.format(api=api, printer=printer), encoding="ascii")
        places = Places(
            f"127.0.0.1:{api}",
            f"tcp://127.0.0.1:{printer}",
            f"{folder}/emupos/line",
            f"serial://{folder}/emupos/reader?baud=9600",
        )
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                [PROGRAM, "run"],
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            )
        try:
            if _answers(places, process):
                yield places
                return
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        assert attempt < 2, (folder / "output").read_text(encoding="utf-8")


def _answers(places: Places, process: "subprocess.Popen[bytes]") -> bool:
    """Wait until it answers; False when it has ended instead."""
    until = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(f"http://{places.api}/api/v1/health", timeout=5).is_success:
                return True
        except httpx.TransportError:
            time.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
