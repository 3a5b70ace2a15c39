"""From where on a supervisor is warned, and from where on no more: the lines of the rules in `watch`."""

from typing import Final

from msgspec import Struct


class QueueLine(Struct, frozen=True):
    """A service's own lines, where the hall's do not fit; None: the hall's."""

    waiting: int | None = None
    wait_s: int | None = None


class Watching(Struct, frozen=True):
    """The lines of a hall (requirements 4.3: 20 waiting, 30 minutes, so many who wait for longer).

    A queue is warned of from `waiting` people on, or from `per_window` for each of its open windows if that is more;
    once one has waited for `wait_s`; once `overdue` people in the hall have. A window is warned of that has paused for
    `pause_s`, or serves one ticket for `serving_times` the usual time, at least `serving_s`.

    What is counted must be so for `settle_s` before it is told, and before it is taken back; taken back it is below
    `clear_percent` of its line only, so that nothing is told twice because of one person.
    """

    enabled: bool = True
    waiting: int = 20
    per_window: int = 5
    wait_s: int = 1800
    overdue: int = 10
    pause_s: int = 900
    serving_times: int = 3
    serving_s: int = 900
    settle_s: int = 60
    clear_percent: int = 60
    services: dict[str, QueueLine] = {}

    def wait_line_s(self, service: str) -> int:
        """Seconds of waiting from which on the service's queue is warned of."""
        own = self.services.get(service, NO_LINE).wait_s
        return self.wait_s if own is None else own

    def waiting_line(self, service: str, desks: int) -> int:
        """People from whom on the service's queue is warned of while `desks` windows call it."""
        own = self.services.get(service, NO_LINE).waiting
        return max(self.waiting, self.per_window * desks) if own is None else own


NO_LINE: Final = QueueLine()
