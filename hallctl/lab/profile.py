"""Profiles: how many come on a day, when, what for, how long they are served, and who sits at the windows.

The three that are shipped (requirements §10: village, township, county) are test loads, no statistics about any real
hall. A hall describes its own in a TOML file of the same fields; see the room's README.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hallctl.domain.calendar import minutes
from hallctl.domain.model import Level, Priority
from hallctl.errors import ConfigError, Problem


class Queue(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What people come for. `service` is a service of the hall, or a zone whose services share it by their windows.

    `tickets` of a day are shares: a kind of day has its own total. `mean_min` are minutes at the window, log-normal by
    its coefficient of `variation`. The rest is for a hall that is made from the profile.
    """

    service: str
    tickets: float
    mean_min: float
    variation: float = 0.8
    name: str = ""
    name_en: str = ""
    prefix: str = ""
    windows: int = 0

    def __post_init__(self) -> None:
        if not (self.tickets > 0 and self.mean_min > 0 and self.variation >= 0):
            raise ValueError("tickets and mean_min must be above zero")


class Kind(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of day: tickets in all, and windows that call other services than the config says."""

    tickets: int
    windows: dict[str, tuple[str, ...]] = {}


class Slot(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the day in which people come, evenly: "HH:MM" to "HH:MM"."""

    begins: str
    ends: str
    weight: float


class Stretch(Struct, frozen=True, forbid_unknown_fields=True):
    """Hours with this share of the windows staffed. `serve_out`: who waits at its end is still served (延时)."""

    begins: str
    ends: str
    staffed: float = 1.0
    serve_out: bool = False


class Profile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A hall's days. Shares are of all visits; `no_show` is a share of those called, by class.

    `hall` names the hall's config: a shipped one, or a path beside the profile's file; empty: a hall with one service
    and one zone for each queue. `absence_s` is what somebody who does not come costs the window, `reach_s` the walk to
    it, a part of the minutes at the window. `patience_min`: mean minutes (exponential) until one who waits leaves.
    `returns`: of the missed, who comes back after `returns_min` and is restored. `agents` come for others (代办).
    """

    id: str
    name: str
    name_en: str = ""
    hall: str = ""
    queues: tuple[Queue, ...]
    kinds: dict[str, Kind]
    arrivals: tuple[Slot, ...]
    hours: tuple[Stretch, ...]
    classes: dict[Priority, float] = {}
    no_show: dict[Priority, float] = {}
    absence_s: float = 90.0
    reach_s: float = 10.0
    recalled: float = 0.2
    rated: float = 0.0
    levels: dict[Level, float] = {}
    agents: float = 0.0
    patience_min: float | None = None
    returns: float = 0.0
    returns_min: float = 20.0

    def __post_init__(self) -> None:
        for name, filled in (("queues", self.queues), ("kinds", self.kinds), ("arrivals", self.arrivals)):
            if not filled:
                raise ValueError(f"{name} is empty")
        spans = [(slot.begins, slot.ends) for slot in self.arrivals]
        spans += [(stretch.begins, stretch.ends) for stretch in self.hours]
        for begins, ends in spans:
            if minutes(begins) >= minutes(ends):
                raise ValueError(f"{begins} is not before {ends}")
        if not self.hours:
            raise ValueError("hours is empty")
        if not 0 <= sum(self.classes.values()) <= 1:
            raise ValueError("the shares of the classes are more than 1")

    @property
    def usual(self) -> str:
        """The kind of day that is meant where none is named."""
        return next(iter(self.kinds))


def load(path: Path) -> Profile:
    """A profile from a TOML file; raises ConfigError with the key and a sentence."""
    try:
        made = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Profile)
    except OSError as error:
        raise ConfigError("config.missing", path=str(path)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _invalid("(file)", str(error)) from error
    except msgspec.ValidationError as error:
        text, _, where = str(error).partition(" - at ")  # "`$.queues[0].tickets`", "`key` in `$.classes`"
        raise _invalid(where.rpartition("$")[2].strip("`.") or "(file)", text) from error
    if not made.hall:
        return made
    return replace(made, hall=str(path.parent / made.hall))


def _invalid(key: str, text: str) -> ConfigError:
    problem = Problem(key, f"这一项不对：{text}。", f"This is wrong: {text}.")
    return ConfigError("config.invalid", problems=(problem,), count=1)


def shared(total: int, weights: Sequence[float], least: int = 0) -> list[int]:
    """`total` in whole parts by weight, the largest remainders rounded up; each part at least `least`."""
    exact = [total * weight / sum(weights) for weight in weights]
    parts = [max(least, int(part)) for part in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: max(0, total - sum(parts))]:
        parts[i] += 1
    while sum(parts) > max(total, least * len(parts)):
        parts[parts.index(max(parts))] -= 1
    return parts


LEVELS: Final = {
    Level.VERY_SATISFIED: 0.93,
    Level.SATISFIED: 0.055,
    Level.BASICALLY_SATISFIED: 0.012,
    Level.DISSATISFIED: 0.002,
    Level.VERY_DISSATISFIED: 0.001,
}

_CLOSED_AT_NOON: Final = (Stretch("08:30", "12:00"), Stretch("14:30", "17:30", serve_out=True))

VILLAGE: Final = Profile(
    id="village",
    name="村（社区）代办点",
    name_en="Village service point",
    hall="village.toml",
    queues=(Queue(service="general", tickets=15, mean_min=9),),
    kinds={"plain": Kind(15), "busy": Kind(28)},
    arrivals=(
        Slot("08:30", "10:30", 8),
        Slot("10:30", "12:00", 3),
        Slot("14:30", "16:30", 4),
        Slot("16:30", "17:30", 1),
    ),
    hours=_CLOSED_AT_NOON,
    classes={Priority.GREEN: 0.20},
    rated=0.20,
    levels=LEVELS,
    agents=0.40,
)

TOWNSHIP: Final = Profile(
    id="township",
    name="乡镇便民服务中心",
    name_en="Township service centre",
    hall="township.toml",
    queues=(
        Queue(service="consult", tickets=14, mean_min=4),
        Queue(service="general", tickets=46, mean_min=9),
        Queue(service="household", tickets=11, mean_min=10, variation=0.6),
        Queue(service="issue", tickets=9, mean_min=3, variation=0.6),
    ),
    kinds={
        "plain": Kind(80, {"6": ("issue",)}),
        "market": Kind(160, {"6": ("issue",)}),
        "season": Kind(200, {"6": ("issue", "general")}),
    },
    arrivals=(
        Slot("08:15", "08:30", 5),
        Slot("08:30", "09:00", 14),
        Slot("09:00", "09:30", 15),
        Slot("09:30", "10:00", 13),
        Slot("10:00", "10:30", 10),
        Slot("10:30", "11:00", 7),
        Slot("11:00", "12:00", 6),
        Slot("14:20", "15:00", 12),
        Slot("15:00", "16:00", 11),
        Slot("16:00", "17:00", 6),
        Slot("17:00", "17:24", 1),
    ),
    hours=_CLOSED_AT_NOON,
    classes={Priority.GREEN: 0.08, Priority.APPOINTMENT: 0.03},
    no_show={Priority.NORMAL: 0.04, Priority.APPOINTMENT: 0.30},
    rated=0.35,
    levels=LEVELS,
)

_COUNTY_ZONES: Final = (
    ("social", "A", 22, 760, 8.0, 0.8, "社保医保", "Social and medical insurance"),
    ("estate", "B", 20, 400, 14.0, 0.7, "不动产税务", "Real estate and tax"),
    ("police", "C", 15, 480, 9.0, 0.7, "公安户籍出入境", "Household, exit and entry"),
    ("market", "D", 11, 240, 12.0, 0.9, "市场监管企业开办", "Market and business"),
    ("general", "E", 14, 420, 9.5, 0.9, "综合受理", "General services"),
    ("fund", "F", 5, 160, 10.0, 0.7, "公积金", "Housing fund"),
    ("utility", "G", 5, 260, 5.5, 0.8, "水电气便民", "Utilities"),
    ("desk", "Z", 4, 280, 3.0, 0.8, "咨询出件", "Consultation and collection"),
)
"""service and zone, prefix, windows, tickets of a plain day, minutes, variation, names."""

COUNTY: Final = Profile(
    id="county",
    name="县（区）政务服务中心",
    name_en="County service centre",
    queues=tuple(
        Queue(service=service, prefix=prefix, windows=windows, tickets=tickets, mean_min=mean_min, variation=variation,
              name=name, name_en=name_en)
        for service, prefix, windows, tickets, mean_min, variation, name, name_en in _COUNTY_ZONES
    ),
    kinds={"plain": Kind(3000), "light": Kind(2200), "heavy": Kind(3600)},
    arrivals=(
        Slot("08:20", "08:30", 4),
        Slot("08:30", "09:00", 11),
        Slot("09:00", "09:30", 12),
        Slot("09:30", "10:00", 12),
        Slot("10:00", "10:30", 11),
        Slot("10:30", "11:00", 8),
        Slot("11:00", "11:30", 5),
        Slot("11:30", "12:00", 2),
        Slot("13:30", "14:00", 3),
        Slot("14:00", "14:30", 8),
        Slot("14:30", "15:00", 8),
        Slot("15:00", "15:30", 7),
        Slot("15:30", "16:00", 5),
        Slot("16:00", "16:30", 3),
        Slot("16:30", "17:00", 1),
    ),
    hours=(
        Stretch("08:30", "12:00", 0.80),
        Stretch("12:00", "13:30", 0.25),
        Stretch("13:30", "17:30", 0.75, serve_out=True),
    ),
    classes={Priority.GREEN: 0.04, Priority.APPOINTMENT: 0.12},
    no_show={Priority.NORMAL: 0.06, Priority.APPOINTMENT: 0.30},
    rated=0.55,
    levels=LEVELS,
)  # fmt: skip

PROFILES: Final = {profile.id: profile for profile in (VILLAGE, TOWNSHIP, COUNTY)}
"""The shipped profiles by name."""
