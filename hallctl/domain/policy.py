"""Who is next, and why. A policy looks at the heads of the lanes only, never at everybody.

Priority is accumulated: a ticket has the head start of its class and gains with each moment it waits, at the rate of
its class, so nobody is overtaken for ever. That is L. Kleinrock's time-dependent priority (A delay dependent queue
discipline, Naval Research Logistics Quarterly 11, 1964; as "accumulating priority queue" in D. Stanford, P. Taylor and
I. Ziedins, Queueing Systems 77, 2014), with J. R. Jackson's start per class (1960) added. Since it is linear in the
time waited the order inside a class never changes: comparing the heads of the (service, class) lanes is enough.

A fairness cap stands above it: where `Layout.cap` privileged calls in a row have passed over an ordinary ticket of a
queue, or one meant for this window, an ordinary one is next (C03). Who missed a call and comes back as agreed is before
all others but for the cap. ``README.md`` tells all of it with examples.
"""

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from hallctl.domain.heads import Head, look, queues
from hallctl.domain.model import Beaten, WindowPlan
from hallctl.domain.state import HallState

BEATEN_KEPT: Final = 6
"""Heads that a reason names; how many there were in all is told too."""

CREDIT_CALLS: Final = 3
"""Calls that a service is owed at most under ``ratio`` while nobody waits for it."""

TARGET_S: Final = 1200
"""The wait aimed at for a service that the config has no more, while its last tickets are called."""


class Choice(Struct, frozen=True, gc=False):
    """The ticket chosen, the rule that chose it among so many heads, and the next of those it was preferred to, with
    the reason of each. `passed` and `credits` are as in `TicketCalled`."""

    ticket: str
    why: str
    beat: tuple[Beaten, ...]
    among: int
    passed: tuple[str, ...] = ()
    credits: tuple[tuple[str, int], ...] = ()


def choose(state: HallState, plan: WindowPlan, now: int) -> Choice | None:
    """The next ticket for the window by its plan, or None if nobody waits whom it may call now."""
    called = queues(state, plan, now) if plan.help else plan.services
    found, due = look(state, plan, now, called)
    rule = POLICIES[plan.policy]
    if due:
        choice = _returned(state, plan, rule, called, found, due)
        if choice is not None:
            return choice
        found += due
    if not found:
        return None
    if rule.shares:
        return _shared(state, plan, rule, now, called, found)
    return _first(state, plan, rule, now, called, found)


def _first(
    state: HallState, plan: WindowPlan, rule: "Rule", now: int, called: Iterable[str], found: list[Head]
) -> Choice:
    """The first by the rule's order; where that is a privileged one and their row is full, the first ordinary one."""
    ranked = rule.ranked(state, found, now)
    first = ranked[0]
    passed: tuple[str, ...] = ()
    if rule.classes and first[6]:
        passed = _ended(state, first[5], called, found)
    elif rule.classes:
        passed, reached = _row(state, plan, found)
        if reached:
            return _capped(state, rule, now, called, ranked, reached)
    beat = rule.reasons(state, first, ranked[1 : BEATEN_KEPT + 1], now)
    return Choice(first[3], plan.policy, tuple(beat), len(found), passed)


# ---------------------------------------------------------------- coming back


def _returned(
    state: HallState, plan: WindowPlan, rule: "Rule", called: Iterable[str], found: list[Head], due: list[Head]
) -> Choice | None:
    """Who comes back as agreed, the one who has stood longest; None where the cap bars them all."""
    everybody = due + found
    passed, barred = _row(state, plan, everybody) if rule.classes else ((), 0)
    free = [head for head in due if not barred or head[6]]
    if not free:
        return None
    first = min(free, key=_by_place)
    if rule.classes and first[6]:
        passed = _ended(state, first[5], called, everybody)
    others = [Beaten(head[3], "returned") for head in everybody if head is not first]
    return Choice(first[3], "returned", tuple(others[:BEATEN_KEPT]), len(everybody), passed)


# ---------------------------------------------------------------- the fairness cap


def _row(state: HallState, plan: WindowPlan, found: Iterable[Head]) -> tuple[tuple[str, ...], int]:
    """The queues of ordinary tickets among the heads; and how many privileged calls in a row have passed over one of
    them, where that is the cap, else 0. The window's own row is for those whom no other window may call."""
    tallies, streak = state.tallies, 0
    waiting: list[str] = []
    for head in found:
        if head[6]:
            queue = head[5]
            if queue not in waiting:
                waiting.append(queue)
                if queue in tallies and tallies[queue].streak > streak:
                    streak = tallies[queue].streak
            if head[7] and state.window(plan.id).streak > streak:
                streak = state.window(plan.id).streak
    return tuple(waiting), streak if streak >= state.layout.cap else 0


def _ended(state: HallState, queue: str, called: Iterable[str], found: Iterable[Head]) -> tuple[str, ...]:
    """The other queues whose row of privileged calls an ordinary call from `queue` ends: nearly always none."""
    tallies = state.tallies
    rows = [other for other in called if other != queue and other in tallies and tallies[other].streak]
    return tuple([row for row in rows if any(head[5] == row and head[6] for head in found)])


def _capped(
    state: HallState, rule: "Rule", now: int, called: Iterable[str], ranked: list[Head], reached: int
) -> Choice:
    """The first ordinary one, past the privileged who are before it."""
    at = next(at for at, head in enumerate(ranked) if head[6])
    first = ranked[at]
    beat = [Beaten(head[3], "cap", reached) for head in ranked[:at]]
    beat += rule.reasons(state, first, ranked[at + 1 :], now)
    return Choice(first[3], "cap", tuple(beat[:BEATEN_KEPT]), len(ranked), _ended(state, first[5], called, ranked))


