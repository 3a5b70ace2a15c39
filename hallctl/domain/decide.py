"""``decide(state, command, now) -> Decision | Refusal``: reads, never writes.

The rules of movement are the tables of `lifecycle`; who is next is `policy`; here they are asked in turn. What a
command means stands in the modules named ``decide_...``, one function each, found by the table.
"""

from collections.abc import Callable
from typing import Any, Final

from hallctl.domain import (
    decide_booking,
    decide_check_in,
    decide_hall,
    decide_page,
    decide_slip,
    decide_step,
    decide_take,
    decide_ticket,
    decide_watch,
    decide_window,
)
from hallctl.domain.commands import Command
from hallctl.domain.decision import Decision
from hallctl.domain.state import HallState
from hallctl.errors import Refusal

Handler = Callable[[HallState, Any, int], Decision | Refusal]

HANDLERS: Final[dict[type[Command], Handler]] = {
    **decide_take.HANDLERS,
    **decide_check_in.HANDLERS,  # who has an appointment and takes a number is checked in
    **decide_booking.HANDLERS,
    **decide_ticket.HANDLERS,
    **decide_step.HANDLERS,
    **decide_slip.HANDLERS,
    **decide_window.HANDLERS,
    **decide_hall.HANDLERS,
    **decide_watch.HANDLERS,
    **decide_page.HANDLERS,
}
"""Every command by its type; complete by test."""


def decide(state: HallState, command: Command, now: int) -> Decision | Refusal:
    """What `command` leads to at the moment `now` (ms); the state is not touched."""
    return HANDLERS[type(command)](state, command, now)
