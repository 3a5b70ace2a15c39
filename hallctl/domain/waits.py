"""People ahead and expected wait, from counts and means only: never a walk through everybody.

The estimate is the plain one, (people ahead × mean service) ÷ open windows, told as a range since it is no better
than that; it never says zero while people wait.
"""

from hallctl.domain.model import RANK, Priority
from hallctl.domain.state import HallState

LOW, HIGH = 0.7, 1.5
"""The range told around the estimate: service times spread with a coefficient of variation of 0.6–0.9."""


def ahead(state: HallState, queue: str, priority: Priority) -> int:
    """How many wait in `queue` who would be called before one of `priority` who comes now."""
    mine = RANK[priority]
    own = sum(len(lane) for other, lane in state.standing("service", queue).items() if RANK[other] <= mine)
    return own + sum(1 for ticket in state.targeted() if ticket.queue == queue and RANK[ticket.priority] <= mine)


def expected_wait_s(state: HallState, queue: str, people: int) -> tuple[int, int]:
    """(low, high) seconds until one with `people` ahead is called; (0, 0) only if nobody waits and a window idles."""
    service = state.layout.services.get(queue)
    prior_s = service.mean_s if service else 480
    mean_s = state.tally(queue).serve_mean_ms / 1000 or prior_s
    desks = state.open_windows(queue)
    if people == 0 and any(state.window(desk).ticket is None for desk in desks):
        return (0, 0)
    estimate = (people + 0.5) * mean_s / max(1, len(desks))
    return (max(60, int(estimate * LOW)), max(120, int(estimate * HIGH)))
