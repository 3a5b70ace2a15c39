"""Halls that are watched, for tests: a township with a flexible window, and rules that are looked at by hand."""

from dataclasses import dataclass, field
from typing import Final

from hallctl.domain.alert import Alert
from hallctl.domain.layout import Layout, Mode, Service
from hallctl.domain.model import WindowPlan
from hallctl.domain.state import HallState
from hallctl.domain.threshold import Watching
from hallctl.domain.watch import Since, settle, watch
from hallctl.domain.watch_commands import AdviseAlert, ClearAlert, RaiseAlert
from tests.domain.halls import MemoryHall

MINUTE: Final = 60_000

WATCHING: Final = Watching(waiting=5, per_window=0, overdue=3)
"""Small lines; all else as it comes."""


def township(watching: Watching = WATCHING) -> Layout:
    """综合受理 at windows 1 and 2, 发证 at 3 and 6; 6 is the flexible one."""
    general, issue = ("general",), ("issue",)
    return Layout(
        services={
            "general": Service("general", "A", "main", 540),
            "issue": Service("issue", "F", "main", 180),
            "police": Service("police", "C", "main", 600),
        },
        windows={
            "1": WindowPlan("1", "main", general),
            "2": WindowPlan("2", "main", general),
            "3": WindowPlan("3", "main", issue),
            "5": WindowPlan("5", "main", ("police",), help=general, help_when=0, help_from=50),
            "6": WindowPlan("6", "main", issue),
        },
        kiosk_printers={"kiosk-1": None},
        modes={"6": (Mode("general", WindowPlan("6", "main", general, mode="general")),)},
        watch=watching,
    )


@dataclass
class WatchedHall(MemoryHall):
    """A hall with a supervisor's eyes: `look` does what the watcher does, without advice."""

    state: HallState = field(default_factory=lambda: HallState(layout=township()))
    since: Since = field(default_factory=dict)

    def pass_min(self, minutes: float) -> "WatchedHall":
        self.at += round(minutes * MINUTE)
        return self

    def take_many(self, count: int, service: str = "general", every_s: int = 1) -> "WatchedHall":
        for _ in range(count):
            self.take(service)
            self.at += every_s * 1000 - 1000
        return self

    def look(self) -> list[str]:
        """The rules whose alerts stand after a look."""
        watching = self.state.layout.watch
        changes = settle(self.state.alerts.values(), watch(self.state, self.at), self.since, self.at, watching.settle_s)
        self.since = changes.since
        for row in changes.raised:
            self.must(RaiseAlert(row.rule, row.service, row.window, row.value, row.line))
        for alert in changes.cleared:
            self.must(ClearAlert(alert.id))
        for alert, value in changes.worse:
            self.must(AdviseAlert(alert.id, value, None))
        return [alert.rule for alert in self.state.alerts.values()]

    def settled(self) -> list[str]:
        """As `look`, and again after things have had time to settle."""
        self.look()
        return self.pass_min(1).look()

    def alert(self, rule: str) -> Alert:
        return next(alert for alert in self.state.alerts.values() if alert.rule == rule)

    def told(self) -> list[str]:
        """Types of the alerts' events so far."""
        return [record.event.TYPE for record in self.records if record.event.TYPE.startswith("alert.")]
