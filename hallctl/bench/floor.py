"""The floors: what the disk and the wire take at least, measured at the load's own pacing.

``python -m hallctl.bench.floor`` is a process that measures, in the data directory and on loopback: an append of 200
bytes with fdatasync, the same into blocks that exist already, a round trip over TCP with the sizes of a press and its
answer, and one frame sent to K sockets by a plain loop. A disk or processor that rests between two events answers
slower than a busy one, so a floor is taken with the pauses of the load that it is held against. Jobs: ``serve``,
``measure``, ``listen``, ``accept``, ``fan``.

All that a server does is done on the servers' processor by the process that answers, the append too: the disk's
interrupt goes to one processor, and who waits for it on another is woken by that one, which takes longer where both
rest. What the same append takes on the load's side is told beside it.
"""

import contextlib
import os
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, TypeVar

from hallctl.bench import child, wire
from hallctl.bench.spread import percentile

T = TypeVar("T")

RECORD: Final = bytes(200)
"""What is appended: about the bytes of an event."""

REQUEST_BYTES: Final = 130
ANSWER_BYTES: Final = 420
"""Bytes of a press and of its answer on the wire, frames included; the floor's ping-pong has the same."""

TOLD: Final = struct.Struct("<d")
"""An answer begins with the seconds that the flush took, 0 for none."""

PING: Final = b"p"
APPEND: Final = b"a"
PREALLOCATED: Final = b"b"
"""What a request begins with: what is to be done before it is answered."""

Flushes = dict[bytes, Callable[[], float]]
"""What is done for a request, by its first byte; each tells its seconds."""

BLOCKS: Final = 4 * 1024 * 1024
"""Bytes written beforehand for the flush without a new block."""


