"""The state of one device's link: a pure machine. `now` (ms) and a jitter number are passed in, nothing is awaited.

::

    unknown ── connecting() ──► connecting ── opened() ──► degraded ◄──► ready      (heard(), faults())
                                    │                         │            │
                                    └── failed() ─► offline ◄─┴── lost(), failed()

A link that is up is ready only when the device has answered and reports no fault; until it answers it is degraded with
``device.silent``, and with ``device.unproven`` where its driver says that nothing can be known of it. While offline,
further attempts are not shown. A change is told at once, but never twice in a second: what comes sooner is told when
the second is over, if it still differs.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HOLD_MS: Final = 1_000
"""A state that was told stays for so long, and a device has so long to answer after its link has opened."""

STEADY_MS: Final = 10_000
"""A connection that lasted so long was a good one: the waits begin anew after it, whatever has ended it."""

SHORTEST_S: Final = 1.0
LONGEST_S: Final = 30.0
GROWTH: Final = 1.5
"""Each failure in a row makes the wait longer by this. Slow growth: what was pulled is mostly plugged in again soon."""

PERMANENT_S: Final = 60.0
"""The wait after a wrong identity or a fault that needs a person."""

MOST_DETAIL: Final = 200
"""Characters that are kept of what a fault said."""

_NO_LINK: Final = frozenset({"device.lost", "device.unreachable"})
"""For people the same: power or cable. The first of them stays while the device is offline."""


class DeviceState(StrEnum):
    """What people are told of a device."""

    UNKNOWN = "unknown"
    CONNECTING = "connecting"
    READY = "ready"
    DEGRADED = "degraded"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Report:
    """A change to be told. `line` is ``"up"`` or ``"down"`` where it deserves its one line in the log, else None."""

    state: DeviceState
    faults: tuple[str, ...]
    line: str | None = None


@dataclass(slots=True)
class Counts:
    """Since the start: attempts, links opened, links lost, failures (of attempts and of open devices)."""

    attempts: int = 0
    opened: int = 0
    lost: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault that there was: its code, when (ms), and what it said, for the technician; never anything personal."""

    code: str
    at: int
    detail: str = ""


class Health:
    """What is known of one device; see the module for the rules."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.told = Report(DeviceState.UNKNOWN, ())
        self.since = 0
        self.heard_at: int | None = None
        self.trouble: Trouble | None = None
        self._told_at: int | None = None
        self._line: str | None = None
        self._up_since: int | None = None
        self._cause: str | None = None
        self._permanent = False
        self._heard = False
        self._noisy = False
        self._faults: tuple[str, ...] | None = ()
        self._row = 0

    # ------------------------------------------------------------ what has happened

    def connecting(self) -> None:
        """An attempt begins."""
        self.counts.attempts += 1
        self._heard = self._noisy = False
        self._faults = ()

    def opened(self, now: int) -> None:
        """The link is up and the driver took the device for its own."""
        self.counts.opened += 1
        self._up_since = now
        self._cause = None

    def heard(self, now: int) -> None:
        """The device has answered."""
        self.heard_at = now
        self._heard = True
        self._noisy = False

    def noisy(self, now: int, detail: str = "") -> None:
        """Much has come and none of it made sense; until the device is heard again."""
        self._noisy = True
        self.trouble = _trouble("device.garbled", now, detail)

    def faults(self, codes: tuple[str, ...] | None, now: int) -> None:
        """The device's own faults now; None: unknown. To report them it must have answered."""
        for code in set(codes or ()) - set(self._faults or ()):
            self.trouble = _trouble(code, now)
        self._faults = codes
        if codes is not None:
            self.heard(now)

    def lost(self, now: int, detail: str = "") -> None:
        """The link has ended. One that had carried an answer was good: the next wait is the shortest."""
        self.counts.lost += 1
        self.trouble = _trouble("device.lost", now, detail)
        self._down(now, "device.lost", permanent=False, anew=self._heard and self._up_since is not None)

    def failed(self, now: int, code: str, *, permanent: bool, detail: str = "") -> None:
        """The attempt or the open device has failed with the fault `code`."""
        self.counts.failed += 1
        self.trouble = _trouble(code, now, detail)
        self._down(now, code, permanent=permanent, anew=False)

    def hurry(self) -> None:
        """Somebody is there and mends it: the waits begin anew."""
        self._row = 0

    def _down(self, now: int, code: str, *, permanent: bool, anew: bool) -> None:
        steady = self._up_since is not None and now - self._up_since >= STEADY_MS
        self._row = 1 if anew or steady else self._row + 1
        self._permanent = permanent
        self._up_since = None
        if not {self._cause, code} <= _NO_LINK:
            self._cause = code

    # ------------------------------------------------------------ what follows from it

    @property
    def up(self) -> bool:
        """The session is open."""
        return self._up_since is not None

    @property
    def cause(self) -> str | None:
        """The fault code for which it is offline, or None."""
        return self._cause

    def current(self) -> tuple[DeviceState, tuple[str, ...]]:
        """The state and the fault codes as they are, told or not."""
        if self._up_since is not None:
            if self._noisy:
                return DeviceState.DEGRADED, ("device.garbled",)
            if self._faults is None:
                return DeviceState.DEGRADED, ("device.unproven",)
            if not self._heard:
                return DeviceState.DEGRADED, ("device.silent",)
            return (DeviceState.DEGRADED if self._faults else DeviceState.READY), self._faults
        if self._cause is not None:
            return DeviceState.OFFLINE, (self._cause,)
        return (DeviceState.CONNECTING if self.counts.attempts else DeviceState.UNKNOWN), ()

    def wait_s(self, jitter: float) -> float:
        """Seconds until the next attempt; `jitter` (0..1) spreads the devices that failed at the same moment."""
        if self._permanent:
            return PERMANENT_S
        longest: float = min(LONGEST_S, 2 * SHORTEST_S * GROWTH ** min(self._row - 1, 20))
        return max(SHORTEST_S, longest * (0.5 + 0.5 * jitter))

    def due_ms(self, now: int) -> int | None:
        """In how many ms a change is to be told: 0 now, None when there is nothing to tell."""
        if self.current() == (self.told.state, self.told.faults):
            return None
        held = _left(self._told_at, now)
        if self._up_since is not None and not self._heard:
            held = max(held, _left(self._up_since, now))
        return held

    def tell(self, now: int) -> Report:
        """Take note that the current state is being told at `now`."""
        state, faults = self.current()
        line = {DeviceState.OFFLINE: "down", DeviceState.READY: "up", DeviceState.DEGRADED: "up"}.get(state)
        self.told = Report(state, faults, line if line != self._line else None)
        self.since = now
        if line is not None:
            self._line = line
            self._told_at = now
        return self.told


def _trouble(code: str, now: int, detail: str = "") -> Trouble:
    return Trouble(code, now, detail[:MOST_DETAIL])


def _left(since: int | None, now: int) -> int:
    """What is left of the hold that began at `since`; a clock that was set back ends it."""
    if since is None or not 0 <= now - since < HOLD_MS:
        return 0
    return HOLD_MS - (now - since)
