"""Which clerks' pages are connected: a window whose clerk has lost the page pauses after a while (C11).

Only a page that was there can be lost. A window that is worked by a call pad alone, or by another program over HTTP,
never had one and is left alone; so is one at which something was done after its page had gone. After a start of the
daemon nobody is missed before a page has come again, and its time begins anew. The window's ticket stays with it.
"""

import asyncio
from collections.abc import Callable, Hashable
from typing import Final, NamedTuple, Protocol

import structlog

from hallctl.domain.commands import PauseWindow
from hallctl.domain.model import Desk
from hallctl.engine.hall import Hall
from hallctl.engine.tasks import Tasks
from hallctl.errors import Refusal, StoreError

log = structlog.get_logger()

PAGE_LOST: Final = "工作人员暂离"
"""The reason that people read at the window; that it was the page, the journal's actor tells."""

ACTOR: Final = "presence"


class Seat(NamedTuple):
    """A clerk at a window."""

    window: str
    clerk: str


class Alarm(Protocol):
    """A call that is due later."""

    def cancel(self) -> None: ...


CallLater = Callable[[float, Callable[[], None]], Alarm]
"""Calls back after so many seconds."""


def call_later(seconds: float, call: Callable[[], None]) -> Alarm:
    """By the loop's clock, which no setting of the wall clock moves (O08)."""
    return asyncio.get_running_loop().call_later(seconds, call)


class Presence:
    """Counts the pages of each seat; `call_later` is the clock."""

    def __init__(self, hall: Hall, call_later: CallLater = call_later) -> None:
        self._hall = hall
        self._call_later = call_later
        self._tasks = Tasks("presence")
        self._pages: dict[Hashable, Seat] = {}
        self._lost: dict[Seat, Alarm] = {}
        self._stopped = False

    def came(self, page: Hashable, window: str, clerk: str) -> None:
        """The page (whatever stands for its connection) is the clerk's at the window from now on."""
        self.went(page)
        seat = Seat(window, clerk)
        self._pages[page] = seat
        lost = self._lost.pop(seat, None)
        if lost is not None:
            lost.cancel()

    def went(self, page: Hashable) -> None:
        """The page's connection has ended, or is somebody else's now; nothing happens for one that never came."""
        seat = self._pages.pop(page, None)
        seconds = self._hall.state.layout.client_lost_s
        if seat is None or self._stopped or seconds == 0 or seat in self._pages.values() or not self._works(seat):
            return
        since = self._hall.state.window(seat.window).since
        self._lost[seat] = self._call_later(seconds, lambda: self._missed(seat, since))

    async def stop(self) -> None:
        """Nobody is missed any more: the daemon sends all pages away."""
        self._stopped = True
        for alarm in self._lost.values():
            alarm.cancel()
        self._lost.clear()
        await self._tasks.stop()

    def _works(self, seat: Seat) -> bool:
        """Whether the window is open, and the clerk's."""
        window = self._hall.state.window(seat.window)
        return window.state is Desk.OPEN and window.clerk == seat.clerk

    def _missed(self, seat: Seat, since: int) -> None:
        del self._lost[seat]
        if self._works(seat) and self._hall.state.window(seat.window).since == since:
            self._tasks.start(self._pause(seat))

    async def _pause(self, seat: Seat) -> None:
        try:
            answer = await self._hall.execute(PauseWindow(seat.window, PAGE_LOST), ACTOR)
        except StoreError as error:
            log.error("pause.lost", window=seat.window, code=error.code)
            return
        if isinstance(answer, Refusal):
            log.info("pause.refused", window=seat.window, code=answer.code)
        else:
            log.warning("page.lost", window=seat.window, clerk=seat.clerk)