@dataclass(kw_only=True)
class Floor:
    """Seconds of each try. The ratios divide by the medians of `append` and `round_trip`; the others are told only:
    `durable`, an append within its round trip, and `aside`, an append on the load's side."""

    append: list[float] = field(default_factory=list)
    durable: list[float] = field(default_factory=list)
    preallocated: list[float] = field(default_factory=list)
    aside: list[float] = field(default_factory=list)
    round_trip: list[float] = field(default_factory=list)

    @property
    def flush_s(self) -> float:
        """Median of append + fdatasync."""
        return percentile(self.append, 50)

    @property
    def answer_s(self) -> float:
        """The floor of an answer: one durable append and one round trip."""
        return self.flush_s + percentile(self.round_trip, 50)

    def __add__(self, other: "Floor") -> "Floor":
        return Floor(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    def absolute(self) -> dict[str, float]:
        """For a figure's `absolute`."""
        return {
            "flush_p50_ms": self.flush_s * 1000,
            "flush_p99_ms": percentile(self.append, 99) * 1000,
            "durable_p50_ms": percentile(self.durable, 50) * 1000,
            "preallocated_p50_ms": percentile(self.preallocated, 50) * 1000,
            "flush_aside_p50_ms": percentile(self.aside, 50) * 1000,
            "round_trip_p50_ms": percentile(self.round_trip, 50) * 1000,
        }


@dataclass
class Fan:
    """A raw fan-out: seconds from the first send to the last socket's whole frame, and CPU seconds of the sender."""

    last_s: list[float]
    cpu_s: float


# ------------------------------------------------------------ the process that measures


class Meter:
    """What the process holds open between jobs."""

    def __init__(self) -> None:
        self._server: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._fan: list[socket.socket] = []
        self._seq = 0

    def serve(self, directory: str) -> int:
        """Answer requests on a port of 127.0.0.1, in a thread, until the process ends; the port. What is flushed
        before an answer is in files in `directory`, which stay."""
        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=_serve, args=(listener, Path(directory)), daemon=True).start()
        return int(listener.getsockname()[1])

    def measure(self, directory: str, port: int, interval_s: float, count: int) -> dict[str, list[float]]:
        """`count` pings to the server at `port`, then as many appends with fdatasync by it; then a quarter as many of
        its flushes into existing blocks, and of appends by this process in `directory`. One every `interval_s`, or
        back to back without. `durable` is how long the requests for an append took as a whole."""
        if self._server is None:
            self._server = wire.connect(port)
        server, few = self._server, max(2, count // 4)
        with (Path(directory) / "floor.aside").open("ab", buffering=0) as aside:
            pings = _series(lambda: _ask(server, PING), interval_s, count)
            appends = _series(lambda: _ask(server, APPEND), interval_s, count)
            others = _series(lambda: _ask(server, PREALLOCATED), interval_s, few)
            near = _series(lambda: _flush(aside.fileno()), interval_s, few)
        return {
            "round_trip": [took for took, _flush in pings],
            "append": [flush for _took, flush in appends],
            "durable": [took for took, _flush in appends],
            "preallocated": [flush for _took, flush in others],
            "aside": near,
        }

    def listen(self) -> int:
        """Open a port for the readers of a fan-out."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        return int(self._listener.getsockname()[1])

    def accept(self, count: int) -> int:
        """Take `count` readers in; they have connected already."""
        assert self._listener is not None  # noqa: S101 - `listen` comes first
        self._listener.settimeout(wire.CONNECT_S)
        while len(self._fan) < count:
            line, _address = self._listener.accept()
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.setblocking(False)
            self._fan.append(line)
        return len(self._fan)

    def fan(self, size: int, interval_s: float, count: int) -> dict[str, Any]:
        """Send a frame of `size` bytes to all readers, `count` times; [number, sent_ns] each, and the CPU seconds."""
        frames = _series(lambda: self._send(size), interval_s, count)
        return {"sent": [sent for sent, _cpu_s in frames], "cpu_s": sum(cpu_s for _sent, cpu_s in frames)}

    def _send(self, size: int) -> tuple[list[int], float]:
        """A frame to all readers: [number, sent_ns], and the CPU seconds."""
        self._seq += 1
        frame = _padded(self._seq, size)
        began_cpu = time.thread_time()
        sent = [self._seq, time.monotonic_ns()]
        for line in self._fan:
            line.send(frame)
        return sent, time.thread_time() - began_cpu


def _serve(listener: socket.socket, directory: Path) -> None:
    line, _address = listener.accept()
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    rest = bytes(ANSWER_BYTES - TOLD.size)
    with _files(directory) as flushes:
        while request := _received(line, REQUEST_BYTES):
            line.sendall(TOLD.pack(flushes[request[:1]]()) + rest)


@contextlib.contextmanager
def _files(directory: Path) -> Iterator[Flushes]:
    """A file that grows, and one whose blocks exist."""
    with (
        (directory / "floor.append").open("ab", buffering=0) as growing,
        (directory / "floor.blocks").open("wb", buffering=0) as existing,
    ):
        existing.write(bytes(BLOCKS))
        os.fsync(existing.fileno())
        existing.seek(0)

        def again() -> float:
            if existing.tell() + len(RECORD) > BLOCKS:
                existing.seek(0)
            return _flush(existing.fileno())

        yield {PING: lambda: 0.0, APPEND: lambda: _flush(growing.fileno()), PREALLOCATED: again}


def _ask(line: socket.socket, what: bytes) -> tuple[float, float]:
    """Seconds until the answer was there, and those that the flush took."""
    request = what.ljust(REQUEST_BYTES)
    began = time.perf_counter()
    line.sendall(request)
    answer = _received(line, ANSWER_BYTES)
    took = time.perf_counter() - began
    if not answer:
        raise wire.WireError("the server has ended")
    return took, TOLD.unpack_from(answer)[0]


def _received(line: socket.socket, size: int) -> bytes:
    """So many bytes, or none if the other side has hung up."""
    data = b""
    while len(data) < size:
        more = line.recv(size - len(data))
        if not more:
            return b""
        data += more
    return data


def _flush(descriptor: int) -> float:
    began = time.perf_counter()
    os.write(descriptor, RECORD)
    os.fdatasync(descriptor)
    return time.perf_counter() - began


def _series(one: Callable[[], T], interval_s: float, count: int) -> list[T]:
    found = []
    due = time.monotonic()
    for _ in range(count):
        due += interval_s
        time.sleep(max(0.0, due - time.monotonic()))
        found.append(one())
    return found


def _padded(seq: int, size: int) -> bytes:
    """A frame that a reader takes for event `seq`, `size` bytes with its head."""
    text = f'{{"jsonrpc":"2.0","method":"hall.events","params":{{"from":{seq},"to":{seq},"pad":"'.encode()
    return wire.server_frame(text + b"x" * max(0, size - len(text) - 7) + b'"}}')


def look(directory: Path, interval_s: float, count: int) -> Floor:
    """One look at the floor in `directory`, with processes of its own; nothing stays."""
    servers, loads = child.processors()
    with (
        tempfile.TemporaryDirectory(prefix="hallctl-floor-", dir=directory) as folder,
        child.Child("floor", servers) as far,
        child.Child("floor", loads) as near,
    ):
        port = int(far.ask("serve", directory=folder))
        return Floor(**near.ask("measure", directory=folder, port=port, interval_s=interval_s, count=count))


def main() -> None:
    """Do jobs until the input ends."""
    meter = Meter()
    child.serve(
        {
            "serve": meter.serve,
            "measure": meter.measure,
            "listen": meter.listen,
            "accept": meter.accept,
            "fan": meter.fan,
        }
    )


if __name__ == "__main__":
    main()
