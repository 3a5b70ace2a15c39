"""What has happened to alerts; see `hallctl.domain.events`."""

from typing import ClassVar

from hallctl.domain.alert import Suggestion
from hallctl.domain.event import Event


class AlertRaised(Event, frozen=True, gc=False):
    """A rule's line was reached: `value` of `line`, at the service or window, or in the whole hall."""

    TYPE: ClassVar[str] = "alert.raised"
    alert: str
    rule: str
    service: str | None
    window: str | None
    value: int
    line: int


class AlertAdvised(Event, frozen=True, gc=False):
    """What would help now, or nothing (None); or it has grown much worse since it was dismissed. The alert asks for a
    supervisor again."""

    TYPE: ClassVar[str] = "alert.advised"
    alert: str
    value: int
    suggestion: Suggestion | None


class AlertCleared(Event, frozen=True, gc=False):
    """It is so no more."""

    TYPE: ClassVar[str] = "alert.cleared"
    alert: str


class AlertConfirmed(Event, frozen=True, gc=False):
    """A supervisor has taken the suggestion; what it changes stands in the events before this one. `waiting` people
    were in the queue then."""

    TYPE: ClassVar[str] = "alert.confirmed"
    alert: str
    suggestion: Suggestion
    waiting: int


class AlertDismissed(Event, frozen=True, gc=False):
    """A supervisor knows of it and leaves it so, for the reason told."""

    TYPE: ClassVar[str] = "alert.dismissed"
    alert: str
    reason: str
