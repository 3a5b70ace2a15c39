"""Tells everybody what is durable: a snapshot at `seq`, then numbered deltas; one frame per commit and role.

The hub keeps the hall as it is on disk (`state`), a little behind the engine's tentative one: nothing leaves through
here before its commit. A frame is encoded once per role and offered to each subscriber, who must not block; one that
reads too slowly skips frames and takes a snapshot when it can again.
"""

import secrets
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import msgspec
import structlog
from msgspec import Struct

from hallctl.clock import Clock
from hallctl.domain.events import DayClosed, DayOpened, DevicesChanged, HallStarted, Record
from hallctl.domain.model import Ticket
from hallctl.domain.state import HallState, adopt
from hallctl.engine.fan_out import FanOut, Subscriber
from hallctl.engine.step import Step
from hallctl.store.journal import Head

log = structlog.get_logger()

Json = dict[str, Any]

RECENT = 2000
"""Records kept for clients that come back; 2,000 are about five minutes of a county hall at its peak."""

SAME_MS = 1000
"""How long a snapshot is given again while nothing happens: the time is in it, and doubts that come by themselves."""

RESUME = 500
"""A client that missed more than this gets a snapshot: it is smaller."""


RENEWING = frozenset({DayOpened, DayClosed, HallStarted, DevicesChanged})
"""Events after which everybody takes a snapshot: too much is new. A restart or a technician may have brought another
config."""


Told = set[tuple[str, str]]
"""(kind, id) of what a later event of the same frame tells already: the same facts once more would only be bytes."""


class Viewer(Protocol):
    """What a role sees; the api's views."""

    def snapshot(self, role: str, place: str | None, state: HallState, now: int) -> Json: ...

    def event(self, role: str, change: "Change", state: HallState, told: Told) -> Json | None: ...


class Change(Struct, frozen=True, gc=False):
    """A record with its ticket as it was and as it became; `after` is the last value of one that has left memory."""

    record: Record
    before: Ticket | None
    after: Ticket | None


class Foreseen(Struct, frozen=True, gc=False):
    """What will be told of steps when they are durable. `head` is the journal's end after them, which no others have;
    `frame` is that of one role (None: it is told nothing), if its next one still begins with `first`."""

    head: Head
    changes: list[Change]
    role: str
    first: int
    frame: bytes | None


