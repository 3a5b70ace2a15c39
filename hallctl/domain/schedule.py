"""Which plan a window has by the clock: the times of its modes (机动窗口, W07).

A change by a person holds until the next turn: the beginning or end of one of the window's times, or the next business
day. The state tells when a window was last changed, so nothing has to be remembered beside it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from hallctl.domain.calendar import MS, business_day, day_start, local_time
from hallctl.domain.decide_window import plan_refusal
from hallctl.domain.layout import Mode
from hallctl.domain.state import HallState

STEP_MS: Final = 60_000
"""A change that is so far ahead of the clock was made before the clock was set back, and holds nothing (O08)."""

Switch = tuple[str, str | None]
"""A window and the mode that it is to have; None is its first plan."""


def scheduled(modes: Iterable[Mode], now: int, tz: tzinfo) -> str | None:
    """The mode whose time it is; None: the window's first plan."""
    local = local_time(now, tz)
    minute = local.hour * 60 + local.minute
    for mode in modes:
        for weekdays, begin, end in mode.times:
            if local.isoweekday() in weekdays and begin <= minute < end:
                return mode.name
    return None


def last_turn(modes: Iterable[Mode], now: int, tz: tzinfo, starts_min: int) -> int:
    """The moment (ms) of the latest turn: a time of a mode that began or ended in this business day, or its start."""
    day = business_day(now, tz, starts_min)
    first = date.fromisoformat(day)
    turns = [turn for mode in modes for turn in _turns(mode, (first, first + timedelta(days=1)), tz)]
    return max([day_start(day, tz, starts_min), *(turn for turn in turns if turn <= now)])


def _turns(mode: Mode, days: Iterable[date], tz: tzinfo) -> Iterator[int]:
    for day in days:
        midnight = datetime(day.year, day.month, day.day, tzinfo=tz)
        for weekdays, *ends in mode.times:
            if day.isoweekday() in weekdays:
                for end in ends:
                    yield int((midnight + timedelta(minutes=end)).timestamp() * MS)


def due(state: HallState, now: int) -> tuple[Switch, ...]:
    """The switches that the clock asks for at present, and those away from plans that the config has changed or does
    not take any more. None while the day is closed."""
    if state.day is None:
        return ()
    layout = state.layout
    windows = [window for window in layout.windows if window in layout.modes or window in state.arranged]
    return tuple((window, mode) for window in windows for mode in _due(state, window, now))


def _due(state: HallState, window: str, now: int) -> Iterator[str | None]:
    """The mode that the window is to be switched to, if it is."""
    hours, modes = state.layout.hours, state.layout.modes.get(window, ())
    its = state.window(window)
    plans = {mode.name: mode.plan for mode in modes}
    by_clock = scheduled(modes, now, hours.tz)
    if its.plan is not None and plan_refusal(state.layout, its.plan) is not None:
        yield by_clock
    elif its.plan is not None and its.plan.mode is not None and plans.get(its.plan.mode) != its.plan:
        yield its.plan.mode if its.plan.mode in plans else by_clock
    elif any(mode.times for mode in modes) and its.plan != (plans[by_clock] if by_clock is not None else None):
        at = its.arranged_at
        if at is None or at < last_turn(modes, now, hours.tz, hours.day_starts_min) or at > now + STEP_MS:
            yield by_clock
