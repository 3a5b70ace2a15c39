"""People ahead and expected wait, as citizens are told: on demand, from the lanes' lengths, never by counting heads.

A wait is told as a range in which four of five people are called (`estimator` has where the expectation is from, the
lab's README how often it is kept), in minutes that one can remember. It is of working time: a lunch break before the
call is told beside it (T12). Nobody is told a number while no window is open, nor “no wait” while people wait (C15).
"""

from bisect import bisect_right
from math import ceil, floor, sqrt
from typing import Final, NamedTuple

from hallctl.domain.estimator import Estimate, Standing, at_window, estimate, people_ahead, turn_ms
from hallctl.domain.model import Priority, Ticket
from hallctl.domain.pause import pause_before_call
from hallctl.domain.state import HallState

Range = tuple[int, int]
"""[low, high] seconds; (0, 0): called at once."""

LOW: Final = (1.03, 3.5)
HIGH: Final = (1.03, 1.15)
"""The ends of the range: the expectation ÷ (a + b ÷ n) and × (a + b ÷ √n), n services until the call. The more services
there are, the more evens out; what does not even out is how right the mean is and who else comes. Fitted to the middle
80 % of waits on days of the lab that are not those of its table."""

STEPS: Final = (60, 300, 600, 1800)
STEPS_END: Final = (900, 3600, 7200)
"""Told to the minute below a quarter of an hour, then to five minutes, to ten; to the half hour above two hours."""

LEAST: Final = (60, 120)
"""What is told at least, unless one is called at once."""


class Expected(NamedTuple):
    """What a holder is told: the wait, None while no window is open; the break before the call, [from, to) in ms."""

    wait_s: Range | None
    pause: tuple[int, int] | None


NO_WAIT: Final = Expected((0, 0), None)
"""Of one that does not wait."""


def ahead(state: HallState, queue: str, priority: Priority, now: int, place: int | None = None) -> int:
    """How many are called before one of the class who comes now, or stands at the place of a slot."""
    return people_ahead(state, queue, priority, state.place(now) if place is None else place, state.seq + 1, now)


def position(state: HallState, ticket: Ticket, now: int) -> int:
    """How many are called before this ticket, which waits. Of one that is meant for a window or a clerk: of the others
    meant for it; of one that comes back: of those whom it lets pass."""
    if ticket.after is not None:
        lanes = state.standing("service", ticket.queue)
        return max(0, min(ticket.after - state.tally(ticket.queue).calls, sum(map(len, lanes.values()))))
    if ticket.target is not None or ticket.for_clerk is not None:
        mine = (ticket.target, ticket.for_clerk, ticket.place, ticket.seq)
        rows = ((other.target, other.for_clerk, other.place, other.seq) for other in state.targeted())
        return sum(1 for row in rows if row[:2] == mine[:2] and row[2:] < mine[2:])
    return people_ahead(state, ticket.queue, ticket.priority, ticket.place, ticket.seq, now)


def expected_wait_s(state: HallState, queue: str, now: int) -> Range | None:
    """What an ordinary one who comes to the queue now is told; None while no open window calls from it."""
    place, seq = state.place(now), state.seq + 1
    people = people_ahead(state, queue, Priority.NORMAL, place, seq, now)
    return told(estimate(state, Standing(queue, Priority.NORMAL, place, seq, people), now))


def expected(state: HallState, ticket: Ticket, now: int, people: int | None = None) -> Expected:
    """What the holder of a ticket that waits is told now; `people` are ahead if that is known already. The break is
    judged as with one window while none is open."""
    known = position(state, ticket, now) if people is None else people
    found = _estimate(state, ticket, now, known)
    wait = told(found)
    if wait is not None and ticket.place > now and ticket.priority is Priority.APPOINTMENT and ticket.after is None:
        early = (ticket.place - now) // 1000  # checked in before the slot: not called earlier
        wait = (max(wait[0], _down(early)), max(wait[1], _up(early + LEAST[1])))
    one = (known + 1) * turn_ms(state, ticket.queue)
    working = wait or told(Estimate(one, known + 1)) or LEAST
    return Expected(wait, pause_before_call(state, ticket.queue, working, now))


def _estimate(state: HallState, ticket: Ticket, now: int, people: int) -> Estimate | None:
    if ticket.after is None and (ticket.target is not None or ticket.for_clerk is not None):
        return at_window(state, ticket, now)
    place = ticket.place if ticket.after is None else now
    return estimate(state, Standing(ticket.queue, ticket.priority, place, ticket.seq, people), now)


def told(found: Estimate | None) -> Range | None:
    """The range around an estimate, in steps that people use."""
    if found is None:
        return None
    if found.services <= 0:
        return (0, 0)
    wait_s, services = found.wait_ms / 1000, found.services
    low = wait_s / (LOW[0] + LOW[1] / services)
    high = wait_s * (HIGH[0] + HIGH[1] / sqrt(services))
    return (max(LEAST[0], _down(low)), max(LEAST[1], _up(high)))


def _down(seconds: float) -> int:
    step = _step(seconds)
    return floor(seconds / step) * step


def _up(seconds: float) -> int:
    step = _step(seconds)
    return ceil(seconds / step) * step


def _step(seconds: float) -> int:
    return STEPS[bisect_right(STEPS_END, seconds)]
