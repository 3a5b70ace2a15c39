"""Options of the driver onbon."""

import re
from typing import Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from drivers.sign import CardOptions

MOST_AREAS: Final = 8
"""Dynamic areas of a card: 8 on 5K, 5 on 6K."""

HALF_HOURS: Final = 48
_HALF_HOUR: Final = re.compile(r"([01]\d|2[0-3]):(00|30)")


class OnbonOptions(CardOptions):
    """Options of the driver onbon."""

    cards: list[int] = Field(
        [1],
        min_length=1,
        max_length=32,
        description="Addresses of the cards on this link. With one, it is every unit's; with several, a unit that has "
        "no area is the card of that address.",
    )
    width: int = Field(0, ge=0, le=4096, description="Pixels across of the screen; 0: as the card says.")
    height: int = Field(0, ge=0, le=4096, description="Pixels down of the screen; 0: as the card says.")
    brightness: int | None = Field(
        None, ge=0, le=15, description="0 to 15 (brightest), kept at all hours; left out: the card's own setting stays."
    )
    brightness_at: dict[str, int] = Field(
        {}, description='Brightness by the time of day from which it holds: {"07:00" = 12, "18:30" = 5}.'
    )
    clock: str = Field(
        "Asia/Shanghai", description="Time zone in which the card's clock is kept right; empty: it is left alone."
    )
    above: bool = Field(
        False, description="Whether texts stand over the programmes stored on the card instead of beside them."
    )
    poll_s: float = Field(10, ge=2, le=600, description="Seconds between two questions to each card how it is.")

    @property
    def zone(self) -> ZoneInfo | None:
        """The time zone of `clock`."""
        return ZoneInfo(self.clock) if self.clock else None

    @property
    def daily_brightness(self) -> bytes:
        """`brightness_at` as a level for each half hour; empty without it."""
        if not self.brightness_at:
            return b""
        starts = {_half_hour(at): level for at, level in self.brightness_at.items()}
        level = starts[max(starts)]
        levels = bytearray()
        for half_hour in range(HALF_HOURS):
            level = starts.get(half_hour, level)
            levels.append(level)
        return bytes(levels)

    @field_validator("cards")
    @classmethod
    def _addresses(cls, cards: list[int]) -> list[int]:
        if len(set(cards)) < len(cards):
            raise ValueError("a card's address stands twice")
        if not all(0 <= card <= 0x7FFF for card in cards):
            raise ValueError("a card's address is 0 to 32767")
        return cards

    @field_validator("brightness_at")
    @classmethod
    def _levels(cls, levels: dict[str, int]) -> dict[str, int]:
        for at, level in levels.items():
            if not _HALF_HOUR.fullmatch(at):
                raise ValueError(f'{at} is no half hour; write "07:00" or "18:30"')
            if not 0 <= level <= 15:
                raise ValueError(f"the brightness at {at} is 0 to 15")
        return levels

    @field_validator("clock")
    @classmethod
    def _zone(cls, clock: str) -> str:
        try:
            ZoneInfo(clock or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{clock} is no time zone; write Asia/Shanghai") from None
        return clock

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.brightness is not None and self.brightness_at:
            raise ValueError("give brightness or brightness_at, not both")
        if self.brightness_at and not self.clock:
            raise ValueError("brightness_at goes by the card's clock: give clock its time zone")
        for unit, area in self.areas.items():
            if area.area >= MOST_AREAS:
                raise ValueError(f"unit {unit}: a card has the areas 0 to {MOST_AREAS - 1}")
            if area.card not in self.cards:
                raise ValueError(f"unit {unit}: card {area.card} does not stand in cards")
        return self


def _half_hour(at: str) -> int:
    hour, minute = at.split(":")
    return 2 * int(hour) + int(minute) // 30
