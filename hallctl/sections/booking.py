"""Appointments: the slots of a service, and the rules for all of them."""

from typing import Annotated

from pydantic import Field

from hallctl.domain.booking import BookingRules, SlotRule
from hallctl.sections.section import Section
from hallctl.sections.times import Span, span_minutes


class SlotSection(Section):
    """A run of slots of one service."""

    days: list[Annotated[int, Field(ge=1, le=7)]] = Field(
        [1, 2, 3, 4, 5],
        description="Weekdays, 1 is Monday. Slots of all five working days are offered on 调休 days too.",
        min_length=1,
    )
    time: Span = Field(description='Part of the day that is cut into slots, "08:30-11:30".')
    slot_min: int = Field(30, ge=5, le=480, description="Length of a slot in minutes.")
    quota: int = Field(ge=1, le=1000, description="Appointments in a slot at most.")

    def plain(self) -> SlotRule:
        """The rule as the domain sees it."""
        return SlotRule(tuple(sorted(set(self.days))), *span_minutes(self.time), self.slot_min, self.quota)


class BookingSection(Section):
    """What holds for all appointments of the hall."""

    horizon_days: int = Field(7, ge=0, le=60, description="So many days ahead a slot can be booked; 0: today only.")
    early_min: int = Field(
        0, ge=0, le=720, description="Minutes before the slot from which check-in is possible; 0: all day."
    )
    grace_min: int = Field(
        15,
        ge=0,
        le=240,
        description="Minutes after the slot in which who is late keeps the place; then a normal number.",
    )
    cancel_before_min: int = Field(
        120, ge=0, le=10_080, description="Cancelling less than so many minutes before the slot is late."
    )
    late_cancel: bool = Field(True, description="Whether cancelling late counts as not coming.")
    no_show_limit: int = Field(
        2, ge=0, le=20, description="Who did not come so often books nothing remotely for a while; 0: never mind."
    )
    no_show_days: int = Field(30, ge=1, le=366, description="... within so many days.")
    block_days: int = Field(90, ge=1, le=366, description="For so many days. Numbers in the hall are never refused.")

    def plain(self) -> BookingRules:
        """The rules as the domain sees them."""
        return BookingRules(**self.model_dump())
