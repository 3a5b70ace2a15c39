"""How long one who stands in a queue will wait: what is before, and how long windows are taken by it.

The start is the estimator by queue length, (people ahead + 1) × mean ÷ windows, which is the best there is where
services are exponential (R. Ibrahim and W. Whitt, Real-time delay estimation based on delay history, Manufacturing &
Service Operations Management 11(3), 2009, section 1: QL). It is mended where a hall differs: people ahead are counted
by class as the policy does; a window that serves several queues gives each its share; a service is how long a ticket
takes the window, with walk, absence and the clerk's pause; booked appointments and the privileged will still come.
`hallctl/lab/README.md` has the comparison with what else was tried, and where the constants are from.

Durations and moments are ms, of service: a break is not in it (see `pause`). Cost: a look at each lane, at each open
window of the queue and at each other queue that these windows serve.
"""

from bisect import bisect_left
from typing import Final, NamedTuple

from hallctl.domain.calendar import local_time
from hallctl.domain.hours import Hours
from hallctl.domain.lane import Lane
from hallctl.domain.layout import MINUTE_MS, ClassRule
from hallctl.domain.model import ORDINARY, Desk, Priority, Stage, Ticket, Window, WindowPlan
from hallctl.domain.policy import POLICIES, TARGET_S
from hallctl.domain.state import HallState

FIRST: Final = 0.8
"""Of a service, what is left of one that runs already, on average: 0.5 (1 + cv²) with a coefficient of variation of
0.6–0.9."""

USUAL: Final = 10
"""The config's mean counts as much as so many services of today."""

KNOWN: Final = 60
"""Services of today that the running mean stands for at most."""

SHOWS: Final = 0.7
"""Of those with an appointment, the part that comes (requirements §10: 25–50 % do not)."""

LATER: Final = 0.5
"""The share of the privileged among those who will come while one waits, as part of their share of today: a queue is
longest when most have come already."""

FALLBACK_MS: Final = 480_000
"""A service that the config has no more."""


class Estimate(NamedTuple):
    """The expected wait (ms) and how many services that is at these windows; (0, 0): called at once."""

    wait_ms: float
    services: float


class Standing(NamedTuple):
    """Where one stands, or would: in which queue, of which class, at which place; `seq` after those who came in the
    same millisecond. `people` are called before."""

    queue: str
    priority: Priority
    place: int
    seq: int
    people: int


# ---------------------------------------------------------------- people


def people_ahead(state: HallState, queue: str, priority: Priority, place: int, seq: int, now: int) -> int:
    """How many in the queue are called before one of the class who stands at the place, if nobody comes any more: by
    the policy of the first window that serves it, with the fairness cap."""
    classes = knows_classes(state, queue)
    mine, at = counts_as(state, priority, place, now, classes)
    ordinary = privileged = waiting = 0
    for other, lane in state.standing("service", queue).items():
        if lane:
            found = _standing(lane, _limit(state, other, mine, at, now, classes), seq)
            if other in ORDINARY:
                ordinary += found
                waiting += len(lane)
            else:
                privileged += found
    if classes:
        ordinary, privileged = _capped(state.layout.cap, priority, ordinary, privileged, waiting)
    people = ordinary + privileged
    calls = state.tally(queue).calls
    return people + sum(
        bisect_left(lane, (calls + people + 1, 0, "")) for lane in state.standing("returning", queue).values() if lane
    )


