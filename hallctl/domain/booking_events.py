"""What has happened to appointments; see `hallctl.domain.events`."""

from typing import ClassVar

from hallctl.domain.event import Event
from hallctl.domain.model import Person, Priority


class AppointmentBooked(Event, frozen=True, gc=False):
    """A slot was booked: [start, end) ms on the date `day`. `source` booked it, there it is `external`; `phone` is a
    digest, `tail` the number's last four digits."""

    TYPE: ClassVar[str] = "appointment.booked"
    PRIVATE: ClassVar[frozenset[str]] = frozenset({"code", "holder", "phone", "tail"})
    appointment: str
    service: str
    day: str
    start: int
    end: int
    source: str
    external: str | None = None
    code: str = ""
    holder: Person | None = None
    phone: str | None = None
    tail: str | None = None


class AppointmentImported(Event, frozen=True, gc=False):
    """A list of appointments was taken over: so many booked, known before, refused."""

    TYPE: ClassVar[str] = "appointment.imported"
    source: str
    booked: int
    known: int
    refused: int


class AppointmentCancelled(Event, frozen=True, gc=False):
    """`counts`: it was so late that it counts as not coming; then as in `AppointmentMissed`."""

    TYPE: ClassVar[str] = "appointment.cancelled"
    appointment: str
    counts: bool = False
    kept_until: int = 0
    blocked_until: int | None = None
    reason: str | None = None


class AppointmentCheckedIn(Event, frozen=True, gc=False):
    """The person is here and has the `ticket`; `late`: too late for the class of appointments.

    `priority` is the new class of a ticket that the person had taken before; None: as it is.
    """

    TYPE: ClassVar[str] = "appointment.checked_in"
    appointment: str
    ticket: str
    late: bool = False
    priority: Priority | None = None


class AppointmentMissed(Event, frozen=True, gc=False):
    """Nobody came. `counts`: that is remembered of the person until `kept_until`; it was once too often if remote
    booking is refused from now until `blocked_until`."""

    TYPE: ClassVar[str] = "appointment.missed"
    appointment: str
    counts: bool = False
    kept_until: int = 0
    blocked_until: int | None = None


class QuotaSet(Event, frozen=True, gc=False):
    """The slot of the service that begins at `start` has this quota; None: that of its rule again."""

    TYPE: ClassVar[str] = "quota.set"
    service: str
    start: int
    quota: int | None


class BlockLifted(Event, frozen=True, gc=False):
    """The person may book again, and what was missed is forgotten; `block` is the appointment that led to it."""

    TYPE: ClassVar[str] = "block.lifted"
    block: str
    reason: str | None = None