class Hub:
    """Publishes records and answers subscriptions. `state` is as of the last commit."""

    def __init__(self, state: HallState, viewer: Viewer, clock: Clock) -> None:
        self.state = state
        self.busy: Callable[[], bool] = lambda: False
        """Whether a commit is under way; the hall's to tell."""
        self._viewer = viewer
        self._clock = clock
        self._epoch = secrets.token_hex(8)
        self._subscribers: dict[str, set[Subscriber]] = {}
        self._told: dict[str, int] = {}
        self._recent: deque[Change] = deque(maxlen=RECENT)
        self._snapshots: dict[tuple[str, str | None], msgspec.Raw] = {}
        self._same = (-1, 0)
        self._untold: list[Change] = []
        self._foreseen: Foreseen | None = None
        self._fan_out = FanOut(self._tell_all, lambda: self.busy())

    def foresee(self, steps: Sequence[Step], state: HallState) -> None:
        """Make now, while the steps are being committed, what `publish` will tell of them; `state` is the hall as it is
        after them. Nothing of it leaves before `publish`.

        Only the frame of the role that most have, so that it is ready before the disk is and no answer waits for it;
        and none where others were told of before, or decided since.
        """
        head = steps[-1].head
        if state.seq != head.seq or not steps[0].follows(self.state) or not self._fan_out.empty:
            return
        role = max(self._subscribers, key=lambda role: len(self._subscribers[role]), default="")
        if not self._subscribers.get(role):
            return
        changes = _changes(steps, self.state)
        if not _renews(changes):
            frame = self._frame(role, changes, state)
            self._foreseen = Foreseen(head, changes, role, self._next(role), frame)

    def publish(self, steps: Sequence[Step]) -> None:
        """Adopt committed steps in order and tell every subscriber what its role may see, as it is after the last.

        While a frame is still on its way to many, what is new meanwhile waits to be one frame: as with commits, the
        more there is, the more goes together, and nobody waits for nothing.
        """
        foreseen, self._foreseen = self._foreseen, None
        if foreseen is not None and foreseen.head != steps[-1].head:
            foreseen = None
        changes = foreseen.changes if foreseen is not None else _changes(steps, self.state)
        for step in steps:
            adopt(self.state, step.noted, step.head.seq)
        self._recent.extend(changes)
        if _renews(changes):
            self.renew()
            return
        self._untold += changes
        if self._fan_out.empty:
            self._tell_all(foreseen)

    def _tell_all(self, foreseen: Foreseen | None = None) -> None:
        """Tell each role what is untold, in the frame that was foreseen for it or in one that is made now; nothing
        happens where there is nothing."""
        changes, self._untold = self._untold, []
        for role, members in self._subscribers.items():
            if members:
                if foreseen is not None and (role, self._next(role)) == (foreseen.role, foreseen.first):
                    frame = foreseen.frame
                else:
                    frame = self._frame(role, changes, self.state)
                if frame is not None:
                    self._tell(role, frame)

    def renew(self) -> None:
        """Send everybody a fresh snapshot: too much is new, or the state was rebuilt."""
        self._fan_out.flush()
        for role, members in self._subscribers.items():
            self._told[role] = self.state.seq
            for subscriber in list(members):
                subscriber.offer(self.snapshot_frame(subscriber))

    def replace(self, state: HallState) -> None:
        """The state was rebuilt from the store: everybody starts from it."""
        self._fan_out.flush()
        self.state = state
        self._recent.clear()
        self._snapshots.clear()
        self.renew()

    def subscribe(self, subscriber: Subscriber, since: int | None, epoch: str | None) -> Json:
        """Add the subscriber; answers with a snapshot, or with the events after `since` if they are still here and were
        seen in this `epoch`: after a restart, perhaps from a restored backup, a number may mean another event."""
        self._level(subscriber.role)
        self._subscribers.setdefault(subscriber.role, set()).add(subscriber)
        missed = None if since is None or epoch != self._epoch else self._since(subscriber.role, since)
        told = {"seq": self.state.seq, "epoch": self._epoch}
        return {**told, "events": missed} if missed is not None else {**told, "snapshot": self._snapshot(subscriber)}

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Forget the subscriber, after what was meant for it; harmless if it was not there."""
        self._fan_out.flush()
        self._subscribers.get(subscriber.role, set()).discard(subscriber)

    def snapshot_frame(self, subscriber: Subscriber) -> bytes:
        """A ``hall.snapshot`` notification for one who was skipped."""
        self._level(subscriber.role)
        return _frame("hall.snapshot", {"seq": self.state.seq, "snapshot": self._snapshot(subscriber)})

    def notify(self, method: str, params: Json, to: Callable[[Subscriber], bool]) -> None:
        """Send something that is not part of the state (a caption, a card) to the subscribers that `to` picks."""
        frame = _frame(method, params)
        for members in self._subscribers.values():
            self._fan_out.send(frame, [member for member in members if to(member)])
        self._fan_out.flush()

    def retell(self, method: str, params: Json) -> None:
        """Tell everybody what has become otherwise by time alone. Who is away now will take a snapshot: no event tells
        it."""
        self._epoch = secrets.token_hex(8)
        self._snapshots.clear()
        frame = _frame(method, params)
        for members in self._subscribers.values():
            self._fan_out.send(frame, list(members))

    def count(self) -> int:
        """How many are subscribed."""
        return sum(len(members) for members in self._subscribers.values())

    def _snapshot(self, subscriber: Subscriber) -> msgspec.Raw:
        """What the role at its place may see, as JSON; made once for all who ask while nothing changes: after a restart
        everybody does."""
        who = (subscriber.role, subscriber.place)
        seq, now = self.state.seq, self._clock.now()
        if seq != self._same[0] or not 0 <= now - self._same[1] < SAME_MS:
            self._same = (seq, now)
            self._snapshots.clear()
        if who not in self._snapshots:
            self._snapshots[who] = msgspec.Raw(msgspec.json.encode(self._viewer.snapshot(*who, self.state, now)))
        return self._snapshots[who]

    def _since(self, role: str, since: int) -> list[Json] | None:
        """What the role missed after `since`, told with the facts of now; None if that is no longer known."""
        behind = self.state.seq - since
        if behind == 0:
            return []
        if not 0 < behind <= min(RESUME, len(self._recent)):
            return None
        missed = list(self._recent)[-behind:]
        if _renews(missed):
            return None
        return self._seen(role, missed, self.state)

    def _seen(self, role: str, changes: list[Change], state: HallState) -> list[Json]:
        """What the role is told of the changes, with the facts of now; each fact with the last event it belongs to."""
        seen: list[Json] = []
        told: Told = set()
        for change in reversed(changes):
            data = _view(self._viewer, role, change, state, told)
            if data is not None:
                seen.append(_event(change.record, data))
        return seen[::-1]

    def _level(self, role: str) -> None:
        """Bring all of the role up to the state's number: the frame after a snapshot begins behind it, also where the
        role was not told of the last events because it does not see them."""
        self._fan_out.flush()
        if self._next(role) <= self.state.seq:
            self._tell(role, _events(self._next(role), self.state.seq, []))
            self._fan_out.flush()

    def _next(self, role: str) -> int:
        """The first number of the role's next frame."""
        return self._told.get(role, 0) + 1

    def _frame(self, role: str, changes: list[Change], state: HallState) -> bytes | None:
        """What the role is told of the changes, as of `state`; None for nothing."""
        seen = self._seen(role, changes, state)
        return _events(self._next(role), state.seq, seen) if seen else None

    def _tell(self, role: str, frame: bytes) -> None:
        self._told[role] = self.state.seq
        self._fan_out.send(frame, list(self._subscribers.get(role, ())))


def _changes(steps: Sequence[Step], state: HallState) -> list[Change]:
    """What the steps change in `state`, which is still to adopt them."""
    changes: list[Change] = []
    latest: dict[str, Ticket] = {}
    for step in steps:
        for record in step.records:
            ticket = getattr(record.event, "ticket", "")
            known = latest.get(ticket) or state.tickets.get(ticket)
            before, after = step.noted.get(("ticket", ticket), (known, known))
            if after is not None:
                latest[ticket] = after
            changes.append(Change(record, before, after))
    return changes


def _renews(changes: Iterable[Change]) -> bool:
    return any(type(change.record.event) in RENEWING for change in changes)


def _event(record: Record, data: Json) -> Json:
    return {"seq": record.seq, "at": record.at, "type": record.event.TYPE, "data": data}


def _view(viewer: Viewer, role: str, change: Change, state: HallState, told: Told) -> Json | None:
    """What the role is told of the change. An edge: a defect in a view must not stop the broadcast to others."""
    try:
        return viewer.event(role, change, state, told)
    except Exception:
        log.exception("view.failed", role=role, type=change.record.event.TYPE)
        return None


def _events(first: int, last: int, seen: list[Json]) -> bytes:
    return _frame("hall.events", {"from": first, "to": last, "events": seen})


def _frame(method: str, params: Json) -> bytes:
    return msgspec.json.encode({"jsonrpc": "2.0", "method": method, "params": params})
