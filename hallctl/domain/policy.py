"""Who is next, and why. A policy looks at the heads of the window's lanes only, never at everybody.

`choose` returns the ticket together with its reason: the rule's name and the heads that it was preferred to. A new
policy is one function and one line in `POLICIES`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from hallctl.domain.lane import Entry
from hallctl.domain.model import RANK, Priority, WindowPlan
from hallctl.domain.state import HallState


class Head(NamedTuple):
    """The first of a lane: where it stands and whose class it has."""

    entry: Entry
    priority: Priority

    @property
    def ticket(self) -> str:
        return self.entry[2]


@dataclass(frozen=True, slots=True)
class Choice:
    """The ticket chosen, the rule that chose it, and the ids of the heads it was preferred to, the next first."""

    ticket: str
    why: str
    beat: tuple[str, ...]


def heads(state: HallState, plan: WindowPlan) -> Iterator[Head]:
    """The heads of all lanes that the window may call from: its services' and its own."""
    for kind, names in (("window", (plan.id,)), ("service", plan.services)):
        for name in names:
            for priority, lane in state.standing(kind, name).items():
                head = lane.head
                if head is not None:
                    yield Head(head, priority)


def choose(state: HallState, plan: WindowPlan, now: int) -> Choice | None:
    """The next ticket for the window by its policy, or None if nobody waits. `now` is for policies that age."""
    candidates = list(heads(state, plan))
    if not candidates:
        return None
    key = POLICIES[plan.policy]
    if len(candidates) > 1:
        candidates.sort(key=lambda head: key(head, now))
    return Choice(candidates[0].ticket, plan.policy, tuple([head.ticket for head in candidates[1:]]))


def _fifo(head: Head, _now: int) -> tuple[int, ...]:
    return head.entry[:2]


def _priority(head: Head, _now: int) -> tuple[int, ...]:
    return (RANK[head.priority], *head.entry[:2])


POLICIES: Final[dict[str, Callable[[Head, int], tuple[int, ...]]]] = {"fifo": _fifo, "priority": _priority}
"""name in the config → sort key of a head; the smallest is next."""
