"""Profile C, the county hall: how many come, when and for what, and how long they are served.

Shares and times are assumptions for a test load, no statistics about any real hall. Everything follows from a seed.
"""

import math
import random
from dataclasses import dataclass
from typing import Final

from hallctl.config import HallConfig

TICKETS: Final = 3_000
"""Numbers taken in a day."""

ZONES: Final[dict[str, tuple[int, float, float]]] = {
    "social": (760, 8.0, 0.8),
    "estate": (400, 14.0, 0.7),
    "police": (480, 9.0, 0.7),
    "market": (240, 12.0, 0.9),
    "general": (420, 9.5, 0.9),
    "fund": (160, 10.0, 0.7),
    "utility": (260, 5.5, 0.8),
    "desk": (280, 3.0, 0.8),
}
"""zone → tickets of a day, mean minutes of service, coefficient of variation (log-normal)."""

ARRIVALS: Final[tuple[tuple[str, str, int], ...]] = (
    ("08:20", "08:30", 4),
    ("08:30", "09:00", 11),
    ("09:00", "09:30", 12),
    ("09:30", "10:00", 12),
    ("10:00", "10:30", 11),
    ("10:30", "11:00", 8),
    ("11:00", "11:30", 5),
    ("11:30", "12:00", 2),
    ("13:30", "14:00", 3),
    ("14:00", "14:30", 8),
    ("14:30", "15:00", 8),
    ("15:00", "15:30", 7),
    ("15:30", "16:00", 5),
    ("16:00", "16:30", 3),
    ("16:30", "17:00", 1),
)
"""from, to, weight; who came before the doors opened stands there at 08:20."""

PRIORITIES: Final = (("green", 0.04), ("appointment", 0.12))
NO_SHOW: Final = {"appointment": 0.3}
NO_SHOW_NORMAL: Final = 0.06
NO_SHOW_S: Final = 90.0
"""What somebody who does not come costs the window, with two more calls."""

RECALLED: Final = 0.2
RATED: Final = 0.55
LEVELS: Final = (
    ("very_satisfied", 0.93),
    ("satisfied", 0.055),
    ("basically_satisfied", 0.012),
    ("dissatisfied", 0.002),
    ("very_dissatisfied", 0.001),
)
RETURNS: Final = 0.5
"""Of the missed, who comes back and is put into the queue again."""

HELD: Final = 0.03
"""Of the served, who is put on hold for a paper and called back later."""

STAFFED_AM: Final = 0.8
STAFFED_LUNCH: Final = 0.25
STAFFED_PM: Final = 0.75

AT_KIOSK_S: Final = (16.0, 25.0)
WALK_S: Final = (8.0, 40.0)


def seconds_of(hhmm: str) -> int:
    """Seconds since midnight."""
    hours, _, minutes = hhmm.partition(":")
    return int(hours) * 3600 + int(minutes) * 60


@dataclass(frozen=True)
class Visit:
    """Somebody who comes `at` seconds after midnight; `chance` decides everything else about the visit."""

    at: float
    service: str
    priority: str
    chance: float


def visits(
    config: HallConfig, chance: random.Random, *, tickets: int = TICKETS, services: set[str] | None = None
) -> list[Visit]:
    """A day's visits in the order of arrival, to the given services only."""
    wanted = [service for service in config.services if services is None or service.id in services]
    share = [_share(config, service.id) for service in wanted]
    slots = [weight for _begin, _end, weight in ARRIVALS]
    found = []
    for _ in range(round(tickets * sum(share) / TICKETS)):
        begin, end, _weight = chance.choices(ARRIVALS, slots)[0]
        at = chance.uniform(seconds_of(begin), seconds_of(end))
        if begin == ARRIVALS[0][0] and chance.random() < 0.8:
            at = seconds_of(begin) + chance.random()  # the queue at the door
        service = chance.choices(wanted, share)[0].id
        found.append(Visit(at, service, _one_of(PRIORITIES, chance.random(), "normal"), chance.random()))
    return sorted(found, key=lambda visit: visit.at)


def _share(config: HallConfig, service: str) -> float:
    """A service's tickets of a day: the zone's, by the number of windows that are its own."""
    zone = next(s.zone for s in config.services if s.id == service)
    own = {s.id: sum(1 / len(w.services) for w in config.windows if s.id in w.services) for s in config.services}
    inside = sum(count for name, count in own.items() if next(s.zone for s in config.services if s.id == name) == zone)
    return ZONES[zone][0] * own[service] / inside if inside else 0.0


def _one_of(parts: tuple[tuple[str, float], ...], chance: float, otherwise: str) -> str:
    for name, part in parts:
        if chance < part:
            return name
        chance -= part
    return otherwise


def service_s(zone: str, chance: random.Random) -> float:
    """Seconds that a service takes."""
    _tickets, mean_min, variation = ZONES[zone]
    sigma = math.sqrt(math.log(1 + variation**2))
    return chance.lognormvariate(math.log(mean_min * 60) - sigma**2 / 2, sigma)


def level(chance: random.Random) -> str:
    """How satisfied somebody is who rates."""
    return _one_of(LEVELS, chance.random(), "very_satisfied")
