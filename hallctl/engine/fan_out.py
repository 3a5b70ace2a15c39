"""Frames on their way to many: a slice in each turn of the loop, so that whoever asks something meanwhile is not kept
waiting by a thousand boards."""

import asyncio
import sys
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

SLICE: Final = 32
"""Subscribers written to in one turn of the loop, less than half a millisecond."""

PAUSE_S: Final = 0.001
"""Between two slices while a commit is under way: its thread and this one share the interpreter, and an answer is worth
more than a board's next line."""


class Subscriber(Protocol):
    """One connected client. `offer` takes a whole text frame, never blocks, never raises."""

    @property
    def role(self) -> str: ...

    @property
    def place(self) -> str | None: ...

    def offer(self, frame: bytes) -> None: ...


class FanOut:
    """Frames, each with those who are still to get it, in order. `on_empty` may send what has waited for the last one
    to be delivered; `busy` tells whether a commit is under way."""

    def __init__(self, on_empty: Callable[[], None], busy: Callable[[], bool]) -> None:
        self._on_empty = on_empty
        self._busy = busy
        self._outgoing: deque[tuple[bytes, list[Subscriber]]] = deque()
        self._scheduled = False

    @property
    def empty(self) -> bool:
        """Whether everybody has everything."""
        return not self._outgoing

    def send(self, frame: bytes, to: list[Subscriber]) -> None:
        """Offer the frame to all, in the turns to come."""
        if to:
            self._outgoing.append((frame, to))
            self._schedule()

    def flush(self) -> None:
        """Offer everything now: before a snapshot, which must not be followed by what it contains."""
        self._deliver(sys.maxsize)

    def _deliver(self, room: int) -> None:
        """Offer frames to as many subscribers as there is room for."""
        while self._outgoing and room > 0:
            frame, to = self._outgoing[0]
            now, rest = to[-room:], to[:-room]
            room -= len(now)
            if rest:
                self._outgoing[0] = (frame, rest)
            else:
                self._outgoing.popleft()
            for subscriber in now:
                subscriber.offer(frame)
            if not self._outgoing:
                self._on_empty()
        self._schedule()

    def _schedule(self) -> None:
        if not self._outgoing or self._scheduled:
            return
        self._scheduled = True
        loop = asyncio.get_running_loop()
        if self._busy():
            loop.call_later(PAUSE_S, self._next_slice)
        else:
            loop.call_soon(self._next_slice)

    def _next_slice(self) -> None:
        self._scheduled = False
        self._deliver(SLICE)
