"""What one interval of a soak looked like: the answers, the boards, the daemon's process."""

from bisect import bisect_right
from dataclasses import asdict, dataclass
from typing import Any, Final

from tests.soak.vital import Vital

Json = dict[str, Any]

MS: Final = 1e-6
"""ns → ms"""


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles of an interval in ms; None where there was nothing."""

    count: int
    p50: float | None
    p99: float | None
    most: float | None


def spread(values: list[float]) -> Spread:
    """Of values in any order."""
    if not values:
        return Spread(0, None, None, None)
    there = sorted(values)
    return Spread(len(there), _at(there, 0.5), _at(there, 0.99), round(there[-1], 3))


def _at(there: list[float], part: float) -> float:
    return round(there[min(len(there) - 1, int(len(there) * part))], 3)


class Frames:
    """Frames of the boards and the presses that led to them; each side may be told first."""

    KEPT: Final = 20_000

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._frames: list[tuple[int, int]] = []
        """(last event, moment at which the last board had it)"""
        self._open: list[tuple[int, int]] = []

    def lags(self, frames: list[list[int]], presses: list[list[int]]) -> list[float]:
        """ms from each press to the last board that showed it, for those that are known by now."""
        for first, last, _began, ended, _lines in frames:
            at = bisect_right(self._firsts, first)
            self._firsts.insert(at, first)
            self._frames.insert(at, (last, ended))
        found, waiting = [], []
        for seq, sent in [*self._open, *((seq, sent) for seq, sent, _answered, shown in presses if shown)]:
            at = bisect_right(self._firsts, seq) - 1
            if at >= 0 and self._frames[at][0] >= seq:
                found.append((self._frames[at][1] - sent) * MS)
            elif not self._firsts or seq > self._firsts[-1]:
                waiting.append((seq, sent))
        self._open = waiting
        del self._firsts[: -self.KEPT], self._frames[: -self.KEPT]
        return found


def row(at_s: float, moment: int, day: int, vital: Vital, cpu: float, told: Json) -> Json:
    """A sample for the file: real seconds since the begin, the hall's moment (ms), the day's number, and all figures.

    `told`: ``answers`` and ``lags`` (lists of ms), and what else is to be kept as it is.
    """
    answers, lags = spread(told.pop("answers")), spread(told.pop("lags"))
    return {
        "at_s": round(at_s, 2),
        "moment": moment,
        "day": day,
        **{name: round(value, 2) for name, value in asdict(vital).items()},
        "cpu": round(cpu, 3),
        "answer": asdict(answers),
        "board": asdict(lags),
        **told,
    }