def _capped(cap: int, priority: Priority, ordinary: int, privileged: int, waiting: int) -> tuple[int, int]:
    """With the fairness cap: after so many privileged calls in a row an ordinary one is next (C03)."""
    if priority in ORDINARY:
        return ordinary, min(privileged, cap * (ordinary + 1))
    return max(ordinary, min(waiting, privileged // cap)), privileged


def _standing(lane: Lane, place: float, seq: int) -> int:
    """How many of the lane, which has somebody, stand before the place; nearly always all or most."""
    last = lane[-1]
    return len(lane) if last[0] < place or (last[0] == place and last[1] < seq) else bisect_left(lane, (place, seq, ""))


def knows_classes(state: HallState, queue: str) -> bool:
    """Whether the policy of the queue's first window goes by class."""
    serving = state.layout.serving.get(queue)
    return not serving or POLICIES[state.plan(serving[0]).policy].classes


def counts_as(state: HallState, priority: Priority, place: int, now: int, classes: bool) -> tuple[float, int]:
    """(what one counts as having come at, as of which moment): as in the policy; one whose slot is still to come, as it
    will be then."""
    at = max(now, place)
    if not classes:
        return place, at
    rule = state.layout.classes[priority]
    return at - rule.head_ms - rule.rate * (at - place) / 1000, at


def _limit(state: HallState, priority: Priority, mine: float, at: int, now: int, classes: bool) -> float:
    """Up to which place those of the class are before who counts as `mine` at the moment `at`. Nobody is called before
    the own slot."""
    place = _place(state.layout.classes[priority], mine, at) if classes else mine
    return min(place, now + 1) if priority is Priority.APPOINTMENT and at == now else place


def _place(rule: ClassRule, mine: float, at: int) -> float:
    """At which place one of the class would have to stand to count as `mine` too."""
    if rule.rate == 1000:
        return mine + rule.head_ms
    behind = at - rule.head_ms - mine
    if rule.rate:
        return at - behind * 1000 / rule.rate
    return at + 1 if behind <= 0 else -1


# ---------------------------------------------------------------- time


def turn_ms(state: HallState, queue: str) -> float:
    """How long one of the queue takes a window, from call to call: the config's mean, and more and more today's."""
    service, tally = state.layout.services.get(queue), state.tallies.get(queue)
    usual = service.mean_s * 1000 if service is not None else FALLBACK_MS
    if tally is None or not tally.turn_mean_ms:
        return usual
    known = min(tally.done + tally.missed, KNOWN)
    return (USUAL * usual + known * tally.turn_mean_ms) / (USUAL + known)


def estimate(state: HallState, me: Standing, now: int) -> Estimate | None:
    """The wait of one who stands in a service's queue; None where no open window calls from it."""
    desks = open_desks(state, me.queue)
    if not desks:
        return None
    if me.people == 0 and any(desk.ticket is None for desk, _plan in desks):
        return Estimate(0.0, 0.0)
    turn, count = turn_ms(state, me.queue), len(desks)
    wait = (me.people + FIRST) * turn / count
    if state.targets:
        wait += sum(turn_ms(state, queue) for queue in _meant(state, desks, me.place, me.seq)) / count
    if any(len(plan.services) > 1 or plan.help for _desk, plan in desks):
        wait += _others(state, me, desks, now, wait) / count
    wait += coming_ms(state, me, now, wait, turn / count)
    return Estimate(with_fewer_windows(state.layout.hours, now, wait, count, turn), wait * count / turn)


def at_window(state: HallState, ticket: Ticket, now: int) -> Estimate | None:
    """The wait of one who is meant for a window or a clerk; None where that is not open."""
    window = ticket.target or next((w.id for w in state.windows.values() if w.clerk == ticket.for_clerk), None)
    desk = state.windows.get(window or "")
    plan = (desk.plan or state.layout.windows.get(desk.id)) if desk is not None else None
    if desk is None or plan is None or desk.state is not Desk.OPEN:
        return None
    found = [(desk, plan)]
    before = _meant(state, found, ticket.place, ticket.seq)
    me = Standing(ticket.queue, ticket.priority, ticket.place, ticket.seq, len(before))
    shared = _others(state, me._replace(queue=""), found, now, 0.0)
    if not before and not shared and desk.ticket is None:
        return Estimate(0.0, 0.0)
    turn = turn_ms(state, ticket.queue)
    wait = FIRST * turn + sum(turn_ms(state, queue) for queue in before) + shared
    return Estimate(wait, wait / turn)


Open = tuple[Window, WindowPlan]


def open_desks(state: HallState, queue: str) -> list[Open]:
    """The open windows that call from the queue now, with their plans: those that help out only while they do."""
    windows, layout, found = state.windows, state.layout, []
    serving = layout.serving.get(queue, ())
    for window in (*serving, *(w for w in state.arranged if w not in serving)) if state.arranged else serving:
        desk = windows.get(window)
        if desk is not None and desk.state is Desk.OPEN:
            plan = desk.plan or layout.windows.get(window)
            if plan is not None and (queue in plan.services or (queue in plan.help and _helps(state, plan, queue))):
                found.append((desk, plan))
    return found


def _helps(state: HallState, plan: WindowPlan, queue: str) -> bool:
    """Whether the window helps out now."""
    own = sum(map(state.waiting, plan.services))
    return own <= plan.help_when and state.waiting(queue) >= plan.help_from


def _meant(state: HallState, desks: list[Open], place: int, seq: int) -> list[str]:
    """The queues of those who are meant for one of the windows, or its clerk, and stand before the place."""
    windows, clerks = {desk.id for desk, _plan in desks}, {desk.clerk for desk, _plan in desks if desk.clerk}
    return [
        ticket.queue
        for ticket in state.targeted()
        if (ticket.target in windows or ticket.for_clerk in clerks)
        and ticket.stage is Stage.WAITING
        and (ticket.place, ticket.seq) < (place, seq)
    ]


def with_fewer_windows(hours: Hours, now: int, wait: float, count: int, turn: float) -> float:
    """The wait at `count` windows where at times of the day fewer are staffed (午间值班), one at least; where that is
    so now, more are once it is over. Windows that open then call at once, not after a service that runs already."""
    for start_min, end_min, staffed in hours.reduced:
        midnight = _midnight(hours, now)
        start, end = midnight + start_min * MINUTE_MS, midnight + end_min * MINUTE_MS
        if now < start < now + wait:
            slower = max(1, round(count * staffed)) / count
            rest = now + wait - start
            more = min(rest / slower - rest, (end - start) * (1 - slower))
            wait = _at_opening(wait + more, end - now, FIRST * turn * (1 - slower))
        elif start <= now < end < now + wait:
            slower = count / max(count, round(count / staffed))
            wait = _at_opening(end - now + (now + wait - end) * slower, end - now, FIRST * turn * (1 - slower))
    return wait


def _at_opening(wait: float, opens: int, sooner: float) -> float:
    """A wait that ends after the windows open is shorter by what they call at once, not ended before."""
    return wait if wait <= opens else max(opens, wait - sooner)


def _midnight(hours: Hours, now: int) -> int:
    local = local_time(now, hours.tz)
    return now - now % MINUTE_MS - (local.hour * 60 + local.minute) * MINUTE_MS


# ---------------------------------------------------------------- other queues


def _others(state: HallState, me: Standing, desks: list[Open], now: int, wait: float) -> float:
    """The time that these windows give to others before: of each other queue who is before, shared by all the windows
    that serve it."""
    kinds: dict[tuple[str, ...], tuple[WindowPlan, int]] = {}
    for _desk, plan in desks:
        known = kinds.get(plan.services)
        kinds[plan.services] = (plan, 1) if known is None else (known[0], known[1] + 1)
    ours: dict[str, int] = {}
    plans: dict[str, WindowPlan] = {}
    for services, (plan, count) in kinds.items():
        for other in services:
            if other != me.queue and state.lanes.get(("service", other)):
                ours[other] = ours.get(other, 0) + count
                plans[other] = plan
    load = 0.0
    for other, count in ours.items():
        people = _before(state, me, other, plans[other], now, wait)
        if people:
            same = count == len(desks) and _same(state, me.queue, other)
            each = people / (count if same else max(1, len(open_desks(state, other))))
            load += _share(me, plans[other], other, each, len(desks)) * count * turn_ms(state, other)
    return load


def _share(me: Standing, plan: WindowPlan, other: str, each: float, desks: int) -> float:
    """How many of the `each` that fall to one window it calls before: by shares, not more than are due meanwhile."""
    if not POLICIES[plan.policy].shares or me.queue not in plan.services:
        return each
    shares = dict(plan.ratio)
    return min(each, (me.people + 1) / desks * shares.get(other, 1) / shares.get(me.queue, 1))


def _same(state: HallState, queue: str, other: str) -> bool:
    """Whether both are served by the same windows: the usual pool."""
    serving = state.layout.serving
    return not state.arranged and serving.get(queue) == serving.get(other)


def _before(state: HallState, me: Standing, other: str, plan: WindowPlan, now: int, wait: float) -> int:
    """How many of another queue the window's policy puts before."""
    rule = POLICIES[plan.policy]
    mine, at = counts_as(state, me.priority, me.place, now, rule.classes)
    if rule.shares:
        mine = at
    elif plan.policy == "longest_relative_wait" and me.queue:
        called = now + wait
        mine = called - (called - mine) * _target_s(state, other) / _target_s(state, me.queue)
    people = 0
    for priority, lane in state.lanes[("service", other)].items():
        if lane:
            people += _standing(lane, _limit(state, priority, mine, at, now, rule.classes), me.seq)
    return people


def _target_s(state: HallState, queue: str) -> int:
    service = state.layout.services.get(queue)
    return service.target_s if service is not None else TARGET_S


# ---------------------------------------------------------------- who will still come


def coming_ms(state: HallState, me: Standing, now: int, wait: float, each: float) -> float:
    """The time for those who are not there yet, or whose slot is still to come, and are called before: `each` takes so
    long at these windows."""
    if me.priority not in ORDINARY:
        return 0.0
    more, classes = 0.0, knows_classes(state, me.queue)
    if classes:
        tally = state.tally(me.queue)
        share = LATER * (tally.privileged + 0.5) / (tally.called + USUAL)
        more = wait * share / (1 - share)
    booked = state.agenda.open.get(me.queue)
    early = state.standing("service", me.queue).get(Priority.APPOINTMENT)
    if (booked or early) and me.priority is Priority.NORMAL:
        head = state.layout.classes[Priority.APPOINTMENT].head_ms if classes else 0
        until = min(me.place + head, now + int(wait))
        people = early.until(until) - early.until(now) if early and until > now else 0.0
        for start, waited in (booked or {}).items():
            if start <= until:
                people += _arriving(state, start, waited, now, wait)
        more += people * each
    return more


def _arriving(state: HallState, start: int, booked: set[str], now: int, wait: float) -> float:
    """How many of those booked for the slot come before the wait is over: evenly over the slot, if at all."""
    end = state.appointments[next(iter(booked))].end
    if end <= now:
        return 0.0
    since = max(now, start)
    passed = (since - start) / (end - start)
    still = SHOWS * (1 - passed) / (1 - SHOWS * passed)
    return len(booked) * still * min(1.0, (now + wait - since) / (end - since))
