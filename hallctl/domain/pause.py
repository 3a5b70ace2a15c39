"""The lunch break that comes before somebody is called, so that nobody sits through it without knowing (T12)."""

from hallctl.domain.opening import break_before
from hallctl.domain.state import HallState


def pause_before_call(state: HallState, queue: str, wait_s: tuple[int, int], now: int) -> tuple[int, int] | None:
    """[from, to) in ms of the break between sessions of one date which who waits from `now` on is expected to meet
    before the call, or in which now is; None: called before. `wait_s` is the expected wait, a range of working time:
    its middle counts. Who comes before the doors open waits from then on."""
    hours = state.layout.hours
    if hours.always:
        return None
    work_ms = (wait_s[0] + wait_s[1]) * 500
    met = break_before(hours, now, work_ms, queue)
    if met is not None and met.starts <= now and met.ends is not None and not met.lunch:
        met = break_before(hours, met.ends, work_ms, queue)
    return (met.starts, met.ends) if met is not None and met.lunch and met.ends is not None else None
