"""Appointments as values: the rules of a hall's slots, an appointment, what is remembered of who did not come.

Moments are ms UTC, minutes are of the hall's wall clock after midnight. Of a person there are a keyed digest and masks,
of a telephone a keyed digest and the last four digits; never a number, never a name.
"""

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from hallctl.domain.model import Person


class BookingStage(StrEnum):
    """The stages of an appointment; one that was missed may still be checked in late on its day."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    MISSED = "missed"
    CANCELLED = "cancelled"


class SlotRule(Struct, frozen=True):
    """Slots of `slot_min` minutes one after the other from `from_min` to `to_min`, on weekdays (1–7, 1 is Monday); in
    each `quota` appointments. A rule of all five working days holds on a weekend day that is worked (调休) too."""

    days: tuple[int, ...]
    from_min: int
    to_min: int
    slot_min: int
    quota: int


class BookingRules(Struct, frozen=True):
    """What holds for all appointments of a hall.

    Bookings reach `horizon_days` ahead. Check-in is possible from `early_min` before the slot (0: all day) and keeps
    the class until `grace_min` after it. Cancelling less than `cancel_before_min` before the slot counts as not
    coming, if `late_cancel` says so. Who did not come `no_show_limit` times (0: never mind) within `no_show_days`
    books nothing remotely for `block_days`.
    """

    horizon_days: int = 7
    early_min: int = 0
    grace_min: int = 15
    cancel_before_min: int = 120
    late_cancel: bool = True
    no_show_limit: int = 2
    no_show_days: int = 30
    block_days: int = 90


class Slot(NamedTuple):
    """One slot [start, end), ms UTC, with the quota of its rule; `day` (YYYY-MM-DD) is its business day."""

    day: str
    start: int
    end: int
    quota: int


class Appointment(Struct, frozen=True, gc=False):
    """One booking of a slot. `code` (6–8 digits) is what its holder shows; `source` booked it, there it is `external`.

    `ticket` is the one of the check-in, `late` says that it is a normal one. It is `live`, and in memory, until its day
    is over and it is not booked any more.
    """

    id: str
    code: str
    service: str
    day: str
    start: int
    end: int
    booked_at: int
    source: str
    external: str | None = None
    stage: BookingStage = BookingStage.BOOKED
    ticket: str | None = None
    late: bool = False
    ended_at: int | None = None
    reason: str | None = None
    live: bool = True
    phone: str | None = None
    tail: str | None = None
    holder: Person | None = None

    @property
    def who(self) -> str | None:
        """The digest that stands for its holder: of the identity, else of the telephone."""
        return self.holder.digest if self.holder is not None else self.phone


class Quota(Struct, frozen=True, gc=False):
    """The quota of one slot where it is not that of the rule; `id` is of the service and the slot's start."""

    id: str
    service: str
    start: int
    quota: int


class Block(Struct, frozen=True, gc=False):
    """How often a person did not come: (appointment, when) of each, the oldest first.

    Remote booking is refused `until` then (None: it is not) because of the last of them, `appointment`. It is forgotten
    after `kept_until`.
    """

    digest: str
    misses: tuple[tuple[str, int], ...]
    kept_until: int
    until: int | None = None
    appointment: str | None = None


def quota_id(service: str, start: int) -> str:
    """The key of a slot's own quota."""
    return f"{service}@{start}"
