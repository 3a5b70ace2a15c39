"""``decide(state, command, now) -> Decision | Refusal``: reads, never writes.

The rules of movement are the tables of `lifecycle`; who is next is `policy`; here they are asked in turn. What a
command means stands in `decide_ticket`, `decide_window` and `decide_hall`, one function each, found by the table.
"""

from collections.abc import Callable
from typing import Any, Final

from hallctl.domain import decide_hall, decide_ticket, decide_window
from hallctl.domain.commands import Command
from hallctl.domain.decision import Decision
from hallctl.domain.state import HallState
from hallctl.errors import Refusal

Handler = Callable[[HallState, Any, int], Decision | Refusal]

HANDLERS: Final[dict[type[Command], Handler]] = {
    **decide_ticket.HANDLERS,
    **decide_window.HANDLERS,
    **decide_hall.HANDLERS,
}
"""Every command by its type; complete by test."""


def decide(state: HallState, command: Command, now: int) -> Decision | Refusal:
    """What `command` leads to at the moment `now` (ms); the state is not touched."""
    return HANDLERS[type(command)](state, command, now)
