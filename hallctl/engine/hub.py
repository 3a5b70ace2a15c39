"""Tells everybody what is durable: a snapshot at `seq`, then numbered deltas; one frame per commit and role.

The hub keeps the hall as it is on disk (`state`), a little behind the engine's tentative one: nothing leaves through
here before its commit. A frame is encoded once per role and offered to each subscriber, who must not block; one that
reads too slowly skips frames and takes a snapshot when it can again.
"""

import secrets
from collections import deque
from collections.abc import Callable, Iterable
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
        self._fan_out = FanOut(self._tell_all, lambda: self.busy())

    def publish(self, steps: Iterable[Step]) -> None:
        """Adopt committed steps in order and tell every subscriber what its role may see, as it is after the last.

        While a frame is still on its way to many, what is new meanwhile waits to be one frame: as with commits, the
        more there is, the more goes together, and nobody waits for nothing.
        """
        changes = [change for step in steps for change in self._adopt(step)]
        self._recent.extend(changes)
        if any(type(change.record.event) in RENEWING for change in changes):
            self.renew()
            return
        self._untold += changes
        if self._fan_out.empty:
            self._tell_all()

    def _tell_all(self) -> None:
        """Make the frames of what is untold, one for each role; nothing happens where there is nothing."""
        changes, self._untold = self._untold, []
        for role, members in self._subscribers.items():
            if members:
                seen = self._seen(role, changes)
                if seen:
                    self._tell(role, seen)

    def _adopt(self, step: Step) -> list[Change]:
        changes: list[Change] = []
        for record in step.records:
            ticket = getattr(record.event, "ticket", "")
            before = self.state.tickets.get(ticket)
            _old, after = step.noted.get(("ticket", ticket), (None, before))
            changes.append(Change(record, before, after))
        adopt(self.state, step.noted, step.head.seq)
        return changes

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
        if any(type(change.record.event) in RENEWING for change in missed):
            return None
        return self._seen(role, missed)

    def _seen(self, role: str, changes: list[Change]) -> list[Json]:
        """What the role is told of the changes, with the facts of now; each fact with the last event it belongs to."""
        seen: list[Json] = []
        told: Told = set()
        for change in reversed(changes):
            data = self._view(role, change, told)
            if data is not None:
                seen.append(_event(change.record, data))
        return seen[::-1]

    def _view(self, role: str, change: Change, told: Told) -> Json | None:
        """What the role is told of the change. An edge: a defect in a view must not stop the broadcast to others."""
        try:
            return self._viewer.event(role, change, self.state, told)
        except Exception:
            log.exception("view.failed", role=role, type=change.record.event.TYPE)
            return None

    def _level(self, role: str) -> None:
        """Bring all of the role up to the state's number: the frame after a snapshot begins behind it, also where the
        role was not told of the last events because it does not see them."""
        self._fan_out.flush()
        if self._told.get(role, 0) < self.state.seq:
            self._tell(role, [])
            self._fan_out.flush()

    def _tell(self, role: str, seen: list[Json]) -> None:
        first = self._told.get(role, 0) + 1
        self._told[role] = self.state.seq
        frame = _frame("hall.events", {"from": first, "to": self.state.seq, "events": seen})
        self._fan_out.send(frame, list(self._subscribers.get(role, ())))


def _event(record: Record, data: Json) -> Json:
    return {"seq": record.seq, "at": record.at, "type": record.event.TYPE, "data": data}


def _frame(method: str, params: Json) -> bytes:
    return msgspec.json.encode({"jsonrpc": "2.0", "method": method, "params": params})
