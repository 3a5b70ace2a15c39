"""Shapes of the methods of appointments; see `hallctl.api.schemas`.

Numbers and names arrive over the line of somebody who is known to the hall, are digested and masked at once, and are
never kept, told or logged.
"""

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hallctl.api.schemas import MOST, Change, Name, Note, Params, PriorityName

Code = Annotated[str, Meta(pattern=r"^\d{6,8}$", description="What the holder of the appointment shows.")]
Number = Annotated[str, Meta(pattern=r"^[0-9A-Za-z()]{4,32}$", description="Of an identity document.")]
Phone = Annotated[str, Meta(min_length=5, max_length=24)]
Tail = Annotated[str, Meta(pattern=r"^\d{4}$", description="The last four digits of the telephone number.")]
Moment = Annotated[int, Meta(ge=0, le=MOST, description="ms since 1970 UTC")]
Scanned = Annotated[str, Meta(min_length=6, max_length=200, description="The code, or what a QR code of it says.")]

ROWS: int = 400
"""Rows of a list in one request."""


class ImportRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One appointment that is wanted; `external` is its id where it comes from."""

    line: Annotated[int, Meta(ge=0, le=10_000_000)]
    service: Name
    start: Moment
    external: Name | None = None
    number: Number | None = None
    kind: Name = "resident"
    name: Name | None = None
    phone: Phone | None = None
    code: Code | None = None


class BookAppointment(Change, frozen=True, kw_only=True):
    service: Name
    start: Moment
    external: Name | None = None
    number: Number | None = None
    kind: Name = "resident"
    name: Name | None = None
    phone: Phone | None = None
    code: Code | None = None
    claim: Name | None = None
    kiosk: Name | None = None


class ImportAppointments(Change, frozen=True, kw_only=True):
    source: Name
    rows: Annotated[tuple[ImportRow, ...], Meta(min_length=1, max_length=ROWS)]
    partly: bool = False
    dry_run: bool = False


class CancelAppointment(Change, frozen=True, kw_only=True):
    """`by_hall`: not the person's doing (the staff say so)."""

    appointment: Name
    reason: Note | None = None
    by_hall: bool = False


class AppointmentKey(Params, frozen=True, kw_only=True):
    """By what an appointment is found: one of these; `appointment` besides chooses among several."""

    appointment: Name | None = None
    code: Scanned | None = None
    claim: Name | None = None
    number: Number | None = None
    phone: Phone | None = None
    tail: Tail | None = None
    kiosk: Name | None = None


class CheckInAppointment(Change, frozen=True, kw_only=True):
    """As `AppointmentKey`; `reason` of the staff: a number although it is too early or out of hours (T09)."""

    appointment: Name | None = None
    code: Scanned | None = None
    claim: Name | None = None
    number: Number | None = None
    phone: Phone | None = None
    tail: Tail | None = None
    kiosk: Name | None = None
    priority: PriorityName = "normal"
    paperless: bool = False
    reason: Note | None = None


class SetQuota(Change, frozen=True, kw_only=True):
    """`quota` null: as the config says."""

    service: Name
    start: Moment
    quota: Annotated[int, Meta(ge=0, le=1000)] | None = None


class LiftBlock(Change, frozen=True, kw_only=True):
    block: Name
    reason: Note | None = None


class ListSlots(Params, frozen=True, kw_only=True):
    """From `day` (default today) so many `days`; null: as far ahead as appointments are taken."""

    service: Name
    day: date | None = None
    days: Annotated[int, Meta(ge=1, le=61)] | None = None


class ListBlocks(Params, frozen=True, kw_only=True):
    """Of everybody, or of one person by number or telephone."""

    number: Number | None = None
    phone: Phone | None = None


class Appointments(msgspec.Struct, kw_only=True):
    appointments: list[dict[str, Any]]


class Slots(msgspec.Struct, kw_only=True):
    """`days`: ``[{day, slots: [{start, end, quota, booked, room}]}]``, those without slots left out."""

    service: str
    horizon_days: int
    days: list[dict[str, Any]]


class Blocks(msgspec.Struct, kw_only=True):
    blocks: list[dict[str, Any]]
