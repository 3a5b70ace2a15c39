"""What a supervisor should look at, and what would help."""

from typing import Final

from msgspec import Struct

from hallctl.domain.model import WindowPlan

ACTIONS: Final = ("mode", "plan", "own", "resume", "open", "staff")
"""What can be suggested: one of the window's modes, another plan, the config's own plan; end its pause; open it, since
its clerk is there; send somebody to it, which a person must do."""


class Effect(Struct, frozen=True, gc=False):
    """What a change is expected to do to a queue: the mean wait (s) of those there and to come within the hour, without
    it and with it. None: nobody would call them."""

    queue: str
    before_s: int | None
    after_s: int | None


class Suggestion(Struct, frozen=True, gc=False):
    """A change at one window that is expected to help the queue of `effect`. `action` is one of `ACTIONS`, `plan` what
    the window would call (None: as it does). `longest` is the same of the longest wait, `cost` the queues that would
    have to wait noticeably longer, the worst first."""

    window: str
    action: str
    plan: WindowPlan | None
    effect: Effect
    longest: Effect
    cost: tuple[Effect, ...] = ()


class Alert(Struct, frozen=True, gc=False):
    """One condition that stands (see `watch`): `value` has reached `line`, at `service` or `window` or, with neither,
    in the whole hall; people, or seconds. `since` is when it was told (ms).

    `stage` is ``raised``, ``confirmed`` (its suggestion was taken, at a time when `waiting` people waited) or
    ``dismissed`` (for a `reason`), by whom and when in `by` and `at`. It stands until it is cleared.
    """

    id: str
    rule: str
    service: str | None
    window: str | None
    since: int
    value: int
    line: int
    stage: str = "raised"
    suggestion: Suggestion | None = None
    by: str | None = None
    at: int | None = None
    reason: str | None = None
    waiting: int | None = None
