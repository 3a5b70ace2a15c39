"""How one device's changes are told: to the hall, and in the log, quietly: one line down, one line up."""

import asyncio
import traceback
from collections.abc import Callable
from pathlib import PurePath

import structlog

from hallctl.clock import Clock
from hallctl.devices.health import Health, Report
from hallctl.devices.links import Sleep

log = structlog.get_logger(__name__)

OnState = Callable[[str, str, tuple[str, ...]], None]
"""Is called on the loop with the device's name, its state and its fault codes."""


class Teller:
    """Tells what the health of one device lets be told, at the moment at which it does."""

    def __init__(self, name: str, driver: str, health: Health, clock: Clock, sleep: Sleep, on_state: OnState) -> None:
        self.detail = ""  # what the last fault said, for the line in the log
        self._name = name
        self._driver = driver
        self._health = health
        self._clock = clock
        self._sleep = sleep
        self._on_state = on_state
        self._later: asyncio.Task[None] | None = None
        self._at = 0
        self._defect: dict[str, str] = {}
        self._garbled = False
        self._stopped = False

    def tell(self, planned: int = 0) -> None:
        """Tell a change now, or at the moment (ms) at which the health lets it be told; `planned` has come."""
        now = self._clock.now()
        due_ms = self._health.due_ms(now)
        if due_ms is None or self._stopped:
            return
        at = now + due_ms
        if due_ms == 0 or at <= planned:
            self._drop_later()
            self._say(self._health.tell(now))
        elif self._later is None or at < self._at:
            self._drop_later()
            self._at = at
            self._later = asyncio.create_task(self._tell_later(due_ms), name=f"device {self._name} state")

    def defect(self, error: Exception) -> None:
        """The driver has a defect; the same one is logged once until the device has been up."""
        where = _where(error)
        if where != self._defect:
            self._defect = where
            log.error("device.failed", device=self._name, driver=self._driver, **where)

    def opened(self) -> None:
        """A connection begins."""
        self._garbled = False

    def garbled(self, size: int) -> None:
        """So many bytes have come of which the driver understood none; logged once in a connection."""
        if not self._garbled:
            self._garbled = True
            log.warning("device.garbled", device=self._name, driver=self._driver, bytes=size)

    async def stop(self) -> None:
        """Nothing is told any more."""
        self._stopped = True
        later = self._later
        self._drop_later()
        if later is not None:
            await asyncio.wait({later})

    async def _tell_later(self, ms: int) -> None:
        await self._sleep(ms / 1000)
        self._later = None
        self.tell(planned=self._at)

    def _drop_later(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None

    def _say(self, report: Report) -> None:
        if report.line == "up":
            self._defect = {}
            log.info("device.up", device=self._name, driver=self._driver, state=report.state.value)
        elif report.line == "down":
            log.warning(
                "device.down", device=self._name, driver=self._driver, fault=report.faults[0], detail=self.detail
            )
        asyncio.get_running_loop().call_soon(self._on_state, self._name, report.state.value, report.faults)


def _where(error: BaseException) -> dict[str, str]:
    """Kind and place of a defect. Not its message, nor any value: it may hold what was read from a card."""
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    places = [f"{PurePath(code.co_filename).name}:{line} {code.co_name}" for code, line in frames[-5:]]
    return {"error": type(error).__name__, "at": " > ".join(places)}
