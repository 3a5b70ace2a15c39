"""What may be asked about appointments; see `hallctl.domain.commands`. The rules stand in `decide_booking`."""

from typing import ClassVar

from msgspec import Struct

from hallctl.domain.commands import Command
from hallctl.domain.model import Person, Priority


class Wish(Struct, frozen=True, gc=False):
    """An appointment as it is wanted: the slot that begins at `start`. Of the `codes`, random ones made by the asker or
    one that the holder has already, the first that is free becomes its code."""

    service: str
    start: int
    codes: tuple[str, ...]
    external: str | None = None
    holder: Person | None = None
    phone: str | None = None
    tail: str | None = None


class BookAppointment(Command, frozen=True, gc=False):
    """`source` asks for it; `remote`: not in the hall, so that a block holds. The same (source, external) again is the
    same appointment."""

    METHOD: ClassVar[str] = "appointment.book"
    wish: Wish
    source: str
    remote: bool = False


class ImportAppointments(Command, frozen=True, gc=False):
    """Take a list over: (line, wish) rows, all of them or none; `partly`: those that can be. `dry_run` only tells."""

    METHOD: ClassVar[str] = "appointment.import"
    source: str
    rows: tuple[tuple[int, Wish], ...]
    partly: bool = False
    dry_run: bool = False


class CancelAppointment(Command, frozen=True, gc=False):
    """`by_hall`: not the person's doing, so it never counts. `source`: only what it has booked itself; None: any."""

    METHOD: ClassVar[str] = "appointment.cancel"
    appointment: str
    reason: str | None = None
    by_hall: bool = False
    source: str | None = None


class CheckInAppointment(Command, frozen=True, gc=False):
    """The person is here. The appointment of today is found by what is given of: its `code`, the `person` of a card, a
    `digest` of an identity, one of a `phone`, the last four digits of that (`tail`); the id `appointment` chooses among
    several, or alone is enough where the staff ask.

    `kiosk` prints the slip unless `paperless`; `priority` is the class of the person besides. `override`: the staff
    give the number although it is too early or out of hours, with a `reason` (T09).
    """

    METHOD: ClassVar[str] = "appointment.check_in"
    appointment: str | None = None
    code: str | None = None
    person: Person | None = None
    digest: str | None = None
    phone: str | None = None
    tail: str | None = None
    priority: Priority = Priority.NORMAL
    kiosk: str | None = None
    paperless: bool = False
    reason: str | None = None
    override: bool = False


class MissAppointments(Command, frozen=True, gc=False):
    """Nobody came for what is overdue. `since` (ms): whoever was due before could not check in, as nothing was there to
    do so; that does not count."""

    since: int


class SetQuota(Command, frozen=True, gc=False):
    """How many appointments the slot that begins at `start` takes; None: as its rule says."""

    METHOD: ClassVar[str] = "quota.set"
    service: str
    start: int
    quota: int | None


class LiftBlock(Command, frozen=True, gc=False):
    """Let a person book again; `block` is the appointment that led to it."""

    METHOD: ClassVar[str] = "block.lift"
    block: str
    reason: str | None = None
