"""What may be asked about alerts; see `hallctl.domain.commands`. The watcher sends the first three by itself."""

from typing import ClassVar

from hallctl.domain.alert import Suggestion
from hallctl.domain.commands import Command


class RaiseAlert(Command, frozen=True, gc=False):
    """A rule's line was reached, for long enough."""

    rule: str
    service: str | None
    window: str | None
    value: int
    line: int


class ClearAlert(Command, frozen=True, gc=False):
    """It is so no more, for long enough."""

    alert: str


class AdviseAlert(Command, frozen=True, gc=False):
    """What would help now; or that it has grown worse."""

    alert: str
    value: int
    suggestion: Suggestion | None


class ConfirmAlert(Command, frozen=True, gc=False):
    """Do what is suggested, in one step. `window` and `action` are those that the asker was shown: if others are
    suggested meanwhile, nothing happens."""

    METHOD: ClassVar[str] = "alert.confirm"
    alert: str
    window: str | None = None
    action: str | None = None


class DismissAlert(Command, frozen=True, gc=False):
    """Leave it so, for a `reason`."""

    METHOD: ClassVar[str] = "alert.dismiss"
    alert: str
    reason: str
