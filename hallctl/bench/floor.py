"""The floors: what the disk and the wire take at least, measured at the load's own pacing.

``python -m hallctl.bench.floor`` is a process that measures, in the data directory and on loopback: an append of 200
bytes with fdatasync, the same into blocks that exist already, a round trip over TCP with the sizes of a press and its
answer, and one frame sent to K sockets by a plain loop. A disk or processor that rests between two events answers
slower than a busy one, so a floor is taken with the pauses of the load that it is held against. Jobs: ``echo``,
``measure``, ``listen``, ``accept``, ``fan``.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from hallctl.bench import child, wire
from hallctl.bench.spread import percentile

RECORD: Final = bytes(200)
"""What is appended: about the bytes of an event."""

REQUEST_BYTES: Final = 130
ANSWER_BYTES: Final = 420
"""Bytes of a press and of its answer on the wire, frames included; the floor's ping-pong has the same."""

Tries = dict[str, Callable[[], float]]
"""What is measured, by name; each takes a try and tells its seconds."""

BLOCKS: Final = 4 * 1024 * 1024
"""Bytes written beforehand for the flush without a new block."""


@dataclass
class Floor:
    """Seconds of each try. The ratios divide by the medians."""

    append: list[float] = field(default_factory=list)
    preallocated: list[float] = field(default_factory=list)
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
        return Floor(
            self.append + other.append, self.preallocated + other.preallocated, self.round_trip + other.round_trip
        )

    def absolute(self) -> dict[str, float]:
        """For a figure's `absolute`."""
        return {
            "flush_p50_ms": self.flush_s * 1000,
            "flush_p99_ms": percentile(self.append, 99) * 1000,
            "preallocated_p50_ms": percentile(self.preallocated, 50) * 1000,
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
        self._pong: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._fan: list[socket.socket] = []
        self._seq = 0

    def echo(self) -> int:
        """Answer pings on a port of 127.0.0.1, in a thread, until the process ends; the port."""
        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=_echo, args=(listener,), daemon=True).start()
        return int(listener.getsockname()[1])

    def measure(self, directory: str, port: int, interval_s: float, count: int) -> dict[str, list[float]]:
        """`count` times, every `interval_s`: a ping to the echo at `port` and an append with fdatasync; then, a quarter
        as often, a flush into existing blocks. Without an interval each is repeated back to back."""
        if self._pong is None:
            self._pong = wire.connect(port)
        appended, existing = Path(directory) / "floor.append", Path(directory) / "floor.blocks"
        first = os.open(appended, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        second = os.open(existing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(second, bytes(BLOCKS))
            os.fsync(second)
            os.lseek(second, 0, os.SEEK_SET)
            tries: Tries = {
                "round_trip": lambda: _ping(self._pong),
                "append": lambda: _flush(first),
                "preallocated": lambda: _flush(second),
            }
            if interval_s == 0:
                return {name: [one() for _ in range(count)] for name, one in tries.items()}
            existing_blocks = {"preallocated": tries.pop("preallocated")}
            return _in_turn(tries, interval_s, count) | _in_turn(existing_blocks, interval_s, max(2, count // 4))
        finally:
            for descriptor, path in ((first, appended), (second, existing)):
                os.close(descriptor)
                path.unlink()

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
        sent = []
        cpu = 0.0
        due = time.monotonic()
        for _ in range(count):
            due += interval_s
            time.sleep(max(0.0, due - time.monotonic()))
            self._seq += 1
            frame = _padded(self._seq, size)
            began_cpu = time.thread_time()
            sent.append([self._seq, time.monotonic_ns()])
            for line in self._fan:
                line.send(frame)
            cpu += time.thread_time() - began_cpu
        return {"sent": sent, "cpu_s": cpu}


def _echo(listener: socket.socket) -> None:
    line, _address = listener.accept()
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    answer = bytes(ANSWER_BYTES)
    while _received(line, REQUEST_BYTES):
        line.sendall(answer)


def _ping(line: socket.socket | None) -> float:
    assert line is not None  # noqa: S101 - connected before the first ping
    request = bytes(REQUEST_BYTES)
    began = time.perf_counter()
    line.sendall(request)
    if not _received(line, ANSWER_BYTES):
        raise wire.WireError("the echo has ended")
    return time.perf_counter() - began


def _received(line: socket.socket, size: int) -> bool:
    while size > 0:
        data = line.recv(size)
        if not data:
            return False
        size -= len(data)
    return True


def _flush(descriptor: int) -> float:
    began = time.perf_counter()
    os.write(descriptor, RECORD)
    os.fdatasync(descriptor)
    return time.perf_counter() - began


def _in_turn(tries: Tries, interval_s: float, count: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in tries}
    due = time.monotonic()
    for _ in range(count):
        due += interval_s
        time.sleep(max(0.0, due - time.monotonic()))
        for name, one in tries.items():
            found[name].append(one())
    return found


def _padded(seq: int, size: int) -> bytes:
    """A frame that a reader takes for event `seq`, `size` bytes with its head."""
    text = f'{{"jsonrpc":"2.0","method":"hall.events","params":{{"from":{seq},"to":{seq},"pad":"'.encode()
    return wire.server_frame(text + b"x" * max(0, size - len(text) - 7) + b'"}}')


def look(directory: Path, interval_s: float, count: int) -> Floor:
    """One look at the floor in `directory`, with processes of its own."""
    servers, loads = child.processors()
    with child.Child("floor", servers) as far, child.Child("floor", loads) as near:
        port = int(far.ask("echo"))
        return Floor(**near.ask("measure", directory=str(directory), port=port, interval_s=interval_s, count=count))


def main() -> None:
    """Do jobs until the input ends."""
    meter = Meter()
    child.serve(
        {
            "echo": meter.echo,
            "measure": meter.measure,
            "listen": meter.listen,
            "accept": meter.accept,
            "fan": meter.fan,
        }
    )


if __name__ == "__main__":
    main()