# ---------------------------------------------------------------- the rules

_by_place: Final = itemgetter(1, 2)


def _in_time(_state: HallState, found: list[Head], _now: int) -> list[Head]:
    return sorted(found, key=_by_place)


def _in_priority(_state: HallState, found: list[Head], _now: int) -> list[Head]:
    return sorted(found)


def _in_relation(state: HallState, found: list[Head], now: int) -> list[Head]:
    return sorted(found, key=lambda head: (-_relative(state, head, now), head[1], head[2]))


def _relative(state: HallState, head: Head, now: int) -> float:
    """Accumulated priority in thousandths of the wait that the service aims at."""
    service = state.layout.services.get(head[5])
    return max(0, now - head[0]) / (service.target_s if service else TARGET_S)


def _earlier(_state: HallState, first: Head, others: Iterable[Head], _now: int) -> list[Beaten]:
    place = first[1]
    return [Beaten(other[3], "time", (other[1] - place) // 1000) for other in others]


def _more(state: HallState, first: Head, others: Iterable[Head], _now: int) -> list[Beaten]:
    """``time``: their classes count the same; ``class``: the winner's starts ahead; ``age``: it has waited longer."""
    classes = state.layout.classes
    came, place, priority = first[0], first[1], first[4]
    mine = classes[priority]
    start = mine.head_ms
    beaten = []
    for its_came, its_place, _seq, ticket, its_priority, _queue, _ordinary, _own in others:
        if its_priority is priority:
            beaten.append(Beaten(ticket, "time", (its_place - place) // 1000))
        elif start > classes[its_priority].head_ms:
            beaten.append(Beaten(ticket, "class", (its_came - came) // 1000))
        elif classes[its_priority] == mine:
            beaten.append(Beaten(ticket, "time", (its_place - place) // 1000))
        else:
            beaten.append(Beaten(ticket, "age", (its_came - came) // 1000))
    return beaten


def _nearer(state: HallState, first: Head, others: Iterable[Head], now: int) -> list[Beaten]:
    """Between services ``relative``; within one as by priority."""
    beaten = []
    for other in others:
        if other[5] == first[5]:
            beaten += _more(state, first, [other], now)
        else:
            more = _relative(state, first, now) - _relative(state, other, now)
            beaten.append(Beaten(other[3], "relative", int(more)))
    return beaten


class Rule(Struct, frozen=True):
    """One policy: the order of the heads, and why others than the first lost. Whether it knows `classes`, and so the
    cap; whether the service is chosen first, by `shares`."""

    ranked: Callable[[HallState, list[Head], int], list[Head]]
    reasons: Callable[[HallState, Head, Iterable[Head], int], list[Beaten]]
    classes: bool = True
    shares: bool = False


POLICIES: Final[dict[str, Rule]] = {
    "fifo": Rule(_in_time, _earlier, classes=False),
    "priority": Rule(_in_priority, _more),
    "ratio": Rule(_in_priority, _more, shares=True),
    "longest_relative_wait": Rule(_in_relation, _nearer),
}
"""name in the config → rule."""


# ---------------------------------------------------------------- shares


class Shares(NamedTuple):
    """The credits of the services with this call's share added, in parts of which a call costs `whole`; `given` is what
    was added in all."""

    credits: dict[str, int]
    whole: int
    given: int


def _shared(
    state: HallState, plan: WindowPlan, rule: Rule, now: int, called: Iterable[str], found: list[Head]
) -> Choice:
    """The service to which most calls are due, and in it the first by priority. One who may be called here only, and
    for whose service there is no share, is first."""
    shares = _credited(state, plan, called)
    credits, dear = shares.credits, (CREDIT_CALLS + 1) * shares.whole
    ranked = sorted(rule.ranked(state, found, now), key=lambda head: -credits.get(head[5], dear))
    queue = ranked[0][5]
    choice = _first(state, plan, rule, now, called, [head for head in found if head[5] == queue])
    beat = list(choice.beat)
    for head in ranked:
        if head[5] != queue and queue in credits:
            beat.append(Beaten(head[3], "share", (credits[queue] - credits[head[5]]) * 1000 // shares.whole))
        elif head[5] != queue:
            beat.append(Beaten(head[3], "own"))
    return replace(choice, beat=tuple(beat[:BEATEN_KEPT]), among=len(found), credits=_paid(shares, queue))


def _credited(state: HallState, plan: WindowPlan, called: Iterable[str]) -> Shares:
    """Smooth weighted round robin: each call adds to every service its share, and the one that is called pays for all.
    So the sum stays zero, and a service that nobody waits for keeps what it is owed, up to `CREDIT_CALLS` calls."""
    ratio, had = dict(plan.ratio), dict(state.window(plan.id).credits)
    shares = {queue: ratio.get(queue, 1) for queue in plan.serves}
    credits = {queue: had.get(queue, 0) for queue in shares}
    whole, given = sum(shares.values()), 0
    for queue in called:
        added = max(0, min(shares[queue], CREDIT_CALLS * whole - credits[queue]))
        credits[queue] += added
        given += added
    return Shares(credits, whole, given)


def _paid(shares: Shares, queue: str) -> tuple[tuple[str, int], ...]:
    """The credits after a call from `queue`; () leaves them as they were."""
    if queue not in shares.credits:
        return ()
    return tuple(sorted((shares.credits | {queue: shares.credits[queue] - shares.given}).items()))
