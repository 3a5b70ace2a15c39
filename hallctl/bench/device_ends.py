"""The other ends of a printer's and a strip bus's lines: TCP ports of the bench that note when bytes came.

Not emulators: they answer what a driver needs to go on, and know nothing of what is printed or shown. Each has a thread
that waits in `recv`; moments are of perf_counter.
"""

import socket
import threading
import time
from types import TracebackType
from typing import Final, Self

from hallctl.bench.child import BenchError

READ: Final = 1 << 16
WAIT_S: Final = 10.0

STATUS: Final = b"\x10\x04"
"""DLE EOT: a request for one of four statuses follows with its number (ESC/POS)."""

STATUS_WELL: Final = b"\x12"
"""The answer of a printer that has paper and no fault: only the two bits that are always set."""

PAPER: Final = b"\x1d\x72\x01"
"""GS r 1, which is answered when everything before it is on paper; 0 says that there is paper."""

PAPER_WELL: Final = b"\x00"

STRIP: Final = b"\xa0\x90"
"""A frame of the strip protocol begins so; the address follows."""


class End:
    """A listening port; what comes is kept as (moment, bytes) of each receive."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._came = threading.Condition()
        self._chunks: list[tuple[float, bytes]] = []
        self._line: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for line in (self._listener, self._line):
            if line is not None:
                _hang_up(line)
        self._thread.join(WAIT_S)

    @property
    def link(self) -> str:
        """For the config."""
        return f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    def forget(self) -> None:
        """What came before counts no more."""
        with self._came:
            self._chunks.clear()

    def first(self) -> float:
        """The moment of the first bytes of work since `forget`; BenchError if none come."""
        with self._came:
            if not self._came.wait_for(lambda: any(self.counts(data) for _at, data in self._chunks), WAIT_S):
                raise BenchError("no byte reached the device")
            return next(at for at, data in self._chunks if self.counts(data))

    def until(self, quiet_s: float) -> None:
        """Wait until nothing has come for so long."""
        with self._came:
            until = time.monotonic() + WAIT_S
            while self._came.wait(quiet_s) and time.monotonic() < until:
                pass

    def counts(self, data: bytes) -> bool:
        """Whether the bytes are work; all are."""
        return bool(data)

    def answer(self, _data: bytes) -> bytes:
        """What is answered to the bytes; nothing."""
        return b""

    def _run(self) -> None:
        while True:
            try:
                self._line, _address = self._listener.accept()
                with self._line as line:
                    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._serve(line)
            except OSError:  # the bench hangs up, or the daemon has: it then comes again
                if self._listener.fileno() < 0:
                    return

    def _serve(self, line: socket.socket) -> None:
        while data := line.recv(READ):
            at = time.perf_counter()
            answer = self.answer(data)
            if answer:
                line.sendall(answer)
            with self._came:
                self._chunks.append((at, data))
                self._came.notify_all()


class PrinterEnd(End):
    """A printer that is always well. The driver asks and waits, so a question is the end of what has come."""

    def counts(self, data: bytes) -> bool:
        """A slip, not a look at the status."""
        return not (data[:2] == STATUS and len(data) == len(STATUS) + 1)

    def answer(self, data: bytes) -> bytes:
        """To DLE EOT and to GS r."""
        if data[-3:-1] == STATUS:
            return STATUS_WELL
        return PAPER_WELL if data.endswith(PAPER) else b""

    def printed(self) -> None:
        """Wait for the end of the slip: the driver has asked for its proof."""
        with self._came:
            if not self._came.wait_for(lambda: any(data.endswith(PAPER) for _at, data in self._chunks), WAIT_S):
                raise BenchError("the slip does not end")


class StripEnd(End):
    """The strips of a bus, which say nothing."""

    def counts(self, data: bytes) -> bool:
        """A frame to any strip."""
        return STRIP in data


def _hang_up(line: socket.socket) -> None:
    """Close it and wake up who waits in it."""
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it was not connected
    finally:
        line.close()
