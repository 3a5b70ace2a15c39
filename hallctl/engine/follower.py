"""The rows follow the journal: what commands changed is written a second later, and much of it only once.

A command is durable with its records alone; what a start reads, and reports, and the answer for a retry are written
afterwards, together with the record up to which it is all true. So a crash leaves some seconds of records that a start
applies by itself. The shown state notes what changes in it: those notes and the answers are all that waits here.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Final

from hallctl.engine.hub import Hub
from hallctl.errors import StoreError
from hallctl.store import projection, request
from hallctl.store.database import Write
from hallctl.store.request import Request

FOLLOW_S: Final = 1.0
"""After the first change, or with the first piece: then in the first moment in which nothing else is on its way to the
disk."""

AT_LATEST_S: Final = 2 * FOLLOW_S
"""After the first change, whatever else is on its way."""

PIECE: Final = 24
"""Changed rows that are worth writing where nothing else is on its way: they take the writer a millisecond, so that a
command that comes meanwhile hardly waits."""

NOTES: Final = 1_000
"""Changed rows that wait, at most: they take the writer some ten milliseconds, and commands meanwhile wait for it."""


@dataclass(slots=True)
class Rows(Write):
    """The rows as of record `seq`."""

    seq: int


class Follower:
    """Lets the rows follow. `submit` hands to the writer, whose word comes by `settle`; `busy` tells whether a command
    is on its way to the disk."""

    def __init__(self, hub: Hub, submit: Callable[[list[Write]], None], busy: Callable[[], bool]) -> None:
        self._hub = hub
        self._submit = submit
        self._busy = busy
        self._seq = -1  # up to here they are true; unknown at first
        self._answered: list[Request] = []
        self._since: float | None = None
        self._due = False
        self._under_way: asyncio.Future[StoreError | None] | None = None
        self._paused = False

    def note(self, answered: Iterable[Request]) -> None:
        """These were answered; the state that is shown knows of them."""
        self._answered += answered

    def look(self) -> None:
        """Write if it is time for it; called after each publication."""
        noted = self._hub.state.noted
        if not (noted or self._answered) or self._paused or self._under_way is not None:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._since is None:
            self._since = now
            loop.call_later(FOLLOW_S, self._fall_due)
        late = len(noted) >= NOTES or now - self._since >= AT_LATEST_S
        worth = self._due or len(noted) >= PIECE
        if late or (worth and not self._busy()):
            with contextlib.suppress(StoreError):  # it is being told; what was noted is in the journal
                self._write()

    def _fall_due(self) -> None:
        self._due = self._since is not None
        self.look()

    def _write(self) -> asyncio.Future[StoreError | None]:
        """Hand over what is noted, unless that is being done; raises StoreError if writing is refused."""
        if self._paused:
            raise StoreError("store.unavailable", detail="the state is made anew")
        if self._under_way is None:
            state = self._hub.state
            self._paused = True  # if this breaks off, what was noted is nowhere else: no row may follow any more
            answered, self._answered = self._answered, []
            rows = chain(map(request.row, answered), projection.rows(state.take_noted(), state.seq))
            self._submit([Rows(rows, state.seq)])
            self._under_way = asyncio.get_running_loop().create_future()
            self._since, self._due, self._paused = None, False, False
        return self._under_way

    def settle(self, rows: Rows, error: StoreError | None) -> None:
        """The writer's word."""
        if error is None:
            self._seq = rows.seq
        if self._under_way is not None:
            self._under_way.set_result(error)
            self._under_way = None
        if error is None:
            self.look()

    def pause(self) -> None:
        """Something has failed: from now on the file stays as it is until the state was made anew from it. Else a row
        could be written that the new state has noted too."""
        self._paused = True

    def begin_anew(self, answered: list[Request]) -> None:
        """The state was made anew: it has noted what the rows do not tell, and `answered` is what they lack of answers.
        Not written before something else is: where a disk is full, trying again and again would only keep everybody
        from calling."""
        self._answered = answered
        self._seq, self._since, self._due, self._paused = -1, None, False, False

    async def settled(self) -> None:
        """Wait until nothing is on its way."""
        while self._under_way is not None:
            await asyncio.shield(self._under_way)

    async def caught_up(self) -> None:
        """Wait until the rows tell all that was answered so far; raises StoreError if they cannot."""
        await asyncio.sleep(0)  # what was answered in this turn is published in the next
        wanted = self._hub.state.seq
        while self._seq < wanted:
            error = await asyncio.shield(self._write())
            if error is not None:
                raise StoreError(error.code, detail=error.detail)
