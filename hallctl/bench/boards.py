"""The readers: one process that holds many boards and notes when each frame came, ``python -m hallctl.bench.boards``.

They are a process of their own so that reading a thousand frames does not delay the clock of an answer. The moment of
a frame is taken right after the receive that completed it (CLOCK_MONOTONIC). Jobs: ``open``, ``collect``, ``close``.
"""

import select
import socket
import time
from array import array
from dataclasses import dataclass, field
from typing import Any, Final

from hallctl.bench import child, wire

READ: Final = 1 << 17

STUCK_BUFFER: Final = 4096
"""SO_RCVBUF of a client that stops reading: its kernel shall not read much for it."""


@dataclass(slots=True)
class Seen:
    """A frame that tells the events `first` to `last`, and when it came to each board that got it."""

    first: int
    last: int
    size: int
    at: "array[int]" = field(default_factory=lambda: array("q"))


@dataclass(slots=True)
class Board:
    """One reader; `seq` is the last event it was told of."""

    line: socket.socket
    seq: int
    frames: wire.Frames
    whole: bool = True
    """No byte of an unfinished frame is kept: what comes next may be taken as it is."""


class Boards:
    """All readers of the process."""

    def __init__(self) -> None:
        self._boards: dict[int, Board] = {}
        self._stuck: list[socket.socket] = []
        self._poll = select.epoll()
        self._seen: dict[bytes, Seen] = {}
        self._gaps = 0
        self._snapshots = 0
        self._closed = 0
        self._orders = child.Orders({"open": self.open, "collect": self.collect, "close": self.close})

    def open(self, port: int, clients: list[dict[str, Any]]) -> dict[str, Any]:
        """Connect. A client is ``{"count": n, "speech": "hall" | "plain" | "raw", "role", "token", "place", "stuck"}``:
        a hall's subscriber, a websocket at ``/board``, or a bare socket."""
        for client in clients:
            for _ in range(client["count"]):
                stuck = bool(client.get("stuck"))
                board = _connected(port, client, STUCK_BUFFER if stuck else 0)
                if stuck:
                    self._stuck.append(board.line)
                    continue
                board.line.setblocking(False)
                self._boards[board.line.fileno()] = board
                self._poll.register(board.line, select.EPOLLIN)
        return {"reading": len(self._boards), "stuck": len(self._stuck)}

    def close(self) -> int:
        """Hang up."""
        for board in self._boards.values():
            self._poll.unregister(board.line)
            board.line.close()
        for line in self._stuck:
            line.close()
        self._boards.clear()
        self._stuck.clear()
        self._seen.clear()
        return 0

    def collect(self, to: int, wait_s: float = 5.0, into: str = "") -> dict[str, Any]:
        """What was seen since the last time, once every reader has seen event `to` (or `wait_s` have passed).

        ``frames``: [first event, last event, readers, first_ns, last_ns, bytes] each; with `into`, the moments of all
        readers are written there, as native 64-bit integers in the order of the frames. ``behind`` readers have not
        seen `to`; ``gaps`` counts frames that did not follow, ``snapshots`` readers that were skipped, ``closed``
        those lost.
        """
        until = time.monotonic() + wait_s
        while any(board.seq < to for board in self._boards.values()) and time.monotonic() < until:
            self.turn(0.05)
        seen = sorted(self._seen.values(), key=lambda frame: (frame.first, frame.last))
        if into:
            with open(into, "wb") as file:  # noqa: PTH123 - array writes to an open file
                for frame in seen:
                    frame.at.tofile(file)
        told = {
            "frames": [[f.first, f.last, len(f.at), min(f.at), max(f.at), f.size] for f in seen],
            "behind": sum(board.seq < to for board in self._boards.values()),
            "gaps": self._gaps,
            "snapshots": self._snapshots,
            "closed": self._closed,
        }
        self._seen = {}
        self._gaps = self._snapshots = self._closed = 0
        return told

    def turn(self, wait_s: float) -> bool:
        """Read what has come; False once the bench is gone."""
        for descriptor, _event in self._poll.poll(wait_s):
            if descriptor == child.STDIN:
                if not self._orders.read():
                    return False
            elif descriptor in self._boards:
                self._read(self._boards[descriptor])
        return True

    def run(self) -> None:
        """Read and do jobs until the input ends."""
        self._poll.register(child.STDIN, select.EPOLLIN)
        while self.turn(-1):
            pass

    def _read(self, board: Board) -> None:
        try:
            data = board.line.recv(READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        now = time.monotonic_ns()
        if not data:
            self._lost(board)
            return
        known = self._seen.get(data) if board.whole else None
        if known is not None:  # nearly always: one whole frame, the same for all
            self._note(board, known, now)
            return
        try:
            messages = board.frames.feed(data)
            board.whole = board.frames.empty
            for text in wire.texts_of(board.line, messages):
                self._told(board, text, now)
        except wire.WireError:
            self._lost(board)

    def _told(self, board: Board, text: bytes, now: int) -> None:
        if b'"hall.snapshot"' in text[:64]:
            self._snapshots += 1
            board.seq = max(board.seq, _number(text, b'"seq":'))
            return
        if b'"from":' not in text[:96]:  # a caption, or that the hall stops
            return
        key = wire.server_frame(text)
        frame = self._seen.get(key)
        if frame is None:
            frame = self._seen[key] = Seen(_number(text, b'"from":'), _number(text, b'"to":'), len(key))
        self._note(board, frame, now)

    def _note(self, board: Board, frame: Seen, now: int) -> None:
        frame.at.append(now)
        if frame.first != board.seq + 1 and board.seq:
            self._gaps += 1
        board.seq = frame.last

    def _lost(self, board: Board) -> None:
        self._closed += 1
        self._poll.unregister(board.line)
        del self._boards[board.line.fileno()]
        board.line.close()


def _number(text: bytes, key: bytes) -> int:
    at = text.index(key) + len(key)
    end = at
    while text[end : end + 1].isdigit():
        end += 1
    return int(text[at:end])


def _connected(port: int, client: dict[str, Any], buffer: int) -> Board:
    """A connection that will be told; its `seq` is 0 where it begins with the next event."""
    if client["speech"] == "raw":
        return Board(wire.connect(port, buffer), 0, wire.Frames())
    if client["speech"] == "plain":
        return Board(wire.connect_websocket(port, "/board", buffer), 0, wire.Frames())
    place = client.get("place")
    line, frames, seq = wire.enter(port, client["role"], client["token"], place, True, buffer)
    return Board(line, seq, frames, frames.empty)


if __name__ == "__main__":
    Boards().run()
