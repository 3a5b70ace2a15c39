"""The rules that look at the hall and warn the supervisor."""

from pydantic import Field

from hallctl.domain.threshold import QueueLine, Watching
from hallctl.sections.section import Id, Section


class QueueLineSection(Section):
    """A service's own lines."""

    waiting: int | None = Field(None, ge=1, le=10_000, description="Warn from so many waiting for this service.")
    wait_min: int | None = Field(None, ge=1, le=1440, description="Warn once one has waited so many minutes for it.")

    def plain(self) -> QueueLine:
        return QueueLine(self.waiting, None if self.wait_min is None else self.wait_min * 60)


class WatchSection(Section):
    enabled: bool = Field(True, description="Whether the supervisor is warned, and told what would help.")
    waiting: int = Field(20, ge=1, le=10_000, description="Warn of a service from so many waiting people on,")
    per_window: int = Field(
        5, ge=0, le=1000, description="... or from so many for each of its open windows, if that is more."
    )
    wait_min: int = Field(30, ge=1, le=1440, description="Warn of a service once one has waited so many minutes.")
    overdue: int = Field(
        10, ge=1, le=10_000, description="Warn of the hall from so many people on who have waited longer than that."
    )
    pause_min: int = Field(15, ge=1, le=1440, description="Warn of a window that has paused for so many minutes.")
    serving_times: int = Field(
        3, ge=1, le=100, description="Warn of a window that serves one ticket for so many times the usual time,"
    )
    serving_min: int = Field(15, ge=1, le=1440, description="... but not before so many minutes.")
    settle_s: int = Field(
        60, ge=0, le=3600, description="Seconds for which something must be so before it is told or taken back."
    )
    clear_percent: int = Field(
        60, ge=1, le=99, description="Taken back it is below so many percent of its line only (hysteresis)."
    )
    services: dict[Id, QueueLineSection] = Field({}, description="Own lines of services: {waiting=..., wait_min=...}.")

    def plain(self) -> Watching:
        """The lines as the domain sees them."""
        return Watching(
            self.enabled,
            self.waiting,
            self.per_window,
            self.wait_min * 60,
            self.overdue,
            self.pause_min * 60,
            self.serving_times,
            self.serving_min * 60,
            self.settle_s,
            self.clear_percent,
            {service: own.plain() for service, own in self.services.items()},
        )
