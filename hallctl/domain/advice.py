"""Which change at which window would help a queue, by what a look ahead expects of each.

`options` lists what could be done, from the state, cheaply; `best` looks ahead for each of them and takes the one that
saves people most, if it helps the queue by a margin and makes nobody else wait longer than those it helps.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from msgspec.structs import replace

from hallctl.domain.alert import Effect, Suggestion
from hallctl.domain.model import Desk, WindowPlan
from hallctl.domain.outlook import Outlook, Scene, play
from hallctl.domain.state import HallState

MARGIN_S: Final = 180
MARGIN_PERCENT: Final = 15
"""A change must shorten the queue's mean wait by both."""

COST_S: Final = 60
"""What others wait longer is told from a minute on; it is weighed in any case."""

COSTS: Final = 3
"""So many queues that would wait longer are named, at most."""

PAUSED_S: Final = 300
"""A pause shorter than this is somebody who comes back soon."""

MOST_TRIED: Final = 12
"""Changes that are looked at for one queue, at most."""

EASE: Final = {"mode": 1.0, "own": 1.0, "plan": 0.95, "resume": 0.9, "open": 0.9, "staff": 0.6}
"""What a click does is preferred to what needs people to get up: what is saved counts times this."""


class Option(NamedTuple):
    """Something that could be done at a window; `action` and `plan` as in `Suggestion`, `works` the plan that it then
    works by, `opens`: it calls nobody now."""

    window: str
    action: str
    plan: WindowPlan | None
    works: WindowPlan
    opens: bool


def options(state: HallState, queue: str, now: int) -> list[Option]:
    """What could be done for the queue; of windows that are alike only the first. Windows at which people wait for the
    window itself come last."""
    found: dict[tuple[object, ...], Option] = {}
    for window in state.layout.windows:
        present = state.plan(window)
        for option in _at(state, window, queue, now):
            alike = (option.action, option.opens, replace(present, id=""), replace(option.works, id=""))
            found.setdefault(alike, option)
    return sorted(found.values(), key=lambda option: -EASE[option.action])[:MOST_TRIED]


def best(view: Scene, queue: str, tried: Iterable[Option]) -> Suggestion | None:
    """The change that saves most, or None where none helps enough."""
    before = play(view)
    served = any(queue in view.plans[window].serves for window in view.desks)
    found: tuple[float, Suggestion] | None = None
    for option in tried:
        after = play(view, {option.window: option.works}, (option.window,) if option.opens else ())
        saved = sum(_total(before[name]) - _total(after[name]) for name in view.queues) * EASE[option.action]
        if saved > 0 and _helps(before, after, queue, view) and (found is None or saved > found[0]):
            found = (saved, _suggestion(option, queue, before, after, served))
    return found[1] if found else None


# ---------------------------------------------------------------- what could be done


def _at(state: HallState, window: str, queue: str, now: int) -> Iterable[Option]:
    """The options at one window."""
    desk, present = state.window(window), state.plan(window)
    if desk.state is Desk.OPEN:
        for action, plan in _plans(state, window, queue):
            works = plan or state.layout.windows[window]
            if works.services != present.services:
                yield Option(window, action, plan, works, opens=False)
    elif queue in present.services:
        if desk.state is Desk.PAUSED:
            if now - desk.since >= PAUSED_S * 1000:
                yield Option(window, "resume", None, present, opens=True)
        else:
            yield Option(window, "staff" if desk.clerk is None else "open", None, present, opens=True)
    elif desk.state is Desk.CLOSED:
        mode = next((plan for action, plan in _plans(state, window, queue) if action == "mode" and plan), None)
        if mode is not None:
            yield Option(window, "staff" if desk.clerk is None else "open", mode, mode, opens=True)


def _plans(state: HallState, window: str, queue: str) -> Iterable[tuple[str, WindowPlan | None]]:
    """(action, plan) for the plans of the window that call the queue first; None is the config's own."""
    layout, present = state.layout, state.plan(window)
    if state.window(window).plan is not None and queue in layout.windows[window].services:
        yield "own", None
    for mode in layout.modes.get(window, ()):
        if queue in mode.plan.services and mode.plan != present:
            yield "mode", mode.plan
    if queue in present.help:
        yield "plan", _helping(present, queue)


def _helping(present: WindowPlan, queue: str) -> WindowPlan:
    """The plan with a service that it helps out with among its own."""
    ratio = present.ratio and (*[row for row in present.ratio if row[0] != queue], (queue, 1))
    left = tuple([name for name in present.help if name != queue])
    return replace(present, services=(*present.services, queue), help=left, ratio=ratio, mode=None)


# ---------------------------------------------------------------- whether it helps


def _total(row: Outlook) -> int:
    return row.people * row.mean_s


def _helps(before: dict[str, Outlook], after: dict[str, Outlook], queue: str, view: Scene) -> bool:
    """Enough for the queue, and nobody else is made to wait beyond what is aimed at and longer than those it helps."""
    had, has = before[queue], after[queue]
    if had.mean_s - has.mean_s < max(MARGIN_S, had.mean_s * MARGIN_PERCENT // 100):
        return False
    services = view.layout.services
    return all(
        after[name].mean_s <= max(before[name].mean_s + COST_S, services[name].target_s, has.mean_s)
        for name in view.queues
        if name != queue
    )


def _suggestion(
    option: Option, queue: str, before: dict[str, Outlook], after: dict[str, Outlook], served: bool
) -> Suggestion:
    effect = Effect(queue, before[queue].mean_s if served else None, after[queue].mean_s)
    longest = Effect(queue, before[queue].longest_s if served else None, after[queue].longest_s)
    cost = [
        Effect(name, before[name].mean_s, after[name].mean_s)
        for name in before
        if name != queue and after[name].mean_s - before[name].mean_s >= COST_S
    ]
    cost.sort(key=lambda row: (row.before_s or 0) - (row.after_s or 0))
    return Suggestion(option.window, option.action, option.plan, effect, longest, tuple(cost[:COSTS]))
